"""A class in numbers, and what changed in it: of every size, and with marks that are open."""

from collections.abc import Mapping
from typing import Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.grading.comparison import compare
from conformance.grading.records import Change, Class, Entry, Graded, Mark, Student
from conformance.grading.statistics import statistics
from conformance.messages import say
from conformance.records.results import Verdict, VerdictName
from tests.support import samples

GREETING, ORDER, ARGUMENTS = "transfer.greeting", "lifecycle.server-call-order", "robust.arguments"
SERVER: Final = "hello_server"


def student(name: str, low: float, high: float | None = None, *verdicts: Verdict) -> Graded:
    """Somebody with a mark and verdicts."""
    results = samples.results(list(verdicts)) if verdicts else None
    nothing = None if verdicts else say("as-it-is", text="an empty folder")
    mark = Mark(points=100, low=low, high=low if high is None else high)
    return Graded(entry=Entry(student=Student(id=name), results=results, nothing=nothing), mark=mark)


def a_class(*students: Graded) -> Class:
    return Class(title="Homework 1", points=100, rubric="ours", date="2026-11-30T09:00:00Z", students=students)


def with_marks(*marks: float) -> Class:
    return a_class(*(student(f"s{place}", mark) for place, mark in enumerate(marks)))


def at_line(text: str, verdict: VerdictName = "failed") -> Verdict:
    """A verdict with the source line at which it was found."""
    found = samples.verdict(SERVER, GREETING, verdict, shown=True)
    assert found.evidence is not None
    source = msgspec.structs.replace(samples.SOURCE, text=text)
    return msgspec.structs.replace(found, evidence=msgspec.structs.replace(found.evidence, source=source))


# ---------------------------------------------------------------- marks


@pytest.mark.parametrize(
    ("marks", "mean", "quartiles"),
    [
        ((), 0, (0, 0, 0)),
        ((40,), 40, (40, 40, 40)),
        ((0, 100), 50, (25, 50, 75)),
        ((10, 20, 30, 40, 50), 30, (20, 30, 40)),
        ((50, 10, 40, 20, 30, 100), 250 / 6, (22.5, 35, 47.5)),
    ],
)
def test_mean_and_quartiles(marks: tuple[float, ...], mean: float, quartiles: tuple[float, float, float]) -> None:
    found = statistics(with_marks(*marks))
    assert found.students == len(marks)
    assert found.mean == pytest.approx(mean)
    assert (found.lower_quartile, found.median, found.upper_quartile) == pytest.approx(quartiles)


def test_a_mark_is_in_one_step_of_the_histogram_and_the_whole_in_the_last() -> None:
    steps = statistics(with_marks(0, 9.5, 10, 99.5, 100)).histogram
    assert [count for _, _, count in steps] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert (steps[0][:2], steps[-1][:2]) == ((0, 10), (90, 100))


@given(st.lists(st.integers(0, 200).map(lambda halves: halves / 2), max_size=40))
def test_numbers_are_in_order_and_nobody_is_lost(marks: list[float]) -> None:
    found = statistics(with_marks(*marks))
    assert 0 <= found.lower_quartile <= found.median <= found.upper_quartile <= 100
    assert sum(count for _, _, count in found.histogram) == found.students == len(marks)


def test_open_marks_count_with_their_low_end_and_are_counted() -> None:
    found = statistics(a_class(student("a", 20, 60), student("b", 40)))
    assert (found.mean, found.open) == (30, 1)


def test_who_handed_in_no_program_that_could_be_judged_is_not_judged() -> None:
    not_built = samples.verdict(SERVER, ORDER, "not-implemented")
    judged = samples.verdict(SERVER, ORDER, "failed")
    found = statistics(a_class(student("a", 0), student("b", 0, 0, not_built), student("c", 0, 0, not_built, judged)))
    assert (found.students, found.judged) == (3, 1)


# ---------------------------------------------------------------- requirements


def test_what_most_programs_break_comes_first() -> None:
    first = [samples.verdict(SERVER, one, "failed") for one in (GREETING, ARGUMENTS)]
    second = [samples.verdict(SERVER, GREETING, "passed"), samples.verdict(SERVER, ARGUMENTS, "hung")]
    third = [samples.verdict(SERVER, GREETING, "unsteady"), samples.verdict(SERVER, ARGUMENTS, "crashed")]
    counts = statistics(
        a_class(*(student(name, 0, 0, *one) for name, one in zip("abc", (first, second, third), strict=True)))
    )
    assert [(one.requirement, one.broken, one.judged) for one in counts.requirements] == [
        (ARGUMENTS, 3, 3), (GREETING, 2, 3),
    ]  # fmt: skip


@pytest.mark.parametrize("verdict", ["not-run", "not-implemented", "not-applicable", "not-observed", "harness-error"])
def test_who_was_not_judged_on_a_requirement_is_not_counted_there(verdict: VerdictName) -> None:
    kept = student("a", 0, 0, samples.verdict(SERVER, GREETING, "passed"))
    other = student("b", 0, 0, samples.verdict(SERVER, GREETING, verdict))
    (count,) = statistics(a_class(kept, other)).requirements
    assert (count.broken, count.judged) == (0, 1)


def test_the_commonest_lines_are_named_however_they_are_indented() -> None:
    lines = [
        "\twrite(c, m, 12);",
        "write(c,  m, 12);",
        "send(c);",
        "send(c);",
        "send(c);",
        "a",
        "b",
        "c",
        "d",
        "x" * 9_999,
    ]
    students = [student(f"s{place}", 0, 0, at_line(line)) for place, line in enumerate(lines)]
    kept = student("kept", 0, 0, at_line("send(c);", "passed"))
    (count,) = statistics(a_class(*students, kept)).requirements
    assert count.places == (("send(c);", 3), ("write(c, m, 12);", 2), ("a", 1), ("b", 1), ("c", 1))
    (long,) = statistics(a_class(students[-1])).requirements
    assert len(long.places[0][0]) <= 200


def test_hostile_results_are_counted_too() -> None:
    found = a_class(
        Graded(entry=Entry(student=Student(id="x"), results=samples.hostile(100)), mark=Mark(points=100, low=0, high=0))
    )
    assert statistics(found).requirements[0].broken == 1
    strange = samples.verdict(SERVER, GREETING, "failed")
    unknown = msgspec.structs.replace(strange, requirement="no.such", exercise="nowhere")
    assert statistics(a_class(student("a", 0, 0, unknown))).requirements == ()


# ---------------------------------------------------------------- what changed


def test_the_same_class_has_not_changed() -> None:
    found = a_class(student("a", 20, 30, samples.verdict(SERVER, GREETING, "passed")), student("b", 0))
    assert compare(found, found) == ()


def test_changes_are_listed_student_by_student() -> None:
    def graded(name: str, mark: float, verdicts: Mapping[str, VerdictName]) -> Graded:
        return student(name, mark, None, *(samples.verdict(SERVER, one, verdict) for one, verdict in verdicts.items()))

    old = a_class(graded("a", 40, {GREETING: "failed", ORDER: "passed"}), graded("gone", 70, {ORDER: "passed"}))
    new = a_class(student("came", 10, 30), graded("a", 60, {GREETING: "passed", ARGUMENTS: "failed"}))
    assert compare(old, new) == (
        Change(student="a", before="40", now="60"),
        Change(student="a", exercise=SERVER, requirement=GREETING, before="failed", now="passed"),
        Change(student="a", exercise=SERVER, requirement=ARGUMENTS, before="", now="failed"),
        Change(student="a", exercise=SERVER, requirement=ORDER, before="passed", now=""),
        Change(student="came", before="", now="10–30"),
        Change(student="gone", before="70", now=""),
    )


def test_a_verdict_that_changes_nothing_in_the_mark_is_a_change_too() -> None:
    old, new = (a_class(student("a", 0, 0, samples.verdict(SERVER, ORDER, name))) for name in ("failed", "crashed"))
    (change,) = compare(old, new)
    assert (change.before, change.now) == ("failed", "crashed")
