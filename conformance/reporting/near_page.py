"""The page of a class's near duplicates: each two programs beside each other, with what they have in common marked."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from markupsafe import Markup

from conformance.grading.common_runs import Line, side_by_side
from conformance.grading.records import Class, Near, Source
from conformance.messages import text
from conformance.messages.escaping import visible
from conformance.reporting.class_page import LONGEST_NAME, StudentRow, student_rows
from conformance.reporting.html import environment

NEAR_PAGE, CLASS_PAGE = "near.html", "index.html"
LARGEST: Final = 1_800_000
"""Bytes of all pairs together: what goes beyond is listed in the page of the class only."""
LINES_SHOWN: Final = 500
LONGEST_LINE: Final = 300
Key = tuple[str, str, str]


class ShownPiece(NamedTuple):
    """A part of a line, safe to be shown."""

    text: str
    run: int
    begins: bool
    """Whether its run begins here."""


class Side(NamedTuple):
    """One of two programs."""

    id: str
    """The student's; nothing where it is a reference program."""
    name: str
    file: str
    lines: list[list[ShownPiece]]
    more: bool
    """Whether there is more of it than is shown."""


class NearPage(NamedTuple):
    """The page, and the places in the list of pairs of those that it shows."""

    text: str
    shown: frozenset[int]
    """Counted from 1."""


def near_page(found: Class) -> NearPage:
    """Return the page of the pairs whose sources were kept, the most alike first, as many as find room."""
    students = {row.id: row for row in student_rows(found)}
    sources = {_key(one.exercise, one.student, one.file): one for one in found.sources}
    pairs: dict[int, Markup] = {}
    kept, left = 0, LARGEST
    for number, pair in enumerate(found.near, 1):
        both = _both(pair, sources)
        if both is None:
            continue
        kept += 1
        made = _pair(number, pair, both, students)
        if (left := left - len(made.encode())) < 0:
            break
        pairs[number] = made
    page = (
        environment()
        .get_template("near.html")
        .render(
            found=found,
            pairs=list(pairs.values()),
            left_out=len(found.near) - len(pairs) if kept else 0,
            students=students,
            longest=LONGEST_NAME,
            class_page=CLASS_PAGE,
        )
    )
    return NearPage(page, frozenset(pairs))


def _key(exercise: str, student: str, file: str) -> Key:
    """Return what a source is found by: a student has one for an exercise, and an exercise has several references."""
    return exercise, student, "" if student else file


def _both(pair: Near, sources: Mapping[Key, Source]) -> tuple[Source, Source] | None:
    one = sources.get(_key(pair.exercise, pair.one, ""))
    other = sources.get(_key(pair.exercise, pair.other, pair.reference))
    return (one, other) if one is not None and other is not None else None


def _pair(number: int, pair: Near, both: tuple[Source, Source], students: Mapping[str, StudentRow]) -> Markup:
    lines = side_by_side(*(one.text for one in both))
    sides = [_side(one, each, students) for one, each in zip(both, lines, strict=True)]
    template = environment().get_template("near_pair.html")
    return Markup(template.render(number=number, pair=pair, sides=sides, students=students, longest=LONGEST_NAME))


def _side(source: Source, lines: Sequence[Line], students: Mapping[str, StudentRow]) -> Side:
    known = students.get(source.student)
    return Side(
        id=source.student,
        name=(known.name if known is not None else source.student) or text("class-page.reference"),
        file=source.file,
        lines=list(_shown(lines[:LINES_SHOWN])),
        more=source.cut or len(lines) > LINES_SHOWN,
    )


def _shown(lines: Sequence[Line]) -> Iterator[list[ShownPiece]]:
    begun = {0}
    for line in lines:
        shown, left = list[ShownPiece](), LONGEST_LINE
        for piece in line:
            if left > 0:
                shown.append(ShownPiece(visible(piece.text, left), piece.run, piece.run not in begun))
                begun.add(piece.run)
                left -= len(piece.text)
        yield shown
