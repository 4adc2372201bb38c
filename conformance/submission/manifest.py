"""`offhook.toml`: what a submission says of its programs itself, where names do not tell."""

import difflib
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from conformance.catalogue import catalogue
from conformance.messages import Message, say
from conformance.submission.byte_order_marks import UTF_16
from conformance.submission.private_copy import leads_to

MANIFEST: Final = "offhook.toml"
LARGEST_MANIFEST: Final = 64 << 10


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
    text = _manifest_text(path)
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise SubmissionError(say("manifest.not-toml", place=path, why=str(problem))) from None
    return {name: _recipe(_TablePlace(path, text, name), table) for name, table in tables.items()}


def _manifest_text(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(LARGEST_MANIFEST + 1)
    if len(data) > LARGEST_MANIFEST:
        raise SubmissionError(say("manifest.too-large", place=path, limit=LARGEST_MANIFEST))
    if data.startswith(UTF_16):
        raise SubmissionError(say("manifest.utf-16", place=path))
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise SubmissionError(say("manifest.not-utf-8", place=f"{path}:{line}")) from None


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
    return recipe


def with_suggestion(complaint: Message, word: str, known: Iterable[str]) -> Message:
    """Add to a complaint about a word what may have been meant; nothing where no known word is near."""
    near = difflib.get_close_matches(word, list(known), 1)
    return say("joined.meant", complaint=complaint, word=near[0]) if near else complaint
