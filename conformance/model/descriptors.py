"""Descriptors and the open file descriptions behind them: their states, and how each call changes them.

A *descriptor* is a number in one process; an *open file description* is what it stands for. `dup`, `fork` and passing
make further descriptors of one description. The state belongs to the description; being open belongs to the
descriptor. This module alone knows how a call changes either. It follows what happened, also after a violation: a call
that the table does not allow leaves the state as it was.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class DescriptorKind(StrEnum):
    """What a descriptor stands for, as far as the rules differ."""

    SOCKET = "socket"
    FILE = "file"
    STANDARD = "standard stream"
    OTHER = "other"


class State(StrEnum):
    """How far a description has come on its way."""

    FRESH = "fresh"
    BOUND = "bound"
    LISTENING = "listening"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    OPEN = "open"


# (state before, call) -> state after the call succeeded. What is missing does not change the state.
# Source: POSIX.1 XSH bind, listen, connect; Linux also lets `listen` stand without `bind`.
TRANSITIONS: Final[dict[tuple[State, str], State]] = {
    (State.FRESH, "bind"): State.BOUND,
    (State.FRESH, "listen"): State.LISTENING,
    (State.BOUND, "listen"): State.LISTENING,
    (State.LISTENING, "listen"): State.LISTENING,
    (State.FRESH, "connect"): State.CONNECTED,
    (State.BOUND, "connect"): State.CONNECTED,
    (State.CONNECTING, "connect"): State.CONNECTED,
    # A connection that was not waited for is there once data goes over it, or its end comes.
    **{(State.CONNECTING, call): State.CONNECTED for call in ("read", "recv", "write", "send")},
}

# Calls that a server and a client make on one description, in this order (lifecycle.*-call-order).
SERVER_ORDER: Final = ("socket", "bind", "listen", "accept")
CLIENT_ORDER: Final = ("socket", "connect")
UNDER_WAY: Final = frozenset({"EINPROGRESS", "WSAEWOULDBLOCK"})
"""What connect says of a connection that is on its way."""


@dataclass(slots=True)
class OpenFile:
    """One open file description while the program runs."""

    number: int
    kind: DescriptorKind
    state: State
    opened_by: int
    in_scope: bool = False
    datagrams: bool = False
    """Whether it is a socket of which each transfer is one message."""
    receives_for: float = 0.0
    """How many seconds a call that receives waits at most (SO_RCVTIMEO); 0: as long as it takes."""
    sends_for: float = 0.0
    """The same of a call that sends (SO_SNDTIMEO)."""
    closes: int = 0
    copies: int = 1
    open_in: set[tuple[int, int]] = field(default_factory=set)
    """The (process, descriptor) pairs that stand for it now."""
    leaked_at_exit: set[tuple[int, int]] = field(default_factory=set)
    """The pairs that were still open when their process ended or another program was loaded into it."""

    def advance(self, call: str) -> None:
        """Follow a call that succeeded.

        A socket for datagrams that is bound stays what it is when it is connected: no conversation of its own begins.
        """
        if self.datagrams and self.state is State.BOUND:
            return
        self.state = TRANSITIONS.get((self.state, call), self.state)


class DescriptorTable:
    """The descriptors of one process: number -> description."""

    def __init__(self, process: int, entries: dict[int, OpenFile] | None = None) -> None:
        self.process = process
        self.entries: dict[int, OpenFile] = {}
        self.closed: set[int] = set()
        """Numbers that stood for a description of the exercise and are closed."""
        for number, entry in (entries or {}).items():
            self.put(number, entry)
            entry.copies += 1

    def put(self, number: int, entry: OpenFile) -> None:
        """Let a number stand for a description, in place of what it stood for."""
        self.drop(number)
        self.entries[number] = entry
        self.closed.discard(number)
        entry.open_in.add((self.process, number))

    def drop(self, number: int) -> OpenFile | None:
        """Take a number away and return what it stood for."""
        entry = self.entries.pop(number, None)
        if entry is not None:
            entry.open_in.discard((self.process, number))
            if entry.in_scope:
                self.closed.add(number)
        return entry

    def copy(self, old: int, new: int) -> None:
        """Follow dup: `new` stands for what `old` stands for."""
        entry = self.entries.get(old)
        if old == new:
            return
        if entry is None:
            self.drop(new)
            return
        self.put(new, entry)
        entry.copies += 1

    def fork(self, process: int) -> "DescriptorTable":
        """Return the table of a child: the same numbers, the same descriptions."""
        child = DescriptorTable(process, self.entries)
        child.closed = set(self.closed)
        return child

    def keep_only(self, numbers: set[int]) -> None:
        """Follow exec: what is not among the numbers was closed by it."""
        for number in set(self.entries) - numbers:
            self.drop(number)

    def end(self) -> None:
        """Follow the end of the process: what is open now is closed by the system, not by a call."""
        for number in list(self.entries):
            entry = self.drop(number)
            if entry is not None:
                entry.leaked_at_exit.add((self.process, number))
