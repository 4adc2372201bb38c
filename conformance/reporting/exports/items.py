"""A mark as a list of items, each with its points and the lines that tell a student what to do."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from msgspec import Struct, structs

from conformance.catalogue import Level, words
from conformance.grading.records import ExerciseMark, Graded, Line
from conformance.messages import Message, render, say, text
from conformance.records.results import COUNTS_AGAINST, Results, Verdict
from conformance.reporting.exports.plain import one_line, points
from conformance.reporting.exports.setting import Setting
from conformance.reporting.text import name, reason_in_words

KEPT: Final = frozenset({"passed", "not-applicable"})
"""What does not apply to a program cannot be broken by it: it gives all of its points."""
NOTES_AT_MOST: Final = 20


class Item(Struct, frozen=True, kw_only=True):
    """One requirement of a mark; or a whole exercise where nothing was judged, or its hidden requirements together."""

    exercise: str
    requirement: str = ""
    """Nothing where it is not one requirement."""
    name: str
    level: Level | None = None
    kept: bool | None
    """None where it is open."""
    points: float
    low: float
    high: float
    lines: tuple[str, ...] = ()
    """What was expected and seen, where, and what to do; nothing where it is kept."""
    hidden: bool = False
    """Whether the student may not see it, or whether it stands for what the student may not see."""

    @property
    def group(self) -> str:
        """The part of the catalogue that it belongs to."""
        return self.requirement.partition(".")[0]


def every_item(graded: Graded) -> list[Item]:
    """Return all items, the hidden ones too."""
    verdicts = by_requirement(graded.entry.results)
    return [item for exercise in graded.mark.exercises for item in _items(exercise, verdicts)]


def shown_items(graded: Graded) -> list[Item]:
    """Return what the student may see: of an exercise's hidden requirements only their number and their points."""
    items: list[Item] = []
    for exercise in graded.mark.exercises:
        hidden = [line for line in exercise.lines if line.hidden]
        items += [item for item in _items(exercise, by_requirement(graded.entry.results)) if not item.hidden]
        items += [_together(exercise.exercise, hidden)] if hidden else []
    return items


def by_requirement(results: Results | None) -> dict[tuple[str, str], Verdict]:
    """Return the verdicts by exercise and requirement."""
    return {(one.exercise, one.requirement): one for one in results.verdicts} if results is not None else {}


class Place(NamedTuple):
    """A line of a file of the submission."""

    file: str
    line: int
    text: str = ""


def place_of(results: Results, verdict: Verdict) -> Place | None:
    """Return the line that breaks a requirement, or else the first one of its program; None where there is no file."""
    source = verdict.evidence.source if verdict.evidence is not None else None
    if source is not None:
        return Place(source.file, max(1, source.line), source.text)
    file = next((one.source for one in results.programs if one.exercise == verdict.exercise), None)
    return Place(file, 1) if file is not None else None


def shown_results(graded: Graded) -> Results | None:
    """Return what was found out, without the requirements that the student may not see."""
    results, hidden = graded.entry.results, hidden_names(graded)
    if results is None or not hidden:
        return results
    shown = [one for one in results.verdicts if (one.exercise, one.requirement) not in hidden]
    return structs.replace(results, verdicts=shown)


def hidden_names(graded: Graded) -> set[tuple[str, str]]:
    """Return the exercises and requirements that the student may not see."""
    return {(line.exercise, line.requirement) for one in graded.mark.exercises for line in one.lines if line.hidden}


def _items(exercise: ExerciseMark, verdicts: dict[tuple[str, str], Verdict]) -> Iterator[Item]:
    if not exercise.lines:
        yield _whole(exercise)
    for line in exercise.lines:
        yield _item(line, verdicts.get((line.exercise, line.requirement)))


def _whole(exercise: ExerciseMark) -> Item:
    open_ = not math.isclose(exercise.low, exercise.high)
    return Item(
        exercise=exercise.exercise,
        name=exercise.exercise,
        kept=None if open_ else math.isclose(exercise.low, exercise.points) and exercise.reason is None,
        points=exercise.points,
        low=exercise.low,
        high=exercise.high,
        lines=(one_line(render(exercise.reason)),) if exercise.reason is not None else (),
    )


def _item(line: Line, verdict: Verdict | None) -> Item:
    kept = None if line.is_open else line.verdict in KEPT
    return Item(
        exercise=line.exercise,
        requirement=line.requirement,
        name=text("export.name", exercise=line.exercise, title=title(line.requirement)),
        level=line.level,
        kept=kept,
        points=line.points,
        low=line.low,
        high=line.high,
        lines=() if kept and line.verdict == "passed" else what_to_do(line.requirement, verdict),
        hidden=line.hidden,
    )


def _together(exercise: str, hidden: Sequence[Line]) -> Item:
    kept = sum(line.verdict in KEPT for line in hidden)
    return Item(
        exercise=exercise,
        name=text("export.hidden", exercise=exercise),
        kept=None if any(line.is_open for line in hidden) else kept == len(hidden),
        points=sum(line.points for line in hidden),
        low=sum(line.low for line in hidden),
        high=sum(line.high for line in hidden),
        lines=(text("export.kept", kept=kept, count=len(hidden)),),
        hidden=True,
    )


# ---------------------------------------------------------------- words


def title(requirement: str) -> str:
    """Return the sentence of a requirement; its id where another version knew one that this one does not."""
    known = words().requirement.get(requirement)
    return one_line(known.title if known is not None else requirement)


def todo(requirement: str) -> str:
    """Return what to do about a requirement that is broken."""
    known = words().requirement.get(requirement)
    return one_line(known.todo, 2_000) if known is not None else ""


def what_to_do(requirement: str, verdict: Verdict | None) -> tuple[str, ...]:
    """Return, line by line, what was found and what to do about it."""
    if verdict is None:
        return ()
    lines = [text("export.verdict", verdict=name(verdict))]
    evidence = verdict.evidence
    if evidence is not None:
        lines.append(text("export.expected", what=one_line(render(evidence.expected))))
        lines.append(text("export.seen", what=one_line(render(evidence.seen))))
        lines += [text("export.at", place=place(evidence.source.file, evidence.source.line))] if evidence.source else []
    elif verdict.reason is not None:
        lines.append(text("export.why", what=one_line(reason_in_words(verdict))))
    advice = todo(requirement) if verdict.verdict in COUNTS_AGAINST else ""
    return (*lines, *([text("export.todo", what=advice)] if advice else []))


def place(file: str, line: int) -> str:
    """Return a place in the source as compilers write it."""
    return f"{one_line(file)}:{line}"


def summary(graded: Graded) -> list[str]:
    """Return what is to be said of the whole, line by line: the mark first, and nothing that is hidden."""
    entry, mark = graded.entry, graded.mark
    lines = [mark_in_words(graded), *map(fault, harness_errors(graded))]
    if entry.nothing is not None:
        lines.append(render(entry.nothing))
    if mark.late:
        lines.append(text("export.late", days=entry.student.late_days, points=points(mark.late)))
    for exercise in mark.exercises:
        lines += _about(exercise, entry.nothing)
    return [one_line(line) for line in (*lines, *map(render, entry.notes[:NOTES_AT_MOST]))]


def mark_in_words(graded: Graded) -> str:
    """Return the mark and how many requirements were kept, or why nobody can say the mark."""
    why = why_no_mark(graded)
    if why is not None:
        return render(why)
    mark = graded.mark
    verdicts = Counter(line.verdict for one in mark.exercises for line in one.lines)
    if not verdicts:
        return text("export.mark-alone", mark=points(mark.low), points=points(mark.points))
    broken = sum(count for verdict, count in verdicts.items() if verdict in COUNTS_AGAINST)
    return text("export.mark", mark=points(mark.low), points=points(mark.points), count=verdicts.total(), broken=broken)


def _about(exercise: ExerciseMark, said_before: Message | None) -> list[str]:
    hidden = [line.requirement for line in exercise.lines if line.hidden]
    reason = [exercise.reason] if exercise.reason not in (None, said_before) else []
    said = [text("export.about", exercise=exercise.exercise, what=render(one or "")) for one in reason]
    return [*said, *(_gate(exercise.exercise, render(one), hidden) for one in exercise.gates)]


def _gate(exercise: str, words: str, hidden: Sequence[str]) -> str:
    """Return what bounds an exercise, without the name of a requirement that the student may not see."""
    told = text("export.hidden-gate") if any(one in words or title(one) in words for one in hidden) else words
    return text("export.about", exercise=exercise, what=told)


def judged_at(graded: Graded, setting: Setting) -> str:
    """Return when a submission was judged, as `2026-11-30T09:00:00Z`."""
    results = graded.entry.results
    return (results.harness.began if results is not None else "") or setting.date


def harness_errors(graded: Graded) -> list[Line]:
    """Return where the suite itself failed: that says nothing about a program, so it is never a mark of 0."""
    return [line for one in graded.mark.exercises for line in one.lines if line.verdict == "harness-error"]


def fault(line: Line) -> str:
    """Return where the suite itself failed, in words; not at which requirement where that is hidden."""
    return text("export.harness", where=line.exercise if line.hidden else f"{line.exercise} {line.requirement}")


def why_no_mark(graded: Graded) -> Message | None:
    """Return why nobody can say one number as the mark; None where it is known."""
    if harness_errors(graded):
        return say("export.no-mark")
    mark = graded.mark
    return (
        say("export.open", low=points(mark.low), high=points(mark.high), points=points(mark.points))
        if mark.is_open
        else None
    )
