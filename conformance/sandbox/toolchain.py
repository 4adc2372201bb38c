"""Compilers and interpreters that lie where only root can reach them, shown to the user that programs run as.

rustup and its like install into a home, and root's is closed. To run such a compiler as root would let a student's
file read what root can read: `include_str!("/etc/shadow")`. So the compiler gets a mount namespace. In it the closed
folder is an empty one, in which nothing lies but the toolchain, read-only.
"""

import ctypes
import os
import shutil
from pathlib import Path
from typing import Final

from conformance.observe.libc import libc
from conformance.observe.linux.arch import CLONE_NEWNS
from conformance.sandbox.temporary import closed_to_others
from conformance.sandbox.uids import Identity

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
HOMES: Final = ("RUSTUP_HOME", "JAVA_HOME", "GOROOT")
"""Variables that name a toolchain's folder: rustup's proxies find there where the compiler itself lies."""


def closed_parts(command: str, environment: dict[str, str]) -> tuple[str, ...]:
    """Return what must be shown to other users so that they can run a command; nothing where they can already."""
    path = shutil.which(command, path=environment.get("PATH"))
    if path is None or closed_to_others(Path(path)) is None:
        return ()
    parts = [Path(path).parent, *_toolchain_folders(Path(path).resolve())]
    parts += [Path(environment[name]) for name in HOMES if name in environment]
    hidden = dict.fromkeys(part for part in parts if part.exists() and closed_to_others(part) is not None)
    return tuple(str(part) for part in hidden if not any(other in part.parents for other in hidden))


def _toolchain_folders(tool: Path) -> list[Path]:
    """Return the folder of a program, and the one around it if that is a toolchain's own.

    What lies directly in a home is none: `~/.cargo` and `~/.local` hold much else.
    """
    closed, around = closed_to_others(tool), tool.parent.parent
    own = tool.parent.name == "bin" and around != closed and not (around.parent == closed and around.name[0] == ".")
    return [around] if own else [tool.parent]


def show_only(parts: tuple[str, ...]) -> None:
    """Move this process into a mount namespace in which closed folders hold these parts and nothing else."""
    os.umask(0o022)
    _must(libc.unshare(CLONE_NEWNS))
    _must(libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None))
    sources = {part: os.open(part, os.O_PATH | os.O_CLOEXEC) for part in parts}
    closed = dict.fromkeys(str(closed_to_others(Path(part))) for part in parts)
    for folder in closed:
        _must(libc.mount(b"offhook", folder.encode(), b"tmpfs", MS_NOSUID | MS_NODEV, b"mode=755,size=1m"))
    for part, source in sources.items():
        _bind(source, os.fsencode(part))
    for folder in closed:
        flags = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV
        _must(libc.mount(None, folder.encode(), None, flags, None))


def _bind(source: int, target: bytes) -> None:
    if os.path.isdir(f"/proc/self/fd/{source}"):  # noqa: PTH112
        os.makedirs(target, mode=0o755, exist_ok=True)  # noqa: PTH103
    else:
        os.makedirs(os.path.dirname(target), mode=0o755, exist_ok=True)  # noqa: PTH103, PTH120
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
    _must(libc.mount(b"/proc/self/fd/%d" % source, target, None, MS_BIND, None))
    _must(libc.mount(None, target, None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, None))


def _must(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def can_be_shown(command: str, parts: tuple[str, ...], identity: Identity, path: str | None) -> bool:
    """Try, in a child, whether a user can run a command once these parts are shown."""
    child = os.fork()
    if child == 0:
        try:
            show_only(parts)
            identity.become()
            os._exit(0 if shutil.which(command, path=path) else 1)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0
