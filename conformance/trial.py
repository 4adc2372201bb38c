"""Judging one program against one requirement: scenarios, runs, a check, and the doubt that follows a failure."""

import inspect
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from conformance.catalogue import Requirement, catalogue
from conformance.checks.common import conversed
from conformance.checks.deviations import as_on_windows, deviation, not_on_windows
from conformance.evidence import ending_in_words, evidence
from conformance.grading.build import Built, Workshop
from conformance.grading.submission import Found, Submission, looked_for
from conformance.judgement import Broken, Judgement, Kept, NotApplicable, NotObserved
from conformance.reporting.results import Tries, Verdict, VerdictName
from conformance.scenarios.failing import NO_ARGUMENTS, NOBODY_LISTENS, PORT_TAKEN
from conformance.scenarios.family import DEFAULT, Family, Profile
from conformance.scenarios.undisturbed import undisturbed_of
from conformance.stage.handle import Stage, StageError
from conformance.stage.script import Order, Run, Scenario
from conformance.words import say

TRIES: Final = 10
"""How often a scenario that failed is tried in all, and the reference in it."""
TRIES_OF_ENDLESS: Final = 2
NOT_TO_CONVERSE: Final = frozenset({NO_ARGUMENTS, NOBODY_LISTENS, PORT_TAKEN})
"""Families in which no conversation takes place, so that a program which never holds one is judged all the same."""
REFERENCES: Final = ((Path("c"), ".c"), (Path("python"), ".py"), (Path("winsock"), ".c"))


class HarnessError(Exception):
    """The suite itself failed."""


@dataclass(slots=True, eq=False)
class Subject:
    """A built program on a stage; runs that were done before are not done again."""

    built: Built
    stage: Stage
    observe: bool = True
    tries: "dict[tuple[Check, Scenario], Tries]" = field(default_factory=dict)
    """How often it failed where other programs did, if it is a reference program."""
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

    def run_anew(self, scenario: Scenario) -> Run:
        """Do a run, whether or not it was done before."""
        assert self.built.program is not None
        return self.stage.run(Order(self.built.program, scenario, observe=self.observe))

    @property
    def has_conversed(self) -> bool:
        """Whether the run in which nothing goes wrong was done already."""
        return undisturbed_of(catalogue().exercises[self.built.exercise]) in self._runs

    @property
    def undisturbed(self) -> Run:
        """The run in which nothing goes wrong."""
        assert self.built.program is not None
        return self.run(undisturbed_of(catalogue().exercises[self.built.exercise]))


Check = Callable[..., Judgement]
"""Reads a run, or a run and the undisturbed one beside it."""


@dataclass(slots=True)
class References:
    """The reference programs of a stage, and how they did where other programs failed: known once for all of these."""

    stage: Stage
    workshop: Workshop
    observe: bool = True
    _subjects: dict[str, Subject | None] = field(default_factory=dict)

    def program(self, exercise: str) -> Subject | None:
        """Return the reference program of an exercise: in C where a compiler is found, else in Python."""
        if exercise not in self._subjects:
            self._subjects[exercise] = self._build(exercise)
        return self._subjects[exercise]

    def _build(self, exercise: str) -> Subject | None:
        for folder, extension in REFERENCES:
            path = references() / folder / f"{exercise}{extension}"
            if path.is_file():
                built = self.workshop.build(path.parent, Found(exercise, path.name))
                if built.program is not None:
                    return Subject(built, self.stage, self.observe)
        return None


@dataclass(slots=True)
class Bench:
    """What a session of judging needs: a stage, a workshop, the submission's programs and the references."""

    submission: Submission
    stage: Stage
    workshop: Workshop
    observe: bool = True
    seed: int | None = None
    profile: Profile = DEFAULT
    ahead: "Callable[[str, Check], Verdict] | None" = None
    """Knows the verdict of a check on the program of an exercise, where it is judged elsewhere already."""
    references: References | None = None
    """Those that several benches share; otherwise it has its own."""
    tries: int = TRIES
    """How often a scenario that failed is tried in all."""
    _subjects: dict[str, Subject] = field(default_factory=dict)

    def subject(self, exercise: str) -> Subject | None:
        """Return the submission's program of an exercise, built when first asked for; None where there is none."""
        found = self.submission.found.get(exercise)
        if found is None:
            return None
        if exercise not in self._subjects:
            self._subjects[exercise] = Subject(
                self.workshop.build(Path(self.submission.folder), found), self.stage, self.observe
            )
        return self._subjects[exercise]

    def judged(self, exercise: str) -> Subject | None:
        """Return the submission's program of an exercise, if it was started and its calls were observed."""
        subject = self._subjects.get(exercise)
        return subject if subject is not None and subject.has_conversed and subject.undisturbed.observed else None

    def cannot_run(self, exercise: str) -> str | None:
        """Return why programs of an exercise cannot be run here; None where they can."""
        platform = catalogue().exercises[exercise].platform
        isolation = self.stage.of(platform).isolation
        return say("verdict.no-wine", why=isolation.why_not) if platform != "posix" and isolation.why_not else None

    def reference(self, exercise: str) -> Subject | None:
        """Return the reference program of an exercise: in C where a compiler is found, else in Python."""
        if self.references is None:
            self.references = References(self.stage, self.workshop, self.observe)
        return self.references.program(exercise)

    def built(self) -> list[Built]:
        """Return what became of the programs that were asked for."""
        return [subject.built for subject in self._subjects.values()]


def references() -> Path:
    """Return the folder of the reference programs: beside the package in a checkout, inside it when installed."""
    inside = Path(__file__).parent / "reference_impl"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "reference_impl"


def judge(
    bench: Bench,
    requirement: Requirement,
    exercise: str,
    family: Family,
    check: Check,
    scenario: Scenario | None = None,
) -> Verdict:
    """Return the verdict for one requirement and the program of one exercise.

    With a scenario it is the verdict for that one alone, tried as often as a failure is doubted.
    """
    if bench.ahead is not None and scenario is None:
        return bench.ahead(exercise, check)
    subject = bench.subject(exercise)

    def verdict(name: VerdictName, reason: str = "") -> Verdict:
        return Verdict(exercise, requirement.id, requirement.level, name, reason)

    if subject is None:
        return verdict("not-implemented", looked_for(catalogue().exercises[exercise]))
    if (why := bench.cannot_run(exercise)) is not None:
        return verdict("not-observed", why)
    if subject.built.program is None:
        return verdict(
            "not-implemented", say("verdict.not-built", why=subject.built.words.strip().split("\n")[0][:200])
        )
    try:
        trial = _Trial(bench, requirement, exercise, subject, family, check)
        return trial.verdict() if scenario is None else trial.again(scenario)
    except StageError as problem:
        return verdict("harness-error", say("verdict.stage", why=problem))
    except Exception as problem:  # a fault of the suite's own costs nobody a point, and not the rest of the check
        return verdict("harness-error", say("verdict.stage", why=repr(problem)))


@dataclass(slots=True)
class _Trial:
    bench: Bench
    requirement: Requirement
    exercise: str
    subject: Subject
    family: Family
    check: Check

    def verdict(self) -> Verdict:
        """Judge the scenarios of the family, up to the first that breaks the program, and search for more if asked."""
        if not self._has_base():
            return self._not_run()
        judgements = []
        for scenario in self.family.scenarios(self.subject.undisturbed, self.bench.profile):
            judgement = self._judge(self.subject, self.subject.run(scenario))
            if isinstance(judgement, Broken):
                return self._doubt(self._try(self.subject, scenario))
            judgements.append(judgement)
        found = self._search() if self.bench.seed is not None and self.family.drawn else None
        return self._without_failure(judgements) if found is None else self._doubt(self._try(self.subject, found))

    def again(self, scenario: Scenario) -> Verdict:
        """Judge one scenario, as often as a failure is doubted: passed only where no try fails, and each can tell."""
        if not self._has_base():
            return self._not_run()
        tried = self._try(self.subject, scenario)
        if tried.failures:
            return self._doubt(tried)
        unsure = [judgement for judgement in tried.judgements if not isinstance(judgement, Kept)]
        return self._without_failure(unsure or tried.judgements)

    def _has_base(self) -> bool:
        return not self.family.from_base or conversed(self.subject.undisturbed)

    def _not_run(self) -> Verdict:
        found = deviation(self.subject.undisturbed) if self.subject.under_wine else None
        if found is not None:
            return self._say("not-applicable", not_on_windows(found).reason)
        alone = catalogue().exercises[self.exercise].role == "alone"
        none = say("conversation.nothing-done" if alone else "conversation.none")
        why = f"{none}; {ending_in_words(self.subject.undisturbed)}"
        return self._say("not-run", say("verdict.not-run", why=why))

    def _without_failure(self, judgements: Sequence[Judgement]) -> Verdict:
        if any(isinstance(judgement, NotObserved) for judgement in judgements) or not (
            judgements or self.subject.undisturbed.observed
        ):
            return self._say(
                "not-observed",
                say(
                    "verdict.no-trace",
                    why=self.bench.stage.of(catalogue().exercises[self.exercise].platform).isolation.why_not,
                ),
            )
        reasons = [judgement.reason for judgement in judgements if isinstance(judgement, NotApplicable)]
        if len(reasons) == len(judgements):
            return self._say("not-applicable", reasons[0] if reasons else say(self.family.none))
        return self._say("passed") if self._did_something() else self._not_run()

    def _did_something(self) -> bool:
        """Tell whether it can be said that a requirement is kept: a program that does nothing breaks nothing either."""
        return self.family in NOT_TO_CONVERSE or conversed(self.subject.undisturbed)

    def _judge(self, subject: Subject, run: Run) -> Judgement:
        judgement = self._check(subject, run)
        return as_on_windows(judgement, run) if subject.under_wine else judgement

    def _check(self, subject: Subject, run: Run) -> Judgement:
        if len(inspect.signature(self.check).parameters) == 1:
            return self.check(run)
        beside = self.family.beside
        return self.check(run, subject.undisturbed if beside is None else subject.run(beside(run.scenario)))

    def _say(self, name: VerdictName, reason: str = "") -> Verdict:
        return Verdict(self.exercise, self.requirement.id, self.requirement.level, name, reason)

    # -------------------------------------------------------------- doubt

    def _doubt(self, tried: "_Tried") -> Verdict:
        """Say a failure aloud that was tried again, unless the reference fails in the same scenario too."""
        run, broken = tried.failures[0]
        beside = self._reference_tries(run.scenario)
        if beside is not None and beside.failed:
            return self._say("harness-error", say("verdict.reference-fails"))
        tries = tried.tries
        shown = evidence(run, broken, self.subject.built.folder, (tries, beside), self._repeat())
        name: VerdictName = "unsteady" if tries.failed < tries.tried else _how_it_failed(run)
        return Verdict(self.exercise, self.requirement.id, self.requirement.level, name, broken.seen, shown)

    def _reference_tries(self, scenario: Scenario) -> Tries | None:
        """Try the reference program in a scenario, once for all programs of a session; None where there is none."""
        reference = self.bench.reference(self.exercise)
        if reference is None:
            return None
        known = reference.tries
        if (self.check, scenario) not in known:
            known[self.check, scenario] = self._try(reference, scenario).tries
        return known[self.check, scenario]

    def _try(self, subject: Subject, scenario: Scenario) -> "_Tried":
        """Run a scenario several times in all, fewer where each time lasts to a limit."""
        first = subject.run(scenario)
        times = TRIES_OF_ENDLESS if first.endless else self.bench.tries
        runs = [first, *(subject.run_anew(scenario) for _ in range(times - 1))]
        return _Tried(runs, [self._judge(subject, run) for run in runs])

    def _repeat(self) -> str:
        seed = f" --seed {self.bench.seed}" if self.bench.seed is not None else ""
        chosen = f"--exercise {self.exercise} --requirement {self.requirement.id}"
        return f"offhook check {shlex.quote(self.bench.submission.folder)} {chosen}{seed}"

    # -------------------------------------------------------------- search

    def _search(self) -> Scenario | None:
        """Let Hypothesis look for a scenario that breaks the program, and shrink it."""
        from conformance.search import smallest

        assert self.bench.seed is not None

        def breaks(scenario: Scenario) -> bool:
            return isinstance(self._judge(self.subject, self.subject.run(scenario)), Broken)

        scenario = smallest(self.family, breaks, self.bench.seed)
        return scenario if scenario is not None and breaks(scenario) else None


class _Tried(NamedTuple):
    """A scenario that was tried several times."""

    runs: list[Run]
    judgements: list[Judgement]

    @property
    def failures(self) -> list[tuple[Run, Broken]]:
        """The runs that break the requirement, and how."""
        pairs = zip(self.runs, self.judgements, strict=True)
        return [(run, judgement) for run, judgement in pairs if isinstance(judgement, Broken)]

    @property
    def tries(self) -> Tries:
        """How many broke it, of how many."""
        return Tries(len(self.failures), len(self.runs))


def _how_it_failed(run: Run) -> VerdictName:
    return "crashed" if run.crashed else "hung" if run.endless else "failed"
