"""Starting a program where the user stands, following its calls to the end, and ending as it ended."""

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import Final, NamedTuple

from conformance.messages import say, text
from conformance.messages.escaping import escaped
from conformance.observe.linux.arch import KernelError, machine
from conformance.observe.linux.observer import LinuxObserver
from conformance.observe.linux.seccomp import Filter
from conformance.observe.linux.waiting_child import WaitingChild
from conformance.observe.observer import Activity
from conformance.records.faults import Fail, Short
from conformance.trace_tool.errors import TraceError
from conformance.trace_tool.faults import ManualInjector
from conformance.trace_tool.live import CallFilter, LiveRecorder
from conformance.trace_tool.show import JsonLines, Out, TextSink
from conformance.trace_tool.start import HANDLED, SIGNALS_PASSED_ON, start_here

STANDARD_ERROR: Final = 2
SLEEPERS_TICK_S: Final = 0.02
"""Seconds after which a wait for the program is broken off, to show what it sleeps in."""
BROKEN_PIPE: Final = 128 + signal.SIGPIPE


class TraceRequest(NamedTuple):
    """What is to be traced, and how it is shown."""

    command: tuple[str, ...]
    faults: tuple[Short | Fail, ...] = ()
    everything: bool = False
    sockets_only: bool = False
    output: Path | None = None
    json: Path | None = None


def trace(request: TraceRequest) -> int:
    """Follow a program to its end and return the exit status that a shell would show. Raises TraceError."""
    arch = machine()
    if arch is None:
        raise TraceError(say("trace.machine"))
    with contextlib.ExitStack() as files:
        lines = _line_sink(request, files)
        live = LiveRecorder(CallFilter(request.everything, request.sockets_only, request.json is not None), lines)
        by_hand = ManualInjector(arch, request.faults)
        observer = LinuxObserver(arch, live, by_hand, parks_before_pauses=False)
        try:
            status = Follower(observer, live, lines).follow(request.command, Filter(arch, every_handler=True))
            _last_words(live, by_hand, lines)
        except BrokenPipeError:
            return BROKEN_PIPE  # the reader of the lines has left
        finally:
            _leave_nothing(observer)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _line_sink(request: TraceRequest, files: contextlib.ExitStack) -> TextSink:
    descriptor = STANDARD_ERROR if request.output is None else _opened_output(request.output, files)
    watched = os.isatty(descriptor)
    json = None if request.json is None else JsonLines(Out(_opened_output(request.json, files)))
    return TextSink(Out(descriptor, at_once=watched), json, colours=watched and not os.environ.get("NO_COLOR"))


def _opened_output(path: Path, files: contextlib.ExitStack) -> int:
    try:
        return files.enter_context(path.open("wb", buffering=0)).fileno()
    except OSError as problem:
        raise TraceError(say("trace.file", file=path, why=problem.strerror)) from None


def _leave_nothing(observer: LinuxObserver) -> None:
    """End what is left of the program, and wait until it is gone; nobody need hear of it."""
    activity = None
    while activity is not Activity.GONE:
        observer.kill()
        with contextlib.suppress(OSError):
            activity = observer.wait()


def _last_words(live: LiveRecorder, by_hand: ManualInjector, lines: TextSink) -> None:
    """Say what was left out, and which faults never had their turn."""
    if live.left_out:
        lines.remark(text("trace.loader", count=live.left_out))
    for fault, seen in by_hand.missed():
        lines.remark(text("trace.missed", call=fault.call, nth=fault.nth or "*", seen=seen))
    lines.flush()


# ---------------------------------------------------------------- following


class Follower:
    """Follows one program from its start to its end, and to that of all its children."""

    def __init__(self, observer: LinuxObserver, live: LiveRecorder, lines: TextSink) -> None:
        self.observer, self.live, self.lines = observer, live, lines
        self._interrupted = False

    def follow(self, command: tuple[str, ...], filter_: Filter) -> int:
        """Start a program and follow it; return the wait status of its end. Raises TraceError."""
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, HANDLED)
        try:
            started = start_here(command, filter_, mask)
            self._adopt(started)
            self._take_signals()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        started.release()
        try:
            self._to_the_end()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        reason = started.why_not_started()
        if reason or self.observer.exit_status is None:
            raise TraceError(say("trace.file", file=escaped(command[0], 200), why=reason or ""))
        return self.observer.exit_status

    def _adopt(self, started: WaitingChild) -> None:
        try:
            self.observer.attach(started.pid, ())
        except KernelError as problem:
            os.kill(started.pid, signal.SIGKILL)
            os.waitpid(started.pid, 0)
            raise TraceError(say("trace.not-allowed", why=problem.strerror)) from None

    def _to_the_end(self) -> None:
        """Let the program run; show what it sleeps in, and flush now and then."""
        observer, shown = self.observer, time.monotonic()
        while (activity := observer.wait()) is not Activity.GONE:
            now = time.monotonic()
            if activity is not Activity.MOVED or now - shown > SLEEPERS_TICK_S:
                self._show_sleepers()
                shown = now
            if activity is Activity.ASLEEP:
                observer.stops.may_sleep = False  # it was seen, and need not be looked for again
            if self._interrupted and observer.exit_status is not None:
                observer.kill()

    def _show_sleepers(self) -> None:
        for thread, entry in self.observer.sleepers():
            self.live.sleeps(thread.process, thread.tid, entry)
        self.lines.flush()

    # -------------------------------------------------------------- signals

    def _take_signals(self) -> None:
        """Stay until the program has ended: what ends it ends the trace."""
        for number in HANDLED:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._interrupt)
        signal.signal(signal.SIGALRM, lambda _number, _frame: None)
        signal.setitimer(signal.ITIMER_REAL, SLEEPERS_TICK_S, SLEEPERS_TICK_S)

    def _interrupt(self, number: int, _frame: object) -> None:
        """The terminal has told the program as well; of anything else it must hear from here."""
        self._interrupted = True
        stops = self.observer.stops
        if number in SIGNALS_PASSED_ON and stops.main in stops.threads:
            os.kill(stops.main, number)
