"""The threads of a traced program, and those among them that are held back."""

import contextlib
from dataclasses import dataclass

from conformance.observe.linux import arch as kernel
from conformance.observe.linux.arch import KernelError, ptrace_request
from conformance.observe.recording import Process


@dataclass(slots=True, eq=False)
class Thread:
    """One thread of the program."""

    tid: int
    process: Process
    pid: int
    stat: int
    """An open /proc/TID/stat; -1 where it was gone before that could be opened."""
    schedstat: int
    """An open /proc/TID/schedstat, likewise."""
    group_stopped: bool = False
    """In a group stop, until a SIGCONT."""
    awaiting_first_stop: bool = False
    """Its first stop is still to come."""
    parked: bool = False
    """It is kept at a stop, until it is sent on by what has parked it."""
    pending_signal: int = 0
    """The signal that it gets when it goes on after it was held back."""


class HeldBack:
    """New threads, and those that learn of a child's end, which go on only when all others wait; in order."""

    def __init__(self) -> None:
        self.count = 0
        """How many were held back in all."""
        self._threads: list[Thread] = []

    def add(self, thread: Thread, pending_signal: int = 0) -> None:
        """Keep a thread at its stop, with the signal that it gets when it goes on."""
        thread.pending_signal, thread.parked = pending_signal, True
        self._threads.append(thread)
        self.count += 1

    def forget(self, thread: Thread) -> None:
        """Take note that a thread is gone."""
        if thread in self._threads:
            self._threads.remove(thread)

    def release_first(self) -> bool:
        """Let the thread go on that was held back first; tell whether there was one."""
        if not self._threads:
            return False
        thread = self._threads.pop(0)
        thread.parked = False
        with contextlib.suppress(KernelError):
            ptrace_request(kernel.CONT, thread.tid, None, thread.pending_signal)
        thread.pending_signal = 0
        return True
