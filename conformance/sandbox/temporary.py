"""Temporary folders: made where programs can be built and started, kept while they are used, collected afterwards.

Each is locked by the process that made it, for as long as that lives. The kernel lets go of the lock however it ends,
and in whichever namespace it was. So the next start knows which folders are nobody's any more.
"""

import contextlib
import errno
import fcntl
import os
import tempfile
from pathlib import Path
from typing import Final, Self

from conformance.messages import Message, say
from conformance.records.errors import Unusable
from conformance.sandbox import safe_files, uids
from conformance.sandbox.safe_files import opened

PREFIX: Final = "offhook-"
LEAST_ROOM: Final = 16 << 20
"""How many bytes must be free at the start: a program in C and its files take less."""
LEAST_FILES: Final = 1000
"""And how many inodes: a file system may be full by either."""
PROBE: Final = 1 << 16
"""Bytes that are written to see whether a quota allows any."""
LOCK: Final = ".lock"
LITTLE_ROOM: Final = 512 << 20
"""Where more is free than this, it was not for lack of room that a build failed."""
FULL: Final = tuple(os.strerror(number) for number in (errno.ENOSPC, errno.EDQUOT))


class TemporaryFolder:
    """A temporary folder of this process."""

    def __init__(self, kind: str) -> None:
        self.path, self._lock = _made_and_locked(temporary_root(), f"{PREFIX}{kind}-")
        try:
            _try_to_write(self.path)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Remove it and all that lies in it."""
        safe_files.remove(str(self.path))
        os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def temporary_root() -> Path:
    """Return the folder for temporary files. Raises `Unusable` where programs cannot be built and started there."""
    folder = _folder()
    try:
        status = os.statvfs(folder)
        closed = closed_to_others(folder) if uids.can_be_changed() else None
    except OSError as problem:
        raise _unusable(folder, problem.strerror or str(problem)) from problem
    if status.f_flag & os.ST_RDONLY:
        raise _unusable(folder, say("place.read-only"))
    if status.f_flag & os.ST_NOEXEC:
        raise _unusable(folder, say("place.noexec"))
    if _room(status) < LEAST_ROOM or (status.f_files and status.f_favail < LEAST_FILES):
        raise _unusable(folder, say("place.full", least=LEAST_ROOM >> 20))
    if closed is not None:
        raise _unusable(folder, say("place.closed", folder=closed))
    return folder


def closed_to_others(path: Path) -> Path | None:
    """Return the uppermost folder on the way to a file or folder, itself included, that keeps other users out."""
    real = path.resolve()
    return next((one for one in reversed((real, *real.parents)) if not one.stat().st_mode & 0o001), None)


def is_full(words: str = "") -> Message | None:
    """Return why something failed, where that was for lack of room; `words` are what a program said of it."""
    folder = _folder()
    room = _room(os.statvfs(folder))
    if room < PROBE or (room < LITTLE_ROOM and any(text in words for text in FULL)):
        return _why_unusable(folder, say("place.filled"))
    return None


def is_narrow() -> Message | None:
    """Return why a build was given little room, where that was for lack of it."""
    folder = _folder()
    return _why_unusable(folder, say("place.narrow")) if _room(os.statvfs(folder)) < LITTLE_ROOM else None


def remove_abandoned() -> None:
    """Remove the folders of processes that are gone."""
    for path in _folder().glob(f"{PREFIX}*-*"):
        with contextlib.suppress(OSError), opened(str(path)) as folder, opened(LOCK, folder) as lock:
            if os.fstat(folder).st_uid == os.geteuid():
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                safe_files.remove(str(path))


def _folder() -> Path:
    """Return the folder that the environment names, without looking for another one where it cannot be used."""
    told = next((os.environ[name] for name in ("TMPDIR", "TEMP", "TMP") if os.environ.get(name)), None)
    return Path(told).absolute() if told else Path(tempfile.gettempdir())


def _made_and_locked(folder: Path, prefix: str) -> tuple[Path, int]:
    """Make a folder and lock it. Before it is locked, another process may remove it as an abandoned one."""
    try:
        while True:
            path = Path(tempfile.mkdtemp(prefix=prefix, dir=folder))
            lock = os.open(path / LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(lock).st_nlink:
                    return path, lock
            os.close(lock)
    except OSError as problem:
        raise _unusable(folder, problem.strerror or str(problem)) from problem


def _try_to_write(folder: Path) -> None:
    """Write something: a quota shows only then."""
    probe = folder / "probe"
    try:
        probe.write_bytes(bytes(PROBE))
        probe.unlink()
    except OSError as problem:
        raise _unusable(folder.parent, problem.strerror or str(problem)) from problem


def _room(status: os.statvfs_result) -> int:
    """Return how many bytes can be written; a file system that does not say has enough."""
    return status.f_bavail * status.f_frsize if status.f_blocks else LITTLE_ROOM


def _unusable(folder: Path, why: Message | str) -> Unusable:
    return Unusable(_why_unusable(folder, why))


def _why_unusable(folder: Path, why: Message | str) -> Message:
    return say("place.unusable", folder=folder, why=why)
