"""Arguments as a reader wants them: addresses, flags and constants by name."""

import codecs
import errno
import fcntl
import os
import signal
import socket
import struct
from collections.abc import Mapping
from typing import Final

from conformance.model.calls import TRANSFER
from conformance.model.signals import ONLY_ONCE, RESTARTS, handled
from conformance.observe.trace import Address, Call

ADDRESS_LIMIT: Final = 128


def _constants(prefix: str) -> dict[int, str]:
    return {
        int(value): name for name, value in vars(socket).items() if name.startswith(prefix) and isinstance(value, int)
    }


FAMILIES: Final = _constants("AF_")
TYPES: Final = {1: "SOCK_STREAM", 2: "SOCK_DGRAM", 3: "SOCK_RAW", 5: "SOCK_SEQPACKET"}
LEVELS: Final = {1: "SOL_SOCKET", 6: "IPPROTO_TCP", 0: "IPPROTO_IP", 41: "IPPROTO_IPV6"}
SHUTDOWNS: Final = {0: "SHUT_RD", 1: "SHUT_WR", 2: "SHUT_RDWR"}
OPTIONS: Final = {2: "SO_REUSEADDR", 3: "SO_TYPE", 4: "SO_ERROR", 6: "SO_BROADCAST", 7: "SO_SNDBUF", 8: "SO_RCVBUF",
                  9: "SO_KEEPALIVE", 10: "SO_OOBINLINE", 13: "SO_LINGER", 15: "SO_REUSEPORT", 20: "SO_RCVTIMEO",
                  21: "SO_SNDTIMEO", 30: "SO_ACCEPTCONN", 38: "SO_PROTOCOL", 39: "SO_DOMAIN"}  # fmt: skip
OPTIONS_OF: Final = {1: OPTIONS, 6: _constants("TCP_"), 41: {26: "IPV6_V6ONLY"}}
"""The options of each level that has names for them."""
SO_ERROR, SO_LINGER = 4, 13
MESSAGE_FLAGS: Final = _constants("MSG_")
FLAGS_OF: Final = {"recvfrom": 3, "sendto": 3, "recvmsg": 2, "sendmsg": 2}
"""Where each call's MSG_ flags stand among its arguments."""
SIGNALS: Final = {int(one): one.name for one in signal.Signals}
OPENS: Final = {os.O_CREAT: "O_CREAT", os.O_TRUNC: "O_TRUNC", os.O_APPEND: "O_APPEND", os.O_EXCL: "O_EXCL",
                os.O_NONBLOCK: "O_NONBLOCK", os.O_CLOEXEC: "O_CLOEXEC"}  # fmt: skip
ACCESS: Final = {os.O_RDONLY: "O_RDONLY", os.O_WRONLY: "O_WRONLY", os.O_RDWR: "O_RDWR"}
F_SETFL: Final = 4
WITHOUT_ARGUMENT: Final = frozenset({1, 3})
"""F_GETFD and F_GETFL."""
COMMANDS: Final = {0: "F_DUPFD", 1: "F_GETFD", 2: "F_SETFD", 3: "F_GETFL", 4: "F_SETFL", 1030: "F_DUPFD_CLOEXEC"}
HANDLER_FLAGS: Final = {RESTARTS: "SA_RESTART", ONLY_ONCE: "SA_RESETHAND", 4: "SA_SIGINFO", 1: "SA_NOCLDSTOP",
                        0x0800_0000: "SA_ONSTACK", 0x4000_0000: "SA_NODEFER"}  # fmt: skip
KERNEL_FLAGS: Final = 0x0400_0000
"""SA_RESTORER: set by the C library, never by the program."""
SOCKET_TYPE_MASK: Final = 0xF
SPELLED: Final = {"\0": "\\0", "\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
"""How C spells what stands in a string and cannot be seen, or would end it."""
_UTF_8: Final = codecs.getincrementaldecoder("utf-8")
DUPLICATES: Final = frozenset({fcntl.F_DUPFD, fcntl.F_DUPFD_CLOEXEC})


def signed(word: int) -> int:
    """Return the 32-bit signed number in an argument's word: descriptors and most C ints."""
    low = word & 0xFFFF_FFFF
    return low - (1 << 32) if low & 0x8000_0000 else low


def named(value: int, names: Mapping[int, str]) -> str:
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


FLAGS_OF_OPEN: Final = {"open": 1, "openat": 2}
"""Where the flags of each kind of open stand among its arguments; the mode follows them."""
FLAGS_OF_CREAT: Final = os.O_CREAT | os.O_WRONLY | os.O_TRUNC


def opening(call: Call) -> int:
    """Return the flags with which a call opens a file; 0 where they stand in the program's memory."""
    place = FLAGS_OF_OPEN.get(call.system_call)
    return call.words[place] if place is not None else FLAGS_OF_CREAT if call.system_call == "creat" else 0


def mode(call: Call) -> int:
    """Return the permission bits that a call gives a new file, as they reach the kernel."""
    return call.words[FLAGS_OF_OPEN.get(call.system_call, 0) + 1] & 0xFFFF_FFFF


def octal(bits: int) -> str:
    """Return permission bits as a C program writes them."""
    return f"0{bits:o}"


def socket_type(value: int) -> str:
    """Return a socket's type with SOCK_NONBLOCK and SOCK_CLOEXEC where they were asked for."""
    extra = flags(value & ~SOCKET_TYPE_MASK, {os.O_NONBLOCK: "SOCK_NONBLOCK", os.O_CLOEXEC: "SOCK_CLOEXEC"})
    return named(value & SOCKET_TYPE_MASK, TYPES) + ("" if extra == "0" else "|" + extra)


def address(data: bytes) -> Address | None:
    """Decode a struct sockaddr of AF_INET or AF_INET6, and the path of AF_UNIX; others keep their family only."""
    if len(data) < 2:
        return None
    family = struct.unpack_from("=H", data)[0]
    name = FAMILIES.get(family, str(family))
    if family in (socket.AF_INET, socket.AF_UNSPEC) and len(data) >= 8:  # Linux takes the second for the first
        return Address(name, socket.inet_ntop(socket.AF_INET, data[4:8]), struct.unpack_from(">H", data, 2)[0])
    if family == socket.AF_INET6 and len(data) >= 24:
        return Address(name, socket.inet_ntop(socket.AF_INET6, data[8:24]), struct.unpack_from(">H", data, 2)[0])
    path = data[2:].split(b"\0", 1)[0] if family == socket.AF_UNIX else b""
    return Address(name, path.decode(errors="backslashreplace"), 0)


def error_name(result: int) -> str | None:
    """Return the name of the error that a negative result stands for, or None for a success."""
    return errno.errorcode.get(-result, str(-result)) if -4096 < result < 0 else None


SIZES: Final = {
    "read": 2,
    "write": 2,
    "recvfrom": 2,
    "sendto": 2,
    "pread64": 2,
    "pwrite64": 2,
    "sendfile": 3,
}
"""Where the number of bytes to move stands among the arguments."""
SHOWN: Final = 64
"""How many bytes of a transfer are shown among its arguments."""


def size(call: Call) -> int | None:
    """Return how many bytes a transfer was to move; None where the call names it in another way."""
    return call.words[SIZES[call.system_call]] if call.system_call in SIZES else None


def arguments(call: Call) -> tuple[str, ...]:
    """Return a call's arguments as a C programmer would write them, the descriptor first."""
    words, descriptor = call.words, str(call.descriptor)
    match call.name:
        case "socket" | "socketpair":
            return named(words[0], FAMILIES), socket_type(words[1]), str(words[2])
        case "bind" | "connect":
            return descriptor, where(call.address), str(words[2])
        case "listen":
            return descriptor, str(signed(words[1]))
        case "close":
            return (descriptor,)
        case "accept" | "getsockname" | "getpeername":
            return (descriptor,) if call.address is None else (descriptor, where(call.address))
        case "shutdown":
            return descriptor, named(words[1], SHUTDOWNS)
        case "setsockopt" | "getsockopt":
            return descriptor, named(words[1], LEVELS), named(words[2], OPTIONS_OF.get(words[1], {})), *_option(call)
        case "sigaction":
            return named(words[0], SIGNALS), _handler(call.data)
        case "open":
            return _open_arguments(call)
        case "fcntl":
            return descriptor, named(words[1], COMMANDS), *_argument_of_fcntl(words)
        case "sendfile":
            return descriptor, str(signed(words[1])), str(words[3])
        case name if name in TRANSFER:
            return _transfer_arguments(call, descriptor)
        case "dup":
            return (descriptor,) if call.system_call == "dup" else (descriptor, str(signed(words[1])))
        case _:
            if call.name == "close_range":
                return str(words[0]), str(words[1] & 0xFFFF_FFFF)
            return () if call.descriptor is None else (descriptor, *(str(signed(word)) for word in words[1:2]))


def text(data: bytes) -> str:
    """Return bytes as a C string, cut where it gets long: letters of UTF-8 as they are, and the rest spelled out."""
    cut = len(data) > SHOWN
    letters = _UTF_8("surrogateescape").decode(data[:SHOWN], not cut)
    return f'"{"".join(map(_in_c, letters))}"' + "…" * cut


def _in_c(letter: str) -> str:
    if letter in SPELLED:
        return SPELLED[letter]
    return letter if letter.isprintable() else "".join(f"\\x{byte:02x}" for byte in _bytes(letter))


def _bytes(letter: str) -> bytes:
    return letter.encode("utf-8", "surrogateescape")


def quoted(path: str | None) -> str:
    """Return a path as a C string, with whatever cannot be seen spelled out."""
    inner = repr(path or "")[1:-1]
    return '"' + inner.replace("\\'", "'").replace('"', '\\"') + '"'


def where(address: Address | None) -> str:
    """Return an address as host and port."""
    if address is None:
        return "?"
    if address.family == "AF_UNIX":
        return quoted(address.host) if address.host else "AF_UNIX"
    host = f"[{address.host}]" if ":" in address.host else address.host
    return f"{host}:{address.port}" if host else address.family


def _transfer_arguments(call: Call, descriptor: str) -> tuple[str, ...]:
    """Return descriptor, data, size, and for messages their flags and the other end, where they are known."""
    data = text(call.data) if call.data or call.succeeded else "…"
    wanted, place = size(call), FLAGS_OF.get(call.system_call)
    options = () if place is None else (flags(call.words[place] & 0xFFFF_FFFF, MESSAGE_FLAGS),)
    other_end = () if call.address is None else (where(call.address),)
    return descriptor, data, "…" if wanted is None else str(wanted), *options, *other_end


def _argument_of_fcntl(words: tuple[int, ...]) -> tuple[str, ...]:
    if words[1] in WITHOUT_ARGUMENT:
        return ()
    return (open_flags(words[2]) if words[1] == F_SETFL else str(signed(words[2])),)


def _option(call: Call) -> tuple[str, ...]:
    """Return the value of a socket option, where it was recorded: a number, a length of time, or who lingers."""
    level, option, data = call.words[1], call.words[2], call.data
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
        return quoted(call.path), octal(mode(call))
    if call.system_call not in FLAGS_OF_OPEN:
        return (quoted(call.path),)
    bits = (octal(mode(call)),) if opening(call) & os.O_CREAT else ()
    return quoted(call.path), open_flags(opening(call)), *bits
