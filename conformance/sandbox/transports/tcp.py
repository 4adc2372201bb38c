"""TCP: connections to a port, and what the kernel tells of segments that are under way."""

import contextlib
import errno
import select
import socket
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from conformance.model.byte_order import swapped
from conformance.observe.socket_table import listening, sending, waiting_at
from conformance.records.scenario import LOOPBACK, LOOPBACK_6, File
from conformance.sandbox.lines import Connection, Line
from conformance.sandbox.transports.interface import Found, MeetingPlace

BACKLOG: Final = 16
"""How many connections of a program wait to be taken: more than any program makes at once."""
RESET_EARLY: Final = frozenset({errno.ECONNRESET, errno.EPIPE})
"""What SO_ERROR is after a reset that came when the handshake was over (tcp_reset in the kernel's tcp_input.c)."""

Endpoint = tuple[socket.AddressFamily, str, int]


def everywhere(port: int) -> tuple[Endpoint, ...]:
    """Return the endpoints that together hold a port on every address."""
    return (socket.AF_INET, "0.0.0.0", port), (socket.AF_INET6, "::", port)


def endpoints(place: MeetingPlace) -> Iterator[tuple[Endpoint, bool]]:
    """Yield where a client may come to, and whether it must be free: in a shared network the others may be in use."""
    for port in (place.port, swapped(place.port)):
        usual = (socket.AF_INET, LOOPBACK, port), (socket.AF_INET6, LOOPBACK_6, port)
        other = () if place.ip == LOOPBACK else ((socket.AF_INET, place.ip, port),)
        yield from ((one, port == place.port or place.own_network) for one in (*usual, *other))


class Tcp:
    """See `Transport`."""

    def __init__(self, place: MeetingPlace) -> None:
        self._place = place

    def files(self) -> tuple[File, ...]:
        """See `Transport`."""
        return ()

    def listen(self) -> list[socket.socket]:
        """See `Transport`."""
        found = list[socket.socket | None]()
        for endpoint, must in endpoints(self._place):
            with contextlib.nullcontext() if must else contextlib.suppress(OSError):
                found.append(_listener(*endpoint))
        return [one for one in found if one is not None]

    def occupy(self) -> list[socket.socket]:
        """Hold the port on every address, so that nobody else can bind it, with SO_REUSEADDR or without."""
        return [one for one in (_listener(*endpoint) for endpoint in everywhere(self._place.port)) if one is not None]

    def connect(self, client: int) -> Found | None:
        """See `Transport`."""
        for port in self._ports():
            for host in (LOOPBACK, LOOPBACK_6):
                made = connect(host, port)
                if made is not None:
                    return Found(Connection(client, made.socket, was_reset=made.was_reset), host, port)
        return None

    def accept(self, client: int, listener: socket.socket) -> Line | None:
        """See `Transport`."""
        with contextlib.suppress(BlockingIOError):
            made, _ = listener.accept()
            made.setblocking(False)
            _send_at_once(made)
            return Connection(client, made)
        return None

    def intrude(self, line: Line, data: bytes) -> bool:  # noqa: ARG002 (see `Transport`)
        """Into a connection nobody else can send."""
        return False

    def has_waiting(self) -> bool:
        """See `Transport`."""
        return waiting_at(self._ports()) > 0

    def is_found(self) -> bool:
        """See `Transport`: from the kernel's table; in a shared network others listen, too."""
        place = self._place
        known = None if place.own_network else {place.port, swapped(place.port)}
        return any(known is None or port in known for port in listening())

    def has_unacked(self, line: Line) -> bool:
        """See `Transport`."""
        return isinstance(line, Connection) and line.has_unacked()

    def has_inflight(self, lines: Iterable[Line]) -> bool:
        """See `Transport`: a busy kernel delivers it later. An end that was sent counts too."""
        read = {line.ports() for line in lines if isinstance(line, Connection)}
        return bool(read) and not read.isdisjoint(sending())

    def close(self) -> None:
        """See `Transport`."""

    def _ports(self) -> Iterator[int]:
        """Yield where the program may listen: at the given port, or else where it does."""
        port = self._place.port
        yield port
        there = set(listening()) if self._place.own_network else {port, swapped(port)}
        yield from sorted(there - {port})


def _listener(family: socket.AddressFamily, host: str, port: int) -> socket.socket | None:
    """Return a listener; None at an IPv6 address on a system without IPv6."""
    try:
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        if family == socket.AF_INET6:
            return None
        raise
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # earlier connections may be in TIME_WAIT
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as problem:
        listener.close()
        if family == socket.AF_INET6 and problem.errno == errno.EADDRNOTAVAIL:
            return None
        raise
    return listener


class Made(NamedTuple):
    """A connection that was made."""

    socket: socket.socket
    was_reset: bool
    """Whether it was reset already: its error is told once, and what came can still be read."""


def connect(host: str, port: int) -> Made | None:
    """Connect over loopback, where the answer comes at once; None where nobody listens.

    A reset is no refusal: that would be ECONNREFUSED. A server that resets at once may be quicker than this process.
    """
    try:
        made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    except OSError as problem:
        if problem.errno == errno.EAFNOSUPPORT:  # a system without IPv6
            return None
        raise
    _send_at_once(made)
    made.setblocking(False)
    number = made.connect_ex((host, port))
    if number == errno.EINPROGRESS:
        number = _outcome(made, port)
    if number == 0 or number in RESET_EARLY:
        return Made(made, number in RESET_EARLY)
    made.close()
    return None


def _send_at_once(made: socket.socket) -> None:
    """Send each segment as it is given: Nagle's algorithm would keep it until the last one is acknowledged."""
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _outcome(made: socket.socket, port: int) -> int:
    """Return 0 for a connection that is made, or queued behind a full backlog; else the error, which comes at once."""
    doubt = select.poll()
    doubt.register(made, select.POLLOUT)
    if doubt.poll(0) or port not in listening():
        doubt.poll()
        return made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    return 0
