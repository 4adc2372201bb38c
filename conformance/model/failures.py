"""The closed table of failures: which errors each call may be made to show, and what may not follow them."""

from typing import Final

# Errors that a kernel can really give when a file is opened, and after which the course asks for a message and a
# non-zero exit. Those of sockets differ by their transport: see `transports.py`.
# Sources: the ERRORS section of each call in POSIX.1 XSH, and the Linux manual pages.
OPEN_FAILURES: Final = {"open": ("EACCES", "EMFILE")}

# Errors of a file that was opened: a disk that gives an error, one that is full, one that tells only at close.
FILE_FAILURES: Final[dict[str, tuple[str, ...]]] = {
    "input": ("EIO", "EISDIR"),
    "output": ("ENOSPC", "EIO"),
    "close": ("EIO",),
}

# Errors of a read after which the connection is lost; a reset is not made up but done. ETIMEDOUT comes where the other
# end's host is silent for too long, EHOSTUNREACH where it is cut off.
INPUT_FAILURES: Final = ("ETIMEDOUT", "EHOSTUNREACH")

# What may not follow on the same description once a call has failed, unless the call was repeated and succeeded.
USES: Final[dict[str, frozenset[str]]] = {
    "bind": frozenset({"listen", "accept"}),
    "listen": frozenset({"accept"}),
    "connect": frozenset({"read", "write", "recv", "send", "sendfile"}),
}

# What uses the -1 of a failed `socket` or `open`. What only ends something, as close and shutdown, is no use: a program
# may tidy up in one place, whatever it has got.
TAKES_DESCRIPTOR: Final = frozenset(
    {
        "bind", "listen", "accept", "connect", "read", "write", "recv", "send", "sendfile", "lseek", "ftruncate",
        "setsockopt", "getsockopt", "getsockname", "getpeername", "fcntl", "dup",
    }
)  # fmt: skip
