"""The filter for programs under Wine: it stops one where it writes a line of the relay trace, and nowhere else."""

from typing import Final

from conformance.observe.linux.arch import Arch
from conformance.observe.linux.seccomp import (
    ALLOW,
    JUMP_EQUAL,
    LOAD,
    SECCOMP_ARCHITECTURE_AT,
    SECCOMP_ARGUMENTS_AT,
    SECCOMP_NUMBER_AT,
    TRACE,
    Filter,
    ret,
    step,
)

CHANNEL: Final = 2
"""The descriptor on which Wine writes its trace; a program's own standard error reaches it under another number."""
SYS_WRITE: Final = 1
"""The number of `write` on x86-64, the only machine on which Wine runs these programs."""


def relay_filter(arch: Arch) -> Filter:
    """Return the filter."""
    steps = [
        step(LOAD, 0, 0, SECCOMP_ARCHITECTURE_AT),
        step(JUMP_EQUAL, 0, 4, arch.audit),
        step(LOAD, 0, 0, SECCOMP_NUMBER_AT),
        step(JUMP_EQUAL, 0, 2, SYS_WRITE),
        step(LOAD, 0, 0, SECCOMP_ARGUMENTS_AT),
        step(JUMP_EQUAL, 1, 0, CHANNEL),
        ret(ALLOW),
        ret(TRACE),
    ]
    return Filter(arch, code=b"".join(steps))
