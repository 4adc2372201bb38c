"""JUnit, CTRF and SARIF: by their schemas, with times that were measured, and with nothing that a program made up."""

import json
import re
from pathlib import Path
from typing import Any, get_args
from urllib.parse import unquote
from xml.etree import ElementTree

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.catalogue import Level, catalogue
from conformance.grading.records import Class, Graded, Student
from conformance.records.results import COUNTS_AGAINST, Results, SourceLine, VerdictName
from conformance.reporting import junit
from conformance.reporting.exports import FORMATS, Setting, Written
from conformance.reporting.exports.ctrf import STATUS
from tests.support import graded as made
from tests.support import samples

HERE = Path(__file__).parents[1] / "support"
CHECKER = jsonschema.FormatChecker()
ATTACKS = st.text() | st.sampled_from([made.ATTACK, *made.ATTACKS])


def one(name: str, graded: Graded, **setting: Any) -> Any:
    """Return one submission in a format, by its schema."""
    writer = FORMATS[name].of_one
    assert writer is not None
    found = writer(graded, Setting(**setting))
    assert isinstance(found, Written)
    return valid(name, found.data)


def many(name: str, course: Class, **setting: Any) -> Any:
    """Return a class in a format, by its schema."""
    writer = FORMATS[name].of_class
    assert writer is not None
    found = writer(course, Setting(**setting))
    assert isinstance(found, Written)
    return valid(name, found.data)


def valid(name: str, data: bytes) -> Any:
    """Return what a file says; it is as its schema wants it."""
    found = json.loads(data)
    schema = json.loads((HERE / f"{name}.schema.json").read_text("utf-8"))
    jsonschema.validate(found, schema, format_checker=CHECKER)
    return found


def every_verdict() -> Graded:
    """A submission with each verdict that there is."""
    names = list(catalogue().requirements)
    lines = [made.line(name, verdict) for name, verdict in zip(names, get_args(VerdictName), strict=False)]
    return made.graded(*lines)


# ---------------------------------------------------------------- CTRF


def test_ctrf_counts_what_it_lists() -> None:
    results = one("ctrf", every_verdict())["results"]
    listed = [test["status"] for test in results["tests"]]
    assert len(listed) == results["summary"]["tests"] == len(get_args(VerdictName))
    for status in ("passed", "failed", "skipped", "pending", "other"):
        assert results["summary"][status] == listed.count(status)


def test_what_counts_against_a_program_is_failed_in_ctrf() -> None:
    assert {verdict for verdict, status in STATUS.items() if status == "failed"} == COUNTS_AGAINST
    assert STATUS["harness-error"] == "other"


def test_ctrf_tells_what_is_unsteady_and_how_long_it_took() -> None:
    results = one("ctrf", every_verdict())["results"]
    assert [test["rawStatus"] for test in results["tests"] if test.get("flaky")] == ["unsteady"]
    assert {test["duration"] for test in results["tests"]} == {250}
    assert results["summary"]["stop"] - results["summary"]["start"] == 1000
    assert results["summary"]["start"] == 1_796_029_200_000


def test_ctrf_of_a_class_names_each_test_once() -> None:
    students = (made.ordinary(Student(id="a")), made.ordinary(Student(id="b")), made.nothing(Student(id="c")))
    tests = many("ctrf", made.course(*students))["results"]["tests"]
    assert len({test["name"] for test in tests}) == len(tests) == 5
    assert {test["suite"][0] for test in tests} == {"a", "b", "c"}


@given(ATTACKS)
def test_ctrf_keeps_its_schema_whatever_a_program_printed(attack: str) -> None:
    one("ctrf", made.ordinary(hostile=attack))


# ---------------------------------------------------------------- SARIF


def test_sarif_has_what_is_broken_at_its_line() -> None:
    (run,) = one("sarif", made.ordinary(), folder="homework/kim")["runs"]
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]
    assert (result["ruleId"], result["level"]) == (made.BROKEN, "error")
    assert place == {"artifactLocation": {"uri": "homework/kim/hello_server.c"}, "region": {"startLine": 44}}
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["id"] == made.BROKEN
    assert rule["help"]["text"].startswith("Call write in a loop")


def test_what_has_no_line_is_at_the_first_one_of_its_program() -> None:
    graded = made.graded(made.line(made.BROKEN, "not-run"))
    results = graded.entry.results
    assert results is not None
    (verdict,) = (msgspec.structs.replace(one, evidence=None) for one in results.verdicts)
    entry = msgspec.structs.replace(graded.entry, results=msgspec.structs.replace(results, verdicts=[verdict]))
    (run,) = one("sarif", msgspec.structs.replace(graded, entry=entry))["runs"]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "hello_server.c"}, "region": {"startLine": 1}}


def test_each_verdict_against_a_program_is_in_sarif_and_no_other() -> None:
    (run,) = one("sarif", every_verdict())["runs"]
    assert len(run["results"]) == len(COUNTS_AGAINST)
    assert {result["ruleId"] for result in run["results"]} == {rule["id"] for rule in run["tool"]["driver"]["rules"]}


def test_a_fingerprint_stays_while_lines_above_change() -> None:
    moved = msgspec.structs.replace(samples.SOURCE, line=80)
    assert fingerprint(samples.SOURCE) == fingerprint(moved)
    assert fingerprint(samples.SOURCE) != fingerprint(msgspec.structs.replace(moved, text="send(3, m, 12, 0);"))


def fingerprint(source: SourceLine) -> str:
    """Return by what a server knows a result again."""
    graded = made.graded(made.line(made.BROKEN, "failed"))
    results = graded.entry.results
    assert results is not None
    evidence = results.verdicts[0].evidence
    assert evidence is not None
    verdict = msgspec.structs.replace(results.verdicts[0], evidence=msgspec.structs.replace(evidence, source=source))
    entry = msgspec.structs.replace(graded.entry, results=msgspec.structs.replace(results, verdicts=[verdict]))
    (run,) = one("sarif", msgspec.structs.replace(graded, entry=entry))["runs"]
    (found,) = run["results"][0]["partialFingerprints"].values()
    assert isinstance(found, str)
    return found


@given(ATTACKS)
def test_sarif_keeps_its_schema_and_no_place_is_outside(attack: str) -> None:
    (run,) = one("sarif", made.ordinary(hostile=attack), folder="a")["runs"]
    for result in run["results"]:
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[A-Za-z0-9._~%/-]+", uri)
        assert not {"..", "."} & {*uri.split("/")}
        assert not uri.startswith("/")
        assert unquote(uri).startswith("a")
        assert "](" not in result["message"]["text"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a/./../b.c", "http://x/y.c"])
def test_a_file_name_does_not_lead_out_of_the_repository(name: str) -> None:
    (run,) = one("sarif", made.ordinary(hostile=name), folder="a")["runs"]
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.startswith("a/")
    assert ".." not in uri


def test_sarif_of_a_class_has_a_folder_for_each_student() -> None:
    course = made.course(made.ordinary(Student(id="kim")), made.ordinary(Student(id="이")), made.nothing())
    (run,) = many("sarif", course, folder="class")["runs"]
    places = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]]
    assert list(map(unquote, places)) == ["class/kim/hello_server.c", "class/이/hello_server.c"]
    assert len({json.dumps(result["partialFingerprints"]) for result in run["results"]}) == 2


# ---------------------------------------------------------------- JUnit


def at_level(level: Level, verdict: VerdictName = "failed") -> Results:
    """Results with one verdict."""
    results = made.results(made.line(made.BROKEN, verdict))
    return msgspec.structs.replace(results, verdicts=[msgspec.structs.replace(results.verdicts[0], level=level)])


@pytest.mark.parametrize(
    ("level", "strict", "tag"),
    [
        ("MUST", False, "failure"), ("MUST", True, "failure"), ("SHOULD", False, "system-out"),
        ("SHOULD", True, "failure"), ("MAY", False, "system-out"),
    ],
)  # fmt: skip
def test_a_broken_should_is_a_failure_only_if_asked_for(level: Level, strict: bool, tag: str) -> None:
    root = ElementTree.fromstring(junit.xml(at_level(level), strict=strict))
    (case,) = root.iter("testcase")
    assert [element.tag for element in case] == [tag]
    assert root.get("failures") == str(int(tag == "failure"))
    told = case[0].text
    assert told is not None
    assert 'receives "Hello World!"' in told


def test_a_fault_of_the_suite_is_an_error_whatever_the_level() -> None:
    root = ElementTree.fromstring(junit.xml(at_level("SHOULD", "harness-error")))
    assert root.get("errors") == "1"


def test_junit_says_when_it_was_and_how_long_it_took() -> None:
    results = made.results(made.line(made.KEPT, "passed"), made.line(made.BROKEN, "failed"))
    root = ElementTree.fromstring(junit.xml(results))
    assert [case.get("time") for case in root.iter("testcase")] == ["0.250", "0.250"]
    assert [suite.get("time") for suite in root] == ["0.500"]
    assert [suite.get("timestamp") for suite in root] == ["2026-11-30T09:00:00"]


def test_junit_invents_no_time_where_none_was_measured() -> None:
    root = ElementTree.fromstring(junit.xml(samples.mixed()))
    assert not any(element.get("time") or element.get("timestamp") for element in root.iter())
