"""Source lines that a language's own runtime names: a hook inside of it notes for each thread which line it is in.

An interpreter's machine code says nothing of the program that it runs. So a run whose lines are wanted gets a hook in
its interpreter, which keeps a table in the program's memory up to date; no call is needed for that. Such a run only
shows a place: what is judged are the runs of the program as it is. There is a hook for Python. Java and JavaScript make
their calls in other threads, or in a later turn of a loop, so that no line can be named for a call.
"""

import struct
from pathlib import Path
from typing import Final

from conformance.observe.linux.memory import Memory
from conformance.observe.linux.proc_status import value
from conformance.observe.regular_file import open_regular
from conformance.records.trace import CallSite

HOOKS: Final = Path(__file__).parent / "runtimes"
SLOTS, SLOT = 64, 512
LONGEST_ADDRESS: Final = 20
HEAD: Final = struct.Struct("<QIH")
"""The thread's number in its own namespace, the line, and the length of the file's name, which follows."""


class RuntimeLines:
    """The table in which the hook notes the lines, as the observer reads it."""

    def __init__(self, path: str) -> None:
        """Make the file anew in which the hook tells where its table lies; every user may write into it."""
        self._path = Path(path)
        self._path.unlink(missing_ok=True)
        self._path.touch(exist_ok=False)
        self._path.chmod(0o666)
        self._address = 0
        self._numbers: dict[int, int] = {}

    def place(self, memory: Memory, tid: int) -> CallSite | None:
        """Return the line that a thread is in, by its number in this process's namespace; None where none is known."""
        self._address = self._address or self._told()
        number = self._numbers.setdefault(tid, _number_inside(tid))
        slot = memory.read(self._address + number % SLOTS * SLOT, SLOT) if self._address else b""
        if len(slot) < SLOT:
            return None
        noted, line, size = HEAD.unpack_from(slot)
        name = slot[HEAD.size : HEAD.size + size]
        if noted != number or not line:
            return None
        return CallSite(file=name.decode("utf-8", "backslashreplace"), offset=0, line=line)

    def _told(self) -> int:
        """Return the table's address, as far as the hook has told it; the program could put anything there."""
        try:
            with open_regular(self._path) as file:
                text = file.read(LONGEST_ADDRESS)
        except OSError:
            return 0
        return int(text) if text.isdigit() else 0


def _number_inside(tid: int) -> int:
    """Return a thread's number in its own PID namespace."""
    numbers = value(tid, b"NSpid:").split()
    return int(numbers[-1]) if numbers else 0
