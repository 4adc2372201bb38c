"""The records of a class: who handed in what, what came of it, and what it is worth."""

import math
from typing import Final

from msgspec import Struct

from conformance.catalogue import Level
from conformance.messages import Message
from conformance.records.results import Results, VerdictName

OPEN: Final = frozenset({"not-observed", "harness-error"})
"""Verdicts that say nothing about a program: what a requirement gives stays open then."""


class Student(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody who handed in, or who should have."""

    id: str
    """Of this class alone, and safe as the name of a file."""
    name: str = ""
    email: str = ""
    late_days: int | None = None
    """How many days too late it came, each begun day counted; None where that is not known."""
    handed_in: str = ""
    """When it came, as `2026-11-29T14:59:00Z`, where the days are not told; nothing where that is not known either."""
    late: bool = False
    """Whether the course server says that it came late, and not how late."""
    label: str = ""
    """How the course server itself names the submission: Moodle's folder, for example."""


class File(Struct, frozen=True, kw_only=True):
    """A file of a submission."""

    name: str
    """Its place in the submission, with `/` between folders."""
    data: bytes
    executable: bool = False


class CourseFolder(Struct, frozen=True, kw_only=True):
    """A course that is laid over the package's catalogue, as a job takes it with it."""

    name: str
    """What its folder is called."""
    files: tuple[File, ...]


class HandedIn(Struct, frozen=True, kw_only=True):
    """What one student handed in, as far as it can be judged."""

    student: Student
    files: tuple[File, ...] = ()
    chosen: dict[str, str] = {}
    """Exercise -> the file that is judged for it, where the file's own name does not say so."""
    notes: tuple[Message, ...] = ()
    """What was repaired, left out or chosen, to be told to teacher and student."""
    found: dict[str, str] = {}
    """Every exercise that is judged -> its file; an empty name where the student's own `offhook.toml` says how."""
    nothing: Message | None = None
    """Why nothing of it can be judged; None where something can."""


class Intake(Struct, frozen=True, kw_only=True):
    """A class as it was handed in: everybody, and what of theirs can be judged."""

    layout: str
    """Which course server's folders they are: `moodle`, `canvas`, `gradescope`, `github`, or plain `folders`."""
    handed_in: tuple[HandedIn, ...]
    """By the students' ids."""
    notes: tuple[Message, ...] = ()
    """What concerns the class as a whole: files that belong to nobody, and students whom the roster does not name."""


class Entry(Struct, frozen=True, kw_only=True):
    """One student's line in a class that was judged."""

    student: Student
    notes: tuple[Message, ...] = ()
    results: Results | None = None
    """None where nothing was judged."""
    nothing: Message | None = None
    """Why nothing was judged; None where something was."""
    problem: str = ""
    """How the suite itself failed, with the traceback: then it is open what the submission is worth."""
    digest: str = ""
    """SHA-256 of what was judged and how, in hexadecimal digits."""


class Line(Struct, frozen=True, kw_only=True):
    """What one requirement gives one student, in points."""

    exercise: str
    requirement: str
    level: Level
    verdict: VerdictName
    points: float
    """The most that it can give."""
    low: float
    """What it gives at least: below `high` where the verdict leaves it open."""
    high: float
    hidden: bool = False
    """Whether the student may not see it."""

    @property
    def is_open(self) -> bool:
        """Whether it is not known what it gives."""
        return self.verdict in OPEN


class ExerciseMark(Struct, frozen=True, kw_only=True):
    """What one exercise gives one student, in points."""

    exercise: str
    points: float
    low: float
    high: float
    lines: tuple[Line, ...] = ()
    """Requirement by requirement, before gates."""
    gates: tuple[Message, ...] = ()
    """What bounds it: a requirement that is broken, and what is left."""
    reason: Message | None = None
    """Why it gives nothing at all: no program, or one that could not be built."""


class Mark(Struct, frozen=True, kw_only=True):
    """What a submission is worth, rounded as the rubric says."""

    points: float
    """The most that can be reached."""
    low: float
    high: float
    exercises: tuple[ExerciseMark, ...] = ()
    late: float = 0.0
    """What was taken off because it came late."""

    @property
    def is_open(self) -> bool:
        """Whether somebody has to look: the mark lies between `low` and `high`."""
        return not math.isclose(self.low, self.high)


class Graded(Struct, frozen=True, kw_only=True):
    """One student's line in a class that was marked."""

    entry: Entry
    mark: Mark


class Near(Struct, frozen=True, kw_only=True):
    """Two programs that are nearly the same: a hint for a person, never a verdict."""

    exercise: str
    one: str
    """A student's id."""
    other: str
    """Another student's id; nothing where it is a reference program."""
    reference: str = ""
    """The file of the reference program, where it is one."""
    alike: float
    """From 0 to 1."""


class Source(Struct, frozen=True, kw_only=True):
    """The text of a program that is nearly the same as another one, kept to be shown beside it."""

    exercise: str
    student: str
    """A student's id; nothing where it is a reference program."""
    file: str
    text: str
    cut: bool = False
    """Whether it is longer than what is kept."""


class Change(Struct, frozen=True, kw_only=True):
    """What is otherwise for one student than in an earlier run."""

    student: str
    exercise: str = ""
    """Nothing where it is the mark."""
    requirement: str = ""
    before: str
    now: str


class Class(Struct, frozen=True, kw_only=True):
    """A class that was marked: all that pages and files about it are made from."""

    title: str
    points: float
    rubric: str
    """The rubric's name."""
    date: str
    """When it was judged, as `2026-11-30T09:00:00Z`."""
    students: tuple[Graded, ...]
    """By their ids."""
    notes: tuple[Message, ...] = ()
    """What a teacher should know of the marks: exercises that some students handed in and that do not count."""
    near: tuple[Near, ...] = ()
    sources: tuple[Source, ...] = ()
    """Of the programs in `near`; none where they were not kept."""
    changes: tuple[Change, ...] = ()
    """Since an earlier run."""
    judged_before: bool = False
    """Whether there was an earlier run."""


class RequirementCount(Struct, frozen=True, kw_only=True):
    """How a class does on one requirement."""

    exercise: str
    requirement: str
    broken: int
    """How many students' programs break it."""
    judged: int
    """How many were judged on it: it was kept or broken."""
    places: tuple[tuple[str, int], ...] = ()
    """The commonest source lines at which it is broken, at most five: their text, and how many programs have it."""


class Statistics(Struct, frozen=True, kw_only=True):
    """The marks of a class in numbers; of a mark that is open its low end is taken."""

    students: int
    judged: int
    """How many have at least one program that was judged."""
    open: int
    """How many marks are open."""
    mean: float
    median: float
    lower_quartile: float
    upper_quartile: float
    histogram: tuple[tuple[float, float, int], ...]
    """From, to, and how many marks are in between, `to` left out but in the last step."""
    requirements: tuple[RequirementCount, ...]
    """Those that most programs break come first."""
