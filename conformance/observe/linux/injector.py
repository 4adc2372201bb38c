"""Carrying out faults: which call gets one, and what the kernel is made to show for it."""

import errno
import os
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, takewhile
from pathlib import Path
from typing import Final

from conformance.messages import say
from conformance.model.arguments import Argument
from conformance.model.calls import SYSTEM_CALLS, belongs
from conformance.model.constants import MSG_WAITALL
from conformance.model.descriptors import DescriptorKind
from conformance.observe.linux import transfers
from conformance.observe.linux.arch import Arch, Registers
from conformance.observe.linux.memory import Memory
from conformance.observe.linux.recorder import ON_SOCKETS
from conformance.observe.pending import PendingCall
from conformance.observe.recording import Process
from conformance.records.faults import EVERY, Fail, Fault, Late, Short

MSG_DONTWAIT: Final = 0x40
"""Who receives with it gets all that was asked for, up to the end, unless a signal comes."""
LARGEST_TRANSFER: Final = 0x7FFF_F000  # what Linux moves at most in one call
MSG_WAITFORONE: Final = 0x1_0000
"""Who receives several messages with it waits for the first, and takes what more is there (man 2 recvmmsg)."""


class Injector:
    """Applies one run's faults, counting calls on descriptors of the exercise: threads reorder the rest."""

    def __init__(self, arch: Arch, numbers: dict[str, int], faults: Sequence[Fault]) -> None:
        self.arch, self.numbers = arch, numbers
        self.faults = [fault for fault in faults if not isinstance(fault, Late)]
        self.seen: Counter[int] = Counter()
        """How many calls each fault, by its place, has counted."""
        self.applied = 0

    def at_entry(self, tid: int, process: Process, pending: PendingCall) -> None:
        """Change a call that is about to be made, where a fault asks for it."""
        for place, fault in enumerate(self.faults):
            if not self.concerns(pending, fault):
                continue
            self.seen[place] += 1
            if fault.nth not in (EVERY, self.seen[place]):
                continue
            if isinstance(fault, Fail):
                self._fail(tid, pending, fault)
            else:
                self._shorten(tid, process.memory, pending, fault)

    def concerns(self, pending: PendingCall, fault: Short | Fail) -> bool:
        """Tell whether a call is one of those that a fault counts."""
        return belongs(pending.name, fault.call) and _can_be_failed(pending)

    def at_exit(self, tid: int, memory: Memory, pending: PendingCall, result: int) -> int | None:
        """Undo what `at_entry` changed in the registers; return the result that the call is made to show, if any."""
        if not pending.undo and pending.fails_with is None:
            return None
        # The kernel gives all registers but that of the result back as they were, and compiled code relies on it.
        registers = Registers(tid, self.arch)
        for index, value in pending.undo:
            registers.argument(index, value)
        shown = _injected_result(memory, pending, result)
        if shown is not None:
            registers.result(shown)
        registers.write()
        return shown

    def _fail(self, tid: int, pending: PendingCall, fault: Fail) -> None:
        pending.fails_with = int(getattr(errno, fault.error))
        pending.injected = say("injected.fails", error=fault.error)
        self.applied += 1
        if pending.name == "close":
            return  # it is executed, and only its result replaced: a descriptor is gone also when close fails
        registers = Registers(tid, self.arch)
        registers.number(-1)  # no call has it: the kernel does nothing, and the exit stop still comes (man 2 ptrace)
        registers.write()

    def _shorten(self, tid: int, memory: Memory, pending: PendingCall, fault: Short) -> None:
        datagrams = pending.file is not None and pending.file.datagrams  # of a message there is no part
        if pending.descriptor is None or datagrams or not blocks(memory.pid, pending):
            return
        pieces = _buffers_of_transfer(memory, pending)
        wanted = sum(size for _, size in pieces)
        if wanted <= fault.count:
            return
        registers = Registers(tid, self.arch)
        whole, size = _whole_messages(memory, pending, fault.count)
        if whole:
            _lower(registers, pending, "count", whole)
        else:
            base, size = pieces[0][0], min(fault.count, pieces[0][1])
            self._one_piece(registers, pending, base, size)
        registers.write()
        pending.injected = say("injected.short", count=size, wanted=wanted)
        self.applied += 1

    def _one_piece(self, registers: Registers, pending: PendingCall, base: int, size: int) -> None:
        """Let a call move the beginning of its first buffer: by its own length, or as the call that has one buffer.

        A vector lies in the program's memory, where another thread may read it: it is left as it is, and the kernel is
        given another call in the registers.
        """
        if pending.row.one_piece is None:
            _lower(registers, pending, "length", size)
            return
        row = SYSTEM_CALLS[pending.row.one_piece]
        registers.number(self.numbers[pending.row.one_piece])
        options = pending.arg("message_flags") & ~MSG_WAITFORONE
        given: dict[Argument, int] = {"buffer": base, "length": size, "message_flags": options}
        values = [
            (place, given.get(argument, 0)) for place, argument in enumerate(row.takes) if argument != "descriptor"
        ]
        pending.undo += [(place, registers.argument(place, value)) for place, value in values]
        pending.as_one_piece = True


def _lower(registers: Registers, pending: PendingCall, argument: Argument, value: int) -> None:
    """Change an argument for the call, to be restored at its exit."""
    place = pending.row.at[argument]
    pending.undo.append((place, registers.argument(place, value)))


def _injected_result(memory: Memory, pending: PendingCall, result: int) -> int | None:
    """Return the result that a call is made to show; None for that which the kernel gave it.

    A call for several messages tells their number, and leaves the bytes of each behind its header: where it was made
    as one that moves a single piece, that is done here as the kernel would.
    """
    if pending.fails_with is not None:
        return -pending.fails_with
    if not pending.as_one_piece or not pending.row.has("messages") or result < 0:
        return None
    transfers.set_moved(memory, pending, result)
    return 1


def _buffers_of_transfer(memory: Memory, pending: PendingCall) -> list[transfers.Piece]:
    """Return the buffers of a transfer; for calls that need none changed, what they are asked to move.

    Of several messages, the first must hold something; and a blocking call that receives waits for all of them, unless
    it is told to wait for one.
    """
    row = pending.row
    if row.has("messages"):
        waits_for_all = row.moves == "in" and pending.uint_arg("count") > 1
        if (waits_for_all and not pending.arg("message_flags") & MSG_WAITFORONE) or not _sizes(memory, pending)[:1]:
            return []
    if row.one_piece is not None:
        return transfers.offered(memory, pending, LARGEST_TRANSFER)
    return [(0, pending.arg("length"))] if row.has("length") else []


def _sizes(memory: Memory, pending: PendingCall) -> list[int]:
    """Return the sizes of a call's messages, up to the first that is empty."""
    sizes = (transfers.message_size(memory, one) for one, _ in transfers.headers(memory, pending))
    return list(takewhile(bool, sizes))


def _whole_messages(memory: Memory, pending: PendingCall, most: int) -> tuple[int, int]:
    """Return how many messages of a call are whole within so many bytes, and the bytes of these."""
    if not pending.row.has("messages"):
        return 0, 0
    sums = [total for total in accumulate(_sizes(memory, pending)) if total <= most]
    return len(sums), sums[-1] if sums else 0


def _can_be_failed(pending: PendingCall) -> bool:
    """Tell whether a call is for the exercise, and can succeed; a socket has no address yet when it is made."""
    on_file = pending.file is not None and pending.file.kind is DescriptorKind.FILE
    return (pending.in_scope and not (on_file and pending.name in ON_SOCKETS)) or pending.name == "socket"


def blocks(pid: int, pending: PendingCall) -> bool:
    """Tell whether a transfer waits, but not for all: neither O_NONBLOCK nor MSG_DONTWAIT, nor MSG_WAITALL."""
    if pending.arg("message_flags") & (MSG_DONTWAIT | MSG_WAITALL):
        return False
    try:
        lines = Path(f"/proc/{pid}/fdinfo/{pending.descriptor}").read_text().splitlines()
    except OSError:
        return False
    return not any(line.startswith("flags:") and int(line.split()[1], 8) & os.O_NONBLOCK for line in lines)
