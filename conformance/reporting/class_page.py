"""The page of a class: one file that shows how all did, who broke what, and where a person has to look."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple, get_args
from urllib.parse import quote

from conformance.catalogue import words
from conformance.grading.records import Class, Graded, RequirementCount, Statistics
from conformance.messages import Message, render, say, text
from conformance.records.results import COUNTS_AGAINST, VerdictName
from conformance.reporting.html import environment
from conformance.reporting.points import number, span
from conformance.reporting.priority import WEIGHT

NAMES_SHOWN: Final = 40
"""How many students are named in one place; of those who break a requirement the table can show all."""
CHANGES_SHOWN: Final = 300
LONGEST_NAME: Final = 60
LONGEST_REASON: Final = 200
COLOURS: Final[dict[VerdictName, str]] = {
    "passed": "kept", "failed": "bad", "crashed": "bad", "hung": "bad", "unsteady": "odd", "not-implemented": "odd",
    "not-run": "odd", "not-observed": "open", "harness-error": "open",
}  # fmt: skip
"""How the map draws each verdict; where a requirement does not apply, it draws nothing."""
TOPS: Final = {"kept": 9, "open": 6, "odd": 4, "bad": 0}
"""Where the columns of each colour begin, from the top: the height tells as much as the colour."""
MAP_HEIGHT: Final = 10
HISTOGRAM_WIDTH: Final = 400
HISTOGRAM_HEIGHT: Final = 90


class StudentRow(NamedTuple):
    """One student's line in the table."""

    id: str
    name: str
    href: str
    """Where the student's own page is."""
    column: int
    """The student's column in the map."""
    mark: str
    low: float
    exercises: list[tuple[str, float]]
    """What each exercise gives, in words and as a number."""
    worst: VerdictName | None
    """The gravest verdict; None where nothing was judged."""
    late: int
    flags: list[str]


class MapRow(NamedTuple):
    """One requirement's line in the map."""

    exercise: str
    requirement: str
    title: str
    broken: int
    judged: int
    lines: tuple[tuple[str, int], ...]
    """The commonest source lines where it is broken."""
    paths: list[tuple[str, str]]
    """Colour and outline of what is drawn."""
    columns: str
    """A letter for each column: `x` where it is broken, else a dot."""
    who: list[StudentRow]
    """Those who break it."""


class Unjudged(NamedTuple):
    """Students for whom nothing, or no program of an exercise, was judged, for one and the same reason."""

    exercise: str
    """Nothing where nothing at all was judged."""
    reason: str
    who: list[StudentRow]


class Bar(NamedTuple):
    """One step of the histogram."""

    left: float
    width: float
    height: float
    students: int
    begins: str


def class_page(found: Class, statistics: Statistics, beside: Collection[int] = (), near_page: str = "") -> str:
    """Return the page; `beside` are the places of the near duplicates that another page shows side by side."""
    rows = student_rows(found)
    verdicts, by_column = _verdicts(found), sorted(rows, key=lambda row: row.column)
    counted = [
        _map_row(one, verdicts.get((one.exercise, one.requirement), {}), by_column) for one in statistics.requirements
    ]
    return (
        environment()
        .get_template("class.html")
        .render(
            found=found,
            statistics=statistics,
            number=number,
            span=span,
            rows=rows,
            students={row.id: row for row in rows},
            exercises=exercises_of(found),
            bars=_bars(statistics),
            histogram=_histogram_in_words(statistics),
            map=[one for one in counted if one.broken],
            kept=[one for one in counted if not one.broken],
            unjudged=list(_unjudged(found, rows)),
            changes=found.changes[:CHANGES_SHOWN],
            changed=_in_words,
            beside=beside,
            near_page=near_page,
            flags=list(dict.fromkeys(flag for row in rows for flag in row.flags)),
            gravity=WEIGHT,
            named=NAMES_SHOWN,
            longest=LONGEST_NAME,
            longest_reason=LONGEST_REASON,
            height=MAP_HEIGHT,
            tops=TOPS,
            legend=_legend(),
        )
    )


def exercises_of(found: Class) -> list[str]:
    """Return the exercises of a class, in the order of its marks."""
    return list(dict.fromkeys(one.exercise for graded in found.students for one in graded.mark.exercises))


# ---------------------------------------------------------------- students


def student_rows(found: Class) -> list[StudentRow]:
    """Return a line for each student; the best have the first columns of the map."""
    best = sorted(found.students, key=lambda one: -one.mark.low)
    columns = {one.entry.student.id: column for column, one in enumerate(best)}
    near = {name for one in found.near for name in (one.one, one.other)}
    exercises = exercises_of(found)
    return [_student_row(one, columns[one.entry.student.id], exercises, near) for one in found.students]


def _student_row(graded: Graded, column: int, exercises: Sequence[str], near: set[str]) -> StudentRow:
    student, mark = graded.entry.student, graded.mark
    marks = {one.exercise: one for one in mark.exercises}
    return StudentRow(
        id=student.id,
        name=student.name or student.id,
        href=page_address(student.id),
        column=column,
        mark=span(mark.low, mark.high),
        low=mark.low,
        exercises=[
            (span(marks[name].low, marks[name].high), marks[name].low) if name in marks else ("", -1.0)
            for name in exercises
        ],
        worst=_worst(graded),
        late=student.late_days or 0,
        flags=[render(flag) for flag, flagged in _flags(graded, near) if flagged],
    )


def page_address(student: str) -> str:
    """Return where a student's page is, seen from the page of the class; a name cannot lead anywhere else."""
    return f"students/{quote(student, safe='')}.html"


def _worst(graded: Graded) -> VerdictName | None:
    verdicts = graded.entry.results.verdicts if graded.entry.results is not None else []
    applied = [one.verdict for one in verdicts if one.verdict != "not-applicable"]
    return min(applied, key=lambda one: WEIGHT[one], default=None)


def _flags(graded: Graded, near: set[str]) -> Iterator[tuple[Message, bool]]:
    """Yield why a person may have to look, and whether it is so."""
    results = graded.entry.results
    yield say("class-page.flag.open"), graded.mark.is_open
    yield say("class-page.flag.nothing"), results is None
    yield say("class-page.flag.suite"), results is not None and results.count("harness-error") > 0
    student = graded.entry.student
    yield say("class-page.flag.late"), student.late and student.late_days is None
    yield say("class-page.flag.near"), graded.entry.student.id in near
    yield say("class-page.flag.notes"), bool(graded.entry.notes)


def _unjudged(found: Class, rows: Sequence[StudentRow]) -> Iterator[Unjudged]:
    """Yield what was not judged and why, those with the same reason together, the most first."""
    together: dict[tuple[str, str], list[StudentRow]] = {}
    for graded, row in zip(found.students, rows, strict=True):
        for exercise, reason in _reasons(graded):
            together.setdefault((exercise, render(reason)), []).append(row)
    for (exercise, why), who in sorted(together.items(), key=lambda one: (bool(one[0][0]), -len(one[1]))):
        yield Unjudged(exercise, why, who)


def _reasons(graded: Graded) -> Iterator[tuple[str, Message]]:
    entry = graded.entry
    if entry.results is None:
        yield "", entry.nothing or say("class-page.no-reason")
        return
    yield from ((one.exercise, one.reason) for one in graded.mark.exercises if one.reason is not None)


# ---------------------------------------------------------------- the map


def _verdicts(found: Class) -> Mapping[tuple[str, str], Mapping[str, VerdictName]]:
    """Return the verdicts on each exercise's requirements, by the students' ids."""
    gathered: dict[tuple[str, str], dict[str, VerdictName]] = {}
    for graded in found.students:
        for one in graded.entry.results.verdicts if graded.entry.results is not None else ():
            gathered.setdefault((one.exercise, one.requirement), {})[graded.entry.student.id] = one.verdict
    return gathered


def _map_row(count: RequirementCount, verdicts: Mapping[str, VerdictName], by_column: Sequence[StudentRow]) -> MapRow:
    found = [verdicts.get(row.id, "not-applicable") for row in by_column]
    return MapRow(
        exercise=count.exercise,
        requirement=count.requirement,
        title=words().requirement[count.requirement].title,
        broken=count.broken,
        judged=count.judged,
        lines=count.places,
        paths=_paths(found),
        columns="".join("x" if one in COUNTS_AGAINST else "." for one in found),
        who=[row for row, one in zip(by_column, found, strict=True) if one in COUNTS_AGAINST],
    )


def _legend() -> dict[str, str]:
    return {
        "bad": text("class-page.legend.bad"),
        "odd": text("class-page.legend.odd"),
        "open": text("class-page.legend.open"),
        "kept": text("class-page.legend.kept"),
    }


def _paths(verdicts: Sequence[VerdictName]) -> list[tuple[str, str]]:
    """Return one outline for each colour, with neighbours of one colour as one column: that keeps the page small."""
    outlines = dict.fromkeys(TOPS, "")
    x = 0
    for colour, run in groupby(verdicts, lambda one: COLOURS.get(one, "")):
        width = len(list(run))
        if colour:
            outlines[colour] += f"M{x} {TOPS[colour]}h{width}V{MAP_HEIGHT}h-{width}z"
        x += width
    return [(colour, outline) for colour, outline in outlines.items() if outline]


# ---------------------------------------------------------------- numbers


def _bars(statistics: Statistics) -> list[Bar]:
    steps = statistics.histogram
    most = max((count for _, _, count in steps), default=0) or 1
    width = HISTOGRAM_WIDTH / (len(steps) or 1)
    return [
        Bar(place * width, width, HISTOGRAM_HEIGHT * count / most, count, number(begins))
        for place, (begins, _, count) in enumerate(steps)
    ]


def _histogram_in_words(statistics: Statistics) -> str:
    steps = statistics.histogram
    told = tuple(say("class-page.step", begins=number(a), ends=number(b), count=count) for a, b, count in steps)
    return text("class-page.histogram", steps=told)


def _in_words(before_or_now: str) -> str:
    """Return a verdict in words; marks are words already."""
    known = before_or_now in get_args(VerdictName)
    return text(f"verdict-name.{before_or_now}") if known else before_or_now
