"""Timers that a program sets, by alarm, setitimer, timer_settime or timerfd_settime: they go off in its own time."""

import contextlib
import ctypes
import os
import signal
import struct
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.model.constants import TIMER_ABSTIME
from conformance.observe.libc import copy_of, libc
from conformance.observe.linux.clock import Clock
from conformance.observe.pending import PendingCall
from conformance.observe.recording import Process

OFTEN: Final = 25
"""How many times in a row a timer goes off while nothing comes of it."""
ITIMER_REAL: Final = 0
MICROSECONDS, NANOSECONDS = 1e6, 1e9
SIGEV_NONE, SIGEV_THREAD_ID = 1, 4
SIGEVENT: Final = struct.Struct("<Qii")
"""How struct sigevent begins: the value, the signal, how it tells."""
FOR_A_LIBRARY: Final = 32
"""The signal by which the C library's own thread hears of a timer (SIGEV_THREAD)."""
TIMERFD: Final = "anon_inode:[timerfd]"
SHORTEST_EXPIRATION_NS: Final = 1


@dataclass(frozen=True, slots=True)
class Told:
    """How a timer of timer_create tells that its time is over, and by which clock it goes."""

    clock: int = time.CLOCK_REALTIME
    signal: int = signal.SIGALRM
    how: int = 0
    value: int = 0


@dataclass(slots=True, eq=False)
class Timer:
    """One timer that will go off."""

    process: Process
    name: str
    """`alarm`, `timer` or `descriptor`."""
    number: int
    due: float
    """On the program's monotonic clock."""
    interval: float
    told: Told = Told()
    rung: int = 0
    """How many times it went off since anything was last achieved."""
    progress: int = 0


class Timers:
    """Those of one run."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._set: dict[tuple[int, str, int], Timer] = {}
        self._told: dict[tuple[int, int], Told] = {}

    def follow(self, process: Process, pending: PendingCall) -> None:
        """Take note of a call that sets a timer, and succeeded."""
        memory = process.memory
        match pending.system_call:
            case "alarm":
                self._put(process, "alarm", 0, float(pending.uint_arg("seconds")), 0.0)
            case "setitimer" if pending.arg("clock") == ITIMER_REAL:
                self._put(process, "alarm", 0, *_itimer_times(memory.read(pending.arg("times"), 32), MICROSECONDS))
            case "timer_create":
                number = int.from_bytes(memory.read(pending.arg("timer_back"), 4), "little")
                event = memory.read(pending.arg("event"), SIGEVENT.size)
                self._told[process.number, number] = _told(pending.arg("clock"), event, number)
            case "timer_settime" | "timerfd_settime":
                self._follow_settime(process, pending)

    def _follow_settime(self, process: Process, pending: PendingCall) -> None:
        memory, number, flags = process.memory, pending.uint_arg("timer"), pending.arg("flags")
        left, interval = _itimer_times(memory.read(pending.arg("times"), 32), NANOSECONDS)
        if pending.system_call == "timer_settime":
            told = self._told.get((process.number, number), Told())
            self._put(process, "timer", number, self._from_now(left, flags, told.clock), interval, told)
        else:
            clock = _clock_of(memory.pid, number) if flags & TIMER_ABSTIME else time.CLOCK_MONOTONIC
            self._put(process, "descriptor", number, self._from_now(left, flags, clock), interval)

    def _from_now(self, moment: float, flags: int, clock: int) -> float:
        """Return in how many seconds a timer goes off; 0 where it is taken back."""
        if not flags & TIMER_ABSTIME or not moment:
            return moment
        return max(moment - self.clock.now(clock), 1e-9)

    def _put(self, process: Process, name: str, number: int, left: float, interval: float, told: Told = Told()) -> None:
        key = process.number, name, number
        self._set.pop(key, None)
        if left > 0:
            self._set[key] = Timer(process, name, number, self.clock.now() + left, interval, told)

    def ended(self, process: Process) -> None:
        """A process is gone, or is another program from now on: its timers are gone with it."""
        for key in [key for key in self._set if key[0] == process.number]:
            del self._set[key]

    def next(self, progress: int) -> Timer | None:
        """Return the timer that goes off first; none that has gone off often while nothing came of it."""
        for timer in self._set.values():
            if timer.progress != progress:
                timer.progress, timer.rung = progress, 0
        waiting = (timer for timer in self._set.values() if timer.rung < OFTEN)
        return min(waiting, key=lambda timer: timer.due, default=None)

    def ring(self, timer: Timer) -> bool:
        """Let a timer go off; False where only the program's own thread can be told, which waits for it in a call."""
        timer.rung += 1
        timer.due += timer.interval
        if not timer.interval:
            del self._set[timer.process.number, timer.name, timer.number]
        pid, told = timer.process.memory.pid, timer.told
        if timer.name == "descriptor":
            _expire(pid, timer)
        elif told.signal == FOR_A_LIBRARY and told.how == SIGEV_THREAD_ID:
            return False
        elif told.how != SIGEV_NONE:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, told.signal)
        return True


def news_of(timer: Timer) -> bytes:
    """Return the siginfo_t that says that a timer of timer_create is over (SI_TIMER)."""
    return struct.pack("<iiiiiiQ", timer.told.signal, 0, -2, 0, timer.number, 0, timer.told.value)


def _told(clock: int, event: bytes, number: int) -> Told:
    if len(event) < SIGEVENT.size:
        return Told(clock, value=number)
    value, signal_number, how = SIGEVENT.unpack(event)
    return Told(clock, signal_number, how, value)


def _itimer_times(raw: bytes, fraction: float) -> tuple[float, float]:
    """Return (time left, interval) from struct itimerval or itimerspec."""
    if len(raw) < 32:
        return 0.0, 0.0
    interval, rest, seconds, more = struct.unpack("<4q", raw)
    return seconds + more / fraction, interval + rest / fraction


def _clock_of(pid: int, number: int) -> int:
    """Return the clock by which a timer behind a descriptor goes."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/fdinfo/{number}").read_text().splitlines():
            if line.startswith("clockid:"):
                return int(line.split()[1])
    return time.CLOCK_MONOTONIC


def _expire(pid: int, timer: Timer) -> None:
    """Set a program's timer, by a copy of its descriptor, so that it is over at once."""
    with contextlib.suppress(OSError):
        if not is_timer(pid, timer.number):
            return
        process = os.pidfd_open(pid)
        copy = copy_of(process, timer.number)
        os.close(process)
        if copy >= 0:
            seconds, rest = divmod(int(timer.interval * NANOSECONDS), int(NANOSECONDS))
            libc.timerfd_settime(
                copy, 0, ctypes.c_char_p(struct.pack("<4q", seconds, rest, 0, SHORTEST_EXPIRATION_NS)), None
            )
            os.close(copy)


def is_timer(pid: int, number: int) -> bool:
    """Tell whether a descriptor is a timer's: other files that a runtime reads meanwhile say nothing of time."""
    try:
        return os.readlink(f"/proc/{pid}/fd/{number}") == TIMERFD  # noqa: PTH115 (at each tick)
    except OSError:
        return False
