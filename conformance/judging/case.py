"""A case: one requirement and one program, and what each part of judging asks of them."""

from dataclasses import dataclass
from typing import Self

from conformance.catalogue import Exercise, catalogue
from conformance.checks.common import had_conversation
from conformance.checks.deviations import discount_deviations
from conformance.checks.judgement import Judgement
from conformance.judging.context import JudgingContext, ProgramUnderTest
from conformance.messages import Message
from conformance.records.results import Evidence, Verdict, VerdictName
from conformance.records.run import Run
from conformance.records.scenario import Scenario
from conformance.suite.registry import RequirementTest


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
        """What is played: nothing where it makes no sense, since not even the baseline run works."""
        return self.test.family.scenarios(self.program.baseline, self.context.profile) if self.can_be_played else ()

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
