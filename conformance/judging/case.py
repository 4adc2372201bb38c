"""A case: one requirement and one program, and what each part of judging asks of them."""

from dataclasses import dataclass
from typing import Final, Self

from conformance.catalogue import Exercise, catalogue
from conformance.checks.common import had_conversation
from conformance.checks.deviations import discount_deviations
from conformance.checks.judgement import Judgement
from conformance.judging.context import JudgingContext, ProgramUnderTest
from conformance.messages import Message
from conformance.model.tls_libraries import tls_library
from conformance.records.profiles import Profile
from conformance.records.results import Evidence, Verdict, VerdictName
from conformance.records.run import Run
from conformance.records.scenario import Accept, Await, Connect, Echo, End, Scenario, Send
from conformance.scenarios.fitting import fitted
from conformance.suite.registry import RequirementTest

LIKE_ANY_OTHER: Final = (Accept, Await, Connect, Echo, End, Send)
"""Steps whose effect does not depend on who comes first: after a reset it is chance what the other end still gets."""
LARGEST_COMPARED: Final = 1 << 16
"""Bytes: what takes long would take as long again."""


def can_be_compared(scenario: Scenario) -> bool:
    """Tell whether an untraced run has to show the same: nothing is made to fail, and there is one peer, who reads.

    Of several clients at once, the order in which they are served may be another one.
    """
    steps = scenario.steps
    return (
        not scenario.faults
        and not scenario.start.terminal
        and scenario.given <= LARGEST_COMPARED
        and all(isinstance(step, LIKE_ANY_OTHER) and step.client == 0 for step in steps)
        and not any(isinstance(step, Connect) and (step.early or step.if_room) for step in steps)
    )


def is_comparable(scenario: Scenario, watched: ProgramUnderTest) -> bool:
    """Tell the same for one program.

    No time may have been let pass for it, since unwatched that really goes by. A run that was ended at a limit comes as
    far as that limit, which is another one where calls are not counted. And who asks again and again in place of
    waiting is known to wait only by those calls: unwatched, the peer would never act.
    """
    if not can_be_compared(scenario):
        return False
    run = watched.run(scenario)
    return not run.endless and not run.spun and not run.seconds_passed


@dataclass(frozen=True, slots=True)
class Case:
    """One requirement and one program."""

    context: JudgingContext
    test: RequirementTest
    program: ProgramUnderTest

    @property
    def exercise(self) -> Exercise:
        """What the program is to do."""
        return catalogue().exercises[self.program.built.exercise]

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """What is played: nothing where it makes no sense, since not even the baseline run works.

        Unwatched, it is what a watched program plays, as far as the two can be compared.
        """
        watched = self.program.watched
        baseline = self.program.baseline if watched is None else watched.baseline
        played = self.test.family.scenarios(baseline, self._profile(baseline)) if self.can_be_played else ()
        scenarios = fitted(played, self.exercise.transport)
        return scenarios if watched is None else tuple(one for one in scenarios if is_comparable(one, watched))

    def _profile(self, baseline: Run) -> Profile:
        """Return how much is tried: over TLS less of what starts slowly."""
        profile = self.context.profile
        slow = self.exercise.transport == "tls" and tls_library(baseline.language).starts_slowly
        return profile.for_slow_starts if slow else profile

    @property
    def can_be_played(self) -> bool:
        """Whether the scenarios make sense: some do only for a program that has conversed in its baseline run."""
        return not self.test.family.needs_baseline or had_conversation(self.program.baseline)

    def judge(self, run: Run, program: ProgramUnderTest | None = None) -> Judgement:
        """Judge a run beside its control run, of the program or of another one."""
        whose = program or self.program
        control = self.test.family.control
        beside = whose.baseline if control is None else whose.run(control(run.scenario))
        judgement = self.test.judge(run, beside)
        return discount_deviations(judgement, run) if whose.under_wine else judgement

    def verdict(self, name: VerdictName, reason: Message | None = None, evidence: Evidence | None = None) -> Verdict:
        """Return a verdict on the case."""
        return Verdict(
            exercise=self.exercise.name,
            requirement=self.test.requirement.id,
            level=self.test.requirement.level,
            verdict=name,
            reason=reason,
            evidence=evidence,
        )

    def of(self, test: RequirementTest, program: ProgramUnderTest | None = None) -> Self:
        """Return the case of another requirement, or of another build of the program."""
        return type(self)(self.context, test, program or self.program)
