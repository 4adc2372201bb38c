"""What one program may cost: endless runs are counted, ended sooner, and after too many nothing more is run."""

import pytest

from conformance.judging.budget import BURNT_MOST_S, COSTS, FREE_S, MOST, Budget, SpentError, TooLongError, share_of
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


def computed(seconds: float) -> Run:
    return Run(scenario=Scenario(), ending=Waiting(), observed=True, port=9000, processor_seconds=seconds)


@pytest.mark.parametrize("programs", [1, 6, 9, 13])
def test_a_program_that_computes_for_seconds_in_each_run_is_not_run_for_ever(programs: int) -> None:
    budget, runs = Budget(share=share_of(programs)), 0
    while not budget.is_spent:
        budget.charge(computed(2.9), under_wine=False, runtime="native")
        runs += 1
    assert 5 <= runs <= 25
    assert not budget.hasty
    with pytest.raises(SpentError) as raised:
        budget.check()
    assert raised.value.why.key == "verdict.burnt"


def test_what_a_runtime_computes_costs_nothing() -> None:
    budget = Budget()
    for _ in range(1000):
        budget.charge(computed(FREE_S["managed"]), under_wine=False)
        budget.charge(computed(FREE_S["native"]), under_wine=False, runtime="native")
    assert not budget.burnt


def test_all_programs_of_a_submission_together_cost_no_more_than_some_do() -> None:
    assert share_of(0) == share_of(1) == share_of(6) == 1.0
    assert 13 * share_of(13) == pytest.approx(6)


def test_who_asks_for_half_of_the_budget_gets_half() -> None:
    for programs in (1, 13):
        assert share_of(programs, BURNT_MOST_S / 2) == pytest.approx(share_of(programs) / 2)
    budget = Budget(share=share_of(1, 5.0))
    budget.charge(computed(6.5), runtime="native")
    assert budget.is_spent
