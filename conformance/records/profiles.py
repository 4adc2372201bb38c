"""Profiles: how much is tried for each requirement."""

from dataclasses import dataclass
from typing import Final, Literal

ProfileName = Literal["quick", "default", "thorough"]


@dataclass(frozen=True, slots=True)
class Profile:
    """How much is tried for each requirement."""

    name: ProfileName
    drawn: int
    """How many scenarios of a fixed set, the simplest first."""
    derived: int
    """How many of those that follow from the baseline run, spread over all of them."""
    heavy: bool = False
    """Whether the scenarios that take seconds are played too."""


PROFILES: Final[dict[str, Profile]] = {
    one.name: one
    for one in (Profile("quick", 4, 6), Profile("default", 12, 1000), Profile("thorough", 1000, 1000, heavy=True))
}


DEFAULT_PROFILE: Final = PROFILES["default"]
