"""The Linux observer: the stops of a program's calls become a trace, and time passes for it as if it had gone by."""

import ctypes
import errno
import os
import signal
from collections.abc import Sequence
from typing import Final

from conformance.model.calls import MAY_SLEEP, OUTPUT, WAITS
from conformance.model.signals import SIGNAL_NAMES
from conformance.observe.linux import arch as kernel
from conformance.observe.linux.arch import Arch, Registers, ptrace_request
from conformance.observe.linux.call_state import CallState
from conformance.observe.linux.clock import CLOCK_CALLS, SECOND
from conformance.observe.linux.injector import Injector
from conformance.observe.linux.proc_status import (
    blocked_signals,
    caught_signals,
    is_in,
    is_zombie_of,
    read_slices,
    state,
    still_runs,
)
from conformance.observe.linux.recorder import Recorder
from conformance.observe.linux.run_state import Spinning, has_listener, note_left
from conformance.observe.linux.seccomp import numbers
from conformance.observe.linux.stop_loop import ForkServerStops, StopLoop
from conformance.observe.linux.threads import Thread
from conformance.observe.linux.virtual_time import VirtualTime
from conformance.observe.observer import Activity, Polling
from conformance.observe.pending import PendingCall
from conformance.observe.recording import Scope
from conformance.records.faults import Fault, Late
from conformance.records.trace import Trace

HANDLER_ENDS: Final = "rt_sigreturn"
SYSCALL_INFO_SIZE: Final = 96
"""Bytes: more than struct ptrace_syscall_info has."""


def observe(arch: Arch, scope: Scope, faults: Sequence[Fault] = ()) -> "LinuxObserver":
    """Return the observer of one run, with a recorder and an injector of its own."""
    injector = Injector(arch, {name: number for number, name in numbers(arch).items()}, faults)
    return LinuxObserver(arch, Recorder(scope), injector, delays_births=delays_births(faults))


def delays_births(faults: Sequence[Fault]) -> bool:
    """Tell whether one of the faults is that new threads and processes begin late."""
    return any(isinstance(fault, Late) for fault in faults)


class LinuxObserver:
    """Follows one program: the stop loop, a recorder, an injector and the program's time, put together."""

    def __init__(
        self,
        arch: Arch,
        recorder: Recorder,
        injector: Injector,
        *,
        delays_births: bool = False,
        parks_before_pauses: bool = True,
    ) -> None:
        self.arch, self.recorder, self.injector = arch, recorder, injector
        self.names = numbers(arch)
        self.stops = StopLoop(arch, recorder, self, delays_births=delays_births)
        self.states: dict[int, CallState] = {}
        self.time = VirtualTime(arch, recorder, self.states, parks_before_pauses=parks_before_pauses)
        self._fork_server: ForkServerStops | None = None
        self._spinning = Spinning(recorder)
        self._info = ctypes.create_string_buffer(SYSCALL_INFO_SIZE)
        self._info_at = ctypes.addressof(self._info)

    # -------------------------------------------------------------- beginning and ending

    def attach(self, pid: int, descriptors: tuple[int, ...]) -> None:
        """Begin to follow a child that waits to be released; `descriptors` are open in it on purpose."""
        self.stops.attach(pid, descriptors)

    def attach_to(self, fork_server: ForkServerStops, descriptors: tuple[int, ...]) -> None:
        """Begin to follow the program that a fork server was told to start; it may turn out that it cannot be."""
        self._fork_server = fork_server
        self.stops.attach_to(fork_server, descriptors)

    @property
    def exit_status(self) -> int | None:
        """See `Observer`."""
        return self.stops.exit_status

    def kill(self) -> None:
        """Note what is left of the program, and end it."""
        note_left(self.recorder, self.stops, self.names)
        self.stops.kill()

    def end(self) -> None:
        """See `Observer`."""
        self.kill()
        if self._fork_server is not None:  # of a program that ended early, it may still be busy with the start
            self._fork_server.wait_idle()
        while self.wait() is not Activity.GONE:
            self.kill()  # one may have been born meanwhile

    def trace(self) -> Trace:
        """See `Observer`."""
        return self.recorder.trace()

    # -------------------------------------------------------------- waiting

    def wait(self) -> Activity:
        """See `Observer`."""
        activity = self.stops.wait(self.stops.all_asleep)
        return self._note_sleep() if activity is Activity.ASLEEP else activity

    def _note_sleep(self) -> Activity:
        """Every thread sleeps: let one begin that was held back, or note that the others' calls had to wait.

        A program that polls does not busy-wait where it sleeps between its looks, in whatever call.
        """
        if self.release_delayed():
            return Activity.MOVED
        self.recorder.begin_to_count()
        for one in self.states.values():
            if one.entry is not None:
                one.entry.slept = True
        return Activity.ASLEEP

    def release_delayed(self) -> bool:
        """See `Observer`."""
        return self.stops.held_back.release_first()

    def skip_timeout(self, *, pauses_only: bool = False, at_last: bool = False) -> bool:
        """See `Observer`."""
        return self.time.skip_timeout(pauses_only=pauses_only, at_last=at_last)

    # -------------------------------------------------------------- what is asked of it

    def note_peer_action(self) -> None:
        """Only steps that the program can notice play a part here."""

    def note_peer_step(self) -> None:
        """See `Observer`."""
        self.time.note_peer_step()

    def listens(self) -> bool:
        """See `Observer`."""
        return has_listener(self.recorder)

    def signal(self, name: str) -> bool:
        """See `Observer`."""
        number, main = signal.Signals[name], self.stops.main
        handled = main in self.stops.threads and is_in(caught_signals(main), number)
        if handled:
            os.kill(main, number)
        return handled

    def pending_calls(self) -> tuple[int, ...]:
        """See `Observer`."""
        entries = [one.entry for one in self.states.values() if one.entry is not None]
        return tuple(sorted(entry.number for entry in entries if entry.number >= 0))

    def sleepers(self) -> list[tuple[Thread, PendingCall]]:
        """Return the threads that sleep in a call which was recorded when it was entered, and the call."""
        waiting = ((one.thread, one.entry) for one in self.states.values())
        return [(thread, entry) for thread, entry in waiting if entry is not None and state(thread.stat) == "S"]

    def processes(self) -> set[int]:
        """See `Observer`."""
        return {thread.pid for thread in self.stops.threads.values()}

    def slices(self) -> tuple[bytes, ...]:
        """See `Observer`."""
        return tuple(read_slices(thread.schedstat) for thread in self.stops.threads.values())

    def is_about_to_run(self) -> bool:
        """See `Observer`."""
        return any(map(still_runs, self.stops.threads))

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
        """See `Observer`."""
        return self.recorder.total

    @property
    def thread_count(self) -> int:
        """See `Observer`."""
        return len(self.stops.threads)

    @property
    def faults_applied(self) -> int:
        """See `Observer`."""
        return self.injector.applied + self.stops.held_back.count

    looks_at_a_sleeper = 0

    @property
    def seconds_passed(self) -> float:
        """See `Observer`."""
        return self.time.clock.passed / SECOND

    # -------------------------------------------------------------- stops

    def born(self, thread: Thread) -> None:
        """See `StopHandler`."""
        self.states[thread.tid] = CallState(thread)

    def entered(self, thread: Thread) -> None:
        """See `StopHandler`."""
        if not thread.process.loaded:  # what comes before exec is the launcher's
            ptrace_request(kernel.CONT, thread.tid)
            return
        ptrace_request(kernel.GET_SYSCALL_INFO, thread.tid, SYSCALL_INFO_SIZE, self._info_at)
        info = kernel.SYSCALL_INFO.unpack_from(self._info)
        name, arguments = self.names.get(info[4]), info[5:11]
        if name is None:  # a filter of the program's own has stopped it at some other call
            ptrace_request(kernel.CONT, thread.tid)
        elif name in CLOCK_CALLS:
            self.time.clock.answer(thread.tid, thread.process.memory, name, arguments)
            ptrace_request(kernel.CONT, thread.tid)
        elif name == HANDLER_ENDS:
            self.states[thread.tid].handles = None
            ptrace_request(kernel.CONT, thread.tid)
        else:
            self._entered(self.states[thread.tid], name, arguments, stack=info[3], instruction=info[2])

    def _entered(
        self, call_state: CallState, name: str, arguments: tuple[int, ...], stack: int, instruction: int
    ) -> None:
        thread = call_state.thread
        entry = call_state.take_resumed(name, arguments) if call_state.interrupted else None
        if entry is None:
            call_state.given_up = [*call_state.interrupted]
            entry = self.recorder.enter(thread.process, thread.tid, name, arguments, stack, instruction)
            if entry is not None:
                self._prepare(call_state, entry, stack)
        call_state.entry = entry
        self.stops.may_sleep = entry is not None and entry.name in MAY_SLEEP
        if entry is not None and entry.name in WAITS and self.time.is_short_pause(thread.process, entry):
            call_state.parked_before, thread.parked = entry, True
        else:
            ptrace_request(kernel.SYSCALL if entry else kernel.CONT, thread.tid)

    def _prepare(self, call_state: CallState, entry: PendingCall, stack: int) -> None:
        if self.injector.faults:
            self.injector.at_entry(call_state.thread.tid, call_state.thread.process, entry)
        entry.since = self.time.clock.now()
        entry.handles = _handler_of(call_state, stack) if entry.name in OUTPUT else None

    def returned(self, thread: Thread) -> None:
        """See `StopHandler`."""
        call_state = self.states[thread.tid]
        entry, call_state.entry = call_state.entry, None
        self.stops.may_sleep = False
        if entry is not None:
            result = self._result(thread.tid)
            if call_state.was_interrupted:
                result = self.time.show_end(call_state, entry, result)
            if result in kernel.RESTART_RESULTS:
                call_state.interrupted.append(entry)
            else:
                shown = None
                if self.injector.faults:
                    shown = self.injector.at_exit(thread.tid, thread.process.memory, entry, result)
                self._complete(call_state, entry, result if shown is None else shown)
        ptrace_request(kernel.CONT, thread.tid)

    def _complete(self, call_state: CallState, entry: PendingCall, result: int) -> None:
        self.recorder.leave(call_state.thread.process, call_state.thread.tid, entry, result)
        if entry.in_scope:
            self.stops.noticeable = call_state.policy.takes_part = True
        self.time.note_result(call_state, entry, result)

    def _result(self, tid: int) -> int:
        ptrace_request(kernel.GET_SYSCALL_INFO, tid, SYSCALL_INFO_SIZE, self._info_at)
        return int(kernel.EXIT_INFO.unpack_from(self._info)[4])

    def signalled(self, thread: Thread, number: int) -> None:
        """Note that a thread handles a signal from now on, if the program does; `rt_sigreturn` is the end of that."""
        if number in SIGNAL_NAMES and is_in(caught_signals(thread.pid), number):
            self.states[thread.tid].handles = number, Registers(thread.tid, self.arch).stack

    def loaded(self, thread: Thread) -> None:
        """See `StopHandler`."""
        call_state = self.states[thread.tid]
        call_state.entry, call_state.interrupted = None, []
        self.time.note_program(thread.process)

    def removed(self, thread: Thread, *, last: bool) -> None:
        """See `StopHandler`: calls that were given up will not be begun again, and have failed with EINTR."""
        call_state = self.states.pop(thread.tid)
        for entry in call_state.given_up:
            if entry in call_state.interrupted:
                self.recorder.leave(thread.process, thread.tid, entry, -errno.EINTR)
        if last:
            self.time.timers.ended(thread.process)


def _handler_of(call_state: CallState, stack: int) -> str | None:
    """Return the signal in whose handler a call is made.

    Where a handler was left by a jump, the stack is above it, or the signal is not held back any more.
    """
    if call_state.handles is None:
        return None
    number, stood = call_state.handles
    return SIGNAL_NAMES[number] if stack < stood and is_in(blocked_signals(call_state.thread.tid), number) else None
