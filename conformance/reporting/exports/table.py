"""A class as CSV for spreadsheets: a line for each student, a column for each requirement."""

from collections.abc import Iterable
from typing import Final

from conformance.catalogue import catalogue
from conformance.grading.records import Class, ExerciseMark, Graded
from conformance.records.results import COUNTS_AGAINST
from conformance.reporting.exports.items import harness_errors, judged_at, why_no_mark
from conformance.reporting.exports.plain import one_line, points
from conformance.reporting.exports.setting import Made, Setting, Written
from conformance.reporting.exports.sheet import BYTE_ORDER_MARK, quoted

COLUMNS: Final = ("id", "name", "email", "mark", "max", "late_days", "flags", "date", "digest")
FORMULA: Final = frozenset("=+-@＝＋－＠")
"""A cell that begins so is a formula to a spreadsheet, in full width too; an apostrophe makes it text (OWASP, "CSV
injection"). A tabulator or a carriage return at the beginning is as bad: no line begins with one any more."""
LINE_END: Final = "\r\n"
"""RFC 4180."""
NO_EXERCISE: Final = ("", "", "")


def of_class(course: Class, _: Setting) -> Made:
    """Return the table. The byte order mark tells Excel that it is UTF-8."""
    columns = _exercises(course)
    head = [*COLUMNS, *(name for exercise, ids in columns.items() for name in _headings(exercise, ids))]
    setting = Setting(date=course.date)
    rows = [head, *([*_about(one, setting), *_found(one, columns)] for one in course.students)]
    lines = (",".join(quoted(safe(cell)) for cell in row) for row in rows)
    return Written(data=(BYTE_ORDER_MARK + "".join(f"{line}{LINE_END}" for line in lines)).encode())


def safe(text: str) -> str:
    """Return text as a cell of one line that no spreadsheet takes for a formula."""
    shown = one_line(text)
    return f"'{shown}" if shown[:1] in FORMULA else shown


def _exercises(course: Class) -> dict[str, list[str]]:
    """Return the exercises of a class with their requirements, in the order of the catalogue."""
    found: dict[str, dict[str, None]] = {}
    for graded in course.students:
        for exercise in graded.mark.exercises:
            found.setdefault(exercise.exercise, {}).update(dict.fromkeys(one.requirement for one in exercise.lines))
    known = catalogue()
    return {
        exercise: _ordered(found[exercise], list(known.requirements))
        for exercise in _ordered(found, list(known.exercises))
    }


def _ordered(names: Iterable[str], known: list[str]) -> list[str]:
    """Return names in a known order; what is not known comes last."""
    places = {name: place for place, name in enumerate(known)}
    return sorted(names, key=lambda name: places.get(name, len(places)))


def _headings(exercise: str, requirements: list[str]) -> list[str]:
    return [f"{exercise}.{name}" for name in ("mark", "passed", "broken", *requirements)]


def _about(graded: Graded, setting: Setting) -> list[str]:
    student, mark = graded.entry.student, graded.mark
    known = "" if why_no_mark(graded) is not None else points(mark.low)
    late = "" if student.late_days is None else str(student.late_days)
    about = [student.id, student.name, student.email, known, points(mark.points), late]
    return [*about, " ".join(_flags(graded)), judged_at(graded, setting), graded.entry.digest]


def _flags(graded: Graded) -> list[str]:
    """Return what a person has to look at, in words that programs can search for."""
    mark, results, student = graded.mark, graded.entry.results, graded.entry.student
    flags = {
        f"open:{points(mark.low)}..{points(mark.high)}": mark.is_open,
        "harness-error": bool(harness_errors(graded)),
        "late": student.late if student.late_days is None else student.late_days > 0,
        "nothing-judged": results is None,
        "not-built": results is not None and any(not program.built for program in results.programs),
        "notes": bool(graded.entry.notes),
    }
    return [flag for flag, holds in flags.items() if holds]


def _found(graded: Graded, columns: dict[str, list[str]]) -> list[str]:
    marks = {one.exercise: one for one in graded.mark.exercises}
    cells: list[str] = []
    for exercise, requirements in columns.items():
        cells += [*_of_exercise(marks.get(exercise)), *_verdicts(marks.get(exercise), requirements)]
    return cells


def _of_exercise(mark: ExerciseMark | None) -> tuple[str, ...]:
    if mark is None:
        return NO_EXERCISE
    known = points(mark.low) if points(mark.low) == points(mark.high) else ""
    passed = sum(one.verdict == "passed" for one in mark.lines)
    return known, str(passed), str(sum(one.verdict in COUNTS_AGAINST for one in mark.lines))


def _verdicts(mark: ExerciseMark | None, requirements: list[str]) -> list[str]:
    found = {one.requirement: one.verdict for one in mark.lines} if mark is not None else {}
    return [found.get(name, "") for name in requirements]
