"""Processors: each stage keeps to one, with its programs, and stages of all sessions share them out."""

import os
import socket
from typing import Final

CLAIM: Final = "\0offhook-stage-on-processor-{}"
"""An abstract name that a stage holds while it lives: the kernel gives it back, however the stage ends."""


def keep_to_one(number: int) -> socket.socket | None:
    """Bind this process to a processor that no other stage claims, the number-th first; return the claim to hold.

    A stop of the program wakes the observer, and that is several times cheaper on the same processor. Where all are
    claimed, or names are another network namespace's, the number alone decides.
    """
    allowed = sorted(os.sched_getaffinity(0))
    first = number % len(allowed)
    for processor in (*allowed[first:], *allowed[:first]):
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            claim.bind(CLAIM.format(processor))
        except OSError:
            claim.close()
            continue
        os.sched_setaffinity(0, {processor})
        return claim
    os.sched_setaffinity(0, {allowed[first]})
    return None
