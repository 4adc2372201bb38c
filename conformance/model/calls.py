"""The vocabulary: how each system call is named, what it does with descriptors, and its number on each machine."""

from typing import Final, NamedTuple


class SystemCall(NamedTuple):
    """One system call of the kernel, as the model sees it."""

    name: str
    """The call's name in the course's words: `accept4` is an `accept`, `writev` a `write`, `dup3` a `dup`."""
    x86_64: int | None
    """Its number on x86-64; None where that machine does not have it."""
    aarch64: int | None
    """Its number on aarch64 (the kernel's generic table)."""


# The kernel's name for a call -> its name in the course's words and its numbers. A test compares the numbers with the
# kernel's own headers.
SYSTEM_CALLS: Final[dict[str, SystemCall]] = {
    "read": SystemCall("read", 0, 63),
    "readv": SystemCall("read", 19, 65),
    "pread64": SystemCall("read", 17, 67),
    "preadv": SystemCall("read", 295, 69),
    "recvfrom": SystemCall("recv", 45, 207),
    "recvmsg": SystemCall("recv", 47, 212),
    "recvmmsg": SystemCall("recv", 299, 243),
    "write": SystemCall("write", 1, 64),
    "writev": SystemCall("write", 20, 66),
    "pwrite64": SystemCall("write", 18, 68),
    "pwritev": SystemCall("write", 296, 70),
    "sendto": SystemCall("send", 44, 206),
    "sendmsg": SystemCall("send", 46, 211),
    "sendmmsg": SystemCall("send", 307, 269),
    "sendfile": SystemCall("sendfile", 40, 71),
    "copy_file_range": SystemCall("copy_file_range", 326, 285),
    "open": SystemCall("open", 2, None),
    "openat": SystemCall("open", 257, 56),
    "openat2": SystemCall("open", 437, 437),
    "creat": SystemCall("open", 85, None),
    "close": SystemCall("close", 3, 57),
    "close_range": SystemCall("close_range", 436, 436),
    "dup": SystemCall("dup", 32, 23),
    "dup2": SystemCall("dup", 33, None),
    "dup3": SystemCall("dup", 292, 24),
    "fcntl": SystemCall("fcntl", 72, 25),
    "lseek": SystemCall("lseek", 8, 62),
    "ftruncate": SystemCall("ftruncate", 77, 46),
    "socket": SystemCall("socket", 41, 198),
    "socketpair": SystemCall("socketpair", 53, 199),
    "bind": SystemCall("bind", 49, 200),
    "listen": SystemCall("listen", 50, 201),
    "accept": SystemCall("accept", 43, 202),
    "accept4": SystemCall("accept", 288, 242),
    "connect": SystemCall("connect", 42, 203),
    "shutdown": SystemCall("shutdown", 48, 210),
    "setsockopt": SystemCall("setsockopt", 54, 208),
    "getsockopt": SystemCall("getsockopt", 55, 209),
    "getsockname": SystemCall("getsockname", 51, 204),
    "getpeername": SystemCall("getpeername", 52, 205),
    "poll": SystemCall("poll", 7, None),
    "ppoll": SystemCall("poll", 271, 73),
    "select": SystemCall("select", 23, None),
    "pselect6": SystemCall("select", 270, 72),
    "epoll_wait": SystemCall("epoll_wait", 232, None),
    "epoll_pwait": SystemCall("epoll_wait", 281, 22),
    "epoll_pwait2": SystemCall("epoll_wait", 441, 441),
    "nanosleep": SystemCall("sleep", 35, 101),
    "clock_nanosleep": SystemCall("sleep", 230, 115),
    "futex": SystemCall("futex", 202, 98),
    "alarm": SystemCall("alarm", 37, None),
    "setitimer": SystemCall("alarm", 38, 103),
    "rt_sigaction": SystemCall("sigaction", 13, 134),
    "restart_syscall": SystemCall("restart", 219, 128),
}

# Calls that would let a program act where no observer sees it: they answer ENOSYS, and runtimes fall back.
# `splice` waits for its source with the pipe's lock held, so that whoever reads the pipe is stuck with it; it answers
# EINVAL, as where one end cannot be spliced: Go takes only that for a reason to read and write.
REFUSED: Final[dict[str, tuple[int | None, int | None]]] = {
    "splice": (275, 76),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "pidfd_getfd": (438, 438),
    "vmsplice": (278, 75),
    "tee": (276, 77),
}

UNFIT: Final = frozenset({"splice"})
"""Of them, those that answer EINVAL."""

INPUT: Final = frozenset({"read", "recv"})
OUTPUT: Final = frozenset({"write", "send", "sendfile"})
TRANSFER: Final = INPUT | OUTPUT
WAITS: Final = frozenset({"poll", "select", "epoll_wait", "sleep", "futex"})
MAY_SLEEP: Final = INPUT | WAITS | {"accept", "connect"}
"""Calls in which a program may wait for its peer."""
SET_UP: Final = ("socket", "bind", "listen", "connect", "open")

# Calls whose first argument is not a descriptor.
WITHOUT_DESCRIPTOR: Final = frozenset(
    {
        "socket",
        "socketpair",
        "open",
        "poll",
        "select",
        "epoll_wait",
        "sleep",
        "restart",
        "sigaction",
        "alarm",
        "futex",
        "close_range",
    }
)

CLOSE_RANGE_CLOEXEC: Final = 4
"""With this flag `close_range` closes nothing: exec will."""

# Only waits with a time-out are of interest among the many futex calls: how language runtimes sleep.
FUTEX_WAITS: Final = (0, 9)
"""FUTEX_WAIT and FUTEX_WAIT_BITSET, without the flag bits above."""

GROUPS: Final[dict[str, frozenset[str]]] = {
    "input": INPUT,
    "output": OUTPUT,
    **{name: frozenset({name}) for name in (*SET_UP, "accept", "close", "startup")},
}


def belongs(call: str, group: str) -> bool:
    """Tell whether a call is one of a group: `input`, `output`, or a set-up call by its own name."""
    return call in GROUPS[group]
