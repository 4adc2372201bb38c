"""Failures on demand: a call is given what it must refuse, and the reason that it leaves is replaced.

Nothing of the program is changed but one argument, and that only where it lies for the call itself: so a call that is
made to fail does nothing, and leaves no state that Windows would not leave.
"""

import struct
from collections.abc import Sequence
from typing import Final

from conformance.messages import say
from conformance.model.calls import TRANSFER, belongs
from conformance.model.constants import WINDOWS_MSG_WAITALL
from conformance.model.winsock import WINSOCK_ERROR_NUMBERS
from conformance.observe.linux.arch import Arch
from conformance.observe.linux.injector import Injector
from conformance.observe.linux.memory import Memory
from conformance.observe.pending import PendingCall
from conformance.records.faults import EVERY, Fail, Fault, Short

STACK_BASE, STACK_LIMIT, LAST_ERROR = 0x08, 0x10, 0x68
"""Where a thread's own block holds the bounds of its stack, and what GetLastError returns."""
LARGEST_STACK: Final = 1 << 20
STACK_WORD: Final = struct.Struct("<Q")
INVALID_ARGUMENT_OF: Final = {"startup": 0, "socket": 0x7FFF}
"""What is no version, and no family; everywhere else what is no socket is given for the socket."""
"""With it recv gives no less than it is asked for."""
IN_REGISTERS: Final = 4
"""How many arguments Windows hands over in registers; Wine's relay stores these in their places on the stack too."""
FOR_EVER: Final = 0xFFFF_FFFF
BREAK: Final = frozenset({"WSAECONNRESET", "WSAECONNABORTED"})
"""Errors after which every transfer over the connection fails."""
NO_SOCKET: Final = 0xFFFF_FFFF_FFFF_FFFF


class WinsockInjector(Injector):
    """Applies one run's faults to calls that stand in the relay trace."""

    def __init__(self, arch: Arch, faults: Sequence[Fault]) -> None:
        super().__init__(arch, {}, faults)
        self._broken: dict[int, Fail] = {}
        """The connections, by their descriptions, over which nothing more goes, and how they broke."""

    def before(self, memory: Memory, block: int, pending: PendingCall) -> None:
        """Change a call that is about to be made, where a fault asks for it, or its connection was broken by one."""
        broken = self._broken.get(pending.file.number) if pending.file is not None else None
        if broken is not None and pending.name in TRANSFER:
            self._apply(memory, block, pending, broken)
            return
        for place, fault in enumerate(self.faults):
            if not belongs(pending.name, fault.call) or not _can_fail(pending):
                continue
            self.seen[place] += 1
            if fault.nth in (EVERY, self.seen[place]):
                self._apply(memory, block, pending, fault)

    def behind(self, memory: Memory, block: int, pending: PendingCall) -> None:
        """Leave the reason that the failure is to have; WSAStartup returns it, and leaves none."""
        if pending.fails_with is not None and pending.name != "startup":
            memory.write(block + LAST_ERROR, struct.pack("<I", pending.fails_with))

    def hurry(self, memory: Memory, block: int, pending: PendingCall) -> None:
        """Let the time of a sleep pass at once."""
        frame = _frame(memory, block, pending) if pending.uint_arg("milliseconds") != FOR_EVER else None
        if frame is not None:
            memory.write(frame, STACK_WORD.pack(0))

    def _apply(self, memory: Memory, block: int, pending: PendingCall, fault: Short | Fail) -> None:
        frame = _frame(memory, block, pending)
        if frame is None:
            return
        if isinstance(fault, Fail):
            if fault.error in BREAK and pending.file is not None:
                self._broken[pending.file.number] = fault
            pending.fails_with = WINSOCK_ERROR_NUMBERS[fault.error]
            pending.injected = say("injected.fails", error=fault.error)
            memory.write(frame, STACK_WORD.pack(INVALID_ARGUMENT_OF.get(pending.name, NO_SOCKET)))
        elif not self._lower(memory, frame, pending, fault.count):
            return
        self.applied += 1

    def _lower(self, memory: Memory, frame: int, pending: PendingCall, count: int) -> bool:
        """Lower the length of a transfer; tell whether there is anything to lower."""
        row, wanted = pending.row, pending.uint_arg("length")
        if not row.has("buffer") or wanted <= count:
            return False
        if row.moves == "in" and pending.arg("message_flags") & WINDOWS_MSG_WAITALL:
            return False
        memory.write(frame + STACK_WORD.size * row.at["length"], STACK_WORD.pack(count))
        pending.injected = say("injected.short", count=count, wanted=wanted)
        return True


def _can_fail(pending: PendingCall) -> bool:
    return pending.in_scope or pending.name in ("socket", "startup")


def last_error(memory: Memory, block: int) -> int:
    """Return what GetLastError would return in a thread."""
    return int.from_bytes(memory.read(block + LAST_ERROR, 4), "little")


def _frame(memory: Memory, block: int, pending: PendingCall) -> int | None:
    """Return where the arguments of the call stand: behind the return address, as the line names both.

    Of several such places the one nearest to the stack's base is in use; others were left by calls that are over.
    """
    base, limit = (int.from_bytes(memory.read(block + at, 8), "little") for at in (STACK_BASE, STACK_LIMIT))
    start = max(limit, base - LARGEST_STACK)
    stack = b"".join(memory.read(at, min(1 << 16, base - at)) for at in range(start, base, 1 << 16))
    in_registers = pending.args[:IN_REGISTERS]
    found = stack.rfind(STACK_WORD.pack(pending.goes_on_at) + b"".join(map(STACK_WORD.pack, in_registers)))
    return None if found < 0 else start + found + STACK_WORD.size
