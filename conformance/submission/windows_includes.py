"""Headers under the names that a program gives them: Windows takes WinSock2.h for winsock2.h."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from conformance.observe.regular_file import open_regular
from conformance.submission.byte_order_marks import UTF_16

INCLUDE: Final = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*[<"]([A-Za-z0-9_./\\-]{1,100})[>"]', re.MULTILINE)
LARGEST_SOURCE_CHANGED: Final = 1 << 20
HEADERS_FOLDER: Final = ".offhook-headers"
SOURCES: Final = frozenset({".c", ".cc", ".cpp", ".cxx", ".h", ".hpp"})


def forward(copy: Path) -> Path:
    """Write headers that lead to the real ones, for each spelling in the sources of a folder; return where they lie."""
    folder = copy / HEADERS_FOLDER
    folder.mkdir(exist_ok=True)
    for name in sorted(_spellings(copy)):
        path = folder / name
        with contextlib.suppress(OSError):  # such names as make a file a folder too are the compiler's to refuse
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"#include <{name.lower()}>\n")
    for name, meant in _of_the_folder(copy):
        with contextlib.suppress(OSError):
            (folder / name).write_text(f'#include "../{meant}"\n')
    return folder


def as_utf_8(copy: Path) -> None:
    """Write sources anew that an editor on Windows has saved in UTF-16, which compilers here do not read."""
    for path in copy.iterdir():
        if path.suffix.lower() in SOURCES and path.is_file():
            data = _beginning(path, LARGEST_SOURCE_CHANGED + 1)
            if data.startswith(UTF_16) and len(data) <= LARGEST_SOURCE_CHANGED:
                path.write_bytes(data.decode("utf-16", "replace").encode())


def _of_the_folder(copy: Path) -> Iterator[tuple[str, str]]:
    """Yield the names of headers of the folder as they are written with a backslash, and as this system has them.

    A header of the folders above, as `..\\..\\Common.h`, is handed in beside the program, or not at all.
    """
    for name in _included(copy):
        plain = name.replace("\\", "/")
        if plain != name and ".." in plain:
            plain = plain.rpartition("/")[2]
        if plain != name and not plain.startswith("/") and (copy / plain).is_file():
            yield name, plain


def _included(copy: Path) -> list[str]:
    """Return the names of all headers that the sources of the folder include."""
    found = {
        name.decode()
        for path in copy.iterdir()
        if path.suffix.lower() in SOURCES and path.is_file()
        for name in INCLUDE.findall(_beginning(path, LARGEST_SOURCE_CHANGED))
    }
    return sorted(found)


def _beginning(path: Path, most: int) -> bytes:
    with open_regular(path) as file:
        return file.read(most)


def _spellings(copy: Path) -> set[str]:
    """Return the names of headers that are not in small letters, and are no files of the folder."""
    return {name for name in _included(copy) if name != name.lower() and ".." not in name and not _is_there(copy, name)}


def _is_there(copy: Path, name: str) -> bool:
    return name.startswith("/") or "\\" in name or (copy / name).exists()
