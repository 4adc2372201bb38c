"""What is said where nothing failed: that it is kept, or why that cannot be said."""

from collections.abc import Sequence

from conformance.checks.common import had_conversation
from conformance.checks.deviations import deviation, not_on_windows
from conformance.checks.judgement import Judgement, NotApplicable, NotObserved
from conformance.judging.case import Case
from conformance.messages import Message, say
from conformance.records.results import Verdict
from conformance.records.run import FOUND, described_ending


def without_failure(case: Case, judgements: Sequence[Judgement]) -> Verdict:
    """Return the verdict where no run broke the requirement."""
    baseline = case.program.baseline
    if any(isinstance(one, NotObserved) for one in judgements) or not (judgements or baseline.observed):
        return case.verdict("not-observed", say("verdict.no-trace", why=_why_not_observed(case)))
    reasons = [judgement.reason for judgement in judgements if isinstance(judgement, NotApplicable)]
    conversed = had_conversation(baseline)
    if len(reasons) == len(judgements):
        why = reasons[0] if reasons else say(case.test.family.empty_reason)
        return case.verdict("not-applicable", why) if conversed else not_run(case)
    # a program that does nothing breaks nothing either: that it keeps the requirement cannot be said
    return not_run(case) if case.test.family.expects_conversation and not conversed else case.verdict("passed")


def not_run(case: Case) -> Verdict:
    """Return the verdict on a program whose baseline run failed already: one slip costs one requirement."""
    baseline = case.program.baseline
    found = deviation(baseline) if case.program.under_wine else None
    if found is not None:
        return case.verdict("not-applicable", not_on_windows(found).reason)
    alone, met = case.exercise.role == "alone", any(map(baseline.happened, FOUND))
    none = say("conversation.nothing-done" if alone else "conversation.silent" if met else "conversation.none")
    why = say("joined.ending", seen=none, ending=described_ending(baseline.ending))
    if case.program.watched is not None:
        why = say("unwatched.seen", seen=why)
    return case.verdict("not-run", say("verdict.not-run", why=why))


def _why_not_observed(case: Case) -> Message:
    isolation = case.context.sandbox.of(case.exercise.platform).isolation
    return isolation.why_not or say("how.switched-off")
