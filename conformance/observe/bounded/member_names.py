"""Names of files as archives and folders give them: decoded, in one spelling, and leading nowhere else."""

import contextlib
import re
import unicodedata
from typing import Final

from conformance.messages.escaping import DANGEROUS
from conformance.observe.bounded.asked import LeftOutWhy

ENCODINGS: Final = ("utf-8", "cp949")
"""What names are written in: UTF-8, or the code page of a Korean Windows. Few texts in the second are valid in the
first, so that is tried first."""
LONGEST_PART: Final = 255
"""Bytes of one name: Linux has room for no more (man 7 path_resolution, NAME_MAX)."""
LONGEST_PATH: Final = 1_000
DEEPEST_PATH: Final = 32
DRIVE: Final = re.compile(r"[A-Za-z]:")


def decoded_name(name: bytes) -> str | None:
    """Return a name as text; None where it is written in nothing that is known."""
    for encoding in ENCODINGS:
        with contextlib.suppress(UnicodeDecodeError):
            return name.decode(encoding)
    return None


def repaired_name(name: str) -> str:
    """Return a name in which `_` stands for what steers a terminal or cannot be seen."""
    return "".join("_" if unicodedata.category(one) in DANGEROUS else one for one in name)


def checked_name(name: str | None) -> tuple[str, LeftOutWhy | None]:
    """Return a name with `/` between folders, and why it must not be used; None where it may be.

    Zips from Windows may have `\\\\` between folders, though the format asks for `/` (APPNOTE.TXT, 4.4.17.1).
    """
    if name is None:
        return "?", "name"
    path = unicodedata.normalize("NFC", name).replace("\\", "/")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or DRIVE.match(path) or ".." in parts:
        return path, "outside"
    shown = not any(unicodedata.category(one) in DANGEROUS for one in path)
    short = shown and len(path.encode()) <= LONGEST_PATH and all(len(part.encode()) <= LONGEST_PART for part in parts)
    if not short or not 0 < len(parts) <= DEEPEST_PATH:
        return path, "name"
    return "/".join(parts), None
