"""The kernel's interface as ctypes: ptrace and registers; and what differs between machines."""

import ctypes
import os
import platform
import struct
from typing import Final, NamedTuple

from conformance.observe.libc import ptrace as _ptrace

# Requests of ptrace, by linux/ptrace.h without PTRACE_ (man 2 ptrace).
PEEKDATA, POKEDATA = 2, 5
CONT, SYSCALL, GETEVENTMSG = 7, 24, 0x4201
GETREGSET, SETREGSET = 0x4204, 0x4205
PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_LISTEN = 17, 0x4206, 0x4207, 0x4208
GET_SYSCALL_INFO: Final = 0x420E
# Sets of registers, by linux/elf.h. On aarch64 the number of a call is one of its own, and no register.
NT_PRSTATUS, NT_ARM_SYSTEM_CALL = 1, 0x404

# Why a thread stands still, PTRACE_EVENT_: the bits above the signal in a wait status.
EVENT_FORK, EVENT_VFORK, EVENT_CLONE, EVENT_EXEC = 1, 2, 3, 4
EVENT_SECCOMP, EVENT_STOP = 7, 128
# TRACESYSGOOD, TRACEFORK, TRACEVFORK, TRACECLONE, TRACEEXEC, TRACESECCOMP, EXITKILL
PTRACE_OPTIONS: Final = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x80 | 0x100000

# man 2 prctl, man 2 seccomp, man 2 unshare.
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG = 38, 22, 36, 1
PR_GET_DUMPABLE, PR_SET_DUMPABLE, PR_SET_NAME, PR_CAPBSET_DROP = 3, 4, 15, 24
SECCOMP_MODE_FILTER: Final = 2
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWNS = 0x10000000, 0x20000000, 0x40000000, 0x20000
CLONE_NEWUTS, CLONE_NEWIPC = 0x4000000, 0x8000000

# What the kernel answers inside itself when a signal interrupts a call that may be begun again.
RESTART_RESULTS: Final = frozenset({-512, -513, -514, -516})

SYSCALL_INFO: Final = struct.Struct("<B3xIQQQ6QI4x")
"""struct ptrace_syscall_info at a seccomp stop: what, machine, instruction, stack, number, six arguments, the filter's
data."""
EXIT_INFO: Final = struct.Struct("<B3xIQQqB")
"""The same at the end of a call: what, machine, instruction, stack, result, whether that is an error."""


class Arch(NamedTuple):
    """What the observer must know of a processor's calling convention."""

    name: str
    audit: int
    """AUDIT_ARCH of linux/audit.h: a filter must refuse every other."""
    registers: int
    """How many 64-bit words PTRACE_GETREGSET NT_PRSTATUS gives."""
    arguments: tuple[int, ...]
    """Where the six arguments of a call stand among the registers."""
    result: int
    number: int
    """Where the call's number stands; on aarch64 at entry only by NT_ARM_SYSTEM_CALL."""
    number_is_register: bool
    column: str
    stack: int
    """Where the stack pointer stands among the registers."""
    pivot_root: int
    """The number of the call of that name, for which the C library has no function."""

    def call_and_return(self, number: int) -> bytes:
        """Return a function's code that makes a system call with the arguments it was given, and returns the result."""
        if self.number_is_register:
            return b"\xb8" + struct.pack("<I", number) + b"\x0f\x05\xc3"  # mov $number, %eax; syscall; ret
        return struct.pack("<3I", 0xD280_0008 | number << 5, 0xD400_0001, 0xD65F_03C0)  # mov x8, #number; svc #0; ret


X86_64: Final = Arch(
    name="x86_64",
    audit=0xC000003E,
    registers=27,
    arguments=(14, 13, 12, 7, 9, 8),
    result=10,
    number=15,
    number_is_register=True,
    column="x86_64",
    stack=19,
    pivot_root=155,
)
AARCH64: Final = Arch(
    name="aarch64",
    audit=0xC00000B7,
    registers=34,
    arguments=(0, 1, 2, 3, 4, 5),
    result=0,
    number=8,
    number_is_register=False,
    column="aarch64",
    stack=31,
    pivot_root=41,
)
ARCHES: Final = {"x86_64": X86_64, "aarch64": AARCH64, "arm64": AARCH64}


def machine() -> Arch | None:
    """Return the machine that this is, or None where the observer does not know it."""
    return ARCHES.get(platform.machine()) if os.uname().sysname == "Linux" else None


class IoVector(ctypes.Structure):
    """struct iovec of uio.h."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class FilterProgram(ctypes.Structure):
    """struct sock_fprog of linux/filter.h."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


class KernelError(OSError):
    """A ptrace request that the kernel refused, most often because the thread is gone."""


def ptrace_request(request: int, tid: int, address: int | None = None, data: int | None = None) -> int:
    """Make one ptrace request; raise `KernelError` with the kernel's reason where it fails."""
    result: int = _ptrace(request, tid, address, data)
    if result < 0:
        number = ctypes.get_errno()
        raise KernelError(number, os.strerror(number))
    return result


class Registers:
    """One thread's registers, read at a stop; `write` puts changed ones back."""

    def __init__(self, tid: int, arch: Arch) -> None:
        self.tid, self.arch = tid, arch
        self.words = (ctypes.c_uint64 * arch.registers)()
        self.vector = IoVector(ctypes.addressof(self.words), ctypes.sizeof(self.words))
        ptrace_request(GETREGSET, tid, NT_PRSTATUS, ctypes.addressof(self.vector))

    @property
    def stack(self) -> int:
        """The stack pointer."""
        return int(self.words[self.arch.stack])

    def given(self, index: int) -> int:
        """Return an argument of the call."""
        return int(self.words[self.arch.arguments[index]])

    def argument(self, index: int, value: int) -> int:
        """Set an argument of the call and return what it was."""
        place = self.arch.arguments[index]
        old = int(self.words[place])
        self.words[place] = value & 0xFFFF_FFFF_FFFF_FFFF
        return old

    def result(self, value: int) -> None:
        """Set what the call returns: a count, or a negated error number."""
        self.words[self.arch.result] = value & 0xFFFF_FFFF_FFFF_FFFF

    def number(self, value: int) -> None:
        """Set which call is made; -1 makes none. Only at an entry."""
        if self.arch.number_is_register:
            self.words[self.arch.number] = value & 0xFFFF_FFFF_FFFF_FFFF
            return
        number = ctypes.c_int(value)
        vector = IoVector(ctypes.addressof(number), ctypes.sizeof(number))
        ptrace_request(SETREGSET, self.tid, NT_ARM_SYSTEM_CALL, ctypes.addressof(vector))

    def write(self) -> None:
        """Put the registers back into the thread."""
        ptrace_request(SETREGSET, self.tid, NT_PRSTATUS, ctypes.addressof(self.vector))
