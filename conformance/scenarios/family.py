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
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from conformance.stage.script import Run, Scenario

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from conformance.scenarios.clients import Clients

FIXED_FILE: Final = "fixed.json"
ProfileName = Literal["quick", "default", "thorough"]


@dataclass(frozen=True, slots=True)
class Profile:
    """How much is tried for each requirement."""

    name: ProfileName
    drawn: int
    """How many scenarios of a fixed set, the simplest first."""
    derived: int
    """How many of those that follow from the undisturbed run, spread over all of them."""
    heavy: bool = False
    """Whether the scenarios that take seconds are played too."""


PROFILES: Final[dict[str, Profile]] = {
    one.name: one
    for one in (Profile("quick", 4, 6), Profile("default", 12, 1000), Profile("thorough", 1000, 1000, heavy=True))
}
DEFAULT: Final = PROFILES["default"]


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of scenario."""

    name: str
    strategy: "Callable[[], SearchStrategy[Scenario]] | None" = None
    """Draws one."""
    machine: "Callable[[], type[Clients]] | None" = None
    """Draws one step by step: a machine whose `scenario` is what its rules have put together."""
    derive: Callable[[Run], tuple[Scenario, ...]] | None = None
    """Enumerates them from the undisturbed run."""
    heavy: Callable[[Run], tuple[Scenario, ...]] = lambda _: ()
    """Those that take seconds."""
    bearable: Callable[[Scenario, Run], bool] = lambda *_: True
    """Tells of a scenario of the fixed set whether a program can play it in a bearable number of calls."""
    from_base: bool = True
    """Whether it makes sense only for programs whose undisturbed conversation works."""
    beside: Callable[[Scenario], Scenario] | None = None
    """The scenario whose run stands beside a run for comparison; None for the undisturbed one."""
    none: str = "failure.not-reached"
    """Where no scenario follows from the undisturbed run: why, as a key of the words."""

    @property
    def drawn(self) -> bool:
        """Whether its scenarios are drawn, so that there is a fixed set, and a search for more."""
        return self.strategy is not None or self.machine is not None

    def scenarios(self, undisturbed: Run, profile: Profile = DEFAULT) -> tuple[Scenario, ...]:
        """Return the scenarios that a profile plays, the simplest first."""
        if self.derive is None:
            first = fixed()[self.name][: profile.drawn]
            return tuple(scenario for scenario in first if self.bearable(scenario, undisturbed))
        heavy = self.heavy(undisturbed) if profile.heavy else ()
        return (*spread(self.derive(undisturbed), profile.derived), *heavy)


def spread(scenarios: Sequence[Scenario], count: int) -> tuple[Scenario, ...]:
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
