"""How the table of platforms is measured, as data: the probes, and what was seen when they were last made."""

from functools import cache
from importlib import resources
from typing import Literal, get_args

import msgspec
from msgspec import Struct

Platform = Literal["linux", "wine"]
"""Where probes are made."""
PLATFORMS: tuple[Platform, ...] = get_args(Platform)
WAITS = "waits"
"""The answer of a call that is asleep, and that nothing under way will end."""
Answers = tuple[str, ...]


class Probe(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Calls that show one side of a topic, and their answers as the table has them."""

    topic: str
    id: str
    start: str = ""
    """Where it begins: a table of the file; nothing where it needs none."""
    before: tuple[str, ...] = ()
    """What must succeed first."""
    asked: tuple[str, ...]
    """The calls whose answers count."""
    linux: Answers
    wine: Answers = ()
    """Nothing where it is not tried there."""
    windows: Answers = ()
    """What Microsoft documents, where Wine answers otherwise."""
    no_note: str = ""
    """Why the topic needs no note of that."""

    @property
    def name(self) -> str:
        """What it is called: its topic, and what of it is tried."""
        return f"{self.topic}.{self.id}"

    def expected(self, platform: Platform) -> Answers:
        """Return the answers that the table has."""
        return {"linux": self.linux, "wine": self.wine}[platform]


class Probes(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    start: dict[str, tuple[str, ...]]
    probe: tuple[Probe, ...]

    def before(self, probe: Probe) -> tuple[str, ...]:
        """Return all that comes before the calls that are asked."""
        return (*self.start.get(probe.start, ()), *probe.before)


class Measured(Struct, frozen=True, forbid_unknown_fields=True):
    """What was seen, and where."""

    versions: dict[Platform, str]
    """The version of each platform, as `6.18`."""
    seen: dict[Platform, dict[str, Answers]]
    """Platform -> a probe's name -> its answers."""


@cache
def probes() -> Probes:
    """Load the probes that come with the package."""
    return msgspec.toml.decode(_file("probes.toml"), type=Probes)


@cache
def measured() -> Measured:
    """Load what was seen when the probes were last made and kept."""
    return msgspec.toml.decode(_file("measured.toml"), type=Measured)


def _file(name: str) -> bytes:
    return resources.files(__package__).joinpath(name).read_bytes()
