"""Waiting for the stops of a traced program: its calls, births, ends, signals and execs, one after the other.

The order of things (man 2 ptrace). A child waits until it is seized; only then it installs the filter, since a call
that the filter stops (SECCOMP_RET_TRACE) fails with ENOSYS where nobody traces. At a call of interest the thread stops
(PTRACE_EVENT_SECCOMP); if its end is wanted, the thread is sent on with PTRACE_SYSCALL and stops again behind the call;
otherwise it runs free. Since Linux 4.8 the seccomp stop comes where the entry stop would, so there is no third one.
"""

import contextlib
import ctypes
import os
import signal
from collections.abc import Callable
from typing import Final, Protocol

from conformance.model.constants import WALL
from conformance.observe.libc import libc
from conformance.observe.linux import arch as kernel
from conformance.observe.linux.arch import Arch, KernelError, Registers, ptrace_request
from conformance.observe.linux.proc_status import open_table, state, thread_group
from conformance.observe.linux.recorder import Recorder
from conformance.observe.linux.threads import HeldBack, Thread
from conformance.observe.observer import Activity
from conformance.observe.recording import Process

GROUP_STOP_SIGNALS: Final = frozenset({signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU})
"""With one of these, PTRACE_EVENT_STOP is a group stop; with SIGTRAP it is the first stop of a new thread."""
WAIT_STOPPED: Final = 0x7F
"""The low seven bits of a wait status that tells of a stop and not of an end (WIFSTOPPED)."""
SYSCALL_STOP: Final = signal.SIGTRAP | 0x80
"""What PTRACE_O_TRACESYSGOOD makes of the SIGTRAP of a call's end, so that it is told from the program's own traps."""
STOPS_AT_ONCE: Final = 256
"""How many stops are handled in a row before peer and output are looked at, which cost more than a stop."""
NEXT_LOOKS_S: Final = (0.00004, 0.00008, 0.00016)
"""Seconds after which a program is looked at again that has just begun a call which may sleep. That it falls asleep is
no event: the kernel tells nobody. It does so within some ten microseconds once it has the processor, which it shares
with this process and gets as soon as this one waits; sched_yield gives it away on some kernels only (on Linux 6.18 it
mostly comes back at once). Without these looks each sleep would be noticed at the next tick, a millisecond later."""
NOT_RUNNING: Final = "SZX"
"""States of a thread that computes nothing: asleep, ended and not reaped, gone."""

# ctypes gives the call back when a signal interrupts it, and loses no status; os.waitpid begins it again (PEP 475).
wait_for_child: Final = libc.waitpid


class StopHandler(Protocol):
    """Is told of the stops, in their order; at a call it lets the thread go on itself."""

    def born(self, thread: Thread) -> None:
        """A thread is followed from now on."""

    def entered(self, thread: Thread) -> None:
        """A thread stands before a call of interest."""

    def returned(self, thread: Thread) -> None:
        """A thread stands behind a call whose end was wanted."""

    def loaded(self, thread: Thread) -> None:
        """A process has become another program, and this is its one thread."""

    def signalled(self, thread: Thread, number: int) -> None:
        """A thread is about to get a signal."""

    def removed(self, thread: Thread, *, last: bool) -> None:
        """A thread is gone; `last`, its process is too."""


class ForkServerStops(Protocol):
    """A process that starts programs, and is traced too: each of its stops comes to the loop."""

    pid: int
    idle: bool

    def stopped(self, status: int) -> int | None:
        """Take one of its stops; return the number of the process that was born by it, if any."""

    def wait_idle(self) -> None:
        """Let it go on until it waits for its next order."""


class StopLoop:
    """Follows all threads of one program; everything happens in the thread that made it, as ptrace demands."""

    def __init__(self, arch: Arch, recorder: Recorder, handler: StopHandler, *, delays_births: bool = False) -> None:
        self.arch, self.recorder, self.handler = arch, recorder, handler
        self.threads: dict[int, Thread] = {}
        self.early: set[int] = set()
        """Threads whose first stop came before the event of their parent: the kernel promises no order of the two."""
        self.children: set[int] = set()
        """The system's numbers of the processes that the program made."""
        self.main = 0
        """The number of the program's own process; 0 before it is born."""
        self.exit_status: int | None = None
        """The wait status of the program's own process, once it ended."""
        self.may_sleep = False
        """The last stop was the beginning of a call in which the program may wait."""
        self.noticeable = False
        """Something happened that the peer may see on the wire."""
        self.held_back = HeldBack()
        self._delays_births = delays_births
        self._fork_server: ForkServerStops | None = None
        self._open_at_start: tuple[int, ...] = ()
        self._handled_since_tick = 0
        self._status = ctypes.c_int()
        self._status_at = ctypes.addressof(self._status)

    # -------------------------------------------------------------- beginning and ending

    def attach(self, pid: int, descriptors: tuple[int, ...]) -> None:
        """Begin to follow a child that waits to be released; `descriptors` are open in it on purpose."""
        ptrace_request(kernel.PTRACE_SEIZE, pid, None, kernel.PTRACE_OPTIONS)
        self.main = pid
        self._add(pid, pid, self.recorder.first_process(pid, descriptors))

    def attach_to(self, fork_server: ForkServerStops, descriptors: tuple[int, ...]) -> None:
        """Begin to follow the program that a fork server was told to start; it may turn out that it cannot be."""
        self._fork_server, self._open_at_start = fork_server, descriptors
        while not self.main and not fork_server.idle:
            self.handle_next(0)

    def kill(self) -> None:
        """End whatever is left of the program. SIGKILL ends a stopped thread too, without any further stop of it."""
        for tid in (*self.threads, *self.early):
            with contextlib.suppress(ProcessLookupError):
                os.kill(tid, signal.SIGKILL)

    def _add(self, tid: int, pid: int, process: Process) -> Thread:
        thread = self.threads[tid] = Thread(tid, process, pid, open_table(tid, "stat"), open_table(tid, "schedstat"))
        self.handler.born(thread)
        return thread

    def _remove(self, tid: int) -> None:
        thread = self.threads.pop(tid, None)
        if thread is None:
            return
        for table in (thread.stat, thread.schedstat):
            if table >= 0:
                os.close(table)
        self.held_back.forget(thread)
        last = not any(other.process is thread.process for other in self.threads.values())
        self.handler.removed(thread, last=last)
        if last:
            thread.process.table.end()
            thread.process.memory.close()

    # -------------------------------------------------------------- waiting

    def wait(self, asleep: Callable[[], bool]) -> Activity:
        """Handle the stops that are due; else look whether the program sleeps; else wait for a stop.

        A wait is broken off by the next tick of the sandbox's clock, only to look again: nothing is decided by it.
        """
        if not self.threads and not self.early:
            return Activity.GONE
        if self.may_sleep:
            for delay in NEXT_LOOKS_S:
                if self.handle_next(os.WNOHANG):
                    return self._go_on()
                if asleep():
                    return Activity.ASLEEP
                if self._handle_within(delay):
                    return self._go_on()
        if self.handle_next(0):
            return self._go_on()
        return Activity.ASLEEP if asleep() else Activity.RUNNING

    def _go_on(self) -> Activity:
        """Handle what else is due, until the peer or the output may want to be looked at."""
        for _ in range(STOPS_AT_ONCE):
            if self.noticeable or self.may_sleep or not self.handle_next(0 if len(self.threads) == 1 else os.WNOHANG):
                break
        self.noticeable = False
        return Activity.MOVED

    def _handle_within(self, seconds: float) -> bool:
        """Wait for a stop for a moment only: until the next tick of the clock, which is made to come that soon."""
        self._handled_since_tick = 0
        return tick_within(seconds) and self.handle_next(0)

    def handle_next(self, how: int) -> bool:
        """Handle one stop or end; with `how` 0, wait for it until the next tick. Tell whether there was one.

        __WALL, since a thread that clone made with another signal than SIGCHLD is not waited for otherwise.
        """
        tid = wait_for_child(-1, self._status_at, WALL | how)
        if tid < 0 and self._handled_since_tick:
            self._handled_since_tick = 0  # a tick, and there was something since the last one: no need to look yet
            tid = wait_for_child(-1, self._status_at, WALL | how)
        if tid <= 0:
            return False
        self._handled_since_tick += 1
        try:
            self._handle(tid, self._status.value)
        except KernelError:  # ESRCH
            self.may_sleep = False  # the thread was killed while it was stopped: its end comes next
        return True

    def all_asleep(self) -> bool:
        """Tell whether every thread sleeps in the kernel, stands still, or has ended."""
        return (
            bool(self.threads)
            and not self.early
            and all(
                thread.group_stopped or thread.parked or state(thread.stat) in NOT_RUNNING
                for thread in self.threads.values()
            )
        )

    # -------------------------------------------------------------- stops

    def _handle(self, tid: int, status: int) -> None:
        thread, event, number = self.threads.get(tid), status >> 16, status >> 8 & 0xFF
        if thread is None and self._fork_server is not None and tid == self._fork_server.pid:
            self._started(self._fork_server.stopped(status))
        elif status & 0x7F != WAIT_STOPPED:
            self._ended(tid, status)
        elif thread is None:
            self.early.add(tid)  # its parent's event is still to come
        elif event == kernel.EVENT_SECCOMP:
            self.handler.entered(thread)
        elif number == SYSCALL_STOP:
            self.handler.returned(thread)
        else:
            self._handle_rest(thread, event, number)

    def _handle_rest(self, thread: Thread, event: int, number: int) -> None:
        thread.group_stopped = event == kernel.EVENT_STOP and number in GROUP_STOP_SIGNALS
        if event in (kernel.EVENT_FORK, kernel.EVENT_VFORK, kernel.EVENT_CLONE):
            self._born(thread, waited_for=event == kernel.EVENT_VFORK)
        elif event == kernel.EVENT_EXEC:
            self._loaded(thread)
        elif thread.group_stopped:
            ptrace_request(
                kernel.PTRACE_LISTEN, thread.tid
            )  # PTRACE_CONT would end the stop, and with it the shell's job control
        elif thread.awaiting_first_stop and event == kernel.EVENT_STOP:
            self._begin(thread)
        elif event:
            ptrace_request(kernel.CONT, thread.tid)
        else:
            self._signalled(thread, number)

    def _signalled(self, thread: Thread, number: int) -> None:
        """Pass a signal on unchanged: it is delivered only because the thread is sent on with it."""
        self.recorder.signalled(thread.process, thread.tid, number)
        self.handler.signalled(thread, number)
        if number == signal.SIGCHLD and self._delays_births:
            # what comes meanwhile becomes one signal: standard signals do not queue (man 7 signal)
            self.held_back.add(thread, number)
        else:
            ptrace_request(kernel.CONT, thread.tid, None, number)

    def _begin(self, thread: Thread) -> None:
        thread.awaiting_first_stop = False
        if self._delays_births:
            self.held_back.add(thread)
        else:
            ptrace_request(kernel.CONT, thread.tid)

    def _ended(self, tid: int, status: int) -> None:
        """A thread is gone. After SIGKILL this may come between a call's two stops: the call stays unfinished."""
        self.early.discard(tid)
        self.may_sleep, self.noticeable = False, True
        if tid == self.main:
            self.exit_status = status
        if tid in self.threads:
            self.recorder.ended(self.threads[tid].process, tid, status)
        self._remove(tid)

    def _started(self, pid: int | None) -> None:
        """The fork server has gone on; note the program's own process, if it was born by that."""
        if pid is None:
            return
        self.main = pid
        self._add(pid, pid, self.recorder.first_process(pid, self._open_at_start))
        if pid in self.early:
            self.early.discard(pid)
            ptrace_request(kernel.CONT, pid)

    def _born(self, parent: Thread, *, waited_for: bool) -> None:
        """Follow a new thread or process, which the kernel has attached already (PTRACE_O_TRACECLONE and its like).

        The parent of a vfork sleeps until the child's exec: to hold the child back would hold both.
        """
        tid = event_message(parent.tid)
        group = thread_group(tid)
        process = parent.process if group == parent.pid else self.recorder.child(parent.process, group)
        thread = self._add(tid, group, process)
        thread.awaiting_first_stop = not waited_for
        if group != parent.pid:
            self.children.add(group)
        elif not waited_for:
            self.recorder.thread(process, tid, Registers(parent.tid, self.arch).given(1))  # clone's second: the stack
        if tid in self.early:
            self.early.discard(tid)
            self._begin(thread) if thread.awaiting_first_stop else ptrace_request(kernel.CONT, tid)
        ptrace_request(kernel.CONT, parent.tid)

    def _loaded(self, thread: Thread) -> None:
        """Follow exec: all other threads are gone, and one that is not the leader takes the leader's number.

        Its former number is the event's message. Of the others no end may come, so they are let go of here.
        """
        former = event_message(thread.tid)
        if former != thread.tid and former in self.threads:
            thread.process = self.threads[former].process
        for other in [other for other in self.threads.values() if other.pid == thread.pid and other is not thread]:
            self._remove(other.tid)
        self.recorder.loaded(thread.process, thread.pid)
        self.handler.loaded(thread)
        ptrace_request(kernel.CONT, thread.tid)


def tick_within(seconds: float) -> bool:
    """Let the next tick of this process's clock come soon, if it has one; those behind it keep their distance."""
    interval = signal.getitimer(signal.ITIMER_REAL)[1]
    if interval:
        signal.setitimer(signal.ITIMER_REAL, seconds, interval)
    return interval > 0


def event_message(tid: int) -> int:
    """Return the number that belongs to the event at which a thread stands (PTRACE_GETEVENTMSG)."""
    word = ctypes.c_ulong()
    ptrace_request(kernel.GETEVENTMSG, tid, None, ctypes.addressof(word))
    return word.value
