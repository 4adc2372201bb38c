"""The directories in which programs run: empty at first but for a scenario's files, and read back afterwards.

Nothing here follows a link, and all of it is done only while no process of a run lives: a program that could swap a
link under a file would make the suite write, read or give away another one.
"""

import contextlib
import heapq
import os
import stat
import tempfile
from itertools import islice
from typing import Final

from conformance.records.scenario import File
from conformance.sandbox import safe_files
from conformance.sandbox.safe_files import opened
from conformance.sandbox.uids import Identity

FILES_KEPT: Final = 1 << 24
"""How many bytes are kept of all files of a run."""
FILES_READ: Final = 16
"""How many files of a run are kept: an exercise names one, and a hostile program may leave a million."""
FILES_REMOVED: Final = 1_100
"""How many files are removed one by one: a few more than the links that each start makes."""
LINKS_MADE: Final = 1_000
"""How many entries of a built folder are linked to at most: each start makes all of them anew."""


class WorkDirs:
    """Gives programs a directory each, below one folder; the user that they run as owns it."""

    def __init__(self, folder: str, identity: Identity | None, *, disposable: bool = False) -> None:
        """Work below a folder; it is disposable where it can be given up with all that lies in it."""
        self.folder, self.disposable = folder, disposable
        self.owner = (identity.user, identity.group) if identity is not None else None
        self._spare: str | None = None

    def acquire(self) -> str:
        """Return an empty directory of the program's own: the last run's, where it was left as it was found."""
        if self._spare is not None:
            directory, self._spare = self._spare, None
            return directory
        directory = tempfile.mkdtemp(dir=self.folder)
        if self.owner is not None:
            os.chown(directory, *self.owner, follow_symlinks=False)
        return directory

    def populate(self, files: tuple[File, ...], directory: str) -> None:
        """Put a scenario's files into the program's directory, as its own user's."""
        if files:
            with opened(directory) as folder:
                for file in files:
                    safe_files.write_new(file.name, file.whole, file.mode, self.owner, folder)

    def release(self, directory: str) -> bool:
        """Keep a run's directory for the next one if nothing shows that it was used; else remove it.

        Where it holds folders or very many files and the whole folder is disposable, it is left, and False returned: to
        give up a file system takes no time, however many and however deep they are.
        """
        with contextlib.suppress(OSError):
            status = os.stat(directory, follow_symlinks=False)  # noqa: PTH116
            if status.st_mode & 0o7777 == 0o700 and not os.listdir(directory):  # noqa: PTH208
                self._spare = directory
                return True
        if self.disposable and _takes_long_to_remove(directory):
            return False
        safe_files.remove(directory)
        return True


def _takes_long_to_remove(directory: str) -> bool:
    try:
        with opened(directory) as folder, os.scandir(folder) as entries:
            found = list(islice(entries, FILES_REMOVED + 1))
            return len(found) > FILES_REMOVED or any(one.is_dir(follow_symlinks=False) for one in found)
    except OSError:
        return True


def link_to(folder: str, directory: str) -> None:
    """Put links to what lies in a folder into a program's directory, beside what is there already."""
    with opened(directory) as within, os.scandir(folder) as entries:
        for entry in islice(entries, LINKS_MADE):
            with contextlib.suppress(FileExistsError):
                os.symlink(entry.path, entry.name, dir_fd=within)


def collect_files(directory: str, first: str = "") -> tuple[File, ...]:
    """Read what a program left in its directory, whatever rights it gave: plain files, and no more than some of it.

    The one called `first` is among them, however many others there are. Links to what was built do not count.
    """
    found, left = list[File](), FILES_KEPT
    with contextlib.suppress(OSError), opened(directory) as folder:
        names = (name for name in os.listdir(folder) if _is_plain(name, folder))  # noqa: PTH208 (an open folder)
        for name in heapq.nsmallest(FILES_READ, names, key=lambda name: (name != first, name)):
            with contextlib.suppress(OSError):
                mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode & 0o7777
                content = _content(name, folder, left)
                left -= len(content)
                found.append(
                    File(name=os.fsencode(name).decode("utf-8", "backslashreplace"), content=content, mode=mode)
                )
    return tuple(sorted(found, key=lambda file: file.name))


def _is_plain(name: str, folder: int) -> bool:
    return stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)


def _content(name: str, folder: int, most: int) -> bytes:
    with opened(name, folder) as file:
        return os.read(file, most)
