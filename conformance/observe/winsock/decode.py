"""Arguments of Winsock calls as a reader wants them: addresses, flags and constants by name."""

import struct
from typing import Final

from conformance.model.calls import TRANSFER
from conformance.model.winsock import ALL_ONES
from conformance.observe.decode import flags, named, signed, text, where
from conformance.observe.trace import Call

FAMILIES: Final = {0: "AF_UNSPEC", 2: "AF_INET", 23: "AF_INET6"}
TYPES: Final = {1: "SOCK_STREAM", 2: "SOCK_DGRAM", 3: "SOCK_RAW"}
LEVELS: Final = {0xFFFF: "SOL_SOCKET", 6: "IPPROTO_TCP", 0: "IPPROTO_IP", 41: "IPPROTO_IPV6"}
OPTIONS: Final = {
    0x0004: "SO_REUSEADDR", 0xFFFB: "SO_EXCLUSIVEADDRUSE", 0x0008: "SO_KEEPALIVE", 0x0020: "SO_BROADCAST",
    0x0080: "SO_LINGER", 0x1001: "SO_SNDBUF", 0x1002: "SO_RCVBUF", 0x1005: "SO_SNDTIMEO", 0x1006: "SO_RCVTIMEO",
    0x1007: "SO_ERROR", 0x1008: "SO_TYPE",
}  # fmt: skip
SHUTDOWNS: Final = {0: "SD_RECEIVE", 1: "SD_SEND", 2: "SD_BOTH"}
MESSAGE_FLAGS: Final = {1: "MSG_OOB", 2: "MSG_PEEK", 4: "MSG_DONTROUTE", 8: "MSG_WAITALL"}
PLAIN: Final = frozenset({"ws2_32.send", "ws2_32.recv", "ws2_32.sendto", "ws2_32.recvfrom"})


def arguments(call: Call) -> tuple[str, ...]:
    """Return a call's arguments as a C programmer would write them, the socket first."""
    words, socket = call.words, str(call.descriptor)
    match call.name:
        case "startup":
            return (f"MAKEWORD({words[0] & 0xFF}, {words[0] >> 8 & 0xFF})",)
        case "socket":
            return named(words[0], FAMILIES), named(words[1], TYPES), str(words[2] & ALL_ONES)
        case "bind" | "connect":
            return socket, where(call.address), str(words[2] & ALL_ONES)
        case "listen":
            return socket, str(signed(words[1]))
        case "shutdown":
            return socket, named(words[1] & ALL_ONES, SHUTDOWNS)
        case "setsockopt" | "getsockopt":
            level, option = words[1] & ALL_ONES, words[2] & ALL_ONES
            return socket, named(level, LEVELS), named(option, OPTIONS if level in LEVELS else {}), *_value(call)
        case "sleep":
            return (str(words[0] & ALL_ONES),)
        case name if name in TRANSFER:
            return _transfer(call, socket)
        case _:
            return () if call.descriptor is None else (socket,)


def _transfer(call: Call, socket: str) -> tuple[str, ...]:
    data = text(call.data) if call.data or call.succeeded else "…"
    if call.system_call not in PLAIN:
        return socket, data
    return socket, data, str(call.words[2] & ALL_ONES), flags(call.words[3] & ALL_ONES, MESSAGE_FLAGS)


def _value(call: Call) -> tuple[str, ...]:
    return (str(struct.unpack_from("<i", call.data)[0]),) if len(call.data) >= 4 else ()
