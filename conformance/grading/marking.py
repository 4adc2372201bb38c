"""From the folder of a class to its marks: what was judged, and a rubric."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from conformance.grading.comparison import compare
from conformance.grading.job import Times, timed_name
from conformance.grading.lateness import with_days
from conformance.grading.points import Rubric
from conformance.grading.records import Class, Entry, Graded
from conformance.grading.scoring import score
from conformance.grading.store import BEFORE, Roll, Store
from conformance.messages import Message, say
from conformance.records.notes import shown_name

NAMES_SHOWN: Final = 3


def marked(store: Store, roll: Roll, rubric: Rubric) -> Class:
    """Mark a class, and say what is otherwise than in the run before, marked by the same rubric."""
    counted = rubric.counted(roll.exercises, roll.common)
    found = _class(store, roll, rubric, counted)
    found = replace(found, sources=store.sources())
    earlier = store.roll(BEFORE)
    if earlier is None:
        return found
    changes = compare(_class(store, earlier, rubric, counted), found)
    return replace(found, changes=changes, judged_before=True)


def timed(found: Class, store: Store) -> Class:
    """Return a class whose results tell when they were made and how long that took, as far as it was kept."""
    students = (replace(one, entry=_timed(one.entry, store.times(one.entry.digest))) for one in found.students)
    return replace(found, students=tuple(students))


def _timed(entry: Entry, times: Times) -> Entry:
    if entry.results is None:
        return entry
    verdicts = [replace(one, seconds=times.verdicts.get(timed_name(one), 0.0)) for one in entry.results.verdicts]
    harness = replace(entry.results.harness, began=times.began, seconds=times.seconds)
    return replace(entry, results=replace(entry.results, verdicts=verdicts, harness=harness))


def _uncounted(students: Sequence[Graded], counted: Sequence[str]) -> Iterator[Message]:
    """Name what was judged and does not count: no student loses a point for what few others handed in."""
    programs = [results.programs for one in students if (results := one.entry.results) is not None]
    found = Counter(one.exercise for listed in programs for one in listed if one.exercise not in counted)
    for name, number in sorted(found.items()):
        yield say("class.not-counted", exercise=name, number=number, students=len(students))


def _unknown_lateness(graded: Sequence[Graded], rubric: Rubric) -> Iterator[Message]:
    """Say for whom the rubric's days cannot be counted: nothing is taken off then, and not in silence."""
    if rubric.whole.late is None:
        return
    students = [one.entry.student for one in graded]
    late = tuple(shown_name(one.id) for one in students if one.late and one.late_days is None)
    if late:
        yield say("class.late-unknown", number=len(late), students=late[:NAMES_SHOWN])
    elif all(one.late_days is None for one in students):
        timed = any(one.handed_in for one in students)
        yield say("class.no-due-date" if timed else "class.no-late-days")


def _class(store: Store, roll: Roll, rubric: Rubric, counted: Sequence[str]) -> Class:
    due = rubric.whole.late.due if rubric.whole.late is not None else None
    entries = [replace(entry, student=with_days(entry.student, due)) for entry in store.entries(roll)]
    students = tuple(Graded(entry=entry, mark=score(rubric, entry, counted)) for entry in entries)
    return Class(
        title=roll.title,
        points=rubric.whole.points,
        rubric=rubric.name,
        date=roll.date,
        students=students,
        notes=(*_uncounted(students, counted), *_unknown_lateness(students, rubric)),
        near=roll.near,
    )
