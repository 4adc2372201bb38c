"""Starting a program where the user stands, following its calls to the end, and ending as it ended."""

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import Final, NamedTuple

from conformance.observe.faults import Fail, Short
from conformance.observe.machine import KernelError, machine
from conformance.observe.seccomp import Filter
from conformance.observe.tracer import Pulse, Tracer
from conformance.reporting.safe import plain
from conformance.tracing.faults import ByHand
from conformance.tracing.live import Live, Scope
from conformance.tracing.show import JsonLines, Lines, Out
from conformance.tracing.start import HANDLED, PASSED_ON, Started, start
from conformance.words import say

STANDARD_ERROR: Final = 2
TICK: Final = 0.02
"""Seconds after which a wait for the program is broken off, to show what it sleeps in."""
BROKEN_PIPE: Final = 128 + signal.SIGPIPE


class TraceError(Exception):
    """The program cannot be started, or not be followed; the words say why."""


class Request(NamedTuple):
    """What is to be traced, and how it is shown."""

    command: tuple[str, ...]
    faults: tuple[Short | Fail, ...] = ()
    everything: bool = False
    sockets_only: bool = False
    output: Path | None = None
    json: Path | None = None


def trace(request: Request) -> int:
    """Follow a program to its end and return the exit status that a shell would show. Raises TraceError."""
    on = machine()
    if on is None:
        raise TraceError(say("trace.machine"))
    with contextlib.ExitStack() as files:
        lines = _lines(request, files)
        live = Live(Scope(request.everything, request.sockets_only, request.json is not None), lines)
        tracer = Tracer(on, live.watch)
        tracer.recorder, tracer.injector = live, ByHand(on, request.faults)
        try:
            status = Follower(tracer, live, lines).follow(request.command, Filter(on, every_handler=True))
            _last_words(live, tracer.injector, lines)
        except BrokenPipeError:
            return BROKEN_PIPE  # whoever read the lines has left
        finally:
            _leave_nothing(tracer)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _lines(request: Request, files: contextlib.ExitStack) -> Lines:
    descriptor = STANDARD_ERROR if request.output is None else _opened(request.output, files)
    watched = os.isatty(descriptor)
    json = None if request.json is None else JsonLines(Out(_opened(request.json, files)))
    return Lines(Out(descriptor, at_once=watched), json, colours=watched and not os.environ.get("NO_COLOR"))


def _opened(path: Path, files: contextlib.ExitStack) -> int:
    try:
        return files.enter_context(path.open("wb", buffering=0)).fileno()
    except OSError as problem:
        raise TraceError(f"{path}: {problem.strerror}") from None


def _leave_nothing(tracer: Tracer) -> None:
    """End what is left of the program, and wait until it is gone; nobody need hear of it."""
    pulse = None
    while pulse is not Pulse.GONE:
        tracer.kill()
        with contextlib.suppress(OSError):
            pulse = tracer.wait()


def _last_words(live: Live, by_hand: ByHand, lines: Lines) -> None:
    """Say what was left out, and which faults never had their turn."""
    if live.left_out:
        lines.remark(say("trace.loader", count=live.left_out))
    for fault, seen in by_hand.missed():
        lines.remark(say("trace.missed", call=fault.call, nth=fault.nth or "*", seen=seen))
    lines.flush()


# ---------------------------------------------------------------- following


class Follower:
    """Follows one program from its start to its end, and to that of all its children."""

    def __init__(self, tracer: Tracer, live: Live, lines: Lines) -> None:
        self.tracer, self.live, self.lines = tracer, live, lines
        self._interrupted = False

    def follow(self, command: tuple[str, ...], filter_: Filter) -> int:
        """Start a program and follow it; return the wait status of its end. Raises TraceError."""
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, HANDLED)
        try:
            started = start(command, filter_, mask)
            self._adopt(started)
            self._take_signals()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        started.release()
        try:
            self._to_the_end()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        reason = os.read(started.complaint, 4096).decode(errors="replace")
        if reason or self.tracer.exit_status is None:
            raise TraceError(f"{plain(command[0], 200)}: {reason}")
        return self.tracer.exit_status

    def _adopt(self, started: Started) -> None:
        try:
            self.tracer.adopt(started.pid, ())
        except KernelError as problem:
            os.kill(started.pid, signal.SIGKILL)
            os.waitpid(started.pid, 0)
            raise TraceError(say("trace.not-allowed", why=problem.strerror)) from None

    def _to_the_end(self) -> None:
        """Let the program run; show what it sleeps in, and flush now and then."""
        tracer, shown = self.tracer, time.monotonic()
        while (pulse := tracer.wait()) is not Pulse.GONE:
            now = time.monotonic()
            if pulse is not Pulse.MOVED or now - shown > TICK:
                self._show_sleepers()
                shown = now
            if pulse is Pulse.ASLEEP:
                tracer.may_sleep = False  # it was seen, and need not be looked for again
            if self._interrupted and tracer.exit_status is not None:
                tracer.kill()

    def _show_sleepers(self) -> None:
        for thread in self.tracer.sleepers():
            self.live.sleeps(thread.process, thread.tid, thread.entry)
        self.lines.flush()

    # -------------------------------------------------------------- signals

    def _take_signals(self) -> None:
        """Stay until the program has ended: what ends it ends the trace."""
        for number in HANDLED:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._interrupt)
        signal.signal(signal.SIGALRM, lambda _number, _frame: None)
        signal.setitimer(signal.ITIMER_REAL, TICK, TICK)

    def _interrupt(self, number: int, _frame: object) -> None:
        """The terminal has told the program as well; of anything else it must hear from here."""
        self._interrupted = True
        if number in PASSED_ON and self.tracer.main in self.tracer.threads:
            os.kill(self.tracer.main, number)
