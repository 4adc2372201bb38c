"""A family is one kind of scenario; the fixed sets of the drawn ones are data in this package.

What Hypothesis draws changes with its version, and the same submission must get the same verdicts: so what is judged by
default was drawn once and is kept. A search draws anew.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import ceil
from typing import TYPE_CHECKING, Final

import msgspec

from conformance.records.profiles import DEFAULT_PROFILE, Profile
from conformance.records.run import Run
from conformance.records.scenario import Scenario

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from conformance.catalogue import Exercise
    from conformance.scenarios.client_machine import Clients

FIXED_FILE: Final = "fixed.json"


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of scenario."""

    name: str
    strategy: "Callable[[], SearchStrategy[Scenario]] | None" = None
    """Draws one."""
    machine: "Callable[[], type[Clients]] | None" = None
    """Draws one step by step: a machine whose `scenario` is what its rules have put together."""
    asking: "Callable[[Exercise, SearchStrategy[bytes]], SearchStrategy[Scenario]] | None" = None
    """Draws one from requests, where the exercise has a strategy for these."""
    derive: Callable[[Run], tuple[Scenario, ...]] | None = None
    """Enumerates them from the baseline run."""
    heavy: Callable[[Run], tuple[Scenario, ...]] = lambda _: ()
    """Those that take seconds."""
    feasible: Callable[[Scenario, Run], bool] = lambda *_: True
    """Tells of a scenario of the fixed set whether a program can play it in a reasonable number of calls."""
    expects_conversation: bool = True
    """Whether the program must have conversed for its verdict: a program that never does keeps what is judged of it."""
    needs_baseline: bool = True
    """Whether it makes sense only for programs whose baseline conversation works."""
    control: Callable[[Scenario], Scenario] | None = None
    """The scenario whose run stands beside a run for comparison; None for the baseline one."""
    empty_reason: str = "failure.not-reached"
    """Where no scenario follows from the baseline run: why, as a key of the words."""

    def can_be_searched(self, exercise: "Exercise") -> bool:
        """Tell whether further scenarios can be drawn for an exercise."""
        return self.strategy is not None or self.machine is not None or bool(self.asking and exercise.requests)

    def scenarios(self, baseline: Run, profile: Profile = DEFAULT_PROFILE) -> tuple[Scenario, ...]:
        """Return the scenarios that a profile plays, the simplest first."""
        if self.derive is None:
            first = fixed()[self.name][: profile.drawn]
            return tuple(scenario for scenario in first if self.feasible(scenario, baseline))
        heavy = self.heavy(baseline) if profile.heavy else ()
        return (*sample_evenly(self.derive(baseline), profile.derived), *heavy)


def sample_evenly(scenarios: Sequence[Scenario], count: int) -> tuple[Scenario, ...]:
    """Return at most so many, evenly over all of them, and the first among them."""
    return tuple(scenarios[:: ceil(len(scenarios) / count)]) if scenarios else ()


@cache
def fixed() -> dict[str, tuple[Scenario, ...]]:
    """Load the fixed sets."""
    return msgspec.json.decode(_fixed_text(), type=dict[str, tuple[Scenario, ...]])


def digest() -> str:
    """Return a hash of the fixed sets, as results name it."""
    return hashlib.sha256(_fixed_text()).hexdigest()[:16]


def _fixed_text() -> bytes:
    return resources.files(__package__).joinpath(FIXED_FILE).read_bytes()
