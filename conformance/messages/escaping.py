"""Making text from a program safe to show: whatever steers a terminal or a page is spelled out."""

import unicodedata
from typing import Final

KEPT: Final = "\n\t"
DANGEROUS: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def escaped(text: str, limit: int = 10_000) -> str:
    """Return text in which whatever steers a terminal or a page is visible, cut at a limit."""
    cut = text[:limit]
    shown = "".join(character if _harmless(character) else spelled(character) for character in cut)
    return shown + ("…" if len(text) > limit else "")


def _harmless(character: str) -> bool:
    return (
        (character.isascii() and character.isprintable())
        or character in KEPT
        or unicodedata.category(character) not in DANGEROUS
    )


def spelled(character: str) -> str:
    """Return a character as its code point: `\\x1b`, `\\u202e`."""
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
