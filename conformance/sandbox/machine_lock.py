"""What sandboxes of all sessions on a machine share out among themselves: each takes what no other has locked.

Processors are locked by abstract names, which take no file and no right. Such a name belongs to a network namespace
(man 7 unix), and users are the same in all of them: those are locked by files, in a folder that only root can enter.
"""

import contextlib
import fcntl
import os
import socket
import stat
from dataclasses import dataclass
from typing import Final

LOCK_NAME: Final = "\0offhook-sandbox-on-{}"
"""An abstract name that a sandbox holds while it lives: the kernel gives it back, however the sandbox ends."""
LOCK_FOLDER: Final = "/run/offhook"
"""Here root's locks lie. It is not among those of everybody: there, others could put their own files and links."""
ROUNDS: Final = 100
"""How often a lock is tried again whose file or folder was taken away meanwhile."""


def try_lock(what: str) -> socket.socket | None:
    """Return a lock to hold; None where another sandbox holds it. Make it before the network is left."""
    held = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        held.bind(LOCK_NAME.format(what))
    except OSError:
        held.close()
        return None
    return held


@dataclass(frozen=True, slots=True)
class FileLock:
    """A locked file: the kernel lets go of the lock however its holder ends, and the next one takes the file over."""

    path: str
    file: int

    def close(self) -> None:
        """Take the file away, and let go of it: in this order, so that nobody else's is taken away."""
        with contextlib.suppress(OSError):
            os.unlink(self.path)  # noqa: PTH108
        os.close(self.file)
        with contextlib.suppress(OSError):  # while others hold locks, it is not empty
            os.rmdir(LOCK_FOLDER)  # noqa: PTH106


def try_file_lock(what: str) -> FileLock | None:
    """Return root's lock to hold; None where another process holds it. Raises OSError where files cannot be locked."""
    path = f"{LOCK_FOLDER}/{what}"
    for _ in range(ROUNDS):
        with contextlib.suppress(FileNotFoundError):
            _make_folder()
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.path.samestat(os.fstat(file), os.stat(path, follow_symlinks=False)):  # noqa: PTH116
                    return FileLock(path, file)
            except BlockingIOError:
                os.close(file)
                return None
            except BaseException:
                os.close(file)
                raise
            os.close(file)  # its last holder has taken it away
    return None


def remove_abandoned() -> None:
    """Take away the files of locks whose holders were killed."""
    with contextlib.suppress(OSError):  # who is not root sees no such folder
        for name in os.listdir(LOCK_FOLDER):  # noqa: PTH208
            left = try_file_lock(name)
            if left is not None:
                left.close()


def _make_folder() -> None:
    """Make the folder. Raises OSError where what is there of that name is not root's alone."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(LOCK_FOLDER, 0o700)  # noqa: PTH102
    status = os.stat(LOCK_FOLDER, follow_symlinks=False)  # noqa: PTH116
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise PermissionError(f"{LOCK_FOLDER} is not root's alone")
