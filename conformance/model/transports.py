"""What each transport is to the kernel: which sockets it has, and what can really go wrong with them.

Sources: the ERRORS section of each call in POSIX.1 XSH, and man 7 ip, tcp, udp and unix.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from conformance.catalogue.records import DATAGRAMS, TransportName
from conformance.model.constants import SOCK_DGRAM, SOCK_STREAM

AF_UNIX, AF_INET, AF_INET6 = 1, 2, 10
INTERNET: Final = frozenset({AF_INET, AF_INET6})
NO_SOCKET: Final = ("EMFILE", "ENFILE", "EACCES", "ENOBUFS", "EAFNOSUPPORT")
LOST: Final = ("ECONNRESET",)
Failures = Mapping[str, tuple[str, ...]]
"""Call -> the errors that it may be made to show."""


class TransportFacts(Struct, frozen=True, kw_only=True):
    """One transport, as its exercises' programs meet it."""

    families: frozenset[int] = INTERNET
    kinds: frozenset[int] = frozenset({SOCK_STREAM})
    """The types of sockets that are looked at: its own, and what a beginner takes for it."""
    set_up: Failures
    """After these the course asks for a message and a status that is not 0. EFAULT, EBADF or ENOTSOCK cannot come to a
    program whose calls are right."""
    transfer: Failures
    """The same of `input` and `output` in mid-conversation."""

    def has_socket(self, family: int, kind: int) -> bool:
        """Tell whether a socket may be one of the exercise."""
        return family in self.families and kind in self.kinds


TCP: Final = TransportFacts(
    set_up={
        "socket": NO_SOCKET,
        "bind": ("EADDRINUSE", "EACCES", "EADDRNOTAVAIL"),
        "listen": ("EADDRINUSE",),
        "connect": ("ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH"),
    },
    transfer={"input": (*LOST, "ETIMEDOUT"), "output": (*LOST, "EHOSTUNREACH")},
)
TRANSPORTS: Final[dict[TransportName, TransportFacts]] = {
    "tcp": TCP,
    "tls": TCP,  # to the kernel it is nothing else
    "unix": TransportFacts(
        families=frozenset({AF_UNIX}),
        set_up={
            "socket": NO_SOCKET,
            "bind": ("EADDRINUSE", "EACCES", "EROFS"),
            "listen": ("ENOBUFS",),
            "connect": ("ECONNREFUSED", "ENOENT", "EACCES"),
        },
        transfer={"input": LOST, "output": ("ENOBUFS",)},
    ),
    "udp": TransportFacts(
        kinds=frozenset({SOCK_DGRAM, SOCK_STREAM}),
        set_up={
            "socket": NO_SOCKET,
            "bind": ("EADDRINUSE", "EACCES", "EADDRNOTAVAIL"),
            "connect": ("ENETUNREACH", "EACCES"),
        },
        transfer={"input": ("ECONNREFUSED",), "output": ("ENETUNREACH", "EHOSTUNREACH")},
    ),
}


def keeps_boundaries(transport: TransportName) -> bool:
    """Tell whether each transfer of a transport is one whole message: none of them may be shortened then."""
    return transport in DATAGRAMS
