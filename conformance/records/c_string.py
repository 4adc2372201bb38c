"""Bytes as C writes them in a string."""

import codecs
from typing import Final

SPELLED: Final = {"\0": "\\0", "\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
"""How C spells what stands in a string and cannot be seen, or would end it."""
_UTF_8: Final = codecs.getincrementaldecoder("utf-8")
DATA_SHOWN: Final = 64
"""How many bytes of a transfer are shown among its arguments."""


def c_string(data: bytes, most: int = DATA_SHOWN) -> str:
    """Return bytes as a C string, cut where it gets long: letters of UTF-8 as they are, and the rest spelled out."""
    cut = len(data) > most
    letters = _UTF_8("surrogateescape").decode(data[:most], not cut)
    return f'"{"".join(map(_in_c, letters))}"' + "…" * cut


def _in_c(letter: str) -> str:
    if letter in SPELLED:
        return SPELLED[letter]
    return letter if letter.isprintable() else "".join(f"\\x{byte:02x}" for byte in _bytes(letter))


def _bytes(letter: str) -> bytes:
    return letter.encode("utf-8", "surrogateescape")
