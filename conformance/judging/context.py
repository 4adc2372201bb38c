"""What judging has at hand: a sandbox, the submission's programs as they are built, and the reference programs."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from conformance.catalogue import Exercise, catalogue
from conformance.checks.judgement import Broken
from conformance.judging.budget import BURNT_MOST_S, Budget, LostRunError, share_of
from conformance.judging.explanations import Predicate
from conformance.judging.oracle import DIALOGUE_SERVER, Oracle
from conformance.messages import Message, say
from conformance.records.errors import BlamelessError, SandboxError
from conformance.records.notes import Departure, shown_name
from conformance.records.profiles import DEFAULT_PROFILE, Profile
from conformance.records.results import Tries
from conformance.records.run import Exited, NotStarted, Run
from conformance.records.scenario import Scenario
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import RunRequest
from conformance.scenarios.baseline import baseline_of
from conformance.submission.build import BuildDir, Built
from conformance.submission.discover import Found, Submission
from conformance.submission.references import reference_sources
from conformance.suite.registry import Check

NAMED_BY_RUNTIME: Final = frozenset({"Python", ""})
"""Languages whose runtime names its source lines; a manifest's program may be written in one of them."""
NOT_FOUND: Final = frozenset({126, 127})
"""With what a shell ends where it may not execute a command, or does not find it."""
LAST_WORDS: Final = 1_000
TRIES: Final = 10
"""How often a scenario that failed is tried in all, and the reference in it."""


@dataclass(slots=True, eq=False)
class ProgramUnderTest:
    """A built program on a sandbox; runs that were done before are not done again."""

    built: Built
    sandbox: Sandbox
    observe: bool = True
    tries: "dict[tuple[Check, Scenario], Tries]" = field(default_factory=dict)
    """How often it failed where other programs did, if it is a reference program."""
    failures: dict[tuple[Check, Predicate], Broken | None] = field(default_factory=dict)
    """How the program first breaks what a check asks, in scenarios of a kind."""
    budget: Budget = field(default_factory=Budget)
    sanitizers: str = ""
    """The compiler's command line of its build with sanitizers; nothing where there was none."""
    watched: "ProgramUnderTest | None" = None
    """The same program with its calls watched, where this one is played once more unwatched; None elsewhere."""
    departure: Departure | None = None
    """What it does otherwise when nobody watches its calls."""
    was_compared: bool = False
    """Whether that was tried."""
    oracle: Oracle | None = None
    """Says what it owes its clients, where the exercise is a dialogue."""
    _unwatched: "ProgramUnderTest | None" = None
    _runs: dict[Scenario, Run] = field(default_factory=dict)

    def run(self, scenario: Scenario) -> Run:
        """Return the program's run in a scenario."""
        if scenario not in self._runs:
            self._runs[scenario] = self.run_anew(scenario)
        return self._runs[scenario]

    @property
    def unwatched(self) -> "ProgramUnderTest":
        """The same program without the observer, with runs of its own."""
        if self._unwatched is None:
            self._unwatched = ProgramUnderTest(
                self.built, self.sandbox, observe=False, budget=self.budget, watched=self, oracle=self.oracle
            )
        return self._unwatched

    @property
    def under_wine(self) -> bool:
        """Whether Wine stands in for Windows when it runs."""
        return self.built.program is not None and self.built.program.platform == "winsock"

    def forget(self) -> None:
        """Forget all runs but the baseline run."""
        first = baseline_of(catalogue().exercises[self.built.exercise])
        self._runs = {scenario: run for scenario, run in self._runs.items() if scenario == first}
        if self._unwatched is not None:
            self._unwatched.forget()

    def run_anew(self, scenario: Scenario) -> Run:
        """Do a run, whether or not it was done before. See `Budget.charge` for what it raises."""
        assert self.built.program is not None
        self.budget.check()
        order = RunRequest(
            program=self.built.program,
            scenario=scenario,
            observe=self.observe,
            hasty=self.budget.hasty,
            unwatched=self.watched is not None,
        )
        return self._play(order)

    def run_with_lines(self, scenario: Scenario) -> Run | None:
        """Do a run in which the program's own runtime names its lines; None for a language that has none."""
        if self.built.program is None or self.built.language not in NAMED_BY_RUNTIME or not self.observe:
            return None
        if self.budget.is_spent:
            return None
        order = RunRequest(
            program=self.built.program, scenario=scenario, lines=f"{self.built.folder}/", hasty=self.budget.hasty
        )
        try:
            return self._play(order)
        except LostRunError:  # such a run is made for its lines alone
            return None

    def _play(self, order: RunRequest) -> Run:
        """Do a run. Raises `LostRunError` where the sandbox could not do it."""
        try:
            run = self.sandbox.run(order)
        except BlamelessError:
            raise
        except SandboxError as problem:
            self.budget.lose(order.scenario, problem)
            raise LostRunError(order.scenario, problem) from problem
        run = run if self.oracle is None else self.oracle.with_debts(run)
        return self.budget.charge(
            run, under_wine=self.under_wine, watched=self.watched is None, runtime=order.program.runtime
        )

    def cannot_start(self) -> Message | str | None:
        """Return why what a manifest starts is not there, as the system or a shell says it; None where it starts.

        A script that finds no program to start ends with 126 or 127: that is no conduct of a program to be judged.
        """
        if not self.built.by_manifest:
            return None
        match self.baseline.ending:
            case NotStarted(reason=reason):
                if isinstance(reason, Message):
                    return reason
                why = reason
            case Exited(status=status) if status in NOT_FOUND:
                why = self.baseline.output[-LAST_WORDS:].decode("utf-8", "replace").strip().rpartition("\n")[2]
            case _:
                return None
        return why.replace(f"{self.built.folder}/", "") or None

    @property
    def has_conversed(self) -> bool:
        """Whether the run in which nothing goes wrong was done already."""
        return baseline_of(catalogue().exercises[self.built.exercise]) in self._runs

    @property
    def baseline(self) -> Run:
        """The run in which nothing goes wrong."""
        assert self.built.program is not None
        return self.run(baseline_of(catalogue().exercises[self.built.exercise]))


@dataclass(slots=True)
class References:
    """The reference programs beside a sandbox, and how they did where other programs failed: known once for all.

    They are built and run where no submission's program has ever been: what fails there fails by the suite's own fault.
    """

    sandbox: Sandbox
    build_dir: BuildDir
    observe: bool = True
    doubting: bool = True
    """Whether failures are tried on them: not where they are judged themselves."""
    _programs: dict[str, ProgramUnderTest | None] = field(default_factory=dict)
    _oracles: dict[str, Oracle | None] = field(default_factory=dict)
    _builds: dict[str, Built | None] = field(default_factory=dict)

    def oracle(self, exercise: str) -> Oracle | None:
        """Return what says what is right in a dialogue; None for an exercise that is none."""
        if exercise not in self._oracles:
            one = catalogue().exercises[exercise]
            self._oracles[exercise] = self._oracle(one) if one.kind == DIALOGUE_SERVER else None
        return self._oracles[exercise]

    def _oracle(self, exercise: Exercise) -> Oracle:
        """Let the solution answer, in runs of its own."""
        built = self._built(exercise.name)
        solution = None if built is None else ProgramUnderTest(built, self.sandbox.untouched, self.observe)
        return Oracle(exercise, None if solution is None else solution.run)

    def program(self, exercise: str) -> ProgramUnderTest | None:
        """Return the reference program of an exercise: in C where a compiler is found, else in Python."""
        if exercise not in self._programs:
            self._programs[exercise] = self._build(exercise)
        return self._programs[exercise]

    def _build(self, exercise: str) -> ProgramUnderTest | None:
        built = self._built(exercise) if self.doubting else None
        if built is None:
            return None
        return ProgramUnderTest(built, self.sandbox.untouched, self.observe, oracle=self.oracle(exercise))

    def _built(self, exercise: str) -> Built | None:
        if exercise not in self._builds:
            tried = (
                self.build_dir.untouched.build(path.parent, Found(exercise, path.name))
                for path in reference_sources(exercise)
            )
            self._builds[exercise] = next((built for built in tried if built.program is not None), None)
        return self._builds[exercise]


@dataclass(slots=True)
class JudgingContext:
    """What a session of judging needs: a sandbox, the build directory, the submission's programs and the references."""

    submission: Submission
    sandbox: Sandbox
    build_dir: BuildDir
    observe: bool = True
    seed: int | None = None
    profile: Profile = DEFAULT_PROFILE
    references: References | None = None
    """Those that several contexts share; otherwise it has its own."""
    tries: int = TRIES
    """How often a scenario that failed is tried in all."""
    budget_s: float = BURNT_MOST_S
    """How long a program may compute in all its runs, in seconds beyond what is usual; all costs go by it."""
    programs: dict[str, ProgramUnderTest] = field(default_factory=dict)
    """Those of the submission that were built, by their exercises."""
    _sanitized: dict[str, ProgramUnderTest | None] = field(default_factory=dict)

    def program(self, exercise: str) -> ProgramUnderTest | None:
        """Return the submission's program of an exercise, built when first asked for; None where there is none."""
        found = self.submission.found.get(exercise)
        if found is None:
            return None
        if exercise not in self.programs:
            budget = Budget(share=share_of(len(self.submission.found), self.budget_s))
            self.programs[exercise] = ProgramUnderTest(
                self._built(found),
                self.sandbox,
                self.observe,
                budget=budget,
                oracle=self.known_references.oracle(exercise),
            )
        return self.programs[exercise]

    def _built(self, found: Found) -> Built:
        """Build a program of the submission; where the sandbox fails, it is the program's doing if it fails again.

        Raises `SandboxError` or OSError where the reference cannot be built either.
        """
        folder = Path(self.submission.folder)
        try:
            return self.build_dir.build(folder, found)
        except BlamelessError:
            raise
        except (SandboxError, OSError):
            if self.reference(found.exercise) is None:
                raise
        try:
            return self.build_dir.build(folder, found)
        except BlamelessError:
            raise
        except (SandboxError, OSError) as again:
            source = None if found.source is None else shown_name(found.source)
            return Built(found.exercise, source, None, str(folder), words=say("build.hinders", why=again))

    def sanitized(self, exercise: str) -> ProgramUnderTest | None:
        """Return the program of an exercise in a build that reports writes outside of its buffers, where it can be."""
        if exercise not in self._sanitized:
            program = self.program(exercise)
            built = self._sanitized_build(program.built) if program is not None else None
            self._sanitized[exercise] = None
            if built is not None and program is not None:
                program.sanitizers = built.compiler
                self._sanitized[exercise] = ProgramUnderTest(
                    built, self.sandbox, self.observe, budget=program.budget, oracle=program.oracle
                )
        return self._sanitized[exercise]

    def _sanitized_build(self, built: Built) -> Built | None:
        try:
            return self.build_dir.sanitized(built)
        except BlamelessError:
            raise
        except (SandboxError, OSError):  # a source may forbid such a build anyhow
            return None

    def forget(self, exercise: str) -> None:
        """Forget the runs of a program, but for the baseline run."""
        for program in (self.programs.get(exercise), self._sanitized.get(exercise)):
            if program is not None:
                program.forget()

    def cannot_run(self, exercise: str) -> Message | None:
        """Return why programs of an exercise cannot be run here; None where they can."""
        platform = catalogue().exercises[exercise].platform
        isolation = self.sandbox.of(platform).isolation
        why_not = isolation.why_not
        return say("verdict.no-wine", why=why_not) if platform != "posix" and why_not is not None else None

    def reference(self, exercise: str) -> ProgramUnderTest | None:
        """Return the reference program of an exercise: in C where a compiler is found, else in Python."""
        return self.known_references.program(exercise)

    @property
    def known_references(self) -> References:
        """The reference programs, which several contexts may share."""
        if self.references is None:
            self.references = References(self.sandbox, self.build_dir, self.observe)
        return self.references
