"""Profiles: how much is tried for each requirement."""

from dataclasses import dataclass, replace
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
    unwatched: int
    """How many scenarios beside the baseline one are played once more without the observer."""
    heavy: bool = False
    """Whether the scenarios that take seconds are played too."""
    slow: int = 1000
    """How many of a set or of those that follow where each start of the program takes most of a second."""

    @property
    def for_slow_starts(self) -> "Profile":
        """The same for such a program."""
        return replace(self, drawn=min(self.drawn, self.slow), derived=min(self.derived, self.slow))


PROFILES: Final[dict[str, Profile]] = {
    one.name: one
    for one in (
        Profile("quick", 4, 6, 1, slow=1),
        Profile("default", 12, 1000, 1),
        Profile("thorough", 1000, 1000, 12, heavy=True),
    )
}


DEFAULT_PROFILE: Final = PROFILES["default"]
