"""CTRF, the common test report format: one JSON for the tools that show test results in pull requests.

Fields and types are those of its schema, `schema/ctrf.schema.json` in `ctrf-io/ctrf`.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from conformance import __version__
from conformance.grading.records import Class, Graded
from conformance.messages import render, say, text
from conformance.records.results import Verdict, VerdictName
from conformance.reporting.exports.items import by_requirement, hidden_names, judged_at, shown_items, title, what_to_do
from conformance.reporting.exports.plain import as_json, one_line
from conformance.reporting.exports.setting import Made, Setting, Written

STATUS: Final[dict[VerdictName, str]] = {
    "passed": "passed", "failed": "failed", "crashed": "failed", "hung": "failed", "unsteady": "failed",
    "not-implemented": "failed", "not-run": "failed", "not-applicable": "skipped", "not-observed": "skipped",
    "harness-error": "other",
}  # fmt: skip
COUNTED: Final = ("passed", "failed", "skipped", "pending", "other")
DATE: Final = "%Y-%m-%dT%H:%M:%SZ"
OF_ITEM: Final = {True: "passed", False: "failed", None: "other"}
Test = dict[str, object]


def of_one(graded: Graded, setting: Setting) -> Made:
    """Return the report of one submission; of what is hidden only how much is kept."""
    hidden = hidden_names(graded)
    return _report(
        [*_tests(graded, hidden, ()), *_together(graded)], _milliseconds(judged_at(graded, setting)), _took(graded)
    )


def of_class(course: Class, _: Setting) -> Made:
    """Return the report of a class, in which each student is a suite."""
    tests = [test for one in course.students for test in _tests(one, set(), (one.entry.student.id,))]
    return _report(tests, _milliseconds(course.date), sum(map(_took, course.students)))


def _report(tests: list[Test], start: int, took: int) -> Made:
    counts = Counter(test["status"] for test in tests)
    summary = {"tests": len(tests), **{name: counts[name] for name in COUNTED}, "start": start, "stop": start + took}
    tool = {"name": "offhook", "version": __version__}
    results = {"tool": tool, "summary": summary, "tests": tests}
    return Written(data=as_json({"reportFormat": "CTRF", "specVersion": "0.0.0", "results": results}))


def _milliseconds(date: str) -> int:
    """Return a date since 1970; 0 where there is none."""
    try:
        return int(datetime.strptime(date, DATE).replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        return 0


def _took(graded: Graded) -> int:
    results = graded.entry.results
    return round(results.harness.seconds * 1000) if results is not None else 0


def _tests(graded: Graded, hidden: set[tuple[str, str]], suite: tuple[str, ...]) -> Iterator[Test]:
    for names, verdict in by_requirement(graded.entry.results).items():
        if names not in hidden:
            yield _test(verdict, suite)
    if graded.entry.results is None:
        why = one_line(render(graded.entry.nothing or say("export.nothing")))
        where = {"suite": list(suite)} if suite else {}
        name = " ".join((*suite, text("junit.not-judged")))
        yield {"name": name, "status": "failed", "duration": 0, "message": why, **where}


def _test(verdict: Verdict, suite: tuple[str, ...]) -> Test:
    source = verdict.evidence.source if verdict.evidence is not None else None
    test: Test = {
        "name": " ".join((*suite, verdict.exercise, verdict.requirement)),
        "status": STATUS[verdict.verdict],
        "duration": round(verdict.seconds * 1000),
        "suite": [*suite, verdict.exercise, verdict.requirement.partition(".")[0]],
        "rawStatus": verdict.verdict,
        "extra": {"level": verdict.level},
    }
    if verdict.verdict != "passed":
        test["message"] = "\n".join((title(verdict.requirement), *what_to_do(verdict.requirement, verdict)))
    if verdict.verdict == "unsteady":
        test["flaky"] = True
    return test | ({"filePath": one_line(source.file), "line": source.line} if source is not None else {})


def _together(graded: Graded) -> Iterator[Test]:
    """Yield what stands for the hidden requirements of each exercise."""
    for item in shown_items(graded):
        if item.hidden:
            message = "\n".join(item.lines)
            status = OF_ITEM[item.kept]
            yield {"name": item.name, "status": status, "duration": 0, "suite": [item.exercise], "message": message}
