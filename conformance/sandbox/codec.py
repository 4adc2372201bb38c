"""What stands between the bytes that the peer means and those that its socket carries: nothing, for plain TCP.

A codec does no input and output of its own. What the peer says is written to it and what the socket received is
fed to it; what is then to go out is drained. That of TLS also answers by itself what is fed to it, as in a handshake,
and no step of a script changes.
"""

from typing import NamedTuple, Protocol

from conformance.records.run import Happening
from conformance.records.scenario import Alert, Update, Wrap


class Came(NamedTuple):
    """What came from the program, or became known of it by what came."""

    what: Happening
    data: bytes = b""
    detail: str = ""


class Codec(Protocol):
    """Turns what the peer says into what the wire carries, and back."""

    @property
    def is_open(self) -> bool:
        """Whether what is said goes out at once: a handshake, where there is one, is over."""

    def write(self, data: bytes, wrap: Wrap | None = None) -> None:
        """Take what the peer says, and how it is wrapped; it goes out with the next `drain`."""

    def control(self, step: Alert | Update) -> None:
        """Take what the peer says that is no data."""

    def end(self) -> None:
        """Say that the peer ends its direction, where that is said by more than the wire's own end."""

    def feed(self, data: bytes) -> list[Came]:
        """Take what came from the wire; return what the program said by it, which may be nothing yet."""

    def drain(self) -> bytes:
        """Return what is to go out on the wire by now, and forget it."""


class PlainCodec:
    """Carries each byte as it is."""

    is_open = True

    def __init__(self) -> None:
        self._outgoing: list[bytes] = []

    def write(self, data: bytes, wrap: Wrap | None = None) -> None:  # noqa: ARG002 (nothing is wrapped)
        """See `Codec`."""
        self._outgoing.append(data)

    def control(self, step: Alert | Update) -> None:
        """See `Codec`: there is nothing like it."""

    def end(self) -> None:
        """See `Codec`: the wire's own end says it."""

    def feed(self, data: bytes) -> list[Came]:
        """See `Codec`."""
        return [Came("received", data)]

    def drain(self) -> bytes:
        """See `Codec`. Joining one piece copies nothing: megabytes may be sent at once."""
        outgoing = b"".join(self._outgoing)
        self._outgoing.clear()
        return outgoing
