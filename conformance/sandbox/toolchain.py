"""Compilers and interpreters that lie beside the system, in a home or in /opt: what of them a program must see.

rustup and its like install into a home, and root's is closed. To run such a compiler as root would let a student's
file read what root can read: `include_str!("/etc/shadow")`. So a program's view of files holds the toolchain, which is
read-only there, and nothing else of the home.
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from conformance.sandbox import root
from conformance.sandbox.temporary import closed_to_others

HOMES: Final = ("RUSTUP_HOME", "JAVA_HOME", "GOROOT")
"""Variables that name a toolchain's folder: rustup's proxies find there where the compiler itself lies."""
TOOLS: Final = ("rustc", "cargo", "go", "java", "javac", "node")
"""What is often installed for one user alone, and what a build or a program may start besides its own command."""
SHIMS: Final = "shims"
"""The folder in which pyenv and its like keep a script for each command; what it starts lies beside that folder."""


def parts(commands: Iterable[str], environment: dict[str, str]) -> tuple[str, ...]:
    """Return the files and folders beside the system that must be seen so that commands can be run."""
    found = [path for command in commands if (path := shutil.which(command, path=environment.get("PATH"))) is not None]
    needed = [part for path in dict.fromkeys(found) for part in _parts_of(Path(path))]
    needed += [Path(environment[name]) for name in HOMES if name in environment] if needed else []
    beside = dict.fromkeys(part for part in needed if part.exists() and not root.is_system(part))
    return tuple(str(part) for part in beside if not any(other in part.parents for other in beside))


def closed_within(command: str, environment: dict[str, str], seen: Iterable[str]) -> Path | None:
    """Return what of the way to a command keeps other users out, even where only these parts of it are left."""
    path = shutil.which(command, path=environment.get("PATH"))
    if path is None:
        return None
    for name in dict.fromkeys((path, os.path.realpath(path))):
        way = [Path(name), *Path(name).parents]
        part = next((place for place, one in enumerate(way) if str(one) in seen), len(way) - 1)
        closed = next((one for one in way[: part + 1] if not one.stat().st_mode & 0o001), None)
        if closed is not None:
            return closed_to_others(closed)
    return None


def _parts_of(path: Path) -> list[Path]:
    """Return the folder in which a command lies, and the folder of what it leads to."""
    if root.is_system(path) and root.is_system(path.resolve()):
        return []
    if path.parent.name == SHIMS:
        return [path.parent.parent]
    return [path.parent, _toolchain_folder(path.resolve())]


def _toolchain_folder(tool: Path) -> Path:
    """Return the folder of a program, or the one around it if that is a toolchain's own.

    What lies directly in a home is none: `~/.cargo` and `~/.local` hold much else.
    """
    closed, around = closed_to_others(tool), tool.parent.parent
    own = tool.parent.name == "bin" and around not in (closed, Path("/"), Path("/usr"))
    hidden = around.name.startswith(".") and around.parent in (closed, Path.home())
    return around if own and not hidden else tool.parent
