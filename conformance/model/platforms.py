"""What differs between POSIX and Winsock, as data, and its loader."""

from functools import cache
from importlib import resources
from typing import Literal

import msgspec
from msgspec import Struct

Part = Literal["lifecycle", "transfer", "details"]
Touch = Literal[
    "binds a port that it would share",
    "accepts what was reset",
    "reads the end of what was reset",
    "gets less than all",
    "transfers on a listener",
    "transfers without a connection",
    "connects to nowhere",
]
"""What a program may do that Wine answers otherwise than Windows."""


class Topic(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that differs."""

    part: Part
    topic: str
    posix: str
    winsock: str
    course: str = ""
    """The section of the course notes that speaks of it."""
    judged: tuple[str, ...] = ()
    """The requirements that judge it on Windows programs."""
    wine: str = ""
    """Where Wine does otherwise: not judged there."""
    touched: Touch | None = None
    """What a program does that touches it."""


class _File(Struct, forbid_unknown_fields=True):
    topic: tuple[Topic, ...]


@cache
def topics() -> tuple[Topic, ...]:
    """Load the table that comes with the package."""
    text = resources.files(__package__).joinpath("platforms.toml").read_bytes()
    return msgspec.toml.decode(text, type=_File).topic
