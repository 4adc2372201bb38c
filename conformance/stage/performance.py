"""One run under way: the program is followed to its end, and its peer acts whenever it is quiet."""

import os
import signal
import time
from dataclasses import dataclass, field
from typing import Final

from conformance.observe.tracer import Pulse, Tracer
from conformance.stage.bystander import Bystander
from conformance.stage.peers import Peer
from conformance.stage.script import Busy, Ending, Exited, Killed, Order, Waiting

OUTPUT_KEPT: Final = 1 << 20
CALLS_LIMIT, CALLS_A_BYTE, BYTES_ONE_BY_ONE = 100_000, 3, 1 << 16
"""A program may move what it gets byte by byte; more than so much is given only to those that take larger steps."""
OUTPUT_A_BYTE: Final = 16
"""A program may print what it gets: as text, in hexadecimal, when it comes and when it goes."""
SPINS_AT_MOST, SPINS_IN_ALL = 30, 120
"""Some end by themselves: a counted loop is no endless one; others go on whatever the peer does."""
PROCESSES_LIMIT: Final = 200
PROCESSOR_LIMIT: Final = 3.0
"""Seconds of processor time without a call after which a program is endless, whatever else the machine does."""
SPIN_WITH_A_NEWBORN: Final = 0.05
"""Seconds of processor time after which a thread that was held back begins: whoever computes may wait for it."""
FIRST_LOOK, LONGEST_LOOK = 0.0002, 0.01
DRAIN_EVERY: Final = 32
TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
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
    def flooded(self) -> bool:
        """Whether more was printed than a program has to say."""
        return self.total > self.most

    def close(self) -> tuple[bytes, bytes]:
        """Close the ends and return what was printed."""
        for end in self.ends:
            os.close(end)
        out, err = (bytes(data[:OUTPUT_KEPT]) for data in self.ends.values())
        return out, err


@dataclass(slots=True)
class Performance:
    """One run under way."""

    order: Order
    follower: Tracer | Bystander
    peer: Peer
    streams: Streams
    began: float
    look: float = FIRST_LOOK
    idle: float = 0.0
    quiet_seen: bool = False
    spins: int = 0
    """How often it made so many calls that gave nothing."""
    pulses: int = 0
    zombies: int = 0
    computing: float | None = None
    """The processor time that the program had used when it was first seen to compute, since its last call."""
    ending: Ending | None = field(default=None)

    def play(self) -> Ending:
        """Follow the program to its end, acting for the peer whenever the program is quiet."""
        while self.ending is None:
            before = time.monotonic()
            pulse = self.follower.wait()
            self.pulses += 1
            moved = self.peer.pump()
            if pulse is not Pulse.MOVED or self.pulses % DRAIN_EVERY == 0:
                moved |= self.streams.drain()
            if pulse is Pulse.GONE:
                break
            if self.peer.hurries() and self.follower.listens():
                moved |= self.peer.act()
            if pulse is Pulse.MOVED or moved:
                self.look, self.quiet_seen, self.computing = FIRST_LOOK, False, None
                self.ending = self._over_a_limit()
            elif pulse is Pulse.RUNNING:
                self.quiet_seen = False
                self.ending = self._over_a_limit() or self._computes()
            else:
                self._asleep(time.monotonic() - before)
        self.zombies = self.follower.zombies()
        return self.ending or _how_it_ended(self.follower.exit_status)

    def _asleep(self, elapsed: float) -> None:
        """Seen asleep twice with nothing between, and nothing under way on the wire: then it is quiet."""
        self.idle += elapsed
        if not self.peer.settled():
            self._look_later()
        elif not self.quiet_seen or self.order.build:
            self.quiet_seen = True
            self.ending = self._over_a_limit()
        else:
            self.quiet_seen = False
            self._quiet()

    def _look_later(self) -> None:
        """Let a busy kernel deliver what is under way."""
        self.quiet_seen = False
        self.idle += _pause(self.look)
        self.look = min(self.look * 2, LONGEST_LOOK)
        self.ending = self._over_a_limit()

    def _quiet(self) -> None:
        """Let go on what can: pauses pass at once; then the peer; then time-outs; a step too early comes last."""
        follower, peer = self.follower, self.peer
        if follower.end_a_wait(sleeps_only=True) or (peer.ready() and peer.act()):
            return
        if peer.awaits():
            self._look_later()
            return
        if peer.pump() or follower.end_a_wait() or peer.act() or follower.end_a_wait(at_last=True):
            return
        if follower.waits_for_a_deadline():
            self.idle += _pause(LONGEST_LOOK)
        else:
            self.ending = Waiting()

    def _over_a_limit(self) -> Ending | None:
        if self.streams.flooded:
            return Busy("output")
        if self.peer.flooded:
            return Busy("answers")
        if self.follower.spins():
            self.spins += 1  # in its own way it waits: let the peer go on, if it has anything to do
            bearable = self.spins < SPINS_IN_ALL and self.peer.act()
            return None if bearable or self.spins < SPINS_AT_MOST else Busy("calls in vain")
        if self.follower.busy_calls > CALLS_LIMIT + CALLS_A_BYTE * min(self.order.scenario.given, BYTES_ONE_BY_ONE):
            return Busy("calls")
        if isinstance(self.follower, Tracer) and len(self.follower.threads) > PROCESSES_LIMIT:
            return Busy("processes")
        return Busy("time") if time.monotonic() - self.began > self.order.patience else None

    def _computes(self) -> Ending | None:
        """Look whether the program computes on and on without a call: by its own processor time, not by a clock."""
        used = sum(map(_processor_time, self.follower.processes()))
        if self.computing is None:
            self.computing = used
        if used - self.computing > SPIN_WITH_A_NEWBORN:
            self.follower.let_begin()
        return Busy("processor time") if used - self.computing > PROCESSOR_LIMIT and not self.order.build else None


def _pause(seconds: float) -> float:
    """Wait for a child to change, at most so long; return how long it was."""
    before = time.monotonic()
    signal.sigtimedwait([signal.SIGCHLD], seconds)
    return time.monotonic() - before


def _processor_time(pid: int) -> float:
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:  # noqa: PTH123
            fields = stat.read().rpartition(b")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def _how_it_ended(status: int | None) -> Ending:
    if status is None:
        return Waiting()
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return Killed(signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}")
    return Exited(os.WEXITSTATUS(status))
