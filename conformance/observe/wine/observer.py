"""The observer of a Windows program: it stops at each line of the relay trace, and the lines become a trace."""

import signal
from collections.abc import Sequence
from typing import Final

from conformance.observe.linux import arch as kernel
from conformance.observe.linux.arch import Arch, Registers, ptrace_request
from conformance.observe.linux.observer import delays_births
from conformance.observe.linux.proc_status import is_zombie_of
from conformance.observe.linux.run_state import Spinning, has_listener, note_left
from conformance.observe.linux.seccomp import numbers
from conformance.observe.linux.stop_loop import StopLoop
from conformance.observe.linux.threads import Thread
from conformance.observe.observer import TICK_S, Activity, Polling
from conformance.observe.pending import PendingCall
from conformance.observe.recording import Scope
from conformance.observe.wine import relay
from conformance.observe.wine.faults import FOR_EVER, WinsockInjector, last_error
from conformance.observe.wine.quiet import ProcessorSlices, Quiet
from conformance.observe.wine.recorder import WineRecorder, timed_out
from conformance.observe.wine.wine_time import Site, WineTime
from conformance.records.faults import Fault
from conformance.records.trace import Trace

THREAD_BLOCK: Final = 22
"""Where GS, which points to a thread's own block, stands among the registers of x86-64 (struct user_regs_struct)."""
LONGEST_RELAY_LINE: Final = 1 << 14
"""Bytes that are read of one write to the channel: Wine itself cuts what it prints of an argument much sooner."""


class WineObserver:
    """Follows one program under Wine: the stop loop, and a recorder and an injector that read the relay's lines."""

    def __init__(
        self,
        arch: Arch,
        scope: Scope,
        faults: Sequence[Fault],
        *,
        program: str,
        server: ProcessorSlices,
        idle_sites: set[Site],
    ) -> None:
        self.arch = arch
        self.recorder = WineRecorder(scope)
        self.recorder.begin(program)
        self.injector = WinsockInjector(arch, faults)
        self.stops = StopLoop(arch, self.recorder, self, delays_births=delays_births(faults))
        self.quiet = Quiet(self.stops, server)
        self.time = WineTime(program, idle_sites)
        self._spinning = Spinning(self.recorder)
        self._pending: dict[int, list[PendingCall]] = {}
        """Calls that have not returned, by the thread's number, the innermost last."""
        self._text: dict[int, bytes] = {}
        """The beginning of a line whose end is still to come."""
        self.settings: set[bytes] = set()
        """What the relay says at the start of each process of what it shows."""
        self._crash: str | None = None

    # -------------------------------------------------------------- beginning and ending

    def attach(self, pid: int, descriptors: tuple[int, ...]) -> None:
        """Begin to follow a child that waits to be released."""
        self.stops.attach(pid, descriptors)

    @property
    def exit_status(self) -> int | None:
        """See `Observer`: Wine ends a program that crashed with a status of its own, and says the reason before."""
        status = self.stops.exit_status
        return status if status is None or self._crash is None else int(signal.Signals[self._crash])

    def end(self) -> None:
        """See `Observer`."""
        self._kill()
        while self.wait() is not Activity.GONE:
            self._kill()  # one may have been born meanwhile

    def _kill(self) -> None:
        note_left(self.recorder, self.stops, numbers(self.arch))
        self.stops.kill()

    def trace(self) -> Trace:
        """See `Observer`."""
        return self.recorder.trace()

    # -------------------------------------------------------------- waiting

    def wait(self) -> Activity:
        """See `Observer`; the program is gone only when the server has taken note of it, and closed its sockets."""
        if not self.stops.threads and not self.stops.early:
            if self.quiet.is_at_rest():
                return Activity.GONE
            signal.sigtimedwait([signal.SIGCHLD], TICK_S)
            return Activity.RUNNING
        activity = self.stops.wait(self.quiet.is_asleep)
        if activity is Activity.ASLEEP:
            if self.release_delayed():
                return Activity.MOVED
            self.recorder.begin_to_count()
        return activity

    def release_delayed(self) -> bool:
        """See `Observer`."""
        return self.stops.held_back.release_first()

    def skip_timeout(self, *, pauses_only: bool = False, at_last: bool = False) -> bool:
        """See `Observer`: a sleep is over at once, but the time of a select really goes by."""
        if at_last or not self.time.may_skip(pauses_only=pauses_only):
            return False
        if self.time.wake_first():
            return True
        pending = (stack[-1] for stack in self._pending.values() if stack)
        return not pauses_only and self.time.let_go_by(pending)

    # -------------------------------------------------------------- what is asked of it

    def note_peer_action(self) -> None:
        """See `Observer`: whatever the peer does, waiting may be of use again."""
        self.time.note_progress()

    def note_peer_step(self) -> None:
        """Each step is an action too, and was noted as one."""

    def listens(self) -> bool:
        """See `Observer`."""
        return has_listener(self.recorder)

    def signal(self, name: str) -> bool:  # noqa: ARG002 (see `Observer`)
        """Windows programs are sent no signals."""
        return False

    def pending_calls(self) -> tuple[int, ...]:
        """See `Observer`."""
        pending = [one.number for stack in self._pending.values() for one in stack if one.number >= 0]
        return tuple(sorted(pending))

    def processes(self) -> set[int]:
        """See `Observer`."""
        return {thread.pid for thread in self.stops.threads.values()}

    def slices(self) -> tuple[bytes, ...]:
        """Return nothing more: a Windows program is asleep only where none of its threads has run between two looks."""
        return ()

    def is_about_to_run(self) -> bool:
        """Tell no more: see `slices`."""
        return False

    def zombies(self) -> int:
        """See `Observer`."""
        return sum(is_zombie_of(child, self.processes()) for child in self.stops.children)

    def polling(self) -> Polling:
        """See `Observer`."""
        return self._spinning.is_seen()

    @property
    def call_count(self) -> int:
        """See `Observer`."""
        return len(self.recorder.calls)

    @property
    def busy_calls(self) -> int:
        """See `Observer`: each call counts for two system calls, since it stops before and behind."""
        return 2 * self.recorder.total

    @property
    def thread_count(self) -> int:
        """See `Observer`."""
        return len(self.stops.threads)

    looks_at_a_sleeper = 0
    seconds_passed = 0.0

    @property
    def faults_applied(self) -> int:
        """See `Observer`."""
        return self.injector.applied + self.stops.held_back.count

    # -------------------------------------------------------------- stops

    def born(self, thread: Thread) -> None:
        """What is kept of a thread begins with its first line."""

    def entered(self, thread: Thread) -> None:
        """Take what is written to the channel, and let the program go on as if it were written."""
        registers = Registers(thread.tid, self.arch)
        address, size = (int(registers.words[place]) for place in self.arch.arguments[1:3])
        text = self._text.get(thread.tid, b"") + thread.process.memory.read(address, min(size, LONGEST_RELAY_LINE))
        *lines, self._text[thread.tid] = text.split(b"\n")
        for one in lines:
            self._take(thread, int(registers.words[THREAD_BLOCK]), one)
        registers.number(-1)
        registers.result(size)
        registers.write()
        if not thread.parked:
            ptrace_request(kernel.CONT, thread.tid)

    def returned(self, thread: Thread) -> None:
        """No end of a system call is ever wanted: a line says when a call returns."""
        self.stops.may_sleep = False
        ptrace_request(kernel.CONT, thread.tid)

    def signalled(self, thread: Thread, number: int) -> None:
        """Signals are Wine's own affair."""

    def loaded(self, thread: Thread) -> None:
        """An exec is Wine's own affair."""

    def removed(self, thread: Thread, *, last: bool) -> None:  # noqa: ARG002 (see `StopHandler`)
        """See `StopHandler`."""
        self._pending.pop(thread.tid, None)
        self._text.pop(thread.tid, None)
        self.quiet.forget(thread)
        self.time.forget(thread)

    # -------------------------------------------------------------- lines

    def _take(self, thread: Thread, block: int, text: bytes) -> None:
        line = relay.line(text)
        if relay.SETTING in text:
            self.settings.add(text.partition(relay.SETTING)[2])
        elif line is None:
            self._crash = self._crash or (relay.crash_signal(text) if thread.process.number == 1 else None)
        elif line.returns:
            self._returns(thread, block, line)
        else:
            self._calls(thread, block, line)

    def _calls(self, thread: Thread, block: int, line: relay.Line) -> None:
        pending = self.recorder.begins(thread.process, thread.tid, line)
        self._pending.setdefault(thread.tid, []).append(pending)
        if pending.number >= 0:
            self.injector.before(thread.process.memory, block, pending)
            self.stops.may_sleep = pending.row.waits is not None
        if _sleeps(pending):
            self.injector.hurry(thread.process.memory, block, pending)
            self.time.park(thread)

    def _returns(self, thread: Thread, block: int, line: relay.Line) -> None:
        stack = self._pending.get(thread.tid, [])
        while stack:  # a call that was left by an exception has no line behind it
            pending = stack.pop()
            if pending.system_call == line.function and pending.goes_on_at == line.back:
                self._complete(thread, block, pending, line.result)
                return

    def _complete(self, thread: Thread, block: int, pending: PendingCall, result: int) -> None:
        memory = thread.process.memory
        self.injector.behind(memory, block, pending)
        self.recorder.ends(thread.process, thread.tid, pending, result, last_error(memory, block))
        self.stops.may_sleep = False
        if pending.number < 0:
            return
        self.stops.noticeable = pending.in_scope
        if timed_out(pending, result):
            self.time.note_timed_out(pending)
        elif pending.in_scope and self.recorder.succeeded(pending):
            self.time.note_progress()


def _sleeps(pending: PendingCall) -> bool:
    return pending.number >= 0 and pending.name == "sleep" and pending.uint_arg("milliseconds") not in (0, FOR_EVER)
