"""Searching: Hypothesis draws scenarios until one breaks the program, and shrinks it to the smallest that does."""

from collections.abc import Callable
from typing import Final

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis.strategies import SearchStrategy

from conformance.stage.script import Scenario

EXAMPLES: Final = 200


class _BrokenError(Exception):
    """The scenario breaks the program."""


def smallest(strategy: SearchStrategy[Scenario], breaks: Callable[[Scenario], bool], seed: int) -> Scenario | None:
    """Return the smallest scenario found that breaks a program, or None. The same seed finds the same one."""
    last: list[Scenario] = []

    @seeded(seed)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    @given(strategy)
    def look(scenario: Scenario) -> None:
        if breaks(scenario):
            last.append(scenario)
            raise _BrokenError

    try:
        look()
    except _BrokenError:
        return last[-1]  # Hypothesis runs the smallest once more at the end
    return None
