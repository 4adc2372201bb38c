"""Programs of several files: which further sources of the folder a program needs, from what the linker misses."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from conformance.records.notes import readable
from conformance.submission.not_taken import has_main
from conformance.submission.roles import COMMENTS, LARGEST_SOURCE_READ

MOST_SOURCES_LINKED: Final = 200


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
    names = list(dict.fromkeys(next(filter(None, found.groups())) for found in parts.missing.finditer(words)))
    texts = (
        {path: _text_without_comments(path) for path in _sources(folder, parts, source) if path not in known}
        if names
        else {}
    )
    found = (next(_defining(name, parts, texts), None) for name in names)
    return list(dict.fromkeys(path for path in found if path is not None))


def _sources(folder: Path, parts: Parts, source: Path) -> list[Path]:
    """Return the other sources without a `main`, the nearest first."""
    every = folder.rglob("*")
    paths = [path for path in every if path.suffix.lower() in parts.extensions and _is_file_of_text(path)]
    paths.sort(key=lambda path: (path.parent != source.parent, len(path.parts), path))
    return [path for path in paths[:MOST_SOURCES_LINKED] if path != source and not has_main(path)]


def _is_file_of_text(path: Path) -> bool:
    return path.is_file() and str(path) == readable(path)


def _defining(name: str, parts: Parts, texts: dict[Path, str]) -> Iterator[Path]:
    for pattern in parts.defines:
        wanted = re.compile(pattern.replace("NAME", re.escape(name)), re.MULTILINE)
        yield from (path for path, text in texts.items() if wanted.search(text))


def _text_without_comments(path: Path) -> str:
    with path.open("rb") as file:
        return COMMENTS.sub(
            lambda found: found["text"] or " ", file.read(LARGEST_SOURCE_READ).decode("utf-8", "replace")
        )
