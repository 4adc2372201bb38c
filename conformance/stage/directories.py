"""The directories in which programs run: empty at first but for a scenario's files, and read back afterwards."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from conformance.stage.launch import Identity
from conformance.stage.script import File

FILE_KEPT: Final = 1 << 24
FILES_READ: Final = 16


class Directories:
    """Gives programs a directory each, below one folder; the user that they run as owns it."""

    def __init__(self, folder: str, identity: Identity | None) -> None:
        self.folder, self.identity = folder, identity
        self._spare: str | None = None

    def fresh(self) -> str:
        """Return an empty directory of the program's own: the last run's, where it was left as it was found."""
        if self._spare is not None:
            directory, self._spare = self._spare, None
            return directory
        directory = tempfile.mkdtemp(dir=self.folder)
        if self.identity is not None:
            self.identity.own(directory)
        return directory

    def lay_down(self, files: tuple[File, ...], directory: str) -> None:
        """Put a scenario's files into the program's directory, as its own user's."""
        for file in files:
            path = Path(directory, file.name)
            path.write_bytes(file.whole)
            path.chmod(file.mode)
            if self.identity is not None:
                self.identity.own(str(path))

    def put_away(self, directory: str) -> None:
        """Keep a run's directory for the next one if nothing shows that it was used; else remove it."""
        with contextlib.suppress(OSError):
            status = os.stat(directory)  # noqa: PTH116
            if status.st_mode & 0o7777 == 0o700 and not os.listdir(directory):  # noqa: PTH208
                self._spare = directory
                return
        shutil.rmtree(directory, ignore_errors=True)


def files_in(directory: str) -> tuple[File, ...]:
    """Read what a program left in its directory, whatever rights it gave: no links, no more than some of it."""
    found = []
    with contextlib.suppress(OSError):
        for entry in sorted(os.scandir(directory), key=lambda entry: entry.name)[:FILES_READ]:
            if entry.is_file(follow_symlinks=False):
                mode = entry.stat().st_mode & 0o7777  # before it may be given the right to be read
                found.append(File(entry.name, _content(entry.path), mode))
    return tuple(found)


def _content(path: str) -> bytes:
    """Read a file's beginning; its owner may have taken the right to read it from himself."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except PermissionError:
        os.chmod(path, 0o600)  # noqa: PTH101
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        return os.read(file, FILE_KEPT)
    finally:
        os.close(file)
