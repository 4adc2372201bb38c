"""Numbers of the platforms' headers that more than one part of the suite needs, under their own names."""

from typing import Final

# Linux: asm-generic/socket.h, linux/socket.h, linux/time.h, linux/wait.h.
SOCK_STREAM: Final = 1
SOCK_DGRAM: Final = 2
SOCKET_TYPE_MASK: Final = 0xF
"""What of an argument of socket is its type; the other bits are SOCK_NONBLOCK and SOCK_CLOEXEC."""
SOL_SOCKET: Final = 1
SO_REUSEADDR: Final = 2
SCM_RIGHTS: Final = 1
MSG_PEEK: Final = 0x2
MSG_WAITALL: Final = 0x100
TIMER_ABSTIME: Final = 1
WALL: Final = 0x4000_0000
"""__WALL of waitpid: wait for children of every kind, whatever signal tells of their end."""

# Windows: winsock2.h, where these have other values.
WINDOWS_SOL_SOCKET: Final = 0xFFFF
WINDOWS_SO_REUSEADDR: Final = 0x0004
WINDOWS_MSG_WAITALL: Final = 8
