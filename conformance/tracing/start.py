"""Starting a program where the user stands: his directory, environment, identity and streams."""

import contextlib
import errno
import os
import shutil
import signal
from pathlib import Path
from typing import Final, NamedTuple

from conformance.observe.seccomp import Filter
from conformance.words import say

ELF_32: Final = b"\x7fELF\x01"
GO: Final = b"g"
PASSED_ON: Final = frozenset({signal.SIGTERM, signal.SIGHUP})
HANDLED: Final = PASSED_ON | {signal.SIGINT, signal.SIGQUIT}
"""The last two come from the terminal, which sends them to the program as well."""
Signals = set[int | signal.Signals]
IGNORED_BY_PYTHON: Final = (signal.SIGPIPE, signal.SIGXFSZ)


class Started(NamedTuple):
    """A program that waits to be released."""

    pid: int
    gate: int
    complaint: int

    def release(self) -> None:
        """Let the program begin."""
        os.write(self.gate, GO)
        os.close(self.gate)


def start(command: tuple[str, ...], filter_: Filter, mask: Signals) -> Started:
    """Fork a child that waits until it is released; then it becomes the program, in all else as it is here."""
    (gate, open_gate), (complaint, complain) = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(open_gate)
        _become(command, filter_, mask, gate, complain)
    os.close(gate)
    os.close(complain)
    return Started(pid, open_gate, complaint)


def _become(command: tuple[str, ...], filter_: Filter, mask: Signals, gate: int, complain: int) -> None:
    """Turn the child into the program; never returns."""
    try:
        if os.read(gate, 1) == GO:
            _give_back_signals(mask)
            _refuse_32_bit(command[0])
            filter_.install()
            os.execvp(command[0], command)
    except OSError as problem:
        with contextlib.suppress(OSError):
            os.write(complain, (problem.strerror or "").encode())
    finally:
        os._exit(1)


def _give_back_signals(mask: Signals) -> None:
    """Undo what Python has done to the signals: the program is to find them as the user's shell has left them."""
    for number in HANDLED:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    for number in IGNORED_BY_PYTHON:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _refuse_32_bit(name: str) -> None:
    """Name a 32-bit program, whose calls stand in another table. Raises OSError with the words for it."""
    path = shutil.which(name)
    if path is not None:
        with contextlib.suppress(OSError), Path(path).open("rb") as file:
            if file.read(5) != ELF_32:
                return
        raise OSError(errno.ENOEXEC, say("trace.32-bit"))
