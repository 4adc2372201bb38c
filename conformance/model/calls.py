"""The vocabulary of Linux: one row for each system call, with its name, its numbers and its arguments.

Sources: the synopses of the Linux manual pages, section 2, and the kernel's tables of numbers.
"""

from typing import Final, Literal

from msgspec import Struct

from conformance.model.arguments import (
    ADDRESS_ARGUMENTS,
    BUFFER_ARGUMENTS,
    OPTION_ARGUMENTS,
    SELECT_ARGUMENTS,
    SOCKET_ARGUMENTS,
    CallRow,
    Takes,
)


class SystemCall(CallRow, frozen=True, kw_only=True, gc=False):
    """One system call of the kernel, as the model sees it."""

    x86_64: int | None
    """Its number on x86-64; None where that machine does not have it."""
    aarch64: int | None
    """Its number on aarch64 (the kernel's generic table)."""


VECTOR_ARGUMENTS: Final[Takes] = ("descriptor", "vector", "count")
MSGHDR_ARGUMENTS: Final[Takes] = ("descriptor", "message", "message_flags")
MESSAGES: Final[Takes] = ("descriptor", "messages", "count", "message_flags")
ADDRESS_BACK: Final[Takes] = ("descriptor", "address_back", "address_length_back")
SEND: Final[Takes] = (*BUFFER_ARGUMENTS, "message_flags", "address", "address_length")
RECEIVE: Final[Takes] = (*BUFFER_ARGUMENTS, "message_flags", "address_back", "address_length_back")
OPTION_BACK: Final[Takes] = ("descriptor", "level", "option", "value", "value_length_back")
COPY: Final[Takes] = ("descriptor", "offset", "target", "target_offset", "length", "flags")
POLL: Final[Takes] = ("entries", "count", "milliseconds")
EPOLL: Final[Takes] = ("epoll", "events", "count", "milliseconds")
TIMER: Final[Takes] = ("timer", "flags", "times")

# By the kernel's names. A test compares the numbers with the kernel's own headers.
SYSTEM_CALLS: Final[dict[str, SystemCall]] = {
    "read": SystemCall(name="read", x86_64=0, aarch64=63, moves="in", waits="peer", takes=BUFFER_ARGUMENTS),
    "readv": SystemCall(
        name="read", x86_64=19, aarch64=65, moves="in", waits="peer", takes=VECTOR_ARGUMENTS, one_piece="read"
    ),
    "pread64": SystemCall(
        name="read", x86_64=17, aarch64=67, moves="in", waits="peer", takes=(*BUFFER_ARGUMENTS, "position")
    ),
    "preadv": SystemCall(
        name="read", x86_64=295, aarch64=69, moves="in", waits="peer", takes=(*VECTOR_ARGUMENTS, "position")
    ),
    "recvfrom": SystemCall(name="recv", x86_64=45, aarch64=207, moves="in", waits="peer", takes=RECEIVE),
    "recvmsg": SystemCall(
        name="recv", x86_64=47, aarch64=212, moves="in", waits="peer", takes=MSGHDR_ARGUMENTS, makes="message",
        one_piece="recvfrom",
    ),
    "recvmmsg": SystemCall(
        name="recv", x86_64=299, aarch64=243, moves="in", waits="peer", takes=(*MESSAGES, "time_out"), makes="message",
        one_piece="recvfrom",
    ),
    "write": SystemCall(name="write", x86_64=1, aarch64=64, moves="out", takes=BUFFER_ARGUMENTS),
    "writev": SystemCall(name="write", x86_64=20, aarch64=66, moves="out", takes=VECTOR_ARGUMENTS, one_piece="write"),
    "pwrite64": SystemCall(name="write", x86_64=18, aarch64=68, moves="out", takes=(*BUFFER_ARGUMENTS, "position")),
    "pwritev": SystemCall(name="write", x86_64=296, aarch64=70, moves="out", takes=(*VECTOR_ARGUMENTS, "position")),
    "sendto": SystemCall(name="send", x86_64=44, aarch64=206, moves="out", takes=SEND),
    "sendmsg": SystemCall(name="send", x86_64=46, aarch64=211, moves="out", takes=MSGHDR_ARGUMENTS, one_piece="sendto"),
    "sendmmsg": SystemCall(name="send", x86_64=307, aarch64=269, moves="out", takes=MESSAGES, one_piece="sendto"),
    "sendfile": SystemCall(
        name="sendfile", x86_64=40, aarch64=71, moves="out", takes=("descriptor", "source", "offset", "length")
    ),
    "copy_file_range": SystemCall(name="copy_file_range", x86_64=326, aarch64=285, takes=COPY),
    "open": SystemCall(name="open", x86_64=2, aarch64=None, takes=("path", "open_flags", "mode"), makes="result"),
    "openat": SystemCall(
        name="open", x86_64=257, aarch64=56, takes=("directory", "path", "open_flags", "mode"), makes="result"
    ),
    "openat2": SystemCall(name="open", x86_64=437, aarch64=437, takes=("directory", "path", "how"), makes="result"),
    "creat": SystemCall(name="open", x86_64=85, aarch64=None, takes=("path", "mode"), makes="result"),
    "close": SystemCall(name="close", x86_64=3, aarch64=57, takes=("descriptor",)),
    "close_range": SystemCall(name="close_range", x86_64=436, aarch64=436, takes=("first", "last", "flags")),
    "dup": SystemCall(name="dup", x86_64=32, aarch64=23, takes=("descriptor",), makes="result"),
    "dup2": SystemCall(name="dup", x86_64=33, aarch64=None, takes=("descriptor", "new_descriptor"), makes="result"),
    "dup3": SystemCall(
        name="dup", x86_64=292, aarch64=24, takes=("descriptor", "new_descriptor", "open_flags"), makes="result"
    ),
    # Only some of its commands make a descriptor: see DUPLICATES.
    "fcntl": SystemCall(name="fcntl", x86_64=72, aarch64=25, takes=("descriptor", "command", "setting")),
    "lseek": SystemCall(name="lseek", x86_64=8, aarch64=62, takes=("descriptor", "position", "whence")),
    "ftruncate": SystemCall(name="ftruncate", x86_64=77, aarch64=46, takes=("descriptor", "position")),
    "socket": SystemCall(name="socket", x86_64=41, aarch64=198, takes=SOCKET_ARGUMENTS, makes="result"),
    "socketpair": SystemCall(
        name="socketpair", x86_64=53, aarch64=199, takes=(*SOCKET_ARGUMENTS, "pair_back"), makes="pair"
    ),
    "bind": SystemCall(name="bind", x86_64=49, aarch64=200, takes=ADDRESS_ARGUMENTS),
    "listen": SystemCall(name="listen", x86_64=50, aarch64=201, takes=("descriptor", "backlog")),
    "accept": SystemCall(name="accept", x86_64=43, aarch64=202, waits="peer", takes=ADDRESS_BACK, makes="result"),
    "accept4": SystemCall(
        name="accept", x86_64=288, aarch64=242, waits="peer", takes=(*ADDRESS_BACK, "flags"), makes="result"
    ),
    "connect": SystemCall(name="connect", x86_64=42, aarch64=203, waits="peer", takes=ADDRESS_ARGUMENTS),
    "shutdown": SystemCall(name="shutdown", x86_64=48, aarch64=210, takes=("descriptor", "how")),
    "setsockopt": SystemCall(name="setsockopt", x86_64=54, aarch64=208, takes=OPTION_ARGUMENTS),
    "getsockopt": SystemCall(name="getsockopt", x86_64=55, aarch64=209, takes=OPTION_BACK),
    "getsockname": SystemCall(name="getsockname", x86_64=51, aarch64=204, takes=ADDRESS_BACK),
    "getpeername": SystemCall(name="getpeername", x86_64=52, aarch64=205, takes=ADDRESS_BACK),
    "poll": SystemCall(name="poll", x86_64=7, aarch64=None, waits="event", takes=POLL),
    "ppoll": SystemCall(name="poll", x86_64=271, aarch64=73, waits="event", takes=("entries", "count", "time_out")),
    "select": SystemCall(name="select", x86_64=23, aarch64=None, waits="event", takes=SELECT_ARGUMENTS),
    "pselect6": SystemCall(name="select", x86_64=270, aarch64=72, waits="event", takes=SELECT_ARGUMENTS),
    "epoll_wait": SystemCall(name="epoll_wait", x86_64=232, aarch64=None, waits="event", takes=EPOLL),
    "epoll_pwait": SystemCall(name="epoll_wait", x86_64=281, aarch64=22, waits="event", takes=EPOLL),
    "epoll_pwait2": SystemCall(
        name="epoll_wait", x86_64=441, aarch64=441, waits="event", takes=("epoll", "events", "count", "time_out")
    ),
    "nanosleep": SystemCall(name="sleep", x86_64=35, aarch64=101, waits="event", takes=("time_out",)),
    "clock_nanosleep": SystemCall(
        name="sleep", x86_64=230, aarch64=115, waits="event", takes=("clock", "flags", "time_out")
    ),
    "rt_sigtimedwait": SystemCall(
        name="sigwait", x86_64=128, aarch64=137, waits="event", takes=("signals", "information_back", "time_out")
    ),
    "futex": SystemCall(
        name="futex", x86_64=202, aarch64=98, waits="event", takes=("futex", "operation", "expected", "time_out")
    ),
    "alarm": SystemCall(name="alarm", x86_64=37, aarch64=None, takes=("seconds",)),
    "setitimer": SystemCall(name="alarm", x86_64=38, aarch64=103, takes=("clock", "times")),
    "timer_create": SystemCall(name="timer", x86_64=222, aarch64=107, takes=("clock", "event", "timer_back")),
    "timer_settime": SystemCall(name="timer", x86_64=223, aarch64=110, takes=TIMER),
    "timerfd_settime": SystemCall(name="timer", x86_64=286, aarch64=86, takes=TIMER),
    "clock_gettime": SystemCall(name="clock", x86_64=228, aarch64=113, takes=("clock", "time_back")),
    "gettimeofday": SystemCall(name="clock", x86_64=96, aarch64=169, takes=("time_back",)),
    "time": SystemCall(name="clock", x86_64=201, aarch64=None, takes=("time_back",)),
    "rt_sigaction": SystemCall(name="sigaction", x86_64=13, aarch64=134, takes=("signal", "action")),
    "rt_sigreturn": SystemCall(name="sigreturn", x86_64=15, aarch64=139),
    "restart_syscall": SystemCall(name="restart", x86_64=219, aarch64=128),
}  # fmt: skip


class RefusedCall(Struct, frozen=True, kw_only=True, gc=False):
    """A system call that the filter answers itself."""

    x86_64: int
    aarch64: int
    error: Literal["ENOSYS", "EINVAL"] = "ENOSYS"


# Calls that would let a program act where no observer sees it: they answer ENOSYS, and runtimes fall back.
# `splice` waits for its source with the pipe's lock held, so that a process that reads the pipe is stuck with it; it
# answers EINVAL, as where one end cannot be spliced: Go takes only that for a reason to read and write. `clone3` has
# its flags in memory, where no filter sees CLONE_UNTRACED; all libraries fall back to `clone`, whose flags it sees.
# glibc falls back from `preadv2` and `pwritev2` to readv, preadv, writev and pwritev, which are followed.
# Those from `setns` on change what a process sees of files or hold what outlives it (keys), or have been doors into the
# kernel: no program of the exercises asks for them, and every container runtime refuses them too.
REFUSED_CALLS: Final[dict[str, RefusedCall]] = {
    "splice": RefusedCall(x86_64=275, aarch64=76, error="EINVAL"),
    "io_uring_setup": RefusedCall(x86_64=425, aarch64=425),
    "io_uring_enter": RefusedCall(x86_64=426, aarch64=426),
    "pidfd_getfd": RefusedCall(x86_64=438, aarch64=438),
    "vmsplice": RefusedCall(x86_64=278, aarch64=75),
    "tee": RefusedCall(x86_64=276, aarch64=77),
    "clone3": RefusedCall(x86_64=435, aarch64=435),
    "io_setup": RefusedCall(x86_64=206, aarch64=0),
    "preadv2": RefusedCall(x86_64=327, aarch64=286),
    "pwritev2": RefusedCall(x86_64=328, aarch64=287),
    "setns": RefusedCall(x86_64=308, aarch64=268),
    "mount": RefusedCall(x86_64=165, aarch64=40),
    "umount2": RefusedCall(x86_64=166, aarch64=39),
    "pivot_root": RefusedCall(x86_64=155, aarch64=41),
    "open_tree": RefusedCall(x86_64=428, aarch64=428),
    "move_mount": RefusedCall(x86_64=429, aarch64=429),
    "fsopen": RefusedCall(x86_64=430, aarch64=430),
    "fsconfig": RefusedCall(x86_64=431, aarch64=431),
    "fsmount": RefusedCall(x86_64=432, aarch64=432),
    "fspick": RefusedCall(x86_64=433, aarch64=433),
    "mount_setattr": RefusedCall(x86_64=442, aarch64=442),
    "open_tree_attr": RefusedCall(x86_64=467, aarch64=467),
    "add_key": RefusedCall(x86_64=248, aarch64=217),
    "request_key": RefusedCall(x86_64=249, aarch64=218),
    "keyctl": RefusedCall(x86_64=250, aarch64=219),
    "bpf": RefusedCall(x86_64=321, aarch64=280),
    "perf_event_open": RefusedCall(x86_64=298, aarch64=241),
    "userfaultfd": RefusedCall(x86_64=323, aarch64=282),
}


class RefusedFlag(Struct, frozen=True, kw_only=True, gc=False):
    """A system call that the filter answers itself where one flag is given, and that is harmless without it."""

    x86_64: int
    aarch64: int
    argument: int
    """Which argument holds its flags, from 0."""
    flag: int
    """One or more: any of them is refused."""


NEW_NAMESPACES: Final = 0x7E02_0000
"""CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET of linux/sched.h."""
REFUSED_FLAGS: Final[dict[str, RefusedFlag]] = {
    # CLONE_UNTRACED: no tracer is told of the child. A namespace of its own would give a program rights in it.
    "clone": RefusedFlag(x86_64=56, aarch64=220, argument=0, flag=0x80_0000 | NEW_NAMESPACES),
    "unshare": RefusedFlag(x86_64=272, aarch64=97, argument=0, flag=0x80 | NEW_NAMESPACES),  # with CLONE_NEWTIME
    # SECCOMP_FILTER_FLAG_NEW_LISTENER: a call that such a filter hands to another process, and that this one lets go
    # on, does not stop at the observer, since SECCOMP_RET_USER_NOTIF comes before SECCOMP_RET_TRACE (man 2 seccomp).
    "seccomp": RefusedFlag(x86_64=317, aarch64=277, argument=1, flag=8),
}
"""Flags that only hostile programs give."""
LAST_KNOWN_CALL: Final = 469
"""The highest number of a call that was looked at, file_setattr of Linux 6.17; what comes later answers ENOSYS, as on
a kernel that does not have it, so that no call passes of which nobody has asked whether it moves bytes."""


def _names(*, moves: str | None = None, waits: str | None = None) -> frozenset[str]:
    """Return the names of the rows that move bytes one way, or wait in one way."""
    rows = SYSTEM_CALLS.values()
    return frozenset(row.name for row in rows if (moves and row.moves == moves) or (waits and row.waits == waits))


INPUT: Final = _names(moves="in")
OUTPUT: Final = _names(moves="out")
TRANSFER: Final = INPUT | OUTPUT
WAITS: Final = _names(waits="event")
MAY_SLEEP: Final = WAITS | _names(waits="peer")
"""Calls in which a program may wait for its peer."""
ON_DESCRIPTORS: Final = frozenset(row.name for row in SYSTEM_CALLS.values() if row.has("descriptor"))
"""Calls that are made on a descriptor: all others are of interest for what else they are about."""
SET_UP_CALLS: Final = ("socket", "bind", "listen", "connect", "open")

DUPLICATE, DUPLICATE_UNTIL_EXEC = 0, 1030
"""F_DUPFD and F_DUPFD_CLOEXEC."""
DUPLICATES: Final = frozenset({DUPLICATE, DUPLICATE_UNTIL_EXEC})
"""The commands of fcntl whose result is a new descriptor."""

CLOSE_RANGE_CLOEXEC: Final = 4
"""With this flag `close_range` closes nothing: exec will."""

# Only waits with a time-out are of interest among the many futex calls: how language runtimes sleep.
FUTEX_WAITS: Final = (0, 9)
"""FUTEX_WAIT and FUTEX_WAIT_BITSET, without the flag bits above."""

FAULT_GROUPS: Final[dict[str, frozenset[str]]] = {
    "input": INPUT,
    "output": OUTPUT,
    **{name: frozenset({name}) for name in (*SET_UP_CALLS, "accept", "close", "startup")},
}


def belongs(call: str, group: str) -> bool:
    """Tell whether a call is one of a group: `input`, `output`, or a set-up call by its own name."""
    return call in FAULT_GROUPS[group]
