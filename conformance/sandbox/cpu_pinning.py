"""Processors: each sandbox keeps to one, with its programs, and sandboxes of all sessions share them out."""

import contextlib
import os
import socket

from conformance.observe.libc import libc
from conformance.sandbox.machine_lock import try_lock


def pin(number: int) -> socket.socket | None:
    """Bind this process to a processor that no other sandbox has; return the lock to hold.

    A stop of the program wakes the observer, and that is several times cheaper on the same processor. The first choice
    is where the system has put this process, since that was the least busy; where all are taken the number decides.
    """
    with contextlib.suppress(PermissionError):  # where this is forbidden, the system places the sandbox
        allowed = sorted(os.sched_getaffinity(0))
        here = libc.sched_getcpu()
        for processor in sorted(allowed, key=lambda one: one != here):
            held = try_lock(f"processor-{processor}")
            if held is not None:
                os.sched_setaffinity(0, {processor})
                return held
        os.sched_setaffinity(0, {allowed[number % len(allowed)]})
    return None
