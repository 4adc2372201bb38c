"""What the stops mean on Linux: which calls are of interest, what stands in memory, and the record of each."""

import os
import struct
from typing import Final

from conformance.model.arguments import Arguments, signed
from conformance.model.calls import ON_DESCRIPTORS, OUTPUT, SYSTEM_CALLS, TRANSFER, WAITS
from conformance.model.constants import SOCKET_TYPE_MASK
from conformance.model.descriptors import OpenFile
from conformance.model.failures import TAKES_DESCRIPTOR
from conformance.model.signals import NOTIFICATION_SIGNALS, interrupts
from conformance.model.transports import TRANSPORTS
from conformance.observe import effects
from conformance.observe.linux import decode, transfers
from conformance.observe.linux.memory import Memory
from conformance.observe.linux.timers import is_timer
from conformance.observe.linux.wait_arguments import WAITING
from conformance.observe.pending import PendingCall
from conformance.observe.progress import ASK, GIVE_SOMETHING
from conformance.observe.recording import CALLS_KEPT, Process, Recording
from conformance.records.trace import DATA_KEPT, Address, Call

NOT_SHOWN: Final = frozenset({"futex", "sigwait", "timer"})
HANDLER_AND_FLAGS: Final = 16
"""How the kernel's struct sigaction begins."""
OPTION_KEPT: Final = 16
"""How many bytes of a socket option's value are kept."""
PATH_LIMIT: Final = 4096
AT_FDCWD: Final = -100
WORKING_DIRECTORY: Final = "cwd"
"""Its name in /proc/PID."""
PAIR: Final = struct.Struct("2i")
SIZE_OF_LENGTH: Final = 4
NOT_A_SOCKET_ERRORS: Final = frozenset({"EBADF", "ENOTSOCK"})
ON_SOCKETS: Final = frozenset({"bind", "listen", "accept", "connect", "shutdown", "send", "recv"})
ON_NOTHING: Final = TRANSFER | ON_SOCKETS | TAKES_DESCRIPTOR | {"close"}
"""Calls that are kept where their descriptor is negative: what a failed call returned was used."""


class Recorder(Recording):
    """Keeps the trace and the descriptor tables of one run of a Linux program."""

    data_kept = DATA_KEPT
    """How many bytes of a transfer are kept."""

    # -------------------------------------------------------------- entering a call

    def enter(
        self, process: Process, tid: int, system_call: str, args: Arguments, stack: int, ip: int
    ) -> PendingCall | None:
        """Take note of a call; return None where it is of no interest and its end need not be seen."""
        self.total += 1
        row = SYSTEM_CALLS[system_call]
        pending = PendingCall(row=row, name=row.name, system_call=system_call, args=args, stack=stack, goes_on_at=ip)
        if not self._concerns(process, pending):
            return None
        if "source" in row.at:  # the call moves the position, so that it can be read only before
            pending.position = transfers.position(process.memory, pending)
        if (pending.name in NOT_SHOWN or pending.passing) and not self.scope.everything:
            return pending  # a runtime's sleep, a message between processes: followed, and not shown
        if len(self.calls) >= CALLS_KEPT:
            self.truncated = True
            return pending
        pending.number = len(self.calls)
        if system_call in WAITING:
            pending.shown = WAITING[system_call](process.memory, pending)
        if row.waits is not None:  # it may never return: what is known by now is kept
            self.calls.append(self._record(process, tid, pending, None, None))
        else:
            self.calls.append(None)
        return pending

    def _concerns(self, process: Process, pending: PendingCall) -> bool:
        name = pending.name
        if name not in ON_DESCRIPTORS:
            return self._concerns_by_arguments(process, pending) or self.scope.everything
        number = pending.descriptor = signed(pending.args[pending.row.at["descriptor"]])
        known = pending.file = process.table.entries.get(number)
        if known is not None:
            pending.state, pending.in_scope = known.state.value, known.in_scope
            if pending.row.moves is None:
                self._look_at_address(process.memory, pending, known)
            elif known.datagrams and name == "send":
                self._look_at_recipient(process.memory, pending, known)
            return True
        if number in process.table.closed and not process.reuses(number):
            pending.state, pending.in_scope = "closed", True
            return True
        if pending.row.has("new_descriptor") and pending.int_arg("new_descriptor") in process.table.entries:
            return True
        if pending.row.has("message") or pending.row.has("messages"):
            pending.passing = True
            if name == "send":
                effects.send_along(self, process, transfers.passed(process.memory, pending))
            return True
        if name == "read" and self.unproductive and is_timer(process.memory.pid, number):
            pending.passing = True
            return True
        # A descriptor that nothing seen has made is of interest only where the call says that there is none such.
        pending.suspect = number >= 0 and name in ON_SOCKETS and not self.scope.everything
        return pending.suspect or self.scope.everything or (number < 0 and name in ON_NOTHING)

    def _concerns_by_arguments(self, process: Process, pending: PendingCall) -> bool:
        match pending.name:
            case "socket":
                kind = pending.arg("type") & SOCKET_TYPE_MASK
                facts = TRANSPORTS[self.scope.transport]
                return self.scope.sockets or facts.has_socket(pending.arg("family"), kind)
            case "open":
                return self._concerns_path(process, pending)
            case "close_range":
                low, high = pending.uint_arg("first"), pending.uint_arg("last")
                return any(low <= number <= high for number in process.table.entries)
            case "sigaction":
                action = process.memory.read(pending.arg("action"), HANDLER_AND_FLAGS)
                return pending.arg("signal") in NOTIFICATION_SIGNALS and interrupts(action)
            case name:
                return name in WAITS or name in ("alarm", "timer")

    def _concerns_path(self, process: Process, pending: PendingCall) -> bool:
        if not (self.scope.directory or self.scope.everything):
            return False
        raw = process.memory.read(pending.arg("path"), PATH_LIMIT)
        pending.path = raw.split(b"\0", 1)[0].decode(errors="backslashreplace")
        pending.in_scope = bool(self.scope.directory) and self._lies_inside(process, pending)
        return pending.in_scope

    def _lies_inside(self, process: Process, pending: PendingCall) -> bool:
        """Tell whether a path leads into the exercise's folder, from wherever it is relative to."""
        path = pending.path or ""
        if not path.startswith("/"):
            path = f"{self._folder(process, _folder_of_relative_path(pending))}/{path}"
        return os.path.normpath(path).startswith(self.scope.directory + "/")

    def _folder(self, process: Process, place: str) -> str:
        """Return the folder to which a path is relative; nothing where that is not known.

        Root without CAP_SYS_PTRACE is not told of another user's process (man 5 proc): programs start in their folder.
        """
        try:
            return os.readlink(f"/proc/{process.memory.pid}/{place}")  # noqa: PTH115 (at each open)
        except PermissionError:
            return self.scope.directory if place == WORKING_DIRECTORY else ""
        except OSError:
            return ""

    def _look_at_address(self, memory: Memory, pending: PendingCall, known: OpenFile) -> None:
        row = pending.row
        if row.has("address_back"):  # the kernel replaces the room by the length of what it wrote
            if pending.arg("address_back") and pending.arg("address_length_back"):
                raw = memory.read(pending.arg("address_length_back"), SIZE_OF_LENGTH)
                pending.room = int.from_bytes(raw, "little", signed=True)
        elif row.has("address"):
            size = min(pending.arg("address_length"), decode.ADDRESS_LIMIT)
            pending.address = decode.socket_address(memory.read(pending.arg("address"), size))
            self._take_in(pending, known)

    def _look_at_recipient(self, memory: Memory, pending: PendingCall, known: OpenFile) -> None:
        """Note where a datagram goes: of a client that does not connect, this shows whose socket it is."""
        if pending.row.has("address") and pending.arg("address"):
            size = min(pending.arg("address_length"), decode.ADDRESS_LIMIT)
            pending.address = decode.socket_address(memory.read(pending.arg("address"), size))
        else:
            pending.address = transfers.message_address(memory, pending)
        self._take_in(pending, known)

    def _take_in(self, pending: PendingCall, known: OpenFile) -> None:
        if pending.address is not None and self._is_given(pending.address):
            known.in_scope = pending.in_scope = True

    def _is_given(self, address: Address) -> bool:
        """Tell whether an address is one that the program was given; a path may be written in more than one way."""
        if self.scope.path:
            return address.family == "AF_UNIX" and address.host.rpartition("/")[2] == self.scope.path
        return address.port in self.scope.ports

    # -------------------------------------------------------------- leaving it

    def leave(self, process: Process, tid: int, pending: PendingCall, result: int) -> None:
        """Complete the record of a call, and follow what it did to the descriptors."""
        error = decode.error_name(result) if result < 0 else None
        moved = result
        if error is None and "messages" in pending.row.at:
            moved = pending.bytes_moved = transfers.bytes_moved(process.memory, pending, result)
        self._count_unproductive(pending, moved)
        if pending.suspect and error not in NOT_A_SOCKET_ERRORS:
            self._forget(pending)
            return
        made = effects.follow(self, process, pending, result, error)
        if pending.passing and pending.name == "recv" and error is None:
            effects.arrive(self, process, transfers.passed(process.memory, pending, result))
        if pending.number >= 0:
            self.calls[pending.number] = self._record(process, tid, pending, -1 if error else result, error, made)

    def _count_unproductive(self, pending: PendingCall, gave: int) -> None:
        if pending.passing and pending.name == "read":
            self.note_tick()
        elif pending.name in ASK and gave > 0 and not pending.slept:
            self.gave_nothing(pending)  # always ready: only what is done about it is progress
        elif gave > 0 and (pending.in_scope or pending.name not in OUTPUT):
            self.begin_to_count()
        elif pending.name in GIVE_SOMETHING and not pending.waited:
            self.gave_nothing(pending)
        elif gave == 0 or pending.waited:
            self.begin_to_count()

    def _record(
        self,
        process: Process,
        tid: int,
        pending: PendingCall,
        result: int | None,
        error: str | None,
        made: OpenFile | None = None,
    ) -> Call:
        if pending.place is None:
            self._find_place(process, tid, pending)
        pending.data = self._data(process.memory, pending, result or 0)
        asked = pending.row.makes is not None and self.scope.everything
        numbers = self._numbers(process.memory, pending, result) if asked else ()
        return pending.record(process.number, tid, result, error, made, numbers)

    def _find_place(self, process: Process, tid: int, pending: PendingCall) -> None:
        """Note where a call was made from: the line that the runtime names, or a place in the program's own text."""
        sites = process.sites
        if self.lines is not None:
            pending.place = self.lines.place(process.memory, tid)
        if pending.place is None and sites is not None and not (pending.name in WAITS and sites.holds_library):
            pending.place = sites.caller(process.memory, pending.stack, pending.goes_on_at)

    def _numbers(self, memory: Memory, pending: PendingCall, result: int | None) -> tuple[int, ...]:
        """Return the descriptors that a call has given in memory."""
        if result is None or result < 0 or pending.row.makes == "result":
            return ()
        if pending.row.makes == "pair":
            return next(PAIR.iter_unpack(memory.read(pending.arg("pair_back"), PAIR.size)), ())
        return tuple(transfers.passed(memory, pending, result))

    def _data(self, memory: Memory, pending: PendingCall, result: int) -> bytes:
        """Return the bytes that a call has moved, or what its argument leads to."""
        if pending.row.moves is not None:
            return transfers.moved(memory, pending, result, self.data_kept) if result > 0 else b""
        if pending.name == "setsockopt":
            return memory.read(pending.arg("value"), min(pending.uint_arg("value_length"), OPTION_KEPT))
        if pending.name == "sigaction":
            return memory.read(pending.arg("action"), HANDLER_AND_FLAGS)
        return b""

    def _forget(self, pending: PendingCall) -> None:
        if pending.number == len(self.calls) - 1:
            self.calls.pop()
        elif pending.number >= 0:
            self.calls[pending.number] = None


def _folder_of_relative_path(pending: PendingCall) -> str:
    """Return the name in /proc/PID of the folder that a path is relative to."""
    directory = signed(pending.arg("directory")) if pending.row.has("directory") else AT_FDCWD
    return WORKING_DIRECTORY if directory == AT_FDCWD else f"fd/{directory}"
