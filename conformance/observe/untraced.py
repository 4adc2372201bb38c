"""Following a program without tracing it: when it sleeps and when it ends, from what the system shows to everyone."""

import contextlib
import os
import signal
from collections.abc import Callable, Collection
from pathlib import Path

from conformance.observe import descendants
from conformance.observe.linux.arch import PTRACE_DETACH, ptrace_request
from conformance.observe.linux.proc_status import open_table, read_slices, still_runs
from conformance.observe.observer import Activity, Polling
from conformance.records.trace import Trace

FIRST_TICK_S, LONGEST_TICK_S = 0.0005, 0.008
"""Seconds to wait for a change before looking again, at first and after many looks at a program that computes: each
look takes time from a program that runs on the same processor. An end is known at once."""


class UntracedObserver:
    """Sees no calls, and lets no time pass: neither can be done from outside."""

    call_count = busy_calls = thread_count = faults_applied = 0
    seconds_passed = 0.0

    def __init__(self, residents: Collection[int], is_found: Callable[[], bool], *, awaits_all: bool) -> None:
        self._residents = residents
        """Processes of the sandbox itself, beside the program's."""
        self.listens = is_found
        """See `Observer`: from the kernel's tables."""
        self._awaits_all = awaits_all
        """A program is gone when all that it started is: a daemon goes on. A compiler is gone when itself has ended."""
        self._main = 0
        self.exit_status: int | None = None
        self._tick = FIRST_TICK_S
        self.looks_at_a_sleeper = 0

    def attach(self, pid: int) -> None:
        """Begin to follow a child."""
        self._main = pid

    def wait(self) -> Activity:
        """Look whether the program ended or sleeps; wait a moment for a change."""
        if self.exit_status is None:
            pid, status = os.waitpid(self._main, os.WNOHANG)
            if pid and os.WIFSTOPPED(status):
                let_go(pid, os.WSTOPSIG(status))
                return Activity.MOVED
            if pid:
                self.exit_status = status
                return Activity.MOVED if self._awaits_all else Activity.GONE
        tasks = self._tasks()
        if not tasks and self.exit_status is not None:
            return Activity.GONE
        if tasks and all(map(_rests, tasks)) and set(tasks) == set(self._tasks()):  # none was born
            if not any(_passes_time(task) for task in tasks):
                self._tick, self.looks_at_a_sleeper = FIRST_TICK_S, 0
                return Activity.ASLEEP
            self.looks_at_a_sleeper += 1  # whose timer may also go off just now: then it is seen awake
        signal.sigtimedwait([signal.SIGCHLD], self._tick)
        self._tick = min(self._tick * 2, LONGEST_TICK_S)
        return Activity.RUNNING

    def skip_timeout(self, *, pauses_only: bool = False, at_last: bool = False) -> bool:  # noqa: ARG002 (see `Observer`)
        """Time cannot be made to pass from outside."""
        return False

    def note_peer_action(self) -> None:
        """What the peer does changes nothing for who only looks on."""

    def note_peer_step(self) -> None:
        """Nor does a step of its script."""

    def processes(self) -> set[int]:
        """See `Observer`."""
        return descendants.below(os.getpid(), self._residents)

    def slices(self) -> tuple[bytes, ...]:
        """See `Observer`."""
        return tuple(_slices(task) for task in self._tasks())

    def is_about_to_run(self) -> bool:
        """Tell no more: a thread is seen asleep here only where it is not."""
        return False

    def pending_calls(self) -> tuple[int, ...]:
        """Return no calls: none are seen."""
        return ()

    def signal(self, name: str) -> bool:  # noqa: ARG002 (see `Observer`)
        """Send none: what is handled is known from the calls."""
        return False

    def release_delayed(self) -> bool:
        """Nobody is held back from outside."""
        return False

    def zombies(self) -> int:
        """Return none: whose children they are is known from the calls."""
        return 0

    def polling(self) -> Polling:
        """No calls are seen."""
        return Polling.NOT

    def end(self) -> None:
        """End the program itself; the backend ends whatever else is left of it."""
        if self.exit_status is None and self._main:
            os.kill(self._main, signal.SIGKILL)
            self.exit_status = os.waitpid(self._main, 0)[1]

    def trace(self) -> Trace:
        """Nothing was seen."""
        return Trace()

    def _tasks(self) -> list[Path]:
        """Return the /proc entries of every thread of the program and of all that it has started."""
        found: list[Path] = []
        for pid in descendants.below(os.getpid(), self._residents):
            with contextlib.suppress(OSError):
                found += Path(f"/proc/{pid}/task").iterdir()
        return found


def let_go(pid: int, number: int) -> None:
    """Let a program go on that has made this process its tracer (PTRACE_TRACEME, man 2 ptrace) and got a signal."""
    with contextlib.suppress(OSError):
        ptrace_request(PTRACE_DETACH, pid, None, number)


def _slices(task: Path) -> bytes:
    table = open_table(int(task.name), "schedstat")
    try:
        return read_slices(table)
    finally:
        if table >= 0:
            os.close(table)


def _passes_time(task: Path) -> bool:
    """Tell whether a thread sleeps for a time, and waits for nothing else."""
    try:
        return "nanosleep" in (task / "wchan").read_text()
    except OSError:
        return False


def _rests(task: Path) -> bool:
    """Tell whether a thread sleeps, has ended, or is stopped."""
    state = _state(task)
    return state in "ZXT" or (state == "S" and not still_runs(int(task.name)))


def _state(task: Path) -> str:
    try:
        line = (task / "stat").read_bytes()
    except OSError:
        return "X"
    return chr(line[line.rindex(b")") + 2])
