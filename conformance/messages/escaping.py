"""Making text from a program safe to show: whatever steers a terminal or a page is spelled out."""

import re
import unicodedata
from typing import Final

BEYOND_ASCII_TEXT: Final = re.compile(r"[^\n\t -~]")
DANGEROUS: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
COMMAND: Final = re.compile(r"(?<!\S)(?::(?=:[A-Za-z-]+(?: |::))|#(?=#\[|#vso\[))")
"""The first character of a word that CI takes for a command where it begins a line: `::error::`, `##[error]`,
`##vso[task`. Any word may come to begin one, since long lines are wrapped."""


def visible(text: str, limit: int = 10_000) -> str:
    """Return text in which whatever steers a terminal or a page is visible, cut at a limit."""
    shown = BEYOND_ASCII_TEXT.sub(lambda found: found[0] if _harmless(found[0]) else spelled(found[0]), text[:limit])
    return shown + ("…" if len(text) > limit else "")


def escaped(text: str, limit: int = 10_000) -> str:
    """Return the same, in which no word is a command of CI either."""
    return COMMAND.sub(lambda found: spelled(found[0]), visible(text, limit))


def _harmless(character: str) -> bool:
    return unicodedata.category(character) not in DANGEROUS


def spelled(character: str) -> str:
    """Return a character as its code point: `\\x1b`, `\\u202e`."""
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
