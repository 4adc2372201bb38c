"""One submission in the formats of course servers: read as the servers do, whatever a program printed."""

import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.catalogue import Level, catalogue
from conformance.grading.records import Graded
from conformance.messages import LANGUAGE_VARIABLE, say
from conformance.reporting.exports import FORMATS, Refused, Setting, Written, exit_status
from conformance.reporting.exports.items import shown_items, summary, title
from conformance.reporting.exports.plain import as_json, one_line
from tests.support import graded as made
from tests.support import nonsense, readers

RUNNER = {
    "CLASSROOM": "sockets",
    "ASSIGNMENT": "homework-1",
    "SUBMISSION_TAG": "submit/2026-11-30T09-00-00Z-abc",
    "COMMIT_URL": "https://example.com/commit",
    "RELEASE_URL": "https://example.com/release",
}
VPL_ENDS = {"VPL_GRADEMIN": "0", "VPL_GRADEMAX": "10"}
OF_ONE = [name for name, form in FORMATS.items() if form.of_one is not None]
FOR_STUDENTS = [name for name in OF_ONE if name != "gradescope"]
"""Gradescope itself hides what is hidden."""
UNCOUNTED = {"sarif", "classroom50", "junit", "lines"}
"""They have no place for a sum of what is hidden."""
NOT_JSON = {"vpl", "autolab", "lines"}
SCORED = ["gradescope", "prairielearn", "autolab", "vpl", "classroom50"]


def file_of(name: str, graded: Graded, **setting: Any) -> bytes:
    """Return a submission in a format."""
    found = outcome(name, graded, **setting)
    assert isinstance(found, Written), found.why
    return found.data


def outcome(name: str, graded: Graded, **setting: Any) -> Written | Refused:
    """Return what a writer makes of a submission."""
    writer = FORMATS[name].of_one
    assert writer is not None
    return writer(graded, Setting(**{"environment": {**RUNNER, **VPL_ENDS}, "date": made.DATE} | setting))


def score(name: str, data: bytes) -> float | None:
    """Return the share of the points that a server reads from a file; None where it reads none."""
    match name:
        case "gradescope":
            return float(readers.gradescope(data)["score"]) / 8
        case "prairielearn":
            found = readers.prairielearn(data)
            return float(found["score"]) if found["gradable"] else None
        case "autolab":
            (points,) = readers.autolab(data)[1].values()
            return points / 8 if points is not None else None
        case "vpl":
            grade = readers.vpl(data).grade
            return float(grade) / 10 if grade else None
        case _:
            return float(readers.classroom50(data)["score"]) / 8


# ---------------------------------------------------------------- marks


@pytest.mark.parametrize("name", SCORED)
def test_a_server_reads_the_mark(name: str) -> None:
    assert score(name, file_of(name, made.ordinary())) == 0.5


@pytest.mark.parametrize("name", SCORED)
@pytest.mark.parametrize("unknown", [made.left_open, made.suite_failed])
def test_a_mark_that_nobody_knows_is_no_number(name: str, unknown: Callable[[], Graded]) -> None:
    found = outcome(name, unknown())
    assert isinstance(found, Refused) or score(name, found.data) is None


@pytest.mark.parametrize("name", ["gradescope", "classroom50"])
def test_a_format_that_must_have_a_number_is_not_written_without(name: str) -> None:
    assert isinstance(outcome(name, made.suite_failed()), Refused)
    assert isinstance(outcome(name, made.left_open()), Refused)


def test_where_the_suite_failed_there_is_no_mark_even_where_the_points_are_known() -> None:
    failed = made.graded(made.line(made.KEPT, "passed"), made.line(made.BROKEN, "harness-error", points=0.0))
    assert not failed.mark.is_open
    assert isinstance(outcome("gradescope", failed), Refused)
    assert readers.vpl(file_of("vpl", failed)).grade == ""
    assert readers.autolab(file_of("autolab", failed))[1] == {made.SERVER: None}


@pytest.mark.parametrize("name", SCORED)
def test_the_status_tells_where_the_suite_failed_and_nothing_of_the_mark(name: str) -> None:
    for graded, status in ((made.ordinary(), 0), (made.nothing(), 0), (made.suite_failed(), 3)):
        assert exit_status(graded, outcome(name, graded)) == status


@pytest.mark.parametrize("name", ["prairielearn", "autolab", "vpl"])
def test_why_there_is_no_number_is_in_the_text(name: str) -> None:
    assert b"between 4 and 8 of 8 points" in file_of(name, made.left_open())
    assert b"Offhook itself failed at hello_server transfer.short-writes" in file_of(name, made.suite_failed())


@pytest.mark.parametrize("name", ["gradescope", "autolab", "vpl", "classroom50"])
def test_nothing_judged_is_a_mark_of_0_with_its_reason(name: str) -> None:
    data = file_of(name, made.nothing())
    assert score(name, data) == 0
    assert b"no program" in data or name == "classroom50"


def test_a_reason_is_told_once() -> None:
    assert summary(made.nothing()) == ["0 of 8 points", "no program"]


def test_autolab_is_not_told_that_what_is_open_is_broken() -> None:
    stages, _ = readers.autolab(file_of("autolab", made.left_open()))
    assert stages[made.SERVER] == {made.KEPT: {"passed": True}}
    assert f"hello_server {made.BROKEN}: reason: why" in file_of("autolab", made.left_open()).decode()


def test_where_the_suite_failed_outside_of_the_rubric_the_status_says_so() -> None:
    graded = made.ordinary()
    results = made.results(*graded.mark.exercises[0].lines, made.line(made.HIDDEN, "harness-error"))
    entry = msgspec.structs.replace(graded.entry, results=results)
    graded = msgspec.structs.replace(graded, entry=entry)
    assert exit_status(graded, outcome("vpl", graded)) == 3
    assert readers.vpl(file_of("vpl", graded)).grade == "5"


def test_autolab_keeps_the_score_of_an_exercise_that_is_known() -> None:
    known, failed = made.ordinary().mark.exercises[0], made.suite_failed().mark.exercises[0]
    other = msgspec.structs.replace(known, exercise="hello_client")
    graded = made.suite_failed()
    both = msgspec.structs.replace(graded, mark=msgspec.structs.replace(graded.mark, exercises=(failed, other)))
    assert readers.autolab(file_of("autolab", both))[1] == {"hello_server": None, "hello_client": 4}


def test_a_gate_and_lateness_are_in_the_mark_that_gradescope_takes() -> None:
    late = made.graded(made.line(made.KEPT, "passed"), made.line(made.BROKEN, "failed"), late=1.0)
    found = readers.gradescope(file_of("gradescope", late))
    assert found["score"] == 3
    assert sum(test["score"] for test in found["tests"]) == 4
    assert "points taken off: 1" in found["output"]


# ---------------------------------------------------------------- what a student is told


@pytest.mark.parametrize("name", ["gradescope", "prairielearn", "autolab", "vpl", "ctrf", "sarif"])
def test_a_student_is_told_what_was_expected_and_seen_where_and_what_to_do(name: str) -> None:
    told = file_of(name, made.ordinary()).decode()
    todo = "Call write in a loop"
    for words in ("expected: the client receives", "seen: the client receives", "at hello_server.c:44", todo):
        assert words in told


@pytest.mark.parametrize("name", FOR_STUDENTS)
def test_a_hidden_requirement_is_not_named(name: str) -> None:
    told = file_of(name, made.with_hidden()).decode()
    assert made.HIDDEN not in told
    assert title(made.HIDDEN) not in json.dumps(told)
    assert "fwrite" not in told
    assert "crashed" not in told


@pytest.mark.parametrize("name", [one for one in FOR_STUDENTS if one not in UNCOUNTED])
def test_hidden_requirements_are_counted_together(name: str) -> None:
    assert "0 of 1 kept" in file_of(name, made.with_hidden()).decode()


def test_a_gate_does_not_name_a_hidden_requirement() -> None:
    gate = say("as-it-is", text=f"{made.HIDDEN} is broken: at most 40 %")
    lines = made.line(made.KEPT, "passed"), made.line(made.HIDDEN, "failed", hidden=True)
    graded = msgspec.structs.replace(made.with_hidden(), mark=made.mark(*lines, gates=(gate,)))
    assert made.HIDDEN not in " ".join(summary(graded))
    assert "is not shown yet" in " ".join(summary(graded))
    shown = (lines[0], made.line(made.HIDDEN, "failed"))
    assert made.HIDDEN in " ".join(summary(msgspec.structs.replace(graded, mark=made.mark(*shown, gates=(gate,)))))


@pytest.mark.parametrize(
    ("after", "visibility"),
    [("due_date", "after_due_date"), ("published", "after_published"), ("", "hidden"), ("never", "hidden")],
)
def test_gradescope_shows_hidden_requirements_when_the_rubric_says_so(after: str, visibility: str) -> None:
    found = readers.gradescope(file_of("gradescope", made.with_hidden(), hidden_after=after))
    assert [test["visibility"] for test in found["tests"]] == ["visible", visibility]
    assert "crashed" not in found["output"]


def test_what_does_not_apply_is_kept_and_what_is_not_observed_is_neither() -> None:
    lines = (made.line(made.KEPT, "not-applicable"), made.line(made.BROKEN, "not-observed", points=0.0))
    tests = readers.gradescope(file_of("gradescope", made.graded(*lines)))["tests"]
    assert [test.get("status") for test in tests] == ["passed", None]


def test_a_program_that_could_not_be_built_costs_no_attempt_in_prairielearn() -> None:
    line = made.line(made.KEPT, "not-implemented")
    found = readers.prairielearn(file_of("prairielearn", made.graded(line, built=False)))
    assert found["gradable"] is False
    assert "hello_server.c:25: error: expected ;" in found["format_errors"]


def test_prairielearn_is_given_no_more_than_a_megabyte() -> None:
    line = made.line(made.BROKEN, "failed")
    graded = made.graded(*[line] * 700, hostile="가<" * 5_000)
    assert len(as_json([item.lines for item in shown_items(graded)])) > 1_000_000
    assert len(readers.prairielearn(file_of("prairielearn", graded))["tests"]) == 700


# ---------------------------------------------------------------- the servers' own surroundings


@pytest.mark.parametrize(
    ("ends", "grade"),
    [
        ({"VPL_GRADEMIN": "0", "VPL_GRADEMAX": "10"}, "5"),
        ({"VPL_GRADEMIN": "1", "VPL_GRADEMAX": "4"}, "2.5"),
        ({"VPL_GRADEMIN": "0", "VPL_GRADEMAX": "0"}, ""),
        ({"VPL_GRADEMIN": "nan", "VPL_GRADEMAX": "x"}, "4"),
        ({}, "4"),
    ],
)
def test_vpl_is_given_a_grade_between_the_ends_of_its_activity(ends: dict[str, str], grade: str) -> None:
    assert readers.vpl(file_of("vpl", made.ordinary(), environment=ends)).grade == grade


@pytest.mark.parametrize("lacking", list(RUNNER))
def test_classroom50_is_written_for_its_runner_only(lacking: str) -> None:
    found = outcome("classroom50", made.ordinary(), environment={**RUNNER, lacking: ""})
    assert isinstance(found, Refused)
    assert found.status == 2
    assert lacking in str(found.why)


def test_classroom50_is_not_given_a_mark_that_it_would_cut() -> None:
    half = made.graded(made.line(made.KEPT, "passed", points=2.5), made.line(made.BROKEN, "failed", points=1.5))
    found = outcome("classroom50", half)
    assert isinstance(found, Refused)
    assert found.status == 2


def test_classroom50_reviews_the_commit_where_there_is_no_review() -> None:
    assert readers.classroom50(file_of("classroom50", made.ordinary()))["review"] == RUNNER["COMMIT_URL"]
    environment = {**RUNNER, "REVIEW_URL": "https://example.com/review"}
    found = readers.classroom50(file_of("classroom50", made.ordinary(), environment=environment))
    assert found["review"] == "https://example.com/review"
    assert found["datetime"] == made.DATE


# ---------------------------------------------------------------- hostile programs


@pytest.mark.parametrize("name", SCORED)
@pytest.mark.parametrize("attack", [made.ATTACK, *made.ATTACKS], ids=lambda attack: repr(attack)[:20])
def test_no_output_of_a_program_forges_a_mark(name: str, attack: str) -> None:
    assert score(name, file_of(name, made.ordinary(hostile=attack))) == 0.5


@pytest.mark.parametrize("name", SCORED)
@given(attack=st.text())
def test_no_text_whatever_forges_a_mark(name: str, attack: str) -> None:
    assert score(name, file_of(name, made.ordinary(hostile=attack))) == 0.5


@pytest.mark.parametrize("name", [one for one in OF_ONE if one != "junit"])  # XML keeps tabs, and has < by its nature
@given(attack=st.text() | st.just(made.ATTACK))
def test_nothing_of_a_program_steers_what_reads_the_file(name: str, attack: str) -> None:
    data = file_of(name, made.ordinary(hostile=attack))
    assert not {*data} & {*range(32)} - {10}, "control characters"
    assert b"\xe2\x80\xae" not in data
    if name not in NOT_JSON:
        assert not {*b"<>&"} & {*data}
        json.loads(data)


@given(
    attack=st.text(min_size=1) | st.just(made.ATTACK), folder=st.sampled_from([".", "homework", "/srv/a:1: error: b"])
)
def test_a_line_names_a_file_of_the_submission_whatever_a_program_printed(attack: str, folder: str) -> None:
    graded = made.ordinary(hostile=attack)
    results = graded.entry.results
    assert results is not None
    results = msgspec.structs.replace(results, submission=msgspec.structs.replace(results.submission, folder=folder))
    graded = msgspec.structs.replace(graded, entry=msgspec.structs.replace(graded.entry, results=results))
    (found,) = readers.lines(file_of("lines", graded))
    assert found.file.startswith("" if folder == "." else folder.replace(":", "\\x3a"))
    assert not {"..", ""} & {*found.file.removeprefix("/").split("/")}
    assert (found.line, found.severity, found.code) == (3, "error", made.BROKEN)


@pytest.mark.parametrize(("level", "severity"), [("MUST", "error"), ("SHOULD", "warning"), ("MAY", "note")])
def test_a_line_is_as_grave_as_what_is_broken(level: Level, severity: str) -> None:
    graded = made.ordinary()
    results = graded.entry.results
    assert results is not None
    verdicts = [msgspec.structs.replace(one, level=level) for one in results.verdicts]
    entry = msgspec.structs.replace(graded.entry, results=msgspec.structs.replace(results, verdicts=verdicts))
    (found,) = readers.lines(file_of("lines", msgspec.structs.replace(graded, entry=entry)))
    assert found.severity == severity
    assert found.file.endswith("hello_server.c")
    assert 'receives "Hello World!"' in found.message


def test_what_shares_its_reason_is_one_line() -> None:
    lines = [made.line(one, "not-implemented") for one in (made.KEPT, made.BROKEN)]
    graded = made.graded(*lines, built=False)
    results = graded.entry.results
    assert results is not None
    verdicts = [msgspec.structs.replace(one, evidence=None) for one in results.verdicts]
    entry = msgspec.structs.replace(graded.entry, results=msgspec.structs.replace(results, verdicts=verdicts))
    (found,) = readers.lines(file_of("lines", msgspec.structs.replace(graded, entry=entry)))
    assert (found.line, found.code, found.message) == (1, "2 requirements", "hello_server: why")


def test_a_fault_of_the_suite_is_no_line_and_is_told_by_the_status() -> None:
    graded = made.graded(made.line(made.KEPT, "harness-error"))
    assert readers.lines(file_of("lines", graded)) == []
    assert exit_status(graded, outcome("lines", graded)) == 3


def test_junit_of_one_submission_has_a_case_for_each_requirement_that_may_be_seen() -> None:
    root = ElementTree.fromstring(file_of("junit", made.with_hidden()))
    assert [case.get("name") for case in root.iter("testcase")] == [made.KEPT]
    root = ElementTree.fromstring(file_of("junit", made.ordinary(hostile=made.ATTACK)))
    assert [case.get("name") for case in root.iter("testcase")] == [made.KEPT, made.BROKEN]


def test_vpl_shows_as_many_comments_as_there_are() -> None:
    found = readers.vpl(file_of("vpl", made.ordinary(hostile=made.ATTACK)))
    assert found.titles == ["Summary", f"hello_server: {title(made.BROKEN)}"]
    assert all(line.startswith(">") for line in found.shown)


def test_autolab_finds_its_two_lines_after_all_else() -> None:
    stages, _ = readers.autolab(file_of("autolab", made.ordinary(hostile=made.ATTACK)))
    assert stages["stages"] == ["Build", made.SERVER]
    assert {name: test["passed"] for name, test in stages[made.SERVER].items()} == {
        made.KEPT: True,
        made.BROKEN: False,
    }


@given(st.text())
def test_a_line_is_one_line_however_often_it_is_made_one(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert one_line(line, 10_000) == line


def test_json_says_the_same_in_lines_and_without() -> None:
    value = {"a": "</script>&<!--", "b": [1, 2.5, None, "가"]}
    for lines in (True, False):
        written = as_json(value, lines=lines)
        assert json.loads(written) == value
        assert b"<" not in written
        assert written.count(b"\n") > 1 or not lines


def test_nothing_english_is_left_in_what_a_student_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    nonsense.add()
    monkeypatch.setenv(LANGUAGE_VARIABLE, nonsense.NAME)
    known = frozenset({made.SERVER, "hello_server.c", "hello_server.c:44", "why", made.BROKEN})
    for graded in (made.ordinary(), made.left_open(), made.suite_failed(), made.with_hidden()):
        items = shown_items(graded)
        told = [*summary(graded), *(line for item in items for line in (item.name, *item.lines))]
        data = known | nonsense.data_of(graded, list(catalogue().requirements))
        assert nonsense.english("\n".join(told), data) == set()
