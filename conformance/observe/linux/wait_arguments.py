"""The arguments of calls that wait: sets of descriptors and lengths of time, read where they lie in memory."""

import struct
import time
from collections.abc import Callable, Iterable
from typing import Final

from conformance.model.constants import TIMER_ABSTIME
from conformance.observe.linux.decode import flags
from conformance.observe.linux.memory import Memory
from conformance.observe.pending import PendingCall

POLL_ENTRY: Final = struct.Struct("<ihh")
POLL_EVENTS: Final = {1: "POLLIN", 2: "POLLPRI", 4: "POLLOUT", 8: "POLLERR", 16: "POLLHUP", 32: "POLLNVAL",
                      64: "POLLRDNORM", 128: "POLLRDBAND", 256: "POLLWRNORM", 512: "POLLWRBAND", 0x2000: "POLLRDHUP",
                      }  # fmt: skip
DESCRIPTORS_SHOWN: Final = 16
"""How many descriptors of a poll or select are shown."""
LARGEST_SET: Final = 1024
CLOCKS: Final = frozenset({time.CLOCK_REALTIME, time.CLOCK_MONOTONIC})
SIZE_OF_TIMEVAL: Final = 16
NULL_POINTER: Final = "NULL"


def _polled(memory: Memory, pending: PendingCall) -> str:
    entries = poll_entries(memory, pending)
    inner = [f"{number} {flags(asked & 0xFFFF, POLL_EVENTS)}" for number, asked, _ in entries]
    return "[" + _first_of(inner, pending.arg("count")) + "]"


def poll_entries(memory: Memory, pending: PendingCall) -> list[tuple[int, int, int]]:
    """Return the descriptors of a poll, with the events that are asked for and those that came."""
    raw = memory.read(pending.arg("entries"), POLL_ENTRY.size * min(pending.arg("count"), DESCRIPTORS_SHOWN))
    return list(POLL_ENTRY.iter_unpack(_whole_units(raw, POLL_ENTRY.size)))


def _whole_units(data: bytes, unit: int) -> bytes:
    return data[: len(data) // unit * unit]


def _first_of(inner: list[str], count: int) -> str:
    return ", ".join(inner[:DESCRIPTORS_SHOWN]) + (", …" if count > DESCRIPTORS_SHOWN else "")


def _set_members(memory: Memory, place: int, count: int) -> list[int]:
    """Return the descriptors of a set of select."""
    bits = int.from_bytes(memory.read(place, (min(count, LARGEST_SET) + 63) // 64 * 8), "little")
    return [number for number in range(min(count, LARGEST_SET)) if bits >> number & 1]


def set_places(pending: PendingCall) -> tuple[int, int, int]:
    """Return where the three sets of a select lie; 0 where it has none."""
    return pending.arg("readable"), pending.arg("writable"), pending.arg("exceptional")


def sets(memory: Memory, pending: PendingCall) -> Iterable[str]:
    """Yield the sets of a select as they stand in memory: at the entry what is asked for, at the exit what is ready."""
    for place in set_places(pending):
        inner = _set_members(memory, place, pending.uint_arg("limit")) if place else []
        yield "{" + _first_of(list(map(str, inner)), len(inner)) + "}" if place else NULL_POINTER


def _length(memory: Memory, place: int, fraction: float = 1e9, since: float = 0.0) -> str:
    """Return a struct timespec (or timeval) as seconds, from now or since a moment on its clock."""
    raw = memory.read(place, 16)
    if len(raw) < 16:
        return NULL_POINTER
    seconds, rest = struct.unpack("<qq", raw)
    return f"{max(seconds + rest / fraction - since, 0.0):.6f}".rstrip("0").rstrip(".") + " s"


def _time_out(memory: Memory, pending: PendingCall) -> str:
    """Return the length of a wait to which a call points."""
    return _length(memory, pending.arg("time_out"))


def _until(memory: Memory, pending: PendingCall) -> tuple[str, ...]:
    """Return how long a sleep is, also where the program names the moment of its end."""
    clock = pending.arg("clock")
    absolute = pending.arg("flags") & TIMER_ABSTIME and clock in CLOCKS
    return (_length(memory, pending.arg("time_out"), since=time.clock_gettime(clock) if absolute else 0.0),)


def _poll(memory: Memory, pending: PendingCall) -> tuple[str, ...]:
    return _polled(memory, pending), str(pending.arg("count")), str(pending.int_arg("milliseconds"))


def _ppoll(memory: Memory, pending: PendingCall) -> tuple[str, ...]:
    return _polled(memory, pending), str(pending.arg("count")), _time_out(memory, pending)


def _select(memory: Memory, pending: PendingCall) -> tuple[str, ...]:
    time_out = _length(memory, pending.arg("time_out"), 1e6)
    return str(pending.int_arg("limit")), *sets(memory, pending), time_out


def _pselect(memory: Memory, pending: PendingCall) -> tuple[str, ...]:
    return str(pending.int_arg("limit")), *sets(memory, pending), _time_out(memory, pending)


def _epoll(_memory: Memory, pending: PendingCall) -> tuple[str, ...]:
    return str(pending.int_arg("epoll")), str(pending.int_arg("count")), str(pending.int_arg("milliseconds"))


def _epoll_until(memory: Memory, pending: PendingCall) -> tuple[str, ...]:
    return str(pending.int_arg("epoll")), str(pending.int_arg("count")), _time_out(memory, pending)


WAITING: Final[dict[str, Callable[[Memory, PendingCall], tuple[str, ...]]]] = {
    "poll": _poll,
    "ppoll": _ppoll,
    "select": _select,
    "pselect6": _pselect,
    "epoll_wait": _epoll,
    "epoll_pwait": _epoll,
    "epoll_pwait2": _epoll_until,
    "nanosleep": lambda memory, pending: (_time_out(memory, pending),),
    "clock_nanosleep": _until,
    "futex": lambda memory, pending: (_time_out(memory, pending),),
    "alarm": lambda _, pending: (f"{pending.uint_arg('seconds')} s",),
    "setitimer": lambda memory, pending: (_length(memory, pending.arg("times") + SIZE_OF_TIMEVAL, 1e6),),
}
"""The arguments of calls that wait, as they stand at the entry: the kernel writes into some of them."""
