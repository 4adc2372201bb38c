"""One run under way: the program is followed to its end, and its peer acts whenever it is quiet."""

import contextlib
import os
import signal
import time
from dataclasses import dataclass, field
from threading import Thread
from typing import Final

from conformance.catalogue import Platform
from conformance.observe.observer import Activity, Observer, Polling
from conformance.records.run import Busy, Ending, Exited, Killed, Waiting
from conformance.sandbox.peer import Peer
from conformance.sandbox.request import RunRequest
from conformance.sandbox.usage import UsageWatch, processor_time

OUTPUT_KEPT: Final = 1 << 20
"""Bytes of each stream: more than any program of the exercises prints."""
CALLS_A_BYTE, BYTES_ONE_BY_ONE = 3, 1 << 16
"""A program may move what it gets byte by byte; more than so much is given only to those that take larger steps."""
OUTPUT_A_BYTE: Final = 16
"""A program may print what it gets: as text, in hexadecimal, when it comes and when it goes."""
SENT_A_BYTE: Final = 16
"""A server sends a file to each of its clients, and some send what they get more than once."""
SPINS_IN_ALL: Final = 120
"""Some go on whatever the peer does."""
RESTS_AT_LAST: Final = 25
"""As often as a timer goes off while nothing comes of it."""
MOST_THREADS: Final = 200
"""Threads of all its processes: a fork bomb has them at once, and no program of the exercises has a tenth of it."""


LOOKS_AT_A_SLEEPER, LOOKS_IN_HASTE = 400, 60
"""In all, each some milliseconds after the last, at a program that sleeps now and never does while it is watched."""


@dataclass(frozen=True, slots=True)
class RunLimits:
    """At what a program is ended that goes on without end."""

    calls: int
    spins: int
    """How often so many calls in a row give nothing: some loops end by themselves, since they are counted."""
    processor: float
    """Seconds of processor time without a call, whatever else the machine does."""
    output: int
    """Bytes that it prints, beyond those that follow from what it is given."""
    sent: int
    """Bytes that it sends, likewise."""


RUN_LIMITS: Final[dict[tuple[Platform, bool], RunLimits]] = {
    ("posix", False): RunLimits(30_000, 30, 3.0, OUTPUT_KEPT, 1 << 22),
    ("posix", True): RunLimits(5_000, 1, 0.5, 1 << 16, 1 << 20),
    ("winsock", False): RunLimits(10_000, 10, 3.0, 1 << 18, 1 << 22),
    ("winsock", True): RunLimits(2_000, 1, 0.5, 1 << 16, 1 << 20),
}
"""By the platform, where a call under Wine takes twenty times as long; and whether the program has gone on without end
before.
"""
COMPUTES_BEFORE_RELEASE_S: Final = 0.05
"""Seconds of processor time after which a thread that was held back begins: a thread that computes may wait for it."""
FIRST_LOOK_S, LONGEST_LOOK_S = 0.0002, 0.01
"""Seconds between two looks at what is on its way, at first and after many: a busy kernel delivers it within these."""
DRAIN_EVERY: Final = 32
"""How many times the program moves between two looks at its output: a pipe holds more than it prints meanwhile."""


@dataclass
class Streams:
    """What the program prints, drained as it comes and kept up to a limit."""

    ends: dict[int, bytearray]
    most: int = OUTPUT_KEPT
    """How many bytes may be printed; what is beyond those that are kept is only counted."""
    total: int = 0

    def drain(self) -> bool:
        """Read what is there; tell whether there was anything."""
        before = self.total
        for end in list(self.ends):
            self._drain(end)
        return self.total > before

    def _drain(self, end: int) -> None:
        while self.total <= self.most:
            try:
                data = os.read(end, 1 << 16)
            except OSError:
                return
            if not data:
                return
            if len(self.ends[end]) <= OUTPUT_KEPT:
                self.ends[end] += data
            self.total += len(data)

    @property
    def printed_too_much(self) -> bool:
        """Whether more was printed than a program has to say."""
        return self.total > self.most

    def close(self) -> tuple[bytes, bytes]:
        """Close the ends and return what was printed."""
        for end in self.ends:
            os.close(end)
        out, err = (bytes(data[:OUTPUT_KEPT]) for data in self.ends.values())
        return out, err


@dataclass
class ThreadedStreams(Streams):
    """Streams of a program that may hold a pipe's lock, as `splice` does while it waits for its source.

    Nothing but the end of that call lets another process read the pipe, not even SIGKILL. So each stream is read by a
    thread of its own: such a program keeps the thread, and this process goes on and ends the program.
    """

    def __post_init__(self) -> None:
        """Begin to read. The threads take no signal: the run loop waits for these."""
        before = signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())
        self._seen = 0
        self._readers = [Thread(target=self._read_to_end, args=(end,)) for end in self.ends]
        for reader in self._readers:
            reader.start()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _read_to_end(self, end: int) -> None:
        os.set_blocking(end, True)
        with contextlib.suppress(OSError):  # a terminal whose other end is gone
            while data := os.read(end, 1 << 16):
                if len(self.ends[end]) <= OUTPUT_KEPT:
                    self.ends[end] += data
                self.total += len(data)

    def drain(self) -> bool:
        """Tell whether anything was read since the last time."""
        seen, self._seen = self._seen, self.total
        return self._seen > seen

    def close(self) -> tuple[bytes, bytes]:
        """Wait for the end of both streams, which comes when every process of the run is gone."""
        for reader in self._readers:
            reader.join()
        return super().close()


@dataclass(slots=True)
class RunLoop:
    """One run under way."""

    order: RunRequest
    observer: Observer
    peer: Peer
    streams: Streams
    watch: UsageWatch
    began: float
    look: float = FIRST_LOOK_S
    idle: float = 0.0
    delivery: float = 0.0
    quiet_seen: bool = False
    slices: tuple[bytes, ...] = ()
    """How often the program's threads had run when it was seen asleep."""
    spins: int = 0
    """How often it made so many calls that gave nothing."""
    rests: int = 0
    """How often it found nothing between two ticks of its own clock, when the peer had nothing to do either."""
    rounds: int = 0
    zombies: int = 0
    computing: float | None = None
    """The processor time that the program had used when it was first seen to compute, since its last call."""
    most_calls: int = field(init=False)
    """After so many calls it goes on without end."""
    most_received: int = field(init=False)
    """After so many bytes to the peer, too."""
    ending: Ending | None = field(default=None)

    def __post_init__(self) -> None:
        given = self.order.scenario.given
        self.most_calls = self.limits.calls + CALLS_A_BYTE * min(given, BYTES_ONE_BY_ONE)
        self.most_received = self.limits.sent + SENT_A_BYTE * given

    @property
    def limits(self) -> RunLimits:
        """At what the program is ended."""
        return RUN_LIMITS[self.order.program.platform, self.order.hasty]

    def play(self) -> Ending:
        """Follow the program to its end, acting for the peer whenever the program is quiet."""
        while self.ending is None:
            before = time.monotonic()
            activity = self.observer.wait()
            self.rounds += 1
            moved = self.peer.poll_io()
            if activity is not Activity.MOVED or self.rounds % DRAIN_EVERY == 0:
                moved |= self.streams.drain()
            if activity is Activity.GONE:
                self.peer.read_rest()
                break
            if self.peer.next_is_early() and self.observer.listens():
                moved |= self._take_step()
            if activity is Activity.MOVED or moved:
                self.look, self.quiet_seen, self.computing = FIRST_LOOK_S, False, None
                self.ending = self._over_a_limit()
            elif activity is Activity.RUNNING:
                self.quiet_seen = False
                self.ending = self._over_a_limit() or self._computes()
            else:
                self._asleep(time.monotonic() - before)
            if (passed := self.watch.look()) is not None:
                self.ending = Busy(limit=passed)
        self.zombies = self.observer.zombies()
        ending = self.ending or _how_it_ended(self.observer.exit_status)
        left = None if isinstance(ending, Busy) else self.watch.look_at_last()
        return ending if left is None else Busy(limit=left)

    def _asleep(self, elapsed: float) -> None:
        """Seen asleep twice, with no thread awake between, and nothing under way on the wire: then it is quiet."""
        self.idle += elapsed
        if not self.peer.all_acked():
            self._look_later()
        elif not self.quiet_seen or self.order.build:
            self.quiet_seen, self.slices = True, self.observer.slices()
            self.ending = self._over_a_limit()
        elif self.observer.slices() != self.slices or self.observer.is_about_to_run():
            self.quiet_seen = False
            self.ending = self._over_a_limit() or self._computes()
        else:
            self.quiet_seen = False
            self._quiet()

    def _look_later(self) -> None:
        """Let a busy kernel deliver what is under way."""
        self.quiet_seen = False
        paused = _pause(self.look)
        self.idle += paused
        self.delivery += paused
        self.look = min(self.look * 2, LONGEST_LOOK_S)
        self.ending = self._over_a_limit()

    def _quiet(self) -> None:
        """Let go on what can: pauses pass at once; then the peer; then time-outs; a step too early comes last.

        A pause of a program that has just asked for something which was not there is its way to wait: then the peer
        comes first.
        """
        observer, peer = self.observer, self.peer
        if observer.skip_timeout(pauses_only=True) or (peer.can_step() and self._take_step()):
            return
        if peer.has_inflight():
            self._look_later()
            return
        if peer.poll_io() or observer.skip_timeout() or self._take_step() or observer.skip_timeout(at_last=True):
            return
        self.ending = Waiting()

    def _take_step(self) -> bool:
        """Let the peer take its next step; tell whether there was one."""
        acted = self.peer.take_step()
        if acted:
            self.observer.note_peer_step()
        return acted

    def _over_a_limit(self) -> Ending | None:
        if self.streams.printed_too_much:
            return Busy(limit="output")
        if self.peer.log.received > self.most_received:
            return Busy(limit="bytes")
        if self.peer.echoes_too_often:
            return Busy(limit="answers")
        polling = self.observer.polling()
        if polling is not Polling.NOT:
            return self._rests() if polling is Polling.RESTS else self._spins()
        if self.observer.busy_calls > self.most_calls:
            return Busy(limit="calls")
        if self.observer.thread_count > MOST_THREADS:
            return Busy(limit="processes")
        looks = LOOKS_IN_HASTE if self.order.hasty else LOOKS_AT_A_SLEEPER
        if self.order.unwatched and self.observer.looks_at_a_sleeper > looks:
            return Busy(limit="sleep")
        return Busy(limit="time") if time.monotonic() - self.began > self.order.hard_limit_s else None

    def _spins(self) -> Ending | None:
        """In its own way it waits: let the peer go on, if it has anything to do."""
        self.spins += 1
        goes_on = self.spins < SPINS_IN_ALL and self._take_step()
        return None if goes_on or self.spins < self.limits.spins else Busy(limit="calls without result")

    def _rests(self) -> Ending | None:
        """It polls by its own clock, and between two ticks it found nothing: that is quiet, though it never slept.

        On a busy machine a look at a hundred sockets, each of which is traced, may last longer than such a tick.
        """
        if not self.peer.all_acked() or self._take_step():
            return None
        self.rests += 1
        return Waiting() if self.rests > RESTS_AT_LAST else None

    def _computes(self) -> Ending | None:
        """Look whether the program computes on and on without a call: by its own processor time, not by a clock."""
        used = sum(map(processor_time, self.observer.processes()))
        if self.computing is None:
            self.computing = used
        if used - self.computing > COMPUTES_BEFORE_RELEASE_S:
            self.observer.release_delayed()
        endless = used - self.computing > self.limits.processor and not self.order.build
        return Busy(limit="processor time") if endless else None


def printed_at_most(order: RunRequest) -> int:
    """Return how many bytes a program may print in a run."""
    return RUN_LIMITS[order.program.platform, order.hasty].output + OUTPUT_A_BYTE * order.scenario.given


def _pause(seconds: float) -> float:
    """Wait for a child to change, at most so long; return how long it was."""
    before = time.monotonic()
    signal.sigtimedwait([signal.SIGCHLD], seconds)
    return time.monotonic() - before


def _how_it_ended(status: int | None) -> Ending:
    if status is None:
        return Waiting()
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return Killed(signal=signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}")
    return Exited(status=os.WEXITSTATUS(status))
