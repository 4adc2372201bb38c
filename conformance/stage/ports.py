"""Ports: two different ones for each program, free, and not the same when their bytes are swapped."""

import contextlib
import errno
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

CANDIDATES: Final = (9190, 7531, 9473, 8642, 6791, 5937, 4859, 7193, 8317, 6173, *range(5009, 9973, 97))
"""Above 1023, below the ports that the system gives to clients; 9190 is the course's own."""
LISTENING: Final = "0A"
NOTHING_SENT: Final = "00000000:"
"""How the kernel's table begins to tell of what a socket has sent, where all of it has arrived."""


def swapped(port: int) -> int:
    """Return the port that a program uses when it forgets htons."""
    return int.from_bytes(port.to_bytes(2, "big"), "little")


def two_free() -> tuple[tuple[int, int], list[socket.socket]]:
    """Return two ports on which nobody listens, and whose swapped values are free too; and what reserves them.

    Where workers share the system's network, each reserves its ports as long as it keeps these sockets. Raises OSError
    where no two are left.
    """
    found: list[tuple[int, socket.socket]] = []
    for port in CANDIDATES:
        if len(found) < 2 and _is_free(port) and _is_free(swapped(port)) and (held := _reserve(port)) is not None:
            found.append((port, held))
    if len(found) < 2:
        raise OSError(errno.EADDRINUSE, "no two free ports are left for the programs")
    return (found[0][0], found[1][0]), [held for _, held in found]


def _reserve(port: int) -> socket.socket | None:
    """Take a name that only one process of a network namespace can have; None where another has it."""
    holder = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        holder.bind(f"\0offhook port {port}")
    except OSError:
        holder.close()
        return None
    return holder


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("", port))
        except OSError as problem:
            return problem.errno != errno.EADDRINUSE
    return True


def listening() -> Iterator[int]:
    """Yield the ports on which somebody listens in this network namespace, from the kernel's tables."""
    return (_port(fields[1]) for fields in _sockets() if fields[3] == LISTENING)


def sending() -> Iterator[tuple[int, int]]:
    """Yield the ports, its own and the other's, of each end of a connection that has sent what has not arrived."""
    return ((_port(fields[1]), _port(fields[2])) for fields in _sockets() if not fields[4].startswith(NOTHING_SENT))


def _sockets() -> Iterator[list[str]]:
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/self/net/{table}").read_text().splitlines()[1:]:
                yield line.split()


def _port(address: str) -> int:
    return int(address.rsplit(":", 1)[1], 16)
