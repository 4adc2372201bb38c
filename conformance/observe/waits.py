"""Waits with a time-out: how long each lasts, and what the kernel shows when its time is over."""

import ctypes
import errno
import struct
import time
from typing import Final

from conformance.observe.machine import Machine, Registers
from conformance.observe.memory import Memory
from conformance.observe.recorder import TIME_PASSED, Entry
from conformance.observe.seccomp import FUTEX_COMMAND

TIMEOUT_REGISTER: Final = {"poll": 2, "epoll_wait": 3, "epoll_pwait": 3}
TIMEOUT_POINTER: Final = {
    "ppoll": 2,
    "select": 4,
    "pselect6": 4,
    "epoll_pwait2": 3,
    "nanosleep": 0,
    "clock_nanosleep": 2,
    "futex": 3,
}
TIMER_ABSTIME: Final = 1
FUTEX_WAIT_BITSET, FUTEX_CLOCK_REALTIME = 9, 0x100
LATER: Final = 7 * 24 * 3600.0


def time_given(memory: Memory, entry: Entry) -> float | None:
    """Return the seconds that a wait lasts at most; None where it has no end."""
    if entry.system_call in TIMEOUT_REGISTER:
        milliseconds = ctypes.c_int32(entry.words[TIMEOUT_REGISTER[entry.system_call]] & 0xFFFF_FFFF).value
        return milliseconds / 1000 if milliseconds >= 0 else None
    return _time_at(memory, entry)


def _time_at(memory: Memory, entry: Entry) -> float | None:
    raw = memory.read(entry.words[TIMEOUT_POINTER[entry.system_call]], 16)
    if len(raw) < 16:
        return None
    seconds, fraction = struct.unpack("<qq", raw)
    length: float = seconds + fraction / (1e6 if entry.system_call == "select" else 1e9)
    clock = _absolute_clock(entry)
    if clock is not None:
        length = length - time.clock_gettime(clock)
    return min(max(length, 0.0), LATER)


def _absolute_clock(entry: Entry) -> int | None:
    """Return the clock whose time a call's time-out names; None where it names a length of time."""
    if entry.system_call == "clock_nanosleep":
        return int(entry.words[0]) if entry.words[1] & TIMER_ABSTIME else None
    if entry.name == "futex" and entry.words[1] & FUTEX_COMMAND == FUTEX_WAIT_BITSET:
        return time.CLOCK_REALTIME if entry.words[1] & FUTEX_CLOCK_REALTIME else time.CLOCK_MONOTONIC
    return None


def only_time(entry: Entry) -> bool:
    """Tell whether a wait waits for nothing but time: a sleep, or a poll or select over no descriptor."""
    return entry.name == "sleep" or (
        entry.name in ("poll", "select") and entry.words[1 if entry.name == "poll" else 0] == 0
    )


def expire(on: Machine, tid: int, memory: Memory, entry: Entry) -> int:
    """Show a thread what the kernel shows when the time is over: 0 and empty sets of select, or ETIMEDOUT."""
    if entry.name == "select":
        size = (min(entry.words[0], 1024) + 63) // 64 * 8
        for place in entry.words[1:4]:
            if place:
                memory.write(place, bytes(size))
    shown = -errno.ETIMEDOUT if entry.name == "futex" else 0
    registers = Registers(tid, on)
    registers.result(shown)
    registers.write()
    entry.injected = TIME_PASSED
    return shown
