"""Headers under the names that a program gives them: Windows takes WinSock2.h for winsock2.h."""

import contextlib
import re
from pathlib import Path
from typing import Final

INCLUDE: Final = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*[<"]([A-Za-z0-9_./\\-]{1,100})[>"]', re.MULTILINE)
LARGEST: Final = 1 << 20
FOLDER: Final = ".headers"
SOURCES: Final = frozenset({".c", ".cc", ".cpp", ".cxx", ".h", ".hpp"})


def forward(copy: Path) -> Path:
    """Write headers that lead to the real ones, for each spelling in the sources of a folder; return where they lie."""
    folder = copy / FOLDER
    folder.mkdir(exist_ok=True)
    for name in sorted(_spellings(copy)):
        path = folder / name
        with contextlib.suppress(OSError):  # such names as make a file a folder too are the compiler's to refuse
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"#include <{name.lower()}>\n")
    return folder


def _spellings(copy: Path) -> set[str]:
    """Return the names of headers that are not in small letters, and are no files of the folder."""
    found = {
        name.decode()
        for path in copy.iterdir()
        if path.suffix.lower() in SOURCES and path.is_file()
        for name in INCLUDE.findall(path.read_bytes()[:LARGEST])
    }
    return {name for name in found if name != name.lower() and ".." not in name and not _is_there(copy, name)}


def _is_there(copy: Path, name: str) -> bool:
    return name.startswith("/") or "\\" in name or (copy / name).exists()
