"""JUnit XML, as course servers and CI read it: a suite for each exercise, a case for each requirement."""

from collections import Counter
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from conformance.catalogue import words
from conformance.messages import render
from conformance.messages.escaping import escaped
from conformance.records.notes import note_in_words
from conformance.records.results import ProgramReport, Results, Verdict
from conformance.reporting.text import in_text, name, reason_in_words

OUTCOMES: Final = {
    "passed": None, "failed": "failure", "crashed": "failure", "hung": "failure", "unsteady": "failure",
    "not-implemented": "failure", "not-run": "failure", "not-applicable": "skipped", "not-observed": "skipped",
    "harness-error": "error",
}  # fmt: skip
"""What each verdict is in JUnit's words: whatever counts as not passed is a failure."""
COUNTED_OUTCOMES: Final = {"failures": "failure", "errors": "error", "skipped": "skipped"}
LONGEST_JUNIT_LINE: Final = 400


def xml(results: Results) -> bytes:
    """Return the results as JUnit XML.

    `plain` spells out what XML 1.0 has no way to say, so that the file is whole whatever a program printed.
    """
    root = Element("testsuites", {"name": "offhook", **_outcome_counts(results.verdicts)})
    for exercise in dict.fromkeys(one.exercise for one in results.verdicts):
        _suite(root, results, exercise)
    indent(root)
    made: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return made + b"\n"


def _outcome_counts(verdicts: list[Verdict]) -> dict[str, str]:
    outcomes = Counter(OUTCOMES[one.verdict] for one in verdicts)
    return {"tests": str(len(verdicts)), **{name: str(outcomes[outcome]) for name, outcome in COUNTED_OUTCOMES.items()}}


def _suite(root: Element, results: Results, exercise: str) -> None:
    verdicts = [one for one in results.verdicts if one.exercise == exercise]
    suite = SubElement(root, "testsuite", {"name": exercise, **_outcome_counts(verdicts)})
    properties = SubElement(suite, "properties")
    harness = results.harness
    for key in ("version", "catalogue", "scenarios", "observer", "sandbox", "platform", "compiler"):
        SubElement(properties, "property", name=key, value=escaped(render(getattr(harness, key)), LONGEST_JUNIT_LINE))
    for one in verdicts:
        _case(suite, one)
    program = next((one for one in results.programs if one.exercise == exercise), None)
    judged = {one.exercise for one in results.verdicts}
    notes = [one for one in results.submission.notes if one.exercise == exercise or one.exercise not in judged]
    if notes:
        SubElement(suite, "system-out").text = "\n".join(
            escaped(note_in_words(one), LONGEST_JUNIT_LINE) for one in notes
        )
    if program is not None and program.words:
        SubElement(suite, "system-err").text = escaped(_said(program))


def _said(program: ProgramReport) -> str:
    return f"{program.compiler}\n{render(program.words)}"


def _case(suite: Element, verdict: Verdict) -> None:
    source = verdict.evidence.source if verdict.evidence is not None else None
    place = {"file": escaped(source.file, LONGEST_JUNIT_LINE), "line": str(source.line)} if source is not None else {}
    case = SubElement(suite, "testcase", {"classname": verdict.exercise, "name": verdict.requirement, **place})
    outcome = OUTCOMES[verdict.verdict]
    if outcome is None:
        return
    message = escaped(f"{name(verdict)}: {reason_in_words(verdict)}", LONGEST_JUNIT_LINE)
    told = SubElement(case, outcome, message=message)
    if outcome != "skipped":
        told.set("type", f"{verdict.level} {verdict.verdict}")
        told.text = "\n".join(escaped(line) for line in _failure_lines(verdict))


def _failure_lines(verdict: Verdict) -> list[str]:
    title = words().requirement[verdict.requirement].title
    return [title, *(in_text(verdict.evidence) if verdict.evidence is not None else [reason_in_words(verdict)])]
