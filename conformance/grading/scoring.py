"""Marks a submission: what each verdict gives, requirement by requirement, and what that is together.

The whole is fixed. Points are shared over all requirements that an exercise has in the catalogue, judged or not, so
that nobody gains when less is judged. Sums are made of fractions. Lines and exercises are not rounded, and people are
shown two digits of them (`as_shown`). Only the mark is rounded, once, at its very end: half up, at the rubric's step.
"""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache, reduce
from typing import Final, NamedTuple

from conformance.catalogue import Requirement, catalogue
from conformance.grading.points import Rubric, as_shown, concerned, exact, shares
from conformance.grading.records import OPEN, Entry, ExerciseMark, Line, Mark
from conformance.messages import Message, say
from conformance.records.results import VerdictName
from conformance.submission.discover import looked_for

__all__ = ["as_shown", "mark_shown", "score"]
FULL: Final = frozenset({"passed", "not-applicable"})
"""Verdicts that keep all points: a rule that cannot be broken in a program takes nothing from it."""


class _Range(NamedTuple):
    """What something gives at least and at most; both are the same unless a verdict is open."""

    low: Fraction
    high: Fraction

    def times(self, points: Fraction) -> "_Range":
        """Return so much of the points."""
        return _Range(self.low * points, self.high * points)


NOTHING: Final = _Range(Fraction(0), Fraction(0))
ALL: Final = _Range(Fraction(1), Fraction(1))
UNKNOWN: Final = _Range(Fraction(0), Fraction(1))


class _Part(NamedTuple):
    """What one requirement gives."""

    requirement: Requirement
    verdict: VerdictName
    points: Fraction
    kept: _Range
    """Which part of the points its verdict keeps."""
    given: _Range
    """How many points that is."""


def score(rubric: Rubric, entry: Entry, exercises: Sequence[str]) -> Mark:
    """Mark a submission on the exercises that count; one that a student lacks gives 0.

    `Rubric.counted` tells which exercises count in a class. Days that it came late are taken off once, from the sum.
    """
    points = rubric.points_of(exercises)
    marks = [_exercise(rubric, entry, name, whole) for name, whole in points.items()]
    found = _together(given for _, given in marks)
    late = min(_late(rubric, entry.student.late_days or 0), found.high)
    step = exact(rubric.whole.round)
    return Mark(
        points=_rounded(sum(points.values(), Fraction(0)) or exact(rubric.whole.points), step),
        low=_rounded(max(found.low - late, Fraction(0)), step),
        high=_rounded(found.high - late, step),
        exercises=tuple(mark for mark, _ in marks),
        late=float(late),
    )


def mark_shown(mark: Mark) -> str:
    """Return a mark as people are shown it: one number, or two where it is open."""
    low, high = as_shown(mark.low), as_shown(mark.high)
    return f"{low}–{high}" if mark.is_open else high


def _together(ranges: Iterable[_Range]) -> _Range:
    return reduce(lambda one, other: _Range(one.low + other.low, one.high + other.high), ranges, NOTHING)


def _late(rubric: Rubric, days: int) -> Fraction:
    late = rubric.whole.late
    return Fraction(0) if late is None else min(exact(late.per_day) * max(days, 0), exact(late.at_most))


def _rounded(points: Fraction, step: Fraction) -> float:
    """Return points at the nearest step, half up. The whole is a number of steps, so that no mark gets above it."""
    return float(math.floor(points / step + Fraction(1, 2)) * step)


# ---------------------------------------------------------------- one exercise


def _exercise(rubric: Rubric, entry: Entry, exercise: str, points: Fraction) -> tuple[ExerciseMark, _Range]:
    parts = _parts(rubric, entry, exercise, points)
    reason = _reason(entry, exercise, parts)
    shut = [one for one in parts if one.requirement.id in rubric.gate and one.kept.low < 1]
    found = _bounded(_together(one.given for one in parts), rubric, shut, points)
    mark = ExerciseMark(
        exercise=exercise,
        points=float(points),
        low=float(found.low),
        high=float(found.high),
        lines=tuple(_line(rubric, exercise, one) for one in parts),
        gates=() if reason else tuple(_gate(rubric, one, points) for one in shut),
        reason=reason,
    )
    return mark, found


def _parts(rubric: Rubric, entry: Entry, exercise: str, points: Fraction) -> list[_Part]:
    """Return what each requirement of an exercise gives, in the order of the catalogue."""
    verdicts, otherwise, found = _verdicts(entry, exercise), _otherwise(entry, exercise), []
    for one, most in _points(rubric, exercise, points):
        verdict = verdicts.get(one.id, otherwise)
        kept = _kept(rubric, verdict)
        found.append(_Part(one, verdict, most, kept, kept.times(most)))
    return found


@lru_cache(maxsize=256)
def _points(rubric: Rubric, exercise: str, points: Fraction) -> tuple[tuple[Requirement, Fraction], ...]:
    """Return the requirements of an exercise with the points of each: the same for a whole class."""
    parts = shares(rubric, exercise)
    return tuple((one, parts[one.id] * points) for one in concerned(exercise))


def _verdicts(entry: Entry, exercise: str) -> dict[str, VerdictName]:
    listed = entry.results.verdicts if entry.results is not None else []
    return {one.requirement: one.verdict for one in listed if one.exercise == exercise}


def _otherwise(entry: Entry, exercise: str) -> VerdictName:
    """Return what stands for a verdict that is not there.

    Without a program there is nothing to judge. With one, somebody chose to judge less, or it was judged by another
    version of the catalogue: neither says anything about the program.
    """
    if entry.problem:
        return "harness-error"
    return "not-observed" if _verdicts(entry, exercise) else "not-implemented"


def _kept(rubric: Rubric, verdict: VerdictName) -> _Range:
    """Return which part of its points a requirement keeps."""
    if verdict in OPEN:
        return UNKNOWN
    if verdict in FULL:
        return ALL
    return ALL.times(exact(rubric.verdict["unsteady"])) if verdict == "unsteady" else NOTHING


def _bounded(found: _Range, rubric: Rubric, shut: list[_Part], points: Fraction) -> _Range:
    """Return what gates leave of an exercise.

    A gate is shut by each verdict that does not keep all points of its requirement. Where the verdict is open it is not
    known whether it is shut: then it bounds the low end alone.
    """
    for one in shut:
        bound = exact(rubric.gate[one.requirement.id]) * points
        found = _Range(min(found.low, bound), min(found.high, bound) if one.kept.high < 1 else found.high)
    return found


def _gate(rubric: Rubric, one: _Part, points: Fraction) -> Message:
    bound = exact(rubric.gate[one.requirement.id]) * points
    key = "mark.gate.open" if one.verdict in OPEN else "mark.gate.broken"
    return say(key, requirement=one.requirement.id, points=as_shown(float(bound)), of=as_shown(float(points)))


def _line(rubric: Rubric, exercise: str, one: _Part) -> Line:
    return Line(
        exercise=exercise,
        requirement=one.requirement.id,
        level=one.requirement.level,
        verdict=one.verdict,
        points=float(one.points),
        low=float(one.given.low),
        high=float(one.given.high),
        hidden=rubric.is_hidden(one.requirement.id),
    )


def _reason(entry: Entry, exercise: str, parts: list[_Part]) -> Message | None:
    """Return why an exercise gives nothing: no program, or one that could not be built, with the line of the error."""
    if any(one.verdict != "not-implemented" for one in parts):
        return None
    if entry.nothing is not None:
        return entry.nothing
    listed = entry.results.verdicts if entry.results is not None else []
    said = (one.reason for one in listed if one.exercise == exercise and one.reason is not None)
    return next(said, None) or looked_for(catalogue().exercises[exercise])
