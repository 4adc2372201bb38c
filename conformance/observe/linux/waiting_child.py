"""A child between fork and exec: it waits until it is followed, and tells why it could not become the program."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from conformance.messages import Message, unpacked
from conformance.observe.regular_file import open_regular

START_SIGN: Final = b"g"
ELF_32_MAGIC: Final = b"\x7fELF\x01"


@dataclass(slots=True)
class WaitingChild:
    """A program that waits to be released."""

    pid: int
    start_gate: int
    """It waits until something comes through this pipe."""
    error_pipe: int
    """Here it says why it could not become the program."""

    def release(self) -> None:
        """Let the program begin."""
        os.write(self.start_gate, START_SIGN)
        os.close(self.start_gate)

    def why_not_started(self) -> Message | str | None:
        """Return the system's reason where the program could not be started; call it when the run is over."""
        os.set_blocking(self.error_pipe, False)
        try:
            why = os.read(self.error_pipe, 4096)
        except BlockingIOError:
            why = b""
        os.close(self.error_pipe)
        return unpacked(why) if why else None


def fork_waiting(become: Callable[[int, int], None], fork: Callable[[], int] = os.fork) -> WaitingChild:
    """Fork a child that becomes the program, and never returns from that.

    It is given the end of the gate at which it waits, and the end of the pipe into which it writes why it could not.
    """
    (gate, start_gate), (error_pipe, errors) = os.pipe(), os.pipe()
    pid = fork()
    if pid == 0:
        os.close(start_gate)
        become(gate, errors)
    os.close(gate)
    os.close(errors)
    return WaitingChild(pid, start_gate, error_pipe)


def is_released(gate: int) -> bool:
    """Wait, in the child, until it is released; tell whether it is, as the parent may be gone."""
    return os.read(gate, 1) == START_SIGN


def is_elf_32(path: str) -> bool:
    """Tell whether a file is a 32-bit program, whose calls stand in another table. Raises OSError."""
    with open_regular(path) as file:
        return file.read(5) == ELF_32_MAGIC
