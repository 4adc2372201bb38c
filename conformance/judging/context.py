"""What judging has at hand: a sandbox, the submission's programs as they are built, and the reference programs."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import conformance
from conformance.catalogue import catalogue
from conformance.checks.judgement import Broken
from conformance.judging.budget import Budget
from conformance.judging.explanations import Predicate
from conformance.messages import Message, say
from conformance.records.profiles import DEFAULT_PROFILE, Profile
from conformance.records.results import Tries
from conformance.records.run import Exited, NotStarted, Run
from conformance.records.scenario import Scenario
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import RunRequest
from conformance.scenarios.baseline import baseline_of
from conformance.submission.build import BuildDir, Built
from conformance.submission.discover import Found, Submission
from conformance.suite.registry import Check

NAMED_BY_RUNTIME: Final = frozenset({"Python", ""})
"""Languages whose runtime names its source lines; a manifest's program may be written in one of them."""
NOT_FOUND: Final = frozenset({126, 127})
"""With what a shell ends where it may not execute a command, or does not find it."""
LAST_WORDS: Final = 1_000
TRIES: Final = 10
"""How often a scenario that failed is tried in all, and the reference in it."""
REFERENCES: Final = ((Path("c"), ".c"), (Path("python"), ".py"), (Path("winsock"), ".c"))


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
    _runs: dict[Scenario, Run] = field(default_factory=dict)

    def run(self, scenario: Scenario) -> Run:
        """Return the program's run in a scenario."""
        if scenario not in self._runs:
            self._runs[scenario] = self.run_anew(scenario)
        return self._runs[scenario]

    @property
    def under_wine(self) -> bool:
        """Whether Wine stands in for Windows when it runs."""
        return self.built.program is not None and self.built.program.platform == "winsock"

    def forget(self) -> None:
        """Forget all runs but the baseline run."""
        first = baseline_of(catalogue().exercises[self.built.exercise])
        self._runs = {scenario: run for scenario, run in self._runs.items() if scenario == first}

    def run_anew(self, scenario: Scenario) -> Run:
        """Do a run, whether or not it was done before. See `Budget.charge` for what it raises."""
        assert self.built.program is not None
        self.budget.check()
        order = RunRequest(program=self.built.program, scenario=scenario, observe=self.observe, hasty=self.budget.hasty)
        return self.budget.charge(self.sandbox.run(order), under_wine=self.under_wine)

    def run_with_lines(self, scenario: Scenario) -> Run | None:
        """Do a run in which the program's own runtime names its lines; None for a language that has none."""
        if self.built.program is None or self.built.language not in NAMED_BY_RUNTIME or not self.observe:
            return None
        if self.budget.is_spent:
            return None
        order = RunRequest(
            program=self.built.program, scenario=scenario, lines=f"{self.built.folder}/", hasty=self.budget.hasty
        )
        return self.budget.charge(self.sandbox.run(order), under_wine=self.under_wine)

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
    """The reference programs of a sandbox, and how they did where other programs failed: known once for all."""

    sandbox: Sandbox
    build_dir: BuildDir
    observe: bool = True
    _programs: dict[str, ProgramUnderTest | None] = field(default_factory=dict)

    def program(self, exercise: str) -> ProgramUnderTest | None:
        """Return the reference program of an exercise: in C where a compiler is found, else in Python."""
        if exercise not in self._programs:
            self._programs[exercise] = self._build(exercise)
        return self._programs[exercise]

    def _build(self, exercise: str) -> ProgramUnderTest | None:
        name = catalogue().exercises[exercise].like or exercise
        for folder, extension in REFERENCES:
            path = references() / folder / f"{name}{extension}"
            if path.is_file():
                built = self.build_dir.build(path.parent, Found(exercise, path.name))
                if built.program is not None:
                    return ProgramUnderTest(built, self.sandbox, self.observe)
        return None


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
    programs: dict[str, ProgramUnderTest] = field(default_factory=dict)
    """Those of the submission that were built, by their exercises."""
    _sanitized: dict[str, ProgramUnderTest | None] = field(default_factory=dict)

    def program(self, exercise: str) -> ProgramUnderTest | None:
        """Return the submission's program of an exercise, built when first asked for; None where there is none."""
        found = self.submission.found.get(exercise)
        if found is None:
            return None
        if exercise not in self.programs:
            self.programs[exercise] = ProgramUnderTest(
                self.build_dir.build(Path(self.submission.folder), found), self.sandbox, self.observe
            )
        return self.programs[exercise]

    def sanitized(self, exercise: str) -> ProgramUnderTest | None:
        """Return the program of an exercise in a build that reports writes outside of its buffers, where it can be."""
        if exercise not in self._sanitized:
            program = self.program(exercise)
            built = self.build_dir.sanitized(program.built) if program is not None else None
            self._sanitized[exercise] = None
            if built is not None and program is not None:
                program.sanitizers = built.compiler
                self._sanitized[exercise] = ProgramUnderTest(built, self.sandbox, self.observe, budget=program.budget)
        return self._sanitized[exercise]

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
        if self.references is None:
            self.references = References(self.sandbox, self.build_dir, self.observe)
        return self.references.program(exercise)


def references() -> Path:
    """Return the folder of the reference programs: beside the package in a checkout, inside it when installed."""
    package = Path(conformance.__file__).parent
    inside = package / "reference_impl"
    return inside if inside.is_dir() else package.parent / "reference_impl"
