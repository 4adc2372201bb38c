"""Searching: Hypothesis draws scenarios until one breaks the program, and shrinks it to the smallest that does."""

from collections.abc import Callable
from typing import Final

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis.stateful import run_state_machine_as_test
from hypothesis.strategies import SearchStrategy

from conformance.catalogue import Exercise
from conformance.judging.budget import LostRunError
from conformance.judging.course_functions import requests_strategy
from conformance.records.scenario import Scenario
from conformance.scenarios.client_machine import STEPS_AT_MOST, Clients, judging, smaller
from conformance.scenarios.family import Family

EXAMPLES: Final = 200
SETTINGS: Final = settings(
    max_examples=EXAMPLES,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
    print_blob=False,
    stateful_step_count=STEPS_AT_MOST,
)


class _BrokenError(Exception):
    """The scenario breaks the program."""


def smallest(
    family: Family, breaks: Callable[[Scenario], bool], seed: int, exercise: Exercise | None = None
) -> Scenario | None:
    """Return the smallest scenario of a family that was found to break a program of an exercise, or None.

    The same seed finds the same one. Raises `LostRunError` where a run was lost and nothing was found.
    """
    last: list[Scenario] = []
    lost: list[LostRunError] = []

    def look(scenario: Scenario) -> None:
        if not lost and broken(scenario):
            last.append(scenario)
            raise _BrokenError

    def broken(scenario: Scenario) -> bool:
        """Tell whether it breaks the program; a run that was lost ends the search, and is not taken for a find."""
        try:
            return breaks(scenario)
        except LostRunError as problem:
            lost.append(problem)
            return False

    try:
        if family.machine is not None:
            _play(family.machine(), look, seed)
        elif family.strategy is not None:
            _draw(family.strategy(), look, seed)
        elif family.asking is not None and exercise is not None:
            _draw(family.asking(exercise, requests_strategy(exercise)), look, seed)
    except _BrokenError:
        found = last[-1]  # Hypothesis runs the smallest once more at the end
        return found if family.machine is None else _left_of(found, breaks)
    if lost:
        raise lost[0]
    return None


def _draw(strategy: SearchStrategy[Scenario], look: Callable[[Scenario], None], seed: int) -> None:
    seeded(seed)(SETTINGS(given(strategy)(look)))()


def _play(machine: type[Clients], look: Callable[[Scenario], None], seed: int) -> None:
    run_state_machine_as_test(seeded(seed)(judging(machine, look)), settings=SETTINGS)


def _left_of(scenario: Scenario, breaks: Callable[[Scenario], bool]) -> Scenario:
    """Leave out of a conversation what can be spared: what Hypothesis leaves is the shortest of its own draws only."""
    for fewer in smaller(scenario):
        if breaks(fewer):
            return _left_of(fewer, breaks)
    return scenario
