"""The requirements and the exercises, as data, with their words in each language, and their loader."""

import hashlib
from functools import cache
from importlib import resources
from typing import Final

from msgspec import Struct

from conformance.catalogue.complaints import CatalogueError, CatalogueFiles, Source, load, load_words
from conformance.catalogue.records import (
    Exercise,
    ExerciseKind,
    ExerciseWords,
    Level,
    Platform,
    Requirement,
    RequirementWords,
    Role,
    Words,
    selects,
)
from conformance.messages import ENGLISH, current_language, table

__all__ = [
    "CatalogueError",
    "Exercise",
    "ExerciseKind",
    "ExerciseWords",
    "Level",
    "Platform",
    "Requirement",
    "RequirementWords",
    "Role",
    "Source",
    "Words",
    "add_words",
    "catalogue",
    "files",
    "selects",
    "words",
]  # fmt: skip
HOME: Final = "conformance/catalogue"
_added_words: Final[dict[str, Words]] = {}


class Catalogue(Struct, frozen=True):
    """All requirements and exercises, in the order in which people are shown them."""

    requirements: dict[str, Requirement]
    exercises: dict[str, Exercise]
    digest: str
    """A hash of the facts and of their words in English, which say what is judged and what is not: results name it, so
    that a mark can be defended a term later."""

    def first_of(self, kind: ExerciseKind, platform: Platform = "posix") -> str | None:
        """Return the first exercise of a kind on a platform; None where there is none."""
        return next(
            (name for name, one in self.exercises.items() if one.kind == kind and one.platform == platform), None
        )

    def counterpart(self, exercise: str, platform: Platform) -> str | None:
        """Return the exercise on another platform that is the same conversation; None where there is none."""
        one = self.exercises[exercise]
        return None if one.platform == platform or one.like else self.first_of(one.kind, platform)


def files() -> CatalogueFiles:
    """Return the files of the catalogue that comes with the package, with the words in English."""
    return CatalogueFiles(*map(_packaged_source, ("requirements", "exercises", ENGLISH)))


def _packaged_source(name: str) -> Source:
    text = resources.files(__package__).joinpath(f"{name}.toml").read_text("utf-8")
    return Source(f"{HOME}/{name}.toml", text)


@cache
def catalogue() -> Catalogue:
    """Load the catalogue that comes with the package. Raises `CatalogueError` where it cannot be used."""
    sources = files()
    loaded = load(sources, table(ENGLISH))
    digest = hashlib.sha256("\0".join(source.text for source in sources).encode()).hexdigest()[:16]
    return Catalogue({one.id: one for one in loaded.requirements}, loaded.exercises, digest)


def add_words(language: str, words: Words) -> None:
    """Add the words of a language that does not come with the package."""
    _added_words[language] = words


def words(language: str | None = None) -> Words:
    """Return what is said of requirements and exercises in a language; in the one that is spoken where none is named.

    Raises `CatalogueError` where something is missing.
    """
    spoken = language or current_language()
    return _added_words[spoken] if spoken in _added_words else _packaged_words(spoken)


@cache
def _packaged_words(language: str) -> Words:
    known = catalogue()
    return load_words(_packaged_source(language), known.requirements, known.exercises)
