"""Arguments as a reader wants them: addresses, flags and constants by name."""

import errno
import os
import socket
import struct
from collections.abc import Mapping
from typing import Final

from conformance.model.calls import TRANSFER
from conformance.model.constants import SOCKET_TYPE_MASK
from conformance.model.signals import SA_RESETHAND, SA_RESTART, SIGNAL_NAMES, handled
from conformance.records.c_string import c_string
from conformance.records.trace import Address, Call

ADDRESS_LIMIT: Final = 128
ERROR_NAMES: Final = {**errno.errorcode, errno.EAGAIN: "EAGAIN", errno.EOPNOTSUPP: "EOPNOTSUPP"}
"""Of two names for one number, the one that the pages of socket calls use: Python has the other one of the second."""


def _constants(prefix: str) -> dict[int, str]:
    return {
        int(value): name for name, value in vars(socket).items() if name.startswith(prefix) and isinstance(value, int)
    }


ADDRESS_FAMILIES: Final = _constants("AF_")
SOCKET_TYPES: Final = {1: "SOCK_STREAM", 2: "SOCK_DGRAM", 3: "SOCK_RAW", 5: "SOCK_SEQPACKET"}
OPTION_LEVELS: Final = {1: "SOL_SOCKET", 6: "IPPROTO_TCP", 0: "IPPROTO_IP", 41: "IPPROTO_IPV6"}
SHUTDOWN_HOW: Final = {0: "SHUT_RD", 1: "SHUT_WR", 2: "SHUT_RDWR"}
SOCKET_OPTIONS: Final = {
    2: "SO_REUSEADDR", 3: "SO_TYPE", 4: "SO_ERROR", 6: "SO_BROADCAST", 7: "SO_SNDBUF", 8: "SO_RCVBUF",
    9: "SO_KEEPALIVE", 10: "SO_OOBINLINE", 13: "SO_LINGER", 15: "SO_REUSEPORT", 20: "SO_RCVTIMEO",
    21: "SO_SNDTIMEO", 30: "SO_ACCEPTCONN", 38: "SO_PROTOCOL", 39: "SO_DOMAIN",
}  # fmt: skip
OPTIONS_OF: Final = {1: SOCKET_OPTIONS, 6: _constants("TCP_"), 41: {26: "IPV6_V6ONLY"}}
"""The options of each level that has names for them."""
SO_ERROR, SO_LINGER = 4, 13
MESSAGE_FLAGS: Final = {**_constants("MSG_"), 0x1_0000: "MSG_WAITFORONE"}
"""The last one is of recvmmsg, which Python does not have."""
OPENS: Final = {os.O_CREAT: "O_CREAT", os.O_TRUNC: "O_TRUNC", os.O_APPEND: "O_APPEND", os.O_EXCL: "O_EXCL",
                os.O_NONBLOCK: "O_NONBLOCK", os.O_CLOEXEC: "O_CLOEXEC"}  # fmt: skip
ACCESS: Final = {os.O_RDONLY: "O_RDONLY", os.O_WRONLY: "O_WRONLY", os.O_RDWR: "O_RDWR"}
F_SETFL: Final = 4
WITHOUT_ARGUMENT: Final = frozenset({1, 3})
"""F_GETFD and F_GETFL."""
FCNTL_COMMANDS: Final = {0: "F_DUPFD", 1: "F_GETFD", 2: "F_SETFD", 3: "F_GETFL", 4: "F_SETFL", 1030: "F_DUPFD_CLOEXEC"}
HANDLER_FLAGS: Final = {
    SA_RESTART: "SA_RESTART", SA_RESETHAND: "SA_RESETHAND", 4: "SA_SIGINFO", 1: "SA_NOCLDSTOP",
    0x0800_0000: "SA_ONSTACK", 0x4000_0000: "SA_NODEFER",
}  # fmt: skip
KERNEL_FLAGS: Final = 0x0400_0000
"""SA_RESTORER: set by the C library, never by the program."""


def constant_name(value: int, names: Mapping[int, str]) -> str:
    """Return a constant's name, or its number."""
    return names.get(value, str(value))


def flags(value: int, names: Mapping[int, str]) -> str:
    """Return flags joined by `|`, with what is unknown in hexadecimal, or 0."""
    found = [name for bit, name in names.items() if bit and value & bit == bit]
    rest = value & ~sum(bit for bit in names if bit and value & bit == bit)
    return "|".join([*found, *([hex(rest)] if rest else [])]) or "0"


def open_flags(value: int) -> str:
    """Return the flags of open as a C program writes them."""
    extra = flags(value & ~os.O_ACCMODE, OPENS)
    return ACCESS.get(value & os.O_ACCMODE, "?") + ("" if extra == "0" else "|" + extra)


FLAGS_OF_CREAT: Final = os.O_CREAT | os.O_WRONLY | os.O_TRUNC


def opening(call: Call) -> int:
    """Return the flags with which a call opens a file; 0 where they stand in the program's memory."""
    return FLAGS_OF_CREAT if call.system_call == "creat" else call.arg("open_flags")


def mode(call: Call) -> int:
    """Return the permission bits that a call gives a new file, as they reach the kernel."""
    return call.uint_arg("mode")


def octal(bits: int) -> str:
    """Return permission bits as a C program writes them."""
    return f"0{bits:o}"


def socket_type(value: int) -> str:
    """Return a socket's type with SOCK_NONBLOCK and SOCK_CLOEXEC where they were asked for."""
    extra = flags(value & ~SOCKET_TYPE_MASK, {os.O_NONBLOCK: "SOCK_NONBLOCK", os.O_CLOEXEC: "SOCK_CLOEXEC"})
    return constant_name(value & SOCKET_TYPE_MASK, SOCKET_TYPES) + ("" if extra == "0" else "|" + extra)


def socket_address(data: bytes) -> Address | None:
    """Decode a struct sockaddr of AF_INET or AF_INET6, and the path of AF_UNIX; others keep their family only."""
    if len(data) < 2:
        return None
    family = struct.unpack_from("=H", data)[0]
    name = ADDRESS_FAMILIES.get(family, str(family))
    if family in (socket.AF_INET, socket.AF_UNSPEC) and len(data) >= 8:  # Linux takes the second for the first
        return Address(
            family=name, host=socket.inet_ntop(socket.AF_INET, data[4:8]), port=struct.unpack_from(">H", data, 2)[0]
        )
    if family == socket.AF_INET6 and len(data) >= 24:
        return Address(
            family=name, host=socket.inet_ntop(socket.AF_INET6, data[8:24]), port=struct.unpack_from(">H", data, 2)[0]
        )
    path = data[2:].split(b"\0", 1)[0] if family == socket.AF_UNIX else b""
    return Address(family=name, host=path.decode(errors="backslashreplace"), port=0)


def error_name(result: int) -> str | None:
    """Return the name of the error that a negative result stands for, or None for a success."""
    return ERROR_NAMES.get(-result, str(-result)) if -4096 < result < 0 else None


def system_call_arguments(call: Call) -> tuple[str, ...]:
    """Return a call's arguments as a C programmer would write them, the descriptor first."""
    if call.shown:
        return call.shown
    descriptor = str(call.descriptor)
    match call.name:
        case "socket" | "socketpair":
            family = constant_name(call.arg("family"), ADDRESS_FAMILIES)
            return family, socket_type(call.arg("type")), str(call.arg("protocol"))
        case "bind" | "connect":
            return descriptor, host_and_port(call.address), str(call.arg("address_length"))
        case "listen":
            return descriptor, str(call.int_arg("backlog"))
        case "close":
            return (descriptor,)
        case "accept" | "getsockname" | "getpeername":
            return (descriptor,) if call.address is None else (descriptor, host_and_port(call.address))
        case "shutdown":
            return descriptor, constant_name(call.arg("how"), SHUTDOWN_HOW)
        case "setsockopt" | "getsockopt":
            return descriptor, *_option_names(call), *_option(call)
        case "sigaction":
            return constant_name(call.arg("signal"), SIGNAL_NAMES), _handler(call.data)
        case "open":
            return _open_arguments(call)
        case "fcntl":
            return descriptor, constant_name(call.arg("command"), FCNTL_COMMANDS), *_setting(call)
        case "copy_file_range":
            return descriptor, str(call.int_arg("target")), str(call.arg("length"))
        case name if name in TRANSFER:
            return _transfer_arguments(call, descriptor)
        case "dup":
            new = (str(call.int_arg("new_descriptor")),) if call.has_arg("new_descriptor") else ()
            return descriptor, *new
        case "close_range":
            return str(call.uint_arg("first")), str(call.uint_arg("last"))
        case "lseek" | "ftruncate":
            return descriptor, str(call.int_arg("position"))
        case _:
            return () if call.descriptor is None else (descriptor,)


def quoted_path(path: str | None) -> str:
    """Return a path as a C string, with whatever cannot be seen spelled out."""
    inner = repr(path or "")[1:-1]
    return '"' + inner.replace("\\'", "'").replace('"', '\\"') + '"'


def host_and_port(address: Address | None) -> str:
    """Return an address as host and port."""
    if address is None:
        return "?"
    if address.family == "AF_UNIX":
        return quoted_path(address.host) if address.host else "AF_UNIX"
    host = f"[{address.host}]" if ":" in address.host else address.host
    return f"{host}:{address.port}" if host else address.family


def _transfer_arguments(call: Call, descriptor: str) -> tuple[str, ...]:
    """Return descriptor, data, size, and for messages their flags and the other end, where they are known."""
    source = (str(call.int_arg("source")),) if call.has_arg("source") else ()
    options = (flags(call.uint_arg("message_flags"), MESSAGE_FLAGS),) if call.has_arg("message_flags") else ()
    other_end = () if call.address is None else (host_and_port(call.address),)
    return descriptor, *source, _moved(call), _asked(call), *options, *other_end


def _moved(call: Call) -> str:
    """Return the bytes of a transfer; an ellipsis where they are not known, as of a file that others read meanwhile."""
    return c_string(call.data) if call.data or (call.succeeded and not call.moved) else "…"


def _asked(call: Call) -> str:
    if call.has_arg("messages"):
        return f"{call.uint_arg('count')} messages"
    wanted = call.asked_for
    return "…" if wanted is None else str(wanted)


def _setting(call: Call) -> tuple[str, ...]:
    """Return what a command of fcntl is given, if it takes anything."""
    command = call.arg("command")
    if command in WITHOUT_ARGUMENT:
        return ()
    return (open_flags(call.arg("setting")) if command == F_SETFL else str(call.int_arg("setting")),)


def _option_names(call: Call) -> tuple[str, str]:
    level, option = call.arg("level"), call.arg("option")
    return constant_name(level, OPTION_LEVELS), constant_name(option, OPTIONS_OF.get(level, {}))


def _option(call: Call) -> tuple[str, ...]:
    """Return the value of a socket option, where it was recorded: a number, a length of time, or who lingers."""
    level, option, data = call.arg("level"), call.arg("option"), call.data
    if (level, option) == (1, SO_LINGER) and len(data) >= 8:
        on, seconds = struct.unpack_from("<ii", data)
        return (f"{{{'on' if on else 'off'}, {seconds} s}}",)
    if level == 1 and len(data) >= 16:
        seconds, microseconds = struct.unpack_from("<qq", data)
        return (f"{seconds + microseconds / 1e6:g} s",)
    if len(data) < 4:
        return ()
    value = struct.unpack_from("<i", data)[0]
    return (errno.errorcode.get(value, str(value)) if (level, option) == (1, SO_ERROR) else str(value),)


def _handler(action: bytes) -> str:
    found = handled(action)
    if found is None:
        return "SIG_IGN" if action[:1] == b"\1" else "SIG_DFL"
    return "handler, " + flags(found[1] & ~KERNEL_FLAGS, HANDLER_FLAGS)


def _open_arguments(call: Call) -> tuple[str, ...]:
    if call.system_call == "creat":
        return quoted_path(call.path), octal(mode(call))
    if not call.has_arg("open_flags"):
        return (quoted_path(call.path),)
    bits = (octal(mode(call)),) if opening(call) & os.O_CREAT else ()
    return quoted_path(call.path), open_flags(opening(call)), *bits
