"""Signals: which of them tell a program some news and do not ask it to end, by the number and name of each."""

import signal
import struct
from typing import Final

NOTIFICATION_SIGNALS: Final[dict[int, str]] = {
    int(number): number.name
    for number in (
        signal.SIGUSR1,
        signal.SIGUSR2,
        signal.SIGCHLD,
        signal.SIGCONT,
        signal.SIGURG,
        signal.SIGWINCH,
        signal.SIGIO,
    )
}
"""A program that handles one of these goes on afterwards. INT, TERM, HUP and QUIT ask for the end, ALRM and the timers
say that a wait has lasted long enough, and the rest report an error of the program's own."""

SIGNAL_NAMES: Final[dict[int, str]] = {int(one): one.name for one in signal.Signals}
SA_RESTART: Final = 0x1000_0000
"""SA_RESTART in the kernel's flags."""
SA_RESETHAND: Final = 0x8000_0000
"""SA_RESETHAND: the second signal is not handled any more."""


def handled(action: bytes) -> tuple[int, int] | None:
    """Return (handler, flags) from the beginning of the kernel's struct sigaction; None for SIG_DFL and SIG_IGN."""
    if len(action) < 16:
        return None
    handler, flags = struct.unpack_from("<QQ", action)
    return (handler, flags) if handler > int(signal.SIG_IGN) else None


def interrupts(action: bytes) -> bool:
    """Tell whether a handler is installed so that a call which waits gives EINTR, each time."""
    how = handled(action)
    return how is not None and not how[1] & (SA_RESTART | SA_RESETHAND)
