"""What stages of all sessions on a machine share out among themselves: each takes what no other has claimed."""

import socket
from typing import Final

CLAIM: Final = "\0offhook-stage-on-{}"
"""An abstract name that a stage holds while it lives: the kernel gives it back, however the stage ends."""


def claim(what: str) -> socket.socket | None:
    """Return a claim to hold; None where another stage holds it. Make it before the network is left."""
    held = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        held.bind(CLAIM.format(what))
    except OSError:
        held.close()
        return None
    return held
