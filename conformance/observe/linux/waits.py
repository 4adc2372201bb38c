"""Waits with a time-out: how long each lasts, and what the kernel shows when its time is over."""

import errno
import struct
import time
from typing import Final

from conformance.messages import say
from conformance.model.calls import INPUT, OUTPUT, WAITS
from conformance.model.constants import TIMER_ABSTIME
from conformance.observe.linux.arch import Arch, Registers
from conformance.observe.linux.clock import Clock
from conformance.observe.linux.memory import Memory
from conformance.observe.linux.seccomp import FUTEX_COMMAND
from conformance.observe.linux.timers import Timer, news_of
from conformance.observe.linux.wait_arguments import set_places
from conformance.observe.pending import PendingCall

TIME_PASSED: Final = say("injected.time-passed")
FUTEX_WAIT_BITSET, FUTEX_CLOCK_REALTIME = 9, 0x100
LATER: Final = 7 * 24 * 3600.0
RECEIVES, SENDS = INPUT | {"accept"}, OUTPUT | {"connect"}
RESULT_SHOWN: Final = {
    "futex": -errno.ETIMEDOUT,
    "connect": -errno.EINPROGRESS,
    **dict.fromkeys(("sigwait", "accept", *INPUT, *OUTPUT), -errno.EAGAIN),
}
"""What a call returns when its time is over; the others return 0."""


def time_left(memory: Memory, pending: PendingCall, clock: Clock) -> float | None:
    """Return the seconds that a wait still lasts; None where it has no end."""
    if pending.name not in WAITS:
        return _left(pending, clock, _of_the_socket(pending))
    if pending.row.has("milliseconds"):
        milliseconds = pending.int_arg("milliseconds")
        return _left(pending, clock, milliseconds / 1000 if milliseconds >= 0 else None)
    length = time_at(memory, pending)
    absolute = _absolute_clock(pending)
    if length is None or absolute is None:
        return _left(pending, clock, length)
    return min(max(length - clock.now(absolute), 0.0), LATER)


def _left(pending: PendingCall, clock: Clock, length: float | None) -> float | None:
    return None if length is None else min(max(pending.since + length - clock.now(), 0.0), LATER)


def _of_the_socket(pending: PendingCall) -> float | None:
    """Return how long the socket of a call lets it wait (SO_RCVTIMEO, SO_SNDTIMEO); None where it has no limit."""
    if pending.file is None:
        return None
    times = pending.file.receives_for if pending.name in RECEIVES else pending.file.sends_for
    return times if pending.name in RECEIVES | SENDS and times else None


def time_at(memory: Memory, pending: PendingCall) -> float | None:
    """Return the seconds to which a call's pointer to a time leads: a length, or a moment."""
    raw = memory.read(pending.arg("time_out"), 16)
    if len(raw) < 16:
        return None
    seconds, fraction = struct.unpack("<qq", raw)
    return float(seconds + fraction / (1e6 if pending.system_call == "select" else 1e9))


def _absolute_clock(pending: PendingCall) -> int | None:
    """Return the clock whose time a call's time-out names; None where it names a length of time."""
    if pending.system_call == "clock_nanosleep":
        return pending.arg("clock") if pending.arg("flags") & TIMER_ABSTIME else None
    operation = pending.arg("operation")
    if pending.name == "futex" and operation & FUTEX_COMMAND == FUTEX_WAIT_BITSET:
        return time.CLOCK_REALTIME if operation & FUTEX_CLOCK_REALTIME else time.CLOCK_MONOTONIC
    return None


def only_time(pending: PendingCall) -> bool:
    """Tell whether a wait waits for nothing but time: a sleep, or a poll or select over no descriptor."""
    no_descriptor = pending.name in ("poll", "select") and not (pending.arg("count") or pending.arg("limit"))
    return pending.name == "sleep" or no_descriptor


def expire(arch: Arch, tid: int, memory: Memory, pending: PendingCall) -> int:
    """Show a thread what the kernel shows when the time is over: 0 and empty sets of select, or an error."""
    if pending.name == "select":
        size = (min(pending.arg("limit"), 1024) + 63) // 64 * 8
        for place in set_places(pending):
            if place:
                memory.write(place, bytes(size))
    shown = RESULT_SHOWN.get(pending.name, 0)
    registers = Registers(tid, arch)
    registers.result(shown)
    registers.write()
    pending.waited = True
    if pending.name in WAITS:
        pending.injected = TIME_PASSED
    return shown


def hears(pending: PendingCall, timer: Timer) -> bool:
    """Tell whether a call waits for the signal of a timer."""
    if pending.name != "sigwait":
        return False
    signals = int.from_bytes(timer.process.memory.read(pending.arg("signals"), 8), "little")
    return bool(signals >> (timer.told.signal - 1) & 1)


def tell(arch: Arch, tid: int, memory: Memory, pending: PendingCall, timer: Timer) -> int:
    """Let a call that waits for a signal return with the news that a timer is over."""
    if pending.arg("information_back"):
        memory.write(pending.arg("information_back"), news_of(timer))
    registers = Registers(tid, arch)
    registers.result(timer.told.signal)
    registers.write()
    return timer.told.signal
