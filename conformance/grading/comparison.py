"""What is otherwise in a class than in an earlier run: verdicts, marks, and students who came or went."""

from collections.abc import Iterator

from conformance.grading.records import Change, Class, Graded
from conformance.grading.scoring import mark_shown
from conformance.records.results import VerdictName


def compare(old: Class, new: Class) -> tuple[Change, ...]:
    """Return what changed, student by student: first the mark, then each verdict.

    Of a student who came or went there is one change, of the mark: nothing stands for the run without that student.
    """
    before = {one.entry.student.id: one for one in old.students}
    now = {one.entry.student.id: one for one in new.students}
    students = sorted({*before, *now})
    return tuple(change for one in students for change in _changes(one, before.get(one), now.get(one)))


def _changes(student: str, before: Graded | None, now: Graded | None) -> Iterator[Change]:
    marks = _mark(before), _mark(now)
    if marks[0] != marks[1]:
        yield Change(student=student, before=marks[0], now=marks[1])
    if before is None or now is None:
        return
    old, new = _verdicts(before), _verdicts(now)
    for key in dict.fromkeys((*new, *old)):
        was, is_now = old.get(key, ""), new.get(key, "")
        if was != is_now:
            yield Change(student=student, exercise=key[0], requirement=key[1], before=was, now=is_now)


def _mark(one: Graded | None) -> str:
    return mark_shown(one.mark) if one is not None else ""


def _verdicts(one: Graded) -> dict[tuple[str, str], VerdictName]:
    listed = one.entry.results.verdicts if one.entry.results is not None else []
    return {(verdict.exercise, verdict.requirement): verdict.verdict for verdict in listed}
