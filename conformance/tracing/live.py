"""A recorder that keeps nothing: it hands on each call as it happens."""

import os
import signal
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from conformance.model.calls import OUTPUT, WAITS, WITHOUT_DESCRIPTOR
from conformance.model.signals import RESTARTS, handled
from conformance.observe.decode import SHOWN, arguments, error_name, signed
from conformance.observe.recorder import NAMES, WITHOUT_DATA, Entry, Process, Recorder, Watch
from conformance.observe.trace import DATA_KEPT, Call
from conformance.tracing import details

MACHINERY: Final = frozenset({"futex", "restart", "sigaction"})
"""Calls of a runtime's own machinery rather than of what the program is about."""
WITHOUT_NAME: Final = frozenset({32, 33})
"""Signals that the C library sends to its own threads."""
AUXILIARY_BASE: Final = 7
"""AT_BASE: where the kernel has put the dynamic loader."""
NOWHERE: Final = range(0)
FATES: Final = {"SigIgn": "ignored", "SigCgt": "handled"}
INTERPRETERS: Final = ("python", "perl", "ruby", "node", "java")
"""Programs whose own source lines say nothing of the program that they run."""


class Scope(NamedTuple):
    """Which calls are shown, and how much of their data is kept."""

    everything: bool = False
    sockets_only: bool = False
    whole_data: bool = False


class Seen(Entry):
    """A call under way."""

    __slots__ = ("arguments", "told", "waits")

    def __init__(self, system_call: str, words: tuple[int, ...], stack: int, instruction: int) -> None:
        super().__init__(system_call, NAMES[system_call], words, stack, instruction)
        self.arguments: tuple[str, ...] | None = None
        """Where they must be read at the entry."""
        self.waits = False
        """It was shown as a call in which the program sleeps."""
        self.told = False
        """Its interruption by a signal was shown."""


class Event(NamedTuple):
    """A call as it is shown."""

    call: Call
    pid: int
    arguments: tuple[str, ...]
    back: str = ""
    """What it gave back beside its result."""
    resumed: bool = False
    """It was shown before, when the program began to sleep in it."""


class Audience(Protocol):
    """Whoever is told what happens."""

    def waits(self, event: Event) -> None:
        """Hear of a call in which the program sleeps."""

    def finished(self, event: Event) -> None:
        """Hear of a call that returned, or that the end of its thread cut off."""

    def signalled(self, tid: int, name: str, fate: str) -> None:
        """Hear of a signal, and whether it is `handled`, `ignored` or left to its `default`."""

    def born(self, pid: int, parent: int) -> None:
        """Hear of a new process."""

    def runs(self, pid: int, file: str) -> None:
        """Hear that a process has become another program."""

    def ended(self, pid: int, status: int) -> None:
        """Hear of the end of a process."""


class Live(Recorder):
    """Follows calls without keeping them; descriptor tables are left empty, since nobody asks for them."""

    def __init__(self, scope: Scope, audience: Audience) -> None:
        super().__init__(Watch(everything=True))
        self.scope, self.audience = scope, audience
        self.left_out = 0
        """How many calls of the dynamic loader were not shown."""
        self._limit = DATA_KEPT if scope.whole_data else SHOWN + 1
        self._under_way: dict[int, Seen] = {}
        self._loaders: dict[int, range] = {}
        self._handlers: dict[int, dict[int, int]] = {}
        """The flags of each process's own handlers, by signal."""

    # -------------------------------------------------------------- processes

    def child(self, parent: Process, pid: int) -> Process:
        """Follow fork, and tell of it."""
        process = super().child(parent, pid)
        self._loaders[process.number] = self._loaders.get(parent.number, NOWHERE)
        self._handlers[process.number] = dict(self._handlers.get(parent.number, {}))
        self.audience.born(pid, parent.memory.pid)
        return process

    def loaded(self, process: Process, pid: int) -> None:
        """Follow exec; the first one is the program itself."""
        again = process.loaded
        super().loaded(process, pid)
        if _name(pid).startswith(INTERPRETERS):
            process.sites = None
        self._handlers[process.number] = {}
        self._loaders[process.number] = NOWHERE if self.scope.everything else loader(pid)
        if again:
            self.audience.runs(pid, _file(pid))

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
        if seen.name in WAITS or not options & RESTARTS:
            self.audience.finished(self._event(process, tid, seen, -1, "EINTR"))
            seen.waits, seen.told = False, True
            del self._under_way[tid]

    # -------------------------------------------------------------- calls

    def enter(
        self, process: Process, tid: int, system_call: str, words: tuple[int, ...], stack: int, ip: int
    ) -> Entry | None:
        """Take note of a call; return None where nobody wants to see its end."""
        self.total += 1
        seen = Seen(system_call, words, stack, ip)
        if seen.name not in WITHOUT_DESCRIPTOR:
            seen.descriptor = signed(words[0])
        if self._is_shown(process, seen):
            seen.number = self.total - 1
            self._look_before(process, seen)
        elif seen.name != "sigaction":
            return None
        self._under_way[tid] = seen
        return seen

    def leave(self, process: Process, tid: int, entry: Entry, result: int) -> None:
        """Tell of a call that returned."""
        self._under_way.pop(tid, None)
        error = error_name(result) if result < 0 else None
        assert isinstance(entry, Seen)
        if entry.name == "sigaction" and error is None:
            self._follow_handler(process, entry)
        if entry.told and error == "EINTR":
            entry.told = False
        elif entry.number >= 0:
            self.audience.finished(self._event(process, tid, entry, -1 if error else result, error))

    def sleeps(self, process: Process, tid: int, entry: Entry | None) -> None:
        """Tell, once, of a call in which the program sleeps; after an interruption it is made anew."""
        if isinstance(entry, Seen) and entry.number >= 0 and not entry.waits:
            self.audience.waits(self._event(process, tid, entry, None, None))
            entry.waits, entry.told = True, False
            self._under_way[tid] = entry

    def _is_shown(self, process: Process, seen: Seen) -> bool:
        if self.scope.everything:
            return seen.name != "restart"
        if seen.name in MACHINERY:
            return False
        if seen.stack[1] in self._loaders.get(process.number, NOWHERE):
            self.left_out += 1
            return False
        return not self.scope.sockets_only or _about_a_socket(process.memory.pid, seen)

    def _look_before(self, process: Process, seen: Seen) -> None:
        """Read what the kernel may overwrite, and what is to be seen while the program sleeps in the call."""
        if seen.name == "open":
            self._concerns_path(process, seen)
        elif seen.system_call in details.WAITING:
            seen.arguments = details.WAITING[seen.system_call](process.memory, seen.words)
        elif seen.system_call in details.ADDRESSES:
            seen.address = details.given_address(process.memory, seen)

    def _event(self, process: Process, tid: int, seen: Seen, result: int | None, error: str | None) -> Event:
        fine, memory = result is not None and error is None, process.memory
        if fine and seen.system_call in details.ADDRESSES_BACK:
            seen.address = details.address_back(memory, seen)
        call = self._record(process, tid, seen, result, error)
        shown = arguments(call) if seen.arguments is None else seen.arguments
        back = details.BACK[seen.system_call](memory, seen) if fine and seen.system_call in details.BACK else ""
        return Event(call, memory.pid, shown, back, seen.waits)

    def _look(self, process: Process, entry: Entry, moved: int) -> bytes:
        """Note where the call was made from, and return its first bytes: also those that were not sent in the end."""
        if entry.place is None and process.sites is not None:
            entry.place = process.sites.caller(process.memory, *entry.stack)
        if entry.name in ("setsockopt", "getsockopt"):
            return details.option_value(process.memory, entry)
        if entry.name in OUTPUT and entry.system_call not in WITHOUT_DATA:
            return details.offered(process.memory, entry, self._limit)
        return super()._look(process, entry, min(moved, self._limit))

    def _follow_handler(self, process: Process, entry: Entry) -> None:
        action = handled(process.memory.read(entry.words[1], 16))
        handlers = self._handlers.setdefault(process.number, {})
        if action is not None:
            handlers[entry.words[0]] = action[1]
        elif entry.words[1]:
            handlers.pop(entry.words[0], None)


def _about_a_socket(pid: int, seen: Seen) -> bool:
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
        words = memoryview(Path(f"/proc/{pid}/auxv").read_bytes()).cast("Q").tolist()
        maps = [line.split(maxsplit=5) for line in Path(f"/proc/{pid}/maps").read_text(errors="replace").splitlines()]
    except (OSError, TypeError):
        return NOWHERE
    base = dict(zip(words[::2], words[1::2], strict=False)).get(AUXILIARY_BASE, 0)
    spans = [([int(end, 16) for end in line[0].split("-")], line[5]) for line in maps if len(line) == 6]
    file = next((name for (low, _), name in spans if low == base), "")
    if not file or "musl" in file:
        return NOWHERE
    return range(base, max(high for (_, high), name in spans if name == file))


def _name(pid: int) -> str:
    return _file(pid).rpartition("/")[2]


def _file(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/exe")  # noqa: PTH115
    except OSError:
        return "?"


def _fate(pid: int, number: int) -> str:
    """Return what a process does about a signal."""
    try:
        status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        masks = {fate: int(status[key], 16) for key, fate in FATES.items()}
    except (OSError, ValueError, KeyError):
        return "default"
    return next((fate for fate, mask in masks.items() if mask >> (number - 1) & 1), "default")


def _signal_name(number: int) -> str:
    return signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
