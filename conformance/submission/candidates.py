"""Which exercise's program a file may be, by its name or, where that says only a side, by its text."""

from collections.abc import Callable
from typing import Final, NamedTuple

from conformance.catalogue import catalogue
from conformance.submission import roles
from conformance.submission.languages import EXTENSIONS, languages_of
from conformance.submission.names import SIDES, by_plain_name, name_of

C_LIKE: Final = frozenset({".c", ".cc", ".cpp", ".cxx"})
"""How the name of an exercise ends whose program is the same for Windows."""


class Candidate(NamedTuple):
    """A file that may be an exercise's program; the least is taken."""

    way: int
    """0: it has a usual name; 1: it has one but for what does not matter; 2: its text tells."""
    place: int
    """Of its name among the exercise's, and of its language among all."""
    language: int
    version: int
    """Of several versions the last is taken: the number below zero."""
    file: str
    exercise: str
    for_windows: bool = False


def candidate_of(file: str, source: Callable[[], bytes]) -> Candidate | None:
    """Return what a file may be by its name; its text is asked for only where that does not tell."""
    usual, name = by_plain_name(catalogue().exercises.values()), name_of(file)
    way = 0 if name.plain in usual else 1
    exercise, place = usual.get(name.plain) or usual.get(name.bare) or (None, 0)
    if exercise is None and name.bare in SIDES and name.extension in EXTENSIONS:
        way, exercise = 2, roles.exercise_of(SIDES[name.bare], source())
    return None if exercise is None else candidate_for(file, exercise, source, way, place)


def candidate_for(
    file: str, exercise: str, source: Callable[[], bytes], way: int = 2, place: int = 0
) -> Candidate | None:
    """Return a file as the program of an exercise, or of its counterpart for Windows; None in no language of it."""
    name = name_of(file)
    other = catalogue().counterpart(exercise, "winsock") if name.extension in C_LIKE else None
    for_windows = other is not None and roles.is_for_windows(source())
    taken_as = other if other is not None and for_windows else exercise
    languages = list(languages_of(catalogue().exercises[taken_as]))
    if name.extension not in languages:
        return None
    return Candidate(way, place, languages.index(name.extension), -name.version, file, taken_as, for_windows)
