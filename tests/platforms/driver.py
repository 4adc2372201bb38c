"""The driver, as Python asks it: a line is answered with a line, or the driver is seen to wait in a call."""

import select
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from conformance.model.measured import WAITS
from conformance.observe.observer import TICK_S
from conformance.observe.wine.quiet import ProcessorSlices

STUCK_S: Final = 60.0
"""Seconds after which a driver that owes an answer is stuck: bounds what is truly stuck, decides nothing else."""
BEGIN: Final = "begin "
OUTCOME: Final = "outcome"
"""Waits for what comes of the call that was begun: the driver says it by itself."""


class DriverError(Exception):
    """The driver does not do as it should; the text says what was asked."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How a driver is started, and who works for it."""

    command: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    servers: tuple[int, ...] = ()
    """Processes that do part of its work: Wine's server."""


class Driver:
    """One process of the driver."""

    def __init__(self, launch: Launch) -> None:
        self._launch = launch
        self._process = subprocess.Popen(
            launch.command, cwd=launch.folder, env=launch.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, bufsize=0,
        )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._asked, self._said = self._process.stdin, self._process.stdout
        self._rest = b""
        self._answers: list[str] = []
        self._outcomes: list[str] = []
        self.has_waited = False
        """Whether its second thread was seen to wait in a call: it may be in it for ever."""

    def __enter__(self) -> Self:
        """Return the driver."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _one: BaseException | None, _at: TracebackType | None
    ) -> None:
        """End the process."""
        self.close()

    def close(self) -> None:
        """End the process, whatever it waits for."""
        self._process.kill()
        self._process.wait()
        self._asked.close()
        self._said.close()

    def answer(self, line: str) -> str:
        """Return the answer to a line of a probe."""
        if line == OUTCOME:
            return self._heard(self._outcomes, line)
        said = self.ask(line)
        return self._outcome_or_waits() if line.startswith(BEGIN) else said

    def ask(self, line: str) -> str:
        """Return what the driver's first thread says to a line."""
        try:
            self._asked.write(f"{line}\n".encode())
        except BrokenPipeError as problem:
            raise DriverError("the driver has ended") from problem
        return self._heard(self._answers, line)

    def _heard(self, lines: list[str], asked: str) -> str:
        """Return the next of some lines, once it is there."""
        while not lines:
            if not self._hears(STUCK_S):
                raise DriverError(f"the driver does not answer {asked!r}")
        return lines.pop(0)

    def _outcome_or_waits(self) -> str:
        """Return the answer of the call that was begun, or that it waits.

        It waits where each thread of the driver, and each server, is asleep and has not run since it was last seen so:
        then nothing is under way that could end the call. The first thread still answers, and says that it is not over.
        """
        seen: tuple[bytes, ...] = ()
        while not self._outcomes:
            if self._hears(TICK_S):
                continue
            before, seen = seen, self._slices()
            if seen == before and b"" not in seen and not self._hears(0):
                return self._waits()
        return self._outcomes.pop(0)

    def _waits(self) -> str:
        inside = self.ask("inside")
        if inside == "nothing":
            raise DriverError("the call is over, and nothing was said")
        self.has_waited = True
        return WAITS

    def _slices(self) -> tuple[bytes, ...]:
        """Return for each thread and server how often it has run, or nothing while it does."""
        tasks = Path(f"/proc/{self._process.pid}/task")
        return tuple(
            _asleep(one) for one in (*sorted(int(task.name) for task in tasks.iterdir()), *self._launch.servers)
        )

    def _hears(self, seconds: float) -> bool:
        """Take what the driver says, line by line; tell whether it said anything in that time."""
        if not select.select([self._said], [], [], seconds)[0]:
            return False
        piece = self._said.read(4096)
        if not piece:
            raise DriverError("the driver has ended")
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            self._sort(line.decode().strip())
        return True

    def _sort(self, line: str) -> None:
        """Keep a line apart by the thread that says it: either may come first."""
        from_second = line.startswith(f"{OUTCOME} ")
        (self._outcomes if from_second else self._answers).append(line.removeprefix(f"{OUTCOME} "))


def _asleep(tid: int) -> bytes:
    """Return how often a thread has run while it sleeps; nothing while it does not."""
    slices = ProcessorSlices(tid)
    try:
        return slices.asleep()
    finally:
        slices.close()
