"""The kernel's tables of sockets: who listens, who waits to be accepted, what has not arrived; who has which port."""

import contextlib
import socket
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY = 4, 20
REQUEST_DUMP: Final = 0x301
NLMSG_ERROR, NLMSG_DONE = 2, 3
TCP_ESTABLISHED, TCP_TIME_WAIT, TCP_CLOSE, TCP_LISTEN = 1, 6, 7, 10
"""Of the states in the kernel's tcp_states.h."""
TCP_CONNECTED_STATES: Final = frozenset(range(1, 12)) - {TCP_TIME_WAIT, TCP_LISTEN}
DATAGRAM_STATES: Final = frozenset({TCP_ESTABLISHED, TCP_CLOSE})
"""Of a socket of UDP: whether it was connected to one address, or not."""
TABLES: Final = {socket.IPPROTO_TCP: ("tcp", "tcp6"), socket.IPPROTO_UDP: ("udp", "udp6")}
QUESTION: Final = struct.Struct("=IHHIIBBxxI48x")
"""struct nlmsghdr and struct inet_diag_req_v2."""
NETLINK_MESSAGE_HEAD: Final = struct.Struct("=iH")
NETLINK_HEADER_SIZE: Final = 16
PORTS, PORTS_AT = struct.Struct(">HH"), NETLINK_HEADER_SIZE + 4
QUEUES, QUEUES_AT = struct.Struct("=II"), NETLINK_HEADER_SIZE + 56
"""Where struct inet_diag_msg has the two ports, and the two queues."""
LARGEST_ANSWER: Final = 1 << 16


class SocketRow(NamedTuple):
    """One socket of the kernel's: its port, the other end's, and what its two queues hold.

    Of a listener, the first queue is the connections that wait to be accepted; of a connection, the second is what was
    sent and has not arrived, in bytes, an end of the stream counted as one.
    """

    port: int
    other: int
    unread: int
    unsent: int


def listening() -> Iterator[int]:
    """Yield the ports on which somebody listens in this network namespace."""
    return (row.port for row in _socket_rows(frozenset({TCP_LISTEN})))


def waiting_at(ports: Iterable[int]) -> int:
    """Return how many connections wait on these ports to be accepted."""
    asked = set(ports)
    return sum(row.unread for row in _socket_rows(frozenset({TCP_LISTEN})) if row.port in asked)


def sending() -> Iterator[tuple[int, int]]:
    """Yield the ports, its own and the other's, of each end of a connection that has sent what has not arrived."""
    return ((row.port, row.other) for row in _socket_rows(TCP_CONNECTED_STATES) if row.unsent)


def bound_datagrams() -> Iterator[int]:
    """Yield the ports that sockets of UDP have in this network namespace."""
    return (row.port for row in _socket_rows(DATAGRAM_STATES, socket.IPPROTO_UDP))


def _socket_rows(states: frozenset[int], protocol: int = socket.IPPROTO_TCP) -> list[SocketRow]:
    """Ask the kernel for its sockets in these states (man 7 sock_diag).

    Its tables in /proc name all of them, also the many connections that are over, and take 20 times as long; they are
    read where a sandbox allows no such question.
    """
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as link:
            return [
                row
                for family in (socket.AF_INET, socket.AF_INET6)
                for row in _ask_for_sockets(link, family, protocol, states)
            ]
    except OSError:
        return [row for table in TABLES[protocol] for row in _read_proc_table(table, states)]


def _ask_for_sockets(link: socket.socket, family: int, protocol: int, states: frozenset[int]) -> Iterator[SocketRow]:
    """Yield the sockets of one family and protocol; raise OSError where the kernel does not tell."""
    of_whom = family, protocol, sum(1 << state for state in states)
    link.send(QUESTION.pack(QUESTION.size, SOCK_DIAG_BY_FAMILY, REQUEST_DUMP, 0, 0, *of_whom))
    while True:
        answer, at = link.recv(LARGEST_ANSWER), 0
        while at < len(answer):
            size, kind = NETLINK_MESSAGE_HEAD.unpack_from(answer, at)
            if kind == NLMSG_DONE:
                return
            if kind == NLMSG_ERROR:
                raise OSError(
                    -NETLINK_MESSAGE_HEAD.unpack_from(answer, at + NETLINK_HEADER_SIZE)[0],
                    "the kernel does not tell of its sockets",
                )
            yield SocketRow(*PORTS.unpack_from(answer, at + PORTS_AT), *QUEUES.unpack_from(answer, at + QUEUES_AT))
            at += size + 3 & ~3


def _read_proc_table(table: str, states: frozenset[int]) -> Iterator[SocketRow]:
    """Yield the sockets that one of the tables names; none where it is not there."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/net", table).read_text().splitlines()[1:]:
            fields = line.split()
            if int(fields[3], 16) in states:
                unsent, unread = (int(queue, 16) for queue in fields[4].split(":"))
                yield SocketRow(_port(fields[1]), _port(fields[2]), unread, unsent)


def _port(address: str) -> int:
    return int(address.rsplit(":", 1)[1], 16)
