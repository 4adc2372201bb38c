"""Following a Windows program: it stops at each line of the relay trace, and its sleep is told by its processor slices.

Wine's server does part of the work: it waits for sockets and lets the program go on. So the program is quiet only when
the server is too. Either could hand over to the other between two looks; but whoever has run has used a slice of the
processor, and the kernel counts those.
"""

import contextlib
import os
import signal
from collections.abc import Sequence
from typing import Final

from conformance.model.calls import MAY_SLEEP
from conformance.observe import machine as kernel
from conformance.observe.faults import Fault
from conformance.observe.machine import KernelError, Machine, Registers, ptrace
from conformance.observe.recorder import Watch
from conformance.observe.seccomp import ALLOW, ARCHITECTURE, ARGUMENTS, JUMP_EQUAL, LOAD, NUMBER, Filter, ret, step
from conformance.observe.seccomp import TRACE as STOP
from conformance.observe.tracer import Pulse, Thread, Tracer
from conformance.observe.winsock import relay
from conformance.observe.winsock.faults import FOR_EVER, WinsockInjector, reason
from conformance.observe.winsock.recorder import Pending, WinsockRecorder, timed_out

CHANNEL: Final = 2
"""The descriptor on which Wine writes its trace; a program's own standard error reaches it under another number."""
WRITE: Final = 1
"""The number of `write` on x86-64, the only machine on which Wine runs these programs."""
THREAD_BLOCK: Final = 22
"""Where GS, which points to a thread's own block, stands among the registers."""
LONGEST_LINE: Final = 1 << 14
TICK: Final = 0.001
SLEEPING: Final = b"SXZ"
TIMES_PASSED_AT_MOST: Final = 3
"""How often in a row a time-out of select is waited for while nothing comes of it."""
SHORT, BEARABLE = 1.0, 10.0
"""Seconds: what is shorter is a pause between two looks, and is waited for in each run; what is longer than the other
is not waited for at all, and who waits so long for the peer counts as one that waits on.
"""
SLEEPS_BETWEEN_STEPS, SLEEPS_AT_MOST = 3, 100
"""How many sleeps in a row are over before the peer goes on, and before a program is said to wait for ever."""


def relay_filter(on: Machine) -> Filter:
    """Return the filter that stops a program where it writes a line of the trace, and nowhere else."""
    steps = [
        step(LOAD, 0, 0, ARCHITECTURE),
        step(JUMP_EQUAL, 0, 4, on.audit),
        step(LOAD, 0, 0, NUMBER),
        step(JUMP_EQUAL, 0, 2, WRITE),
        step(LOAD, 0, 0, ARGUMENTS),
        step(JUMP_EQUAL, 1, 0, CHANNEL),
        ret(ALLOW),
        ret(STOP),
    ]
    return Filter(on, code=b"".join(steps))


class Slices:
    """How often a thread was given the processor, from the system's tables, which stay open while it lives."""

    def __init__(self, tid: int) -> None:
        self._files: list[int] = []
        with contextlib.suppress(OSError):
            for name in ("stat", "schedstat"):
                self._files.append(os.open(f"/proc/{tid}/{name}", os.O_RDONLY | os.O_CLOEXEC))

    def asleep(self) -> bytes:
        """Return the count while the thread sleeps, or is gone; nothing while it does not."""
        try:
            line, count = (os.pread(file, 512, 0) for file in self._files)
        except (OSError, ValueError):
            return b"gone"
        return count if line[line.rindex(b")") + 2] in SLEEPING else b""

    def close(self) -> None:
        """Let go of the tables."""
        while self._files:
            os.close(self._files.pop())


Site = tuple[str, int]
"""A program and the address in it to which a call returns."""


class WinsockTracer(Tracer):
    """Has the tracer's face, and follows one program under Wine."""

    recorder: WinsockRecorder
    injector: WinsockInjector

    def __init__(
        self, on: Machine, watch: Watch, faults: Sequence[Fault], program: str, server: Slices, idle: set[Site]
    ) -> None:
        super().__init__(on, watch)
        self.recorder = WinsockRecorder(watch)
        self.recorder.begin(program)
        self.injector = WinsockInjector(on, faults)
        self.server = server
        self.idle = idle
        """Where programs wait with a time-out, again and again, while nothing comes of it: known from one run to the
        next, since a program that has shown it once need not be waited for in each.
        """
        self._pending: dict[int, list[Pending]] = {}
        """Calls that have not returned, by the thread's number, the innermost last."""
        self._text: dict[int, bytes] = {}
        """The beginning of a line whose end is still to come."""
        self._watched: dict[int, Slices] = {}
        self._seen: tuple[bytes, ...] = ()
        """How often each thread had run when all were last looked at."""
        self.settings: set[bytes] = set()
        """What the relay says at the start of each process of what it shows."""
        self._passed = 0
        self._sleepers: list[int] = []
        """Threads that stand still before a sleep, until everything else is quiet."""
        self._in_vain = 0
        """How many sleeps are over since anything was achieved."""
        self._crash: str | None = None

    # -------------------------------------------------------------- waiting

    def wait(self) -> Pulse:
        """As the tracer does; the program is gone only when the server has taken note of it, and closed its sockets."""
        if self.threads or self._early:
            return super().wait()
        if self._at_rest():
            return Pulse.GONE
        signal.sigtimedwait([signal.SIGCHLD], TICK)
        return Pulse.RUNNING

    def asleep(self) -> bool:
        """Tell whether program and server sleep, and nobody has run since they were last seen so."""
        return bool(self.threads) and not self._early and self._at_rest()

    def _at_rest(self) -> bool:
        for tid in self.threads.keys() - self._watched.keys():
            self._watched[tid] = Slices(tid)
        awake = sorted(self._watched.keys() - set(self._sleepers))
        found = (self.server.asleep(), *(self._watched[tid].asleep() for tid in awake))
        before, self._seen = self._seen, found
        return b"" not in found and found == before

    def under_way(self) -> tuple[int, ...]:
        """Return the numbers of the calls that were entered and have not returned."""
        pending = [one.number for stack in self._pending.values() for one in stack if one.number >= 0]
        return tuple(sorted(pending))

    def heard(self) -> tuple[int, ...]:
        """Take note that the peer does something, after which waiting is not in vain; return the calls under way."""
        self._passed = self._in_vain = 0
        return self.under_way()

    def end_a_wait(self, *, sleeps_only: bool = False, at_last: bool = False) -> bool:
        """Let a sleep be over, a few between two steps of the peer; or let the time of a select go by, which cannot be
        made to pass.
        """
        if at_last or self._in_vain >= (SLEEPS_BETWEEN_STEPS if sleeps_only else SLEEPS_AT_MOST):
            return False
        if self._sleepers:
            self._in_vain += 1
            with contextlib.suppress(KernelError):
                ptrace(kernel.CONT, self._sleepers.pop(0))
            return True
        under_way = (stack[-1] for stack in self._pending.values() if stack)
        if sleeps_only or self._passed >= TIMES_PASSED_AT_MOST or not any(map(self._is_worth_waiting, under_way)):
            return False
        signal.sigtimedwait([signal.SIGCHLD], TICK)
        return True

    def _is_worth_waiting(self, pending: Pending) -> bool:
        """Tell whether something may come of a time-out. What comes from the peer ends a select, but not a pause."""
        if pending.time_out is None or pending.time_out < SHORT:
            return pending.time_out is not None
        return pending.name != "wait" and pending.time_out <= BEARABLE and self._site(pending) not in self.idle

    def _site(self, pending: Pending) -> Site:
        return self.recorder.program, pending.back

    def signal(self, name: str) -> bool:  # noqa: ARG002 (the tracer's face)
        """Windows programs are sent no signals."""
        return False

    # -------------------------------------------------------------- lines

    def _enter(self, thread: Thread) -> None:
        """Take what is written to the channel, and let the program go on as if it were written."""
        registers = Registers(thread.tid, self.on)
        address, size = (int(registers.words[place]) for place in self.on.arguments[1:3])
        text = self._text.get(thread.tid, b"") + thread.process.memory.read(address, min(size, LONGEST_LINE))
        *lines, self._text[thread.tid] = text.split(b"\n")
        for one in lines:
            self._take(thread, int(registers.words[THREAD_BLOCK]), one)
        registers.number(-1)
        registers.result(size)
        registers.write()
        if thread.tid not in self._sleepers:
            ptrace(kernel.CONT, thread.tid)

    def _take(self, thread: Thread, block: int, text: bytes) -> None:
        line = relay.line(text)
        if relay.SETTING in text:
            self.settings.add(text.partition(relay.SETTING)[2])
        elif line is None:
            self._crash = self._crash or (relay.crash(text) if thread.process.number == 1 else None)
        elif line.returns:
            self._returns(thread, block, line)
        else:
            self._calls(thread, block, line)

    def _calls(self, thread: Thread, block: int, line: relay.Line) -> None:
        pending = self.recorder.begins(thread.process, thread.tid, line)
        self._pending.setdefault(thread.tid, []).append(pending)
        if pending.number >= 0:
            self.injector.before(thread.process.memory, block, pending)
            self.may_sleep = pending.name == "wait" or pending.name in MAY_SLEEP
        if _sleeps(pending):
            self.injector.hurry(thread.process.memory, block, pending)
            self._sleepers.append(thread.tid)

    def _returns(self, thread: Thread, block: int, line: relay.Line) -> None:
        stack = self._pending.get(thread.tid, [])
        while stack:
            pending = stack.pop()
            if pending.function == line.function and pending.back == line.back:
                self._complete(thread, block, pending, line.result)
                return

    def _complete(self, thread: Thread, block: int, pending: Pending, result: int) -> None:
        memory = thread.process.memory
        self.injector.behind(memory, block, pending)
        self.recorder.ends(thread.process, thread.tid, pending, result, reason(memory, block))
        self.may_sleep = False
        if pending.number < 0:
            return
        self.noticeable = pending.of_exercise
        if timed_out(pending, result):
            self._passed += 1
            if self._passed >= TIMES_PASSED_AT_MOST:
                self.idle.add(self._site(pending))
        elif pending.of_exercise and self.recorder.succeeded(pending):
            self._passed = self._in_vain = 0

    # -------------------------------------------------------------- ends

    def _ended(self, tid: int, status: int) -> None:
        main = tid == self.main
        super()._ended(tid, status)
        if main and self._crash is not None:
            self.exit_status = int(signal.Signals[self._crash])

    def _remove(self, tid: int) -> None:
        super()._remove(tid)
        self._pending.pop(tid, None)
        if tid in self._watched:
            self._watched.pop(tid).close()
        if tid in self._sleepers:
            self._sleepers.remove(tid)
        self._text.pop(tid, None)


def _sleeps(pending: Pending) -> bool:
    return pending.number >= 0 and pending.name == "sleep" and pending.words[0] & FOR_EVER not in (0, FOR_EVER)
