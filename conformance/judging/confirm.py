"""Confirming a failure: it is tried again, and on the reference program too, before anybody is told of it."""

from typing import Final, NamedTuple

from msgspec import structs

from conformance.catalogue import layers
from conformance.checks.judgement import Broken, Judgement
from conformance.judging.case import Case
from conformance.judging.context import ProgramUnderTest
from conformance.judging.evidence import evidence
from conformance.messages import say
from conformance.records.notes import quoted_word
from conformance.records.results import Tries, Verdict, VerdictName
from conformance.records.run import Run
from conformance.records.scenario import Scenario

TRIES_OF_ENDLESS: Final = 2
"""A run that lasts to a limit is long: it is tried no more often."""


class Repeats(NamedTuple):
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
        return Tries(failed=len(self.failures), tried=len(self.runs))


def repeat(case: Case, scenario: Scenario, program: ProgramUnderTest | None = None) -> Repeats:
    """Run a scenario several times in all, fewer where each time lasts to a limit; of the program or of another one."""
    whose = program or case.program
    first = whose.run(scenario)
    times = TRIES_OF_ENDLESS if first.endless else case.context.tries
    runs = [first]
    while len(runs) < times and not whose.budget.is_spent:
        runs.append(whose.run_anew(scenario))
    return Repeats(runs, [case.judge(run, whose) for run in runs])


def confirm(case: Case, repeats: Repeats) -> Verdict:
    """Return the verdict on a failure that was tried again; where the reference fails too, it is the suite's own."""
    run, broken = repeats.failures[0]
    reference = _reference_tries(case, run.scenario)
    if reference is not None and reference.failed:
        return case.verdict("harness-error", say("verdict.reference-fails"))
    tries = repeats.tries
    run, broken = _with_lines(case, run, broken)
    shown = evidence(run, broken, case.program.built.folder, (tries, reference), _command(case))
    if case.program.watched is not None:
        shown = structs.replace(shown, seen=say("unwatched.seen", seen=broken.seen), unwatched=True)
    unsteady = tries.failed < tries.tried
    return case.verdict("unsteady" if unsteady else how_it_failed(run, broken), shown.seen, shown)


def _with_lines(case: Case, run: Run, broken: Broken) -> tuple[Run, Broken]:
    """Return the same failure once more with its source lines, where the program's runtime names them."""
    again = case.program.run_with_lines(run.scenario)
    judgement = case.judge(again) if again is not None else None
    return (again, judgement) if again is not None and isinstance(judgement, Broken) else (run, broken)


def _reference_tries(case: Case, scenario: Scenario) -> Tries | None:
    """Try the reference program in a scenario, once for all programs of a session; None where there is none."""
    reference = case.context.reference(case.exercise.name)
    if reference is None:
        return None
    if case.program.watched is not None:
        reference = reference.unwatched
    asked = case.test.check, scenario
    if asked not in reference.tries:
        reference.tries[asked] = repeat(case, scenario, reference).tries
        reference.forget()  # how often it failed is all that is asked again
    return reference.tries[asked]


def _command(case: Case) -> str:
    """Return the command that judges only this again."""
    context, name = case.context, case.exercise.name
    found = context.submission.found[name]
    file = f"={found.source}" if found.told and found.source is not None else ""
    seed = f" --seed {context.seed}" if context.seed is not None else ""
    chosen = f"--exercise {quoted_word(name + file)} --requirement {case.test.requirement.id}"
    courses = "".join(f" --course {quoted_word(one.name)}" for one in layers()[1:])
    return f"offhook check {quoted_word(context.submission.folder)} {chosen}{seed}{courses}"


def how_it_failed(run: Run, broken: Broken) -> VerdictName:
    """A crash or a hang is the verdict only where the check speaks of the ending: wrong bytes stay wrong bytes."""
    if not broken.by_ending:
        return "failed"
    return "crashed" if run.crashed else "hung" if run.endless else "failed"
