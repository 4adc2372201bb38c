"""What to do about a build that failed: the usual causes, and what to write instead."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from conformance.observe.regular_file import open_regular
from conformance.records.notes import Note, NoteKind, shown_name
from conformance.submission.private_copy import walked
from conformance.submission.roles import POSIX_HEADERS

NO_HEADER: Final = re.compile(r"fatal error: '?(?P<name>[^:'\n]+?)'?(?:: No such file| file not found)")
CONSOLE: Final = frozenset({"conio.h"})
WINDOWS: Final = frozenset(
    {"winsock2.h", "winsock.h", "ws2tcpip.h", "windows.h", "process.h", "direct.h", "io.h", "tchar.h", "stdafx.h"}
)
POSIX: Final = POSIX_HEADERS | {"sys/wait.h", "sys/select.h", "sys/epoll.h", "poll.h", "sys/un.h", "termios.h"}
OPENSSL: Final = frozenset(
    f"openssl/{name}.h" for name in ("bio", "crypto", "err", "evp", "opensslv", "pem", "rand", "ssl", "x509", "x509v3")
)
BY_HEADER: Final[tuple[tuple[frozenset[str], NoteKind], ...]] = (
    (CONSOLE, "console-header"),
    (WINDOWS, "windows-header"),
    (POSIX, "posix-header"),
    (OPENSSL, "openssl-header"),
)
HINTS: Final = frozenset({*(kind for _, kind in BY_HEADER), "backslash-include", "other-case-include", "crlf-script"})
"""The remarks that belong to the reason of a failed build."""
FIRST_BYTES: Final = 200


def hints(words: str, folder: Path, exercise: str) -> Iterator[Note]:
    """Yield what to do about the header that a compiler did not find."""
    found = NO_HEADER.search(words)
    if found is None:
        return
    name = found["name"]
    there = _written_otherwise(folder, name)
    if there is not None:
        kind: NoteKind = "backslash-include" if "\\" in name else "other-case-include"
        yield Note(kind=kind, file=shown_name(name), values=(("meant", f'"{there}"'),), exercise=exercise)
        return
    yield from (
        Note(kind=kind, file=shown_name(name), exercise=exercise) for names, kind in BY_HEADER if name.lower() in names
    )


def _written_otherwise(folder: Path, name: str) -> str | None:
    """Return the name of a file of the folder that differs by case, or by the mark between folders, alone."""
    wanted = name.replace("\\", "/").lower()
    headers = (path for path in walked(folder) if path.suffix[:2].lower() == ".h" and not path.is_symlink())
    found = (str(path.relative_to(folder)) for path in headers)
    return next((one for one in found if one.lower() == wanted and one != name), None)


def crlf_scripts(folder: Path, words: tuple[str, ...], exercise: str) -> Iterator[Note]:
    """Yield the scripts that a command names and the system cannot start, because of their line ends."""
    for word in words:
        path = folder / word
        if "\0" not in word and path.is_file() and path.is_relative_to(folder):
            with open_regular(path) as file:
                first = file.read(FIRST_BYTES).partition(b"\n")[0]
            if first.startswith(b"#!") and first.endswith(b"\r"):
                yield Note(kind="crlf-script", file=shown_name(word), exercise=exercise)
