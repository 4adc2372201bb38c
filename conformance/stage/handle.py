"""The suite's handle on a worker process: orders go in, runs come out."""

import contextlib
import os
import select
import signal
import subprocess
import sys
from types import TracebackType
from typing import Final, Self

import msgspec

from conformance.stage.messages import read_message, write_message
from conformance.stage.script import Isolation, Order, Platform, Run

GRACE: Final = 30.0
"""Seconds that a worker has beyond the patience of a run: it bounds a stuck worker, and decides nothing else."""


class StageError(Exception):
    """The stage itself failed: a harness error of that run, never the program's."""


class Stage:
    """A place where programs run; use it as a context manager. It is set up while the suite does other things."""

    def __init__(self, number: int = 0, platform: Platform = "posix") -> None:
        self.number, self.platform = number, platform
        self._others: dict[Platform, Stage] = {}
        self.runs = 0
        self.seconds = 0.0
        self.waiting_seconds = 0.0
        self._open()

    def _open(self) -> None:
        command = [sys.executable, "-P", "-m", "conformance.stage.worker", str(self.number), self.platform]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        assert self._process.stdin and self._process.stdout
        self._orders, self._answers = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._isolation: Isolation | None = None

    @property
    def isolation(self) -> Isolation:
        """What is kept apart here; known as soon as the stage is set up. Raises `StageError` where it cannot be."""
        if self._isolation is None:
            message = read_message(self._answers)
            if message is None:
                raise StageError("the stage could not be set up")
            self._isolation = msgspec.msgpack.decode(message, type=Isolation)
        return self._isolation

    def run(self, order: Order) -> Run:
        """Do one run. Raises `StageError` where the stage died of it; the next run gets a new one."""
        if order.program.platform != self.platform:
            return self.of(order.program.platform).run(order)
        try:
            message = self._ask(order)
        except StageError:
            os.kill(self._process.pid, signal.SIGKILL)
            self._end()
            self._open()
            raise
        run = msgspec.msgpack.decode(message, type=Run)
        self.runs += 1
        self.seconds += run.seconds
        self.waiting_seconds += run.waiting_seconds
        return run

    def of(self, platform: Platform) -> "Stage":
        """Return the stage for programs that are made for a platform; it is set up when first asked for."""
        if platform == self.platform:
            return self
        if platform not in self._others:
            self._others[platform] = Stage(self.number, platform)
        return self._others[platform]

    def stages(self) -> tuple["Stage", ...]:
        """Return this stage and those that were set up beside it."""
        return (self, *self._others.values())

    def _ask(self, order: Order) -> bytearray:
        """Return the worker's answer. Raises `StageError` where it died, or is stuck far beyond its own limits."""
        _ = self.isolation  # a stage that is still being set up says this first
        with contextlib.suppress(BrokenPipeError):
            write_message(self._orders, msgspec.msgpack.encode(order))
            ready, _, _ = select.select([self._answers], [], [], order.patience + GRACE)
            message = read_message(self._answers) if ready else None
            if message is not None:
                return message
        raise StageError("the process that follows the program ended in mid-run")

    def close(self) -> None:
        """End the worker and all that it started, once it is set up; what it kept apart stays known."""
        self._end()
        for other in self._others.values():
            other.close()

    def _end(self) -> None:
        with contextlib.suppress(StageError):
            _ = self.isolation
        for end in (self._process.stdin, self._process.stdout):
            if end is not None:
                with contextlib.suppress(OSError):
                    end.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
