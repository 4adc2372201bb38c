"""Carrying out faults: which call gets one, and what the kernel is made to show for it."""

import errno
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from conformance.model.calls import belongs
from conformance.model.descriptors import Kind
from conformance.observe.decode import FLAGS_OF, SIZES
from conformance.observe.faults import EVERY, Fail, Fault, Late, Short
from conformance.observe.machine import Machine, Registers
from conformance.observe.memory import Memory
from conformance.observe.recorder import ON_SOCKETS, Entry, Process, buffers

MSG_DONTWAIT: Final = 0x40
MSG_WAITALL: Final = 0x100
"""Who receives with it gets all that was asked for, up to the end, unless a signal comes."""
LARGEST_TRANSFER: Final = 0x7FFF_F000  # what Linux moves at most in one call
ONE_BUFFER: Final = {"readv": "read", "writev": "write", "recvmsg": "recvfrom", "sendmsg": "sendto"}
"""Vectored calls, and the call with one buffer that does the same for its first piece."""


class Injector:
    """Applies one run's faults, counting calls on descriptors of the exercise: threads reorder the rest."""

    def __init__(self, on: Machine, numbers: dict[str, int], faults: Sequence[Fault]) -> None:
        self.on, self.numbers = on, numbers
        self.faults = [fault for fault in faults if not isinstance(fault, Late)]
        self.seen: Counter[int] = Counter()
        """How many calls each fault, by its place, has counted."""
        self.applied = 0

    def at_entry(self, tid: int, process: Process, entry: Entry) -> None:
        """Change a call that is about to be made, where a fault asks for it."""
        for place, fault in enumerate(self.faults):
            if not self.concerns(entry, fault):
                continue
            self.seen[place] += 1
            if fault.nth not in (EVERY, self.seen[place]):
                continue
            if isinstance(fault, Fail):
                self._fail(tid, entry, fault)
            else:
                self._shorten(tid, process.memory, entry, fault)

    def concerns(self, entry: Entry, fault: Short | Fail) -> bool:
        """Tell whether a call is one of those that a fault counts."""
        return belongs(entry.name, fault.call) and _counts(entry)

    def at_exit(self, tid: int, entry: Entry) -> int | None:
        """Undo what `at_entry` changed in the registers; return the result that the call is made to show, if any."""
        if not entry.undo and entry.result is None:
            return None
        registers = Registers(tid, self.on)
        for index, value in entry.undo:
            registers.argument(index, value)
        if entry.result is not None:
            registers.result(entry.result)
        registers.write()
        return entry.result

    def _fail(self, tid: int, entry: Entry, fault: Fail) -> None:
        entry.result = -int(getattr(errno, fault.error))
        entry.injected = f"made to fail with {fault.error}"
        self.applied += 1
        if entry.name == "close":
            return  # it is executed, and only its result replaced: a descriptor is gone also when close fails
        registers = Registers(tid, self.on)
        registers.number(-1)
        registers.write()

    def _shorten(self, tid: int, memory: Memory, entry: Entry, fault: Short) -> None:
        if entry.descriptor is None or not blocks(memory.pid, entry):
            return
        pieces = self._pieces(memory, entry)
        wanted = sum(size for _, size in pieces)
        if wanted <= fault.count:
            return
        base, largest = pieces[0]
        registers = Registers(tid, self.on)
        self._set(registers, entry, base, min(fault.count, largest))
        registers.write()
        entry.injected = f"moves at most {min(fault.count, largest)} of {wanted} bytes"
        self.applied += 1

    def _pieces(self, memory: Memory, entry: Entry) -> list[tuple[int, int]]:
        """Return the buffers of a transfer; for calls without one, what they are asked to move."""
        if entry.system_call in ONE_BUFFER:
            return buffers(memory, entry, LARGEST_TRANSFER)
        place = SIZES.get(entry.system_call)
        return [] if place is None else [(0, entry.words[place])]

    def _set(self, registers: Registers, entry: Entry, base: int, count: int) -> None:
        plain = ONE_BUFFER.get(entry.system_call)
        if plain is None:
            entry.undo.append((SIZES[entry.system_call], registers.argument(SIZES[entry.system_call], count)))
            return
        registers.number(self.numbers[plain])
        values = {1: base, 2: count}
        if plain in ("recvfrom", "sendto"):
            values |= {3: entry.words[2], 4: 0, 5: 0}
        entry.undo += [(index, registers.argument(index, value)) for index, value in values.items()]


def _counts(entry: Entry) -> bool:
    """Tell whether a call is for the exercise, and can succeed; a socket has no address yet when it is made."""
    on_file = entry.file is not None and entry.file.kind is Kind.FILE
    return (entry.of_exercise and not (on_file and entry.name in ON_SOCKETS)) or entry.name == "socket"


def blocks(pid: int, entry: Entry) -> bool:
    """Tell whether a transfer waits, but not for all: neither O_NONBLOCK nor MSG_DONTWAIT, nor MSG_WAITALL."""
    place = FLAGS_OF.get(entry.system_call)
    if place is not None and entry.words[place] & (MSG_DONTWAIT | MSG_WAITALL):
        return False
    try:
        lines = Path(f"/proc/{pid}/fdinfo/{entry.descriptor}").read_text().splitlines()
    except OSError:
        return False
    return not any(line.startswith("flags:") and int(line.split()[1], 8) & os.O_NONBLOCK for line in lines)
