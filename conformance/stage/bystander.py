"""Following a program without tracing it: when it sleeps and when it ends, from what the system shows to everyone."""

import contextlib
import os
import signal
from pathlib import Path
from typing import Final

from conformance.observe.trace import Trace
from conformance.observe.tracer import Pulse
from conformance.stage.ports import listening

TICK: Final = 0.0005


class Bystander:
    """Has the tracer's face, and sees no calls."""

    busy_calls = 0

    def __init__(self) -> None:
        self.main = 0
        self.exit_status: int | None = None
        self._idle = 0

    def adopt(self, pid: int, _descriptors: tuple[int, ...]) -> None:
        """Begin to follow a child."""
        self.main = pid

    def wait(self) -> Pulse:
        """Look whether the program ended or sleeps; wait a moment for a change."""
        if self.exit_status is None:
            pid, status = os.waitpid(self.main, os.WNOHANG)
            if pid:
                self.exit_status = status
                return Pulse.GONE
        family = self._family()
        if not family:
            return Pulse.GONE
        if all(_state(task) in "SZXT" and not _passes_time(task) for task in family):
            self._idle += 1
            return Pulse.ASLEEP
        self._idle = 0
        signal.sigtimedwait([signal.SIGCHLD], TICK)
        return Pulse.RUNNING

    def end_a_wait(self, *, sleeps_only: bool = False, at_last: bool = False) -> bool:  # noqa: ARG002 (the tracer's face)
        """Time cannot be made to pass from outside."""
        return False

    def waits_for_a_deadline(self) -> bool:
        """Nor can it be seen what time a program waits for."""
        return False

    def processes(self) -> set[int]:
        """Return the system's number of the program."""
        return {self.main}

    def under_way(self) -> tuple[int, ...]:
        """Return no calls: none are seen."""
        return ()

    def listens(self) -> bool:
        """Tell whether somebody listens, from the kernel's table."""
        return any(True for _ in listening())

    def signal(self, name: str) -> bool:  # noqa: ARG002 (the tracer's face)
        """What is handled is known from the calls."""
        return False

    def let_begin(self) -> bool:
        """Nobody is held back from outside."""
        return False

    def zombies(self) -> int:
        """Whose children they are is known from the calls."""
        return 0

    def spins(self) -> bool:
        """No calls are seen."""
        return False

    def kill(self) -> None:
        """End the program and its descendants."""
        for task in self._family():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(task.name), signal.SIGKILL)
        if self.exit_status is None:
            self.exit_status = os.waitpid(self.main, 0)[1]

    def trace(self) -> Trace:
        """Nothing was seen."""
        return Trace()

    def _family(self) -> list[Path]:
        """Return the /proc entries of every thread of the program and its descendants."""
        found, left = [], [] if self.exit_status is not None else [self.main]
        while left:
            pid = left.pop()
            with contextlib.suppress(OSError):
                for task in Path(f"/proc/{pid}/task").iterdir():
                    found.append(task)
                    left += [int(child) for child in (task / "children").read_text().split()]
        return found


def _passes_time(task: Path) -> bool:
    """Tell whether a thread sleeps for a time, and waits for nothing else."""
    try:
        return "nanosleep" in (task / "wchan").read_text()
    except OSError:
        return False


def _state(task: Path) -> str:
    try:
        line = (task / "stat").read_bytes()
    except OSError:
        return "X"
    return chr(line[line.rindex(b")") + 2])
