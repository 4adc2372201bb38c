"""What one program may cost: endless runs are counted, ended sooner, and after too many nothing more is run."""

import pytest

from conformance.judging.budget import COSTS, MOST, Budget, SpentError, TooLongError
from conformance.records.run import Busy, Exited, Run, Waiting
from conformance.records.scenario import Scenario
from conformance.sandbox.run_loop import RUN_LIMITS


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
