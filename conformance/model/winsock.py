"""The second platform of the model: what Winsock's calls are called here, how they fail, and which errors they show.

The states and transitions of a socket are those of `conformance.model.descriptors`; only names, results and reasons
differ. A socket is a kernel handle and no file: the calls for files are in the table because beginners use them on
sockets, and a check must see that.
"""

from typing import Final, Literal, NamedTuple

Failure = Literal["minus one", "code", "zero", "never"]
"""How a call says that it failed: by INVALID_SOCKET or SOCKET_ERROR (all ones), by the error itself, by 0."""


class WinsockCall(NamedTuple):
    """One function of a Windows library, as the model sees it."""

    name: str
    """The call's name in the course's words: `closesocket` is a `close`, `WSARecv` a `recv`."""
    on_socket: bool = True
    """Whether the first argument is a socket."""
    failure: Failure = "minus one"
    buffer: int | None = None
    """Where the buffer stands among the arguments of a transfer; its length is the next one."""
    counted: int | None = None
    """Where the pointer to the number of bytes stands, if the result does not tell it."""


# Library and function -> the call. Sources: the functions' pages in Microsoft's Winsock reference.
WINSOCK_CALLS: Final[dict[str, WinsockCall]] = {
    "ws2_32.WSAStartup": WinsockCall("startup", False, "code"),
    "ws2_32.WSACleanup": WinsockCall("cleanup", False),
    "ws2_32.socket": WinsockCall("socket", False),
    "ws2_32.WSASocketA": WinsockCall("socket", False),
    "ws2_32.WSASocketW": WinsockCall("socket", False),
    "ws2_32.bind": WinsockCall("bind"),
    "ws2_32.listen": WinsockCall("listen"),
    "ws2_32.accept": WinsockCall("accept"),
    "ws2_32.WSAAccept": WinsockCall("accept"),
    "ws2_32.connect": WinsockCall("connect"),
    "ws2_32.WSAConnect": WinsockCall("connect"),
    "ws2_32.send": WinsockCall("send", buffer=1),
    "ws2_32.sendto": WinsockCall("send", buffer=1),
    "ws2_32.WSASend": WinsockCall("send", buffer=1, counted=3),
    "ws2_32.WSASendTo": WinsockCall("send", buffer=1, counted=3),
    "ws2_32.recv": WinsockCall("recv", buffer=1),
    "ws2_32.recvfrom": WinsockCall("recv", buffer=1),
    "ws2_32.WSARecv": WinsockCall("recv", buffer=1, counted=3),
    "ws2_32.WSARecvFrom": WinsockCall("recv", buffer=1, counted=3),
    "ws2_32.TransmitFile": WinsockCall("sendfile", failure="zero"),
    "mswsock.TransmitFile": WinsockCall("sendfile", failure="zero"),
    "ws2_32.shutdown": WinsockCall("shutdown"),
    "ws2_32.closesocket": WinsockCall("close"),
    "ws2_32.setsockopt": WinsockCall("setsockopt"),
    "ws2_32.getsockopt": WinsockCall("getsockopt"),
    "ws2_32.getsockname": WinsockCall("getsockname"),
    "ws2_32.getpeername": WinsockCall("getpeername"),
    "ws2_32.ioctlsocket": WinsockCall("ioctl"),
    "ws2_32.WSAIoctl": WinsockCall("ioctl"),
    "ws2_32.WSAEventSelect": WinsockCall("ioctl"),
    "ws2_32.WSAAsyncSelect": WinsockCall("ioctl"),
    "ws2_32.select": WinsockCall("select", False),
    "ws2_32.WSAPoll": WinsockCall("poll", False),
    "ws2_32.WSAWaitForMultipleEvents": WinsockCall("wait", False, "never"),
    "ws2_32.getaddrinfo": WinsockCall("getaddrinfo", False, "code"),
    "ws2_32.GetAddrInfoW": WinsockCall("getaddrinfo", False, "code"),
    "ws2_32.gethostbyname": WinsockCall("gethostbyname", False, "zero"),
    "ws2_32.gethostname": WinsockCall("gethostname", False),
    "ws2_32.WSAGetLastError": WinsockCall("reason", False, "never"),
    "kernel32.GetLastError": WinsockCall("reason", False, "never"),
    "msvcrt._errno": WinsockCall("errno", False, "never"),
    "ucrtbase._errno": WinsockCall("errno", False, "never"),
    **{
        f"{library}.{name}": WinsockCall("errno", False, "never")
        for library in ("msvcrt", "ucrtbase")
        for name in ("perror", "_wperror", "_strerror", "_wcserror", "_get_errno")
    },
    "kernel32.Sleep": WinsockCall("sleep", False, "never"),
    "kernel32.SleepEx": WinsockCall("sleep", False, "never"),
    "kernel32.WaitForSingleObject": WinsockCall("wait", False, "never"),
    "kernel32.WaitForSingleObjectEx": WinsockCall("wait", False, "never"),
    "kernel32.WaitForMultipleObjects": WinsockCall("wait", False, "never"),
    "kernel32.WaitForMultipleObjectsEx": WinsockCall("wait", False, "never"),
    "kernel32.GetQueuedCompletionStatus": WinsockCall("wait", False, "never"),
    "msvcrt._write": WinsockCall("write", buffer=1),
    "msvcrt._read": WinsockCall("read", buffer=1),
    "msvcrt._close": WinsockCall("close"),
    "ucrtbase._write": WinsockCall("write", buffer=1),
    "ucrtbase._read": WinsockCall("read", buffer=1),
    "ucrtbase._close": WinsockCall("close"),
    "kernel32.WriteFile": WinsockCall("write", failure="zero", buffer=1, counted=3),
    "kernel32.ReadFile": WinsockCall("read", failure="zero", buffer=1, counted=3),
    "kernel32.CloseHandle": WinsockCall("close", failure="zero"),
}

# Where a wait is given its time-out in milliseconds; select points to one in seconds and microseconds.
TIME_OUTS: Final[dict[str, int]] = {
    "ws2_32.WSAPoll": 2,
    "ws2_32.WSAWaitForMultipleEvents": 3,
    "kernel32.WaitForSingleObject": 1,
    "kernel32.WaitForSingleObjectEx": 1,
    "kernel32.WaitForMultipleObjects": 3,
    "kernel32.WaitForMultipleObjectsEx": 3,
    "kernel32.GetQueuedCompletionStatus": 4,
}
TIMED_OUT: Final = 258
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
VECTORED: Final = frozenset({"ws2_32.WSASend", "ws2_32.WSASendTo", "ws2_32.WSARecv", "ws2_32.WSARecvFrom"})
"""Transfers whose buffer is an array of WSABUF."""
ALL_ONES: Final = 0xFFFF_FFFF

# Winsock's numbers are 10000 above the BSD ones; the few beyond them are Winsock's own.
ERRORS: Final[dict[int, str]] = {
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
NUMBERS: Final = {name: number for number, name in ERRORS.items()}

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
WINSOCK_OUTPUT_FAILURES: Final = ("WSAECONNABORTED",)
WINSOCK_INPUT_FAILURES: Final = ("WSAECONNRESET", "WSAETIMEDOUT", "WSAECONNABORTED")
"""A reset is made up here: Wine itself shows it as an end."""
