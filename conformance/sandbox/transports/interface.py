"""What the peer needs of a transport: the seam behind which TCP, Unix-domain sockets and UDP differ.

A transport makes the peer's sockets and its ends of conversations, and knows how it is told that something is still
under way. The peer plays its script on these, and knows nothing else of it. One that encrypts makes the sockets of TCP,
and puts an engine of its own between a line and its socket: see `conformance.sandbox.transport`.
"""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from conformance.records.scenario import File, TlsStart
from conformance.sandbox.lines import Line

USUAL: Final = TlsStart()


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingPlace:
    """Where program and peer find each other."""

    port: int
    ip: str
    path: str = ""
    """The name of the file in the program's directory, where a socket has a path."""
    directory: str = ""
    own_network: bool = True
    """Whether nobody else is in the network."""
    owner: tuple[int, int] | None = None
    """The user and the group that the program runs as, where these are others than the suite's."""
    tls: TlsStart = USUAL
    """The conditions of an encrypted conversation."""
    is_server: bool = False
    """Whether the peer is the server."""


class Found(NamedTuple):
    """The program, where it was found: the line to it, and the address."""

    line: Line
    host: str = ""
    port: int = 0


class Transport(Protocol):
    """Makes the peer's sockets in one run."""

    def files(self) -> tuple[File, ...]:
        """Return what the program gets for it, in its directory."""

    def listen(self) -> list[socket.socket]:
        """Wait for the program where it is told to go, and where it goes with its port's bytes swapped."""

    def occupy(self) -> list[socket.socket]:
        """Hold the program's address, so that nobody else can have it."""

    def connect(self, client: int) -> Found | None:
        """Begin a conversation with the program, which may be found elsewhere than it was told; None: nobody is there.

        Where a connection has to wait for room, it is made later: see `Line.flush`.
        """

    def accept(self, client: int, listener: socket.socket) -> Line | None:
        """Take a conversation that the program has begun; None where there is none."""

    def intrude(self, line: Line, data: bytes) -> bool:
        """Send to the program's socket of a conversation from another address; tell whether that can be done."""

    def has_waiting(self) -> bool:
        """Tell whether a client that has connected waits to be accepted."""

    def is_found(self) -> bool:
        """Tell whether a connect would find the program, as far as everybody can see that."""

    def has_unacked(self, line: Line) -> bool:
        """Tell whether something that the peer sent has not arrived at the program's end yet."""

    def has_inflight(self, lines: Iterable[Line]) -> bool:
        """Tell whether something that the program has sent is still to come to lines on which the peer reads."""

    def close(self) -> None:
        """Let go of what the transport itself holds."""
