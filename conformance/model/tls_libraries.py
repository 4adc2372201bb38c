"""What the usual TLS library of each language does by itself, where they differ: no program is blamed for its library.

Observed with OpenSSL 3.0, Python 3.11, OpenJDK 17, Go 1.19 and Node 20.
"""

from typing import Final, Literal, NamedTuple

TellsCut = Literal["always", "inside a record", "never"]


class TlsLibrary(NamedTuple):
    """What differs between libraries."""

    name: str
    tells_cut: TellsCut
    """When it tells a program that a connection has ended without close_notify."""
    takes_empty_records: bool = True
    """Whether it goes on after records of TLS 1.3 that hold no data (RFC 8446 5.4 allows them)."""
    refuses_old: bool = True
    """Whether it speaks no TLS 1.0 and 1.1 unless it is asked to."""
    closes_at_once: bool = True
    """Whether it closes a connection at once that ends in its handshake or holds a changed record: Node tells a server
    of the record, and leaves the connection open; and it ends a handshake after a time of its own."""
    drops_close_notify: bool = False
    """Whether its close_notify is lost where a program ends a connection together with its last data."""
    starts_slowly: bool = False
    """Whether a start takes most of a second, which TLS more than doubles."""


TLS_LIBRARIES: Final = {
    "C": TlsLibrary("OpenSSL", "always"),
    "C++": TlsLibrary("OpenSSL", "always"),
    "Python": TlsLibrary("ssl", "always"),
    "Java": TlsLibrary("javax.net.ssl", "never", takes_empty_records=False, starts_slowly=True),
    "Go": TlsLibrary("crypto/tls", "inside a record", refuses_old=False),
    "JavaScript": TlsLibrary("tls", "never", closes_at_once=False, drops_close_notify=True),
}
"""By the language of a program, as `Language` names it."""
UNKNOWN: Final = TlsLibrary("", "never", takes_empty_records=False, closes_at_once=False, drops_close_notify=True)
"""What may be expected of a program of which a manifest alone says how it is started."""


def tls_library(language: str) -> TlsLibrary:
    """Return what is known of the library of a language."""
    return TLS_LIBRARIES.get(language, UNKNOWN)
