"""The numbers of descriptors, predicted: each is the lowest that is free, or the one that a call asks for.

Source: POSIX.1 XSH, *File Descriptor Allocation*. A process's numbers follow from those at its start and the calls
that it makes: `fork` copies them, exec frees what is close-on-exec, `close` frees one. Linux takes a number as soon as
the call begins, also where `accept` then waits: so the order in which calls were entered is the order of the numbers.

The vocabulary does not hold every call that makes descriptors (pipe2, epoll_create1, eventfd2 …). Where a number is
higher than predicted, or one is used that nothing seen has made, such a call has made it: the table takes that over,
says so, and goes on from there. A number that is lower than predicted has no such excuse.
"""

import errno
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final, NamedTuple, Protocol

from conformance.model.calls import CLOSE_RANGE_CLOEXEC

DUPLICATE, SET_FLAGS, DUPLICATE_UNTIL_EXEC = 0, 2, 1030
"""Commands of fcntl: F_DUPFD, F_SETFD, F_DUPFD_CLOEXEC."""
ONE_NUMBER: Final = frozenset({"socket", "open", "accept", "dup"})
"""Calls whose result is a new number, by their names in the course's words."""
TAKEN_WHILE_WAITING: Final = frozenset({"accept", "open"})
EXACTLY: Final = frozenset({"dup2", "dup3"})
FLAGS: Final = {"socket": 1, "socketpair": 1, "accept4": 3, "open": 1, "openat": 2, "dup3": 2}
"""Where O_CLOEXEC stands among the arguments, under whichever name."""
FLAGS_OF_MESSAGE, MSG_CMSG_CLOEXEC = 2, 0x4000_0000
INT: Final = 0xFFFF_FFFF


class Called(Protocol):
    """What must be known of a call."""

    @property
    def number(self) -> int:
        """Its place in the order in which calls were entered."""

    @property
    def process(self) -> int:
        """Which process made it."""

    @property
    def name(self) -> str:
        """In the course's words."""

    @property
    def system_call(self) -> str:
        """In the kernel's."""

    @property
    def words(self) -> tuple[int, ...]:
        """Its arguments."""

    @property
    def result(self) -> int | None:
        """What it gave; None where it has not returned."""

    @property
    def error(self) -> str | None:
        """The name of its error."""

    @property
    def descriptor(self) -> int | None:
        """The number that it was made on."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """Those that it gave in memory: the two of socketpair, those that came with a message."""


class Forked(Protocol):
    """What must be known of a fork."""

    @property
    def parent(self) -> int:
        """The process that forked."""

    @property
    def child(self) -> int:
        """The process that was made."""

    @property
    def after(self) -> int:
        """How many calls had been entered by then."""


class Loaded(Protocol):
    """What must be known of an exec."""

    @property
    def process(self) -> int:
        """The process that got another program."""

    @property
    def after(self) -> int:
        """How many calls had been entered by then."""


class Happened(Protocol):
    """A trace of everything, as far as numbers follow from it."""

    @property
    def calls(self) -> Sequence[Called]:
        """The calls, as they were entered."""

    @property
    def forks(self) -> Sequence[Forked]:
        """The forks, in order."""

    @property
    def loads(self) -> Sequence[Loaded]:
        """What was loaded by exec after the start, in order."""


class Prediction(NamedTuple):
    """A number as the model predicts it, beside the one that the system gave."""

    call: int
    """The call, by its place in the trace."""
    predicted: int
    given: int
    unseen: tuple[int, ...] = ()
    """The free numbers between, where there are any: calls outside the vocabulary must have made them."""

    @property
    def right(self) -> bool:
        """Whether they are the same."""
        return self.predicted == self.given


@dataclass(slots=True)
class Numbers:
    """The numbers of one process that stand for something."""

    taken: set[int]
    until_exec: set[int] = field(default_factory=set)
    """Those of them that exec frees."""

    def lowest(self, least: int = 0) -> int:
        """Return the lowest free number that is not below another."""
        return next(number for number in count(least) if number not in self.taken)

    def take(self, number: int, *, until_exec: bool = False) -> None:
        """Let a number stand for something, in place of what it stood for."""
        self.taken.add(number)
        self.mark(number, until_exec=until_exec)

    def mark(self, number: int, *, until_exec: bool) -> None:
        """Say whether exec will free a number."""
        (self.until_exec.add if until_exec else self.until_exec.discard)(number)

    def free(self, number: int) -> None:
        """Let a number stand for nothing."""
        self.taken.discard(number)
        self.until_exec.discard(number)

    def within(self, low: int, high: int) -> list[int]:
        """Return the numbers from low to high that stand for something."""
        return [number for number in self.taken if low <= number <= high]

    def fork(self) -> "Numbers":
        """Return a child's: the same."""
        return Numbers(set(self.taken), set(self.until_exec))

    def load(self) -> None:
        """Follow exec."""
        for number in list(self.until_exec):
            self.free(number)


def predictions(happened: Happened, at_start: Iterable[int]) -> Iterator[Prediction]:
    """Yield each number that a program was given, as it follows from those that were taken at its start."""
    tables = {1: Numbers(set(at_start))}
    forks, loads = [*happened.forks], [*happened.loads]
    for call in happened.calls:
        while forks and forks[0].after <= call.number:
            fork = forks.pop(0)
            tables[fork.child] = tables[fork.parent].fork()
        while loads and loads[0].after <= call.number:
            tables[loads.pop(0).process].load()
        yield from _follow(tables[call.process], call)


def _follow(numbers: Numbers, call: Called) -> Iterator[Prediction]:
    """Predict what a call gives, and do to the numbers what it did."""
    if call.result is None:
        if call.name in TAKEN_WHILE_WAITING:
            numbers.take(numbers.lowest())
    elif call.name == "close":
        if call.error != errno.errorcode[errno.EBADF] and call.descriptor is not None:
            numbers.free(call.descriptor)  # also where it fails otherwise
    elif call.error is None:
        _notice(numbers, call)
        for given in _given(call):
            yield _predict(numbers, call, given)
        _change(numbers, call)


def _notice(numbers: Numbers, call: Called) -> None:
    """Take over a number that a call is made on with success, and that nothing seen has made."""
    on = call.words[0] & INT if call.name == "epoll_wait" else call.descriptor
    if on is not None and on >= 0 and on not in numbers.taken:
        numbers.take(on)


def _given(call: Called) -> tuple[int, ...]:
    """Return the numbers that a call has given, in the order in which they were taken."""
    duplicates = call.name == "fcntl" and call.words[1] in (DUPLICATE, DUPLICATE_UNTIL_EXEC)
    one = call.name in ONE_NUMBER or duplicates
    return (call.result,) if one and call.result is not None else call.numbers


def _predict(numbers: Numbers, call: Called, given: int) -> Prediction:
    predicted = _asked(numbers, call)
    unseen = tuple(number for number in range(predicted, given) if number not in numbers.taken)
    for number in unseen:
        numbers.take(number)
    unchanged = call.system_call == "dup2" and given == call.descriptor
    if not unchanged:
        numbers.take(given, until_exec=_until_exec(call))
    return Prediction(call.number, predicted, given, unseen)


def _asked(numbers: Numbers, call: Called) -> int:
    """Return the number that a call is to give."""
    if call.system_call in EXACTLY:
        return call.words[1] & INT
    return numbers.lowest(call.words[2] & INT if call.name == "fcntl" else 0)


def _until_exec(call: Called) -> bool:
    """Tell whether a call asks that exec frees what it gives."""
    if call.system_call == "recvmsg":
        return bool(call.words[FLAGS_OF_MESSAGE] & MSG_CMSG_CLOEXEC)
    place = FLAGS.get(call.system_call)
    asked = place is not None and bool(call.words[place] & os.O_CLOEXEC)
    return asked or (call.name == "fcntl" and call.words[1] == DUPLICATE_UNTIL_EXEC)


def _change(numbers: Numbers, call: Called) -> None:
    """Follow the calls that change numbers and give none."""
    if call.name == "close_range":
        for number in numbers.within(call.words[0] & INT, call.words[1] & INT):
            only_marked = call.words[2] & CLOSE_RANGE_CLOEXEC
            numbers.mark(number, until_exec=True) if only_marked else numbers.free(number)
    elif call.name == "fcntl" and call.words[1] == SET_FLAGS and call.descriptor is not None:
        numbers.mark(call.descriptor, until_exec=bool(call.words[2] & 1))
