"""Where the reference programs are: those of the package, and the solutions of a course."""

from pathlib import Path
from typing import Final

from msgspec.structs import replace

import conformance
from conformance.catalogue import Exercise, catalogue
from conformance.catalogue.source import REFERENCE
from conformance.submission.languages import languages_of

FOLDERS: Final = ("c", "tls", "python", "winsock", ".")
"""Below the folder of all references, the quickest to run first."""


def reference_sources(exercise: str) -> list[Path]:
    """Return the sources of an exercise's reference programs, the one that is taken first.

    One that is like another exercise shares its reference, where both are to do the same.
    """
    one, home = catalogue().exercises[exercise], catalogue().homes.get(exercise)
    root = references() if home is None else Path(str(home.folder)) / REFERENCE
    names = dict.fromkeys((exercise if home is None else "", *one.source))
    candidates = (
        root / folder / f"{name}{extension}" for folder in FOLDERS for extension in languages_of(one) for name in names
    )
    found = [path for path in candidates if path.is_file()]
    shared = not found and one.like and _does_the_same(one, catalogue().exercises[one.like])
    return reference_sources(one.like) if shared else found


def _does_the_same(one: Exercise, other: Exercise) -> bool:
    """Tell whether a program of one exercise is right in the other, whatever its file is called."""

    def what_it_does(exercise: Exercise) -> Exercise:
        return replace(exercise, name="", like="", source=(), title="", course_section="", without=())

    return what_it_does(one) == what_it_does(other)


def references() -> Path:
    """Return the folder of the reference programs: beside the package in a checkout, inside it when installed."""
    package = Path(conformance.__file__).parent
    inside = package / "reference_impl"
    return inside if inside.is_dir() else package.parent / "reference_impl"
