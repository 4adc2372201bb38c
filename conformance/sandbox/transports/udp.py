"""UDP: datagrams to a port, and how it is known that those that were sent have arrived.

On loopback each processor has a queue of packets, which is emptied in order. So a datagram that the peer sends to
itself comes behind all that were sent on the same processor, and when it is there, these are too: the suite keeps
itself and the program on one.
"""

import contextlib
import errno
import select
import socket
from collections.abc import Iterable, Iterator
from typing import Final

from conformance.model.byte_order import swapped
from conformance.observe.socket_table import bound_datagrams
from conformance.records.scenario import LOOPBACK, LOOPBACK_6, File
from conformance.sandbox.lines import Datagrams, Line
from conformance.sandbox.transports.interface import Found, MeetingPlace
from conformance.sandbox.transports.tcp import endpoints, everywhere

LONGEST_WAIT_MS: Final = 1000
"""How long the peer waits for its own datagram: it bounds what is broken, and decides nothing else."""
HOSTS: Final = ((socket.AF_INET, LOOPBACK), (socket.AF_INET6, LOOPBACK_6))


class Udp:
    """See `Transport`."""

    def __init__(self, place: MeetingPlace) -> None:
        self._place = place
        self._own: list[socket.socket] = []
        """The socket that sends to itself, and those of strangers behind it.

        They are made late: as long as nobody has the program's port, the system may give it to one of them.
        """
        self._made: list[socket.socket] = []

    def files(self) -> tuple[File, ...]:
        """See `Transport`."""
        return ()

    def listen(self) -> list[socket.socket]:
        """See `Transport`."""
        found = list[socket.socket | None]()
        for endpoint, must in endpoints(self._place):
            with contextlib.nullcontext() if must else contextlib.suppress(OSError):
                found.append(_bound(*endpoint))
        return [one for one in found if one is not None]

    def occupy(self) -> list[socket.socket]:
        """See `Transport`."""
        return [one for one in (_bound(*endpoint) for endpoint in everywhere(self._place.port)) if one is not None]

    def connect(self, client: int) -> Found | None:
        """Make a socket for a client; whether anybody is there is told by the port, which is in use then."""
        for port in self._ports():
            for family, host in HOSTS:
                if _is_in_use(family, host, port):
                    made = _datagram_socket(family, host)
                    made.setblocking(False)
                    self._made.append(made)
                    return Found(Datagrams(client, made, (host, port)), host, port)
        return None

    def accept(self, client: int, listener: socket.socket) -> Line | None:
        """Take the sender of the first datagram, which stays to be read; there is no connection to be made of it."""
        with contextlib.suppress(BlockingIOError):
            _, sender = listener.recvfrom(1, socket.MSG_PEEK)
            return Datagrams(client, listener, sender[:2], follows=True)
        return None

    def intrude(self, line: Line, data: bytes) -> bool:
        """See `Transport`."""
        if not isinstance(line, Datagrams):
            return False
        self._to_itself()
        stranger = _datagram_socket(line.socket.family, line.socket.getsockname()[0])
        self._own.append(stranger)
        with contextlib.suppress(ConnectionRefusedError):
            stranger.sendto(data, line.address)
        line.under_way = True
        return True

    def has_waiting(self) -> bool:
        """Nobody waits to be accepted."""
        return False

    def is_found(self) -> bool:
        """See `Transport`."""
        return any(_is_in_use(family, host, port) for port in self._ports() for family, host in HOSTS)

    def has_unacked(self, line: Line) -> bool:
        """See `Transport`: what is still under way has arrived when this returns."""
        if isinstance(line, Datagrams) and line.under_way:
            self._let_arrive()
            line.under_way = False
        return False

    def has_inflight(self, lines: Iterable[Line]) -> bool:  # noqa: ARG002 (of whichever line it is)
        """See `Transport`: what is still under way has come when this returns."""
        self._let_arrive()
        return False

    def _let_arrive(self) -> None:
        own = self._to_itself()
        with contextlib.suppress(OSError):
            own.sendto(b"", own.getsockname())
            come = select.poll()
            come.register(own, select.POLLIN)
            if come.poll(LONGEST_WAIT_MS):
                own.recv(1)

    def _to_itself(self) -> socket.socket:
        if not self._own:
            self._own.append(_datagram_socket(socket.AF_INET, LOOPBACK))
        return self._own[0]

    def close(self) -> None:
        """See `Transport`."""
        for one in self._own:
            one.close()

    def _ports(self) -> Iterator[int]:
        """Yield where the program may be: at the given port, or else where somebody is who is not the peer."""
        port = self._place.port
        yield port
        known = {port, swapped(port)}
        ours = {one.getsockname()[1] for one in (*self._own, *self._made) if one.fileno() >= 0}
        there = set(bound_datagrams()) - ours if self._place.own_network else known
        yield from sorted(there - {port})


def _datagram_socket(family: socket.AddressFamily, host: str) -> socket.socket:
    made = socket.socket(family, socket.SOCK_DGRAM)
    made.bind((host, 0))
    return made


def _bound(family: socket.AddressFamily, host: str, port: int) -> socket.socket | None:
    """Return a socket that has an address to itself; None at an IPv6 address on a system without IPv6.

    It does not ask for SO_REUSEADDR: two sockets of UDP that both do may have one address on Linux (man 7 socket).
    """
    try:
        made = socket.socket(family, socket.SOCK_DGRAM)
    except OSError:
        if family == socket.AF_INET6:
            return None
        raise
    try:
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((host, port))
    except OSError as problem:
        made.close()
        if family == socket.AF_INET6 and problem.errno == errno.EADDRNOTAVAIL:
            return None
        raise
    return made


def _is_in_use(family: socket.AddressFamily, host: str, port: int) -> bool:
    """Tell whether a datagram to this address would find a socket: nobody else can have it then."""
    try:
        made = _bound(family, host, port)
    except OSError as problem:
        return problem.errno == errno.EADDRINUSE
    if made is not None:
        made.close()
    return False
