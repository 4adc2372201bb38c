"""Doing without the filter: a user namespace in which a program can do nothing of what the filter refuses for safety.

`Seccomp` in /proc/self/status shows every program that a filter is in force, and one may behave only then. So a few
runs go without. What the filter keeps a program from are namespaces of its own, and keys that outlive it. Here it can
make no namespace, since it has no rights and the user namespace allows no other below it; and its keys are gone with
that (man 7 user_namespaces, man 7 user-keyring; the recipe is that of bubblewrap's `--disable-userns`).
"""

import os
import re
from pathlib import Path
from typing import Final

from conformance.model.calls import REFUSED_CALLS
from conformance.observe.libc import libc
from conformance.observe.linux.arch import CLONE_NEWUSER, PR_SET_DUMPABLE, machine
from conformance.observe.linux.seccomp import call_number
from conformance.sandbox import namespaces

STUDENT: Final = 1000
"""The number under which the user is known there, as on most machines the first who was given one."""
MOST_BELOW: Final = "/proc/sys/user/max_user_namespaces"
KEYCTL_CLEAR, KEYRINGS = 7, (-4, -5)
"""The keyrings of a user, and of a user's sessions (linux/keyctl.h)."""
KEYRINGS_APART: Final = (5, 3)
"""From this kernel on each user namespace has its own. Before, they are the user's in the whole system."""
OF_THE_SYSTEM: Final = ["0", "0", "4294967295"]
"""The map of the first user namespace."""


def can_do_without() -> bool:
    """Move this process, which is about to become a program, where it needs no filter; tell whether that worked.

    Where it did not, the filter is needed. Only ever in a child, in a box, and when it has become its user.
    """
    try:
        if _is_closed_off():
            return _forgets_keys()
        user, group = os.getuid(), os.getgid()
        namespaces.unshare(CLONE_NEWUSER)
        # Who has changed its user is not dumpable, and then its files in /proc are root's (man 5 proc).
        libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{STUDENT} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{STUDENT} {group} 1")
        Path(MOST_BELOW).write_text("0")
    except OSError:
        return False
    return True


def _is_closed_off() -> bool:
    """Tell whether the namespace is one of the suite's, and allows no other below it."""
    ours = Path("/proc/self/uid_map").read_text().split() != OF_THE_SYSTEM
    return ours and Path(MOST_BELOW).read_text().strip() == "0"


def _forgets_keys() -> bool:
    """Take away the keys that an earlier run has left in the namespace; tell whether that can be done."""
    arch, kernel = machine(), tuple(map(int, re.findall(r"\d+", os.uname().release)[:2]))
    if arch is None or kernel < KEYRINGS_APART:
        return False
    keyctl = call_number(REFUSED_CALLS["keyctl"], arch)
    return all(libc.syscall(keyctl, KEYCTL_CLEAR, keyring) == 0 for keyring in KEYRINGS)
