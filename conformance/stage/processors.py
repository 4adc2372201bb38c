"""Processors: each stage keeps to one, with its programs, and stages of all sessions share them out."""

import os
import socket

from conformance.observe.machine import libc
from conformance.stage.claims import claim


def keep_to_one(number: int) -> socket.socket | None:
    """Bind this process to a processor that no other stage claims; return the claim to hold.

    A stop of the program wakes the observer, and that is several times cheaper on the same processor. The first choice
    is where the system has put this process, since that was the least busy; where all are claimed the number decides.
    """
    allowed = sorted(os.sched_getaffinity(0))
    here = libc.sched_getcpu()
    for processor in sorted(allowed, key=lambda one: one != here):
        held = claim(f"processor-{processor}")
        if held is not None:
            os.sched_setaffinity(0, {processor})
            return held
    os.sched_setaffinity(0, {allowed[number % len(allowed)]})
    return None
