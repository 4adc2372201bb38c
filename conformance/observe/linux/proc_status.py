"""What /proc says of one thread or process (man 5 proc): its state, its group, the signals that it handles."""

import contextlib
import os
from pathlib import Path

from conformance.model.signals import SIGNAL_NAMES


def open_table(tid: int, name: str) -> int:
    """Open a table of /proc/TID to be read again and again; -1 where it or the thread is not there."""
    try:
        return os.open(f"/proc/{tid}/{name}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return -1


def read_slices(schedstat: int) -> bytes:
    """Return how long a thread has run and how often it was given a processor, from its open schedstat.

    Nothing where it is gone, and where the kernel keeps no such count (CONFIG_SCHED_INFO).
    """
    if schedstat < 0:
        return b""
    try:
        return os.pread(schedstat, 128, 0)
    except OSError:  # ESRCH: it was reaped
        return b""


def state(stat: int) -> str:
    """Return the letter of a thread's state from its open stat; X, as the kernel calls the dead, once it is gone."""
    if stat < 0:
        return "X"
    try:
        line = os.pread(stat, 256, 0)
    except OSError:  # ESRCH: it was reaped
        return "X"
    return chr(line[line.rindex(b")") + 2])  # the name in front of it may hold parentheses of its own


def thread_group(tid: int) -> int:
    """Return the process that a thread belongs to."""
    return int(value(tid, b"Tgid:") or tid)


def caught_signals(pid: int) -> int:
    """Return the mask of the signals that a process handles."""
    return int(value(pid, b"SigCgt:") or b"0", 16)


def caught_names(pid: int) -> tuple[str, ...]:
    """Return the names of the signals that a process handles."""
    caught = caught_signals(pid)
    return tuple(name for number, name in SIGNAL_NAMES.items() if is_in(caught, number))


def blocked_signals(tid: int) -> int:
    """Return the mask of the signals that a thread blocks."""
    return int(value(tid, b"SigBlk:") or b"0", 16)


def is_in(mask: int, number: int) -> bool:
    """Tell whether a signal is in a mask, whose lowest bit stands for signal 1."""
    return bool(mask >> (number - 1) & 1)


def is_zombie_of(pid: int, parents: set[int]) -> bool:
    """Tell whether a process has ended, and one of these has still to wait for it."""
    return b"Z" in value(pid, b"State:") and int(value(pid, b"PPid:") or 0) in parents


def call_of(tid: int) -> int:
    """Return the number of the call that a thread is in; -1 where it is in none, or is gone."""
    with contextlib.suppress(OSError, ValueError):
        return int(Path(f"/proc/{tid}/syscall").read_text().split()[0])  # ValueError: "running"
    return -1


def still_runs(tid: int) -> bool:
    """Tell whether a thread that is said to sleep has not given its processor up.

    It is said to sleep from before it looks whether it has to (`do_wait` in the kernel's exit.c). Meanwhile it may let
    go of a child that has ended, and on a busy machine it may have to wait for a processor then. Reading `syscall`
    waits until it has given its processor up (`wait_task_inactive`), and says `running` where it goes on instead.
    """
    try:
        with open(f"/proc/{tid}/syscall", "rb") as table:  # noqa: PTH123 (at each quiet moment)
            return table.read() == b"running\n"
    except OSError:  # it is gone, or its owner may not know
        return False


def value(pid: int, key: bytes) -> bytes:
    """Return one value of /proc/PID/status; nothing where there is no such process."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/status", "rb") as status:  # noqa: PTH123 (seldom)
        for line in status:
            if line.startswith(key):
                return line[len(key) :].strip()
    return b""
