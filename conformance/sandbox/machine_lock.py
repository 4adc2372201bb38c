"""What sandboxes of all sessions on a machine share out among themselves: each takes what no other has locked."""

import socket
from typing import Final

LOCK_NAME: Final = "\0offhook-sandbox-on-{}"
"""An abstract name that a sandbox holds while it lives: the kernel gives it back, however the sandbox ends."""


def try_lock(what: str) -> socket.socket | None:
    """Return a lock to hold; None where another sandbox holds it. Make it before the network is left."""
    held = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        held.bind(LOCK_NAME.format(what))
    except OSError:
        held.close()
        return None
    return held
