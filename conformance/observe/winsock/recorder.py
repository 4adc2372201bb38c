"""What the lines mean: from calls and returns in the relay trace to the records of a trace, and the sockets' states."""

import socket
import struct
from pathlib import Path
from typing import Final

from conformance.model.descriptors import UNDER_WAY, Kind, OpenFile, State
from conformance.model.winsock import (
    ALL_ONES,
    BEFORE_STARTUP,
    ERRORS,
    FOR_FILES,
    TIME_OUTS,
    TIMED_OUT,
    VECTORED,
    WINSOCK_CALLS,
    WinsockCall,
)
from conformance.observe import decode
from conformance.observe.lines import source_of
from conformance.observe.memory import Memory
from conformance.observe.recorder import CALLS_KEPT, GIVE_SOMETHING, Process, Recorder
from conformance.observe.trace import DATA_KEPT, Address, Call, Place
from conformance.observe.winsock.image import Image, image_of
from conformance.observe.winsock.relay import Line

AF_INET6: Final = 23
"""Windows counts the families otherwise; AF_INET is 2 everywhere."""
HERE_AF_INET6: Final = int(socket.AF_INET6).to_bytes(2, "little")
OTHER: Final = WinsockCall("other", False, "never")
SLOTS: Final = 6
SIGN: Final = 0x8000_0000
TIMEVAL: Final = struct.Struct("<ii")
"""Windows counts both in 32 bits."""
AT_EXIT: Final = "ws2_32.WSACleanup"
"""What a program may hand to `atexit`: then the C library calls it."""
TELLS_BY_NOTHING: Final = frozenset({"kernel32.GetQueuedCompletionStatus"})
"""Waits that return 0 where nothing came."""
MAKES_ONE: Final = frozenset({"socket", "accept"})


class Pending:
    """A call that was entered and has not returned."""

    __slots__ = (
        "address",
        "back",
        "call",
        "data",
        "descriptor",
        "error",
        "file",
        "function",
        "given",
        "injected",
        "name",
        "number",
        "of_exercise",
        "place",
        "state",
        "time_out",
        "words",
    )  # fmt: skip

    def __init__(self, line: Line, call: WinsockCall) -> None:
        self.call, self.name, self.function = call, call.name, line.function
        self.words = (*line.words, *[0] * (SLOTS - len(line.words)))
        self.back, self.given = line.back, len(line.words)
        self.number = -1
        self.descriptor = decode.signed(self.words[0]) if call.on_socket else None
        self.file: OpenFile | None = None
        self.state: str | None = None
        self.of_exercise = False
        self.address: Address | None = None
        self.place: Place | None = None
        self.data = b""
        self.injected: str | None = None
        self.error: int | None = None
        """What the call is made to fail with."""
        self.time_out: float | None = None
        """The seconds that it waits at most, where it says so."""


class WinsockRecorder(Recorder):
    """Keeps the trace and the tables of sockets of one run of a Windows program."""

    image: Image | None = None
    program = ""

    def begin(self, program: str) -> None:
        """Take note of the program's file: only what its own text calls is of interest."""
        self.program, self.image = program, image_of(program)

    def loaded(self, process: Process, pid: int) -> None:  # noqa: ARG002 (the recorder's face)
        """Follow exec: Wine's own; the text of Windows programs is found by address."""
        process.memory.close()
        process.loaded = True

    # -------------------------------------------------------------- entering a call

    def begins(self, process: Process, tid: int, line: Line) -> Pending:
        """Take note of a call; one of no interest is followed, and has no number."""
        pending = Pending(line, WINSOCK_CALLS.get(line.function, OTHER))
        pending.time_out = time_out(process.memory, pending)
        own = self.image is not None and self.image.holds(line.back)
        if not (own or line.function == AT_EXIT) or not self._is_of_interest(process, pending):
            return pending
        self.total += 1
        if len(self.calls) >= CALLS_KEPT:
            self.truncated = True
            return pending
        pending.place = Place(self.program, line.back - 1, direct=True) if own else None
        pending.number = len(self.calls)
        self.calls.append(None)
        self._keep(process, tid, pending, None, None)
        return pending

    def _is_of_interest(self, process: Process, pending: Pending) -> bool:
        if pending.name == "errno":
            return self._is_the_programs_own(pending.back)
        if pending.name == "wait" and pending.function in FOR_FILES:
            return pending.time_out is not None
        if not pending.call.on_socket:
            return pending.call is not OTHER or plain(pending.function) not in BEFORE_STARTUP
        assert pending.descriptor is not None
        if pending.name in ("bind", "connect"):
            words = pending.words
            pending.address = address(process.memory.read(words[1], min(words[2] & ALL_ONES, decode.ADDRESS_LIMIT)))
        file = pending.file = process.table.entries.get(pending.descriptor)
        if file is not None and file.kind is Kind.SOCKET:
            pending.state, pending.of_exercise = file.state.value, file.of_exercise
            self._look_at(process.memory, pending, file)
            return True
        if pending.descriptor in process.table.closed and pending.function not in FOR_FILES:
            pending.state, pending.of_exercise = "closed", True
            return True
        pending.file = None
        return pending.function not in FOR_FILES

    def _is_the_programs_own(self, back: int) -> bool:
        """Tell whether a call stands in a source beside the program, and not in what a compiler adds to each."""
        found = source_of(Place(self.program, back - 1))
        return found is not None and (Path(self.program).parent / found[0]).is_file()

    def _look_at(self, memory: Memory, pending: Pending, file: OpenFile) -> None:
        """Note what stands in memory before the call: the address, the data that goes out, an option's value."""
        words = pending.words
        if pending.name in ("bind", "connect"):
            if pending.address is not None and pending.address.port in self.watch.ports:
                file.of_exercise = pending.of_exercise = True
        elif pending.name in ("send", "write"):
            pending.data = self._buffer(memory, pending, DATA_KEPT)
        elif pending.name == "setsockopt":
            pending.data = memory.read(words[3], min(words[4] & ALL_ONES, 16))

    # -------------------------------------------------------------- leaving it

    def ends(self, process: Process, tid: int, pending: Pending, result: int, reason: int) -> None:
        """Complete the record of a call, and follow what it did to the sockets."""
        error = failure(pending.call, result, reason)
        moved = self._moved(process.memory, pending, result) if error is None else -1
        if moved > 0 or pending.name == "sleep":
            self.in_vain = 0
        elif pending.name in GIVE_SOMETHING:
            self.in_vain += 1
        if pending.number < 0:
            return
        if error is None and pending.name in ("recv", "read"):
            pending.data = self._buffer(process.memory, pending, moved)
        elif error is None and pending.name in ("send", "write"):
            pending.data = pending.data[: max(moved, 0)]
        made = self._follow(process, pending, moved, error)
        self._keep(process, tid, pending, moved, error, made)

    def succeeded(self, pending: Pending) -> bool:
        """Tell whether a call that has returned did not fail."""
        call = self.calls[pending.number]
        return call is not None and call.succeeded

    def _moved(self, memory: Memory, pending: Pending, result: int) -> int:
        """Return a call's result, and for transfers that tell it elsewhere the number of bytes."""
        if pending.call.counted is None:
            return decode.signed(result)
        return int.from_bytes(memory.read(pending.words[pending.call.counted], 4), "little")

    def _buffer(self, memory: Memory, pending: Pending, limit: int) -> bytes:
        """Return up to so many of the bytes that a transfer moves."""
        assert pending.call.buffer is not None
        base, size = pending.words[pending.call.buffer], pending.words[pending.call.buffer + 1] & ALL_ONES
        if pending.function not in VECTORED:
            return memory.read(base, min(size, limit, DATA_KEPT))
        data = b""
        for at in range(base, base + 16 * min(size, 16), 16):
            entry = memory.read(at, 16)
            if len(entry) == 16 and len(data) < limit:
                length, start = struct.unpack("<I4xQ", entry)
                data += memory.read(start, min(length, limit - len(data), DATA_KEPT))
        return data

    def _follow(self, process: Process, pending: Pending, result: int, error: str | None) -> OpenFile | None:
        """Follow a call in the tables; return the socket that it made, if any."""
        if error is None and pending.name in MAKES_ONE:
            return self._made(process, pending, result)
        file = pending.file
        if file is None:
            return None
        if pending.name == "connect" and error in UNDER_WAY:
            file.state = State.CONNECTING
        elif error is None and pending.name == "close":
            file.closes += 1
            if process.table.entries.get(pending.descriptor or 0) is file:  # else another thread has the number by now
                process.table.drop(pending.descriptor or 0)
        elif error is None:
            if pending.name == "listen":
                file.of_exercise = pending.of_exercise = True
            file.advance(pending.name)
        return None

    def _made(self, process: Process, pending: Pending, handle: int) -> OpenFile:
        accepted = pending.name == "accept"
        made = self._new(Kind.SOCKET, State.CONNECTED if accepted else State.FRESH, pending.number)
        made.of_exercise = accepted and pending.file is not None and pending.file.of_exercise
        process.table.put(handle, made)
        return made

    def _keep(
        self,
        process: Process,
        tid: int,
        pending: Pending,
        result: int | None,
        error: str | None,
        made: OpenFile | None = None,
    ) -> None:
        on = pending.file.number if pending.file is not None else None
        subject, on = (on, None) if made is None else (made.number, on)
        self.calls[pending.number] = Call(
            pending.number, process.number, tid, pending.name if pending.call is not OTHER else plain(pending.function),
            pending.function, pending.words, result, error, pending.descriptor, subject, on, pending.state,
            pending.of_exercise, pending.address, None, pending.data, pending.injected, pending.place,
        )  # fmt: skip


def time_out(memory: Memory, pending: Pending) -> float | None:
    """Return the seconds that a call waits at most; None where it has no end, or does not wait at all."""
    at = TIME_OUTS.get(pending.function)
    if at is not None:
        milliseconds = pending.words[at] & ALL_ONES
        return milliseconds / 1000 if 0 < milliseconds < SIGN else None
    if pending.name != "select" or not pending.words[4]:
        return None
    raw = memory.read(pending.words[4], TIMEVAL.size)
    seconds, fraction = TIMEVAL.unpack(raw) if len(raw) == TIMEVAL.size else (0, 0)
    return float(seconds + fraction / 1e6) or None


def timed_out(pending: Pending, result: int) -> bool:
    """Tell whether a call has waited until its time was over."""
    over = TIMED_OUT if pending.name == "wait" and pending.function not in TELLS_BY_NOTHING else 0
    return pending.time_out is not None and result & ALL_ONES == over


def plain(function: str) -> str:
    """Return a function's name without its library."""
    return function.rpartition(".")[2]


def failure(call: WinsockCall, result: int, reason: int) -> str | None:
    """Return the name of the error with which a call failed; None where it did not."""
    match call.failure:
        case "code" if result & ALL_ONES:
            return error_name(result & ALL_ONES)
        case "minus one" if result & ALL_ONES == ALL_ONES:
            return error_name(reason)
        case "zero" if result & ALL_ONES == 0:
            return error_name(reason)
        case _:
            return None


def error_name(number: int) -> str:
    """Return an error's name, or its number where it has none here."""
    return ERRORS.get(number, str(number))


def address(data: bytes) -> Address | None:
    """Decode a SOCKADDR."""
    family = int.from_bytes(data[:2], "little")
    return decode.address(HERE_AF_INET6 + data[2:] if family == AF_INET6 else data)
