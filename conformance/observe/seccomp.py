"""The seccomp filter: stop the program at the calls of interest, and leave all others at full speed."""

import ctypes
import struct
from functools import cache
from typing import Final

from conformance.model.calls import FUTEX_WAITS, REFUSED, SYSTEM_CALLS, UNFIT
from conformance.model.signals import NEWS
from conformance.observe.machine import (
    PR_SET_NO_NEW_PRIVS,
    PR_SET_SECCOMP,
    SECCOMP_MODE_FILTER,
    FilterProgram,
    Machine,
    libc,
)

ALLOW: Final = 0x7FFF_0000
TRACE: Final = 0x7FF0_0000
NOT_THERE: Final = 0x0005_0000 | 38  # SECCOMP_RET_ERRNO with ENOSYS
NOT_SO: Final = 0x0005_0000 | 22  # the same with EINVAL
LOAD, JUMP_EQUAL, JUMP_NOT_LESS, RETURN = 0x20, 0x15, 0x35, 0x06
AND: Final = 0x54
FUTEX_COMMAND: Final = 0x7F
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data


@cache
def numbers(on: Machine) -> dict[int, str]:
    """Map the numbers of this machine's traced calls to the kernel's names for them."""
    known = ((getattr(call, on.column), name) for name, call in SYSTEM_CALLS.items())
    return {number: name for number, name in known if number is not None}


def program(on: Machine, *, every_handler: bool = False) -> bytes:
    """Assemble the filter: foreign call tables and refused calls answer ENOSYS or EINVAL, the calls of interest stop.

    Handlers are of interest for signals that bring news, or for every signal.
    """
    column = 0 if on.column == "x86_64" else 1
    refused = [(pair[column], 3 if name in UNFIT else 2) for name, pair in REFUSED.items()]
    head = [
        step(LOAD, 0, 0, ARCHITECTURE),
        step(JUMP_EQUAL, 1, 0, on.audit),
        ret(NOT_THERE),
        step(LOAD, 0, 0, NUMBER),
    ]
    if on.foreign_bit:
        head += [step(JUMP_NOT_LESS, 0, 1, on.foreign_bit), ret(NOT_THERE)]
    places = {name: number for number, name in numbers(on).items()}
    head += _timed_futex(places["futex"])
    told_apart = {"futex"} if every_handler else {"futex", "rt_sigaction"}
    head += [] if every_handler else _handlers(places["rt_sigaction"])
    table = [(number, target) for number, target in refused if number is not None] + [
        (number, 1) for name, number in places.items() if name not in told_apart
    ]
    jumps = [
        step(JUMP_EQUAL, len(table) - place - 1 + target, 0, number) for place, (number, target) in enumerate(table)
    ]
    return b"".join([*head, *jumps, ret(ALLOW), ret(TRACE), ret(NOT_THERE), ret(NOT_SO)])


def _timed_futex(number: int) -> list[bytes]:
    """Return the steps that stop at a futex wait with a time-out, and let every other futex call pass."""
    wait, wait_bitset = FUTEX_WAITS
    return [
        step(JUMP_EQUAL, 0, 10, number),
        step(LOAD, 0, 0, ARGUMENTS + 8 * 1),
        step(AND, 0, 0, FUTEX_COMMAND),
        step(JUMP_EQUAL, 1, 0, wait),
        step(JUMP_EQUAL, 0, 4, wait_bitset),
        step(LOAD, 0, 0, ARGUMENTS + 8 * 3),
        step(JUMP_EQUAL, 0, 3, 0),
        step(LOAD, 0, 0, ARGUMENTS + 8 * 3 + 4),
        step(JUMP_EQUAL, 0, 1, 0),
        ret(ALLOW),
        ret(TRACE),
    ]


def _handlers(number: int) -> list[bytes]:
    """Return the steps that stop where a handler for a signal of interest is installed, and let every other pass."""
    signals = sorted(NEWS)
    checks = [step(JUMP_EQUAL, len(signals) - place, 0, one) for place, one in enumerate(signals)]
    return [
        step(JUMP_EQUAL, 0, len(checks) + 3, number),
        step(LOAD, 0, 0, ARGUMENTS),
        *checks,
        ret(ALLOW),
        ret(TRACE),
    ]


def step(code: int, if_true: int, if_false: int, operand: int) -> bytes:
    """Return one instruction of a filter."""
    return struct.pack("<HBBI", code, if_true, if_false, operand)


def ret(action: int) -> bytes:
    """Return the instruction that ends a filter with its answer."""
    return step(RETURN, 0, 0, action)


class Filter:
    """An assembled filter, ready to be installed in a child between fork and exec."""

    def __init__(self, on: Machine, *, every_handler: bool = False, code: bytes = b"") -> None:
        code = code or program(on, every_handler=every_handler)
        self._code = ctypes.create_string_buffer(code, len(code))
        self._program = FilterProgram(len(code) // 8, ctypes.addressof(self._code))

    def install(self) -> None:
        """Install it in this process, for good: only ever in a child."""
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(self._program), 0, 0)
