"""What stands between the bytes that the peer means and those that its socket carries: nothing, for plain TCP.

A transport does no input and output of its own. What the peer says is written to it and what the socket received is
fed to it; what is then to go out is drained. So one that encrypts (a TLS engine between two memory buffers, whose
handshake answers what is fed without the peer's doing) can take this one's place, and no step of a script changes.
"""

from typing import Protocol


class PeerTransport(Protocol):
    """Turns what the peer says into what the wire carries, and back."""

    def write(self, data: bytes) -> None:
        """Take what the peer says; it goes out with the next `drain`."""

    def feed(self, data: bytes) -> bytes:
        """Take what came from the wire; return what the program said by it, which may be nothing yet."""

    def drain(self) -> bytes:
        """Return what is to go out on the wire by now, and forget it."""


class PlainTcp:
    """Carries each byte as it is."""

    def __init__(self) -> None:
        self._outgoing: list[bytes] = []

    def write(self, data: bytes) -> None:
        """See `PeerTransport`."""
        self._outgoing.append(data)

    def feed(self, data: bytes) -> bytes:
        """See `PeerTransport`."""
        return data

    def drain(self) -> bytes:
        """See `PeerTransport`. Joining one piece copies nothing: megabytes may be sent at once."""
        outgoing = b"".join(self._outgoing)
        self._outgoing.clear()
        return outgoing
