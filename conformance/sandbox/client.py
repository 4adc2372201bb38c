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

from conformance.catalogue import Platform
from conformance.messages import Message, say, unpacked
from conformance.observe import descendants
from conformance.records.errors import BlamelessError, SandboxError, StuckError
from conformance.records.run import Run
from conformance.sandbox import closed_memory, inherited, machine_lock, temporary
from conformance.sandbox.framing import read_message, write_message
from conformance.sandbox.request import Isolation, RunRequest, Wanted

ANSWER_GRACE: Final = 30.0
"""Seconds that a worker has beyond the hard limit of a run: it bounds a stuck worker, and decides nothing else."""
ENDS_WITHIN_S: Final = 15.0
"""Seconds that a worker may take to clean up, on a busy machine too: a program may have left many thousands of files.
What is left by one that is killed, the suite takes away itself."""
MAY_BE_BROUGHT_ABOUT: Final = (
    "place.unusable",
    "sandbox.start-refused",
    "sandbox.starter-ended",
    "wine.changed",
    "wine.server-ended",
    "wine.prefix-gone",
)
"""Messages about what a program can do to a sandbox, among what a worker answers in place of a run.

It can use up room and processes, end the process that starts programs, and change what Wine keeps from run to run.
"""
KILL_ROUNDS: Final = 1000
"""How often it is looked what a dying worker leaves: a program may start new processes as quickly as they are ended."""


def start_sandboxes(count: int = 1, first: int = 0, wanted: Wanted = "best") -> "list[Sandbox]":
    """Begin to set up so many sandboxes, numbered from the first: no two on a machine share a number.

    They keep programs apart as far as is wanted. Raises `Unusable` where there is no folder for temporary files, or a
    limit of this process is too low.
    """
    inherited.put_right()
    inherited.check_limits()
    temporary.temporary_root()
    closed_memory.close()
    return [Sandbox(number, wanted=wanted) for number in range(first, first + count)]


def _failure(why: Message | str) -> SandboxError:
    """Return how a run failed that the machine could not do."""
    possible = isinstance(why, Message) and why.key in MAY_BE_BROUGHT_ABOUT
    return SandboxError(why) if possible else BlamelessError(why)


class Sandbox:
    """A place where programs run; use it as a context manager. It is set up while the suite does other things."""

    def __init__(self, number: int = 0, platform: Platform = "posix", wanted: Wanted = "best") -> None:
        self.number, self.platform, self.wanted = number, platform, wanted
        self._others: dict[Platform, Sandbox] = {}
        self._untouched: Sandbox | None = None
        self.runs = 0
        self.seconds = 0.0
        self.waiting_seconds = 0.0
        self.delivery_seconds = 0.0
        self._interruption = os.eventfd(0)
        self._interrupted = False
        self._open()

    def _open(self) -> None:
        words = [str(self.number), self.platform, self.wanted]
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "conformance.sandbox.worker", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=inherited.handed_on(os.environ),
            start_new_session=True,
        )
        assert self._process.stdin and self._process.stdout
        self._orders, self._answers = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._isolation: Isolation | None = None
        self._why_not: Message | str | None = None

    @property
    def isolation(self) -> Isolation:
        """What is isolated here; known as soon as the sandbox is set up. Raises `SandboxError` where it cannot be."""
        if self._isolation is None:
            answer = self._why_not or self._answer()
            if answer is None:
                raise SandboxError(say("sandbox.no-set-up"))
            if isinstance(answer, Message | str):
                self._why_not = answer
                raise SandboxError(answer)
            self._isolation = msgspec.msgpack.decode(answer, type=Isolation)
        return self._isolation

    def run(self, order: RunRequest) -> Run:
        """Do one run. Raises `SandboxError` where the sandbox cannot do it.

        Where the sandbox died of it, the next run gets a new one.
        """
        if order.program.platform != self.platform:
            return self.of(order.program.platform).run(order)
        try:
            message = self._ask(order)
        except SandboxError:
            if self._why_not is None and not self._interrupted:
                self._kill()
                self._end()
                self._open()
            raise
        if isinstance(message, Message | str):
            raise _failure(message)
        run = msgspec.msgpack.decode(message, type=Run)
        self.runs += 1
        self.seconds += run.seconds
        self.waiting_seconds += run.waiting_seconds
        self.delivery_seconds += run.delivery_seconds
        return run

    def of(self, platform: Platform) -> "Sandbox":
        """Return the sandbox for programs that are made for a platform; it is set up when first asked for."""
        if platform == self.platform:
            return self
        if platform not in self._others:
            self._others[platform] = Sandbox(self.number, platform, self.wanted)
        return self._others[platform]

    @property
    def untouched(self) -> "Sandbox":
        """Where no submission's program can ever have changed anything.

        That is this sandbox where each program has a box of its own; else another one, set up when first asked for.
        """
        if self.isolation.tier == "full":
            return self
        if self._untouched is None:
            self._untouched = Sandbox(self.number, self.platform, self.wanted)
        return self._untouched

    def sandboxes(self) -> tuple["Sandbox", ...]:
        """Return this sandbox and those that were set up beside it."""
        beside = self._untouched.sandboxes() if self._untouched is not None else ()
        return (self, *self._others.values(), *beside)

    def _ask(self, order: RunRequest) -> bytearray | Message | str:
        """Return the worker's answer. Raises `SandboxError` where it died, or is stuck far beyond its own limits."""
        _ = self.isolation  # a sandbox that is still being set up says this first
        with contextlib.suppress(BrokenPipeError):
            write_message(self._orders, msgspec.msgpack.encode(order))
            limit = order.hard_limit_s + ANSWER_GRACE
            ready, _, _ = select.select([self._answers, self._interruption], [], [], limit)
            if self._interrupted or self._interruption in ready:
                raise BlamelessError(say("sandbox.interrupted"))
            answer = self._answer() if ready else None
            if answer is not None:
                return answer
            if not ready:
                raise StuckError(say("sandbox.worker-stuck"))
        raise SandboxError(say("sandbox.worker-ended"))

    def _answer(self) -> bytearray | Message | str | None:
        """Return what was asked for, or why it cannot be had; None where the worker died."""
        why = read_message(self._answers)
        return unpacked(why) if why else None if why is None else read_message(self._answers)

    def _kill(self) -> None:
        """End a worker that cannot end itself, and first all that it started: nobody else would."""
        worker = self._process.pid
        os.kill(worker, signal.SIGSTOP)
        for _ in range(KILL_ROUNDS):
            left = descendants.below(worker)
            if not left:
                break
            descendants.kill(left)
        os.kill(worker, signal.SIGKILL)

    def interrupt(self) -> None:
        """Let nobody wait any longer, from another thread: one that does gets a `SandboxError`, and nothing more runs.

        The worker itself ends the run that is under way and takes away what it made, when the sandbox is closed.
        """
        for one in self.sandboxes():
            one._interrupted = True
            os.eventfd_write(one._interruption, 1)

    def close(self) -> None:
        """End the worker and all that it started, once it is set up; what it isolated stays known."""
        self._end()
        if self._interruption >= 0:
            os.close(self._interruption)
            self._interruption = -1
        for other in self.sandboxes()[1:]:
            other.close()

    def _end(self) -> None:
        with contextlib.suppress(SandboxError):
            _ = self.isolation
        for end in (self._process.stdin, self._process.stdout):
            if end is not None:
                with contextlib.suppress(OSError):
                    end.close()
        try:
            self._process.wait(timeout=ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._kill()
            self._process.wait()
        if self._process.returncode:
            temporary.remove_abandoned()
            machine_lock.remove_abandoned()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
