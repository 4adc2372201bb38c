"""Failures on demand: a call is given what it must refuse, and the reason that it leaves is replaced.

Nothing of the program is changed but one argument, and that only where it lies for the call itself: so a call that is
made to fail does nothing, and leaves no state that Windows would not leave.
"""

import struct
from collections.abc import Sequence
from typing import Final

from conformance.model.calls import belongs
from conformance.model.winsock import NUMBERS, VECTORED
from conformance.observe.faults import EVERY, Fail, Fault, Short
from conformance.observe.injector import Injector
from conformance.observe.machine import Machine
from conformance.observe.memory import Memory
from conformance.observe.winsock.recorder import Pending

STACK_BASE, STACK_LIMIT, LAST_ERROR = 0x08, 0x10, 0x68
"""Where a thread's own block holds the bounds of its stack, and what GetLastError returns."""
LARGEST_STACK: Final = 1 << 20
WORD: Final = struct.Struct("<Q")
REFUSED: Final = {"startup": 0, "socket": 0x7FFF}
"""What is no version, and no family; everywhere else what is no socket is given for the socket."""
RECEIVES: Final = frozenset({"ws2_32.recv", "ws2_32.recvfrom"})
FLAGS, WAIT_FOR_ALL = 3, 8
"""Where recv is told how to receive; and the flag MSG_WAITALL, after which it gives no less than it is asked for."""
FOR_EVER: Final = 0xFFFF_FFFF
NO_SOCKET: Final = 0xFFFF_FFFF_FFFF_FFFF


class WinsockInjector(Injector):
    """Applies one run's faults to calls that stand in the relay trace."""

    def __init__(self, on: Machine, faults: Sequence[Fault]) -> None:
        super().__init__(on, {}, faults)

    def before(self, memory: Memory, block: int, pending: Pending) -> None:
        """Change a call that is about to be made, where a fault asks for it."""
        for place, fault in enumerate(self.faults):
            if not belongs(pending.name, fault.call) or not _counts(pending):
                continue
            self.seen[place] += 1
            if fault.nth in (EVERY, self.seen[place]):
                self._apply(memory, block, pending, fault)

    def behind(self, memory: Memory, block: int, pending: Pending) -> None:
        """Leave the reason that the failure is to have; WSAStartup returns it, and leaves none."""
        if pending.error is not None and pending.name != "startup":
            memory.write(block + LAST_ERROR, struct.pack("<I", pending.error))

    def hurry(self, memory: Memory, block: int, pending: Pending) -> None:
        """Let the time of a sleep pass at once."""
        frame = _frame(memory, block, pending) if pending.words[0] & FOR_EVER != FOR_EVER else None
        if frame is not None:
            memory.write(frame, WORD.pack(0))

    def _apply(self, memory: Memory, block: int, pending: Pending, fault: Short | Fail) -> None:
        frame = _frame(memory, block, pending)
        if frame is None:
            return
        if isinstance(fault, Fail):
            pending.error = NUMBERS[fault.error]
            pending.injected = f"made to fail with {fault.error}"
            memory.write(frame, WORD.pack(REFUSED.get(pending.name, NO_SOCKET)))
        elif not self._lower(memory, frame, pending, fault.count):
            return
        self.applied += 1

    def _lower(self, memory: Memory, frame: int, pending: Pending, count: int) -> bool:
        """Lower the length of a transfer; tell whether there is anything to lower."""
        at = pending.call.buffer
        if at is None or pending.function in VECTORED or pending.words[at + 1] & 0xFFFF_FFFF <= count:
            return False
        if pending.function in RECEIVES and pending.words[FLAGS] & WAIT_FOR_ALL:
            return False
        wanted = pending.words[at + 1] & 0xFFFF_FFFF
        memory.write(frame + WORD.size * (at + 1), WORD.pack(count))
        pending.injected = f"moves at most {count} of {wanted} bytes"
        return True


def _counts(pending: Pending) -> bool:
    return pending.of_exercise or pending.name in ("socket", "startup")


def reason(memory: Memory, block: int) -> int:
    """Return what GetLastError would return in a thread."""
    return int.from_bytes(memory.read(block + LAST_ERROR, 4), "little")


def _frame(memory: Memory, block: int, pending: Pending) -> int | None:
    """Return where the arguments of the call lie: behind the return address, as the line names both.

    Of several such places the one nearest to the stack's base is in use; others were left by calls that are over.
    """
    base, limit = (int.from_bytes(memory.read(block + at, 8), "little") for at in (STACK_BASE, STACK_LIMIT))
    start = max(limit, base - LARGEST_STACK)
    stack = b"".join(memory.read(at, min(1 << 16, base - at)) for at in range(start, base, 1 << 16))
    words = pending.words[: min(4, pending.given)]
    found = stack.rfind(WORD.pack(pending.back) + b"".join(map(WORD.pack, words)))
    return None if found < 0 else start + found + WORD.size
