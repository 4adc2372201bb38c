"""What the stops mean: from raw calls to the records of a trace, and the descriptor tables that follow them."""

import contextlib
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from msgspec import Struct

from conformance.model.calls import (
    CLOSE_RANGE_CLOEXEC,
    MAY_SLEEP,
    SYSTEM_CALLS,
    TRANSFER,
    WAITS,
    WITHOUT_DESCRIPTOR,
)
from conformance.model.descriptors import DescriptorTable, Kind, OpenFile, State
from conformance.model.signals import NEWS, interrupts
from conformance.observe import decode
from conformance.observe.memory import Memory
from conformance.observe.sites import CallSites
from conformance.observe.trace import DATA_KEPT, Address, Call, Description, Fork, Load, Place, Trace

TIME_PASSED: Final = "its time passed"
ITIMER_REAL: Final = 0
SOL_SOCKET, SCM_RIGHTS = 1, 1
PASSING: Final = frozenset({"sendmsg", "recvmsg"})
SIZE_OF_TIMEVAL: Final = 16
HANDLER_AND_FLAGS: Final = 16
"""How the kernel's struct sigaction begins."""
OPTION_KEPT: Final = 16
"""How many bytes of a socket option's value are kept."""
CALLS_KEPT: Final = 50_000
PATH_LIMIT: Final = 4096
INTERNET: Final = frozenset({2, 10})
STREAM: Final = 1
AT_FDCWD: Final = -100
PAIR: Final = struct.Struct("2i")
NAMES: Final = {system_call: known.name for system_call, known in SYSTEM_CALLS.items()}
WITHOUT_DATA: Final = frozenset({"sendfile", "sendmmsg", "recvmmsg"})
"""Transfers whose bytes do not stand in a buffer of the program, or not in one that is easily found."""
SIMPLE: Final = frozenset({"read", "write", "recvfrom", "sendto"})
GIVE_SOMETHING: Final = TRANSFER | {"accept", "connect", "poll", "select", "epoll_wait"}
NO_DESCRIPTOR: Final = frozenset({"EBADF", "ENOTSOCK"})
ON_SOCKETS: Final = frozenset({"bind", "listen", "accept", "connect", "shutdown", "send", "recv"})


class Watch(Struct, frozen=True):
    """What belongs to the exercise, and how much else is recorded."""

    ports: tuple[int, ...] = ()
    """The given port and what stands for it when the bytes are in the wrong order."""
    directory: str = ""
    """The folder whose files belong to the exercise; none where it is about sockets alone."""
    sockets: bool = False
    """Whether every socket belongs to it."""
    everything: bool = False
    """Record each call of interest, whatever it is about."""


@dataclass(slots=True, eq=False)
class Process:
    """One process of the program, while it runs."""

    number: int
    table: DescriptorTable
    memory: Memory
    sites: CallSites | None = None
    alarm: bool = False
    """Whether a SIGALRM is to come by itself."""
    loaded: bool = False
    """Whether exec has put the program into it: what ran before is the launcher's."""

    def reuses(self, number: int) -> bool:
        """Tell whether a number that was closed stands for something that is not followed, as a log or a pipe."""
        other = os.path.lexists(f"/proc/{self.memory.pid}/fd/{number}")
        if other:
            self.table.closed.discard(number)
        return other


class Entry:
    """A call that was entered and has not returned."""

    __slots__ = (
        "address",
        "descriptor",
        "file",
        "injected",
        "name",
        "number",
        "of_exercise",
        "passing",
        "path",
        "place",
        "result",
        "stack",
        "state",
        "suspect",
        "system_call",
        "undo",
        "words",
    )  # fmt: skip

    def __init__(self, system_call: str, name: str, words: tuple[int, ...], stack: int, instruction: int) -> None:
        self.number = -1
        self.system_call, self.name, self.words = system_call, name, words
        self.stack = (stack, instruction)
        self.descriptor: int | None = None
        self.file: OpenFile | None = None
        self.state: str | None = None
        self.address: Address | None = None
        self.path: str | None = None
        self.place: Place | None = None
        self.of_exercise = False
        self.passing = False
        """A message on another socket, by which descriptors may travel."""
        self.suspect = False
        """Kept only if it fails for want of a descriptor."""
        self.injected: str | None = None
        self.undo: list[tuple[int, int]] = []
        """Arguments to restore at the exit: (index, value)."""
        self.result: int | None = None
        """What the call is made to return, whatever it did."""


class Recorder:
    """Keeps the trace and the descriptor tables of one run."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.calls: list[Call | None] = []
        self.files: list[OpenFile] = []
        self.forks: list[Fork] = []
        self.loads: list[Load] = []
        self.living: set[int] = set()
        """The processes that were left when the run was over."""
        self.processes = 0
        self.truncated = False
        self.total = 0
        self.in_flight: list[OpenFile] = []
        self.in_vain = 0
        """How many calls in a row gave nothing: an end, an error, no descriptor ready."""

    # -------------------------------------------------------------- processes

    def first_process(self, pid: int, descriptors: tuple[int, ...]) -> Process:
        """Begin with the program's own process: its standard streams, and what else is open at start."""
        table = DescriptorTable(self._next_process())
        for number in descriptors:
            table.put(number, self._new(Kind.STANDARD if number < 3 else Kind.OTHER, State.OPEN, -1))
        return Process(table.process, table, Memory(pid))

    def child(self, parent: Process, pid: int) -> Process:
        """Follow fork."""
        number = self._next_process()
        self.forks.append(Fork(parent.number, number, len(self.calls)))
        return Process(number, parent.table.fork(number), Memory(pid), parent.sites, loaded=parent.loaded)

    def loaded(self, process: Process, pid: int) -> None:
        """Follow exec: descriptors that were close-on-exec are gone, and the text is another."""
        process.sites = CallSites(pid)
        process.memory.close()
        if process.loaded:
            self.loads.append(Load(process.number, len(self.calls)))
            process.table.keep_only({int(name.name) for name in Path(f"/proc/{pid}/fd").iterdir()})
        process.loaded = True

    def signalled(self, process: Process, tid: int, number: int) -> None:
        """Take note of a signal that is about to be delivered: to a trace of calls it is nothing."""

    def ended(self, process: Process, tid: int, status: int) -> None:
        """Take note of the end of a thread, with the system's word for how: to a trace of calls it is nothing."""

    def _next_process(self) -> int:
        self.processes += 1
        return self.processes

    def _new(self, kind: Kind, state: State, opened_by: int) -> OpenFile:
        entry = OpenFile(len(self.files), kind, state, opened_by)
        self.files.append(entry)
        return entry

    # -------------------------------------------------------------- entering a call

    def enter(
        self, process: Process, tid: int, system_call: str, words: tuple[int, ...], stack: int, ip: int
    ) -> Entry | None:
        """Take note of a call; return None where it is of no interest and its end need not be seen."""
        self.total += 1
        entry = Entry(system_call, NAMES[system_call], words, stack, ip)
        if not self._concerns(process, entry):
            return None
        if (entry.name == "futex" or entry.passing) and not self.watch.everything:
            return entry  # a runtime's sleep, a message between processes: followed, and not shown
        if len(self.calls) >= CALLS_KEPT:
            self.truncated = True
            return entry
        entry.number = len(self.calls)
        if entry.name in MAY_SLEEP:  # it may never return: what is known by now is kept
            self.calls.append(self._record(process, tid, entry, None, None))
        else:
            self.calls.append(None)
        return entry

    def _concerns(self, process: Process, entry: Entry) -> bool:
        if entry.name in WITHOUT_DESCRIPTOR:
            return self._concerns_by_arguments(process, entry) or self.watch.everything
        number = entry.descriptor = decode.signed(entry.words[0])
        known = entry.file = process.table.entries.get(number)
        if known is not None:
            entry.state, entry.of_exercise = known.state.value, known.of_exercise
            self._look_at_address(process.memory, entry, known)
            return True
        if number in process.table.closed and not process.reuses(number):
            entry.state, entry.of_exercise = "closed", True
            return True
        if (
            entry.name == "dup"
            and decode.signed(entry.words[1]) in process.table.entries
            and entry.system_call != "fcntl"
        ):
            return True
        if entry.system_call in PASSING:
            entry.passing = True
            self._take_along(process, entry)
            return True
        entry.suspect = number >= 0 and entry.name in ON_SOCKETS and not self.watch.everything
        return (
            entry.suspect or self.watch.everything or (number < 0 and entry.name in TRANSFER | ON_SOCKETS | {"close"})
        )

    def _concerns_by_arguments(self, process: Process, entry: Entry) -> bool:
        first, second = entry.words[0], entry.words[1]
        match entry.name:
            case "socket":
                return self.watch.sockets or (first in INTERNET and second & decode.SOCKET_TYPE_MASK == STREAM)
            case "open":
                return self._concerns_path(process, entry)
            case "close_range":
                return any(first <= number <= (second & 0xFFFF_FFFF) for number in process.table.entries)
            case "sigaction":
                return first in NEWS and interrupts(process.memory.read(second, HANDLER_AND_FLAGS))
            case _:
                return entry.name in WAITS or entry.name == "alarm"

    def _concerns_path(self, process: Process, entry: Entry) -> bool:
        if not (self.watch.directory or self.watch.everything):
            return False
        place = 0 if entry.system_call in ("open", "creat") else 1
        raw = process.memory.read(entry.words[place], PATH_LIMIT)
        entry.path = raw.split(b"\0", 1)[0].decode(errors="backslashreplace")
        entry.of_exercise = bool(self.watch.directory) and self._lies_inside(process, entry)
        return entry.of_exercise

    def _lies_inside(self, process: Process, entry: Entry) -> bool:
        """Tell whether a path leads into the exercise's folder, from wherever it is relative to."""
        base = "cwd" if entry.system_call in ("open", "creat") else _base(decode.signed(entry.words[0]))
        path = entry.path or ""
        if not path.startswith("/"):
            with contextlib.suppress(OSError):
                path = f"{os.readlink(f'/proc/{process.memory.pid}/{base}')}/{path}"  # noqa: PTH115 (at each open)
        return os.path.normpath(path).startswith(self.watch.directory + "/")

    def _look_at_address(self, memory: Memory, entry: Entry, known: OpenFile) -> None:
        if entry.name not in ("bind", "connect"):
            return
        size = min(entry.words[2], decode.ADDRESS_LIMIT)
        entry.address = decode.address(memory.read(entry.words[1], size))
        if entry.address is not None and entry.address.port in self.watch.ports:
            known.of_exercise = entry.of_exercise = True

    # -------------------------------------------------------------- leaving it

    def leave(self, process: Process, tid: int, entry: Entry, result: int) -> None:
        """Complete the record of a call, and follow what it did to the descriptors."""
        error = decode.error_name(result) if result < 0 else None
        if result > 0:
            self.in_vain = 0
        else:
            self._count_in_vain(entry, result)
        if entry.suspect and error not in NO_DESCRIPTOR:
            self._forget(entry)
            return
        effect = EFFECTS.get(entry.name)
        made = (
            effect(self, process, entry, result, error)
            if effect and (error is None or entry.name in ("close", "connect"))
            else None
        )
        if error is None and entry.file is not None and entry.file.state is State.CONNECTING:
            entry.file.advance(entry.name)
        if entry.passing and entry.name == "recv" and error is None:
            self._arrive(process, entry)
        if entry.number >= 0:
            self.calls[entry.number] = self._record(process, tid, entry, -1 if error else result, error, made)

    def _take_along(self, process: Process, entry: Entry) -> None:
        """Note which descriptions a message carries: they are in flight until somebody receives them."""
        if entry.name == "send":
            carried = (process.table.entries.get(number) for number in passed(process.memory, entry.words[1]))
            self.in_flight += [file for file in carried if file is not None]

    def _arrive(self, process: Process, entry: Entry) -> None:
        """Let the numbers that came with a message stand for the descriptions that were longest in flight."""
        for number in passed(process.memory, entry.words[1]):
            process.table.drop(number)
            if self.in_flight:
                file = self.in_flight.pop(0)
                process.table.put(number, file)
                file.copies += 1

    def _count_in_vain(self, entry: Entry, result: int) -> None:
        if entry.name in GIVE_SOMETHING and entry.injected != TIME_PASSED:
            self.in_vain += 1
        elif result == 0 or entry.injected == TIME_PASSED:
            self.in_vain = 0

    def _record(
        self,
        process: Process,
        tid: int,
        entry: Entry,
        result: int | None,
        error: str | None,
        made: OpenFile | None = None,
    ) -> Call:
        data = self._look(process, entry, result or 0)
        file = entry.file
        on = file.number if file is not None else None
        subject, on = (on, None) if made is None else (made.number, on)
        numbers = self._numbers(process.memory, entry, result) if self.watch.everything else ()
        return Call(
            entry.number, process.number, tid, entry.name, entry.system_call, entry.words, result, error,
            entry.descriptor, subject, on, entry.state, entry.of_exercise, entry.address, entry.path, data,
            entry.injected, entry.place, numbers,
        )  # fmt: skip

    def _numbers(self, memory: Memory, entry: Entry, result: int | None) -> tuple[int, ...]:
        """Return the descriptors that a call has given in memory."""
        if result is None or result < 0:
            return ()
        if entry.system_call == "socketpair":
            return next(PAIR.iter_unpack(memory.read(entry.words[3], PAIR.size)), ())
        return tuple(passed(memory, entry.words[1])) if entry.system_call == "recvmsg" else ()

    def _look(self, process: Process, entry: Entry, moved: int) -> bytes:
        """Note where the call was made from, and return the bytes that it moved."""
        memory, sites = process.memory, process.sites
        if entry.place is None and sites is not None and entry.name not in WAITS:
            entry.place = sites.caller(memory, *entry.stack)
        if entry.name == "sigaction":
            return memory.read(entry.words[1], HANDLER_AND_FLAGS)
        if entry.name == "setsockopt":
            return memory.read(entry.words[3], min(entry.words[4] & 0xFFFF_FFFF, OPTION_KEPT))
        if moved <= 0 or entry.name not in TRANSFER or entry.system_call in WITHOUT_DATA:
            return b""
        pieces = buffers(memory, entry, min(moved, DATA_KEPT))
        return b"".join([memory.read(base, size) for base, size in pieces])

    def _forget(self, entry: Entry) -> None:
        if entry.number == len(self.calls) - 1:
            self.calls.pop()
        elif entry.number >= 0:
            self.calls[entry.number] = None

    def _socket(self, process: Process, entry: Entry, result: int, _error: str | None) -> OpenFile:
        made = self._new(Kind.SOCKET, State.FRESH, entry.number)
        made.of_exercise = self.watch.sockets
        process.table.put(result, made)
        return made

    def _accept(self, process: Process, entry: Entry, result: int, _error: str | None) -> OpenFile:
        made = self._new(Kind.SOCKET, State.CONNECTED, entry.number)
        made.of_exercise = entry.file is not None and entry.file.of_exercise
        process.table.put(result, made)
        return made

    def _open(self, process: Process, entry: Entry, result: int, _error: str | None) -> OpenFile:
        made = self._new(Kind.FILE, State.OPEN, entry.number)
        made.of_exercise = entry.of_exercise
        process.table.put(result, made)
        return made

    def _alarm(self, process: Process, entry: Entry, _result: int, _error: str | None) -> None:
        if entry.system_call == "alarm":
            process.alarm = entry.words[0] > 0
        elif entry.words[0] == ITIMER_REAL:
            process.alarm = any(process.memory.read(entry.words[1] + SIZE_OF_TIMEVAL, SIZE_OF_TIMEVAL))

    def _bind(self, _process: Process, entry: Entry, _result: int, _error: str | None) -> None:
        if entry.file is not None:
            entry.file.advance(entry.name)

    def _listen(self, process: Process, entry: Entry, result: int, error: str | None) -> None:
        self._bind(process, entry, result, error)
        if entry.file is not None:
            # A server that listens elsewhere than it was told is still the exercise's: one slip costs one requirement.
            entry.file.of_exercise = entry.of_exercise = True

    def _connect(self, _process: Process, entry: Entry, _result: int, error: str | None) -> None:
        if entry.file is None:
            return
        if error == "EINPROGRESS":
            entry.file.state = State.CONNECTING
        elif error is None:
            entry.file.advance("connect")

    def _close(self, process: Process, entry: Entry, _result: int, error: str | None) -> None:
        if error == "EBADF" or entry.descriptor is None:
            return
        gone = process.table.drop(entry.descriptor)
        if gone is not None:
            gone.closes += 1

    def _close_range(self, process: Process, entry: Entry, _result: int, _error: str | None) -> None:
        if entry.words[2] & CLOSE_RANGE_CLOEXEC:
            return
        low, high = entry.words[0], entry.words[1] & 0xFFFF_FFFF
        for number in [number for number in process.table.entries if low <= number <= high]:
            gone = process.table.drop(number)
            if gone is not None:
                gone.closes += 1

    def _dup(self, process: Process, entry: Entry, result: int, _error: str | None) -> None:
        if entry.system_call == "fcntl" and entry.words[1] not in decode.DUPLICATES:
            return
        replaced = process.table.entries.get(result)
        if replaced is not None and entry.descriptor != result:
            replaced.closes += 1
        if entry.descriptor is not None:
            process.table.copy(entry.descriptor, result)

    # -------------------------------------------------------------- the end

    def trace(self) -> Trace:
        """Return what was recorded."""
        files = [entry for entry in self.files if entry.kind in (Kind.SOCKET, Kind.FILE) or entry.of_exercise]
        calls = tuple(call for call in self.calls if call is not None)
        descriptions = tuple(map(_description, files))
        return Trace(
            calls, descriptions, self.truncated, tuple(self.forks), tuple(self.loads), tuple(sorted(self.living))
        )


def _base(directory: int) -> str:
    """Return the name in /proc/PID of the folder that a path of openat is relative to."""
    return "cwd" if directory == AT_FDCWD else f"fd/{directory}"


EFFECTS: Final[dict[str, Callable[[Recorder, Process, Entry, int, str | None], OpenFile | None]]] = {
    "socket": Recorder._socket,
    "alarm": Recorder._alarm,
    "accept": Recorder._accept,
    "open": Recorder._open,
    "bind": Recorder._bind,
    "listen": Recorder._listen,
    "connect": Recorder._connect,
    "close": Recorder._close,
    "close_range": Recorder._close_range,
    "dup": Recorder._dup,
    "fcntl": Recorder._dup,
}


def _description(entry: OpenFile) -> Description:
    still = tuple(sorted(entry.open_in | entry.lost_at_exit))
    return Description(
        entry.number,
        entry.kind.value,
        entry.state.value,
        entry.of_exercise,
        entry.opened_by,
        still,
        entry.closes,
        entry.copies,
    )


def passed(memory: Memory, message: int) -> list[int]:
    """Return the descriptors that a struct msghdr carries by SCM_RIGHTS."""
    header = memory.read(message, 56)
    if len(header) < 56:
        return []
    control, size = struct.unpack_from("<QQ", header, 32)
    found: list[int] = []
    data, at = memory.read(control, min(size, 4096)), 0
    while at + 16 <= len(data):
        length, level, kind = struct.unpack_from("<QII", data, at)
        if length < 16:
            break
        if (level, kind) == (SOL_SOCKET, SCM_RIGHTS):
            count = min((length - 16) // 4, (len(data) - at - 16) // 4)
            found += struct.unpack_from(f"<{count}i", data, at + 16)
        at += (length + 7) & ~7
    return found


def buffers(memory: Memory, entry: Entry, limit: int) -> list[tuple[int, int]]:
    """Return the (address, size) pairs of the program's buffers that hold the first `limit` bytes of a transfer."""
    a = entry.words
    if entry.system_call in SIMPLE:
        return [(a[1], min(a[2], limit))]
    if entry.system_call in ("readv", "writev", "preadv", "pwritev"):
        return _vector(memory.read(a[1], 16 * min(a[2], 64)), limit)
    if entry.system_call in ("sendmsg", "recvmsg"):
        header = memory.read(a[1], 32)
        base, count = (int.from_bytes(header[at : at + 8], "little") for at in (16, 24))
        return _vector(memory.read(base, 16 * min(count, 64)), limit)
    return [(a[1], min(a[2], limit))]


def _vector(raw: bytes, limit: int) -> list[tuple[int, int]]:
    found = []
    for at in range(0, len(raw) - 15, 16):
        base, size = (int.from_bytes(raw[at + k : at + k + 8], "little") for k in (0, 8))
        found.append((base, min(size, limit)))
        limit -= min(size, limit)
    return [(base, size) for base, size in found if size]
