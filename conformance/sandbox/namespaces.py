"""Namespaces: a network and mounts of the worker's own, and births into the namespaces of others, where allowed."""

import contextlib
import ctypes
import errno
import fcntl
import os
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Final

from conformance.observe.libc import libc
from conformance.observe.linux.arch import CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWUSER
from conformance.records.scenario import LOOPBACK_6
from conformance.sandbox import root, uids

# man 7 netdevice, man 7 rtnetlink, linux/rtnetlink.h.
SIOCSIFFLAGS, SIOCSIFMTU = 0x8914, 0x8922
IFF_UP_AND_RUNNING: Final = 0x41
RTM_NEWROUTE, RTM_DELROUTE = 24, 25
RTN_LOCAL, RTPROT_KERNEL, RT_TABLE_LOCAL = 2, 2, 255
RTA_DST, RTA_OIF, RTA_PREFSRC, RTA_METRICS, RTAX_QUICKACK = 1, 4, 7, 8, 15
NLM_F_REQUEST, NLM_F_ACK, NLM_F_REPLACE, NLM_F_CREATE = 0x1, 0x4, 0x100, 0x400
RT_SCOPE_UNIVERSE, RT_SCOPE_HOST = 0, 254
NETLINK_HEADER, ROUTE_HEADER = struct.Struct("=IHHII"), struct.Struct("=8BI")
"""struct nlmsghdr and struct rtmsg (man 7 netlink, man 7 rtnetlink)."""
LOOPBACKS: Final = (("127.0.0.0", 8), ("127.0.0.1", 32))
"""The networks to which the kernel makes local routes for IPv4's loopback, with their lengths in bits."""
SEGMENT: Final = 16_463
"""What loopback carries at once: several segments fit into each buffer, so that none waits for a timer.

Without its headers it is 16,411 bytes, a prime: no usual buffer divides it, so a full socket takes a part of a write.
"""
TCP_SYSCTLS: Final = {
    "tcp_max_tw_buckets": "0",
    "tcp_wmem": "4096 16384 131072",
    "tcp_rmem": "4096 131072 131072",
}
"""TIME_WAIT is kept out of everything but the requirement about it; half a megabyte is more than both buffers hold."""


def enter(*, as_root: bool) -> bool:
    """Move this process into a network and mounts of its own, and a plain user's into a user namespace before.

    Tell whether that worked. It is tried in a child first: a user namespace that turns out useless could not be left
    again.
    """
    child = os.fork()
    if child == 0:
        os._exit(0 if _try_to_enter(as_root=as_root) else 1)
    return os.waitpid(child, 0)[1] == 0 and _try_to_enter(as_root=as_root)


def fork_into(enter: Callable[[], None]) -> int:
    """Fork a child that lives in other namespaces; return its number, and 0 in the child itself. Raises OSError.

    A process stays in its process namespace for good: only its children can be born in another one (man 2 setns). So
    a process between this one and the child enters, has the child and ends. Then the child is one of this process,
    which is a subreaper.
    """
    reading, writing = os.pipe()
    between = os.fork()
    if between == 0:
        number = -1
        try:
            os.close(reading)
            enter()
            number = os.fork()
            if number:
                os.write(writing, b"%d" % number)
        except OSError as problem:
            os.write(writing, b"%d" % -(problem.errno or errno.EPERM))
        finally:
            if number:
                os._exit(0)
        os.close(writing)
        return 0
    os.close(writing)
    os.waitpid(between, 0)
    found = int(os.read(reading, 20) or b"-1")
    os.close(reading)
    if found < 0:
        raise OSError(-found, os.strerror(-found))
    return found


def unshare(kinds: int) -> None:
    """Give this process new namespaces; its children, where it is one of processes. Raises OSError."""
    if libc.unshare(kinds) != 0:
        raise OSError(ctypes.get_errno(), "unshare")


def opened(pid: int) -> tuple[int, ...]:
    """Open the namespaces of a box by its first process, for `join_all`. Raises OSError."""
    return tuple(os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC) for kind in ("ipc", "uts", "pid", "mnt"))


def join_all(handles: tuple[int, ...]) -> None:
    """Move this process into open namespaces; its children, where it is one of processes. Raises OSError.

    By a pidfd that takes the right to trace the process, which a plain user has over none that is not dumpable.
    """
    for handle in handles:
        join(handle, 0)


def join(process: int, kinds: int) -> None:
    """Move this process into the namespaces of another one, by its pidfd; its children, where it is one of processes.

    Raises OSError, also where Linux is older than 5.8.
    """
    if libc.setns(process, kinds) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def _try_to_enter(*, as_root: bool) -> bool:
    try:
        _unshare(as_root=as_root)
        root.make_private()
        _raise_loopback()
    except OSError:
        return False
    with contextlib.suppress(OSError):
        _acknowledge_at_once()
    for name, value in TCP_SYSCTLS.items():
        with contextlib.suppress(OSError):
            Path("/proc/sys/net/ipv4", name).write_text(value)
    return True


def _unshare(*, as_root: bool) -> None:
    user, group = os.getuid(), os.getgid()
    unshare(CLONE_NEWNET | CLONE_NEWNS | (0 if as_root else CLONE_NEWUSER))
    if not as_root:  # a root that can become nobody else is a plain user here, and loses its capabilities at exec
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user or uids.FIRST} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group or uids.FIRST} {group} 1")
        with contextlib.suppress(OSError):  # programs make no user namespace in this one
            Path("/proc/sys/user/max_user_namespaces").write_text("0")


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFMTU, struct.pack("16si12x", b"lo", SEGMENT))
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP_AND_RUNNING))


def _acknowledge_at_once() -> None:
    """Let what goes over loopback be acknowledged at once, and not 40 ms later where the receiver does not answer.

    A connection on which both sides have spoken delays its acknowledgements (man 7 tcp, TCP_QUICKACK), and the peer
    takes no step while something is not acknowledged. A route may forbid that, for programs as for the peer. Of IPv4
    the kernel's own routes are replaced. Of IPv6 that one has metric 0, which nobody else can name: another one is put
    beside it, and it is deleted.
    """
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as line:
        for address, bits in LOOPBACKS:
            _request_route(line, RTM_NEWROUTE, NLM_F_REPLACE, _route(socket.AF_INET, address, bits))
        if Path("/proc/net/if_inet6").exists():
            route = _route(socket.AF_INET6, LOOPBACK_6, 128)
            _request_route(line, RTM_NEWROUTE, NLM_F_CREATE, route)
            _request_route(line, RTM_DELROUTE, 0, _route(socket.AF_INET6, LOOPBACK_6, 128, quick=False))


def _request_route(line: socket.socket, kind: int, flags: int, body: bytes) -> None:
    """Ask the kernel for a change of its routes. Raises OSError where it refuses."""
    size = NETLINK_HEADER.size + len(body)
    line.send(NETLINK_HEADER.pack(size, kind, NLM_F_REQUEST | NLM_F_ACK | flags, 1, 0) + body)
    _length, _kind, _flags, _number, _port, problem = struct.unpack_from("=IHHIIi", line.recv(4096))
    if problem:
        raise OSError(-problem, f"the route of loopback: {errno.errorcode.get(-problem, '')}")


def _route(family: socket.AddressFamily, address: str, bits: int, *, quick: bool = True) -> bytes:
    """Return the message about a local route like the kernel's own, from which it differs in quickack alone."""
    is_ipv4 = family == socket.AF_INET
    scope = RT_SCOPE_HOST if is_ipv4 else RT_SCOPE_UNIVERSE
    table = ROUTE_HEADER.pack(family, bits, 0, 0, RT_TABLE_LOCAL, RTPROT_KERNEL, scope, RTN_LOCAL, 0)
    attributes = [
        _attribute(RTA_DST, socket.inet_pton(family, address)),
        _attribute(RTA_OIF, struct.pack("=I", socket.if_nametoindex("lo"))),
    ]
    if is_ipv4:
        attributes.append(_attribute(RTA_PREFSRC, socket.inet_aton("127.0.0.1")))
    if quick:
        attributes.append(_attribute(RTA_METRICS, _attribute(RTAX_QUICKACK, struct.pack("=I", 1))))
    return table + b"".join(attributes)


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value
