"""Faults by hand: what `--fault` says, and the calls that it counts."""

import difflib
import errno
from collections.abc import Iterator, Sequence
from typing import Final

from conformance.messages import Message, also, say
from conformance.model.calls import FAULT_GROUPS, SYSTEM_CALLS, TRANSFER
from conformance.observe.linux.arch import Arch
from conformance.observe.linux.injector import Injector
from conformance.observe.linux.seccomp import numbers
from conformance.observe.pending import PendingCall
from conformance.records.faults import EVERY, Fail, Short
from conformance.trace_tool.errors import FaultError

NOT_BY_HAND: Final = frozenset({"restart", "futex", "clock", "timer", "sigwait"})
CALLS_TO_FAIL: Final = tuple(sorted({call.name for call in SYSTEM_CALLS.values()} - NOT_BY_HAND))
ERROR_NAMES: Final = frozenset(errno.errorcode.values())
SHORT: Final = "short="


def parse(words: str) -> Short | Fail:
    """Return what `CALL:NTH:ERROR` or `CALL:NTH:short=COUNT` means. Raises FaultError."""
    parts = words.split(":")
    if len(parts) != 3:
        raise FaultError(say("trace.fault.shape", fault=words))
    call, nth, effect = parts
    if call not in CALLS_TO_FAIL and call not in FAULT_GROUPS:
        complaint = _or_near(say("trace.fault.call", call=call), call, CALLS_TO_FAIL)
        raise FaultError(say("joined.known", complaint=complaint, known=("input", "output", *CALLS_TO_FAIL)))
    number = EVERY if nth == "*" else _count(nth, "trace.fault.nth", words)
    if effect.startswith(SHORT):
        count = _count(effect.removeprefix(SHORT), "trace.fault.count", words)
        return Short(call=_moves(call), count=count, nth=number)
    if effect not in ERROR_NAMES:
        complaint = _or_near(say("trace.fault.error", error=effect), effect.upper(), sorted(ERROR_NAMES))
        raise FaultError(also(complaint, say("trace.fault.errors")))
    return Fail(call=call, error=effect, nth=number)


def _moves(call: str) -> str:
    if call not in TRANSFER | {"input", "output"}:
        raise FaultError(say("trace.fault.no-bytes", call=call, known=sorted(TRANSFER)))
    return call


def _count(digits: str, key: str, fault: str) -> int:
    if not (digits.isascii() and digits.isdecimal() and int(digits[:9]) > 0 and len(digits) < 10):
        raise FaultError(say(key, fault=fault))
    return int(digits)


def _or_near(complaint: Message, word: str, known: Sequence[str]) -> Message:
    near = difflib.get_close_matches(word, known, 1)
    return say("joined.meant", complaint=complaint, word=near[0]) if near else complaint


class ManualInjector(Injector):
    """Counts every call of a name that is shown: by hand nothing is set aside for an exercise."""

    def __init__(self, arch: Arch, faults: Sequence[Short | Fail]) -> None:
        super().__init__(arch, {name: number for number, name in numbers(arch).items()}, faults)

    def concerns(self, pending: PendingCall, fault: Short | Fail) -> bool:
        """Tell whether a shown call bears the fault's name, or belongs to its group."""
        return pending.number >= 0 and (pending.name == fault.call or pending.name in FAULT_GROUPS.get(fault.call, ()))

    def missed(self) -> Iterator[tuple[Short | Fail, int]]:
        """Yield the faults whose turn never came, with how many calls of the kind there were."""
        for place, fault in enumerate(self.faults):
            if isinstance(fault, Short | Fail) and self.seen[place] < max(fault.nth, 1):
                yield fault, self.seen[place]
