"""Users: as root, a stage's programs run as one that no other stage has, so that a user's limits are its own."""

import os
import socket
from typing import Final

from conformance.stage.claims import claim
from conformance.stage.launch import Identity

FIRST: Final = 40_001
MANY: Final = 1_000


def one_of_its_own(number: int) -> tuple[Identity | None, socket.socket | None]:
    """Return the user of a stage and the claim to hold; None where programs run as whoever runs the suite.

    Where all are claimed the number decides.
    """
    if os.getuid() != 0:
        return None, None
    for user in range(FIRST, FIRST + MANY):
        held = claim(f"user-{user}")
        if held is not None:
            return Identity(user, user), held
    return Identity(FIRST + number, FIRST + number), None
