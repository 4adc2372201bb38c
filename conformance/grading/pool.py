"""Where the jobs of a class are done: in processes of this machine."""

import subprocess
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Condition
from typing import Protocol

from conformance.grading.environment import Environment, environment
from conformance.grading.job import judge_apart


class Pool(Protocol):
    """A place where jobs are done, several at once."""

    def submit(self, job: bytes) -> "Future[bytes]":
        """Begin a job as soon as there is room; the future gives what `judge_apart` returns."""

    def close(self) -> None:
        """End what is under way, and take no more."""

    @property
    def size(self) -> int:
        """How many jobs are done at once."""

    def environment(self) -> Environment:
        """Return what judges there. Raises `ClassError` where not all of it is the same."""


class Watched:
    """The processes of jobs that are under way."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._changed = Condition()
        self._over = False

    def watch(self, process: "subprocess.Popen[bytes]") -> Callable[[], None]:
        """Keep a process in view while it works; return what is to be called at its end."""
        with self._changed:
            self._running.add(process)
            if self._over:
                process.terminate()
        return lambda: self._forget(process)

    def _forget(self, process: "subprocess.Popen[bytes]") -> None:
        with self._changed:
            self._running.discard(process)
            self._changed.notify_all()

    def end(self) -> None:
        """End all of them, and each that begins from now on; return when they have ended.

        A process of a job ends its sandbox first, as after Ctrl-C.
        """
        with self._changed:
            self._over = True
            for process in self._running:
                process.terminate()
            self._changed.wait_for(lambda: not self._running)


class LocalPool:
    """Processes of this machine, one for each job."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._threads = ThreadPoolExecutor(size)
        self._watched = Watched()

    def submit(self, job: bytes) -> "Future[bytes]":
        """See `Pool`."""
        return self._threads.submit(judge_apart, job, self._watched.watch)

    def environment(self) -> Environment:
        """See `Pool`."""
        return environment()

    def close(self) -> None:
        """See `Pool`."""
        self._watched.end()
        self._threads.shutdown(wait=True, cancel_futures=True)
