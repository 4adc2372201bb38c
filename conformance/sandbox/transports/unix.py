"""Unix-domain stream sockets: a path in the program's own directory, and nothing that is ever under way.

The kernel puts what is sent into the receiver's queue before the call returns (unix_stream_sendmsg in af_unix.c), and
connect puts the connection into the listener's. So when the program is quiet, all has arrived.
"""

import contextlib
import errno
import os
import socket
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from conformance.records.scenario import File
from conformance.sandbox.lines import Connection, Line
from conformance.sandbox.safe_files import opened
from conformance.sandbox.transports.interface import Found, MeetingPlace

BACKLOG: Final = 16
TABLE: Final = "/proc/self/net/unix"
LISTENS: Final = 0x1_0000
"""The flag that the table shows of a listener (__SO_ACCEPTCON)."""
OPEN_TO_ALL: Final = 0o666
"""Who connects must be allowed to write to the socket's file (man 7 unix); a listener of the suite's is another
user's."""


class Row(NamedTuple):
    """One socket of the kernel's table."""

    listens: bool
    accepted: bool
    """Whether some process has it: a connection that waits to be accepted has no number of a file yet."""
    path: str


class Unix:
    """See `Transport`."""

    def __init__(self, place: MeetingPlace) -> None:
        self._place = place

    def files(self) -> tuple[File, ...]:
        """See `Transport`."""
        return ()

    def listen(self) -> list[socket.socket]:
        """See `Transport`."""
        with opened(self._place.directory) as folder:
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            listener.bind(f"/proc/self/fd/{folder}/{self._place.path}")  # the folder's own path may be too long
            os.chmod(self._place.path, OPEN_TO_ALL, dir_fd=folder)
            if self._place.owner is not None:
                os.chown(self._place.path, *self._place.owner, dir_fd=folder)
        listener.listen(BACKLOG)
        return [listener]

    def occupy(self) -> list[socket.socket]:
        """See `Transport`."""
        return self.listen()

    def connect(self, client: int) -> Found | None:
        """See `Transport`. Who finds the backlog full waits there, until the program accepts."""
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        made.setblocking(False)
        number = self._reach(made)
        if number not in (0, errno.EAGAIN):
            made.close()
            return None
        waits = (lambda: self._reach(made) != errno.EAGAIN) if number else None
        return Found(Connection(client, made, resets=False, begin=waits))

    def _reach(self, made: socket.socket) -> int:
        """Connect to the socket in the program's directory, never through a link; return 0 or the error."""
        try:
            with opened(self._place.directory) as folder, _found_socket(self._place.path, folder) as path:
                return made.connect_ex(path)
        except OSError as problem:
            return problem.errno or errno.ENOENT

    def accept(self, client: int, listener: socket.socket) -> Line | None:
        """See `Transport`."""
        with contextlib.suppress(BlockingIOError):
            made, _ = listener.accept()
            made.setblocking(False)
            return Connection(client, made, resets=False)
        return None

    def intrude(self, line: Line, data: bytes) -> bool:  # noqa: ARG002 (see `Transport`)
        """Into a connection nobody else can send."""
        return False

    def has_waiting(self) -> bool:
        """See `Transport`."""
        return any(not row.accepted for row in self._rows())

    def is_found(self) -> bool:
        """See `Transport`."""
        return any(row.listens for row in self._rows())

    def has_unacked(self, line: Line) -> bool:  # noqa: ARG002 (see the top)
        """Nothing is ever under way."""
        return False

    def has_inflight(self, lines: Iterable[Line]) -> bool:  # noqa: ARG002 (see the top)
        """Nothing is ever under way."""
        return False

    def close(self) -> None:
        """See `Transport`."""

    def _rows(self) -> Iterator[Row]:
        """Yield the sockets of the program's path, by whatever way it names that."""
        return (row for row in _table() if row.path.rpartition("/")[2] == self._place.path)


@contextlib.contextmanager
def _found_socket(name: str, within: int) -> Iterator[str]:
    """Yield a path that leads to a socket and to nothing else, whatever the program does meanwhile. Raises OSError."""
    handle = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=within)
    try:
        if not stat.S_ISSOCK(os.fstat(handle).st_mode):
            raise FileNotFoundError(errno.ENOENT, name)
        yield f"/proc/self/fd/{handle}"
    finally:
        os.close(handle)


def _table() -> Iterator[Row]:
    """Yield the kernel's stream sockets that have a path; none where the table is not there."""
    with contextlib.suppress(OSError):
        for line in Path(TABLE).read_text("utf-8", "replace").splitlines()[1:]:
            fields = line.split(maxsplit=7)
            if len(fields) == 8:
                yield Row(bool(int(fields[3], 16) & LISTENS), fields[6] != "0", fields[7])
