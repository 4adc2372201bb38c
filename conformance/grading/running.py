"""Judging a class: equal submissions once, what was judged before not again, the quick languages first."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from pathlib import Path, PurePath
from statistics import fmean
from traceback import format_exception
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from conformance.catalogue import Layer, layers
from conformance.grading.environment import Environment
from conformance.grading.job import Done, Job, decode
from conformance.grading.pool import Pool
from conformance.grading.records import CourseFolder, File, HandedIn
from conformance.grading.store import Row, Store
from conformance.judging.budget import BURNT_MOST_S
from conformance.records.profiles import DEFAULT_PROFILE, ProfileName
from conformance.sandbox.request import Wanted
from conformance.submission.languages import EXTENSIONS

KNOWN_AFTER: Final = 5
"""After so many submissions it can be said how long the rest takes."""
SLOW: Final = ("Java", "JavaScript", "Python", "Go", "Rust")
"""The languages whose programs take longest to start or to build, the slowest first."""


class Asked(Struct, frozen=True, kw_only=True):
    """How a class is to be judged."""

    exercises: tuple[str, ...] = ()
    """Those that count for the mark."""
    requirements: tuple[str, ...] = ()
    """How the ids of those begin that are judged; all where none is named."""
    profile: ProfileName = DEFAULT_PROFILE.name
    budget_s: float = BURNT_MOST_S
    """See `conformance.judging.engine.Options`."""
    sandbox: Wanted = "require"
    courses: tuple[CourseFolder, ...] = ()
    """The courses that are laid over the package's catalogue."""


class Progress(NamedTuple):
    """How far a class is."""

    done: int
    """Of all students: those without a program count as done."""
    students: int
    at_work: tuple[str, ...]
    """Ids of students whose submissions are judged now."""
    finished: tuple[str, ...]
    """Ids of those who have just been judged: several where they handed in the same."""
    seconds_left: float | None
    """None as long as nobody can know."""
    without: int
    """How many students have no program that can be judged."""


Report = Callable[[Progress], None]


def job_of(one: HandedIn, asked: Asked) -> Job:
    """Return the job of a submission."""
    return Job(
        files=one.files,
        chosen=one.chosen,
        exercises=tuple(one.found),  # further names may be recognised in the folder: only what was told is judged
        requirements=asked.requirements,
        profile=asked.profile,
        budget_s=asked.budget_s,
        sandbox=asked.sandbox,
        courses=asked.courses,
    )


def course_folders() -> tuple[CourseFolder, ...]:
    """Return the courses that are laid over the package's catalogue: a job takes them with it."""
    return tuple(CourseFolder(name=Path(one.name).resolve().name, files=_files_of(one)) for one in layers()[1:])


def _files_of(course: Layer) -> tuple[File, ...]:
    return tuple(File(name=name, data=data) for name, data in course.files.items())


def digest_of(job: Job, place: Environment) -> str:
    """Return SHA-256 of all that decides about the verdicts of a job, in hexadecimal digits."""
    languages = sorted({EXTENSIONS[ending].name for ending in _endings(job) if ending in EXTENSIONS})
    tools = [(name, tool) for name, tool in place.tools.items() if name.startswith(tuple(languages) or "\0")]
    parts = (job, place.version, place.catalogue, place.scenarios, tools)
    return hashlib.sha256(msgspec.msgpack.encode(parts)).hexdigest()


def _endings(job: Job) -> set[str]:
    return {PurePath(file.name).suffix.lower() for file in job.files}


class _Work(NamedTuple):
    """A job, and the students whose submissions it is."""

    digest: str
    job: Job
    students: tuple[str, ...]

    @property
    def slowness(self) -> int:
        """How late it is done: the page fills sooner where the quick languages come first."""
        found = {EXTENSIONS[ending].name for ending in _endings(self.job) if ending in EXTENSIONS}
        return sum(len(SLOW) - place for place, name in enumerate(SLOW) if name in found)


def rows_of(handed_in: Sequence[HandedIn], asked: Asked, place: Environment) -> tuple[Row, ...]:
    """Return the line of each student in class.json."""
    return tuple(
        Row(
            student=one.student,
            notes=one.notes,
            nothing=one.nothing,
            digest="" if one.nothing is not None else digest_of(job_of(one, asked), place),
        )
        for one in handed_in
    )


def judge_class(
    handed_in: Sequence[HandedIn], rows: Sequence[Row], asked: Asked, store: Store, pool: Pool, report: Report
) -> None:
    """Judge what the store does not have yet."""
    work = sorted(_work(handed_in, rows, asked, store), key=lambda one: one.slowness)
    waiting = iter(work)
    under_way: dict[Future[bytes], _Work] = {}
    took: dict[str, float] = {}
    without = sum(not row.digest for row in rows)
    done = len(handed_in) - sum(len(one.students) for one in work)

    def tell(finished: tuple[str, ...]) -> None:
        left = len(work) - len(took)
        known = len(took) >= KNOWN_AFTER
        seconds = fmean(took.values()) * left / pool.size if known else None
        at_work = tuple(one.students[0] for one in list(under_way.values())[: pool.size])
        report(Progress(done, len(handed_in), at_work, finished, seconds, without))

    tell(())
    while True:
        for one in waiting:
            under_way[pool.submit(msgspec.msgpack.encode(one.job))] = one
            if len(under_way) >= pool.size:
                break
        if not under_way:
            break
        tell(())
        for future in wait(under_way, return_when=FIRST_COMPLETED).done:
            one = under_way.pop(future)
            came = _came(future)
            took[one.digest] = came.times.seconds
            store.keep(one.digest, came)
            done += len(one.students)
            tell(one.students)


def _came(future: Future[bytes]) -> Done:
    """Return what came of a job. Where its place was lost too often, the suite has failed for one student alone."""
    problem = future.exception()
    return decode(future.result()) if problem is None else Done(problem="".join(format_exception(problem)))


def _work(handed_in: Sequence[HandedIn], rows: Sequence[Row], asked: Asked, store: Store) -> Iterator[_Work]:
    """Yield a job for each submission that was not judged yet; equal ones have one."""
    students: dict[str, list[str]] = {}
    jobs: dict[str, Job] = {}
    for one, row in zip(handed_in, rows, strict=True):
        if row.digest and not store.has(row.digest):
            students.setdefault(row.digest, []).append(one.student.id)
            jobs[row.digest] = job_of(one, asked)
    return (_Work(digest, jobs[digest], tuple(ids)) for digest, ids in students.items())
