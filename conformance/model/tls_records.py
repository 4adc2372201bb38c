"""Encrypted bytes as a reader wants them: the records of TLS by their names (RFC 8446 5.1), and not what is in them."""

from collections.abc import Iterator
from typing import Final

KINDS: Final = {20: "change_cipher_spec", 21: "alert", 22: "handshake", 23: "application_data"}
HEAD: Final = 5
MOSTLY_TEXT: Final = 0.9
"""Of encrypted bytes about a third are printable."""


def described(data: bytes) -> str | None:
    """Return what encrypted bytes are; None for what looks like text, which a program may have sent by mistake."""
    records = ", ".join(_records(data))
    if records:
        return f"TLS: {records}"
    printable = sum(32 <= byte < 127 or byte in b"\t\r\n" for byte in data)
    return None if not data or printable > MOSTLY_TEXT * len(data) else "TLS: the rest of a record"


def _records(data: bytes) -> Iterator[str]:
    """Yield the records that begin in these bytes: a read may end behind a head, or anywhere."""
    at = 0
    while len(data) >= at + HEAD and data[at] in KINDS and data[at + 1] == 3:
        size = int.from_bytes(data[at + 3 : at + HEAD], "big")
        yield f"{KINDS[data[at]]} of {size} bytes"
        at += HEAD + size
