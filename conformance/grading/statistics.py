"""The marks of a class in numbers, and which requirements its programs break, and where."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from statistics import fmean, median, quantiles
from typing import Final

from conformance.catalogue import catalogue
from conformance.grading.records import Class, Graded, RequirementCount, Statistics
from conformance.records.results import Verdict

STEPS: Final = 10
"""Of the histogram."""
PLACES: Final = 5
"""So many of the commonest lines are named for each requirement."""
LONGEST_PLACE: Final = 200
BROKEN: Final = frozenset({"failed", "crashed", "hung", "unsteady"})
"""Verdicts on a program that breaks a requirement. One that is not there, or was not run, breaks nothing."""
JUDGED: Final = BROKEN | {"passed"}


def statistics(found: Class) -> Statistics:
    """Return a class in numbers. Of a mark that is open the low end is taken."""
    marks = [one.mark.low for one in found.students]
    lower, middle, upper = _quartiles(marks)
    return Statistics(
        students=len(marks),
        judged=sum(map(_is_judged, found.students)),
        open=sum(one.mark.is_open for one in found.students),
        mean=fmean(marks) if marks else 0.0,
        median=middle,
        lower_quartile=lower,
        upper_quartile=upper,
        histogram=_histogram(marks, found.points),
        requirements=_requirement_counts(_verdicts(found)),
    )


def _quartiles(marks: list[float]) -> tuple[float, float, float]:
    """Return the quartiles, with the median in the middle; the lowest and the highest mark are part of the class."""
    if len(marks) < 2:
        only = marks[0] if marks else 0.0
        return only, only, only
    lower, _, upper = quantiles(marks, n=4, method="inclusive")
    return lower, median(marks), upper


def _histogram(marks: Iterable[float], points: float) -> tuple[tuple[float, float, int], ...]:
    """Return steps of the same width. A mark between two steps is in the upper one; the whole is in the last."""
    counts = Counter(min(int(mark * STEPS / points), STEPS - 1) for mark in marks)
    return tuple((points * step / STEPS, points * (step + 1) / STEPS, counts[step]) for step in range(STEPS))


def _is_judged(one: Graded) -> bool:
    results = one.entry.results
    return results is not None and any(verdict.verdict != "not-implemented" for verdict in results.verdicts)


def _verdicts(found: Class) -> Iterable[Verdict]:
    results = (one.entry.results for one in found.students)
    return (verdict for one in results if one is not None for verdict in one.verdicts)


def _requirement_counts(verdicts: Iterable[Verdict]) -> tuple[RequirementCount, ...]:
    judged: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
    for one in verdicts:
        if one.verdict in JUDGED:
            judged[one.exercise, one.requirement].append(one)
    order = [(exercise, one) for exercise in catalogue().exercises for one in catalogue().requirements]
    counts = [_count(*key, judged[key]) for key in order if key in judged]
    return tuple(sorted(counts, key=lambda one: -one.broken))


def _count(exercise: str, requirement: str, judged: list[Verdict]) -> RequirementCount:
    broken = [one for one in judged if one.verdict in BROKEN]
    places = Counter(filter(None, map(_place, broken)))
    return RequirementCount(
        exercise=exercise,
        requirement=requirement,
        broken=len(broken),
        judged=len(judged),
        places=tuple(sorted(places.items(), key=lambda one: (-one[1], one[0]))[:PLACES]),
    )


def _place(verdict: Verdict) -> str:
    """Return the source line at which a requirement is broken, however it is indented; nothing where none is known."""
    source = verdict.evidence.source if verdict.evidence is not None else None
    return " ".join(source.text.split())[:LONGEST_PLACE] if source is not None else ""
