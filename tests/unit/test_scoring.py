"""Marks: the whole is fixed, what is open is neither lowered nor raised, and all of it adds up."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Final, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.catalogue import catalogue
from conformance.grading.points import Hidden, Late, Rubric, Whole, Worth, as_shown, concerned, shares
from conformance.grading.records import OPEN, Entry, Mark, Student
from conformance.grading.rubric import read_rubric, ready_rubrics
from conformance.grading.scoring import mark_shown, score
from conformance.messages import render, say
from conformance.records.results import VerdictName
from tests.support import samples

EXERCISES: Final = ("hello_server", "hello_client", "fd_seri")
ONE: Final = ("hello_server",)
NAMES: Final = get_args(VerdictName)
ORDER, SHORT, RESTART = "lifecycle.server-call-order", "transfer.short-writes", "lifecycle.server-restarts-at-once"
Verdicts = Mapping[tuple[str, str], VerdictName]


def rubric(
    exercises: Mapping[str, Worth] | None = None,
    *,
    whole: Whole = Whole(),  # noqa: B008 (frozen)
    should: float = 0.5,
    unsteady: float = 0.5,
    gate: Mapping[str, float] | None = None,
    hidden: tuple[str, ...] = (),
) -> Rubric:
    """A rubric by which all exercises count the same unless something else is said."""
    return Rubric(
        name="ours",
        whole=whole,
        exercises=dict(exercises or {"*": Worth()}),
        level={"MUST": 1, "SHOULD": should, "MAY": 0},
        verdict={"unsteady": unsteady},
        gate=dict(gate or {}),
        hidden=Hidden(requirements=hidden),
    )


def entry(verdicts: Verdicts, late_days: int = 0) -> Entry:
    """Somebody whose programs got these verdicts."""
    listed = [samples.verdict(exercise, name, verdict) for (exercise, name), verdict in verdicts.items()]
    return Entry(student=Student(id="kim", late_days=late_days), results=samples.results(listed))


def all_of(verdict: VerdictName, exercises: Iterable[str] = EXERCISES) -> dict[tuple[str, str], VerdictName]:
    """Every requirement with the same verdict."""
    return {(exercise, one.id): verdict for exercise in exercises for one in concerned(exercise)}


def server(**verdicts: VerdictName) -> Entry:
    """A greeting server that keeps everything but what is named: `short_writes`, `call_order`, `restarts_at_once`."""
    names = {"call_order": ORDER, "short_writes": SHORT, "restarts_at_once": RESTART}
    return entry(all_of("passed", ONE) | {(ONE[0], names[name]): verdict for name, verdict in verdicts.items()})


def line_points(mark: Mark, requirement: str) -> float:
    return next(one.points for found in mark.exercises for one in found.lines if one.requirement == requirement)


# ---------------------------------------------------------------- what holds for every rubric and all verdicts


@st.composite
def rubrics(draw: st.DrawFn) -> Rubric:
    """Draw rubrics that could have been read from a file."""
    share = st.integers(0, 10).map(lambda tenths: tenths / 10)
    groups = st.dictionaries(st.sampled_from(["transfer", "robust", SHORT, ORDER]), st.integers(0, 40))
    of_rest = draw(groups.map(lambda drawn: {"lifecycle": 5.5, "descriptor": 7.1, **drawn}))
    named = draw(st.sampled_from([{}, {"hello_client": Worth(points=33.3)}]))
    days = draw(st.none() | st.builds(Late, per_day=st.integers(0, 30), at_most=st.integers(0, 120)))
    step = draw(st.sampled_from([0.1, 0.5, 1, 2.5, 100]))
    return rubric(
        {"*": Worth(group=of_rest), **named},
        whole=Whole(points=100, round=step, late=days),
        should=draw(share),
        unsteady=draw(share),
        gate=draw(st.dictionaries(st.sampled_from([ORDER, SHORT, "robust.arguments"]), share)),
    )


@st.composite
def verdicts(draw: st.DrawFn) -> dict[tuple[str, str], VerdictName]:
    """Draw verdicts: some for each exercise, of which one or the other may be missing."""
    keys = st.sampled_from(sorted(all_of("passed")))
    others = draw(st.dictionaries(keys, st.sampled_from(NAMES), max_size=20))
    return {**all_of("passed", draw(st.sets(st.sampled_from(EXERCISES)))), **others}


@given(rubrics(), verdicts(), st.integers(0, 9))
@settings(deadline=None, max_examples=60)
def test_a_mark_is_an_interval_inside_of_the_whole(by: Rubric, found: Verdicts, days: int) -> None:
    mark = score(by, entry(found, days), EXERCISES)
    assert 0 <= mark.low <= mark.high <= mark.points == 100
    for one in mark.exercises:
        assert 0 <= one.low <= one.high <= one.points
        assert sum(line.points for line in one.lines) == pytest.approx(one.points)
        assert sum(line.low for line in one.lines) >= one.low - 1e-9
    assert sum(one.points for one in mark.exercises) == pytest.approx(mark.points)


@given(rubrics(), verdicts(), st.sampled_from(sorted(all_of("passed"))), st.integers(0, 3))
@settings(deadline=None, max_examples=60)
def test_a_requirement_that_is_kept_never_lowers_a_mark(
    by: Rubric, found: Verdicts, which: tuple[str, str], days: int
) -> None:
    marks = [score(by, entry({**found, which: name}, days), EXERCISES) for name in ("failed", "unsteady", "passed")]
    for worse, better in pairwise(marks):
        assert worse.low <= better.low
        assert worse.high <= better.high


@given(rubrics(), verdicts(), st.sampled_from(sorted(all_of("passed"))))
@settings(deadline=None, max_examples=60)
def test_what_is_open_lies_between_kept_and_broken(by: Rubric, found: Verdicts, which: tuple[str, str]) -> None:
    kept, broken, unknown = (
        score(by, entry({**found, which: name}), EXERCISES) for name in ("passed", "failed", "harness-error")
    )
    assert (unknown.low, unknown.high) == (broken.low, kept.high)


@given(rubrics(), verdicts())
@settings(deadline=None, max_examples=40)
def test_a_rule_that_cannot_be_broken_counts_as_kept(by: Rubric, found: Verdicts) -> None:
    without: Verdicts = {key: "passed" if name == "not-applicable" else name for key, name in found.items()}
    one, other = (score(by, entry(verdicts), EXERCISES) for verdicts in (found, without))
    assert (one.low, one.high) == (other.low, other.high)


@given(rubrics())
@settings(deadline=None, max_examples=20)
def test_all_kept_is_the_whole_and_all_broken_nothing(by: Rubric) -> None:
    assert mark_shown(score(by, entry(all_of("passed")), EXERCISES)) == "100"
    assert mark_shown(score(by, entry(all_of("not-applicable")), EXERCISES)) == "100"
    assert mark_shown(score(by, entry(all_of("crashed")), EXERCISES)) == "0"


@pytest.mark.parametrize("name", ready_rubrics())
def test_ready_rubrics_are_for_any_exercises(name: str) -> None:
    by = read_rubric(name)
    for exercises in (ONE, EXERCISES, tuple(catalogue().exercises)):
        assert by.counted((), exercises) == tuple(one for one in catalogue().exercises if one in exercises)
        assert mark_shown(score(by, entry(all_of("passed", exercises)), exercises)) == "100"


# ---------------------------------------------------------------- what a single verdict costs


def test_a_should_costs_half_of_what_a_must_costs_in_the_same_group() -> None:
    mark = score(rubric(), server(), ONE)
    assert line_points(mark, RESTART) == pytest.approx(line_points(mark, ORDER) / 2)
    assert score(rubric(should=0), server(restarts_at_once="failed"), ONE).low == 100


def test_points_are_shared_over_the_catalogue_and_not_over_what_was_judged() -> None:
    one = score(rubric(), entry({("hello_server", ORDER): "failed"}), ONE)
    assert len(one.exercises[0].lines) == len(concerned("hello_server"))
    assert line_points(one, ORDER) == line_points(score(rubric(), server(), ONE), ORDER)
    assert one.low == 0
    assert one.high < 100
    assert {line.verdict for line in one.exercises[0].lines} == {"failed", "not-observed"}


def test_a_requirement_that_is_named_has_its_share_for_itself() -> None:
    by = rubric({"hello_server": Worth(points=100, group={"lifecycle": 60, "transfer": 30, SHORT: 10})})
    assert score(by, server(short_writes="failed"), ONE).low == 90
    greeting = line_points(score(by, server(), ONE), "transfer.greeting")
    assert greeting == 30  # the only other one of its group
    assert line_points(score(by, server(), ONE), "robust.arguments") == 0


def test_a_should_that_is_named_has_its_share_even_where_others_are_worth_nothing() -> None:
    must = {one.id: 1.0 for one in concerned("hello_server") if one.group == "lifecycle" and one.level == "MUST"}
    by = rubric({"*": Worth(group={**must, RESTART: 1, "lifecycle": 5})}, should=0)
    parts = shares(by, "hello_server")
    assert {name for name, part in parts.items() if part} == {*must, RESTART}
    assert sum(parts.values()) == 1


def test_groups_that_an_exercise_does_not_have_take_nothing_from_it() -> None:
    by = rubric({"*": Worth(group={"lifecycle": 1, "file": 1})})
    parts = {group: Fraction(0) for group in ("lifecycle", "file")}
    for one in concerned("file_server"):
        if one.group in parts:
            parts[one.group] += shares(by, "file_server")[one.id]
    assert parts == {"lifecycle": Fraction(1, 2), "file": Fraction(1, 2)}
    assert sum(part for name, part in shares(by, "hello_server").items() if name.startswith("lifecycle")) == 1


@pytest.mark.parametrize(
    ("verdict", "low", "high"),
    [
        ("passed", 100, 100), ("not-applicable", 100, 100), ("failed", 90, 90), ("crashed", 90, 90), ("hung", 90, 90),
        ("not-run", 90, 90), ("not-implemented", 90, 90), ("unsteady", 97.5, 97.5), ("not-observed", 90, 100),
        ("harness-error", 90, 100),
    ],
)  # fmt: skip
def test_what_each_verdict_gives(verdict: VerdictName, low: float, high: float) -> None:
    by = rubric({"hello_server": Worth(points=100, group={"lifecycle": 90, SHORT: 10})}, unsteady=0.75)
    mark = score(by, server(short_writes=verdict), ONE)
    assert (mark.low, mark.high) == (low, high)
    assert mark.is_open == (verdict in OPEN)


# ---------------------------------------------------------------- gates


GATED: Final = rubric(gate={ORDER: 0.4})


def test_a_gate_bounds_its_exercise_and_no_other() -> None:
    both = ("hello_server", "hello_client")
    found = entry(all_of("passed", both) | {("hello_server", ORDER): "failed"})
    first, second = score(GATED, found, both).exercises
    assert (first.low, first.high) == (20, 20)
    assert (second.low, second.high) == (50, 50)
    assert [render(one) for one in first.gates] == [f"{ORDER} is broken: the exercise gives 20 of 50 points at most"]
    assert second.gates == ()


def test_a_gate_gives_nothing_to_what_earned_less() -> None:
    found = entry(all_of("failed", ONE) | {("hello_server", SHORT): "passed"})
    assert score(GATED, found, ONE).high < 10


def test_a_gate_of_which_nothing_is_known_makes_the_interval_wider() -> None:
    mark = score(GATED, server(call_order="not-observed"), ONE)
    assert (mark.low, mark.high) == (40, 100)
    assert "not known" in render(mark.exercises[0].gates[0])


def test_a_verdict_that_keeps_everything_shuts_no_gate() -> None:
    kept = rubric(gate={ORDER: 0.4}, unsteady=1)
    assert score(kept, server(call_order="unsteady"), ONE).low == 100
    assert score(GATED, server(call_order="unsteady"), ONE).high == 40


def test_a_gate_counts_also_where_its_requirement_is_worth_nothing() -> None:
    by = rubric({"*": Worth(group={"transfer": 1})}, gate={ORDER: 0.4})
    assert score(by, server(call_order="failed"), ONE).high == 40


# ---------------------------------------------------------------- nothing to judge


def test_who_lacks_an_exercise_has_nothing_for_it() -> None:
    mark = score(rubric(), server(), ("hello_server", "hello_client"))
    assert (mark.low, mark.high, mark.points) == (50, 50, 100)
    lacking = mark.exercises[1]
    assert lacking.reason is not None
    assert "hello_client" in render(lacking.reason)
    assert {line.verdict for line in lacking.lines} == {"not-implemented"}
    assert mark.exercises[0].reason is None


def test_a_program_that_was_not_built_gives_nothing_and_its_error_is_said() -> None:
    why = say("verdict.not-built", why="hello_server.c:25: error: expected ';'")
    listed = [samples.verdict("hello_server", one.id, "not-implemented", why) for one in concerned("hello_server")]
    mark = score(GATED, Entry(student=Student(id="kim"), results=samples.results(listed)), ONE)
    assert (mark.high, mark.exercises[0].reason) == (0, why)
    assert mark.exercises[0].gates == ()


def test_who_handed_in_nothing_has_a_mark_with_its_reason() -> None:
    why = say("as-it-is", text="an empty folder")
    mark = score(rubric(), Entry(student=Student(id="kim"), nothing=why), EXERCISES)
    assert (mark.low, mark.high, mark.points) == (0, 0, 100)
    assert [one.reason for one in mark.exercises] == [why] * len(EXERCISES)
    assert score(rubric(), Entry(student=Student(id="kim"), nothing=why), ()) == Mark(points=100, low=0, high=0)


def test_what_the_suite_failed_to_judge_costs_nobody_a_point() -> None:
    why = say("as-it-is", text="the disk is full")
    mark = score(rubric(), Entry(student=Student(id="kim"), nothing=why, problem="Traceback"), EXERCISES)
    assert mark_shown(mark) == "0–100"
    assert mark.is_open
    assert mark.exercises[0].reason is None


def test_verdicts_on_what_is_in_no_catalogue_are_worth_nothing() -> None:
    listed = [samples.verdict("hello_server", one.id, "passed") for one in concerned("hello_server")]
    strange = [
        samples.verdict("no_exercise", ORDER, "failed"),
        samples.verdict("hello_server", "file.created", "failed"),
    ]
    mark = score(rubric(), Entry(student=Student(id="kim"), results=samples.results(listed + strange)), ONE)
    assert mark.low == 100


# ---------------------------------------------------------------- late, hidden, shown


@pytest.mark.parametrize(("days", "late"), [(0, 0), (1, 10), (2, 20), (3, 25), (1_000_000_000, 25), (-5, 0)])
def test_days_are_taken_off_once_and_bounded(days: int, late: float) -> None:
    by = rubric(whole=Whole(points=100, late=Late(per_day=10, at_most=25)))
    mark = score(by, entry(all_of("passed"), days), EXERCISES)
    assert (mark.low, mark.late) == (100 - late, late)


def test_no_mark_gets_below_nothing() -> None:
    by = rubric(whole=Whole(points=100, late=Late(per_day=60)))
    found = entry(all_of("failed", ONE) | {("hello_server", ORDER): "harness-error"}, 2)
    mark = score(by, found, ONE)
    assert (mark.low, mark.high) == (0, 0)
    assert mark.late < 10  # no more than there was


@pytest.mark.parametrize(
    ("step", "shown"), [(0.5, "66.5"), (1, "67"), (0.1, "66.7"), (5, "65"), (20, "60"), (50, "50"), (100, "100")]
)
def test_a_mark_is_rounded_once_and_half_up(step: float, shown: str) -> None:
    exercises = all_of("passed", ("hello_server", "hello_client"))
    mark = score(rubric(whole=Whole(points=100, round=step)), entry(exercises), EXERCISES)
    assert mark_shown(mark) == shown
    assert mark.exercises[0].points == pytest.approx(100 / 3)


def test_a_half_is_rounded_up_although_it_is_no_binary_fraction() -> None:
    by = rubric(
        {"hello_server": Worth(points=1, group={"lifecycle": 0.95, SHORT: 0.05})}, whole=Whole(points=1, round=0.1)
    )
    assert mark_shown(score(by, server(short_writes="failed"), ONE)) == "1"  # 0.95, and not 0.9499999


def test_hidden_requirements_are_marked_and_hidden() -> None:
    mark = score(rubric(hidden=("robust.*", ORDER)), server(), ONE)
    hidden = {line.requirement for line in mark.exercises[0].lines if line.hidden}
    assert hidden == {ORDER, *(one.id for one in concerned("hello_server") if one.group == "robust")}
    assert mark.low == 100


@pytest.mark.parametrize(
    ("points", "shown"),
    [(0, "0"), (100, "100"), (33.333333, "33.33"), (0.125, "0.13"), (2.675, "2.68"), (1e6, "1000000")],
)
def test_points_are_shown_with_at_most_two_digits(points: float, shown: str) -> None:
    assert as_shown(points) == shown


# ---------------------------------------------------------------- which exercises count


NAMED: Final = rubric({"hello_server": Worth(points=60), "fd_seri": Worth(points=40)})
PARTLY: Final = rubric({"hello_server": Worth(points=60), "*": Worth()})


@pytest.mark.parametrize(
    ("by", "asked", "handed_in", "points"),
    [
        (NAMED, (), ("hello_server", "echo_server"), {"hello_server": 60, "fd_seri": 40}),
        (NAMED, ("fd_seri", "echo_server"), ("hello_server",), {"fd_seri": 40}),
        (PARTLY, (), ("echo_server", "fd_seri"), {"hello_server": 60, "echo_server": 20, "fd_seri": 20}),
        (PARTLY, (), (), {"hello_server": 60}),
        (rubric(), ("fd_seri", "no_exercise"), (), {"fd_seri": 100}),
        (rubric(), (), (), {}),
    ],
)
def test_which_exercises_count_and_what_they_are_worth(
    by: Rubric, asked: tuple[str, ...], handed_in: tuple[str, ...], points: dict[str, float]
) -> None:
    assert by.points_of(by.counted(asked, handed_in)) == points
    assert list(points) == [name for name in catalogue().exercises if name in points]
