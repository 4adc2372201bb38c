"""The peer's end of a connection, and what can be known and done about one."""

import contextlib
import errno
import select
import socket
import struct
from dataclasses import dataclass, field
from typing import Final

from conformance.stage.ports import listening

NOTHING: Final = memoryview(b"")
UNACKED: Final = 24
"""Where struct tcp_info counts the segments that were sent and not acknowledged."""
SYN_SENT: Final = 2
"""The state of a connection that nobody has answered yet, at the beginning of struct tcp_info."""


@dataclass(slots=True)
class Line:
    """The peer's end of one connection."""

    client: int
    socket: socket.socket
    ended: bool = False
    """The peer has ended its direction, or will when all is sent."""
    program_ended: bool = False
    paused: bool = False
    unsent: memoryview = NOTHING
    owed: bytearray = field(default_factory=bytearray)
    """What an echo still has to send back."""
    returned: int = 0
    """How many bytes it has sent back."""

    def ports(self) -> tuple[int, int]:
        """Return the program's port and the peer's own; zeros once the connection is gone."""
        try:
            return self.socket.getpeername()[1], self.socket.getsockname()[1]
        except OSError:
            return 0, 0

    def close(self) -> None:
        """Let go of the connection."""
        self.socket.close()


def shut(line: socket.socket) -> None:
    """End the peer's direction; the program may have reset the connection meanwhile."""
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_WR)


def dial(host: str, port: int) -> socket.socket | None:
    """Connect over loopback, where the answer comes at once; None where nobody listens."""
    line = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.setblocking(False)
    problem = line.connect_ex((host, port))
    if problem == errno.EINPROGRESS:
        problem = _outcome(line, port)
    if problem == 0:
        return line
    line.close()
    return None


def _outcome(line: socket.socket, port: int) -> int:
    """Return 0 for a connection that is made, or queued behind a full backlog; else the error, which comes at once."""
    doubt = select.poll()
    doubt.register(line, select.POLLOUT)
    if doubt.poll(0) or port not in listening():
        doubt.poll()
        return line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    return 0


def under_way(line: socket.socket) -> bool:
    """Tell whether segments are on their way that the other end's kernel has not taken yet.

    What waits for room in a full receive buffer is not: that lasts until the program reads. Nor is a connection that
    waits for room in a full backlog: that lasts until the program accepts.
    """
    try:
        info = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, UNACKED + 4)
        (segments,) = struct.unpack_from("I", info, UNACKED)
        return bool(segments) and info[0] != SYN_SENT
    except OSError:
        return False
