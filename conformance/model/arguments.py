"""The arguments of calls by name: a row of the vocabulary says in which order a call takes them.

Everything that looks at an argument asks for it by its name, so that where it stands is written down once, in the row.
"""

from collections.abc import Sequence
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import force_setattr

Argument = Literal[
    "action", "address", "address_back", "address_length", "address_length_back", "all", "backlog", "buffer", "clock",
    "command", "count", "descriptor", "directory", "entries", "epoll", "event", "events", "exceptional", "expected",
    "family", "first", "flags", "futex", "handle", "handles", "how", "information_back", "last", "length", "level",
    "limit", "message", "message_flags", "messages", "milliseconds", "mode", "moved_back", "new_descriptor", "offset",
    "open_flags", "operation", "option", "pair_back", "path", "position", "protocol", "readable", "seconds", "setting",
    "signal", "signals", "source", "target", "target_offset", "time_back", "time_out", "timer", "timer_back", "times",
    "type", "value", "value_length", "value_length_back", "vector", "version", "whence", "writable",
]  # fmt: skip
"""What an argument is. `…_back` is where the kernel leaves something. `vector` and `messages` lead to arrays of struct
iovec and struct mmsghdr with `count` entries, `message` to one struct msghdr. `time_out` leads to a struct timespec or
timeval, `milliseconds` is the time itself. `flags` are a call's own; those of messages and of open have their names."""

Takes = tuple[Argument, ...]
"""The arguments that a call takes, in their order."""
# What calls of both platforms take.
BUFFER_ARGUMENTS: Final[Takes] = ("descriptor", "buffer", "length")
ADDRESS_ARGUMENTS: Final[Takes] = ("descriptor", "address", "address_length")
OPTION_ARGUMENTS: Final[Takes] = ("descriptor", "level", "option", "value", "value_length")
SOCKET_ARGUMENTS: Final[Takes] = ("family", "type", "protocol")
SELECT_ARGUMENTS: Final[Takes] = ("limit", "readable", "writable", "exceptional", "time_out")

Failure = Literal["minus one", "code", "zero", "never"]
"""How a call says that it failed: by -1 (INVALID_SOCKET and SOCKET_ERROR too), by the error itself, by 0.

The kernel itself gives a negated error number, from which the C library makes -1 and errno.
"""
Arguments = tuple[int, ...]
"""The arguments of one call, as they stood in the registers."""
ALL_ONES: Final = 0xFFFF_FFFF


class CallRow(Struct, frozen=True, kw_only=True, gc=False):
    """What the model knows of one call, on any platform."""

    name: str
    """The call's name in the course's words: `accept4` is an `accept`, `writev` a `write`, `closesocket` a `close`."""
    takes: tuple[Argument, ...] = ()
    """Its arguments in order, as far as anybody asks for them."""
    moves: Literal["in", "out"] | None = None
    """Which way it moves bytes of a socket or a file."""
    waits: Literal["event", "peer"] | None = None
    """Whether it is there to wait, or does something else and may wait for the peer meanwhile.

    A call that sends may wait for room too; but the peer makes room without being asked for anything.
    """
    makes: Literal["result", "pair", "message"] | None = None
    """Where a new descriptor stands: in the result, at `pair_back`, or in a message that came (SCM_RIGHTS)."""
    one_piece: str | None = None
    """The system call with one buffer that does the same for the first piece of a vector."""
    failure: Failure = "minus one"
    at: dict[Argument, int] = {}
    """Where each stands: follows from `takes`."""

    def __post_init__(self) -> None:
        """Note where each argument stands: it is looked up at each call of a traced program."""
        force_setattr(self, "at", {argument: place for place, argument in enumerate(self.takes)})

    def has(self, argument: Argument) -> bool:
        """Tell whether the call takes such an argument."""
        return argument in self.at

    def value(self, args: Sequence[int], argument: Argument) -> int:
        """Return an argument by its name; 0 where the call has none: `accept` is `accept4` with flags 0."""
        place = self.at.get(argument)
        return args[place] if place is not None and place < len(args) else 0


def signed(word: int) -> int:
    """Return the C int in an argument's register, whose upper half the kernel ignores."""
    low = word & ALL_ONES
    return low - (1 << 32) if low & 0x8000_0000 else low
