"""The numbers of calls are the kernel's own, for both machines."""

import re
import shutil
import signal
import struct
import subprocess
from pathlib import Path

import pytest

from conformance.model.calls import LAST_KNOWN_CALL, NEW_NAMESPACES, REFUSED_CALLS, REFUSED_FLAGS, SYSTEM_CALLS
from conformance.model.harmless_calls import HARMLESS_CALLS
from conformance.model.signals import NOTIFICATION_SIGNALS
from conformance.observe.linux import arch, seccomp

FUTEX_CASES = [
    (0, 0, seccomp.ALLOW),
    (0, 1, seccomp.TRACE),
    (0x80, 1 << 40, seccomp.TRACE),
    (0x189, 1, seccomp.TRACE),
    (0x80 | 9, 0, seccomp.ALLOW),
    (1, 7, seccomp.ALLOW),
]
"""Command with flag bits, time-out pointer, what is to happen: 0 is FUTEX_WAIT, 9 FUTEX_WAIT_BITSET, 1 FUTEX_WAKE."""
X32 = 0x4000_0000
"""Marks the calls of x86-64 with pointers of 32 bits."""
NO_CALLS = {"syscalls", "arch_specific_syscall"}
"""Names of the header that are numbers of something else."""
GENERIC = Path("/usr/include/asm-generic/unistd.h")


def kernel_numbers(header: str, *flags: str) -> dict[str, int]:
    """Return the numbers that a kernel header defines, as the preprocessor resolves them."""
    text = subprocess.run(
        ["gcc", "-E", "-dM", "-D__ARCH_WANT_SYS_CLONE3", *flags, "-include", header, "-x", "c", "/dev/null"],
        capture_output=True,
        text=True,
        check=True,
    )
    defined = dict(re.findall(r"#define (\w+) (\S+)", text.stdout))
    found = {}
    for name, value in defined.items():
        while value in defined:
            value = defined[value]
        if name.startswith("__NR_") and value.isdecimal():
            found[name.removeprefix("__NR_")] = int(value)
    return found


@pytest.mark.parametrize(("column", "header"), [("x86_64", "asm/unistd_64.h"), ("aarch64", "asm-generic/unistd.h")])
def test_numbers_are_the_kernels(column: str, header: str) -> None:
    if shutil.which("gcc") is None or not GENERIC.exists():
        pytest.skip("no gcc or no kernel headers here")
    theirs = kernel_numbers(header)
    for name, call in SYSTEM_CALLS.items():
        assert getattr(call, column) == theirs.get(name), name
    newest = max(theirs.values())
    for name, refused in (REFUSED_CALLS | REFUSED_FLAGS).items():
        number = getattr(refused, column)
        assert theirs.get(name) == (number if number <= newest else None), name


@pytest.mark.parametrize("header", ["asm/unistd_64.h", "asm-generic/unistd.h"])
def test_each_call_of_the_kernel_is_followed_refused_or_harmless(header: str) -> None:
    if shutil.which("gcc") is None or not GENERIC.exists():
        pytest.skip("no gcc or no kernel headers here")
    theirs = {name for name, number in kernel_numbers(header).items() if number <= LAST_KNOWN_CALL}
    assert theirs - NO_CALLS <= set(SYSTEM_CALLS) | set(REFUSED_CALLS) | HARMLESS_CALLS


def test_no_call_stands_in_two_tables() -> None:
    tables = (set(SYSTEM_CALLS), set(REFUSED_CALLS), set(HARMLESS_CALLS))
    assert sum(map(len, tables)) == len(set().union(*tables))
    assert set(REFUSED_FLAGS) <= HARMLESS_CALLS, "without the flag"


@pytest.mark.parametrize("on", [arch.X86_64, arch.AARCH64])
def test_untraced_programs_are_refused_the_same_calls_and_stop_nowhere(on: arch.Arch) -> None:
    traced, untraced = seccomp.program(on), seccomp.refusing(on)
    for number in range(LAST_KNOWN_CALL + 2):
        for arguments in ((0, 0, 0, 0, 0, 0), (NEW_NAMESPACES, 0, 0, 0, 0, 0)):
            answer = interpret(traced, on.audit, number, arguments)
            there = seccomp.ALLOW if answer == seccomp.TRACE else answer
            assert interpret(untraced, on.audit, number, arguments) == there


@pytest.mark.parametrize("on", [arch.X86_64, arch.AARCH64])
def test_every_jump_of_the_filter_ends_at_its_action(on: arch.Arch) -> None:
    """Interpret the filter as the kernel would, for each call of interest, each refused one and one of no interest."""
    code = seccomp.program(on)
    for number, name in seccomp.numbers(on).items():
        assert interpret(code, on.audit, number, (signal.SIGUSR1, 0, 0, 1 << 40, 0, 0)) == seccomp.TRACE, name
    handler = next(number for number, name in seccomp.numbers(on).items() if name == "rt_sigaction")
    for handled in signal.valid_signals():
        assert interpret(code, on.audit, handler, (handled, 0, 0, 0, 0, 0)) == (
            seccomp.TRACE if handled in NOTIFICATION_SIGNALS else seccomp.ALLOW
        )
    futex = next(number for number, name in seccomp.numbers(on).items() if name == "futex")
    for command, timeout, action in FUTEX_CASES:
        assert interpret(code, on.audit, futex, (0, command, 0, timeout, 0, 0)) == action
    for refused in REFUSED_CALLS.values():
        answer = seccomp.NOT_SO if refused.error == "EINVAL" else seccomp.NOT_THERE
        assert interpret(code, on.audit, getattr(refused, on.column)) == answer
    for flagged, one in ((call, 1 << bit) for call in REFUSED_FLAGS.values() for bit in range(32)):
        if not flagged.flag & one:
            continue
        arguments = tuple(one if place == flagged.argument else 0 for place in range(6))
        assert interpret(code, on.audit, getattr(flagged, on.column), arguments) == seccomp.NOT_THERE
        assert interpret(code, on.audit, getattr(flagged, on.column)) == seccomp.ALLOW
    assert interpret(code, on.audit, LAST_KNOWN_CALL) == seccomp.ALLOW
    for unknown in (LAST_KNOWN_CALL + 1, 9999, X32 | 1):
        assert interpret(code, on.audit, unknown) == seccomp.NOT_THERE
    assert interpret(code, 0x40000003, 4) == seccomp.NOT_THERE


def interpret(code: bytes, architecture: int, number: int, arguments: tuple[int, ...] = (0,) * 6) -> int:
    """Run a filter on one call's data, a struct seccomp_data."""
    data = struct.pack("<IIQ6Q", number, architecture, 0, *arguments)
    steps = list(struct.iter_unpack("<HBBI", code))
    value, place = 0, 0
    while True:
        kind, if_true, if_false, operand = steps[place]
        place += 1
        if kind == seccomp.LOAD:
            value = struct.unpack_from("<I", data, operand)[0]
        elif kind == seccomp.JUMP_IF_SET:
            place += if_true if value & operand else if_false
        elif kind == seccomp.AND:
            value &= operand
        elif kind == seccomp.JUMP_EQUAL:
            place += if_true if value == operand else if_false
        elif kind == seccomp.JUMP_NOT_LESS:
            place += if_true if value >= operand else if_false
        else:
            return int(operand)
