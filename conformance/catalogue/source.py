"""The files of a catalogue as they are read, and complaints about them with their file and line."""

import hashlib
import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources.abc import Traversable
from typing import Final, NamedTuple

from conformance.catalogue.toml_lines import TomlPath, line_of, lines_of
from conformance.messages import ENGLISH, Message, say, text

COURSE, EXERCISES, REQUIREMENTS, MESSAGES = "course", "exercises", "requirements", "messages"
REFERENCE: Final = "reference"
NO_PART_OF_IT: Final = frozenset({"wrong", "right", "__pycache__"})
"""Folders of a course that decide about no verdict: programs that it is tried on, and what Python leaves."""


class CatalogueError(Exception):
    """A catalogue cannot be used; the text has one complaint a line."""


class Source(NamedTuple):
    """One file of a catalogue; without text where there is none."""

    name: str
    text: str = ""

    def says(self, what: Message | str, *place: str) -> str:
        """Return a complaint about a table, or a key in it."""
        return text("complaint", place=f"{self.name}:{self.line_of(*place)}", what=what)

    def line_of(self, *place: str) -> int:
        """Return the line of a table, or of a key in it."""
        return line_of(place, _lines(self.text))

    def tables(self, complaints: list[str]) -> dict[str, object]:
        """Return what it holds, or nothing and a complaint."""
        try:
            return tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as problem:
            line = re.search(r"line (\d+)", str(problem))
            place = f"{self.name}:{line[1] if line else 1}"
            complaints.append(text("complaint", place=place, what=say("complaint.not-toml", why=str(problem))))
            return {}


@lru_cache(maxsize=8)
def _lines(text: str) -> dict[TomlPath, int]:
    return lines_of(text)


class Layer(NamedTuple):
    """One catalogue of several that are laid over each other: that of the package is the lowest."""

    name: str
    """How its files are called in a complaint: what stands before their own names."""
    folder: Traversable

    def source(self, *parts: str) -> Source:
        """Return a file of it. Raises `CatalogueError` where it is there and cannot be read."""
        *folders, stem = parts
        file = self.folder.joinpath(*folders, f"{stem}.toml")
        name = "/".join((self.name, *folders, f"{stem}.toml"))
        if not file.is_file():
            return Source(name)
        try:
            return Source(name, file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n"))
        except OSError as problem:
            raise CatalogueError(text("complaint", place=name, what=problem.strerror or "")) from None
        except UnicodeDecodeError as problem:
            line = problem.object[: problem.start].count(b"\n") + 1
            raise CatalogueError(text("complaint", place=f"{name}:{line}", what=say("complaint.not-utf-8"))) from None

    def words(self, language: str = ENGLISH) -> Source:
        """Return the words of a language."""
        return self.source(MESSAGES, language)

    @property
    def files(self) -> dict[str, bytes]:
        """All that decides about its verdicts: names of files, and what these hold."""
        return dict(sorted(_files(self.folder, "")))

    @property
    def digest(self) -> str:
        """A hash of all that decides about its verdicts."""
        parts = (part for name, data in self.files.items() for part in (name.encode(), data))
        return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:16]


def _files(folder: Traversable, before: str) -> Iterator[tuple[str, bytes]]:
    for one in folder.iterdir():
        if one.name.startswith(".") or one.name in NO_PART_OF_IT:
            continue
        if one.is_dir():
            yield from _files(one, f"{before}{one.name}/")
        elif one.is_file():
            yield f"{before}{one.name}", one.read_bytes()
