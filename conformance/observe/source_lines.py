"""Source lines: from a place in a program file to the file and line that a person wrote, as far as it is told.

The program file is the submission's own work, and may say anything: another process reads it, within limits.
"""

import os
from collections.abc import Iterator
from functools import lru_cache

from conformance.observe.bounded.asked import Lines
from conformance.observe.bounded.asking import READER
from conformance.records.trace import CallSite


def source_of(place: CallSite, owner: str = "") -> tuple[str, int] | None:
    """Return the file and line of a place in a program file; None where the file does not tell."""
    return next(sources_of(place, owner), None)


def sources_of(place: CallSite, owner: str = "") -> Iterator[tuple[str, int]]:
    """Yield the files and lines of a place and of its callers, as far as the program file tells them.

    The owner is the folder of the submission: where its files have ended the reader, no more of them are read.
    """
    if place.line:
        yield place.file, place.line
        return
    yield from _told(place.file, (place.offset, *place.outer_frames), owner or place.file)


@lru_cache(maxsize=4096)
def _told(file: str, offsets: tuple[int, ...], owner: str) -> tuple[tuple[str, int], ...]:
    answer = READER.ask(Lines(file=os.fsencode(file), offsets=offsets), owner)
    return () if answer is None else tuple(one for one in answer.lines if one is not None)
