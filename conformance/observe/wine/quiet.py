"""When a Windows program is quiet: it and Wine's server sleep, and neither has run since they were last seen so.

Wine's server does part of the work: it waits for sockets and lets the program go on. Either could hand over to the
other between two looks; but one that has run has used a slice of the processor, and the kernel counts those
(/proc/TID/schedstat).
"""

import contextlib
import os
from typing import Final

from conformance.observe.linux.stop_loop import StopLoop
from conformance.observe.linux.threads import Thread

SLEEPING: Final = b"SXZ"
"""States of a thread that computes nothing: asleep, gone, ended and not reaped."""


class ProcessorSlices:
    """How often a thread was given the processor, from the system's tables, which stay open while it lives."""

    def __init__(self, tid: int) -> None:
        self._files: list[int] = []
        with contextlib.suppress(OSError):
            for name in ("stat", "schedstat"):
                self._files.append(os.open(f"/proc/{tid}/{name}", os.O_RDONLY | os.O_CLOEXEC))

    def asleep(self) -> bytes:
        """Return the count while the thread sleeps, or is gone; nothing while it does not."""
        try:
            line, count = (os.pread(file, 512, 0) for file in self._files)
        except (OSError, ValueError):
            return b"gone"
        return count if line[line.rindex(b")") + 2] in SLEEPING else b""

    def close(self) -> None:
        """Let go of the tables."""
        while self._files:
            os.close(self._files.pop())


class Quiet:
    """Looks at a program's threads and at the server, and remembers the last look."""

    def __init__(self, stops: StopLoop, server: ProcessorSlices) -> None:
        self._stops, self._server = stops, server
        self._watched: dict[int, ProcessorSlices] = {}
        self._last_seen: tuple[bytes, ...] = ()
        """How often each thread had run when all were last looked at."""

    def is_asleep(self) -> bool:
        """Tell whether the program lives and is at rest."""
        return bool(self._stops.threads) and not self._stops.early and self.is_at_rest()

    def is_at_rest(self) -> bool:
        """Tell whether program and server sleep, and nobody has run since they were last seen so."""
        threads = self._stops.threads
        for tid in threads.keys() - self._watched.keys():
            self._watched[tid] = ProcessorSlices(tid)
        awake = sorted(tid for tid in self._watched if not threads[tid].parked)
        found = (self._server.asleep(), *(self._watched[tid].asleep() for tid in awake))
        before, self._last_seen = self._last_seen, found
        return b"" not in found and found == before

    def forget(self, thread: Thread) -> None:
        """Look no more at a thread that is gone."""
        slices = self._watched.pop(thread.tid, None)
        if slices is not None:
            slices.close()
