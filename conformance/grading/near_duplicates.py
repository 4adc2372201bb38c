"""Programs that are nearly the same: found by winnowing, and shown to a person, who decides what that means.

Winnowing: S. Schleimer, D. Wilkerson, A. Aiken, "Winnowing: Local Algorithms for Document Fingerprinting", SIGMOD 2003.
Each run of `GRAM` tokens has a hash, and the least hash among `WINDOW` neighbours is a fingerprint. Comments and layout
do not count, all names, numbers and texts are the same, and a function is found wherever it stands.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from itertools import combinations
from typing import Final
from zlib import crc32

from conformance.catalogue import catalogue, words
from conformance.grading.records import Near, Source
from conformance.grading.tokens import CODE, GRAM, tokens
from conformance.records.notes import shown_name
from conformance.submission.references import reference_sources
from conformance.submission.roles import LARGEST_SOURCE_READ
from conformance.submission.skeletons import skeleton_languages, starter

ALIKE: Final = 0.9
"""Measured on the suite's own programs. Of 55 pairs of programs from course notes that do the same exercise, the most
alike have 0.82. A copy with other names has 1, and 0.92 where a function is in another place too."""
WINDOW: Final = 4
KEPT_MOST: Final = 40_000
"""Characters of a source that are kept to be shown: a thousand lines."""
FEWEST: Final = 16
"""Fingerprints. Where fewer are left, a program has too little of its own to be compared."""
COMMON_AT_LEAST: Final = 10
"""Programs. What more have than these, and than a tenth of the class, comes from the course notes."""
Fingerprints = frozenset[int]


def near(sources: Mapping[tuple[str, str], bytes]) -> tuple[Near, ...]:
    """Return the pairs of programs that are nearly the same, the most alike first: a hint, and no verdict.

    `sources` has the text of each program by its exercise and its student. What the starters of `offhook new` have is
    left out of every program. Between students, what many have is left out too; it still counts beside a reference.
    """
    of_exercise: dict[str, dict[str, Fingerprints]] = defaultdict(dict)
    for (exercise, student), source in sorted(sources.items()):
        of_exercise[exercise][student] = fingerprints(source) - _of_starters(exercise)
    found = [one for exercise, programs in of_exercise.items() for one in _near(exercise, programs)]
    return tuple(sorted(found, key=lambda one: (-one.alike, one.exercise, one.one, one.other)))


def _near(exercise: str, programs: Mapping[str, Fingerprints]) -> Iterator[Near]:
    for student, prints in programs.items():
        alike, file = max(
            ((likeness(prints, of_reference), file) for file, of_reference in _of_references(exercise).items()),
            key=lambda found: found[0],
            default=(0.0, ""),
        )
        if alike >= ALIKE:
            yield Near(exercise=exercise, one=student, other="", reference=file, alike=alike)
    common = _common(programs)
    own = {student: prints - common for student, prints in programs.items()}
    for one, other in _candidates(own):
        alike = likeness(own[one], own[other])
        if alike >= ALIKE:
            yield Near(exercise=exercise, one=one, other=other, alike=alike)


def likeness(one: Fingerprints, other: Fingerprints) -> float:
    """Return how much of two programs is the same, from 0 to 1 (Dice's coefficient)."""
    if min(len(one), len(other)) < FEWEST:
        return 0.0
    return 2 * len(one & other) / (len(one) + len(other))


def _common(programs: Mapping[str, Fingerprints]) -> Fingerprints:
    """Return what too many programs have."""
    most = max(COMMON_AT_LEAST, len(programs) / 10)
    counts = Counter(one for prints in programs.values() for one in prints)
    return frozenset(one for one, count in counts.items() if count > most)


def _candidates(programs: Mapping[str, Fingerprints]) -> Iterable[tuple[str, str]]:
    """Return the pairs that share enough to be near, without comparing each program with each."""
    having: dict[int, list[str]] = defaultdict(list)
    for student, prints in programs.items():
        for one in prints:
            having[one].append(student)
    shared = Counter(pair for students in having.values() for pair in combinations(students, 2))
    return [pair for pair, count in shared.items() if count >= ALIKE * FEWEST]


def sources_of(pairs: Iterable[Near], sources: Mapping[tuple[str, str], tuple[str, bytes]]) -> tuple[Source, ...]:
    """Return the texts of the programs in some pairs, each once.

    `sources` has the file and the text of each program by its exercise and its student.
    """
    found: dict[tuple[str, str, str], Source] = {}
    for pair in pairs:
        for student in (pair.one, pair.other):
            file, source = sources[pair.exercise, student] if student else (pair.reference, _text_of_reference(pair))
            text = _as_text(source)
            found[pair.exercise, student, file] = Source(
                exercise=pair.exercise,
                student=student,
                file=shown_name(file),
                text=text[:KEPT_MOST],
                cut=len(text) > KEPT_MOST,
            )
    return tuple(found[key] for key in sorted(found))


def _text_of_reference(pair: Near) -> bytes:
    return _references(pair.exercise)[pair.reference]


def _as_text(source: bytes) -> str:
    """Return a source as text: in UTF-8, or else in the code page of a Korean Windows, if it is that."""
    for encoding in ("utf-8-sig", "cp949"):
        with suppress(UnicodeDecodeError):
            return source.decode(encoding).replace("\r\n", "\n")
    return source.decode("utf-8", "replace").replace("\r\n", "\n")


# ---------------------------------------------------------------- fingerprints


def fingerprints(source: bytes) -> Fingerprints:
    """Return the fingerprints of a program in any of the languages."""
    text = source[:LARGEST_SOURCE_READ].decode("utf-8", "replace")
    codes = b"".join(token.code for token in tokens(text))
    starts = range(0, len(codes) - GRAM * CODE + 1, CODE)
    hashes = [crc32(codes[start : start + GRAM * CODE]) for start in starts]
    return frozenset(map(min, *(hashes[shift:] for shift in range(WINDOW))))


@cache
def _of_references(exercise: str) -> dict[str, Fingerprints]:
    """Return the fingerprints of the reference programs, by the names of their files."""
    texts = _references(exercise).items()
    return {file: fingerprints(text) - _of_starters(exercise) for file, text in texts}


@cache
def _references(exercise: str) -> dict[str, bytes]:
    files = reference_sources(exercise) if exercise in catalogue().exercises else []
    return {file.name: file.read_bytes() for file in files}


@cache
def _of_starters(exercise: str) -> Fingerprints:
    known = catalogue().exercises.get(exercise)
    if known is None:
        return frozenset()
    title = words().exercise[exercise].title
    made = (starter(known, language, title).text for language in skeleton_languages(known))
    return frozenset(one for text in made for one in fingerprints(text.encode()))
