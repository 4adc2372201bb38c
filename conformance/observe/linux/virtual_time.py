"""Virtual time: which time-out of a program that sleeps is let pass, and how the program is made to see that.

A thread that waits in the kernel is interrupted (PTRACE_INTERRUPT): its call then ends as after a signal, and at that
stop the result is replaced by the one that shows when the time is over. A thread that is about to pause for a moment
stands still before the call, and goes on behind it.
"""

import contextlib
from typing import Final

from conformance.observe.linux import arch as kernel
from conformance.observe.linux import waits
from conformance.observe.linux.arch import Arch, KernelError, Registers, ptrace_request
from conformance.observe.linux.call_state import INTERRUPTED_RESULTS, NOT_ASKED, CallState
from conformance.observe.linux.clock import Clock, replace
from conformance.observe.linux.recorder import Recorder
from conformance.observe.linux.timeout_policy import Wait
from conformance.observe.linux.timers import Timer, Timers
from conformance.observe.pending import PendingCall
from conformance.observe.progress import achieves, asks_without_result
from conformance.observe.recording import Process

PAUSES_BETWEEN_STEPS, PAUSED_S_BETWEEN_STEPS = 30, 10.0
"""How many pauses, and seconds of them, pass before the peer takes its next step: who pauses instead of waiting finds
nothing then; and beside who does nothing but pause, the others are to be served."""
SHORT_PAUSE_S: Final = 0.02
"""Seconds: who pauses for less stands still before it, since it might be over before anybody could look."""


class VirtualTime:
    """The time of one run's program."""

    def __init__(
        self, arch: Arch, recorder: Recorder, states: dict[int, CallState], *, parks_before_pauses: bool
    ) -> None:
        self.arch, self.recorder = arch, recorder
        self.states = states
        """The program's threads, by number: the observer's own table, which changes as they come and go."""
        self.clock = Clock(arch)
        self.timers = Timers(self.clock)
        self.parks_before_pauses = parks_before_pauses
        self.progress = 0
        """Grows with each call that gives something to the exercise, and each step of the peer.

        A birth is none: the C library makes a thread each time that a timer goes off.
        """
        self._peer_steps = 0
        """How many steps the peer has taken."""
        self._pauses, self._paused_s = 0, 0.0
        """How many pauses have passed since then, and how long they were."""

    # -------------------------------------------------------------- what the program does

    def note_peer_step(self) -> None:
        """Take note that the peer has done something: who waits for it may ask again."""
        self.progress += 1
        self._peer_steps += 1
        self._pauses, self._paused_s = 0, 0.0

    def note_result(self, call_state: CallState, entry: PendingCall, result: int) -> None:
        """Take note of a call that returned: it may show that the thread polls, or got on, or set a timer."""
        if asks_without_result(entry, result):
            call_state.asked = self._peer_steps
        elif achieves(entry, result):
            call_state.asked = NOT_ASKED
            self.progress += 1
        elif entry.name in ("alarm", "timer") and result >= 0:
            self.timers.follow(call_state.thread.process, entry)

    def note_program(self, process: Process) -> None:
        """Take note of another program in a process: it reads the clock by code that was mapped anew."""
        if self.clock.passed:
            replace(self.arch, process.memory)

    def is_short_pause(self, process: Process, entry: PendingCall) -> bool:
        """Tell whether a thread is to stand still before this call, one of those that wait."""
        if not self.parks_before_pauses or not waits.only_time(entry):
            return False
        left = waits.time_left(process.memory, entry, self.clock)
        return left is not None and 0 < left < SHORT_PAUSE_S

    def show_end(self, call_state: CallState, entry: PendingCall, result: int) -> int:
        """At the end of a call, show that its time is over if that is why it was interrupted; return its result.

        A call that ended by itself in the same moment keeps its own.
        """
        thread = call_state.thread
        if call_state.rings is not None and result in INTERRUPTED_RESULTS:
            result = waits.tell(self.arch, thread.tid, thread.process.memory, entry, call_state.rings)
        elif call_state.expiring and result in INTERRUPTED_RESULTS:
            result = waits.expire(self.arch, thread.tid, thread.process.memory, entry)
        call_state.expiring, call_state.rings = False, None
        return result

    # -------------------------------------------------------------- what is let pass

    def skip_timeout(self, *, pauses_only: bool, at_last: bool) -> bool:
        """See `Observer`."""
        if pauses_only and (self._pauses >= PAUSES_BETWEEN_STEPS or self._paused_s >= PAUSED_S_BETWEEN_STEPS):
            return False
        left = self._skip_next(pauses_only=pauses_only, at_last=at_last)
        if left is not None and pauses_only:
            self._pauses += 1
            self._paused_s += max(left, 0.0)
        return left is not None

    def _skip_next(self, *, pauses_only: bool, at_last: bool) -> float | None:
        """Let what ends first pass, a wait or a timer; return how long it still was, None where there is nothing."""
        waiting = [
            (left, one)
            for one in self.states.values()
            if (left := self._time_left(one, pauses_only=pauses_only, at_last=at_last)) is not None
        ]
        left, first = min(waiting, key=lambda wait: wait[0], default=(waits.LATER, None))
        timer = self.timers.next(self.progress) if not pauses_only or first or self._may_ask_again() else None
        if timer is not None and (first is None or timer.due - self.clock.now() <= left):
            left = timer.due - self.clock.now()
            self._let_pass(left)
            self._ring(timer)
        elif first is not None:
            self._let_pass(left)
            self._expire(first)
        else:
            return None
        return left

    def _may_ask_again(self) -> bool:
        """Tell whether a thread that polls has not asked since the peer's last step: then its own timer comes first."""
        return any(NOT_ASKED != one.asked < self._peer_steps for one in self.states.values())

    def _time_left(self, call_state: CallState, *, pauses_only: bool, at_last: bool) -> float | None:
        """Return how long a thread's wait still lasts, if it may be let pass; None where it has no end or may not."""
        entry = call_state.entry
        if entry is None:
            return None
        pause = waits.only_time(entry) or (call_state.polls and entry.name == "futex")
        if pauses_only and (not pause or call_state.asked == self._peer_steps):
            return None
        left = waits.time_left(call_state.thread.process.memory, entry, self.clock)
        if left is None:
            return None
        lasts = self.clock.now() - entry.since + left
        wait = Wait(entry.name, lasts, pauses=pause, polls=call_state.polls)
        return left if call_state.policy.allows(wait, self.progress, at_last=at_last) else None

    def _let_pass(self, seconds: float) -> None:
        processes = {one.thread.process.number: one.thread.process for one in self.states.values()}
        self.clock.let_pass(max(seconds, 0.0), [process.memory for process in processes.values()])

    def _expire(self, call_state: CallState) -> None:
        call_state.policy.expired += 1
        with contextlib.suppress(KernelError):
            if call_state.parked_before is not None:
                self._send_on(call_state, call_state.parked_before)
            else:
                call_state.expiring = True
                ptrace_request(kernel.PTRACE_INTERRUPT, call_state.thread.tid)

    def _send_on(self, call_state: CallState, entry: PendingCall) -> None:
        """Let a thread go on that stands still before a pause, behind it: number -1 makes no call."""
        thread = call_state.thread
        call_state.parked_before = call_state.entry = None
        thread.parked = False
        registers = Registers(thread.tid, self.arch)
        registers.number(-1)
        registers.write()
        result = waits.expire(self.arch, thread.tid, thread.process.memory, entry)
        self.recorder.leave(thread.process, thread.tid, entry, result)
        ptrace_request(kernel.CONT, thread.tid)

    def _ring(self, timer: Timer) -> None:
        """Let a timer go off; the C library's thread for it hears of it in its call."""
        if self.timers.ring(timer):
            return
        for one in self.states.values():
            if one.thread.process is timer.process and one.entry is not None and waits.hears(one.entry, timer):
                one.rings = timer
                with contextlib.suppress(KernelError):
                    ptrace_request(kernel.PTRACE_INTERRUPT, one.thread.tid)
