"""JUnit XML, as course servers and CI read it: a suite for each exercise, a case for each requirement."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from conformance.catalogue import words
from conformance.messages import Message, render, text
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
OF_HARNESS: Final = ("version", "catalogue", "scenarios", "observer", "tier", "sandbox", "platform", "compiler")


def xml(results: Results, *, strict: bool = False) -> bytes:
    """Return the results as JUnit XML; a broken SHOULD is a failure there only if that is asked for.

    `escaped` spells out what XML 1.0 has no way to say, so that the file is whole whatever a program printed.
    """
    return _written([Suite(results, exercise, exercise) for exercise in _exercises(results)], strict=strict)


def xml_of_class(students: Iterable[tuple[str, Results | Message]], *, strict: bool = False) -> bytes:
    """Return the results of several students, or why nothing of theirs was judged, in one file.

    Suites and cases begin with the student's id: GitLab tells cases apart by exactly `classname` and `name`.
    """
    suites: list[Suite | NotJudged] = []
    for who, found in students:
        if isinstance(found, Message):
            suites.append(NotJudged(who, found))
        else:
            suites += [Suite(found, exercise, f"{who}.{exercise}") for exercise in _exercises(found)]
    return _written(suites, strict=strict)


class Suite(NamedTuple):
    """The verdicts on one program, under a name that no other program in the file has."""

    results: Results
    exercise: str
    name: str

    @property
    def verdicts(self) -> list[Verdict]:
        """What was found for it."""
        return [one for one in self.results.verdicts if one.exercise == self.exercise]


class NotJudged(NamedTuple):
    """A student of whose programs none was judged."""

    name: str
    why: Message
    verdicts: tuple[Verdict, ...] = ()

    def add_to(self, root: Element) -> None:
        """Add a suite with one case, which says why."""
        who, why = (escaped(render(one), LONGEST_JUNIT_LINE) for one in (self.name, self.why))
        suite = SubElement(
            root, "testsuite", {"name": who, "tests": "1", "failures": "1", "errors": "0", "skipped": "0"}
        )
        case = SubElement(suite, "testcase", {"classname": who, "name": text("junit.not-judged")})
        SubElement(case, "failure", message=why)


def outcome(verdict: Verdict, *, strict: bool = False) -> str | None:
    """Return what a verdict is in JUnit's words: a job that is green has no failure that CI would show as one."""
    word = OUTCOMES[verdict.verdict]
    return None if word == "failure" and verdict.level != "MUST" and not strict else word


def _exercises(results: Results) -> list[str]:
    return list(dict.fromkeys(one.exercise for one in results.verdicts))


def _written(suites: Sequence[Suite | NotJudged], *, strict: bool) -> bytes:
    every = [verdict for suite in suites for verdict in suite.verdicts]
    root = Element("testsuites", {"name": "offhook", **_counts(every, strict=strict)})
    lacking = sum(isinstance(suite, NotJudged) for suite in suites)
    for count in ("tests", "failures"):
        root.set(count, str(int(root.get(count, "0")) + lacking))
    for suite in suites:
        if isinstance(suite, NotJudged):
            suite.add_to(root)
        else:
            _suite(root, suite, strict=strict)
    indent(root)
    made: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return made + b"\n"


def _counts(verdicts: list[Verdict], *, strict: bool) -> dict[str, str]:
    outcomes = Counter(outcome(one, strict=strict) for one in verdicts)
    counted = {name: str(outcomes[word]) for name, word in COUNTED_OUTCOMES.items()}
    return {"tests": str(len(verdicts)), **counted, **_time(sum(one.seconds for one in verdicts))}


def _time(seconds: float) -> dict[str, str]:
    """Return how long it took, where that was measured."""
    return {"time": f"{seconds:.3f}"} if seconds else {}


def _suite(root: Element, suite: Suite, *, strict: bool) -> None:
    results, verdicts = suite.results, suite.verdicts
    classname = escaped(suite.name, LONGEST_JUNIT_LINE)
    element = SubElement(
        root, "testsuite", {"name": classname, **_counts(verdicts, strict=strict), **_timestamp(results)}
    )
    properties = SubElement(element, "properties")
    for key in OF_HARNESS:
        value = escaped(render(getattr(results.harness, key)), LONGEST_JUNIT_LINE)
        SubElement(properties, "property", name=key, value=value)
    for one in verdicts:
        _case(element, one, classname, strict=strict)
    program = next((one for one in results.programs if one.exercise == suite.exercise), None)
    judged = {one.exercise for one in results.verdicts}
    notes = [one for one in results.submission.notes if one.exercise == suite.exercise or one.exercise not in judged]
    if notes:
        SubElement(element, "system-out").text = "\n".join(
            escaped(note_in_words(one), LONGEST_JUNIT_LINE) for one in notes
        )
    if program is not None and program.words:
        SubElement(element, "system-err").text = escaped(_said(program))


def _timestamp(results: Results) -> dict[str, str]:
    """Return when the check began, where that is known. JUnit's schema has no place for a time zone: it is UTC."""
    began = results.harness.began.removesuffix("Z")
    return {"timestamp": escaped(began, LONGEST_JUNIT_LINE)} if began else {}


def _said(program: ProgramReport) -> str:
    return f"{program.compiler}\n{render(program.words)}"


def _case(suite: Element, verdict: Verdict, classname: str, *, strict: bool) -> None:
    source = verdict.evidence.source if verdict.evidence is not None else None
    place = {"file": escaped(source.file, LONGEST_JUNIT_LINE), "line": str(source.line)} if source is not None else {}
    names = {"classname": classname, "name": verdict.requirement}
    case = SubElement(suite, "testcase", {**names, **place, **_time(verdict.seconds)})
    word = outcome(verdict, strict=strict)
    if word is None and OUTCOMES[verdict.verdict] is None:
        return
    message = escaped(f"{name(verdict)}: {reason_in_words(verdict)}", LONGEST_JUNIT_LINE)
    if word is None:
        SubElement(case, "system-out").text = "\n".join([message, *_failure_lines(verdict)])
        return
    told = SubElement(case, word, message=message)
    if word != "skipped":
        told.set("type", f"{verdict.level} {verdict.verdict}")
        told.text = "\n".join(_failure_lines(verdict))


def _failure_lines(verdict: Verdict) -> list[str]:
    title = words().requirement[verdict.requirement].title
    lines = [title, *(in_text(verdict.evidence) if verdict.evidence is not None else [reason_in_words(verdict)])]
    return [escaped(line) for line in lines]
