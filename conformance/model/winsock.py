"""The second platform of the model: what Winsock's calls are called here, how they fail, and which errors they show.

The states and transitions of a socket are those of `conformance.model.descriptors`; only names, results and reasons
differ. A socket is a kernel handle and no file: the calls for files are in the table because beginners use them on
sockets, and a check must see that.
"""

from typing import Final

from conformance.model.arguments import (
    ADDRESS_ARGUMENTS,
    BUFFER_ARGUMENTS,
    OPTION_ARGUMENTS,
    SELECT_ARGUMENTS,
    SOCKET_ARGUMENTS,
    CallRow,
    Takes,
)


class WinsockCall(CallRow, frozen=True, kw_only=True, gc=False):
    """One function of a Windows library, as the model sees it. Where it takes a socket, that is its `descriptor`."""


WINSOCK_MESSAGE_ARGUMENTS: Final[Takes] = (*BUFFER_ARGUMENTS, "message_flags")
WINSOCK_VECTOR_ARGUMENTS: Final[Takes] = ("descriptor", "vector", "count", "moved_back")
BUFFER_COUNTED: Final[Takes] = (*BUFFER_ARGUMENTS, "moved_back")
TRANSMIT_FILE_ARGUMENTS: Final[Takes] = ("descriptor", "source", "length")
HANDLES: Final[Takes] = ("count", "handles", "all", "milliseconds")
ONE: Final[Takes] = ("descriptor",)

# Library and function -> the call. Sources: the functions' pages in Microsoft's Winsock and Win32 references.
WINSOCK_CALLS: Final[dict[str, WinsockCall]] = {
    "ws2_32.WSAStartup": WinsockCall(name="startup", failure="code", takes=("version",)),
    "ws2_32.WSACleanup": WinsockCall(name="cleanup"),
    "ws2_32.socket": WinsockCall(name="socket", makes="result", takes=SOCKET_ARGUMENTS),
    "ws2_32.WSASocketA": WinsockCall(name="socket", makes="result", takes=SOCKET_ARGUMENTS),
    "ws2_32.WSASocketW": WinsockCall(name="socket", makes="result", takes=SOCKET_ARGUMENTS),
    "ws2_32.bind": WinsockCall(name="bind", takes=ADDRESS_ARGUMENTS),
    "ws2_32.listen": WinsockCall(name="listen", takes=("descriptor", "backlog")),
    "ws2_32.accept": WinsockCall(name="accept", waits="peer", makes="result", takes=ONE),
    "ws2_32.WSAAccept": WinsockCall(name="accept", waits="peer", makes="result", takes=ONE),
    "ws2_32.connect": WinsockCall(name="connect", waits="peer", takes=ADDRESS_ARGUMENTS),
    "ws2_32.WSAConnect": WinsockCall(name="connect", waits="peer", takes=ADDRESS_ARGUMENTS),
    "ws2_32.send": WinsockCall(name="send", moves="out", takes=WINSOCK_MESSAGE_ARGUMENTS),
    "ws2_32.sendto": WinsockCall(name="send", moves="out", takes=WINSOCK_MESSAGE_ARGUMENTS),
    "ws2_32.WSASend": WinsockCall(name="send", moves="out", takes=WINSOCK_VECTOR_ARGUMENTS),
    "ws2_32.WSASendTo": WinsockCall(name="send", moves="out", takes=WINSOCK_VECTOR_ARGUMENTS),
    "ws2_32.recv": WinsockCall(name="recv", moves="in", waits="peer", takes=WINSOCK_MESSAGE_ARGUMENTS),
    "ws2_32.recvfrom": WinsockCall(name="recv", moves="in", waits="peer", takes=WINSOCK_MESSAGE_ARGUMENTS),
    "ws2_32.WSARecv": WinsockCall(name="recv", moves="in", waits="peer", takes=WINSOCK_VECTOR_ARGUMENTS),
    "ws2_32.WSARecvFrom": WinsockCall(name="recv", moves="in", waits="peer", takes=WINSOCK_VECTOR_ARGUMENTS),
    "ws2_32.TransmitFile": WinsockCall(name="sendfile", moves="out", failure="zero", takes=TRANSMIT_FILE_ARGUMENTS),
    "mswsock.TransmitFile": WinsockCall(name="sendfile", moves="out", failure="zero", takes=TRANSMIT_FILE_ARGUMENTS),
    "ws2_32.shutdown": WinsockCall(name="shutdown", takes=("descriptor", "how")),
    "ws2_32.closesocket": WinsockCall(name="close", takes=ONE),
    "ws2_32.setsockopt": WinsockCall(name="setsockopt", takes=OPTION_ARGUMENTS),
    "ws2_32.getsockopt": WinsockCall(name="getsockopt", takes=(*OPTION_ARGUMENTS[:-1], "value_length_back")),
    "ws2_32.getsockname": WinsockCall(name="getsockname", takes=ONE),
    "ws2_32.getpeername": WinsockCall(name="getpeername", takes=ONE),
    "ws2_32.ioctlsocket": WinsockCall(name="ioctl", takes=ONE),
    "ws2_32.WSAIoctl": WinsockCall(name="ioctl", takes=ONE),
    "ws2_32.WSAEventSelect": WinsockCall(name="ioctl", takes=ONE),
    "ws2_32.WSAAsyncSelect": WinsockCall(name="ioctl", takes=ONE),
    "ws2_32.select": WinsockCall(name="select", waits="event", takes=SELECT_ARGUMENTS),
    "ws2_32.WSAPoll": WinsockCall(name="poll", waits="event", takes=("entries", "count", "milliseconds")),
    "ws2_32.WSAWaitForMultipleEvents": WinsockCall(name="wait", waits="event", failure="never", takes=HANDLES),
    "ws2_32.getaddrinfo": WinsockCall(name="getaddrinfo", failure="code"),
    "ws2_32.GetAddrInfoW": WinsockCall(name="getaddrinfo", failure="code"),
    "ws2_32.gethostbyname": WinsockCall(name="gethostbyname", failure="zero"),
    "ws2_32.gethostname": WinsockCall(name="gethostname"),
    "ws2_32.WSAGetLastError": WinsockCall(name="reason", failure="never"),
    "kernel32.GetLastError": WinsockCall(name="reason", failure="never"),
    "msvcrt._errno": WinsockCall(name="errno", failure="never"),
    "ucrtbase._errno": WinsockCall(name="errno", failure="never"),
    **{
        f"{library}.{name}": WinsockCall(name="errno", failure="never")
        for library in ("msvcrt", "ucrtbase")
        for name in ("perror", "_wperror", "_strerror", "_wcserror", "_get_errno")
    },
    "kernel32.Sleep": WinsockCall(name="sleep", waits="event", failure="never", takes=("milliseconds",)),
    "kernel32.SleepEx": WinsockCall(name="sleep", waits="event", failure="never", takes=("milliseconds",)),
    "kernel32.WaitForSingleObject": WinsockCall(
        name="wait", waits="event", failure="never", takes=("handle", "milliseconds")
    ),
    "kernel32.WaitForSingleObjectEx": WinsockCall(
        name="wait", waits="event", failure="never", takes=("handle", "milliseconds")
    ),
    "kernel32.WaitForMultipleObjects": WinsockCall(name="wait", waits="event", failure="never", takes=HANDLES),
    "kernel32.WaitForMultipleObjectsEx": WinsockCall(name="wait", waits="event", failure="never", takes=HANDLES),
    "kernel32.GetQueuedCompletionStatus": WinsockCall(
        name="wait",
        waits="event",
        failure="never",
        takes=("handle", "moved_back", "event", "information_back", "milliseconds"),
    ),
    "msvcrt._write": WinsockCall(name="write", moves="out", takes=BUFFER_ARGUMENTS),
    "msvcrt._read": WinsockCall(name="read", moves="in", waits="peer", takes=BUFFER_ARGUMENTS),
    "msvcrt._close": WinsockCall(name="close", takes=ONE),
    "ucrtbase._write": WinsockCall(name="write", moves="out", takes=BUFFER_ARGUMENTS),
    "ucrtbase._read": WinsockCall(name="read", moves="in", waits="peer", takes=BUFFER_ARGUMENTS),
    "ucrtbase._close": WinsockCall(name="close", takes=ONE),
    "kernel32.WriteFile": WinsockCall(name="write", moves="out", failure="zero", takes=BUFFER_COUNTED),
    "kernel32.ReadFile": WinsockCall(name="read", moves="in", waits="peer", failure="zero", takes=BUFFER_COUNTED),
    "kernel32.CloseHandle": WinsockCall(name="close", failure="zero", takes=ONE),
}
OTHER: Final = WinsockCall(name="other", failure="never")
"""Any other function."""

WAIT_TIMEOUT: Final = 258
"""What a wait for handles returns where its time is over."""
FOR_FILES: Final = frozenset(name for name in WINSOCK_CALLS if not name.startswith(("ws2_32.", "mswsock.")))
"""Functions that are recorded where they are given a socket, and are nothing to the exercise elsewhere."""
LIBRARIES: Final = ("ws2_32.*", "mswsock.TransmitFile", *sorted(FOR_FILES))
"""What the relay is asked to show."""
NOT_FROM: Final = ("kernel32", "kernelbase", "msvcrt", "ucrtbase", "ws2_32", "mswsock", "user32", "advapi32")
"""Libraries whose own calls the relay leaves out: only what the program calls is of interest."""
BEFORE_STARTUP: Final = frozenset(
    {"htons", "htonl", "ntohs", "ntohl", "inet_addr", "inet_ntoa", "inet_pton", "inet_ntop",
     "InetPtonA", "InetPtonW", "InetNtopA", "InetNtopW", "WSAGetLastError", "WSASetLastError"}
)  # fmt: skip
"""Functions of ws2_32 that only convert, or keep a number, and need no WSAStartup."""

# Winsock's numbers are 10000 above the BSD ones; the few beyond them are Winsock's own.
WINSOCK_ERRORS: Final[dict[int, str]] = {
    6: "ERROR_INVALID_HANDLE", 87: "ERROR_INVALID_PARAMETER", 997: "WSA_IO_PENDING",
    10004: "WSAEINTR", 10009: "WSAEBADF", 10013: "WSAEACCES", 10014: "WSAEFAULT", 10022: "WSAEINVAL",
    10024: "WSAEMFILE", 10035: "WSAEWOULDBLOCK", 10036: "WSAEINPROGRESS", 10037: "WSAEALREADY",
    10038: "WSAENOTSOCK", 10039: "WSAEDESTADDRREQ", 10040: "WSAEMSGSIZE", 10041: "WSAEPROTOTYPE",
    10042: "WSAENOPROTOOPT", 10043: "WSAEPROTONOSUPPORT", 10044: "WSAESOCKTNOSUPPORT", 10045: "WSAEOPNOTSUPP",
    10046: "WSAEPFNOSUPPORT", 10047: "WSAEAFNOSUPPORT", 10048: "WSAEADDRINUSE", 10049: "WSAEADDRNOTAVAIL",
    10050: "WSAENETDOWN", 10051: "WSAENETUNREACH", 10052: "WSAENETRESET", 10053: "WSAECONNABORTED",
    10054: "WSAECONNRESET", 10055: "WSAENOBUFS", 10056: "WSAEISCONN", 10057: "WSAENOTCONN", 10058: "WSAESHUTDOWN",
    10060: "WSAETIMEDOUT", 10061: "WSAECONNREFUSED", 10064: "WSAEHOSTDOWN", 10065: "WSAEHOSTUNREACH",
    10067: "WSAEPROCLIM", 10091: "WSASYSNOTREADY", 10092: "WSAVERNOTSUPPORTED", 10093: "WSANOTINITIALISED",
    11001: "WSAHOST_NOT_FOUND",
}  # fmt: skip
WINSOCK_ERROR_NUMBERS: Final = {name: number for number, name in WINSOCK_ERRORS.items()}

# Errors that Windows can really give for these calls; after them the course asks for a message and a non-zero exit.
# What a failed WSAStartup returns is made real by asking for a version that nobody has.
WINSOCK_SET_UP_FAILURES: Final[dict[str, tuple[str, ...]]] = {
    "socket": ("WSAEMFILE", "WSAENOBUFS"),
    "bind": ("WSAEADDRINUSE", "WSAEADDRNOTAVAIL"),
    "listen": ("WSAEADDRINUSE",),
    "connect": ("WSAETIMEDOUT", "WSAENETUNREACH"),
}
STARTUP_FAILURE: Final = "WSAVERNOTSUPPORTED"
WINSOCK_ACCEPT_FAILURES: Final = ("WSAEMFILE",)
WINSOCK_OUTPUT_FAILURES: Final = ("WSAECONNABORTED", "WSAENOBUFS")
"""After the first the connection is gone, so that the next call says it; after the second only the result tells."""
WINSOCK_INPUT_FAILURES: Final = ("WSAECONNRESET", "WSAETIMEDOUT", "WSAECONNABORTED")
"""A reset is made up here: Wine itself shows it as an end."""
