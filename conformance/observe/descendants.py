"""The processes below this one: who they are, and the end of all of them, however they hide.

The sandbox's process is a subreaper, and where there is a process namespace its first process is below it too. So
whatever a program starts stays below: a daemon whose parents are gone, and a child of which no tracer was told.
"""

import contextlib
import os
import signal
from collections.abc import Collection
from pathlib import Path
from typing import Final

from conformance.model.constants import WALL

STATE, PARENT, THREADS = 0, 1, 17
"""Places in /proc/PID/stat, counted behind the name."""
DEAD: Final = (b"Z", b"X")


def children(pid: int) -> set[int]:
    """Return the children of a process, with those that have ended and that nobody has waited for."""
    found: set[int] = set()
    try:
        for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 (after every run)
            with open(f"/proc/{pid}/task/{task}/children", "rb") as listed:  # noqa: PTH123
                found.update(map(int, listed.read().split()))
    except FileNotFoundError:
        if Path(f"/proc/{pid}").exists():  # a kernel without CONFIG_PROC_CHILDREN, or a thread that ends just now
            found |= {one for one in _all_processes() if _fields(one)[PARENT : PARENT + 1] == [str(pid).encode()]}
    except ProcessLookupError:
        pass
    return found


def below(pid: int, but: Collection[int] = ()) -> set[int]:
    """Return the living processes below one. Those of `but` are left out, and what is below them is not.

    A process that ends while the lists are read hands its children to one whose list was read already. Before it is
    seen to have ended it has done so: what is new in a second look was missed in the first.
    """
    found = set[int]()
    while new := _listed(pid) - found:
        found |= new
        living = {one for one in found.difference(but) if lives(one)}
        if living:
            return living
    return set()


def _listed(pid: int) -> set[int]:
    found, left = set[int](), [pid]
    while left:
        new = children(left.pop()) - found
        found |= new
        left += new
    return found


def lives(pid: int) -> bool:
    """Tell whether a process has a thread that has not ended: its first one may end before the others."""
    fields = _fields(pid)
    return bool(fields) and (fields[STATE] not in DEAD or int(fields[THREADS]) > 1)


def kill(processes: Collection[int]) -> None:
    """Send SIGKILL to processes and to their groups: in a group, no new child can be missed."""
    own = os.getpgid(0)
    for pid in processes:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            group = os.getpgid(pid)
            if group not in (0, own):
                os.killpg(group, signal.SIGKILL)
            os.kill(pid, signal.SIGKILL)


def reap(but: Collection[int] = ()) -> None:
    """Let go of the children of this process that have ended."""
    for child in children(os.getpid()).difference(but):
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child, os.WNOHANG | WALL)


def _all_processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 (many)


def _fields(pid: int) -> list[bytes]:
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:  # noqa: PTH123
            return stat.read().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
