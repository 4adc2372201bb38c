"""A recorder that keeps nothing: it hands on each call as it happens."""

import os
import signal
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from conformance.model.arguments import Arguments
from conformance.model.calls import SYSTEM_CALLS, WAITS
from conformance.model.signals import SA_RESTART, handled
from conformance.observe.linux import transfers
from conformance.observe.linux.call_sites import INTERPRETERS
from conformance.observe.linux.decode import error_name, system_call_arguments
from conformance.observe.linux.memory import Memory
from conformance.observe.linux.recorder import Recorder
from conformance.observe.linux.wait_arguments import WAITING
from conformance.observe.pending import PendingCall
from conformance.observe.recording import Process, Scope
from conformance.records.c_string import DATA_SHOWN
from conformance.records.trace import DATA_KEPT, Call
from conformance.trace_tool import details

MACHINERY: Final = frozenset({"futex", "restart", "sigaction", "sigwait", "timer"})
"""Calls of a runtime's own machinery rather than of what the program is about."""
WITHOUT_NAME: Final = frozenset({32, 33})
"""Signals that the C library sends to its own threads."""
AUXILIARY_BASE: Final = 7
"""AT_BASE: where the kernel has put the dynamic loader."""
NO_ADDRESSES: Final = range(0)
FATES: Final = {"SigIgn": "ignored", "SigCgt": "handled"}
"""Programs whose own source lines say nothing of the program that they run."""


class CallFilter(NamedTuple):
    """Which calls are shown, and how much of their data is kept."""

    everything: bool = False
    sockets_only: bool = False
    whole_data: bool = False


class ShownCall(NamedTuple):
    """A call as it is shown."""

    call: Call
    pid: int
    arguments: tuple[str, ...]
    back: str = ""
    """What it gave back beside its result."""
    resumed: bool = False
    """It was shown before, when the program began to sleep in it."""


class TraceSink(Protocol):
    """What is told of each event."""

    def waits(self, event: ShownCall) -> None:
        """Hear of a call in which the program sleeps."""

    def finished(self, event: ShownCall) -> None:
        """Hear of a call that returned, or that the end of its thread cut off."""

    def signalled(self, tid: int, name: str, fate: str) -> None:
        """Hear of a signal, and whether it is `handled`, `ignored` or left to its `default`."""

    def born(self, pid: int, parent: int) -> None:
        """Hear of a new process."""

    def runs(self, pid: int, file: str) -> None:
        """Hear that a process has become another program."""

    def ended(self, pid: int, status: int) -> None:
        """Hear of the end of a process."""


class LiveRecorder(Recorder):
    """Follows calls without keeping them; descriptor tables are left empty, since nobody asks for them."""

    def __init__(self, shown: CallFilter, audience: TraceSink) -> None:
        super().__init__(Scope(everything=True))
        self.filter, self.audience = shown, audience
        self.left_out = 0
        """How many calls of the dynamic loader were not shown."""
        self.data_kept = DATA_KEPT if shown.whole_data else DATA_SHOWN + 1
        self._under_way: dict[int, PendingCall] = {}
        self._loaders: dict[int, range] = {}
        self._handlers: dict[int, dict[int, int]] = {}
        """The flags of each process's own handlers, by signal."""

    # -------------------------------------------------------------- processes

    def child(self, parent: Process, pid: int) -> Process:
        """Follow fork, and tell of it."""
        process = super().child(parent, pid)
        self._loaders[process.number] = self._loaders.get(parent.number, NO_ADDRESSES)
        self._handlers[process.number] = dict(self._handlers.get(parent.number, {}))
        self.audience.born(pid, parent.memory.pid)
        return process

    def loaded(self, process: Process, pid: int) -> None:
        """Follow exec; the first one is the program itself."""
        again = process.loaded
        super().loaded(process, pid)
        if _program_name(pid).startswith(INTERPRETERS):
            process.sites = None
        self._handlers[process.number] = {}
        self._loaders[process.number] = NO_ADDRESSES if self.filter.everything else loader(pid)
        if again:
            self.audience.runs(pid, _program_file(pid))

    def ended(self, process: Process, tid: int, status: int) -> None:
        """Tell of the call that the end has cut off, and of the end of a process."""
        seen = self._under_way.pop(tid, None)
        if seen is not None and seen.number >= 0 and process.loaded:
            self.audience.finished(self._event(process, tid, seen, None, None))
        if tid == process.memory.pid and process.loaded:
            self.audience.ended(tid, status)

    def signalled(self, process: Process, tid: int, number: int) -> None:
        """Tell of a signal, and of the call that it interrupts for good: the program is about to see EINTR."""
        if number in WITHOUT_NAME:
            return
        self.audience.signalled(tid, _signal_name(number), _fate(process.memory.pid, number))
        options, seen = self._handlers.get(process.number, {}).get(number), self._under_way.get(tid)
        if options is None or seen is None or seen.number < 0:
            return
        if seen.name in WAITS or not options & SA_RESTART:
            self.audience.finished(self._event(process, tid, seen, -1, "EINTR"))
            seen.told_waiting, seen.told_interrupted = False, True
            del self._under_way[tid]

    # -------------------------------------------------------------- calls

    def enter(
        self, process: Process, tid: int, system_call: str, args: Arguments, stack: int, ip: int
    ) -> PendingCall | None:
        """Take note of a call; return None where nobody wants to see its end."""
        self.total += 1
        row = SYSTEM_CALLS[system_call]
        pending = PendingCall(row=row, name=row.name, system_call=system_call, args=args, stack=stack, goes_on_at=ip)
        if row.has("descriptor"):
            pending.descriptor = pending.int_arg("descriptor")
        if self._is_shown(process, pending):
            pending.number = self.total - 1
            self._look_before(process, pending)
        elif pending.name != "sigaction":
            return None
        self._under_way[tid] = pending
        return pending

    def leave(self, process: Process, tid: int, pending: PendingCall, result: int) -> None:
        """Tell of a call that returned."""
        self._under_way.pop(tid, None)
        error = error_name(result) if result < 0 else None
        if error is None and pending.row.has("messages"):
            pending.bytes_moved = transfers.bytes_moved(process.memory, pending, result)
        if pending.name == "sigaction" and error is None:
            self._follow_handler(process, pending)
        if pending.told_interrupted and error == "EINTR":
            pending.told_interrupted = False
        elif pending.number >= 0:
            self.audience.finished(self._event(process, tid, pending, -1 if error else result, error))

    def sleeps(self, process: Process, tid: int, pending: PendingCall | None) -> None:
        """Tell, once, of a call in which the program sleeps; after an interruption it is made anew."""
        if pending is not None and pending.number >= 0 and not pending.told_waiting:
            self.audience.waits(self._event(process, tid, pending, None, None))
            pending.told_waiting, pending.told_interrupted = True, False
            self._under_way[tid] = pending

    def _is_shown(self, process: Process, seen: PendingCall) -> bool:
        if self.filter.everything:
            return seen.name != "restart"
        if seen.name in MACHINERY:
            return False
        if seen.goes_on_at in self._loaders.get(process.number, NO_ADDRESSES):
            self.left_out += 1
            return False
        return not self.filter.sockets_only or _about_a_socket(process.memory.pid, seen)

    def _look_before(self, process: Process, seen: PendingCall) -> None:
        """Read what the kernel may overwrite, and what is to be seen while the program sleeps in the call."""
        if seen.name == "open":
            self._concerns_path(process, seen)
        elif seen.system_call in WAITING:
            seen.shown = WAITING[seen.system_call](process.memory, seen)
        elif seen.row.has("source"):
            seen.position = transfers.position(process.memory, seen)
        else:
            seen.address = details.given_address(process.memory, seen)

    def _event(self, process: Process, tid: int, seen: PendingCall, result: int | None, error: str | None) -> ShownCall:
        fine, memory = result is not None and error is None, process.memory
        if fine:
            seen.address = seen.address or details.address_back(memory, seen)
        call = self._record(process, tid, seen, result, error)
        back = details.BACK[seen.system_call](memory, seen) if fine and seen.system_call in details.BACK else ""
        return ShownCall(call, memory.pid, system_call_arguments(call), back, seen.told_waiting)

    def _find_place(self, process: Process, tid: int, pending: PendingCall) -> None:  # noqa: ARG002 (the recorder's face)
        """Note where a call was made from, also where a language's own library waits."""
        if process.sites is not None:
            pending.place = process.sites.caller(process.memory, pending.stack, pending.goes_on_at)

    def _data(self, memory: Memory, pending: PendingCall, result: int) -> bytes:
        """Return a call's first bytes: also those that were not sent in the end."""
        if pending.row.has("value"):
            return details.option_value(memory, pending)
        if pending.row.moves == "out" and not pending.row.has("source"):
            return transfers.gathered(memory, transfers.offered(memory, pending, self.data_kept))
        return super()._data(memory, pending, result)

    def _follow_handler(self, process: Process, pending: PendingCall) -> None:
        action = handled(process.memory.read(pending.arg("action"), 16))
        handlers = self._handlers.setdefault(process.number, {})
        if action is not None:
            handlers[pending.arg("signal")] = action[1]
        elif pending.arg("action"):
            handlers.pop(pending.arg("signal"), None)


def _about_a_socket(pid: int, seen: PendingCall) -> bool:
    """Tell whether a call makes a socket, waits, or is made on one."""
    if seen.descriptor is None:
        return seen.name in WAITS or seen.name in ("socket", "socketpair")
    try:
        return os.readlink(f"/proc/{pid}/fd/{seen.descriptor}").startswith("socket:")  # noqa: PTH115
    except OSError:
        return seen.descriptor < 0


def loader(pid: int) -> range:
    """Return where the dynamic loader's own code lies in a process; nowhere if it is the C library as well (musl)."""
    try:
        vector = memoryview(Path(f"/proc/{pid}/auxv").read_bytes()).cast("Q").tolist()
        maps = [line.split(maxsplit=5) for line in Path(f"/proc/{pid}/maps").read_text(errors="replace").splitlines()]
    except (OSError, TypeError):
        return NO_ADDRESSES
    base = dict(zip(vector[::2], vector[1::2], strict=False)).get(AUXILIARY_BASE, 0)
    spans = [([int(end, 16) for end in line[0].split("-")], line[5]) for line in maps if len(line) == 6]
    file = next((name for (low, _), name in spans if low == base), "")
    if not file or "musl" in file:
        return NO_ADDRESSES
    return range(base, max(high for (_, high), name in spans if name == file))


def _program_name(pid: int) -> str:
    return _program_file(pid).rpartition("/")[2]


def _program_file(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/exe")  # noqa: PTH115
    except OSError:
        return "?"


def _fate(pid: int, number: int) -> str:
    """Return what a process does about a signal."""
    try:
        status = dict(
            line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines()
        )
        masks = {fate: int(status[key], 16) for key, fate in FATES.items()}
    except (OSError, ValueError, KeyError):
        return "default"
    return next((fate for fate, mask in masks.items() if mask >> (number - 1) & 1), "default")


def _signal_name(number: int) -> str:
    return signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
