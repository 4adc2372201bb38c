"""What one program may cost: endless runs are counted, ended sooner, and after too many nothing more is run."""

from contextlib import closing
from pathlib import Path

import pytest

from conformance.judging.budget import COSTS, MOST, Budget, SpentError, TooLongError
from conformance.judging.context import JudgingContext
from conformance.judging.trial import judge
from conformance.messages import say
from conformance.records.run import Busy, Exited, Run, Waiting
from conformance.records.scenario import Scenario
from conformance.sandbox.client import Sandbox
from conformance.sandbox.run_loop import RUN_LIMITS
from conformance.submission.build import BuildDir
from conformance.submission.discover import read_submission
from conformance.suite.registry import all_tests

ENDLESS = "int main(void) { while (1); }"
RUN = Sandbox.run


def ended(ending: Busy | Exited | Waiting) -> Run:
    return Run(scenario=Scenario(), ending=ending, observed=True, port=9000)


def test_only_runs_without_end_cost_anything() -> None:
    budget = Budget()
    for ending in (Waiting(), Exited(status=0), Exited(status=1)):
        budget.charge(ended(ending), under_wine=False)
    assert not budget.spent
    assert not budget.hasty


@pytest.mark.parametrize("limit", sorted(COSTS))
@pytest.mark.parametrize("under_wine", [False, True])
def test_after_as_many_as_it_may_have_nothing_more_is_run(limit: str, under_wine: bool) -> None:
    budget, runs = Budget(), 0
    while not budget.is_spent:
        budget.check()
        budget.charge(ended(Busy(limit=limit)), under_wine=under_wine)  # type: ignore[arg-type]
        runs += 1
    assert budget.endless == runs == max(-(-MOST // (COSTS[limit] * (20 if under_wine else 1))), 1)
    with pytest.raises(SpentError):
        budget.check()


def test_a_run_that_the_clock_has_ended_is_no_evidence() -> None:
    budget = Budget()
    with pytest.raises(TooLongError):
        budget.charge(ended(Busy(limit="time")), under_wine=False)
    assert budget.is_spent
    with pytest.raises(TooLongError):
        budget.check()


def test_a_program_that_goes_on_without_end_is_ended_sooner_the_next_time() -> None:
    for platform in ("posix", "winsock"):
        usual, hasty = RUN_LIMITS[platform, False], RUN_LIMITS[platform, True]
        assert hasty.calls < usual.calls
        assert hasty.processor < usual.processor
        assert hasty.output < usual.output


def test_the_rest_is_not_run_and_is_counted(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "hello_server.c").write_text(ENDLESS)
    tests = [test for test in all_tests() if test.concerns("hello_server")]
    with closing(BuildDir(sandbox)) as build_dir:
        context = JudgingContext(read_submission(tmp_path), sandbox, build_dir)
        program = context.program("hello_server")
        assert program is not None
        program.budget.spent = MOST - COSTS["processor time"]
        found = [judge(context, test, "hello_server") for test in tests]
    assert program.budget.endless == 1
    assert len(found) == len(tests)
    assert not {"passed", "harness-error"} & {one.verdict for one in found}
    assert say("verdict.spent", count=1) in {one.reason for one in found}


def test_nothing_is_said_of_a_program_whose_run_the_clock_has_ended(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hello_server.c").write_text(ENDLESS)
    tests = [test for test in all_tests() if test.concerns("hello_server")]
    monkeypatch.setattr(
        Sandbox, "run", lambda _, order: ended(Busy(limit="time")) if not order.build else RUN(sandbox, order)
    )
    with closing(BuildDir(sandbox)) as build_dir:
        context = JudgingContext(read_submission(tmp_path), sandbox, build_dir)
        found = [judge(context, test, "hello_server") for test in tests]
    assert {(one.verdict, one.reason) for one in found} == {("not-observed", say("verdict.too-long"))}
