"""Trying a course: its solutions keep all that they are judged on, and its wrong programs break what they name."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

from conformance.catalogue import Exercise, catalogue
from conformance.catalogue.loading import full_name
from conformance.judging.course_functions import function_of, requests_strategy
from conformance.judging.engine import Engine, Judged, Options, Task, plan
from conformance.judging.errors import HarnessError
from conformance.judging.specimens import Specimen, accused, missed, read_specimen
from conformance.messages import Message, say, text, told
from conformance.messages.suggestions import with_suggestion
from conformance.records.results import Verdict
from conformance.sandbox.client import Sandbox
from conformance.sandbox.temporary import TemporaryFolder
from conformance.submission.discover import Found, Submission
from conformance.submission.languages import EXTENSIONS
from conformance.submission.references import reference_sources
from conformance.suite.registry import strayed, untested

WRONG, RIGHT = "wrong", "right"
TRIES: Final = 3
"""How often a failure is tried here: what is looked for is a mistake of the course's own."""
Kind = Literal["solution", "wrong", "right"]


class Program(NamedTuple):
    """A program of a course."""

    kind: Kind
    specimen: Specimen


class Tried(NamedTuple):
    """What came of trying one program."""

    program: Program
    verdicts: tuple[Verdict, ...]

    @property
    def surprises(self) -> tuple[Message, ...]:
        """What is not as it should be."""
        specimen = self.program.specimen
        survived = (say("course.survived", requirement=one) for one in missed(specimen, self.verdicts))
        unnamed = (
            say(
                "course.accused", requirement=one.requirement, verdict=say(f"verdict-name.{one.verdict}"), why=_why(one)
            )
            for one in accused(specimen, self.verdicts)
        )
        failed = (
            say("course.suite-failed", requirement=one.requirement, why=_why(one))
            for one in self.verdicts
            if one.verdict == "harness-error"
        )
        return (*survived, *unnamed, *failed)

    @property
    def passed(self) -> int:
        """How many requirements it keeps."""
        return sum(one.verdict == "passed" for one in self.verdicts)


def _why(verdict: Verdict) -> Message | str:
    return verdict.reason or ""


# ---------------------------------------------------------------- what there is


def programs(folder: Path) -> list[Program]:
    """Return the solutions of a course that is laid over the catalogue, then its wrong and its right programs."""
    ours = [name for name, home in catalogue().homes.items() if name in catalogue().exercises and _is(home, folder)]
    solutions = [
        Program("solution", Specimen(path, name, "", frozenset(), frozenset()))
        for name in ours
        for path in reference_sources(name)
        if folder in path.parents
    ]
    kinds: tuple[tuple[Kind, str], ...] = (("wrong", WRONG), ("right", RIGHT))
    tried = (Program(kind, _specimen(path)) for kind, below in kinds for path in _sources(folder / below))
    return [*solutions, *tried]


def _is(home: object, folder: Path) -> bool:
    return getattr(home, "folder", None) == folder


def _sources(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*")) if path.suffix in EXTENSIONS] if folder.is_dir() else []


def _specimen(path: Path) -> Specimen:
    found = read_specimen(path)
    full = full_name(catalogue().courses[-1].prefix, found.exercise)
    name = full if full in catalogue().exercises else found.exercise
    return Specimen(path, name, found.summary, found.breaks, found.may, found.reasons)


def complaints(found: Sequence[Program]) -> Iterator[str]:
    """Say what is wrong with a course beside its tables: its functions, its tests, and the comments of its programs."""
    yield from (*untested(), *strayed())
    for name, one in catalogue().exercises.items():
        try:
            _try_functions(one)
        except HarnessError as problem:
            yield text("complaint", place=name, what=told(problem))
    for program in found:
        yield from (text("complaint", place=program.specimen.name, what=what) for what in _about(program))


def _try_functions(exercise: Exercise) -> None:
    if exercise.oracle:
        function_of(exercise, exercise.oracle)
    if exercise.requests:
        requests_strategy(exercise)


def _about(program: Program) -> Iterator[Message]:
    specimen, known = program.specimen, catalogue()
    if specimen.exercise not in known.exercises:
        what = say("complaint.no-such.exercise")
        yield with_suggestion(
            say("complaint.about", name=specimen.exercise, what=what), specimen.exercise, known.exercises
        )
        return
    if program.kind == "wrong" and not specimen.breaks:
        yield say("course.breaks-nothing")
    for one in sorted(specimen.breaks | specimen.may):
        if one not in known.requirements:
            what = say("complaint.about", name=one, what=say("complaint.no-such.requirement"))
            yield with_suggestion(what, one, known.requirements)
        elif not known.requirements[one].concerns(specimen.exercise):
            yield say("course.not-judged", requirement=one, exercise=specimen.exercise)


# ---------------------------------------------------------------- trying it


def tried(found: Sequence[Program], sandboxes: Sequence[Sandbox]) -> Iterator[Tried]:
    """Judge programs of a course, and yield them in their order, each as soon as all is known of it."""
    options = Options(tries=TRIES, beside_reference=False)
    with TemporaryFolder("course") as temporary, Engine(sandboxes, options) as engine:
        whose: dict[str, Program] = {}
        tasks: list[Task] = []
        for number, program in enumerate(found):
            alone = temporary.path / str(number)  # a build takes the whole folder with it
            alone.mkdir()
            file = program.specimen.path
            (alone / file.name).write_bytes(file.read_bytes())
            whose[str(alone)] = program
            tasks += plan(
                Submission(str(alone), {program.specimen.exercise: Found(program.specimen.exercise, file.name)})
            )
        yield from _in_order(engine, tasks, whose)


def _in_order(engine: Engine, tasks: Sequence[Task], whose: dict[str, Program]) -> Iterator[Tried]:
    wanted = {folder: sum(task.submission.folder == folder for task in tasks) for folder in whose}
    came: dict[str, list[Judged]] = {folder: [] for folder in whose}
    waiting = list(whose)
    for one in engine.verdicts(tasks):
        came[one.task.submission.folder].append(one)
        while waiting and len(came[waiting[0]]) == wanted[waiting[0]]:
            folder = waiting.pop(0)
            yield Tried(whose[folder], tuple(judged.verdict for judged in came[folder]))
