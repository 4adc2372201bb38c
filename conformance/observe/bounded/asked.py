"""What the reading process is asked and what it answers, and how both go through a pipe."""

import os
import struct
import tomllib
from typing import Any, Final, Literal

from msgspec import Struct

LARGEST_MESSAGE: Final = 4 << 20
"""Bytes: what is asked and answered is small, and a length beyond this is none."""
LENGTH: Final = struct.Struct("<I")


class Lines(Struct, frozen=True, kw_only=True, tag="lines"):
    """Asks for the source lines of places in a program file."""

    file: bytes
    """Its name: a program may have one that is no text."""
    offsets: tuple[int, ...]


class Toml(Struct, frozen=True, kw_only=True, tag="toml"):
    """Asks for the tables of a file in TOML."""

    text: str


class Search(Struct, frozen=True, kw_only=True, tag="search"):
    """Asks which texts some patterns are found in."""

    patterns: tuple[str, ...]
    texts: tuple[str, ...]


class Members(Struct, frozen=True, kw_only=True, tag="members"):
    """Asks for the names in a zip."""

    file: bytes
    most: int


class Unpack(Struct, frozen=True, kw_only=True, tag="unpack"):
    """Asks for the files of an archive: each is written into a folder under a number, never under its own name."""

    file: bytes
    into: bytes
    """A folder that is empty."""
    skipped_folders: tuple[str, ...]
    """Names in small letters of folders in which nothing matters."""
    skipped_endings: tuple[str, ...]
    """How the names of files end that are listed and not unpacked, in small letters."""
    members: int
    """How many files are taken."""
    largest: int
    """How many bytes one of them may have."""
    size: int
    """How many bytes are unpacked in all, those of files that are then left out among them."""
    repaired: bool
    """Whether names with characters that cannot be shown are repaired instead of left out: they may be of people."""


Asked = Lines | Toml | Search | Members | Unpack
LeftOutWhy = Literal[
    "outside", "name", "link", "device", "encrypted", "method", "too-large", "twice", "renamed", "damaged",
    "too-many", "too-much", "broken", "no-room",
]  # fmt: skip
"""Why a member of an archive was left out, or what was done to it; the last four concern all that was still to come."""


class Member(Struct, frozen=True, kw_only=True):
    """A file of an archive."""

    name: str
    """Its place in the archive, with `/` between folders; it leads nowhere else."""
    number: int | None
    """The name under which it was written; None where it was only listed, as folders are, whose names end in `/`."""
    size: int = 0
    executable: bool = False


class LeftOut(Struct, frozen=True, kw_only=True):
    """What of an archive was not unpacked."""

    name: str
    why: LeftOutWhy


class Answer(Struct, frozen=True, kw_only=True):
    """What came of it."""

    lines: tuple[tuple[str, int] | None, ...] = ()
    """A file and a line for each place; None where the program file does not tell."""
    tables: dict[str, Any] | None = None
    found: tuple[tuple[int, ...], ...] = ()
    """For each pattern the texts that it is found in."""
    names: tuple[str, ...] = ()
    wrong: str = ""
    """Why a text is no TOML."""
    members: tuple[Member, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    unpacked: bool = False
    """Whether an archive was gone through."""


def toml(text: str) -> tuple[dict[str, Any] | None, str]:
    """Return the tables of a text; or None, and why it is no TOML."""
    try:
        return tomllib.loads(text), ""
    except (ValueError, RecursionError) as problem:  # ValueError: also a number of more digits than Python reads
        return None, str(problem)


def send(stream: int, data: bytes) -> None:
    """Write one message to a pipe."""
    rest = memoryview(LENGTH.pack(len(data)) + data)
    while rest:
        rest = rest[os.write(stream, rest) :]


def receive(stream: int) -> bytes | None:
    """Return the next message of a pipe; None at its end, and where it is too long to be one."""
    head = _exactly(stream, LENGTH.size)
    size = None if head is None else LENGTH.unpack(head)[0]
    return None if size is None or size > LARGEST_MESSAGE else _exactly(stream, size)


def _exactly(stream: int, size: int) -> bytes | None:
    data = bytearray()
    while len(data) < size:
        piece = os.read(stream, size - len(data))
        if not piece:
            return None
        data += piece
    return bytes(data)
