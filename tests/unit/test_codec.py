"""Between peer and socket a codec may turn the bytes into others, and answer by itself, as TLS does."""

import socket

from conformance.records.scenario import Alert, Update, Wrap
from conformance.sandbox.codec import Came, PlainCodec
from conformance.sandbox.lines import Connection

KEY = 0x55
HELLO, WELCOME, GOODBYE = b"hello", b"welcome", b"goodbye"


class Masked:
    """Masks every byte, and begins with a handshake: until `HELLO` came nothing goes out."""

    def __init__(self) -> None:
        self._waiting, self._outgoing, self._open = b"", b"", False

    @property
    def is_open(self) -> bool:
        """Whether the handshake is over."""
        return self._open

    def write(self, data: bytes, wrap: Wrap | None = None) -> None:  # noqa: ARG002 (nothing is wrapped)
        """Keep it until the handshake is over."""
        self._waiting += masked(data)

    def control(self, step: Alert | Update) -> None:
        """Say nothing besides."""

    def end(self) -> None:
        """Say goodbye."""
        self.write(GOODBYE)

    def feed(self, data: bytes) -> list[Came]:
        """Take the handshake first."""
        if not self._open:
            assert data == HELLO
            self._open, self._outgoing = True, WELCOME
            return [Came("handshake")]
        return [Came("received", masked(data))]

    def drain(self) -> bytes:
        """Give the answer to the handshake, then what was kept."""
        outgoing, self._outgoing = self._outgoing, b""
        if self._open:
            outgoing, self._waiting = outgoing + self._waiting, b""
        return outgoing


def masked(data: bytes) -> bytes:
    return bytes(byte ^ KEY for byte in data)


def test_what_the_peer_says_goes_out_when_the_codec_lets_it() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.setblocking(False)
        line = Connection(0, ours, Masked())
        line.send(b"Hello World!")
        assert (line.sent, len(line.unsent)) == (12, 0), "said, and kept by the codec"
        assert line.take(HELLO) == [Came("handshake")], "a handshake says nothing"
        assert theirs.recv(100) == WELCOME + masked(b"Hello World!")
        assert line.take(masked(b"thanks")) == [Came("received", b"thanks")]
        assert line.came == len(b"thanks")


def test_plain_tcp_carries_each_byte_as_it_is() -> None:
    codec = PlainCodec()
    data = b"one"
    codec.write(data)
    assert codec.drain() is data, "not copied"
    codec.write(b"two")
    codec.write(b"three")
    assert codec.drain() == b"twothree"
    assert codec.drain() == b""
    assert codec.feed(b"four") == [Came("received", b"four")]
    assert codec.is_open


def test_an_end_waits_for_the_handshake_and_for_segments() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.setblocking(False)
        line = Connection(0, ours, Masked(), cut=4)
        line.notify()
        line.end()
        assert [line.half_closed] == [False]
        line.take(HELLO)
        assert theirs.recv(100) == WELCOME[:4]
        while line.release():
            assert len(theirs.recv(100)) in (2, 4)
        assert [line.half_closed] == [True]
        assert theirs.recv(100) == b""


def test_who_pauses_makes_the_handshake_first() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        line = Connection(0, ours, Masked())
        line.paused = True
        before = line.reads_nothing
        line.take(HELLO)
        assert (before, line.reads_nothing) == (False, True)
