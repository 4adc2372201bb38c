"""Ids of students: unique in a class, and safe as names of files, whatever folders and rosters call people."""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

SIGNS: Final = frozenset("._@-")
"""What an id may hold besides letters and digits of any script."""
LONGEST_ID: Final = 80
"""Bytes: with an ending behind it, it stays below the 255 of a name."""
NOBODY: Final = "student"
"""Stands where nothing of a name is left."""


def id_of(text: str) -> str:
    """Return a text as an id: in one spelling, without what a file's name must not hold, and not too long.

    It does not begin with a dot or a dash: such files are hidden, or are taken for options.
    """
    kept = (one if one.isalnum() or one in SIGNS else "_" for one in unicodedata.normalize("NFC", text))
    return _cut("".join(kept).lstrip(".-"), LONGEST_ID).rstrip(".") or NOBODY


def unique_ids(texts: Iterable[str]) -> Iterator[str]:
    """Yield an id for each text, all different, also where capital and small letters are the same: `-2` tells apart."""
    taken: set[str] = set()
    for text in texts:
        first = one = id_of(text)
        number = 1
        while one.casefold() in taken:
            number += 1
            one = f"{_cut(first, LONGEST_ID - len(str(number)) - 1)}-{number}"
        taken.add(one.casefold())
        yield one


def _cut(text: str, size: int) -> str:
    """Return as much of a text as has so many bytes in UTF-8; no character is cut in two."""
    return text.encode()[:size].decode("utf-8", "ignore")
