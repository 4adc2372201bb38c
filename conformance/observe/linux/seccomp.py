"""The seccomp filter: stop the program at the calls of interest, and leave all others at full speed."""

import contextlib
import ctypes
import os
import struct
from functools import cache
from typing import Final

from conformance.messages import say
from conformance.model.calls import (
    FUTEX_WAITS,
    LAST_KNOWN_CALL,
    REFUSED_CALLS,
    REFUSED_FLAGS,
    SYSTEM_CALLS,
    RefusedCall,
    RefusedFlag,
)
from conformance.model.signals import NOTIFICATION_SIGNALS
from conformance.observe.libc import libc
from conformance.observe.linux.arch import (
    PR_SET_NO_NEW_PRIVS,
    PR_SET_SECCOMP,
    SECCOMP_MODE_FILTER,
    Arch,
    FilterProgram,
)

ALLOW: Final = 0x7FFF_0000
"""SECCOMP_RET_ALLOW: the call is made at full speed."""
TRACE: Final = 0x7FF0_0000
"""SECCOMP_RET_TRACE: the thread stops for its tracer; where there is none, the call fails with ENOSYS."""
NOT_THERE: Final = 0x0005_0000 | 38  # SECCOMP_RET_ERRNO with ENOSYS
NOT_SO: Final = 0x0005_0000 | 22  # the same with EINVAL
LOAD, JUMP_EQUAL, JUMP_NOT_LESS, JUMP_IF_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
AND: Final = 0x54
"""Codes of classic BPF, by linux/bpf_common.h, for words of 32 bits."""
FUTEX_COMMAND: Final = 0x7F
SECCOMP_NUMBER_AT, SECCOMP_ARCHITECTURE_AT, SECCOMP_ARGUMENTS_AT = 0, 4, 16  # offsets in struct seccomp_data


@cache
def numbers(arch: Arch) -> dict[int, str]:
    """Map the numbers of this machine's traced calls to the kernel's names for them."""
    known = ((getattr(call, arch.column), name) for name, call in SYSTEM_CALLS.items())
    return {number: name for number, name in known if number is not None}


def program(arch: Arch, *, every_handler: bool = False) -> bytes:
    """Assemble the filter: foreign call tables and refused calls answer ENOSYS or EINVAL, the calls of interest stop.

    Handlers are of interest for signals that bring news, or for every signal.
    """
    places = {name: number for number, name in numbers(arch).items()}
    told_apart = {"futex"} if every_handler else {"futex", "rt_sigaction"}
    more = _timed_futex(places["futex"]) + ([] if every_handler else _handlers(places["rt_sigaction"]))
    return _assembled(arch, more, [number for name, number in places.items() if name not in told_apart])


def refusing(arch: Arch) -> bytes:
    """Assemble the filter for programs that are not traced: it refuses the same calls, and no other one stops."""
    return _assembled(arch, [], [])


def _assembled(arch: Arch, more: list[bytes], stopping: list[int]) -> bytes:
    """Assemble a filter that refuses what is refused, has some steps more, and stops at some calls."""
    head = [
        step(LOAD, 0, 0, SECCOMP_ARCHITECTURE_AT),
        step(JUMP_EQUAL, 1, 0, arch.audit),
        ret(NOT_THERE),
        step(LOAD, 0, 0, SECCOMP_NUMBER_AT),
        step(JUMP_NOT_LESS, 0, 1, LAST_KNOWN_CALL + 1),  # the x32 calls of x86-64 among them
        ret(NOT_THERE),
    ]
    for call in REFUSED_FLAGS.values():
        head += _refused_flag(call, arch)
    refused = [(call_number(call, arch), 3 if call.error == "EINVAL" else 2) for call in REFUSED_CALLS.values()]
    table = refused + [(number, 1) for number in stopping]
    jumps = [
        step(JUMP_EQUAL, len(table) - place - 1 + target, 0, number) for place, (number, target) in enumerate(table)
    ]
    return b"".join([*head, *more, *jumps, ret(ALLOW), ret(TRACE), ret(NOT_THERE), ret(NOT_SO)])


def call_number(call: RefusedCall | RefusedFlag, arch: Arch) -> int:
    """Return the number of a call on a machine."""
    return call.x86_64 if arch.column == "x86_64" else call.aarch64


def _refused_flag(call: RefusedFlag, arch: Arch) -> list[bytes]:
    """Return the steps that refuse a call with a flag, and let it pass without."""
    return [
        step(JUMP_EQUAL, 0, 4, call_number(call, arch)),
        step(LOAD, 0, 0, SECCOMP_ARGUMENTS_AT + 8 * call.argument),
        step(JUMP_IF_SET, 0, 1, call.flag),
        ret(NOT_THERE),
        ret(ALLOW),
    ]


def _timed_futex(number: int) -> list[bytes]:
    """Return the steps that stop at a futex wait with a time-out, and let every other futex call pass."""
    wait, wait_bitset = FUTEX_WAITS
    return [
        step(JUMP_EQUAL, 0, 10, number),
        step(LOAD, 0, 0, SECCOMP_ARGUMENTS_AT + 8 * 1),
        step(AND, 0, 0, FUTEX_COMMAND),
        step(JUMP_EQUAL, 1, 0, wait),
        step(JUMP_EQUAL, 0, 4, wait_bitset),
        step(LOAD, 0, 0, SECCOMP_ARGUMENTS_AT + 8 * 3),
        step(JUMP_EQUAL, 0, 3, 0),
        step(LOAD, 0, 0, SECCOMP_ARGUMENTS_AT + 8 * 3 + 4),
        step(JUMP_EQUAL, 0, 1, 0),
        ret(ALLOW),
        ret(TRACE),
    ]


def _handlers(number: int) -> list[bytes]:
    """Return the steps that stop where a handler for a signal of interest is installed, and let every other pass."""
    signals = sorted(NOTIFICATION_SIGNALS)
    checks = [step(JUMP_EQUAL, len(signals) - place, 0, one) for place, one in enumerate(signals)]
    return [
        step(JUMP_EQUAL, 0, len(checks) + 3, number),
        step(LOAD, 0, 0, SECCOMP_ARGUMENTS_AT),
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

    def __init__(self, arch: Arch, *, every_handler: bool = False, code: bytes = b"") -> None:
        code = code or program(arch, every_handler=every_handler)
        self._code = ctypes.create_string_buffer(code, len(code))
        self._program = FilterProgram(len(code) // 8, ctypes.addressof(self._code))

    def is_allowed(self) -> bool:
        """Try, in a child, whether it can be installed here."""
        child = os.fork()
        if child == 0:
            with contextlib.suppress(OSError):
                self.install()
                os._exit(0)
            os._exit(1)
        return os.waitpid(child, 0)[1] == 0

    def install(self) -> None:
        """Install it in this process, for good: only ever in a child.

        Raises OSError where the system forbids filters.
        """
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(self._program), 0, 0) != 0:
            raise OSError(ctypes.get_errno(), say("sandbox.no-filter"))
