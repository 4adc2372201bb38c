"""What the lines mean: from calls and returns in the relay trace to the records of a trace, and the sockets' states."""

import contextlib
import os
import socket
import struct
from functools import lru_cache
from typing import Final

from conformance.model.arguments import ALL_ONES, CallRow, signed
from conformance.model.calls import OUTPUT, TRANSFER
from conformance.model.descriptors import DescriptorKind, OpenFile
from conformance.model.winsock import BEFORE_STARTUP, FOR_FILES, OTHER, WAIT_TIMEOUT, WINSOCK_CALLS, WINSOCK_ERRORS
from conformance.observe import effects
from conformance.observe.bounded.asked import Lines
from conformance.observe.bounded.asking import Reader
from conformance.observe.linux import decode
from conformance.observe.linux.memory import Memory
from conformance.observe.linux.recorder import Recorder
from conformance.observe.pending import PendingCall
from conformance.observe.progress import GIVE_SOMETHING
from conformance.observe.recording import CALLS_KEPT, Process
from conformance.observe.wine.image import PeImage, image_of
from conformance.observe.wine.relay import Line
from conformance.records.trace import DATA_KEPT, Address, CallSite

AF_INET6: Final = 23
"""Windows counts the families otherwise; AF_INET is 2 everywhere."""
HERE_AF_INET6: Final = int(socket.AF_INET6).to_bytes(2, "little")
SIGN: Final = 0x8000_0000
WINDOWS_TIMEVAL: Final = struct.Struct("<ii")
"""Windows counts both in 32 bits."""
WSABUF: Final = struct.Struct("<I4xQ")
"""How many bytes a buffer holds, and where it lies."""
BUFFERS_AT_MOST: Final = 16
AT_EXIT: Final = "ws2_32.WSACleanup"
"""What a program may hand to `atexit`: then the C library calls it."""
TELLS_BY_NOTHING: Final = frozenset({"kernel32.GetQueuedCompletionStatus"})
"""Waits that return 0 where nothing came."""
WINSOCK_PROGRESS: Final = TRANSFER | {"socket", "accept", "connect", "close", "sleep"}
"""What gets a program on when it succeeds. That a socket is ready, or why a call failed, does not."""


class WineRecorder(Recorder):
    """Keeps the trace and the tables of sockets of one run of a Windows program."""

    image: PeImage | None = None
    program = ""
    changed = 0
    """When the program's file was written, in nanoseconds."""

    def begin(self, program: str) -> None:
        """Take note of the program's file: only what its own text calls is of interest."""
        self.program, self.image = program, image_of(program)
        with contextlib.suppress(OSError):
            self.changed = os.stat(program).st_mtime_ns  # noqa: PTH116

    def loaded(self, process: Process, pid: int) -> None:  # noqa: ARG002 (the recorder's face)
        """Follow exec: Wine's own; the text of Windows programs is found by address."""
        process.memory.close()
        process.loaded = True

    # -------------------------------------------------------------- entering a call

    def begins(self, process: Process, tid: int, line: Line) -> PendingCall:
        """Take note of a call; one of no interest is followed, and has no number."""
        pending = _pending(line)
        pending.time_out = time_out(process.memory, pending)
        self.total += 1
        own = self.image is not None and self.image.holds(line.back)
        if not (own or line.function == AT_EXIT) or not self._is_of_interest(process, pending):
            return pending
        if len(self.calls) >= CALLS_KEPT:
            self.truncated = True
            return pending
        pending.place = CallSite(file=self.program, offset=line.back - 1, direct=True) if own else None
        pending.number = len(self.calls)
        self.calls.append(None)
        self._keep(process, tid, pending, None, None, None)
        return pending

    def _is_of_interest(self, process: Process, pending: PendingCall) -> bool:
        if pending.name == "errno":
            return self._is_the_programs_own(pending.goes_on_at)
        if pending.name == "wait" and pending.system_call in FOR_FILES:
            return pending.time_out is not None
        if pending.descriptor is None:
            return pending.row is not OTHER or pending.name not in BEFORE_STARTUP
        if pending.row.has("address"):
            size = min(pending.uint_arg("address_length"), decode.ADDRESS_LIMIT)
            pending.address = windows_address(process.memory.read(pending.arg("address"), size))
        file = pending.file = process.table.entries.get(pending.descriptor)
        if file is not None and file.kind is DescriptorKind.SOCKET:
            pending.state, pending.in_scope = file.state.value, file.in_scope
            self._look_at(process.memory, pending, file)
            return True
        if pending.descriptor in process.table.closed and pending.system_call not in FOR_FILES:
            pending.state, pending.in_scope = "closed", True
            return True
        pending.file = None
        return pending.system_call not in FOR_FILES

    def _is_the_programs_own(self, back: int) -> bool:
        """Tell whether a call stands in a source beside the program, and not in what a compiler adds to each."""
        source = _source_of(self.program, self.changed, back - 1)
        # not by a `Path`, whose `is_file` raises where a name is too long
        return bool(source) and os.path.isfile(os.path.join(os.path.dirname(self.program), source))  # noqa: PTH113, PTH118, PTH120

    def _look_at(self, memory: Memory, pending: PendingCall, file: OpenFile) -> None:
        """Note what stands in memory before the call: the address, the data that goes out, an option's value."""
        if pending.row.has("address"):
            if pending.address is not None and pending.address.port in self.scope.ports:
                file.in_scope = pending.in_scope = True
        elif pending.name in ("send", "write"):
            pending.data = self._buffer(memory, pending, DATA_KEPT)
        elif pending.name == "setsockopt":
            pending.data = memory.read(pending.arg("value"), min(pending.uint_arg("value_length"), 16))

    # -------------------------------------------------------------- leaving it

    def ends(self, process: Process, tid: int, pending: PendingCall, result: int, reason: int) -> None:
        """Complete the record of a call, and follow what it did to the sockets."""
        error = failure(pending.row, result, reason)
        moved = self._moved(process.memory, pending, result) if error is None else -1
        self._count_achieved(pending, moved, error)
        if pending.number < 0:
            return
        if error is None and pending.name in ("recv", "read"):
            pending.data = self._buffer(process.memory, pending, moved)
        elif error is None and pending.name in ("send", "write"):
            pending.data = pending.data[: max(moved, 0)]
        made = effects.follow(self, process, pending, moved, error)
        self._keep(process, tid, pending, moved, error, made)

    def _count_achieved(self, pending: PendingCall, moved: int, error: str | None) -> None:
        """Count the calls in a row by which nothing was achieved. What is printed meanwhile achieves nothing."""
        if pending.name in OUTPUT and pending.file is None:
            return
        if pending.name == "sleep" and not pending.uint_arg("milliseconds"):
            return  # it only lets others have the processor
        if pending.name in WINSOCK_PROGRESS and error is None and (moved > 0 or pending.name not in TRANSFER):
            self.begin_to_count()
        elif pending.name in GIVE_SOMETHING or (
            pending.name == "wait" and moved & ALL_ONES == _timed_out_result(pending)
        ):
            self.gave_nothing(pending)

    def succeeded(self, pending: PendingCall) -> bool:
        """Tell whether a call that has returned did not fail."""
        call = self.calls[pending.number]
        return call is not None and call.succeeded

    def _moved(self, memory: Memory, pending: PendingCall, result: int) -> int:
        """Return a call's result, and for transfers that tell it elsewhere the number of bytes."""
        if pending.row.moves is None or not pending.row.has("moved_back"):
            return signed(result)
        return int.from_bytes(memory.read(pending.arg("moved_back"), 4), "little")

    def _buffer(self, memory: Memory, pending: PendingCall, limit: int) -> bytes:
        """Return up to so many of the bytes that a transfer moves."""
        if not pending.row.has("vector"):
            return memory.read(pending.arg("buffer"), min(pending.uint_arg("length"), limit, DATA_KEPT))
        data, base = b"", pending.arg("vector")
        for at in range(base, base + WSABUF.size * min(pending.uint_arg("count"), BUFFERS_AT_MOST), WSABUF.size):
            entry = memory.read(at, WSABUF.size)
            if len(entry) == WSABUF.size and len(data) < limit:
                length, start = WSABUF.unpack(entry)
                data += memory.read(start, min(length, limit - len(data), DATA_KEPT))
        return data

    def _keep(
        self,
        process: Process,
        tid: int,
        pending: PendingCall,
        result: int | None,
        error: str | None,
        made: OpenFile | None,
    ) -> None:
        self.calls[pending.number] = pending.record(process.number, tid, result, error, made)


def _pending(line: Line) -> PendingCall:
    """Return the call that a line tells of; a function that the vocabulary lacks keeps its own name."""
    row = WINSOCK_CALLS.get(line.function, OTHER)
    return PendingCall(
        row=row,
        name=function_name(line.function) if row is OTHER else row.name,
        system_call=line.function,
        args=line.args,
        goes_on_at=line.back,
        descriptor=signed(row.value(line.args, "descriptor")) if row.has("descriptor") else None,
    )


def time_out(memory: Memory, pending: PendingCall) -> float | None:
    """Return the seconds that a call waits at most; None where it has no end, or does not wait at all."""
    if pending.row.has("milliseconds") and pending.name != "sleep":
        milliseconds = pending.uint_arg("milliseconds")
        return milliseconds / 1000 if 0 < milliseconds < SIGN else None
    if not pending.arg("time_out"):
        return None
    raw = memory.read(pending.arg("time_out"), WINDOWS_TIMEVAL.size)
    seconds, fraction = WINDOWS_TIMEVAL.unpack(raw) if len(raw) == WINDOWS_TIMEVAL.size else (0, 0)
    return float(seconds + fraction / 1e6) or None


def timed_out(pending: PendingCall, result: int) -> bool:
    """Tell whether a call has waited until its time was over."""
    return pending.time_out is not None and result & ALL_ONES == _timed_out_result(pending)


def _timed_out_result(pending: PendingCall) -> int:
    """Return the result by which a wait says that its time was over."""
    return WAIT_TIMEOUT if pending.name == "wait" and pending.system_call not in TELLS_BY_NOTHING else 0


def function_name(function: str) -> str:
    """Return a function's name without its library."""
    return function.rpartition(".")[2]


def failure(row: CallRow, result: int, reason: int) -> str | None:
    """Return the name of the error with which a call failed; None where it did not."""
    match row.failure:
        case "code" if result & ALL_ONES:
            return winsock_error_name(result & ALL_ONES)
        case "minus one" if result & ALL_ONES == ALL_ONES:
            return winsock_error_name(reason)
        case "zero" if result & ALL_ONES == 0:
            return winsock_error_name(reason)
        case _:
            return None


def winsock_error_name(number: int) -> str:
    """Return an error's name, or its number where it has none here."""
    return WINSOCK_ERRORS.get(number, str(number))


def windows_address(data: bytes) -> Address | None:
    """Decode a SOCKADDR."""
    family = int.from_bytes(data[:2], "little")
    return decode.socket_address(HERE_AF_INET6 + data[2:] if family == AF_INET6 else data)


@lru_cache(maxsize=1024)
def _source_of(program: str, _changed: int, offset: int) -> str:
    """Return the source file of a place in a program; nothing where that does not tell.

    The reader goes at once: whatever lives below the sandbox's process is ended after a run.
    """
    reader = Reader()
    try:
        answer = reader.ask(Lines(file=os.fsencode(program), offsets=(offset,)), program)
    finally:
        reader.close()
    line = answer.lines[0] if answer is not None and answer.lines else None
    return "" if line is None else line[0]
