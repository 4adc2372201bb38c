"""What is shown of data: all of what is short, and of what is long the part around the place where it goes wrong."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, NamedTuple

from conformance.messages import Message, say
from conformance.records.c_string import c_string

SHOWN_WHOLE: Final = 64
"""Longer data is shown in part."""
SHOWN_BEFORE_PLACE: Final = 40
"""How many of the bytes that are shown stand before the place that matters."""
SHOWN_OF_LONG_DATA: Final = 16
LONGEST_LAST_WORDS: Final = 160
"""How much is shown of what a program said at its end."""
LOOKED_THROUGH: Final = 1 << 14
# How a runtime names the exception that nobody caught: Python and Node.js, Java, Go, Rust (whose next line tells the
# reason), C++. Around it stand the frames of the stack, and sometimes the runtime's version behind them.
UNCAUGHT: Final = re.compile(
    rb"^(?:"
    rb"Exception in thread \"[^\"\n]*\" [^\n]+"
    rb"|panic: [^\n]+"
    rb"|thread '[^'\n]*' (?:\(\d+\) )?panicked at [^\n]+(?:\n[^\n]+)?"
    rb"|terminate called after throwing [^\n]+(?:\n  what\(\): [^\n]+)?"
    rb"|(?:Uncaught )?[\w.$]*(?:Error|Exception|Interrupt)\b[^\n]*"
    rb")$",
    re.MULTILINE,
)


def shown_data(data: bytes, at: int | None = None) -> Message | str:
    """Return data as a C string; of long data the part around a place, or else its beginning and its size."""
    if len(data) <= SHOWN_WHOLE:
        return c_string(data)
    if at is None:
        return say("data.times", data=c_string(data[:SHOWN_OF_LONG_DATA]), size=len(data))
    first = _letter_from(data, max(0, min(at - SHOWN_BEFORE_PLACE, len(data) - SHOWN_WHOLE)))
    last = min(first + SHOWN_WHOLE, len(data))
    part = f"{'…' * (first > 0)}{c_string(data[first:last])}{'…' * (last < len(data))}"
    return say("data.part", data=part, first=first + 1, last=last, size=len(data))


def _letter_from(data: bytes, place: int) -> int:
    """Return where the next letter of UTF-8 begins."""
    inside = (at for at in range(place, min(place + 4, len(data))) if data[at] & 0xC0 != 0x80)
    return next(inside, place)


def difference(one: bytes, other: bytes) -> int:
    """Return how many bytes are the same before the first that differs or is missing."""
    places = range(min(len(one), len(other)))
    return bisect_left(places, True, key=lambda place: one[: place + 1] != other[: place + 1])


class Crux(NamedTuple):
    """Where data breaks off that should hold something."""

    piece: bytes
    """What it does not hold whole."""
    reached: int
    """How many bytes of that stand there."""
    at: int
    """Where in the data they end; the end of the data, where there are none."""


def crux(pieces: Sequence[bytes], data: bytes) -> Crux:
    """Return where data breaks off that should hold the pieces, one after the other, with anything between."""
    at = 0
    for piece in pieces:
        found = data.find(piece, at)
        if found < 0:
            return _broken_off(piece, data, at)
        at = found + len(piece)
    return Crux(b"", 0, len(data))


def _broken_off(piece: bytes, data: bytes, start: int) -> Crux:
    """Find the longest beginning of a piece that stands in data: of what holds it all shorter ones are beginnings."""
    least, most = 0, len(piece) - 1
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if data.find(piece[:middle], start) >= 0 else (least, middle - 1)
    return Crux(piece, least, data.find(piece[:least], start) + least if least else len(data))


def last_words(output: bytes, errors: bytes = b"") -> bytes:
    """Return what a program said at its end: the line of an exception that nobody caught, or else its last lines."""
    spoken = (errors if errors.strip() else output)[-LOOKED_THROUGH:]
    uncaught = list(UNCAUGHT.finditer(spoken))
    if uncaught:
        return uncaught[-1][0][:LONGEST_LAST_WORDS]
    if len(spoken) <= LONGEST_LAST_WORDS:
        return spoken
    lines = spoken[-LONGEST_LAST_WORDS:].split(b"\n", 1)
    return lines[1] if len(lines) > 1 and lines[1].strip() else spoken[-LONGEST_LAST_WORDS:]
