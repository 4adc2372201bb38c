"""Ports: two different ones for each program, free, and not the same when their bytes are swapped."""

import errno
import secrets
import socket
from typing import Final

from conformance.messages import say
from conformance.model.byte_order import swapped

CANDIDATES: Final = (
    9190,
    7531,
    9473,
    8642,
    6791,
    5937,
    4859,
    7193,
    8317,
    6173,
    *range(5009, 9973, 97),
    *range(5000, 10_000),
)
"""Above 1023, below the ports that the system gives to clients; 9190 is the course's own."""
DRAWN: Final = range(10_000, 30_000)
"""Of these one is drawn for a server that runs with nobody watching."""


class Ports:
    """The two ports of a sandbox."""

    def __init__(self, *, shared: bool) -> None:
        self._shared = shared
        """Whether others are in the same network."""
        self._numbers, self._reserved = two_free()
        self._drawn: list[socket.socket] = []

    def drawn(self) -> int:
        """Return a port that nobody knows before, and that is reserved until the next one is drawn.

        Raises OSError where there is none.
        """
        for _ in CANDIDATES:
            if (held := _reserve(port := secrets.choice(DRAWN))) is not None:
                _free(self._drawn)
                self._drawn = held
                return port
        raise OSError(errno.EADDRINUSE, say("sandbox.no-ports"))

    def given(self, which: int, role: str) -> int:
        """Return the given port of a run.

        Where the network is shared, a connection that the program ended stays in TIME_WAIT for a minute, and the next
        server could not bind its port, be it a program or the peer: then it is another one.
        """
        if self._shared and role != "alone" and not is_free(self._numbers[which], reuse=role == "client"):
            _free(self._reserved)
            self._numbers, self._reserved = two_free()
        return self._numbers[which]

    def close(self) -> None:
        """Let others have the ports."""
        _free([*self._reserved, *self._drawn])


def two_free() -> tuple[tuple[int, int], list[socket.socket]]:
    """Return two ports on which nobody listens, and whose swapped values are free too; and what reserves them.

    Where workers share the system's network, each reserves its ports as long as it keeps these sockets. Raises OSError
    where no two are left.
    """
    found: list[tuple[int, list[socket.socket]]] = []
    for port in CANDIDATES:
        if len(found) < 2 and (held := _reserve(port)) is not None:
            found.append((port, held))
    if len(found) < 2:
        raise OSError(errno.EADDRINUSE, say("sandbox.no-ports"))
    return (found[0][0], found[1][0]), [one for _, held in found for one in held]


def _reserve(port: int) -> list[socket.socket] | None:
    """Take a port and the one with its bytes swapped; None where another has one of them, or it is not free.

    They are taken before they are tried: a trial binds the port for a moment, and then the worker that has it could
    not start its program or its peer.
    """
    held = [socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2)]
    both = port, swapped(port)
    if all(_take_name(name, one) for name, one in zip(held, both, strict=True)) and all(map(is_free, both)):
        return held
    _free(held)
    return None


def _free(held: list[socket.socket]) -> None:
    """Let others have the ports that these sockets reserve."""
    for name in held:
        name.close()


def _take_name(holder: socket.socket, port: int) -> bool:
    """Give a socket the name of a port, which only one of a network namespace can have; tell whether it got it."""
    try:
        holder.bind(f"\0offhook port {port}")
    except OSError:
        return False
    return True


def is_free(port: int, *, reuse: bool = False) -> bool:
    """Tell whether a server could bind a port: one that does not ask for it in spite of TIME_WAIT, or one that does.

    Where the connection that is over was of a socket that did not ask, it is refused all the same.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
        try:
            probe.bind(("", port))
        except OSError as problem:
            return problem.errno != errno.EADDRINUSE
    return True
