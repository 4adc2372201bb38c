"""Starting a program where the user stands: his directory, environment, identity and streams."""

import contextlib
import errno
import os
import shutil
import signal
from typing import Final

from conformance.messages import Message, packed, say, told
from conformance.observe.linux.seccomp import Filter
from conformance.observe.linux.waiting_child import WaitingChild, fork_waiting, is_elf_32, is_released

SIGNALS_PASSED_ON: Final = frozenset({signal.SIGTERM, signal.SIGHUP})
HANDLED: Final = SIGNALS_PASSED_ON | {signal.SIGINT, signal.SIGQUIT}
"""The last two come from the terminal, which sends them to the program as well."""
Signals = set[int | signal.Signals]
IGNORED_BY_PYTHON: Final = (signal.SIGPIPE, signal.SIGXFSZ)


def start_here(command: tuple[str, ...], filter_: Filter, mask: Signals) -> WaitingChild:
    """Fork a child that waits until it is released; then it becomes the program, in all else as it is here."""
    return fork_waiting(lambda gate, errors: _exec_here(command, filter_, mask, gate, errors))


def _exec_here(command: tuple[str, ...], filter_: Filter, mask: Signals, gate: int, errors: int) -> None:
    """Turn the child into the program; never returns."""
    try:
        if is_released(gate):
            _give_back_signals(mask)
            _refuse_32_bit(command[0])
            filter_.install()
            os.execvp(command[0], command)
    except OSError as problem:
        with contextlib.suppress(OSError):
            os.write(errors, packed(_why_not_started(problem)))
    finally:
        os._exit(1)


def _why_not_started(problem: OSError) -> Message | str:
    why = told(problem)
    return why if isinstance(why, Message) else problem.strerror or why


def _give_back_signals(mask: Signals) -> None:
    """Undo what Python has done to the signals: the program is to find them as the user's shell has left them."""
    for number in HANDLED:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    for number in IGNORED_BY_PYTHON:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _refuse_32_bit(name: str) -> None:
    """Name a 32-bit program; one that nobody can read is taken for one. Raises OSError with the words for it."""
    path = shutil.which(name)
    if path is not None:
        with contextlib.suppress(OSError):
            if not is_elf_32(path):
                return
        raise OSError(errno.ENOEXEC, say("trace.32-bit"))
