"""Time under Wine: a sleep is over at once; another time-out is waited for, where something may come of it.

The server keeps the time-outs of a select, and nothing can be told to it: so they really go by.
"""

import contextlib
import signal
from collections.abc import Iterable
from typing import Final

from conformance.observe.linux import arch as kernel
from conformance.observe.linux.arch import KernelError, ptrace_request
from conformance.observe.linux.threads import Thread
from conformance.observe.observer import TICK_S
from conformance.observe.pending import PendingCall

SELECT_TIMEOUTS_IN_A_ROW: Final = 3
"""How often in a row a time-out of select is waited for while nothing comes of it."""
SHORT_S, LONGEST_S = 1.0, 10.0
"""Seconds: what is shorter is a pause between two looks, and is waited for in each run; what is longer than the other
is not waited for at all, and who waits so long for the peer counts as one that waits on.
"""
SLEEPS_BETWEEN_STEPS, SLEEPS_IN_A_ROW = 3, 100
"""How many sleeps in a row are over before the peer goes on, and before a program is said to wait for ever."""

Site = tuple[str, int]
"""A program and the address in it to which a call returns."""


class WineTime:
    """The time of one run."""

    def __init__(self, program: str, idle_sites: set[Site]) -> None:
        self.program = program
        self.idle_sites = idle_sites
        """Where programs wait with a time-out, again and again, while nothing comes of it: known from one run to the
        next, since a program that has shown it once need not be waited for in each.
        """
        self._parked: list[Thread] = []
        """Threads that stand still before a sleep, until everything else is quiet."""
        self._timeouts, self._sleeps = 0, 0
        """How many time-outs and sleeps are over since anything was achieved."""

    def park(self, thread: Thread) -> None:
        """Let a thread stand still that is about to sleep."""
        thread.parked = True
        self._parked.append(thread)

    def forget(self, thread: Thread) -> None:
        """A thread is gone."""
        if thread in self._parked:
            self._parked.remove(thread)

    def may_skip(self, *, pauses_only: bool) -> bool:
        """Tell whether so few sleeps were over that one more may be."""
        return self._sleeps < (SLEEPS_BETWEEN_STEPS if pauses_only else SLEEPS_IN_A_ROW)

    def wake_first(self) -> bool:
        """Let the thread go on that was the first to sleep; tell whether there was one."""
        if not self._parked:
            return False
        self._sleeps += 1
        thread = self._parked.pop(0)
        thread.parked = False
        with contextlib.suppress(KernelError):
            ptrace_request(kernel.CONT, thread.tid)
        return True

    def let_go_by(self, pending: Iterable[PendingCall]) -> bool:
        """Let a moment go by if a call waits with a time-out of which something may come; tell whether one does."""
        if self._timeouts >= SELECT_TIMEOUTS_IN_A_ROW or not any(map(self._is_worth_waiting, pending)):
            return False
        signal.sigtimedwait([signal.SIGCHLD], TICK_S)
        return True

    def _is_worth_waiting(self, pending: PendingCall) -> bool:
        """Tell whether something may come of a time-out. What comes from the peer ends a select, but not a pause."""
        if pending.time_out is None or pending.time_out < SHORT_S:
            return pending.time_out is not None
        return pending.name != "wait" and pending.time_out <= LONGEST_S and self._site(pending) not in self.idle_sites

    def note_timed_out(self, pending: PendingCall) -> None:
        """Take note of a call whose time was over before anything came."""
        self._timeouts += 1
        if self._timeouts >= SELECT_TIMEOUTS_IN_A_ROW:
            self.idle_sites.add(self._site(pending))

    def note_progress(self) -> None:
        """Take note that the peer does something, or that the program has achieved something."""
        self._timeouts = self._sleeps = 0

    def _site(self, pending: PendingCall) -> Site:
        return self.program, pending.goes_on_at
