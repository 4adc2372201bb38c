"""The C library's functions that the suite calls, each with its types: nobody else loads it or says what it takes.

Without types ctypes takes each argument and result for a C int, and cuts a pointer to 32 bits.
"""

import ctypes
from typing import Final

libc: Final = ctypes.CDLL(None, use_errno=True)
_INT, _LONG, _WORD, _POINTER, _TEXT = ctypes.c_int, ctypes.c_long, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_char_p
libc.waitpid.argtypes = [_INT, _POINTER, _INT]
libc.prctl.argtypes = [_INT, _WORD, _WORD, _WORD, _WORD]
libc.unshare.argtypes = [_INT]
libc.personality.argtypes = [_WORD]
libc.mount.argtypes = [_TEXT, _TEXT, _TEXT, _WORD, _TEXT]
libc.umount2.argtypes = [_TEXT, _INT]
libc.setns.argtypes = [_INT, _INT]
libc.sched_getcpu.argtypes = []
libc.syscall.argtypes, libc.syscall.restype = [_LONG, _POINTER, ctypes.c_size_t], _LONG
libc.getauxval.argtypes, libc.getauxval.restype = [_WORD], _WORD
libc.timerfd_settime.argtypes = [_INT, _INT, _TEXT, _POINTER]

# Through PyDLL the interpreter stays locked during the call. No ptrace request waits for anything, and to hand the lock
# to other threads and take it back would be a tenth of its cost.
ptrace: Final = ctypes.PyDLL(None, use_errno=True).ptrace
ptrace.argtypes, ptrace.restype = [_LONG, _LONG, _POINTER, _POINTER], _LONG

# Calls for which the C library has no function: the same one again, with the types of each.
_mount_setattr, _pivot_root = libc["syscall"], libc["syscall"]
_mount_setattr.argtypes, _mount_setattr.restype = [_LONG, _INT, _TEXT, _INT, _POINTER, ctypes.c_size_t], _LONG
_pivot_root.argtypes, _pivot_root.restype = [_LONG, _TEXT, _TEXT], _LONG
MOUNT_SETATTR: Final = 442
"""The system call that changes the attributes of mounts (man 2 mount_setattr); the same number on both machines."""
PIDFD_GETFD: Final = 438
"""The system call that copies another process's descriptor (man 2 pidfd_getfd); the same number on both machines."""


def copy_of(pidfd: int, descriptor: int) -> int:
    """Return a copy of a descriptor of the process behind a pidfd; -1 where the kernel refuses it."""
    return int(libc.syscall(PIDFD_GETFD, pidfd, descriptor, 0))


def mount_setattr(target: bytes, flags: int, attributes: int) -> int:
    """Set attributes of a mount: 0, or -1 with errno."""
    wanted = (ctypes.c_uint64 * 4)(attributes, 0, 0, 0)  # struct mount_attr: set, clear, propagation, user namespace
    return int(_mount_setattr(MOUNT_SETATTR, -1, target, flags, ctypes.addressof(wanted), ctypes.sizeof(wanted)))


def pivot_root(number: int, root: bytes, old: bytes) -> int:
    """Make a mount the root of this mount namespace, by the machine's number of the call: 0, or -1 with errno."""
    return int(_pivot_root(number, root, old))
