"""The lines of a TOML file at which its tables and keys are, so that a complaint can name one."""

import tomllib
from collections import Counter
from collections.abc import Mapping
from typing import Final

LONGEST_LINE: Final = 200
"""Bytes: no head of a table and no key that people write is longer, and a key of very many dots takes long to read."""
TomlPath = tuple[str, ...]
"""The names of tables, and of a key at the end: `("exercise", "hello_server", "points")`.

A table of which there are several has its number behind its name, from 0: `("requirement", "2", "level")`.
"""
ONE_OF_SEVERAL: Final = "[["


def lines_of(text: str) -> dict[TomlPath, int]:
    """Return the line at which each table and each key of a text that is TOML begins, counted from 1.

    Each line is read alone. In a list or a text of several lines something may look like a key: then it is listed too,
    and nobody asks for it.
    """
    found: dict[TomlPath, int] = {}
    several = Counter[TomlPath]()
    head: TomlPath = ()
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("["):
            path = _path(line)
            if path and line.lstrip().startswith(ONE_OF_SEVERAL):
                path, place = (*path, str(several[path])), path
                several[place] += 1
            path = head = path or head
        else:
            path = (*head, *_path(f"{line.partition('=')[0]} = 0"))
        for length in range(1, len(path) + 1):
            found.setdefault(path[:length], number)
    return found


def line_of(path: TomlPath, lines: Mapping[TomlPath, int]) -> int:
    """Return the line of a key, or of the table around it where the key is written in another way."""
    around = (path[:length] for length in range(len(path), 0, -1))
    return next((lines[one] for one in around if one in lines), 1)


def _path(line: str) -> TomlPath:
    """Return what a line names; nothing where it is neither the head of a table nor a key with a value."""
    if len(line) > LONGEST_LINE:
        return ()
    try:
        table = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return ()
    names: list[str] = []
    while table:
        name, inside = next(iter(table.items()))
        names.append(name)
        table = inside[0] if isinstance(inside, list) else inside if isinstance(inside, dict) else {}
    return tuple(names)
