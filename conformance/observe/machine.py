"""The kernel's interface as ctypes: ptrace and registers; and what differs between machines."""

import ctypes
import os
import platform
import struct
from typing import Final, NamedTuple

libc: Final = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long
# No request waits for anything: to hand the interpreter over to other threads and back would be a tenth of its cost.
_ptrace: Final = ctypes.PyDLL(None, use_errno=True).ptrace
_ptrace.argtypes, _ptrace.restype = libc.ptrace.argtypes, libc.ptrace.restype

PEEKDATA, POKEDATA = 2, 5
CONT, SYSCALL, GETEVENTMSG = 7, 24, 0x4201
GETREGSET, SETREGSET = 0x4204, 0x4205
SEIZE, INTERRUPT, LISTEN = 0x4206, 0x4207, 0x4208
GET_SYSCALL_INFO: Final = 0x420E
NT_PRSTATUS, NT_ARM_SYSTEM_CALL = 1, 0x404

EVENT_FORK, EVENT_VFORK, EVENT_CLONE, EVENT_EXEC = 1, 2, 3, 4
EVENT_SECCOMP, EVENT_STOP = 7, 128
# TRACESYSGOOD, TRACEFORK, TRACEVFORK, TRACECLONE, TRACEEXEC, TRACESECCOMP, EXITKILL
OPTIONS: Final = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x80 | 0x100000

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG = 38, 22, 36, 1
SECCOMP_MODE_FILTER: Final = 2
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000

# What the kernel answers inside itself when a signal interrupts a call that may be begun again.
RESTARTS: Final = frozenset({-512, -513, -514, -516})

SYSCALL_INFO: Final = struct.Struct("<B3xIQQQ6QI4x")
EXIT_INFO: Final = struct.Struct("<B3xIQQqB")


class Machine(NamedTuple):
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
    foreign_bit: int
    """A bit in the number that marks another table (x32); 0 where there is none."""
    column: str


X86_64: Final = Machine("x86_64", 0xC000003E, 27, (14, 13, 12, 7, 9, 8), 10, 15, True, 0x40000000, "x86_64")
AARCH64: Final = Machine("aarch64", 0xC00000B7, 34, (0, 1, 2, 3, 4, 5), 0, 8, False, 0, "aarch64")
MACHINES: Final = {"x86_64": X86_64, "aarch64": AARCH64, "arm64": AARCH64}


def machine() -> Machine | None:
    """Return the machine that this is, or None where the observer does not know it."""
    return MACHINES.get(platform.machine()) if os.uname().sysname == "Linux" else None


class IoVector(ctypes.Structure):
    """struct iovec of uio.h."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class FilterProgram(ctypes.Structure):
    """struct sock_fprog of linux/filter.h."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


class KernelError(OSError):
    """A ptrace request that the kernel refused, most often because the thread is gone."""


def ptrace(request: int, tid: int, address: int | None = None, data: int | None = None) -> int:
    """Make one ptrace request; raise `KernelError` with the kernel's reason where it fails."""
    result: int = _ptrace(request, tid, address, data)
    if result < 0:
        number = ctypes.get_errno()
        raise KernelError(number, os.strerror(number))
    return result


class Registers:
    """One thread's registers, read at a stop; `write` puts changed ones back."""

    def __init__(self, tid: int, on: Machine) -> None:
        self.tid, self.on = tid, on
        self.words = (ctypes.c_uint64 * on.registers)()
        self.vector = IoVector(ctypes.addressof(self.words), ctypes.sizeof(self.words))
        ptrace(GETREGSET, tid, NT_PRSTATUS, ctypes.addressof(self.vector))

    def argument(self, index: int, value: int) -> int:
        """Set an argument of the call and return what it was."""
        place = self.on.arguments[index]
        old = int(self.words[place])
        self.words[place] = value & 0xFFFF_FFFF_FFFF_FFFF
        return old

    def result(self, value: int) -> None:
        """Set what the call returns: a count, or a negated error number."""
        self.words[self.on.result] = value & 0xFFFF_FFFF_FFFF_FFFF

    def number(self, value: int) -> None:
        """Set which call is made; -1 makes none. Only at an entry."""
        if self.on.number_is_register:
            self.words[self.on.number] = value & 0xFFFF_FFFF_FFFF_FFFF
            return
        number = ctypes.c_int(value)
        vector = IoVector(ctypes.addressof(number), ctypes.sizeof(number))
        ptrace(SETREGSET, self.tid, NT_ARM_SYSTEM_CALL, ctypes.addressof(vector))

    def write(self) -> None:
        """Put the registers back into the thread."""
        ptrace(SETREGSET, self.tid, NT_PRSTATUS, ctypes.addressof(self.vector))
