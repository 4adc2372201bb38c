"""The requirements and the exercises, as data, with their words in each language, and their loader.

The package has one catalogue, and a teacher's course is another one that is laid over it: the same files, read by the
same code.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from conformance.catalogue.courses import bundled_courses, course_folder, course_layer
from conformance.catalogue.loading import Loaded, load, load_words
from conformance.catalogue.records import (
    Course,
    Exercise,
    ExerciseKind,
    ExerciseWords,
    Level,
    Platform,
    Requirement,
    RequirementWords,
    Role,
    TransportName,
    Words,
    selects,
)
from conformance.catalogue.source import (
    EXERCISES,
    REQUIREMENTS,
    CatalogueError,
    Layer,
    Source,
)
from conformance.messages import ENGLISH, current_language, table

__all__ = [
    "CatalogueError",
    "Course",
    "Exercise",
    "ExerciseKind",
    "ExerciseWords",
    "Layer",
    "Level",
    "Platform",
    "Requirement",
    "RequirementWords",
    "Role",
    "Source",
    "TransportName",
    "Words",
    "add_words",
    "bundled_courses",
    "catalogue",
    "course_folder",
    "lay_over",
    "layers",
    "selects",
    "words",
]  # fmt: skip
HOME: Final = "conformance/catalogue"
_added_words: Final[dict[str, Words]] = {}
_courses: Final[list[Layer]] = []


class Catalogue(Struct, frozen=True):
    """All requirements and exercises, in the order in which people are shown them."""

    requirements: dict[str, Requirement]
    exercises: dict[str, Exercise]
    digest: str
    """A hash of the package's own facts and of their words in English, which say what is judged and what is not:
    results name it, so that a mark can be defended a term later."""
    courses: tuple[Course, ...] = ()
    """The courses that are laid over the package's own catalogue."""
    homes: dict[str, Layer] = {}
    """Exercise -> the course that it is of."""

    def first_of(
        self, kind: ExerciseKind, platform: Platform = "posix", transport: TransportName | None = None
    ) -> str | None:
        """Return the first exercise of a kind on a platform, over a transport if one is named; None: there is none."""
        found = (name for name, one in self.exercises.items() if one.kind == kind and one.platform == platform)
        return next((name for name in found if transport in (None, self.exercises[name].transport)), None)

    def counterpart(self, exercise: str, platform: Platform) -> str | None:
        """Return the exercise on another platform that is the same conversation; None where there is none."""
        one = self.exercises[exercise]
        return (
            None
            if one.platform == platform or one.like or exercise in self.homes
            else self.first_of(one.kind, platform, one.transport)
        )


def layers() -> tuple[Layer, ...]:
    """Return the catalogues that are laid over each other, the package's own first."""
    return (_packaged(), *_courses)


@cache
def _packaged() -> Layer:
    return Layer(HOME, resources.files(__package__))


def lay_over(folders: Sequence[Path], names: Sequence[str] = ()) -> None:
    """Lay courses over the package's own catalogue, the last one on top, in place of those that were laid before.

    A course that comes with the package is named by its short name too: `next-chapters`.

    Where names are given, people are shown these in place of the folders.

    Raises `CatalogueError` where one cannot be used.
    """
    _courses[:] = []
    _forget()
    shown = names or [str(folder) for folder in folders]
    _courses.extend(course_layer(folder, name) for folder, name in zip(folders, shown, strict=True))
    catalogue()


def _forget() -> None:
    for known in (catalogue, _loaded, _packaged_words):
        known.cache_clear()


@cache
def _loaded() -> Loaded:
    return load(layers(), table(ENGLISH))


@cache
def catalogue() -> Catalogue:
    """Load the catalogue that comes with the package, and the courses over it.

    Raises `CatalogueError` where it cannot be used.
    """
    loaded, (package, *courses) = _loaded(), layers()
    own = [one.text for one in (package.source(REQUIREMENTS), package.source(EXERCISES), package.words())]
    return Catalogue(
        loaded.requirements,
        loaded.exercises,
        hashlib.sha256("\0".join(own).encode()).hexdigest()[:16],
        tuple(replace(one, digest=layer.digest) for one, layer in zip(loaded.courses[1:], courses, strict=True)),
        {name: home for name, home in loaded.homes.items() if home is not package},
    )


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
    return _loaded().words if language == ENGLISH else load_words(layers(), language, _loaded())
