"""`offhook.toml`: what a submission says of its programs itself, where names do not tell."""

import re
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from conformance.catalogue import catalogue
from conformance.messages import Message, say
from conformance.messages.suggestions import with_suggestion
from conformance.observe.bounded.asked import Toml, toml
from conformance.observe.bounded.asking import READER
from conformance.submission.byte_order_marks import UTF_16
from conformance.submission.private_copy import leads_to

MANIFEST: Final = "offhook.toml"
LARGEST_MANIFEST: Final = 64 << 10
NESTING: Final = ".[{"
"""What makes TOML deep."""
NESTED_AT_MOST: Final = 200


class SubmissionError(Exception):
    """The submission cannot be judged as it is; the text says what is wrong, where, and what to do."""


class Recipe(Struct, frozen=True, forbid_unknown_fields=True):
    """What a manifest may say of one exercise."""

    build: str | None = None
    """A command for the shell, in the private copy of the folder."""
    run: tuple[str, ...] | None = None
    """The command line that starts it."""
    source: str | tuple[str, ...] | None = None
    """The file of the program, or its files, that with `main` first."""

    @property
    def sources(self) -> tuple[str, ...]:
        """The files of the program, as far as they are named."""
        return () if self.source is None else (self.source,) if isinstance(self.source, str) else self.source


def read_manifest(folder: Path) -> dict[str, Recipe]:
    """Read the manifest of a folder. Raises `SubmissionError` where it is wrong, with the line."""
    path = folder / MANIFEST
    if not path.is_file():
        return {}
    if leads_to(path, folder.resolve()) is None:
        raise SubmissionError(say("manifest.link", place=path))
    with path.open("rb") as file:
        return recipes_in(file.read(LARGEST_MANIFEST + 1), path)


def recipes_in(data: bytes, path: Path) -> dict[str, Recipe]:
    """Read the text of a manifest; `path` is what it is called. Raises `SubmissionError` where it is wrong."""
    text, tables = toml_in(data, path)
    return {name: _recipe(_TablePlace(path, text, name), table) for name, table in tables.items()}


def read_toml(path: Path) -> tuple[str, dict[str, Any]]:
    """Return the text of a file and its tables. Raises `SubmissionError` where it is no TOML, or too much of it."""
    with path.open("rb") as file:
        return toml_in(file.read(LARGEST_MANIFEST + 1), path)


def toml_in(data: bytes, path: Path) -> tuple[str, dict[str, Any]]:
    """Return what a file holds as text, and its tables; `path` is what it is called. Raises `SubmissionError`."""
    text = _text_of(data, path)
    return text, _tables(path, text)


def _text_of(data: bytes, path: Path) -> str:
    if len(data) > LARGEST_MANIFEST:
        raise SubmissionError(say("manifest.too-large", place=path, limit=LARGEST_MANIFEST))
    if data.startswith(UTF_16):
        raise SubmissionError(say("manifest.utf-16", place=path))
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise SubmissionError(say("manifest.not-utf-8", place=f"{path}:{line}")) from None


def _tables(path: Path, text: str) -> dict[str, Any]:
    """Return the tables of a manifest.

    A key of ten thousand dots fills the memory and takes minutes: what has so many is read by another process, within
    limits.
    """
    if sum(map(text.count, NESTING)) > NESTED_AT_MOST:
        answer = READER.ask(Toml(text=text), str(path))
        if answer is None or not (answer.tables is not None or answer.wrong):
            raise SubmissionError(say("manifest.too-deep", place=path))
        tables, why = answer.tables, answer.wrong
    else:
        tables, why = toml(text)
    if tables is None:
        raise SubmissionError(say("manifest.not-toml", place=path, why=why))
    return tables


class _TablePlace(msgspec.Struct, frozen=True):
    """Where in a manifest something stands."""

    path: Path
    text: str
    table: str

    def error(self, what: Message, key: str = "") -> SubmissionError:
        """Return an error with the line of a table, or of a key in it."""
        line = self._line(key)
        return SubmissionError(say("manifest.at", place=f"{self.path}{f':{line}' if line else ''}", what=what))

    def _line(self, key: str) -> int:
        """Return the line of a key in the table, or of the table's head; 0 where it is written in another way."""
        name = re.escape(self.table)
        head = re.search(rf"^[ \t]*\[?[ \t]*[\"']?{name}[\"']?[ \t]*[\]=.]", self.text, re.MULTILINE)
        if head is None:
            return 0
        found = re.compile(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=", re.MULTILINE).search(self.text, head.start())
        place = found if key and found is not None else head
        return self.text.count("\n", 0, place.start()) + 1


def _recipe(place: _TablePlace, table: object) -> Recipe:
    exercises, name = catalogue().exercises, place.table
    if name not in exercises:
        complaint = with_suggestion(say("manifest.no-exercise", name=name), name, exercises)
        raise place.error(say("joined.known", complaint=complaint, known=[*exercises]))
    known = Recipe.__struct_fields__
    unknown = next((key for key in table if key not in known), None) if isinstance(table, dict) else None
    if unknown is not None:
        complaint = with_suggestion(say("manifest.no-such-key", name=name, key=unknown), unknown, known)
        raise place.error(say("joined.known", complaint=complaint, known=known), unknown)
    try:
        recipe = msgspec.convert(table, Recipe)
    except msgspec.ValidationError as problem:
        key = next((key for key in known if f"$.{key}" in str(problem)), "")
        raise place.error(say("manifest.invalid", name=name, why=str(problem)), key) from None
    if recipe.run == () or recipe.source in ("", ()):
        key = "run" if recipe.run == () else "source"
        raise place.error(say("manifest.empty", name=name, key=key), key)
    if recipe.run is not None and not recipe.run[0]:
        raise place.error(say("manifest.empty-word", name=name, key="run"), "run")
    words = {"build": (recipe.build or "",), "run": recipe.run or (), "source": recipe.sources}
    with_nul = next((key for key, texts in words.items() if any("\0" in text for text in texts)), None)
    if with_nul is not None:
        raise place.error(say("manifest.nul", name=name, key=with_nul), with_nul)
    return recipe
