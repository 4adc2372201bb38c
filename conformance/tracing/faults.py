"""Faults by hand: what `--fault` says, and the calls that it counts."""

import difflib
import errno
from collections.abc import Iterator, Sequence
from typing import Final

from conformance.model.calls import GROUPS, SYSTEM_CALLS, TRANSFER
from conformance.observe.faults import EVERY, Fail, Short
from conformance.observe.injector import Injector
from conformance.observe.machine import Machine
from conformance.observe.recorder import Entry
from conformance.observe.seccomp import numbers
from conformance.words import say

NOT_BY_HAND: Final = frozenset({"restart", "futex"})
CALLS: Final = tuple(sorted({call.name for call in SYSTEM_CALLS.values()} - NOT_BY_HAND))
ERRORS: Final = frozenset(errno.errorcode.values())
SHORT: Final = "short="


class FaultError(ValueError):
    """A `--fault` that means nothing; its words say what is known."""


def parse(text: str) -> Short | Fail:
    """Return what `CALL:NTH:ERROR` or `CALL:NTH:short=COUNT` means. Raises FaultError."""
    parts = text.split(":")
    if len(parts) != 3:
        raise FaultError(say("trace.fault.shape", fault=text))
    call, nth, effect = parts
    if call not in CALLS and call not in GROUPS:
        raise FaultError(say("trace.fault.call", call=call, known=", ".join(CALLS), near=_near(call, CALLS)))
    number = EVERY if nth == "*" else _count(nth, "trace.fault.nth", text)
    if effect.startswith(SHORT):
        return Short(_moves(call), _count(effect.removeprefix(SHORT), "trace.fault.count", text), number)
    if effect not in ERRORS:
        raise FaultError(say("trace.fault.error", error=effect, near=_near(effect.upper(), ERRORS)))
    return Fail(call, effect, number)


def _moves(call: str) -> str:
    if call not in TRANSFER | {"input", "output"}:
        raise FaultError(say("trace.fault.no-bytes", call=call, known=", ".join(sorted(TRANSFER))))
    return call


def _count(digits: str, key: str, fault: str) -> int:
    if not (digits.isascii() and digits.isdecimal() and int(digits[:9]) > 0 and len(digits) < 10):
        raise FaultError(say(key, fault=fault))
    return int(digits)


def _near(word: str, known: Sequence[str] | frozenset[str]) -> str:
    near = difflib.get_close_matches(word, sorted(known), 1)
    return say("trace.fault.near", word=near[0]) if near else ""


class ByHand(Injector):
    """Counts every call of a name that is shown: by hand nothing is set aside for an exercise."""

    def __init__(self, on: Machine, faults: Sequence[Short | Fail]) -> None:
        super().__init__(on, {name: number for number, name in numbers(on).items()}, faults)

    def concerns(self, entry: Entry, fault: Short | Fail) -> bool:
        """Tell whether a shown call bears the fault's name, or belongs to its group."""
        return entry.number >= 0 and (entry.name == fault.call or entry.name in GROUPS.get(fault.call, ()))

    def missed(self) -> Iterator[tuple[Short | Fail, int]]:
        """Yield the faults whose turn never came, with how many calls of the kind there were."""
        for place, fault in enumerate(self.faults):
            if isinstance(fault, Short | Fail) and self.seen[place] < max(fault.nth, 1):
                yield fault, self.seen[place]
