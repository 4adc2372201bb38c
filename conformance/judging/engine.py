"""The engine: what is to be judged, on a pool of sandboxes, verdict by verdict as they come.

Runs happen in the sandboxes' own processes, so that threads are enough here: one for each sandbox. Each program is
judged on one of them from beginning to end: it is built there, and its runs are remembered there.
"""

import time
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from threading import Event
from traceback import format_exception
from types import TracebackType
from typing import NamedTuple, Self

from conformance.catalogue import catalogue
from conformance.judging.budget import BURNT_MOST_S
from conformance.judging.context import TRIES, JudgingContext, ProgramUnderTest, References
from conformance.judging.trial import judge
from conformance.messages import say
from conformance.records.profiles import DEFAULT_PROFILE, Profile
from conformance.records.results import Problem, Verdict
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import Isolation
from conformance.submission.build import BuildDir
from conformance.submission.discover import Submission
from conformance.suite.registry import RequirementTest, all_tests


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How it is judged."""

    observe: bool = True
    seed: int | None = None
    """Also search for scenarios beyond the fixed set, beginning from this number."""
    profile: Profile = DEFAULT_PROFILE
    tries: int = TRIES
    """How often a scenario that failed is tried in all."""
    budget_s: float = BURNT_MOST_S
    """How long each program may compute in all its runs, in seconds beyond what is usual."""
    beside_reference: bool = True
    """Whether a failure is tried on the reference program too; not where that one is judged itself."""


class Task(NamedTuple):
    """One verdict that is asked for."""

    submission: Submission
    exercise: str
    test: RequirementTest
    profile: Profile | None = None
    """How much is tried for it, if not as much as the engine's options say."""

    @property
    def program(self) -> tuple[str, str]:
        """What it is about: the tasks of one program are done on one sandbox."""
        return self.submission.folder, self.exercise


class Judged(NamedTuple):
    """A verdict, and where the suite itself failed, how."""

    task: Task
    verdict: Verdict
    problem: Problem | None = None
    seconds: float = 0.0
    """How long it took."""


def plan(submission: Submission, exercises: Sequence[str] = (), prefixes: Sequence[str] = ()) -> list[Task]:
    """Return what is judged of a submission, program by program, in the order of the catalogue.

    All exercises that were found, or those that are named; all requirements, or those whose ids begin with a prefix.
    """
    order = list(catalogue().requirements)
    tests = sorted(all_tests(), key=lambda test: order.index(test.requirement.id))
    asked = exercises or submission.found
    return [
        Task(submission, exercise, test)
        for exercise in catalogue().exercises
        if exercise in asked
        for test in tests
        if test.concerns(exercise) and (not prefixes or test.requirement.id.startswith(tuple(prefixes)))
    ]


@dataclass(slots=True, eq=False)
class _Place:
    """A sandbox with what was built in it."""

    sandbox: Sandbox
    build_dir: BuildDir
    references: References
    contexts: dict[str, JudgingContext] = field(default_factory=dict)

    def context(self, submission: Submission, options: Options) -> JudgingContext:
        """Return the programs of a submission that are built here."""
        if submission.folder not in self.contexts:
            self.contexts[submission.folder] = JudgingContext(
                submission,
                self.sandbox,
                self.build_dir,
                options.observe,
                options.seed,
                options.profile,
                references=self.references,
                tries=options.tries,
                budget_s=options.budget_s,
            )
        return self.contexts[submission.folder]

    def forget(self, task: Task) -> None:
        """Forget the runs of a program that was judged: of a class they would fill the memory."""
        context = self.contexts.get(task.submission.folder)
        if context is not None:
            context.forget(task.exercise)


class Engine:
    """Judges tasks in sandboxes, which it closes at its end; use it as a context manager."""

    def __init__(self, sandboxes: Sequence[Sandbox], options: Options = Options()) -> None:
        """Take over sandboxes, at least one; they may still be being set up."""
        self.options = options
        self._places: list[_Place] = []
        for sandbox in sandboxes:
            build_dir = BuildDir(sandbox)
            self._places.append(
                _Place(sandbox, build_dir, References(sandbox, build_dir, options.observe, options.beside_reference))
            )

    def judge(self, task: Task) -> Verdict:
        """Return one verdict. Whatever fails in the suite itself is raised."""
        return self._judge(self._places[0], task)

    def verdicts(self, tasks: Iterable[Task]) -> Generator[Judged]:
        """Yield a verdict for each task, as they come; where the suite itself fails, that is one too.

        Where programs share the system's network they share its ports: then one sandbox judges all of them.
        """
        programs: dict[tuple[str, str], list[Task]] = {}
        for task in tasks:
            programs.setdefault(task.program, []).append(task)
        isolations = [place.sandbox.isolation for place in self._places]  # a sandbox that cannot be set up says it here
        apart = len(programs) > 1 and all(isolation.network for isolation in isolations)
        places = self._places[: len(programs)] if apart else self._places[:1]
        if len(places) > 1:
            yield from self._side_by_side(places, list(programs.values()))
        else:
            for program in programs.values():
                yield from (self._attempt(places[0], task) for task in program)
                places[0].forget(program[0])

    def _side_by_side(self, places: Sequence[_Place], programs: Sequence[list[Task]]) -> Generator[Judged]:
        """Let each place take the next program whenever it is free."""
        free: SimpleQueue[_Place] = SimpleQueue()
        done: SimpleQueue[Judged | BaseException] = SimpleQueue()
        over = Event()
        for place in places:
            free.put(place)

        def work(program: list[Task]) -> None:
            place = free.get()
            try:
                for task in program:
                    if over.is_set():
                        return
                    done.put(self._attempt(place, task))
                place.forget(program[0])
            except BaseException as problem:  # nothing is hidden: it is raised where the verdicts are asked for
                done.put(problem)
            finally:
                free.put(place)

        with ThreadPoolExecutor(len(places)) as threads:
            for program in programs:
                threads.submit(work, program)
            left = sum(map(len, programs))
            try:
                while left:
                    found = done.get()
                    if isinstance(found, BaseException):
                        raise found
                    left -= 1
                    yield found
            finally:
                over.set()
                threads.shutdown(wait=False, cancel_futures=True)
                if left:
                    self._interrupt()

    def _interrupt(self) -> None:
        """End what is under way: nobody asks for it any more."""
        for place in self._places:
            place.sandbox.interrupt()

    def _attempt(self, place: _Place, task: Task) -> Judged:
        began = time.monotonic()
        found = self._found(place, task)
        return found._replace(seconds=time.monotonic() - began)

    def _found(self, place: _Place, task: Task) -> Judged:
        try:
            return Judged(task, self._judge(place, task))
        except Exception as failure:  # a fault of the suite's own: its traceback is kept, and nobody loses a point
            problem = Problem(
                exercise=task.exercise,
                requirement=task.test.requirement.id,
                traceback="".join(format_exception(failure)),
            )
            return Judged(task, crash(task, problem), problem)

    def _judge(self, place: _Place, task: Task) -> Verdict:
        context = place.context(task.submission, self.options)
        if task.profile is not None:  # the copy shares what was built and played
            context = replace(context, profile=task.profile)
        return judge(context, task.test, task.exercise)

    def contexts(self, submission: Submission) -> list[JudgingContext]:
        """Return where the programs of a submission were built."""
        return [place.contexts[submission.folder] for place in self._places if submission.folder in place.contexts]

    def programs(self, submission: Submission) -> dict[str, ProgramUnderTest]:
        """Return the programs of a submission that were built, by their exercises, in the order of the catalogue."""
        found = {name: one for context in self.contexts(submission) for name, one in context.programs.items()}
        return {name: found[name] for name in catalogue().exercises if name in found}

    @property
    def isolation(self) -> Isolation:
        """What is isolated; the same on each sandbox. Raises `SandboxError` where none could be set up."""
        return self._places[0].sandbox.isolation

    def sandboxes(self) -> list[Sandbox]:
        """Return the sandboxes, with those for other platforms that were set up beside them."""
        return [one for place in self._places for one in place.sandbox.sandboxes()]

    def close(self) -> None:
        """End all sandboxes, and take away what was built."""
        for place in self._places:
            place.build_dir.close()
        for place in self._places:
            place.sandbox.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def crash(task: Task, problem: Problem) -> Verdict:
    """Return the verdict where the suite itself failed: nobody loses a point."""
    requirement = task.test.requirement
    return Verdict(
        exercise=task.exercise,
        requirement=requirement.id,
        level=requirement.level,
        verdict="harness-error",
        reason=say("verdict.suite", why=problem.summary),
    )
