"""The memory and the environment of the suite's own processes, which programs of the same user may not open.

A process that is not dumpable belongs to root in /proc, and no process of its user may trace it or open its memory
(man 2 prctl, PR_SET_DUMPABLE; man 2 ptrace, "Ptrace access mode checking"). Its own /proc/self stays readable to it.
"""

from collections.abc import Callable

from conformance.observe.libc import libc
from conformance.observe.linux.arch import PR_GET_DUMPABLE, PR_SET_DUMPABLE


def close() -> None:
    """Close the memory of this process to its user, for as long as it lives.

    Do it when namespaces are entered: a process writes its tables of users in /proc as their owner, and then that is
    root.
    """
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def forked(fork: Callable[[], int]) -> int:
    """Fork a child whose memory is as open as that of any process: its tracer is a plain user, too.

    A child inherits this state, and gets a new one when it becomes the program.
    """
    was_open = libc.prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1
    libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    child = -1
    try:
        child = fork()
    finally:
        if child:
            libc.prctl(PR_SET_DUMPABLE, int(was_open), 0, 0, 0)
    return child
