"""Judging one program against one requirement: scenarios, runs, a check, and what follows a failure."""

from typing import Final

from conformance.catalogue import catalogue, selects
from conformance.checks.common import had_conversation
from conformance.checks.judgement import Broken, Judgement, Kept
from conformance.checks.sanitizer import stays_in_its_buffers
from conformance.judging.budget import HinderedError, LostRunError, SpentError, TooLongError
from conformance.judging.case import Case
from conformance.judging.confirm import confirm, repeat
from conformance.judging.context import JudgingContext
from conformance.judging.explanations import EXPLANATIONS, Explanation, Predicate
from conformance.judging.hindrance import after_loss
from conformance.judging.unbroken import not_run, without_failure
from conformance.judging.unwatched import departure
from conformance.messages import Message, say
from conformance.records.errors import SandboxError
from conformance.records.results import COUNTS_AGAINST, Verdict, VerdictName
from conformance.records.scenario import Scenario
from conformance.scenarios.memory import MEMORY
from conformance.submission.discover import looked_for
from conformance.suite.registry import RequirementTest, judging_test

IN_MEMORY: Final = "robust.no-crash"
"""The requirement that is judged on the build with sanitizers too."""


def judge(
    context: JudgingContext,
    test: RequirementTest,
    exercise: str,
    scenario: Scenario | None = None,
    *,
    unwatched: bool = False,
) -> Verdict:
    """Return the verdict for one requirement and the program of one exercise.

    With a scenario it is the verdict for that one alone, tried as often as a failure is confirmed, and if asked for
    with nobody watching the program's calls. Where the sandbox fails, that is a verdict too; any other exception is a
    fault of the suite's own and is raised: the caller keeps its traceback.
    """

    def attempt() -> Verdict:
        return _attempt(context, test, exercise, scenario, unwatched=unwatched)

    try:
        return attempt()
    except LostRunError as lost:
        return after_loss(context, test.requirement, exercise, lost, attempt)


def _attempt(
    context: JudgingContext, test: RequirementTest, exercise: str, scenario: Scenario | None, *, unwatched: bool
) -> Verdict:
    """Judge as far as the sandbox can. Raises `LostRunError` where it could not do a run of the program."""

    def verdict(name: VerdictName, reason: Message) -> Verdict:
        asked = test.requirement
        return Verdict(exercise=exercise, requirement=asked.id, level=asked.level, verdict=name, reason=reason)

    try:
        program = context.program(exercise)
        if program is None:
            return verdict("not-implemented", looked_for(catalogue().exercises[exercise]))
        if (why := context.cannot_run(exercise)) is not None:
            return verdict("not-observed", why)
        if program.built.program is None:
            return verdict("not-implemented", say("verdict.not-built", why=program.built.reason))
        if (reason := program.cannot_start()) is not None:
            return verdict("not-implemented", say("verdict.not-started", why=reason))
        case = Case(context, test, program)
        return _judged(case, scenario) if not unwatched else _judge_build(case.of(test, program.unwatched), scenario)
    except TooLongError:
        return verdict("not-observed", say("verdict.too-long"))
    except HinderedError as problem:
        return verdict("failed", say("verdict.hinders", why=problem.problem))
    except SpentError as problem:
        return verdict("not-run", problem.why)
    except SandboxError as problem:
        return verdict("harness-error", say("verdict.stage", why=problem))


def _judged(case: Case, scenario: Scenario | None) -> Verdict:
    """Judge a program that can be started; one that does not crash in its build with sanitizers too."""
    found = _judge_build(case, scenario)
    if scenario is None and found.verdict == "passed" and departure(case) is not None:
        found = _judged_unwatched(case, found)
    if found.verdict != "passed" or case.test.requirement.id != IN_MEMORY:
        return found
    family, program = MEMORY.get(case.exercise.kind), case.context.sanitized(case.exercise.name)
    if family is None or program is None:
        return found
    test = case.test._replace(family=family, check=lambda run, _: stays_in_its_buffers(run))
    reported = _judge_build(case.of(test, program), scenario)
    # where even the baseline run fails with sanitizers alone, these do not run on this machine: nothing follows
    return reported if reported.verdict in COUNTS_AGAINST - {"not-run"} else found


def _judged_unwatched(case: Case, found: Verdict) -> Verdict:
    """Judge a program that does something else when nobody watches by what it does then, as far as that can be seen."""
    if case.test.needs_trace:
        return found
    try:
        unwatched = _judge_build(case.of(case.test, case.program.unwatched), None)
    except TooLongError:
        return found
    return unwatched if unwatched.verdict in COUNTS_AGAINST else found


def _judge_build(case: Case, scenario: Scenario | None) -> Verdict:
    if not case.can_be_played:
        return not_run(case)
    return _all_scenarios(case) if scenario is None else _one_scenario(case, scenario)


def _all_scenarios(case: Case) -> Verdict:
    """Judge the scenarios of the family, up to the first that breaks the program, and search for more if asked."""
    judgements: list[Judgement] = []
    explained: Explanation | None = None
    unsteady: Verdict | None = None
    for scenario in case.scenarios:
        judgement = case.judge(case.program.run(scenario))
        if isinstance(judgement, Broken):
            explained = _explained(case, scenario, judgement)
            if explained is None:
                confirmed = confirm(case, repeat(case, scenario))
                if confirmed.verdict != "unsteady":
                    return confirmed
                unsteady = unsteady or confirmed  # what fails now and then here may fail each time in another one
            elif explained.always:
                break
        judgements.append(judgement)
    if unsteady is not None:
        return unsteady
    if explained is not None:
        return _say_explained(case, explained)
    return _searched(case) or without_failure(case, judgements)


def _one_scenario(case: Case, scenario: Scenario) -> Verdict:
    """Judge one scenario: passed only where no try fails, and each can tell."""
    repeats = repeat(case, scenario)
    if repeats.failures:
        return confirm(case, repeats)
    unsure = [judgement for judgement in repeats.judgements if not isinstance(judgement, Kept)]
    return without_failure(case, unsure or repeats.judgements)


# ---------------------------------------------------------------- one slip, one requirement


def _explained(case: Case, scenario: Scenario, broken: Broken) -> Explanation | None:
    """Return what explains a failure; None where nothing does."""
    known = EXPLANATIONS.get(case.test.requirement.id, ())
    return next((one for one in known if _explains(one, case, scenario, broken)), None)


def _explains(one: Explanation, case: Case, scenario: Scenario, broken: Broken) -> bool:
    if one.only and not selects(one.only, case.exercise):
        return False
    if not one.own(scenario) or (one.if_silent and had_conversation(case.program.baseline)):
        return False
    other = judging_test(one.requirement, case.exercise.name)
    seen = first_failure(case.of(other), one.its) if other is not None else None
    return seen is not None and (not one.if_same or seen.seen == broken.seen)


def first_failure(case: Case, kind: Predicate) -> Broken | None:
    """Return how the program breaks the requirement in the first scenario of a kind that shows it."""
    known, asked = case.program.failures, (case.test.check, kind)
    if asked not in known:
        judged = (case.judge(case.program.run(one)) for one in case.scenarios if kind(one))
        known[asked] = next((one for one in judged if isinstance(one, Broken)), None)
    return known[asked]


def _say_explained(case: Case, explanation: Explanation) -> Verdict:
    return case.verdict("not-applicable", say("verdict.explained", id=explanation.requirement))


# ---------------------------------------------------------------- search


def _searched(case: Case) -> Verdict | None:
    """Let Hypothesis look for a scenario that breaks the program, if asked; None where it finds nothing."""
    family, oracle = case.test.family, case.program.oracle
    if case.context.seed is None or not family.can_be_searched(case.exercise) or case.program.watched is not None:
        return None
    if oracle is not None and not oracle.knows_all:  # to what is drawn, nobody could say what is right
        return None
    from conformance.judging.search import smallest  # brings Hypothesis

    def breaks(scenario: Scenario) -> bool:
        return isinstance(case.judge(case.program.run(scenario)), Broken)

    scenario = smallest(family, breaks, case.context.seed, case.exercise)
    judgement = case.judge(case.program.run(scenario)) if scenario is not None else None
    if scenario is None or not isinstance(judgement, Broken):
        return None
    explanation = _explained(case, scenario, judgement)
    return confirm(case, repeat(case, scenario)) if explanation is None else _say_explained(case, explanation)
