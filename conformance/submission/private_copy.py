"""The private copy of a submission, in which builds work as they do by hand: with modes, times and links."""

import hashlib
import os
import stat
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from conformance.records.notes import Note, NoteKind, shown_name
from conformance.submission import windows_includes

LARGEST_SUBMISSION: Final = 64 << 20
"""Bytes in all."""
MOST_FILES: Final = 5_000
"""Files and folders in all."""
DEEPEST_FOLDER_COPIED: Final = 32
GO_CACHE: Final = ".offhook-go"
TEMPORARY: Final = ".offhook-tmp"
"""Apart from the folder itself: Go takes no notice of a module that lies in the folder for temporary files."""
NEVER_COPIED: Final = frozenset(
    {".git", ".hg", ".svn", "__pycache__", GO_CACHE, TEMPORARY, windows_includes.HEADERS_FOLDER}
)
"""What no build needs, and what the suite itself puts into the copy."""
PIECE: Final = 1 << 20
SAID_AT_MOST: Final = 10
"""Remarks of one kind: a folder may hold thousands of files that are not taken."""


class CopyLimits(NamedTuple):
    """How much of a folder is taken."""

    size: int = LARGEST_SUBMISSION
    files: int = MOST_FILES
    depth: int = DEEPEST_FOLDER_COPIED


USUAL: Final = CopyLimits()


class _Copy:
    """One copy under way."""

    def __init__(self, root: Path, target: Path, limits: CopyLimits) -> None:
        self.root, self.real, self.target = root, root.resolve(), target
        self.size, self.files, self.depth = limits
        self.most = limits.files
        self.notes: list[Note] = []
        self.folders: list[tuple[Path, os.stat_result]] = []

    def run(self, first: tuple[str, ...]) -> None:
        """Copy folder by folder, the upper ones first: what a limit leaves out lies deep."""
        self.target.mkdir()
        for name in first:
            if "/" not in name:
                self._entry(self.root / name, self.target / name)
        waiting = deque([(self.root, self.target, 0)])
        while waiting and self.files > 0:
            waiting.extend(self._folder(*waiting.popleft()))
        if waiting or self.files <= 0:
            self.notes.append(Note(kind="too-many", values=(("limit", str(self.most)),)))
        (self.target / TEMPORARY).mkdir(exist_ok=True)
        for path, status in reversed(self.folders):
            _like(path, status, 0o755)

    def _folder(self, at: Path, into: Path, depth: int) -> Iterator[tuple[Path, Path, int]]:
        """Copy what lies in one folder; yield the folders in it."""
        try:
            with os.scandir(at) as entries:
                found = sorted(islice(entries, self.files + 1), key=lambda entry: os.fsencode(entry.name))
            into.mkdir(exist_ok=True)
            self.folders.append((into, at.stat()))
        except OSError as problem:
            self._say("unreadable", at, why=problem.strerror or "")
            return
        for entry in found:
            if entry.name in NEVER_COPIED or os.path.lexists(into / entry.name):
                continue
            self.files -= 1
            if self.files <= 0:
                return
            if entry.is_dir(follow_symlinks=False):
                if depth >= self.depth:
                    self._say("too-deep", Path(entry.path))
                else:
                    yield Path(entry.path), into / entry.name, depth + 1
            else:
                self._entry(Path(entry.path), into / entry.name)

    def _entry(self, path: Path, target: Path) -> None:
        try:
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                self._link(path, target)
            elif stat.S_ISREG(mode):
                self._file(path, target)
            else:
                self._say("not-a-file", path)
        except OSError as problem:
            self._say("unreadable", path, why=problem.strerror or "")

    def _link(self, path: Path, target: Path) -> None:
        """Make a link that leads to the same place in the copy; name one that leads out of the folder."""
        leads = leads_to(path, self.real)
        if leads is None:
            self._say("link-outside", path)
            return
        target.symlink_to(os.path.relpath(self.target / leads, target.parent))

    def _file(self, path: Path, target: Path) -> None:
        """Copy a plain file: nothing else could have come in its place, and its size is what is read."""
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as source:
            status = os.fstat(source.fileno())
            if not stat.S_ISREG(status.st_mode):
                self._say("not-a-file", path)
                return
            if status.st_size > self.size:
                self._say(
                    "too-large", path, size=size_in_words(status.st_size), limit=size_in_words(LARGEST_SUBMISSION)
                )
                return
            self.size -= status.st_size
            with target.open("xb") as made:
                left = status.st_size
                while left > 0 and (piece := source.read(min(PIECE, left))):
                    made.write(piece)
                    left -= len(piece)
        _like(target, status, 0o444)

    def _say(self, kind: NoteKind, path: Path, **values: str) -> None:
        if sum(note.kind == kind for note in self.notes) < SAID_AT_MOST:
            name = shown_name(path.relative_to(self.root)) if path != self.root else "."
            self.notes.append(Note(kind=kind, file=name, values=tuple(values.items())))


def copy(folder: Path, target: Path, limits: CopyLimits = USUAL, *, first: tuple[str, ...] = ()) -> tuple[Note, ...]:
    """Copy a folder into one that is made, some files before all others; return what was not taken, and why."""
    made = _Copy(folder, target, limits)
    made.run(first)
    return tuple(made.notes)


def walked(folder: Path, limits: CopyLimits = USUAL) -> Iterator[Path]:
    """Yield what lies in a copy and in the folders below, the upper ones first: no more of it than is ever copied.

    A build may have made any number of files since, and folders so deep that a recursion would end in an exception.
    """
    left, waiting = limits.files, deque([(folder, 0)])
    while waiting and left > 0:
        at, depth = waiting.popleft()
        try:
            with os.scandir(at) as entries:
                found = list(islice(entries, left))
        except OSError:
            continue
        left -= len(found)
        for entry in found:
            yield Path(entry.path)
            if depth < limits.depth and entry.is_dir(follow_symlinks=False):
                waiting.append((Path(entry.path), depth + 1))


def digest(folder: Path) -> str:
    """Return a hash of a copy: of the names of all plain files in it, and of what they hold."""
    found = hashlib.sha256()
    for path in sorted(one for one in walked(folder) if one.is_file() and not one.is_symlink()):
        found.update(os.fsencode(path.relative_to(folder)) + b"\0")
        with path.open("rb") as file:
            found.update(hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()


def leads_to(link: Path, root: Path) -> Path | None:
    """Return where a link leads, seen from a folder that is resolved; None where that is outside, or a circle."""
    try:
        real = link.resolve()
    except (OSError, RuntimeError):  # a circle of links is a RuntimeError up to Python 3.12
        return None
    return real.relative_to(root) if real.is_relative_to(root) else None


def _like(path: Path, status: os.stat_result, least: int) -> None:
    """Give a copy the mode and the times of what it was made from; what its owner may, the program's user may."""
    mode = status.st_mode & 0o777 | least
    path.chmod(mode | 0o111 if mode & 0o100 else mode)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def size_in_words(size: int) -> str:
    """Return a size as people write it: `64 MiB`."""
    for unit in ("B", "KiB", "MiB"):
        if size < 1 << 10:
            return f"{size} {unit}"
        size >>= 10
    return f"{size} GiB"
