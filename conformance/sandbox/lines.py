"""The peer's ends of conversations: a stream of bytes, or messages that go each by itself."""

import contextlib
import socket
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from conformance.records.run import Happening
from conformance.records.scenario import Alert, Echo, Update, Wrap
from conformance.sandbox.codec import Came, Codec, PlainCodec

RECEIVE_SIZE: Final = 1 << 16
"""Bytes of one read: what comes in one piece over loopback is smaller."""
COMES_LATE: Final = 3
"""With the answer to which datagram that comes which was overtaken."""
NOTHING_TO_SEND: Final = memoryview(b"")
TCPI_UNACKED_AT: Final = 24
"""Where struct tcp_info counts the segments that were sent and not acknowledged."""
TCP_SYN_SENT: Final = 2
"""The state of a connection that nobody has answered yet, at the beginning of struct tcp_info."""
RESET_AT_CLOSE: Final = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: close discards what was not sent, and resets the connection (man 7 socket)."""


@dataclass(slots=True)
class Connection:
    """The peer's end of one connection."""

    client: int
    socket: socket.socket
    codec: Codec = field(default_factory=PlainCodec)
    cut: int = 0
    """Bytes of each segment, the next of which goes out when the program is quiet; 0: as much as there is."""
    held: deque[bytes] = field(default_factory=deque)
    """The segments that wait for that."""
    ended: bool = False
    """The peer has ended its direction, or will when all is sent."""
    half_closed: bool = False
    """It has."""
    program_ended: bool = False
    program_notified: bool = False
    """The program has said that it ends its direction: only the wire's own end is still to come."""
    was_reset: bool = False
    """The program had reset it before the peer knew that it was made: the error was told by connect."""
    paused: bool = False
    sent: int = 0
    """How many bytes the peer has given to be sent."""
    came: int = 0
    """How many have come from the program."""
    came_from: int = 0
    """The port that the last message came from, where that is another one than it went to."""
    unsent: memoryview = NOTHING_TO_SEND
    """What the socket has no room for yet."""
    echo_pending: bytearray = field(default_factory=bytearray)
    """What an echo still has to send back."""
    asked: bytearray = field(default_factory=bytearray)
    """What came of a message that is not whole yet."""
    answered: int = 0
    """How many messages an echo that answers has taken."""
    returned: int = 0
    """How many bytes it has sent back."""
    resets: bool = True
    """Whether the transport has a reset of its own, beside the close of both directions."""
    found_as: Happening = "connected"
    """What it is that a client finds the program."""
    came_as: Happening = "accepted"
    """What it is that the program comes to its peer."""
    begin: Callable[[], bool] | None = None
    """Makes the connection where it waits for room; tells whether it is made now."""

    @property
    def is_open(self) -> bool:
        """Whether what is said goes out at once."""
        return self.codec.is_open

    @property
    def reads_nothing(self) -> bool:
        """Whether the peer has stopped reading: a handshake is made first."""
        return self.paused and self.codec.is_open

    def ports(self) -> tuple[int, int]:
        """Return the program's port and the peer's own; zeros once the connection is gone."""
        try:
            return self.socket.getpeername()[1], self.socket.getsockname()[1]
        except OSError:
            return 0, 0

    def greet(self, *, plain: bool) -> None:
        """Begin as the codec begins; or go on without one."""
        if plain:
            self.codec, self.cut = PlainCodec(), 0
        self._send_drained()

    def send(self, data: bytes, flags: int = 0, wrap: Wrap | None = None) -> None:
        """Send what the peer says, now or when there is room."""
        self.sent += len(data)
        self.codec.write(data, wrap)
        self._send_drained(flags)

    def control(self, step: Alert | Update, flags: int = 0) -> None:
        """Send what the codec says beside data."""
        self.codec.control(step)
        self._send_drained(flags)

    def notify(self, flags: int = 0) -> None:
        """Let the codec say that the peer ends its direction."""
        self.codec.end()
        self._send_drained(flags)

    def receive(self) -> bytes | None:
        """Return what came; None at the end. Raises OSError: BlockingIOError where nothing has come."""
        return self.socket.recv(RECEIVE_SIZE) or None

    def take(self, raw: bytes) -> list[Came]:
        """Return what the program says by what came from the socket, and answer where the codec does."""
        came = self.codec.feed(raw)
        self.came += sum(len(one.data) for one in came if one.what == "received")
        self._send_drained()
        self._half_close_if_due()
        return came

    def _send_drained(self, flags: int = 0) -> None:
        """Send what the codec has to say by now."""
        outgoing = self.codec.drain()
        if self.cut:
            was_empty = not self.held
            self.held.extend(outgoing[at : at + self.cut] for at in range(0, len(outgoing), self.cut))
            if was_empty:
                self.release()
        elif outgoing:
            self._queue(outgoing, flags)

    def release(self) -> bool:
        """Send the next of the segments that are held; tell whether there was one."""
        if not self.held:
            return False
        self._queue(self.held.popleft())
        return True

    def _queue(self, outgoing: bytes, flags: int = 0) -> None:
        self.unsent = memoryview(bytes(self.unsent) + outgoing) if self.unsent else memoryview(outgoing)
        self.flush(flags)

    def flush(self, flags: int = 0) -> bool:
        """Send what waits, as far as there is room; tell whether any went out."""
        if self.begin is not None:
            if not self.begin():
                return False
            self.begin = None
            self._half_close_if_due()
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
        self._half_close_if_due()
        return True

    def end(self) -> None:
        """End the peer's direction, once all is sent, and a handshake is over."""
        self.ended = True
        self._half_close_if_due()

    def _half_close_if_due(self) -> None:
        if self.codec.is_open:
            self.half_close_at_last()

    def half_close_at_last(self) -> bool:
        """End the peer's direction where it was to end, also where a handshake comes no further; tell whether it did.

        What the socket has no room for yet goes first.
        """
        if self.half_closed or not self.ended or self.unsent or self.held or self.begin is not None:
            return False
        self.half_close()
        return True

    def half_close(self) -> None:
        """End the peer's direction now; the program may have reset the connection meanwhile."""
        self.half_closed = True
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

    # -------------------------------------------------------------- an echo

    @property
    def owes_echo(self) -> bool:
        """Whether an echo has something to send back."""
        return bool(self.echo_pending)

    def keep_for_echo(self, data: bytes, echo: Echo | None) -> None:
        """Keep what an echo sends for what came: the same, or its answers to the messages that are whole now."""
        if echo is None or not echo.answers:
            self.echo_pending += data
            return
        self.asked += data
        messages = echo.frames.cut(bytes(self.asked))
        del self.asked[: sum(map(len, messages))]
        first, self.answered = self.answered, self.answered + len(messages)
        self.echo_pending += b"".join(echo.answers[first : self.answered])

    def take_echo(self, echo: Echo) -> tuple[bytes, ...]:
        """Return what an echo sends back next, in so many pieces; it is owed no more."""
        pending = self.echo_pending
        if not pending or self.returned == echo.most:
            return ()
        left = len(pending) if echo.most is None else min(len(pending), echo.most - self.returned)
        size = min(left, echo.cut or left)
        piece = bytes(pending[:size].swapcase() if echo.swapped else pending[:size])
        del pending[:size]
        self.returned += size
        return (piece,)


Address = tuple[str, int]


@dataclass(slots=True)
class Datagrams:
    """The peer's end of a conversation in datagrams: nothing begins it, and nothing ends it."""

    client: int
    socket: socket.socket
    address: Address
    """Where the next one goes."""
    follows: bool = False
    """Whether each goes to the sender of the last one, as a server does. A client goes on with the server it asked."""
    ended: bool = True
    program_ended: bool = False
    program_notified: bool = False
    is_open: bool = True
    was_reset: bool = False
    paused: bool = False
    held: tuple[bytes, ...] = ()
    sent: int = 0
    came: int = 0
    came_from: int = 0
    """The port that the last one came from, where that is not where the peer's own go."""
    unsent: memoryview = NOTHING_TO_SEND
    returned: int = 0
    resets: bool = False
    found_as: Happening = "opened"
    came_as: Happening = "heard"
    under_way: bool = False
    """Whether something was sent since it was last known that all has arrived."""
    _owed: deque[tuple[bytes, Address]] = field(default_factory=deque)
    _asked: int = 0
    """How many of them came that an echo answers."""
    _late: tuple[bytes, Address] | None = None
    """The one whose answer the next answer overtakes."""
    _last: Address = ("", 0)

    @property
    def reads_nothing(self) -> bool:
        """See `Connection`."""
        return self.paused

    def greet(self, *, plain: bool) -> None:
        """Nothing begins a conversation."""

    def control(self, step: Alert | Update, flags: int = 0) -> None:
        """There is nothing beside data."""

    def notify(self, flags: int = 0) -> None:
        """There is no direction to end."""

    def release(self) -> bool:
        """Nothing is held."""
        return False

    def half_close_at_last(self) -> bool:
        """There is no direction to end."""
        return False

    def send(self, data: bytes, flags: int = 0, wrap: Wrap | None = None) -> None:  # noqa: ARG002 (each goes by itself)
        """Send one datagram: to loopback there is always room. Nobody may be there any more, which is no error."""
        self.sent += len(data)
        self.under_way = True
        with contextlib.suppress(ConnectionRefusedError):
            self.socket.sendto(data, self.address)

    def receive(self) -> bytes | None:
        """Return the next datagram, which may be empty. Raises BlockingIOError where none has come."""
        data, sender = self.socket.recvfrom(RECEIVE_SIZE)
        self._last = sender[:2]
        if self.follows:
            self.address = self._last
        self.came_from = self._last[1] if self._last[1] != self.address[1] else 0
        return data

    def take(self, raw: bytes) -> list[Came]:
        """See `Connection`."""
        self.came += len(raw)
        return [Came("received", raw)]

    def flush(self, flags: int = 0) -> bool:  # noqa: ARG002 (as of a stream)
        """Nothing waits."""
        return False

    def end(self) -> None:
        """There is no direction to end."""

    def reset_at_close(self) -> None:
        """There is no connection to reset."""

    @property
    def owes_echo(self) -> bool:
        """See `Connection`."""
        return bool(self._owed)

    def keep_for_echo(self, data: bytes, echo: Echo | None) -> None:
        """Keep a datagram that is to be answered, unless the scenario loses it or lets it come late."""
        self._asked += 1
        lost, late = (echo.lost, echo.late) if echo is not None else (0, False)
        if self._asked <= lost:
            return
        if late and self._asked == 1:
            self._late = (data, self._last)
            return
        if self._late is not None and self._asked == COMES_LATE:
            self._owed.append(self._late)
        self._owed.append((data, self._last))

    def take_echo(self, echo: Echo) -> tuple[bytes, ...]:
        """Return the answer to the oldest datagram that has none, as often as the scenario wants it to come."""
        if not self._owed:
            return ()
        data, self.address = self._owed.popleft()
        self.returned += len(data)
        return (data.swapcase() if echo.swapped else data,) * echo.copies


Line = Connection | Datagrams
"""One conversation, from the peer's side."""
