"""A student's page: what was found out about the programs, what it is worth, and nothing that a student may not see."""

import math
import re
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from msgspec import structs

from conformance.catalogue import words
from conformance.grading.records import ExerciseMark, Graded, Line, Student
from conformance.grading.rewriting import Record, rewritten, without_places
from conformance.messages import Message, text
from conformance.records.results import ProgramReport, Results, Verdict, VerdictName
from conformance.reporting.html import environment, shown_values
from conformance.reporting.points import number, span

LONGEST_NAME: Final = 80
SANITIZED: Final = "robust.no-crash"
"""What the second build, with sanitizers, is for: where this is hidden, so is the build."""


class RubricLine(NamedTuple):
    """What one requirement gives."""

    exercise: str
    requirement: str
    title: str
    verdict: VerdictName
    points: str
    most: str
    why: Message | str
    linked: bool
    """Whether the requirement has its row in the rest of the page."""


class RubricPart(NamedTuple):
    """What one exercise gives."""

    exercise: str
    points: str
    most: str
    reason: Message | None
    gates: tuple[Message, ...]
    lost: list[RubricLine]
    """Where points were lost or are open, the most first."""
    full: list[RubricLine]
    hidden: tuple[str, str] | None
    """What all hidden requirements give together, and the most that they can give; None where there are none."""


def student_page(graded: Graded, *, title: str, date: str, rubric: str, hidden: Collection[str]) -> str:
    """Return the page of one student.

    `title` is the class's, `date` says when it was judged, `rubric` is the rubric's name, and `hidden` are the
    requirements that students may not see: all of them, since what was not judged has verdicts, too.
    """
    shown = as_shown(graded, hidden)
    entry, mark = shown.entry, shown.mark
    values: dict[str, object] = {
        "title": title,
        "date": date,
        "rubric": rubric,
        "entry": entry,
        "mark": mark,
        "points": span(mark.low, mark.high),
        "most": number(mark.points),
        "late": number(mark.late),
        "parts": [_part(one, _verdicts(entry.results)) for one in mark.exercises],
        "any_hidden": bool(_all_hidden(graded, hidden)),
        "name": name_of(entry.student),
    }
    if entry.results is None:
        return environment().get_template("unjudged.html").render(**values)
    return environment().get_template("student.html").render(**shown_values(entry.results), **values)


def name_of(student: Student) -> str:
    """Return how a student is called on the page."""
    name, identity = student.name[:LONGEST_NAME], student.id[:LONGEST_NAME]
    return text("student-page.name", name=name, id=identity) if name and name != identity else identity


# ---------------------------------------------------------------- what a student may see


def as_shown(graded: Graded, hidden: Collection[str]) -> Graded:
    """Return a student's line without what the student may not see: hidden requirements, the teacher's machine."""
    names = _all_hidden(graded, hidden)
    results = graded.entry.results
    if results is not None:
        results = without_places(without_hidden(results, names), name_of(graded.entry.student))
    return _unnamed(structs.replace(graded, entry=structs.replace(graded.entry, results=results)), names)


def without_hidden(results: Results, hidden: Collection[str]) -> Results:
    """Return results in which nothing says that these requirements were judged, or how.

    Their verdicts are left out. Others may give one of them as their reason: they speak of a hidden requirement then.
    """
    kept = structs.replace(
        results,
        verdicts=[one for one in results.verdicts if one.requirement not in hidden],
        programs=[_without_sanitizers(one) if SANITIZED in hidden else one for one in results.programs],
    )
    return _unnamed(kept, hidden)


def _without_sanitizers(program: ProgramReport) -> ProgramReport:
    return structs.replace(program, sanitizers="")


def _all_hidden(graded: Graded, hidden: Collection[str]) -> frozenset[str]:
    flagged = (line.requirement for exercise in graded.mark.exercises for line in exercise.lines if line.hidden)
    return frozenset(hidden).union(flagged)


def _unnamed(record: Record, hidden: Collection[str]) -> Record:
    """Return a record in which no text names a hidden requirement, by its id or by its title."""
    if not hidden:
        return record
    ids = "|".join(re.escape(name) for name in sorted(hidden, key=len, reverse=True))
    titles = "|".join(re.escape(words().requirement[name].title) for name in hidden)
    named = re.compile(rf"(?<![\w.-])(?:{ids})(?![\w-]|\.\w)|{titles}")
    instead = text("student-page.hidden-one")
    return rewritten(record, lambda shown: named.sub(instead, shown))


# ---------------------------------------------------------------- the rubric, line by line


def _verdicts(results: Results | None) -> Mapping[tuple[str, str], Verdict]:
    return {(one.exercise, one.requirement): one for one in results.verdicts} if results is not None else {}


def _part(mark: ExerciseMark, verdicts: Mapping[tuple[str, str], Verdict]) -> RubricPart:
    lines = [line for line in mark.lines if not line.hidden]
    lost = sorted((line for line in lines if _is_lost(line)), key=lambda line: line.low - line.points)
    return RubricPart(
        exercise=mark.exercise,
        points=span(mark.low, mark.high),
        most=number(mark.points),
        reason=mark.reason,
        gates=mark.gates,
        lost=[_line(one, verdicts) for one in lost],
        full=[_line(one, verdicts) for one in lines if not _is_lost(one)],
        hidden=_together([line for line in mark.lines if line.hidden]),
    )


def _is_lost(line: Line) -> bool:
    return not math.isclose(line.low, line.points)


def _line(line: Line, verdicts: Mapping[tuple[str, str], Verdict]) -> RubricLine:
    found = verdicts.get((line.exercise, line.requirement))
    return RubricLine(
        exercise=line.exercise,
        requirement=line.requirement,
        title=words().requirement[line.requirement].title,
        verdict=line.verdict,
        points=span(line.low, line.high),
        most=number(line.points),
        why=(found.reason if found is not None else None) or "",
        linked=found is not None,
    )


def _together(hidden: list[Line]) -> tuple[str, str] | None:
    """Sum up hidden lines: without a name, but one by one, their points would still tell which they are."""
    if not hidden:
        return None
    low, high, most = (sum(values) for values in zip(*((one.low, one.high, one.points) for one in hidden), strict=True))
    return span(low, high), number(most)
