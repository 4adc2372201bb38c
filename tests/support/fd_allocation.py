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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Final, NamedTuple

from conformance.model.calls import CLOSE_RANGE_CLOEXEC, DUPLICATE_UNTIL_EXEC, DUPLICATES
from conformance.model.vocabulary import row
from conformance.records.trace import Call, Trace

F_SETFD: Final = 2
TAKEN_WHILE_WAITING: Final = frozenset({"accept", "open"})
MSG_CMSG_CLOEXEC: Final = 0x4000_0000


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
class FdAllocator:
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

    def fork(self) -> "FdAllocator":
        """Return a child's: the same."""
        return FdAllocator(set(self.taken), set(self.until_exec))

    def load(self) -> None:
        """Follow exec."""
        for number in list(self.until_exec):
            self.free(number)


def predictions(trace: Trace, at_start: Iterable[int]) -> Iterator[Prediction]:
    """Yield each number that a program was given, as it follows from those that were taken at its start."""
    tables = {1: FdAllocator(set(at_start))}
    forks, loads = [*trace.forks], [*trace.loads]
    for call in trace.calls:
        while forks and forks[0].after <= call.number:
            fork = forks.pop(0)
            tables[fork.child] = tables[fork.parent].fork()
        while loads and loads[0].after <= call.number:
            tables[loads.pop(0).process].load()
        yield from _follow(tables[call.process], call)


def _follow(numbers: FdAllocator, call: Call) -> Iterator[Prediction]:
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


def _notice(numbers: FdAllocator, call: Call) -> None:
    """Take over a number that a call is made on with success, and that nothing seen has made."""
    on = call.uint_arg("epoll") if call.has_arg("epoll") else call.descriptor
    if on is not None and on >= 0 and on not in numbers.taken:
        numbers.take(on)


def _given(call: Call) -> tuple[int, ...]:
    """Return the numbers that a call has given, in the order in which they were taken."""
    one = row(call.system_call).makes == "result" or (call.name == "fcntl" and call.arg("command") in DUPLICATES)
    return (call.result,) if one and call.result is not None else call.numbers


def _predict(numbers: FdAllocator, call: Call, given: int) -> Prediction:
    predicted = _asked(numbers, call)
    unseen = tuple(number for number in range(predicted, given) if number not in numbers.taken)
    for number in unseen:
        numbers.take(number)
    unchanged = call.system_call == "dup2" and given == call.descriptor
    if not unchanged:
        numbers.take(given, until_exec=_until_exec(call))
    return Prediction(call.number, predicted, given, unseen)


def _asked(numbers: FdAllocator, call: Call) -> int:
    """Return the number that a call is to give."""
    if call.has_arg("new_descriptor"):
        return call.uint_arg("new_descriptor")
    return numbers.lowest(call.uint_arg("setting") if call.name == "fcntl" else 0)


def _until_exec(call: Call) -> bool:
    """Tell whether a call asks that exec frees what it gives."""
    if call.has_arg("message_flags"):
        return bool(call.arg("message_flags") & MSG_CMSG_CLOEXEC)
    # One bit under several names: O_CLOEXEC, SOCK_CLOEXEC.
    asked = call.arg("open_flags") | call.arg("type") | (call.arg("flags") if call.name == "accept" else 0)
    return bool(asked & os.O_CLOEXEC) or (call.name == "fcntl" and call.arg("command") == DUPLICATE_UNTIL_EXEC)


def _change(numbers: FdAllocator, call: Call) -> None:
    """Follow the calls that change numbers and give none."""
    if call.name == "close_range":
        for number in numbers.within(call.uint_arg("first"), call.uint_arg("last")):
            only_marked = call.arg("flags") & CLOSE_RANGE_CLOEXEC
            numbers.mark(number, until_exec=True) if only_marked else numbers.free(number)
    elif call.name == "fcntl" and call.arg("command") == F_SETFD and call.descriptor is not None:
        numbers.mark(call.descriptor, until_exec=bool(call.arg("setting") & 1))
