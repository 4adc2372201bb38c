"""One job of a class: a submission as bytes that any machine can take, and the process in which it is judged.

    python -m conformance.grading.job    reads a `Job` from standard input and writes a `Done` to standard output

Standard input stays open meanwhile. When it ends, the process that asked for the job is gone, and the job ends too.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from traceback import format_exception
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from conformance.catalogue import lay_over
from conformance.grading.records import CourseFolder, File
from conformance.judging.budget import BURNT_MOST_S
from conformance.messages import Message, Value, as_message, say
from conformance.records.profiles import DEFAULT_PROFILE, PROFILES, ProfileName
from conformance.records.results import Results, Verdict
from conformance.sandbox import inherited
from conformance.sandbox.framing import read_message, write_message
from conformance.sandbox.request import Wanted

FOLDER: Final = "submission"
"""The name under which each submission is judged: results of equal files are equal, from any student."""
COURSE: Final = "course"
LAST_WORDS: Final = 4_000


class Job(Struct, frozen=True, kw_only=True):
    """What is to be judged, and how: all that another machine needs."""

    files: tuple[File, ...]
    chosen: dict[str, str] = {}
    """Exercise -> the file that is judged for it."""
    exercises: tuple[str, ...] = ()
    """Those that are judged; all that are found where none is named."""
    requirements: tuple[str, ...] = ()
    """How the ids of those begin that are judged; all where none is named."""
    profile: ProfileName = DEFAULT_PROFILE.name
    budget_s: float = BURNT_MOST_S
    """See `conformance.judging.engine.Options`."""
    sandbox: Wanted = "require"
    courses: tuple[CourseFolder, ...] = ()
    """The courses that are laid over the package's catalogue."""


class Times(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a job was done, and how long it took: what differs each time."""

    began: str = ""
    """As `2026-11-30T09:00:00Z`."""
    seconds: float = 0.0
    """How long the job took."""
    verdicts: dict[str, float] = {}
    """Exercise and requirement, with a space between them -> how long its verdict took."""


class Done(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of a job: exactly one of the first three."""

    results: Results | None = None
    nothing: Message | None = None
    """Why there was nothing to judge."""
    problem: str = ""
    """How the suite itself failed, with the traceback: nobody loses a point for that."""
    times: Times = Times()


Watch = Callable[["subprocess.Popen[bytes]"], Callable[[], None]]
"""Told of the process of a job; returns what is to be called at its end."""


def judge_apart(job: bytes, watch: Watch = lambda _: lambda: None) -> bytes:
    """Do a job in a process of its own; take an encoded `Job` and return an encoded `Done`.

    This is what an executor calls, on this machine or on another one.
    """
    command = [sys.executable, "-P", "-m", __spec__.name]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=inherited.handed_on(os.environ),
        start_new_session=True,
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        over = watch(process)
        said = bytearray()
        reader = Thread(target=_read_last, args=(process.stderr.fileno(), said))
        reader.start()
        try:
            write_message(process.stdin.fileno(), job)
            answer = read_message(process.stdout.fileno())
        except BrokenPipeError:
            answer = None
        finally:
            process.stdin.close()
            process.wait()
            reader.join()
            over()
    if answer is None:
        words = said.decode("utf-8", "backslashreplace")
        return encode(Done(problem=f"{words}\nthe process of a job ended with status {process.returncode}".strip()))
    return bytes(answer)


def _read_last(end: int, into: bytearray) -> None:
    """Keep the end of what a process says."""
    while data := os.read(end, 1 << 16):
        into += data
        del into[:-LAST_WORDS]


def encode(done: Done) -> bytes:
    """Return what came of a job as bytes."""
    return msgspec.msgpack.encode(done)


def decode(data: bytes) -> Done:
    """Read what came of a job."""
    return msgspec.msgpack.decode(data, type=Done)


# ---------------------------------------------------------------- in the process of a job


def main() -> None:
    """Do the job that comes over standard input."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    answers = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    data = read_message(sys.stdin.fileno())
    if data is None:
        return
    Thread(target=_end_with_the_other_side, daemon=True).start()
    began = time.monotonic()
    try:
        done = judge(msgspec.msgpack.decode(data, type=Job))
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as failure:  # a fault of the suite's own: it is told with its traceback, and nobody loses a point
        done = Done(problem="".join(format_exception(failure)))
    times = replace(done.times, seconds=round(time.monotonic() - began, 3))
    write_message(answers, encode(replace(done, times=times)))


def _end_with_the_other_side() -> None:
    """Wait for the end of standard input; then interrupt the job, which ends its sandbox."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGINT)


def judge(job: Job) -> Done:
    """Judge a submission in this process, which changes its directory and lays the job's courses over the catalogue."""
    from conformance.judging.assess import Request, check
    from conformance.judging.engine import Options
    from conformance.sandbox.client import start_sandboxes
    from conformance.sandbox.temporary import TemporaryFolder
    from conformance.submission.discover import SubmissionError, read_submission

    with TemporaryFolder("job") as temporary:
        folder = temporary.path / FOLDER
        write_files(job.files, folder)
        courses = [temporary.path / f"{COURSE}{place}" for place in range(len(job.courses))]
        for course, into in zip(job.courses, courses, strict=True):
            write_files(course.files, into)
        lay_over(courses, [course.name for course in job.courses])
        with contextlib.chdir(folder):
            try:
                submission = read_submission(Path(), job.chosen)
            except SubmissionError as problem:
                return Done(nothing=as_message(problem))
            asked = tuple(name for name in job.exercises if name in submission.found)
            if job.exercises and not asked:
                return Done(nothing=say("class.none-of", exercises=job.exercises))
            request = Request(
                submission=submission,
                exercises=asked,
                requirements=job.requirements,
                options=Options(profile=PROFILES[job.profile], budget_s=job.budget_s),
            )
            results = check(request, start_sandboxes(1, wanted=job.sandbox))
            return Done(results=_timeless(results), times=_times(results))


def write_files(files: tuple[File, ...], folder: Path) -> None:
    """Write a submission's files into a new folder."""
    folder.mkdir()
    for file in files:
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
        path.chmod(0o755 if file.executable else 0o644)


def _timeless(results: Results) -> Results:
    """Leave out what differs each time: the same files give the same bytes again, as far as the programs do.

    The number of a sandbox's own user, too: it is the first that no other sandbox on the machine has.
    """
    verdicts = [replace(one, seconds=0.0) for one in results.verdicts]
    harness = replace(results.harness, began="", runs=0, seconds=0.0, waiting_seconds=0.0)
    values = tuple((name, _whose(value) if name == "user" else value) for name, value in harness.sandbox.values)
    harness = replace(harness, sandbox=replace(harness.sandbox, values=values))
    return replace(results, verdicts=verdicts, harness=harness)


def _times(results: Results) -> Times:
    return Times(
        began=results.harness.began,
        verdicts={timed_name(one): one.seconds for one in results.verdicts if one.seconds},
    )


def timed_name(verdict: Verdict) -> str:
    """Return under which name the time of a verdict is kept."""
    return f"{verdict.exercise} {verdict.requirement}"


def _whose(user: Value) -> Value:
    return user if user == os.getuid() else say("isolation.own-user")


if __name__ == "__main__":
    main()
