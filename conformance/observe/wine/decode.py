"""Arguments of Winsock calls as a reader wants them: addresses, flags and constants by name."""

import struct
from typing import Final

from conformance.model.calls import TRANSFER
from conformance.observe.linux.decode import constant_name, flags, host_and_port
from conformance.records.c_string import c_string
from conformance.records.trace import Call

WINDOWS_ADDRESS_FAMILIES: Final = {0: "AF_UNSPEC", 2: "AF_INET", 23: "AF_INET6"}
WINDOWS_SOCKET_TYPES: Final = {1: "SOCK_STREAM", 2: "SOCK_DGRAM", 3: "SOCK_RAW"}
WINDOWS_OPTION_LEVELS: Final = {0xFFFF: "SOL_SOCKET", 6: "IPPROTO_TCP", 0: "IPPROTO_IP", 41: "IPPROTO_IPV6"}
WINDOWS_SOCKET_OPTIONS: Final = {
    0x0004: "SO_REUSEADDR", 0xFFFB: "SO_EXCLUSIVEADDRUSE", 0x0008: "SO_KEEPALIVE", 0x0020: "SO_BROADCAST",
    0x0080: "SO_LINGER", 0x1001: "SO_SNDBUF", 0x1002: "SO_RCVBUF", 0x1005: "SO_SNDTIMEO", 0x1006: "SO_RCVTIMEO",
    0x1007: "SO_ERROR", 0x1008: "SO_TYPE",
}  # fmt: skip
WINDOWS_SHUTDOWN_HOW: Final = {0: "SD_RECEIVE", 1: "SD_SEND", 2: "SD_BOTH"}
WINDOWS_MESSAGE_FLAGS: Final = {1: "MSG_OOB", 2: "MSG_PEEK", 4: "MSG_DONTROUTE", 8: "MSG_WAITALL"}


def winsock_call_arguments(call: Call) -> tuple[str, ...]:
    """Return a call's arguments as a C programmer would write them, the socket first."""
    socket = str(call.descriptor)
    match call.name:
        case "startup":
            version = call.arg("version")
            return (f"MAKEWORD({version & 0xFF}, {version >> 8 & 0xFF})",)
        case "socket":
            kind = constant_name(call.arg("type"), WINDOWS_SOCKET_TYPES)
            return constant_name(call.arg("family"), WINDOWS_ADDRESS_FAMILIES), kind, str(call.uint_arg("protocol"))
        case "bind" | "connect":
            return socket, host_and_port(call.address), str(call.uint_arg("address_length"))
        case "listen":
            return socket, str(call.int_arg("backlog"))
        case "shutdown":
            return socket, constant_name(call.uint_arg("how"), WINDOWS_SHUTDOWN_HOW)
        case "setsockopt" | "getsockopt":
            level, option = call.uint_arg("level"), call.uint_arg("option")
            return (
                socket,
                constant_name(level, WINDOWS_OPTION_LEVELS),
                constant_name(option, WINDOWS_SOCKET_OPTIONS if level in WINDOWS_OPTION_LEVELS else {}),
                *_integer_value(call),
            )
        case "sleep":
            return (str(call.uint_arg("milliseconds")),)
        case name if name in TRANSFER:
            return _transfer(call, socket)
        case _:
            return () if call.descriptor is None else (socket,)


def _transfer(call: Call, socket: str) -> tuple[str, ...]:
    data = c_string(call.data) if call.data or call.succeeded else "…"
    if not call.has_arg("message_flags"):
        return socket, data
    return socket, data, str(call.uint_arg("length")), flags(call.uint_arg("message_flags"), WINDOWS_MESSAGE_FLAGS)


def _integer_value(call: Call) -> tuple[str, ...]:
    return (str(struct.unpack_from("<i", call.data)[0]),) if len(call.data) >= 4 else ()
