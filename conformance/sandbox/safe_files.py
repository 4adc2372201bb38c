"""Files that a hostile program may have changed: each is opened by its name in an open folder, never through a link.

A name is looked at first (O_PATH), and only what proved to be a plain file or a folder is opened: a FIFO would make the
suite wait, a link would lead it elsewhere. The suite works here only when nothing of the program lives any more.
"""

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

ALWAYS: Final = os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def opened(name: str, within: int | None = None) -> Iterator[int]:
    """Open a plain file or a folder to read; its owner may have taken the right to do so from himself.

    Raises OSError where it is anything else.
    """
    handle = os.open(name, os.O_PATH | ALWAYS, dir_fd=within)
    try:
        mode = os.fstat(handle).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise FileNotFoundError(f"{name} is neither a file nor a folder")
        same = f"/proc/self/fd/{handle}"
        try:
            found = os.open(same, os.O_RDONLY | os.O_CLOEXEC)
        except PermissionError:
            os.chmod(same, 0o700)  # noqa: PTH101
            found = os.open(same, os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(handle)
    try:
        yield found
    finally:
        os.close(found)


def write_new(name: str, data: bytes, mode: int, owner: tuple[int, int] | None, within: int) -> None:
    """Write a file that is not there yet, and give it to a user and a group."""
    new = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | ALWAYS, 0o600, dir_fd=within)
    with os.fdopen(new, "wb") as file:
        file.write(data)
        if owner is not None:
            os.fchown(new, *owner)
        os.fchmod(new, mode)


def give(path: str, user: int, group: int) -> None:
    """Give a folder and all that lies in it to a user: files that have no other name, and folders; never a link."""
    left = [path]
    while left:
        at = left.pop()
        with contextlib.suppress(OSError), opened(at) as folder:
            os.fchown(folder, user, group)
            for name in os.listdir(folder):  # noqa: PTH208 (an open folder)
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                if stat.S_ISDIR(status.st_mode):
                    left.append(f"{at}/{name}")
                elif stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and status.st_uid != user:
                    os.chown(name, user, group, dir_fd=folder, follow_symlinks=False)


def remove(path: str) -> None:
    """Remove a folder and all that lies in it; what cannot be deleted stays."""
    with contextlib.suppress(OSError), opened(path) as folder:
        empty(folder)
    with contextlib.suppress(OSError):
        os.rmdir(path)  # noqa: PTH106


def empty(folder: int) -> None:
    """Delete all that lies in an open folder, however deep and whatever its rights; what cannot be deleted stays."""
    with contextlib.suppress(OSError):
        os.fchmod(folder, 0o700)
    changed = True
    while changed:
        changed = sum(_flatten(name, folder) for name in _not_deleted(folder)) > 0


def _flatten(name: str, folder: int) -> bool:
    """Delete a folder, after what lies in it has come up to where it lies: so nothing has to be followed down.

    Tell whether anything changed by that.
    """
    moved = False
    with contextlib.suppress(OSError), opened(name, folder) as inner:
        os.fchmod(inner, 0o700)
        for deeper in _not_deleted(inner):
            with contextlib.suppress(OSError), opened(deeper, inner) as one:
                os.fchmod(one, 0o700)  # who moves a folder must have the right to write in it
                os.rename(deeper, secrets.token_hex(16), src_dir_fd=inner, dst_dir_fd=folder)
                moved = True
    with contextlib.suppress(OSError):
        os.rmdir(name, dir_fd=folder)
        moved = True
    return moved


def _not_deleted(folder: int) -> list[str]:
    """Delete the files and the empty folders in an open folder; return the names of the folders that are left."""
    left = []
    for name in os.listdir(folder):
        try:
            os.unlink(name, dir_fd=folder)
        except IsADirectoryError:
            try:
                os.rmdir(name, dir_fd=folder)
            except OSError:
                left.append(name)
        except OSError:
            continue
    return left
