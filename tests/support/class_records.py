"""A class made by hand: any number of students, exercises as one likes, every kind of verdict, marks that add up."""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from itertools import pairwise
from random import Random
from statistics import mean, median, quantiles
from typing import Final

from msgspec import structs

from conformance.catalogue import catalogue
from conformance.grading.records import (
    Change,
    Class,
    Entry,
    ExerciseMark,
    Graded,
    Line,
    Mark,
    Near,
    RequirementCount,
    Statistics,
    Student,
)
from conformance.messages import say
from conformance.records.results import (
    COUNTS_AGAINST,
    Evidence,
    ProgramReport,
    Results,
    SourceLine,
    Tries,
    Verdict,
    VerdictName,
)
from tests.support import samples

EXERCISES: Final = ("hello_server", "hello_client")
POINTS: Final = 50.0
"""What each exercise gives."""
FOLDER: Final = "/home/teacher/network course/homework 1"
"""The place of the submissions on the teacher's machine, which no student is to see."""
FAMILY: Final = ("김", "이", "박", "최", "정", "강", "조", "윤")
GIVEN: Final = ("민수", "서연", "지훈", "하은", "도윤", "수빈", "예준", "지우", "현우")
LATIN: Final = ("Minsu Kim", "Seoyeon Lee", "Jihoon Park", "Haeun Choi", "Anna Berg")
LINES: Final = (
    "write(client, message, strlen(message));",
    "read(sock, message, sizeof(message) - 1);",
    "if (listen(serv_sock, 5) == -1)",
    "close(serv_sock);",
    "str_len = read(clnt_sock, message, BUF_SIZE);",
    "accept(serv_sock, 0, 0);",
)
KINDS: Final[tuple[tuple[VerdictName, int], ...]] = (
    ("passed", 70), ("failed", 14), ("crashed", 2), ("hung", 3), ("unsteady", 2), ("not-run", 3),
    ("not-applicable", 5), ("not-observed", 1),
)  # fmt: skip
"""How often each verdict comes, of a hundred."""
ZERO: Final = frozenset({"failed", "crashed", "hung", "not-implemented", "not-run"})


def student(number: int) -> Student:
    """Return a student: most have a Korean name, some a Latin one, each seventh is late."""
    name = LATIN[number // 10 % len(LATIN)] if number % 10 == 9 else f"{FAMILY[number % 8]}{GIVEN[number % 9]}"
    identity = f"{20230000 + number}"
    return Student(
        id=identity,
        name=name,
        email=f"s{identity}@example.ac.kr",
        late_days=int(number % 7 == 6),
        label=f"{name}_{identity}_assignsubmission_file_",
    )


def evidence(whose: Student, requirement: str, exercise: str, text: str) -> Evidence:
    """Return why a student's program is wrong, with a source line, and the student's name in a comment beside it."""
    source = SourceLine(
        file=f"{exercise}.c",
        line=44,
        text=text,
        first=43,
        around=(f"\t/* {whose.name}, {whose.id} */", f"\t{text}"),
    )
    return structs.replace(
        samples.evidence(),
        source=source,
        program=Tries(failed=10, tried=10),
        repeat=f"offhook check '{FOLDER}/{whose.id}' --exercise {exercise} --requirement {requirement}",
    )


def verdicts(whose: Student, exercise: str, random: Random, most: int | None = None) -> list[Verdict]:
    """Return verdicts on the requirements of an exercise, broken ones with evidence."""
    kinds, weights = zip(*KINDS, strict=True)
    found = []
    for name in requirements_of(exercise)[:most]:
        kind: VerdictName = random.choices(kinds, weights)[0]
        shown = kind in ("failed", "crashed", "hung", "unsteady")
        seen = evidence(whose, name, exercise, random.choice(LINES)) if shown else None
        reason = say("half-close.no-end") if kind != "passed" else None
        found.append(structs.replace(samples.verdict(exercise, name, kind, reason), evidence=seen))
    return found


def requirements_of(exercise: str) -> list[str]:
    """Return the requirements that are judged on an exercise."""
    return [name for name, one in catalogue().requirements.items() if one.concerns(exercise)]


def results_of(whose: Student, found: Sequence[Verdict]) -> Results:
    """Return results as a check of one student's folder on the teacher's machine writes them."""
    programs = [
        ProgramReport(
            exercise=exercise,
            source=f"{exercise}.c",
            language="C",
            built=True,
            compiler="gcc -Wall",
            words=f"{exercise}.c:3: warning: unused",
        )
        for exercise in dict.fromkeys(one.exercise for one in found)
    ]
    made = samples.results(list(found), *programs)
    folder = f"{FOLDER}/{whose.id}"
    return structs.replace(made, submission=structs.replace(made.submission, name=whose.id, folder=folder), beside=[])


def mark_of(results: Results | None, exercises: Sequence[str], hidden: frozenset[str] = frozenset()) -> Mark:
    """Return a mark in which all requirements of an exercise share its points evenly."""
    marks = tuple(_exercise_mark(results, exercise, hidden) for exercise in exercises)
    low, high = sum(one.low for one in marks), sum(one.high for one in marks)
    return Mark(points=POINTS * len(exercises), low=round(low * 2) / 2, high=round(high * 2) / 2, exercises=marks)


def _exercise_mark(results: Results | None, exercise: str, hidden: frozenset[str]) -> ExerciseMark:
    found = [one for one in results.verdicts if one.exercise == exercise] if results is not None else []
    if not found:
        why = say("verdict.no-source", names=(exercise,), extensions=(".c",))
        return ExerciseMark(exercise=exercise, points=POINTS, low=0, high=0, reason=why)
    share = POINTS / len(found)
    lines = tuple(_line(one, share, hidden=one.requirement in hidden) for one in found)
    low, high = sum(one.low for one in lines), sum(one.high for one in lines)
    return ExerciseMark(exercise=exercise, points=POINTS, low=low, high=high, lines=lines)


def _line(one: Verdict, share: float, *, hidden: bool) -> Line:
    low = {"not-observed": 0.0, "harness-error": 0.0, "unsteady": share / 2}.get(
        one.verdict, 0.0 if one.verdict in ZERO else share
    )
    high = share if one.verdict in ("not-observed", "harness-error") else low
    return Line(
        exercise=one.exercise,
        requirement=one.requirement,
        level=one.level,
        verdict=one.verdict,
        points=share,
        low=low,
        high=high,
        hidden=hidden,
    )


def graded(
    number: int,
    exercises: Sequence[str] = EXERCISES,
    hidden: frozenset[str] = frozenset(),
    most: int | None = None,
) -> Graded:
    """Return one student's line; each twelfth handed in nothing that can be judged, each eleventh lacks a program."""
    whose = student(number)
    if number % 12 == 11:
        nothing = Entry(student=whose, nothing=say("submission.no-such-folder", folder="homework"))
        return Graded(entry=nothing, mark=mark_of(None, exercises))
    random = Random(number)
    handed_in = exercises[:-1] if number % 11 == 10 and len(exercises) > 1 else exercises
    results = results_of(whose, [one for each in handed_in for one in verdicts(whose, each, random, most)])
    notes = (say("note.renamed", file="Hello-Server (2).c", exercise=exercises[0]),) if number % 5 == 4 else ()
    entry = Entry(student=whose, notes=notes, results=results, digest=sha256(whose.id.encode()).hexdigest())
    return Graded(entry=entry, mark=mark_of(results, exercises, hidden))


def class_of(
    students: int = 24,
    exercises: Sequence[str] = EXERCISES,
    hidden: frozenset[str] = frozenset(),
    most: int | None = None,
) -> Class:
    """Return a class, with near duplicates and with changes; `most` bounds the requirements of each exercise."""
    lines = tuple(graded(number, exercises, hidden, most) for number in range(students))
    names = [one.entry.student.id for one in lines]
    near = tuple(
        Near(exercise=exercises[0], one=one, other=other, alike=0.97)
        for one, other in pairwise(names[: min(5, students)])
    )
    return Class(
        title="Homework 1",
        points=POINTS * len(exercises),
        rubric="careful",
        date="2026-11-30T09:00:00Z",
        students=lines,
        near=(*near, Near(exercise=exercises[0], one=names[-1], other="", alike=0.91)),
        changes=(
            Change(
                student=names[0],
                exercise=exercises[0],
                requirement="transfer.greeting",
                before="failed",
                now="passed",
            ),
            Change(student=names[0], before="35", now="35 to 40"),
        ),
        judged_before=True,
    )


def statistics_of(found: Class) -> Statistics:
    """Return the numbers of a class, worked out in the plainest way."""
    lows = [one.mark.low for one in found.students]
    quarters = quantiles(lows, n=4, method="inclusive") if len(lows) > 1 else [lows[0]] * 3
    step = found.points / 10
    places = Counter(min(int(low / step), 9) for low in lows)
    return Statistics(
        students=len(lows),
        judged=sum(one.entry.results is not None for one in found.students),
        open=sum(one.mark.is_open for one in found.students),
        mean=mean(lows),
        median=median(lows),
        lower_quartile=quarters[0],
        upper_quartile=quarters[2],
        histogram=tuple((place * step, (place + 1) * step, places[place]) for place in range(10)),
        requirements=_counts(found),
    )


def _counts(found: Class) -> tuple[RequirementCount, ...]:
    judged: dict[tuple[str, str], list[Verdict]] = {}
    for student_ in found.students:
        for one in student_.entry.results.verdicts if student_.entry.results is not None else ():
            if one.verdict == "passed" or one.verdict in COUNTS_AGAINST:
                judged.setdefault((one.exercise, one.requirement), []).append(one)
    counts = [_count(exercise, requirement, ones) for (exercise, requirement), ones in judged.items()]
    return tuple(sorted(counts, key=lambda one: -one.broken))


def _count(exercise: str, requirement: str, ones: list[Verdict]) -> RequirementCount:
    lines = Counter(one.evidence.source.text for one in ones if one.evidence is not None and one.evidence.source)
    return RequirementCount(
        exercise=exercise,
        requirement=requirement,
        broken=sum(one.verdict in COUNTS_AGAINST for one in ones),
        judged=len(ones),
        places=tuple(lines.most_common(5)),
    )
