"""Between peer and socket a transport may turn the bytes into others, and answer by itself, as TLS does."""

import socket

from conformance.sandbox.connections import Connection
from conformance.sandbox.transport import PlainTcp

KEY = 0x55
HELLO, WELCOME = b"hello", b"welcome"


class Masked:
    """Masks every byte, and begins with a handshake: until `HELLO` came nothing goes out."""

    def __init__(self) -> None:
        self._waiting, self._outgoing, self._open = b"", b"", False

    def write(self, data: bytes) -> None:
        """Keep it until the handshake is over."""
        self._waiting += masked(data)

    def feed(self, data: bytes) -> bytes:
        """Take the handshake first."""
        if not self._open:
            assert data == HELLO
            self._open, self._outgoing = True, WELCOME
            return b""
        return masked(data)

    def drain(self) -> bytes:
        """Give the answer to the handshake, then what was kept."""
        outgoing, self._outgoing = self._outgoing, b""
        if self._open:
            outgoing, self._waiting = outgoing + self._waiting, b""
        return outgoing


def masked(data: bytes) -> bytes:
    return bytes(byte ^ KEY for byte in data)


def test_what_the_peer_says_goes_out_when_the_transport_lets_it() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.setblocking(False)
        line = Connection(0, ours, Masked())
        line.send(b"Hello World!")
        assert (line.sent, len(line.unsent)) == (12, 0), "said, and kept by the transport"
        assert line.take(HELLO) == b"", "a handshake says nothing"
        assert theirs.recv(100) == WELCOME + masked(b"Hello World!")
        assert line.take(masked(b"thanks")) == b"thanks"
        assert line.came == len(b"thanks")


def test_plain_tcp_carries_each_byte_as_it_is() -> None:
    transport = PlainTcp()
    data = b"one"
    transport.write(data)
    assert transport.drain() is data, "not copied"
    transport.write(b"two")
    transport.write(b"three")
    assert transport.drain() == b"twothree"
    assert transport.drain() == b""
    assert transport.feed(b"four") == b"four"
