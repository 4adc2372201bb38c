"""A submission: a folder with one person's programs, recognised by their names or named by `offhook.toml`."""

import difflib
import tomllib
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from conformance.catalogue import Exercise, catalogue
from conformance.grading.languages import EXTENSIONS, languages_of
from conformance.words import say

MANIFEST: Final = "offhook.toml"
LARGEST_MANIFEST: Final = 64 << 10


class SubmissionError(Exception):
    """The submission cannot be judged as it is; the text says what is wrong, where, and what to do."""


class Recipe(Struct, frozen=True, forbid_unknown_fields=True):
    """What a manifest may say of one exercise."""

    build: str | None = None
    run: tuple[str, ...] | None = None


class Found(Struct, frozen=True):
    """Where one exercise's program was found."""

    exercise: str
    source: str | None
    """The file's name in the folder; None where the manifest tells how to run it."""
    recipe: Recipe = Recipe()


class Submission(Struct, frozen=True):
    """What a folder holds."""

    folder: str
    found: dict[str, Found]

    @property
    def name(self) -> str:
        """The folder's own name."""
        return Path(self.folder).resolve().name


def read(folder: Path) -> Submission:
    """Look into a folder. Raises `SubmissionError` where there is nothing to judge, or the manifest is wrong."""
    if not folder.is_dir():
        raise SubmissionError(
            f"{folder}: no such folder"
            if not folder.exists()
            else f"{folder}: not a folder; give the folder that it lies in"
        )
    recipes = _manifest(folder)
    files = {
        _plain(entry.stem) + entry.suffix.lower(): entry.name for entry in sorted(folder.iterdir()) if entry.is_file()
    }
    found = {
        name: one
        for name, exercise in catalogue().exercises.items()
        if (one := _find(exercise, files, recipes.get(name)))
    }
    if not found:
        wanted = ", ".join(name for exercise in catalogue().exercises.values() for name in exercise.source)
        raise SubmissionError(
            f"{folder}: no program recognised. Looked for files named {wanted} with {_extensions()}, and for {MANIFEST}"
        )
    return Submission(str(folder), found)


def looked_for(exercise: Exercise) -> str:
    """Return a sentence about what was looked for and not found."""
    extensions = ", ".join(languages_of(exercise))
    return say("verdict.no-source", names=", ".join(exercise.source), extensions=extensions)


def _extensions() -> str:
    return ", ".join(EXTENSIONS)


def _plain(stem: str) -> str:
    """Return a name without the differences that do not matter: HelloServer is hello_server."""
    return stem.lower().replace("_", "").replace("-", "")


def _find(exercise: Exercise, files: dict[str, str], recipe: Recipe | None) -> Found | None:
    names = (_plain(name) + extension for name in exercise.source for extension in languages_of(exercise))
    source = next((files[name] for name in names if name in files), None)
    if recipe is not None and (recipe.run or source):
        return Found(exercise.name, source, recipe)
    return Found(exercise.name, source) if source is not None else None


def _manifest(folder: Path) -> dict[str, Recipe]:
    path = folder / MANIFEST
    if not path.is_file():
        return {}
    try:
        if path.stat().st_size > LARGEST_MANIFEST:
            raise SubmissionError(f"{path}: larger than {LARGEST_MANIFEST} bytes")
        tables = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise SubmissionError(f"{path}: not TOML: {problem}") from None
    return {name: _recipe(path, name, table) for name, table in tables.items()}


def _recipe(path: Path, name: str, table: object) -> Recipe:
    exercises = catalogue().exercises
    if name not in exercises:
        raise SubmissionError(
            f"{path}: [{name}] is no exercise{_suggest(name, exercises)}; there are {', '.join(exercises)}"
        )
    if isinstance(table, dict):
        unknown = next((key for key in table if key not in Recipe.__struct_fields__), None)
        if unknown is not None:
            known = Recipe.__struct_fields__
            raise SubmissionError(
                f"{path}: [{name}] {unknown}: no such key{_suggest(unknown, known)}; there are {' and '.join(known)}"
            )
    try:
        return msgspec.convert(table, Recipe)
    except msgspec.ValidationError as problem:
        raise SubmissionError(f"{path}: [{name}] {problem}") from None


def _suggest(word: str, known: object) -> str:
    near = difflib.get_close_matches(word, list(known), 1)  # type: ignore[call-overload]
    return f" (did you mean {near[0]}?)" if near else ""
