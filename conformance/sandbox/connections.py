"""The peer's sockets: its listeners, its end of each connection, and what the kernel knows of what is on its way."""

import contextlib
import errno
import select
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from conformance.observe.socket_table import listening, sending
from conformance.sandbox.transport import PeerTransport, PlainTcp

RECEIVE_SIZE: Final = 1 << 16
"""Bytes of one read: what comes in one piece over loopback is smaller."""
BACKLOG: Final = 16
"""How many connections of a program wait to be taken: more than any program makes at once."""
NOTHING_TO_SEND: Final = memoryview(b"")
TCPI_UNACKED_AT: Final = 24
"""Where struct tcp_info counts the segments that were sent and not acknowledged."""
TCP_SYN_SENT: Final = 2
"""The state of a connection that nobody has answered yet, at the beginning of struct tcp_info."""
RESET_AT_CLOSE: Final = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: close discards what was not sent, and resets the connection (man 7 socket)."""

Endpoint = tuple[socket.AddressFamily, str, int]


@dataclass(slots=True)
class Connection:
    """The peer's end of one connection."""

    client: int
    socket: socket.socket
    transport: PeerTransport = field(default_factory=PlainTcp)
    ended: bool = False
    """The peer has ended its direction, or will when all is sent."""
    program_ended: bool = False
    paused: bool = False
    sent: int = 0
    """How many bytes the peer has given to be sent."""
    came: int = 0
    """How many have come from the program."""
    unsent: memoryview = NOTHING_TO_SEND
    """What the socket has no room for yet."""
    echo_pending: bytearray = field(default_factory=bytearray)
    """What an echo still has to send back."""
    returned: int = 0
    """How many bytes it has sent back."""

    def ports(self) -> tuple[int, int]:
        """Return the program's port and the peer's own; zeros once the connection is gone."""
        try:
            return self.socket.getpeername()[1], self.socket.getsockname()[1]
        except OSError:
            return 0, 0

    def send(self, data: bytes, flags: int = 0) -> None:
        """Send what the peer says, now or when there is room."""
        self.sent += len(data)
        self.transport.write(data)
        self._send_drained(flags)

    def take(self, raw: bytes) -> bytes:
        """Return what the program says by what came from the socket, and answer where the transport does."""
        data = self.transport.feed(raw)
        self.came += len(data)
        self._send_drained()
        return data

    def _send_drained(self, flags: int = 0) -> None:
        outgoing = self.transport.drain()
        if outgoing:
            self.unsent = memoryview(bytes(self.unsent) + outgoing) if self.unsent else memoryview(outgoing)
            self.flush(flags)

    def flush(self, flags: int = 0) -> bool:
        """Send what waits, as far as there is room; tell whether any went out."""
        if not self.unsent:
            return False
        try:
            count = self.socket.send(self.unsent, flags)
        except BlockingIOError:
            return False
        except OSError:  # the program has reset the connection: nothing more can go there
            self.unsent = NOTHING_TO_SEND
            return False
        self.unsent = self.unsent[count:]
        if self.ended and not self.unsent:
            self.half_close()
        return True

    def end(self) -> None:
        """End the peer's direction, once all is sent."""
        self.ended = True
        if not self.unsent:
            self.half_close()

    def half_close(self) -> None:
        """End the peer's direction now; the program may have reset the connection meanwhile."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def reset_at_close(self) -> None:
        """Make the close of this end a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)

    def has_unacked(self) -> bool:
        """Tell whether segments are on their way that the other end's kernel has not taken yet.

        What waits for room in a full receive buffer is not: that lasts until the program reads. Nor is a connection
        that waits for room in a full backlog: that lasts until the program accepts.
        """
        try:
            info = self.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCPI_UNACKED_AT + 4)
            (segments,) = struct.unpack_from("I", info, TCPI_UNACKED_AT)
            return bool(segments) and info[0] != TCP_SYN_SENT
        except OSError:
            return False


class Connections:
    """All of the peer's in one run."""

    def __init__(self) -> None:
        self.lines: dict[int, Connection] = {}
        """The connections, by client."""
        self._listeners: list[socket.socket] = []
        self._epoll = select.epoll()
        """The lines from which something may come: with many of them, few have anything at once."""
        self._watched: dict[int, Connection] = {}

    def listen(self, addresses: Iterable[Endpoint]) -> None:
        """Wait for the program at these addresses."""
        for family, host, port in addresses:
            self._listen(family, host, port)

    def occupy(self, port: int) -> None:
        """Hold a port on every address, so that nobody else can bind it, with SO_REUSEADDR or without."""
        self.listen([(socket.AF_INET, "0.0.0.0", port), (socket.AF_INET6, "::", port)])

    def _listen(self, family: socket.AddressFamily, host: str, port: int) -> None:
        """Open a listener, except at an IPv6 address on a system without IPv6."""
        try:
            listener = socket.socket(family, socket.SOCK_STREAM)
        except OSError:
            if family == socket.AF_INET6:
                return
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
                return
            raise
        listener.setblocking(False)
        self._listeners.append(listener)
        self._epoll.register(listener, select.EPOLLIN)

    def accept(self, client: int) -> Connection | None:
        """Take a connection of the program; None where none has come."""
        for listener in self._listeners:
            with contextlib.suppress(BlockingIOError):
                made, _ = listener.accept()
                made.setblocking(False)
                _send_at_once(made)
                return self._add(client, made)
        return None

    def connect(self, client: int, host: str, port: int) -> Connection | None:
        """Connect to the program; None where nobody listens."""
        made = connect(host, port)
        return None if made is None else self._add(client, made)

    def _add(self, client: int, made: socket.socket) -> Connection:
        line = self.lines[client] = Connection(client, made)
        self.watch(line)
        return line

    def watch(self, line: Connection) -> None:
        """Look for what comes."""
        self._watched[line.socket.fileno()] = line
        self._epoll.register(line.socket, select.EPOLLIN)

    def stop_watching(self, line: Connection) -> None:
        """Look no more for what comes."""
        if self._watched.pop(line.socket.fileno(), None) is not None:
            self._epoll.unregister(line.socket)

    def drop(self, line: Connection) -> None:
        """Close a connection, and forget it."""
        self.stop_watching(line)
        line.socket.close()
        del self.lines[line.client]

    def ready(self) -> tuple[list[Connection], bool]:
        """Return the lines on which something has come, and whether anybody has come to a listener."""
        numbers = [number for number, _ in self._epoll.poll(0)]
        lines = [self._watched[number] for number in numbers if number in self._watched]
        return lines, len(lines) < len(numbers)

    def all_acked(self) -> bool:
        """Tell whether all that the peer sent has arrived at the program's end."""
        return all(line.program_ended or not line.has_unacked() for line in self.lines.values())

    def has_inflight(self) -> bool:
        """Tell whether something that the program has sent is still to come: a busy kernel delivers it later.

        An end that was sent counts too; what is sent to a peer that reads no more does not.
        """
        read = {line.ports() for line in self.lines.values() if not line.program_ended and not line.paused}
        return bool(read) and not read.isdisjoint(sending())

    def close(self) -> None:
        """Let go of everything."""
        self._epoll.close()
        for line in self.lines.values():
            line.socket.close()
        for listener in self._listeners:
            listener.close()


def connect(host: str, port: int) -> socket.socket | None:
    """Connect over loopback, where the answer comes at once; None where nobody listens."""
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
    if number == 0:
        return made
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
