"""Which transport an exercise's program is met over."""

from collections.abc import Callable
from typing import Final

from conformance.catalogue.records import TransportName
from conformance.sandbox.transports.interface import MeetingPlace, Transport
from conformance.sandbox.transports.tcp import Tcp
from conformance.sandbox.transports.udp import Udp
from conformance.sandbox.transports.unix import Unix


def _tls(place: MeetingPlace) -> Transport:
    from conformance.sandbox.transports.tls import TlsOverTcp  # slow to load, for these exercises only

    return TlsOverTcp(place)


TRANSPORTS: Final[dict[TransportName, Callable[[MeetingPlace], Transport]]] = {
    "tcp": Tcp,
    "tls": _tls,
    "unix": Unix,
    "udp": Udp,
}
"""One is made for each run."""
