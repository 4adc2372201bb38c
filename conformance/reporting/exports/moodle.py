"""Moodle: the teacher's own grading worksheet, in which the grades and the comments are filled.

Moodle reads three columns of it and looks for them by their headings (`importgradeslib.php`). It leaves out a row whose
grade is empty or above the maximum, without a word (`locallib.php`, `process_import_grades`). Comments are HTML.
"""

import html
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from conformance.grading.records import Class, Graded, Student
from conformance.messages import Message, say
from conformance.reporting.exports.items import shown_items, summary, why_no_mark
from conformance.reporting.exports.plain import points
from conformance.reporting.exports.rows import Keys, keys, nobodys, without_row
from conformance.reporting.exports.setting import Made, Refused, Setting, Written, wrong_use
from conformance.reporting.exports.sheet import Row, Sheet, read_sheet

IDENTIFIER, GRADE, MAXIMUM, COMMENTS = "Identifier", "Grade", "Maximum grade", "Feedback comments"
NAME, EMAIL = "Full name", "Email address"
FOLDER: Final = re.compile(r"_(\d+)_assignsubmission_")
"""Moodle names a submission's folder so; the number is that of `Participant 123` in the worksheet."""
NUMBER: Final = re.compile(r"(\d+)\s*$")
ITEMS_AT_MOST: Final = 40
BREAK: Final = "<br>"


class _Columns(NamedTuple):
    """Where in the worksheet things are; None where a version has no such column."""

    identifier: int | None
    grade: int
    maximum: int | None
    comments: int | None
    email: int | None
    name: int | None


def worksheet(course: Class, setting: Setting) -> Made:
    """Return the worksheet of a class, filled."""
    sheet = read_sheet(setting.worksheet, GRADE)
    if isinstance(sheet, Message):
        return wrong_use(sheet)
    columns = _columns(sheet)
    if isinstance(columns, Refused):
        return columns
    rows = list(enumerate(sheet.rows))[1:]
    if any(_other_maximum(row, columns, course.points) for _, row in rows):
        return wrong_use(say("export.other-maximum", points=points(course.points)))
    numbers, addresses = keys(course, _number), keys(course, lambda student: [student.email.casefold()])
    whose = {place: _student_of(row, columns, numbers, addresses) for place, row in rows}
    found = {place: graded for place, graded in whose.items() if graded is not None}
    cells = {cell: text for place, graded in found.items() for cell, text in _filled(place, graded, columns)}
    strangers = [_named(row, columns) for place, row in rows if place not in found]
    return Written(data=sheet.filled(cells), remarks=(*nobodys(strangers), *without_row(course, found.values())))


def _named(row: Row, columns: _Columns) -> str:
    """Return how a row names its student."""
    return " ".join(row.value(one) for one in (columns.identifier, columns.name) if one is not None)


def _columns(sheet: Sheet) -> _Columns | Refused:
    identifier, grade, email = (sheet.column(name) for name in (IDENTIFIER, GRADE, EMAIL))
    if grade is None or (identifier is None and email is None):
        return wrong_use(say("export.no-column", name=IDENTIFIER))
    return _Columns(identifier, grade, sheet.column(MAXIMUM), sheet.column(COMMENTS), email, sheet.column(NAME))


def _other_maximum(row: Row, columns: _Columns, most: float) -> bool:
    """Tell whether Moodle takes another mark for the best; a scale of words says nothing about that."""
    said = row.value(columns.maximum).strip().replace(",", ".") if columns.maximum is not None else ""
    return bool(re.fullmatch(r"\d+(\.\d+)?", said)) and points(float(said)) != points(most)


def _number(student: Student) -> list[str]:
    """Return the number that Moodle gave to a submission."""
    folder = FOLDER.search(student.label)
    return [(folder[1] if folder is not None else student.id).lstrip("0")]


def _student_of(row: Row, columns: _Columns, numbers: Keys, addresses: Keys) -> Graded | None:
    found = NUMBER.search(row.value(columns.identifier)) if columns.identifier is not None else None
    email = row.value(columns.email).strip().casefold() if columns.email is not None else ""
    by_number = numbers.only(found[1].lstrip("0")) if found is not None else None
    return by_number or addresses.only(email)


def _filled(place: int, graded: Graded, columns: _Columns) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield the cells of one student. A grade that is not known stays empty: Moodle leaves the old one then."""
    yield (place, columns.grade), "" if why_no_mark(graded) is not None else points(graded.mark.low)
    if columns.comments is not None:
        yield (place, columns.comments), comment(graded)


def comment(graded: Graded) -> str:
    """Return the comment in HTML: the whole, and each requirement that is broken or open."""
    broken = [item for item in shown_items(graded) if not item.kept]
    blocks = [summary(graded), *([item.name, *item.lines] for item in broken[:ITEMS_AT_MOST])]
    return (BREAK * 2).join(BREAK.join(html.escape(line) for line in block) for block in blocks)
