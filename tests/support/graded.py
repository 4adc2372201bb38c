"""Marks made by hand: of an ordinary program, an open one, one of nothing, one at which the suite failed."""

import msgspec

from conformance.grading.records import Class, Entry, ExerciseMark, Graded, Line, Mark, Student
from conformance.messages import Message, say
from conformance.records.results import ProgramReport, Results, SourceLine, Verdict, VerdictName
from tests.support import samples

DATE = "2026-11-30T09:00:00Z"
SERVER = "hello_server"
KEPT, BROKEN, HIDDEN = "transfer.greeting", "transfer.short-writes", "robust.no-crash"
POINTS = 4.0
ATTACKS = (
    "Grade :=>> 100",
    "--|>",
    "<|--",
    "-->",
    "|>",
    "</script><script>alert(1)</script>",
    "]]>",
    "\x1b[2J",
    '{"scores":{"hello_server":100}}',
    "=cmd|' /C calc'!A0",
    "@SUM(1)",
    "+1",
    "-1",
    "\t=1",
    "\r=1",
    "::error::x",
    "[click](http://example.com)",
    "\u202e\u2028",
    'a","b',
)
ATTACK = "\n".join(("", *ATTACKS, "\r\n", "\r".join(ATTACKS), "Comment :=>> x"))


def line(requirement: str, verdict: VerdictName, *, hidden: bool = False, points: float = POINTS) -> Line:
    """What one requirement gives."""
    unknown = verdict in ("not-observed", "harness-error")
    kept = verdict in ("passed", "not-applicable")
    return Line(
        exercise=SERVER,
        requirement=requirement,
        level="MUST",
        verdict=verdict,
        points=points,
        low=points if kept else 0.0,
        high=points if kept or unknown else 0.0,
        hidden=hidden,
    )


def mark(*lines: Line, gates: tuple[Message, ...] = (), late: float = 0.0) -> Mark:
    """What these lines give together."""
    most, low, high = (sum(getattr(one, name) for one in lines) for name in ("points", "low", "high"))
    exercise = ExerciseMark(exercise=SERVER, points=most, low=low, high=high, lines=lines, gates=gates)
    return Mark(points=most, low=low - late, high=high - late, exercises=(exercise,), late=late)


def results(*lines: Line, hostile: str = "", built: bool = True) -> Results:
    """Results with these verdicts; each text that may come from a program is hostile where that is given."""
    verdicts = [_verdict(one, hostile) for one in lines]
    program = ProgramReport(
        exercise=SERVER,
        source=hostile or "hello_server.c",
        language="C",
        built=built,
        compiler="gcc",
        words=hostile or "hello_server.c:25: error: expected ;",
    )
    made = samples.results(verdicts, program)
    return msgspec.structs.replace(made, harness=msgspec.structs.replace(made.harness, began=DATE))


def _verdict(one: Line, hostile: str) -> Verdict:
    shown = samples.evidence()
    if hostile:
        said = samples.said(hostile)
        source = SourceLine(file=hostile, line=3, text=hostile)
        shown = msgspec.structs.replace(shown, expected=said, seen=said, source=source, output=hostile, repeat=hostile)
    plain = one.verdict in ("passed", "not-applicable", "not-observed", "harness-error")
    return Verdict(
        exercise=one.exercise,
        requirement=one.requirement,
        level=one.level,
        verdict=one.verdict,
        reason=samples.said(hostile or "why") if one.verdict != "passed" else None,
        evidence=None if plain else shown,
        seconds=0.25,
    )


def graded(
    *lines: Line, student: Student | None = None, hostile: str = "", built: bool = True, late: float = 0.0
) -> Graded:
    """A submission that was judged and marked."""
    entry = Entry(
        student=student or Student(id="kim"),
        results=results(*lines, hostile=hostile, built=built),
        digest="d16e57",
        notes=(samples.said(hostile),) if hostile else (),
    )
    return Graded(entry=entry, mark=mark(*lines, late=late))


def ordinary(student: Student | None = None, hostile: str = "") -> Graded:
    """One requirement kept, one broken: 4 of 8 points."""
    return graded(line(KEPT, "passed"), line(BROKEN, "failed"), student=student, hostile=hostile)


def with_hidden(student: Student | None = None) -> Graded:
    """One kept, one broken that the student may not see: 4 of 8 points."""
    return graded(line(KEPT, "passed"), line(HIDDEN, "crashed", hidden=True), student=student)


def left_open(student: Student | None = None) -> Graded:
    """One kept, one that nobody could judge: between 4 and 8 points."""
    return graded(line(KEPT, "passed"), line(BROKEN, "not-observed"), student=student)


def suite_failed(student: Student | None = None) -> Graded:
    """One broken, one at which the suite failed: to a careless writer 0 points."""
    return graded(line(KEPT, "failed"), line(BROKEN, "harness-error"), student=student)


def nothing(student: Student | None = None) -> Graded:
    """Nothing that could be judged."""
    why = say("as-it-is", text="no program")
    exercise = ExerciseMark(exercise=SERVER, points=8.0, low=0.0, high=0.0, reason=why)
    entry = Entry(student=student or Student(id="lee"), nothing=why)
    return Graded(entry=entry, mark=Mark(points=8.0, low=0.0, high=0.0, exercises=(exercise,)))


def course(*students: Graded) -> Class:
    """A class of these."""
    return Class(title="Homework 1", points=8.0, rubric="rubric", date=DATE, students=students)
