"""What differs between POSIX and Winsock, as data, and its loader."""

from functools import cache
from importlib import resources
from typing import Literal

import msgspec
from msgspec import Struct

PlatformPart = Literal["lifecycle", "transfer", "details"]
WineDeviation = Literal[
    "binds a port that it would share",
    "accepts what was reset",
    "reads what was reset",
    "gets less than all",
    "transfers on a listener",
    "sends without a connection",
    "connects to nowhere",
]
"""What a program may do that Wine answers otherwise than Windows."""


class Topic(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that differs; its words stand in the messages, under its id."""

    id: str
    part: PlatformPart
    course: str = ""
    """The section of the course notes that speaks of it."""
    judged: tuple[str, ...] = ()
    """The requirements that judge it on Windows programs."""
    touched: WineDeviation | None = None
    """What a program does that touches what Wine does otherwise, and what is not judged there."""


class _File(Struct, forbid_unknown_fields=True):
    topic: tuple[Topic, ...]


@cache
def topics() -> tuple[Topic, ...]:
    """Load the table that comes with the package."""
    text = resources.files(__package__).joinpath("platforms.toml").read_bytes()
    return msgspec.toml.decode(text, type=_File).topic
