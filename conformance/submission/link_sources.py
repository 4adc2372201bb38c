"""Programs of several files: which further sources of the folder a program needs, from what the linker misses."""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from conformance.observe.bounded.asked import Search
from conformance.observe.bounded.asking import READER
from conformance.observe.regular_file import open_regular
from conformance.records.notes import readable
from conformance.submission.not_taken import has_main
from conformance.submission.private_copy import walked
from conformance.submission.roles import COMMENTS, LARGEST_SOURCE_READ

MOST_SOURCES_LINKED: Final = 200
MOST_NAMES_MISSED: Final = 100
TEXTS_READ: Final = 1 << 20
"""Characters of all sources that are searched for what a program misses."""


class Parts(NamedTuple):
    """How one language's compiler names what it misses, and how a source defines it."""

    extensions: frozenset[str]
    missing: re.Pattern[str]
    defines: tuple[str, ...]
    """Patterns in which `NAME` stands for the name; the first that some source has counts."""


C_EXTENSIONS: Final = frozenset({".c"})
CPP_EXTENSIONS: Final = frozenset({".cpp", ".cc", ".cxx", ".c"})
LINKED: Final = re.compile(r"undefined reference to [`'‘](?:[\w~<>*& ,]+::)*(~?\w+)|undefined symbol: (?:\w+::)*(\w+)")
DEFINED: Final = (
    r"\bNAME\s*\([^;{}]*\)\s*(?:const\b|noexcept\b|override\b|\s)*\{",
    r"^(?!\s*(?:extern|return)\b)[\w\s*<>:]*\bNAME\s*(?:=[^=]|;|\[|\{)",
)
GO_LANGUAGE_PARTS: Final = Parts(
    frozenset({".go"}), re.compile(r"undefined: (\w+)"), (r"^(?:func|type|var|const)\s+NAME\b", r"^\s+NAME\b.*=")
)
PARTS: Final = {
    "C": Parts(C_EXTENSIONS, LINKED, DEFINED),
    "C++": Parts(CPP_EXTENSIONS, LINKED, DEFINED),
    "C for Winsock": Parts(C_EXTENSIONS, LINKED, DEFINED),
    "C++ for Winsock": Parts(CPP_EXTENSIONS, LINKED, DEFINED),
    "Go": GO_LANGUAGE_PARTS,
}


def further(language: str, folder: Path, source: Path, words: str, known: Collection[Path]) -> list[Path]:
    """Return the sources of a folder that define what a compiler missed and hold no program of their own."""
    parts = PARTS.get(language)
    if parts is None:
        return []
    every = dict.fromkeys(next(filter(None, found.groups())) for found in parts.missing.finditer(words))
    names = list(every)[:MOST_NAMES_MISSED]
    texts = dict(_texts(path for path in _sources(folder, parts, source) if path not in known)) if names else {}
    return _defining(names, parts, texts, str(folder)) if texts else []


def _texts(sources: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Yield sources with their texts, as far as these are not too much in all."""
    left = TEXTS_READ
    for path in sources:
        text = _text_without_comments(path, path.stat().st_mtime_ns)
        left -= len(text)
        if left < 0:
            return
        yield path, text


def _sources(folder: Path, parts: Parts, source: Path) -> list[Path]:
    """Return the other sources without a `main`, the nearest first."""
    paths = [path for path in walked(folder) if path.suffix.lower() in parts.extensions and _is_file_of_text(path)]
    paths.sort(key=lambda path: (path.parent != source.parent, len(path.parts), path))
    return [path for path in paths[:MOST_SOURCES_LINKED] if path != source and not has_main(path)]


def _is_file_of_text(path: Path) -> bool:
    return path.is_file() and str(path) == readable(path)


def _defining(names: list[str], parts: Parts, texts: dict[Path, str], owner: str) -> list[Path]:
    """Return the sources that define names, for each the first; a text may be made to take hours to search."""
    patterns = tuple(pattern.replace("NAME", re.escape(name)) for name in names for pattern in parts.defines)
    answer = READER.ask(Search(patterns=patterns, texts=tuple(texts.values())), owner)
    paths, of_each = list(texts), len(parts.defines)
    by_name = _first_places(answer.found if answer is not None else (), of_each)
    return list(dict.fromkeys(paths[places[0]] for places in by_name if places))


def _first_places(found: tuple[tuple[int, ...], ...], of_each: int) -> Iterator[tuple[int, ...]]:
    """Yield for each name the places that the first of its patterns was found in that was found at all."""
    for start in range(0, len(found), of_each):
        yield next(filter(None, found[start : start + of_each]), ())


@lru_cache(maxsize=MOST_SOURCES_LINKED)
def _text_without_comments(path: Path, _changed: int) -> str:
    with open_regular(path) as file:
        return COMMENTS.sub(
            lambda found: found["text"] or " ", file.read(LARGEST_SOURCE_READ).decode("utf-8", "replace")
        )
