"""Canvas: the teacher's own export of the gradebook, in which one assignment's column is filled.

To Canvas an empty cell takes a grade away where there was one (`gradebook_importer.rb`, `no_change_to_value?`). So the
cell of a mark that is not known stays as it was, and so do `EX` (excused) and `N/A` (not assigned).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from conformance.grading.records import Class, Graded
from conformance.messages import Message, say
from conformance.records.notes import shown_name
from conformance.reporting.exports.items import why_no_mark
from conformance.reporting.exports.plain import points
from conformance.reporting.exports.rows import Keys, keys, nobodys, without_row
from conformance.reporting.exports.setting import Made, Setting, Written, wrong_use
from conformance.reporting.exports.sheet import Row, Sheet, read_sheet

ID: Final = "ID"
FURTHER_IDS: Final = ("SIS User ID", "SIS Login ID")
POINTS_ROW: Final = "Points Possible"
TITLE: Final = re.compile(r"(.*) \((\d+)\)", re.DOTALL)
"""Canvas writes an assignment's number behind its name."""
NOT_GRADED: Final = frozenset({"EX", "N/A"})


class Assignment(NamedTuple):
    """A column that may be filled."""

    column: int
    title: str
    number: str


def gradebook(course: Class, setting: Setting) -> Made:
    """Return the export of the gradebook, filled."""
    sheet = read_sheet(setting.worksheet, ID)
    if isinstance(sheet, Message):
        return wrong_use(sheet)
    points_row = next((place for place, row in enumerate(sheet.rows) if POINTS_ROW in row.value(0)), None)
    if points_row is None:
        return wrong_use(say("export.no-points-row"))
    chosen = _chosen(sheet, setting)
    if isinstance(chosen, Message):
        return wrong_use(chosen)
    if not _is_most(sheet.rows[points_row].value(chosen.column), course.points):
        return wrong_use(say("export.other-maximum", points=points(course.points)))
    return _filled(course, sheet, chosen, range(points_row + 1, len(sheet.rows)))


def _chosen(sheet: Sheet, setting: Setting) -> Assignment | Message:
    """Return the column that was named; or the only one that there is."""
    known = list(_assignments(sheet.rows[0]))
    wanted = setting.column or setting.title
    named = [one for one in known if wanted in (one.number, one.title, f"{one.title} ({one.number})")]
    if len(named) == 1:
        return named[0]
    if len(known) == 1 and not setting.column:
        return known[0]
    return say("export.which-assignment", known=[shown_name(f"{one.title} ({one.number})") for one in known])


def _assignments(head: Row) -> Iterator[Assignment]:
    for column in range(len(head.cells)):
        found = TITLE.fullmatch(head.value(column).strip())
        if found is not None:
            yield Assignment(column, found[1], found[2])


def _is_most(said: str, most: float) -> bool:
    """Tell whether a cell says the same maximum; Canvas writes numbers as the teacher's language does."""
    number = said.strip().replace(",", ".")
    return bool(re.fullmatch(r"\d+(\.\d+)?", number)) and points(float(number)) == points(most)


def _filled(course: Class, sheet: Sheet, chosen: Assignment, places: Sequence[int]) -> Made:
    ids, addresses = keys(course, lambda one: [one.id]), keys(course, lambda one: [one.email.casefold()])
    columns = [column for column in (sheet.column(ID), *map(sheet.column, FURTHER_IDS)) if column is not None]
    found = {place: _student_of(sheet.rows[place], columns, ids, addresses) for place in places}
    graded = {place: one for place, one in found.items() if one is not None}
    kept = {place for place in graded if sheet.rows[place].value(chosen.column).strip().upper() in NOT_GRADED}
    cells = {
        (place, chosen.column): points(one.mark.low)
        for place, one in graded.items()
        if place not in kept and why_no_mark(one) is None
    }
    strangers = [sheet.rows[place].value(0) for place in places if place not in graded]
    remarks = (*nobodys(strangers), *without_row(course, graded.values()), *_left_out(graded, kept))
    return Written(data=sheet.filled(cells), remarks=remarks)


def _student_of(row: Row, columns: Sequence[int], ids: Keys, addresses: Keys) -> Graded | None:
    values = [row.value(column).strip() for column in columns]
    named = (ids.only(value) or addresses.only(value.casefold()) for value in values)
    return next((graded for graded in named if graded is not None), None)


def _left_out(graded: dict[int, Graded], kept: set[int]) -> Iterator[Message]:
    """Say whose cell stays as it was."""
    for place, one in graded.items():
        why = say("export.not-graded") if place in kept else why_no_mark(one)
        if why is not None:
            yield say("export.left-out", student=one.entry.student.id, why=why)
