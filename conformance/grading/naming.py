"""Which file of a student is which exercise: by its name as in any submission, and by what repairs a name."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from itertools import groupby
from pathlib import Path, PurePath
from typing import Final, Literal, NamedTuple

from msgspec import Struct

from conformance.catalogue import catalogue
from conformance.grading.errors import ClassError
from conformance.grading.records import File
from conformance.messages import Message, say
from conformance.messages.suggestions import with_suggestion
from conformance.observe.bounded.asked import toml
from conformance.records.notes import Note, described_note, shown_name
from conformance.submission.candidates import Candidate, candidate_for, candidate_of
from conformance.submission.discover import TEXTS_LOOKED_AT
from conformance.submission.languages import EXTENSIONS
from conformance.submission.names import SIDES, VERSION, name_of, plain_stem
from conformance.submission.not_taken import WHOLE_FILE, begins_in
from conformance.submission.roles import LARGEST_SOURCE_READ, exercise_of

LARGEST_NAMES: Final = 64 << 10
EDITS: Final = 2
"""How far a name may be from that of an exercise."""
LETTERS_FOR_AN_EDIT: Final = 4
"""A short name has an edit less: `eserver` is no `hserver`."""
LAST_WORDS: Final = ("final", "new", "last", "fixed", "최종", "수정")
"""Words behind a name that say that it is the latest version; those for a copy do not."""
SAID_AT_MOST: Final = 20
Way = Literal["name", "pattern", "near", "folder", "guessed", "lone"]
WAYS: Final[tuple[Way, ...]] = ("name", "pattern", "near", "folder", "guessed", "lone")
"""How a file is known for an exercise, the surest way first."""


class Chosen(Struct, frozen=True, kw_only=True):
    """Which files of a student are judged."""

    files: dict[str, str] = {}
    """Exercise -> file."""
    unsaid: dict[str, str] = {}
    """Of these, those that the files' own names do not say, as `read_submission` reads them."""
    notes: tuple[Message, ...] = ()
    programs: tuple[str, ...] = ()
    """Files that begin a program and are of no exercise."""
    for_windows: tuple[str, ...] = ()
    """Exercises for Windows for which there would be a file, but that are not asked for."""


class _Claim(NamedTuple):
    """A file that may be an exercise's program; of several the least is taken."""

    way: int
    older: tuple[int, int]
    """Below zero the newer it is: whether a word says that it is the last, and its number."""
    place: tuple[int, int, int]
    """How near its name is to the usual one, and the place of name and language among all."""
    depth: int
    folder: int
    """Below zero the number at the end of its folder's name: of the same file in two folders, the last is taken."""
    file: str
    exercise: str
    candidate: Candidate


def choose(
    files: Sequence[File],
    *,
    above: tuple[str, ...] = (),
    patterns: Mapping[str, str] | None = None,
    exercises: Collection[str] = (),
    declared: Collection[str] = (),
) -> Chosen:
    """Say which file is which exercise.

    `above` are the folders that held all files, `patterns` those of a names.toml, `exercises` those that are asked for
    (all, where none is), and `declared` those of which the student's own manifest says how they are built.
    """
    sources = list(_sources(files))
    every = [claim for one in sources for claim in _claims(one, above, patterns or {})]
    asked = [one for one in every if one.exercise not in declared and (not exercises or one.exercise in exercises)]
    data = {one.name: one.data for one in sources}
    of_each = _by_exercise(asked)
    programs = [one.name for one in sources if _is_program(one) and all(one.name != claim.file for claim in every)]
    if not of_each and not declared and len(exercises) == 1:
        of_each, programs = _lone(next(iter(exercises)), programs, data)
    taken = {exercise: claims[0] for exercise, claims in of_each.items()}
    notes = [note for claims in of_each.values() for note in _notes(claims, data, above)]
    notes += [say("class.note.unknown", file=shown_name(one)) for one in programs]
    return Chosen(
        files={exercise: one.file for exercise, one in taken.items()},
        unsaid={exercise: one.file for exercise, one in taken.items() if not _says_itself(one, sources)},
        notes=tuple(notes[:SAID_AT_MOST]),
        programs=tuple(programs),
        for_windows=tuple(sorted({one.exercise for one in every if one.candidate.for_windows} - taken.keys())),
    )


def _sources(files: Iterable[File]) -> Iterator[File]:
    """Yield sources, those at the top first, as long as they are not too much in all: their texts are searched."""
    left = TEXTS_LOOKED_AT
    named = (one for one in files if PurePath(one.name).suffix.lower() in EXTENSIONS)
    for one in sorted(named, key=lambda one: (one.name.count("/"), one.name)):
        left -= min(len(one.data), LARGEST_SOURCE_READ)
        if left < 0:
            return
        yield one


def read_names(path: Path) -> dict[str, str]:
    """Read a names.toml: patterns of file names, as `"*server*"`, and the exercises that they mean.

    Raises `ClassError` where it is wrong.
    """
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST_NAMES).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise ClassError(say("class.names.unreadable", file=path, why=str(problem))) from None
    tables, why = toml(text)
    if tables is None:
        raise ClassError(say("class.names.unreadable", file=path, why=why))
    for pattern, exercise in tables.items():
        if exercise not in catalogue().exercises:
            known = tuple(catalogue().exercises)
            complaint = with_suggestion(say("class.names.no-exercise", pattern=pattern), str(exercise), known)
            raise ClassError(say("complaint", place=path, what=say("joined.known", complaint=complaint, known=known)))
    return tables


# ---------------------------------------------------------------- what a file may be


def _claims(file: File, above: tuple[str, ...], patterns: Mapping[str, str]) -> Iterator[_Claim]:
    """Yield what a file may be in the surest way in which it may be anything."""
    path = PurePath(*above, file.name)
    own = candidate_of(path.name, lambda: file.data)
    ways: dict[Way, Callable[[], Candidate | None]] = {
        "name": lambda: own if own is not None and own.way < 2 else None,
        "pattern": lambda: _as(file, _by_pattern(file.name, patterns)),
        "near": lambda: _as(file, _near(path.name)),
        "folder": lambda: _as(file, _by_folder(path, file.data)),
        "guessed": lambda: own,
    }
    for way, read in ways.items():
        candidate = read()
        if candidate is not None:
            yield _claim(way, file, path, candidate)
            return


def _claim(way: Way, file: File, path: PurePath, candidate: Candidate) -> _Claim:
    exact = candidate.way == 0
    return _Claim(
        way=WAYS.index(way),
        older=(0, 0) if exact else (-_is_last(path), candidate.version),
        place=(candidate.way, candidate.place, candidate.language),
        depth=file.name.count("/"),
        folder=-name_of(f"{path.parent.name}.c").version,
        file=file.name,
        exercise=candidate.exercise,
        candidate=candidate,
    )


def _is_last(path: PurePath) -> int:
    """Return 1 where words behind a name say that it is the last version, else 0."""
    found = VERSION.search(path.stem)
    return int(found is not None and any(word in found[0].lower() for word in LAST_WORDS))


def _as(file: File, exercise: str | None) -> Candidate | None:
    """Return a file as the program of an exercise that its name does not say: a program must begin in it."""
    if exercise is None or not _is_program(file):
        return None
    return candidate_for(PurePath(file.name).name, exercise, lambda: file.data)


def _is_program(file: File) -> bool:
    """Tell whether a program begins in a source; in some languages that may be any file."""
    return PurePath(file.name).suffix.lower() in WHOLE_FILE or begins_in(file.data)


def _by_pattern(name: str, patterns: Mapping[str, str]) -> str | None:
    """Return the exercise of the first pattern that a file's name or its place fits, whatever its capitals."""
    wanted = (name.lower(), PurePath(name).name.lower())
    return next(
        (
            exercise
            for pattern, exercise in patterns.items()
            if any(fnmatchcase(one, pattern.lower()) for one in wanted)
        ),
        None,
    )


def _near(name: str) -> str | None:
    """Return the one exercise from whose name a file's is at most two edits away."""
    bare = name_of(name).bare
    if bare in SIDES:
        return None
    most = min(EDITS, len(bare) // LETTERS_FOR_AN_EDIT)
    near = [
        exercise.name
        for exercise in catalogue().exercises.values()
        if 0 < distance(bare, plain_stem(exercise.source[0]), most) <= most
    ]
    return near[0] if len(near) == 1 else None


def _by_folder(path: PurePath, source: bytes) -> str | None:
    """Return the exercise that the nearest folder says: Visual Studio has one for each project."""
    for folder in path.parent.parts[::-1]:
        name = name_of(f"{folder}.c")
        side = SIDES.get(name.bare)
        exercise = _named(name.plain) or _named(name.bare) or (exercise_of(side, source) if side is not None else None)
        if exercise is not None:
            return exercise
    return None


@cache
def _named(plain: str) -> str | None:
    exercises = catalogue().exercises.values()
    return next((one.name for one in exercises if plain in map(plain_stem, one.source)), None)


def distance(one: str, other: str, most: int) -> int:
    """Return how many letters are to be changed, added or left out; where it is more than `most`, just more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        before, row[0] = row[0], place
        for at, wanted in enumerate(other, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (letter != wanted))
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def _lone(exercise: str, programs: list[str], data: Mapping[str, bytes]) -> tuple[dict[str, list[_Claim]], list[str]]:
    """Take the only program that there is for the only exercise that is asked for, where it is of its platform."""
    if len(programs) == 1:
        (name,) = programs
        file = File(name=name, data=data[name])
        candidate = _as(file, exercise)
        if candidate is not None and candidate.exercise == exercise:
            return {exercise: [_claim("lone", file, PurePath(name), candidate)]}, []
    return {}, programs


# ---------------------------------------------------------------- which one is taken, and what is said


def _by_exercise(claims: Iterable[_Claim]) -> dict[str, list[_Claim]]:
    """Return the claims to each exercise, the best first, in the catalogue's order."""
    order = list(catalogue().exercises)
    ordered = sorted(claims, key=lambda one: (order.index(one.exercise), one))
    return {exercise: list(group) for exercise, group in groupby(ordered, key=lambda one: one.exercise)}


def _says_itself(one: _Claim, sources: Iterable[File]) -> bool:
    """Tell whether `read_submission` takes this file without being told."""
    if "/" in one.file or one.candidate.way:
        return False
    found = (candidate_of(file.name, lambda: b"") for file in sources if "/" not in file.name and file.name != one.file)
    others = [other for other in found if other is not None and other.exercise == one.exercise]
    return all(one.candidate < other for other in others)


def _notes(claims: Sequence[_Claim], data: Mapping[str, bytes], above: tuple[str, ...]) -> Iterator[Message]:
    first = claims[0]
    yield from _how_taken(first, above)
    for one in claims[1:]:
        if data[one.file] != data[first.file]:  # the same file twice is no question
            key = "class.note.older" if one.older > first.older else "class.note.other"
            yield say(key, file=shown_name(one.file), taken=shown_name(first.file), exercise=one.exercise)


def _how_taken(one: _Claim, above: tuple[str, ...]) -> Iterator[Message]:
    """Say how a file was known for an exercise, where its own name does not say it plainly."""
    way = WAYS[one.way]
    file = shown_name("/".join((*above, one.file)) if way == "folder" else one.file)
    if way != "name":
        yield say(f"class.note.taken.{way}", file=file, exercise=one.exercise)
    elif one.candidate.way:
        yield described_note(Note(kind="renamed", file=file, exercise=one.exercise))
    elif "/" in one.file:
        yield say("class.note.taken.below", file=file, exercise=one.exercise)
    if one.candidate.for_windows:
        yield described_note(Note(kind="winsock", file=file, exercise=one.exercise))
