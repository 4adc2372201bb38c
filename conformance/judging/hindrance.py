"""Runs that the sandbox could not do: charged to the program where the reference gets through and it does it again.

A program may end the process that follows it, block it, or leave it what it cannot pass on. So a failure of the
sandbox is the suite's own fault only where the reference program meets it too, in the same scenario, and in a sandbox
where no submission's program has ever been. Else the requirement is judged once more: what fails again, or by another
run, has failed. A failure that does not come again is admitted as the suite's own, once for each program.
"""

from collections.abc import Callable

from conformance.catalogue import Requirement
from conformance.judging.budget import Budget, LostRunError
from conformance.judging.context import JudgingContext
from conformance.messages import Message, say
from conformance.records.errors import BlamelessError, SandboxError
from conformance.records.results import COUNTS_AGAINST, Verdict, VerdictName


def after_loss(
    context: JudgingContext, requirement: Requirement, exercise: str, lost: LostRunError, again: Callable[[], Verdict]
) -> Verdict:
    """Return the verdict after a run was lost; `again` judges the requirement once more, as far as that goes."""

    def verdict(name: VerdictName, reason: Message) -> Verdict:
        return Verdict(
            exercise=exercise, requirement=requirement.id, level=requirement.level, verdict=name, reason=reason
        )

    program = context.program(exercise)
    assert program is not None
    before = len(program.budget.lost)
    try:
        if not _reference_gets_through(context, exercise, lost):
            return verdict("harness-error", say("verdict.stage", why=lost.problem))
        found = again()
    except LostRunError as twice:
        if not _reference_gets_through(context, exercise, twice):
            return verdict("harness-error", say("verdict.stage", why=twice.problem))
        return verdict("failed", _charged(program.budget, twice.problem))
    if found.verdict in COUNTS_AGAINST:
        return found
    if before > 1:
        return verdict("failed", _charged(program.budget, lost.problem))
    return verdict("harness-error", say("verdict.stage", why=lost.problem))


def _charged(budget: Budget, why: SandboxError) -> Message:
    budget.hinders = True
    return say("verdict.hinders", why=why)


def _reference_gets_through(context: JudgingContext, exercise: str, lost: LostRunError) -> bool:
    """Tell whether the reference program's run in the same scenario can be done; no, where there is no reference."""
    try:
        reference = context.reference(exercise)
        if reference is None:
            return False
        reference.run(lost.scenario)
    except BlamelessError:
        raise
    except (LostRunError, SandboxError):
        return False
    return True
