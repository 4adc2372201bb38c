"""What the arguments of a call point to: sets of descriptors, lengths of time, addresses, options."""

import struct
import time
from collections.abc import Callable, Iterable
from typing import Final

from conformance.observe.decode import ADDRESS_LIMIT, address, flags, signed
from conformance.observe.memory import Memory
from conformance.observe.recorder import Entry, buffers
from conformance.observe.trace import Address

Words = tuple[int, ...]
POLL_ENTRY: Final = struct.Struct("<ihh")
POLL_EVENTS: Final = {1: "POLLIN", 2: "POLLPRI", 4: "POLLOUT", 8: "POLLERR", 16: "POLLHUP", 32: "POLLNVAL",
                      64: "POLLRDNORM", 128: "POLLRDBAND", 256: "POLLWRNORM", 512: "POLLWRBAND", 0x2000: "POLLRDHUP",
                      }  # fmt: skip
SHOWN: Final = 16
"""How many descriptors of a poll or select are shown."""
LARGEST_SET: Final = 1024
TIMER_ABSTIME: Final = 1
CLOCKS: Final = frozenset({time.CLOCK_REALTIME, time.CLOCK_MONOTONIC})
SIZE_OF_TIMEVAL: Final = 16
NOTHING: Final = "NULL"
ADDRESSES: Final = {"bind": (1, 2), "connect": (1, 2), "sendto": (4, 5)}
"""Calls that are given an address: where it stands among the arguments, and where its length."""
ADDRESSES_BACK: Final = {"accept": (1, 2), "accept4": (1, 2), "getsockname": (1, 2), "getpeername": (1, 2),
                         "recvfrom": (4, 5)}  # fmt: skip
"""Calls that give an address back: where it stands, and where the place of its length stands."""


def given_address(memory: Memory, entry: Entry) -> Address | None:
    """Return the address that a call is given."""
    at, length = ADDRESSES[entry.system_call]
    return address(memory.read(entry.words[at], min(entry.words[length], ADDRESS_LIMIT)))


def address_back(memory: Memory, entry: Entry) -> Address | None:
    """Return the address that a call gave back; None where nobody asked for it."""
    at, length = ADDRESSES_BACK[entry.system_call]
    if not entry.words[at]:
        return None
    return address(memory.read(entry.words[at], min(_number(memory, entry.words[length]), ADDRESS_LIMIT)))


def option_value(memory: Memory, entry: Entry) -> bytes:
    """Return the value of a socket option: what it is set to, or what came back."""
    asked = entry.name == "getsockopt"
    length = _number(memory, entry.words[4]) if asked else entry.words[4] & 0xFFFF_FFFF
    return memory.read(entry.words[3], min(length, 16))


def offered(memory: Memory, entry: Entry, limit: int) -> bytes:
    """Return the first bytes that a call was to send, whatever became of them."""
    return b"".join([memory.read(base, length) for base, length in buffers(memory, entry, limit)])


def _number(memory: Memory, place: int) -> int:
    return int.from_bytes(memory.read(place, 4), "little")


# ---------------------------------------------------------------- calls that wait


def _polled(memory: Memory, words: Words) -> str:
    entries = _poll_entries(memory, words)
    inner = [f"{number} {flags(asked & 0xFFFF, POLL_EVENTS)}" for number, asked, _ in entries]
    return "[" + _some(inner, words[1]) + "]"


def _poll_entries(memory: Memory, words: Words) -> list[tuple[int, int, int]]:
    return list(POLL_ENTRY.iter_unpack(_whole(memory.read(words[0], POLL_ENTRY.size * min(words[1], SHOWN)), 8)))


def _whole(data: bytes, unit: int) -> bytes:
    return data[: len(data) // unit * unit]


def _some(inner: list[str], count: int) -> str:
    return ", ".join(inner[:SHOWN]) + (", …" if count > SHOWN else "")


def _members(memory: Memory, place: int, count: int) -> list[int]:
    """Return the descriptors of a set of select."""
    bits = int.from_bytes(memory.read(place, (min(count, LARGEST_SET) + 63) // 64 * 8), "little")
    return [number for number in range(min(count, LARGEST_SET)) if bits >> number & 1]


def _sets(memory: Memory, words: Words) -> Iterable[str]:
    for place in words[1:4]:
        inner = _members(memory, place, words[0] & 0xFFFF_FFFF) if place else []
        yield "{" + _some(list(map(str, inner)), len(inner)) + "}" if place else NOTHING


def _length(memory: Memory, place: int, fraction: float = 1e9, since: float = 0.0) -> str:
    """Return a struct timespec (or timeval) as seconds, from now or since a moment on its clock."""
    raw = memory.read(place, 16)
    if len(raw) < 16:
        return NOTHING
    seconds, rest = struct.unpack("<qq", raw)
    return f"{max(seconds + rest / fraction - since, 0.0):.6f}".rstrip("0").rstrip(".") + " s"


def _until(memory: Memory, words: Words) -> tuple[str, ...]:
    """Return how long a sleep is, also where the program names the moment of its end."""
    absolute = words[1] & TIMER_ABSTIME and words[0] in CLOCKS
    return (_length(memory, words[2], since=time.clock_gettime(words[0]) if absolute else 0.0),)


WAITING: Final[dict[str, Callable[[Memory, Words], tuple[str, ...]]]] = {
    "poll": lambda memory, a: (_polled(memory, a), str(a[1]), str(signed(a[2]))),
    "ppoll": lambda memory, a: (_polled(memory, a), str(a[1]), _length(memory, a[2])),
    "select": lambda memory, a: (str(signed(a[0])), *_sets(memory, a), _length(memory, a[4], 1e6)),
    "pselect6": lambda memory, a: (str(signed(a[0])), *_sets(memory, a), _length(memory, a[4])),
    "epoll_wait": lambda _, a: (str(signed(a[0])), str(signed(a[2])), str(signed(a[3]))),
    "epoll_pwait": lambda _, a: (str(signed(a[0])), str(signed(a[2])), str(signed(a[3]))),
    "epoll_pwait2": lambda memory, a: (str(signed(a[0])), str(signed(a[2])), _length(memory, a[3])),
    "nanosleep": lambda memory, a: (_length(memory, a[0]),),
    "clock_nanosleep": _until,
    "futex": lambda memory, a: (_length(memory, a[3]),),
    "alarm": lambda _, a: (f"{a[0] & 0xFFFF_FFFF} s",),
    "setitimer": lambda memory, a: (_length(memory, a[1] + SIZE_OF_TIMEVAL, 1e6),),
}
"""The arguments of calls that wait, as they stand at the entry: the kernel writes into some of them."""


def _ready_of_poll(memory: Memory, entry: Entry) -> str:
    answers = [(number, flags(seen & 0xFFFF, POLL_EVENTS)) for number, _, seen in _poll_entries(memory, entry.words)]
    return ", ".join(f"{number} {seen}" for number, seen in answers if seen != "0")


def _ready_of_select(memory: Memory, entry: Entry) -> str:
    return ", ".join(_sets(memory, entry.words))


def _pair(memory: Memory, entry: Entry) -> str:
    place = entry.words[3]
    return f"{_number(memory, place)}, {_number(memory, place + 4)}"


BACK: Final[dict[str, Callable[[Memory, Entry], str]]] = {
    "poll": _ready_of_poll,
    "ppoll": _ready_of_poll,
    "select": _ready_of_select,
    "pselect6": _ready_of_select,
    "socketpair": _pair,
}
"""What a call that succeeded gave back beside its result."""
