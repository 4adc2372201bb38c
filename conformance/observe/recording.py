"""What every recorder keeps of a run: the processes with their tables, the calls, and what becomes of both."""

import contextlib
import os
import signal
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from msgspec import Struct

from conformance.catalogue.records import TransportName
from conformance.model.descriptors import DescriptorKind, DescriptorTable, OpenFile, State
from conformance.observe.linux.call_sites import CallSites
from conformance.observe.linux.memory import Memory
from conformance.observe.pending import PendingCall
from conformance.observe.progress import LOOKS
from conformance.observe.runtime_lines import RuntimeLines
from conformance.records.trace import Birth, Call, Description, Fork, Left, Load, Trace

CALLS_KEPT: Final = 50_000


class Scope(Struct, frozen=True):
    """What belongs to the exercise, and how much else is recorded."""

    ports: tuple[int, ...] = ()
    """The given port and what stands for it when the bytes are in the wrong order."""
    directory: str = ""
    """The folder whose files belong to the exercise; none where it is about sockets alone."""
    sockets: bool = False
    """Whether every socket belongs to it."""
    transport: TransportName = "tcp"
    """What its sockets are."""
    path: str = ""
    """The file that a socket of it is bound to, where sockets have paths."""
    everything: bool = False
    """Record each call of interest, whatever it is about."""
    lines: str = ""
    """A file to make, in which the program's runtime notes the lines that it is in; none where that is not wanted."""


@dataclass(slots=True, eq=False)
class Process:
    """One process of the program, while it runs."""

    number: int
    table: DescriptorTable
    memory: Memory
    sites: CallSites | None = None
    loaded: bool = False
    """Whether exec has put the program into it: what ran before is the launcher's."""

    def reuses(self, number: int) -> bool:
        """Tell whether a number that was closed stands for something that is not followed, as a log or a pipe."""
        other = os.path.lexists(f"/proc/{self.memory.pid}/fd/{number}")
        if other:
            self.table.closed.discard(number)
        return other


class Recording:
    """The trace and the descriptor tables of one run, apart from what a call means on its platform."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.lines = RuntimeLines(scope.lines) if scope.lines else None
        self.calls: list[Call | None] = []
        self.files: list[OpenFile] = []
        self.forks: list[Fork] = []
        self.loads: list[Load] = []
        self.living: set[int] = set()
        """The processes that were left when the run was over."""
        self.threads: list[Birth] = []
        self.left: list[Left] = []
        self.handles: tuple[str, ...] = ()
        self.processes = 0
        self.truncated = False
        self.total = 0
        self.in_flight: list[OpenFile] = []
        """What messages carry that nobody has received yet."""
        self.unproductive = 0
        """How many calls in a row gave nothing: an end, an error, no descriptor ready."""
        self.asked: Counter[int | None] = Counter()
        """How many of them asked each descriptor for something; those that only look at several are not among them."""
        self.rests = 0
        """How many ticks of the program's own clock came meanwhile, each after calls that gave nothing."""
        self._unproductive_by_then = 0

    def first_process(self, pid: int, descriptors: tuple[int, ...]) -> Process:
        """Begin with the program's own process: its standard streams, and what else is open at start."""
        table = DescriptorTable(self._next_process())
        for number in descriptors:
            table.put(
                number, self.new_file(DescriptorKind.STANDARD if number < 3 else DescriptorKind.OTHER, State.OPEN, -1)
            )
        return Process(table.process, table, Memory(pid))

    def child(self, parent: Process, pid: int) -> Process:
        """Follow fork."""
        number = self._next_process()
        self.forks.append(Fork(parent=parent.number, child=number, after=len(self.calls)))
        return Process(number, parent.table.fork(number), Memory(pid), parent.sites, loaded=parent.loaded)

    def loaded(self, process: Process, pid: int) -> None:
        """Follow exec: descriptors that were close-on-exec are gone, and the text is another."""
        process.sites = CallSites(pid)
        process.memory.close()
        if process.loaded:
            self.loads.append(Load(process=process.number, after=len(self.calls)))
            with contextlib.suppress(OSError):  # another process of the program may have killed it just now
                process.table.keep_only({int(name.name) for name in Path(f"/proc/{pid}/fd").iterdir()})
        process.loaded = True

    def thread(self, process: Process, tid: int, stack: int) -> None:
        """Take note of a new thread, and of where its stack begins."""
        self.threads.append(Birth(process=process.number, thread=tid, stack=stack))

    def signalled(self, process: Process, tid: int, number: int) -> None:  # noqa: ARG002 (a live recorder shows them)
        """Take note of a signal that is about to be delivered: to a trace of calls it is nothing.

        A program that polls at each tick of its own timer may find the tick there already, and not sleep at all.
        """
        if number == signal.SIGALRM:
            self.note_tick()

    def note_tick(self) -> None:
        """A tick of the program's own clock: what it has asked for before, it asks for again behind it."""
        if self.unproductive > self._unproductive_by_then:
            self.rests += 1
            self._unproductive_by_then = self.unproductive

    def begin_to_count(self) -> None:
        """Something gave the program what it asked for, or it slept: count calls that give nothing anew."""
        self.unproductive = self.rests = self._unproductive_by_then = 0
        self.asked.clear()

    def gave_nothing(self, pending: PendingCall) -> None:
        """Count a call that gave nothing."""
        self.unproductive += 1
        if pending.name not in LOOKS:
            self.asked[pending.descriptor] += 1

    def ended(self, process: Process, tid: int, status: int) -> None:
        """Take note of the end of a thread, with the system's word for how: to a trace of calls it is nothing."""

    def new_file(self, kind: DescriptorKind, state: State, opened_by: int) -> OpenFile:
        """Note a new open file description, and the call that made it."""
        made = OpenFile(len(self.files), kind, state, opened_by)
        self.files.append(made)
        return made

    def trace(self) -> Trace:
        """Return what was recorded."""
        files = [
            file for file in self.files if file.kind in (DescriptorKind.SOCKET, DescriptorKind.FILE) or file.in_scope
        ]
        return Trace(
            calls=tuple(call for call in self.calls if call is not None),
            descriptions=tuple(map(_description, files)),
            truncated=self.truncated,
            forks=tuple(self.forks),
            loads=tuple(self.loads),
            living=tuple(sorted(self.living)),
            threads=tuple(self.threads),
            left=tuple(self.left),
            handles=self.handles,
        )

    def _next_process(self) -> int:
        self.processes += 1
        return self.processes


def _description(file: OpenFile) -> Description:
    still = tuple(sorted(file.open_in | file.leaked_at_exit))
    return Description(
        number=file.number,
        kind=file.kind.value,
        state=file.state.value,
        in_scope=file.in_scope,
        opened_by=file.opened_by,
        open_in=still,
        closes=file.closes,
        copies=file.copies,
    )
