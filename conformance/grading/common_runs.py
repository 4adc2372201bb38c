"""What two programs have in common, as runs of their text: for a person who reads the two side by side."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from conformance.grading.tokens import GRAM, tokens

MOST_PLACES: Final = 32
"""How many places of one and the same beginning are tried: a hostile program may be all one token."""
Codes = Sequence[bytes]


class Piece(NamedTuple):
    """A part of a line."""

    text: str
    run: int
    """The number of the common run that it belongs to; 0 where only this program has it."""


Line = tuple[Piece, ...]


class _Run(NamedTuple):
    """Tokens in a row that are the same in both, names, numbers and texts aside."""

    one: int
    other: int
    length: int


def side_by_side(one: str, other: str) -> tuple[list[Line], list[Line]]:
    """Return the lines of two programs, with the runs that they have in common.

    A run has the same number in both, counted in the order of the first. It is found wherever it stands, and each
    token is in one run at most. Tokens are compared as `near` compares them; comments and layout do not count.
    """
    mine, its = tokens(one), tokens(other)
    runs = list(_runs([token.code for token in mine], [token.code for token in its]))
    of_one = [(mine[run.one].begin, mine[run.one + run.length - 1].end) for run in runs]
    of_other = [(its[run.other].begin, its[run.other + run.length - 1].end) for run in runs]
    return _lines(one, of_one), _lines(other, of_other)


def _runs(one: Codes, other: Codes) -> Iterator[_Run]:
    """Yield runs of at least `GRAM` tokens, from the beginning of the first program to its end, the longest first.

    What a run takes is passed over, so that the work grows with the length of the programs and no faster.
    """
    places = _places(other)
    taken = bytearray(len(other))
    begin = 0
    while begin + GRAM <= len(one):
        found = (
            _Run(begin, place, _length(one, begin, other, place, taken)) for place in places.get(_gram(one, begin), ())
        )
        longest = max(found, key=lambda run: run.length, default=_Run(begin, 0, 0))
        if longest.length < GRAM:
            begin += 1
            continue
        yield longest
        taken[longest.other : longest.other + longest.length] = b"\1" * longest.length
        begin += longest.length


def _places(codes: Codes) -> dict[bytes, list[int]]:
    """Return where each run of `GRAM` tokens begins, the first few of its places."""
    places: dict[bytes, list[int]] = defaultdict(list)
    for begin in range(len(codes) - GRAM + 1):
        known = places[_gram(codes, begin)]
        if len(known) < MOST_PLACES:
            known.append(begin)
    return dict(places)


def _gram(codes: Codes, begin: int) -> bytes:
    return b"".join(codes[begin : begin + GRAM])


def _length(one: Codes, begin: int, other: Codes, place: int, taken: bytearray) -> int:
    most = min(len(one) - begin, len(other) - place)
    for length in range(most):
        if taken[place + length] or one[begin + length] != other[place + length]:
            return length
    return most


def _lines(text: str, spans: Sequence[tuple[int, int]]) -> list[Line]:
    """Return a text in lines, the spans in it numbered from 1 as they are given."""
    lines: list[list[Piece]] = [[]]
    done = 0
    for (begin, end), number in sorted((span, number) for number, span in enumerate(spans, 1)):
        _add(lines, text[done:begin], 0)
        _add(lines, text[begin:end], number)
        done = end
    _add(lines, text[done:], 0)
    return [tuple(pieces) for pieces in lines]


def _add(lines: list[list[Piece]], text: str, run: int) -> None:
    first, *rest = text.split("\n")
    if first:
        lines[-1].append(Piece(first, run))
    lines += [[Piece(one, run)] if one else [] for one in rest]
