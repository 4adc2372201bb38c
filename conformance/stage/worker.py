"""The process in which runs happen: one thread that starts programs, follows their calls and plays their peers.

It is small and starts once for each worker of the suite, since a fork of a large test process is slow, since the
tracer must be one thread that stays, and since `waitpid` must not meet other children. Tracer and peers share the one
thread, so that what the peer does has one place in the order of the program's calls.
"""

import contextlib
import errno
import gc
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from conformance.observe import machine as kernel
from conformance.observe.machine import Machine, machine
from conformance.observe.recorder import Watch
from conformance.observe.trace import Trace
from conformance.observe.tracer import Pulse, Tracer
from conformance.observe.winsock.follower import WinsockTracer
from conformance.stage import launch, namespace, ports, processors, wine
from conformance.stage.bystander import Bystander
from conformance.stage.launch import Child, Identity, Launch
from conformance.stage.messages import read_message, write_message
from conformance.stage.peers import LOOPBACK, LOOPBACK_6, Peer
from conformance.stage.script import (
    Busy,
    Ending,
    Exited,
    File,
    Isolation,
    Killed,
    NotStarted,
    Order,
    Platform,
    Program,
    Run,
    Scenario,
    Waiting,
)
from conformance.stage.starter import Starter
from conformance.stage.wine import OWN_PROGRAM, House, Wine, WineError

OUTPUT_KEPT: Final = 1 << 20
FILE_KEPT, FILES_READ = 1 << 24, 16
ANSWERS_BEYOND, ANSWERS_A_BYTE = 300, 4
"""How often an echo answers a program that was given so many bytes of input: each byte may come back by itself."""
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
TICK: Final = 0.001
"""Seconds after which a wait for the program is broken off to look at it again."""
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
            self.quiet_seen = False
            self.idle += _pause(self.look)
            self.look = min(self.look * 2, LONGEST_LOOK)
            self.ending = self._over_a_limit()
        elif not self.quiet_seen or self.order.build:
            self.quiet_seen = True
            self.ending = self._over_a_limit()
        else:
            self.quiet_seen = False
            self._quiet()

    def _quiet(self) -> None:
        """Let go on what can: pauses pass at once; then the peer; then time-outs; a step too early comes last."""
        follower, peer = self.follower, self.peer
        if follower.end_a_wait(sleeps_only=True):
            return
        if (peer.ready() and peer.act()) or follower.end_a_wait(sleeps_only=False) or peer.act():
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


class Worker:
    """Performs orders, one after the other."""

    def __init__(self, number: int, platform: Platform = "posix") -> None:
        self.platform = platform
        self.on: Machine | None = machine()
        self._claim = processors.keep_to_one(number)
        kernel.libc.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        found = wine.ready(self.on) if platform == "winsock" else ""
        self.apart = namespace.enter() if self.on else False
        self.identity = (
            Identity(launch.NOBODY_FIRST + number, launch.NOBODY_FIRST + number) if os.getuid() == 0 else None
        )
        self.folder = tempfile.mkdtemp(prefix="offhook-stage-")
        os.chmod(self.folder, 0o711)  # noqa: PTH101
        self._spare: str | None = None
        self.ports, self._reserved = ports.two_free()
        self.starter = Starter(self.on, self.identity) if self.on and platform == "posix" else None
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        signal.signal(signal.SIGALRM, lambda _number, _frame: None)
        signal.setitimer(signal.ITIMER_REAL, TICK, TICK)
        self.house: House | None = None
        self.why_not = "not tried yet"
        self.why_not = self._try_tracing() if platform == "posix" else self._try_wine(found)

    def isolation(self) -> Isolation:
        """Tell what is kept apart here."""
        user = f"{self.identity.user}" if self.identity else f"{os.getuid()}"
        runs_on = self.house.wine.version if self.house is not None else ""
        return Isolation(self.apart, self.apart, user, not self.why_not, self.why_not, runs_on)

    def perform(self, order: Order) -> Run:
        """Do one run; nothing of it is left afterwards."""
        began = time.monotonic()
        directory = order.directory or self._fresh_directory()
        port = self.ports[order.scenario.start.port]
        follower = self._follower(order, port, directory)
        peer = self._peer(order, port, follower)
        self._lay_down(order.scenario.start.files, directory)
        try:
            child = self._start(self._launch(order, directory, port), follower)
            most = OUTPUT_KEPT + OUTPUT_A_BYTE * order.scenario.given
            streams = Streams({child.stdout: bytearray(), child.stderr: bytearray()}, most)
            performance = Performance(order, follower, peer, streams, began)
            ending = self._play(performance, child)
            stdout, stderr = streams.close()
            if self.house is not None:  # the platform's text mode writes each line's end as two characters
                stdout, stderr = stdout.replace(b"\r\n", b"\n"), stderr.replace(b"\r\n", b"\n")
        finally:
            self._clear(follower, peer)
            files = () if order.directory is not None else _files_in(directory)
            if order.directory is None:
                self._put_away(directory)
        if self.house is not None and isinstance(follower, WinsockTracer):
            self.house.inspect(follower.settings)
        applied = follower.injector.applied if isinstance(follower, Tracer) else 0
        observed = isinstance(follower, Tracer) and order.observe
        return Run(
            order.scenario, ending, observed, port, order.program.path, follower.trace() if observed else Trace(),
            tuple(peer.wire),
            stdout, stderr, applied, peer.unfinished, time.monotonic() - began, performance.idle,
            files, performance.zombies, performance.spins > 0,
        )  # fmt: skip

    def close(self) -> None:
        """Leave nothing behind."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        if self.starter is not None:
            self.starter.close()
        if self.house is not None:
            self.house.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # -------------------------------------------------------------- before

    def _try_tracing(self) -> str:
        """Trace one trivial program; return why that is not possible here, or nothing."""
        if self.on is None or self.starter is None:
            return "this system is not one that the observer knows"
        if not self.starter.traced:
            return f"tracing is not allowed here: {os.strerror(errno.EPERM)}"
        self.why_not = ""
        try:
            run = self.perform(Order(Program(("/bin/true",)), Scenario(), everything=True))
        except OSError as problem:
            return f"tracing is not allowed here: {problem.strerror}"
        return "" if run.trace.calls else "tracing shows no calls here"

    def _try_wine(self, found: Wine | str) -> str:
        """Start Wine's server, and run a program of its own; return why that is not possible here, or nothing."""
        if isinstance(found, str) or self.on is None:
            return str(found)
        try:
            self.house, self.why_not = House(found, self.on, self.folder, self.identity), ""
            run = self.perform(Order(Program(OWN_PROGRAM, platform="winsock"), Scenario()))
        except (WineError, OSError) as problem:
            return str(problem)
        if run.ending != Exited(0):
            return f"Wine does not run programs here: {run.ending}"
        return "" if self.house.settings else "Wine shows no calls here"

    def _fresh_directory(self) -> str:
        """Return an empty directory of the program's own: the last run's, where it was left as it was found."""
        if self._spare is not None:
            directory, self._spare = self._spare, None
            return directory
        directory = tempfile.mkdtemp(dir=self.folder)
        if self.identity is not None:
            self.identity.own(directory)
        return directory

    def _lay_down(self, files: tuple[File, ...], directory: str) -> None:
        """Put a scenario's files into the program's directory, as its own user's."""
        for file in files:
            path = Path(directory, file.name)
            path.write_bytes(file.whole)
            path.chmod(file.mode)
            if self.identity is not None:
                self.identity.own(str(path))

    def _put_away(self, directory: str) -> None:
        """Keep a run's directory for the next one if nothing shows that it was used; else remove it."""
        with contextlib.suppress(OSError):
            status = os.stat(directory)  # noqa: PTH116
            if status.st_mode & 0o7777 == 0o700 and not os.listdir(directory):  # noqa: PTH208
                self._spare = directory
                return
        shutil.rmtree(directory, ignore_errors=True)

    def _follower(self, order: Order, port: int, directory: str) -> Tracer | Bystander:
        if self.on is None or self.why_not or not (order.observe or self.house):
            return Bystander()
        home = directory if order.program.files else ""
        watch = Watch((port, ports.swapped(port)), home, order.program.sockets, order.everything)
        if self.house is not None:  # also where no calls are to be seen: else nobody knows when the server sleeps
            faults = order.scenario.faults if order.observe else ()
            return WinsockTracer(self.on, watch, faults, order.program.command[0], self.house.slices)
        return Tracer(self.on, watch, order.scenario.faults)

    def _peer(self, order: Order, port: int, follower: Tracer | Bystander) -> Peer:
        calls = follower.recorder.calls if isinstance(follower, Tracer) else ()
        steps, where = order.scenario.steps, lambda: self._where(port)
        under_way = follower.heard if isinstance(follower, WinsockTracer) else follower.under_way
        peer = Peer(steps, where, lambda: len(calls), under_way, follower.listens, follower.signal)
        start = order.scenario.start
        peer.answers_at_most = ANSWERS_BEYOND + len(start.input) * ANSWERS_A_BYTE
        if order.program.role == "client" and start.listener:
            peer.listen((*_addresses(port), *_addresses(ports.swapped(port))))
        if order.program.role == "server" and start.port_taken:
            peer.occupy(port)
        return peer

    def _where(self, port: int) -> Iterator[int]:
        """Yield where the program may listen: at the given port, or else where it does."""
        yield port
        there = set(ports.listening()) if self.apart else {port, ports.swapped(port)}
        yield from sorted(there - {port})

    def _start(self, request: Launch, follower: Tracer | Bystander) -> Child:
        """Start a program: what is traced by the starter, which is quick; a compiler and the like by a fork."""
        if isinstance(follower, Tracer) and self.starter is not None:
            return self.starter.start(request)
        return launch.start(request)

    def _launch(self, order: Order, directory: str, port: int) -> Launch:
        start = order.scenario.start
        fill = {"{ip}": LOOPBACK, "{port}": str(port), "{path}": order.program.path}
        words = [fill.get(word, word) for word in order.program.command]
        if not start.arguments:
            words = [word for word in order.program.command if word not in fill]
        environment = launch.environment(order.program.environment, directory)
        identity = self._identity(order, directory)
        request = Launch(
            tuple(words),
            directory,
            environment,
            identity,
            start.further,
            start.input,
            start.terminal,
        )
        return request if self.house is None else self.house.furnish(request)

    def _identity(self, order: Order, directory: str) -> Identity | None:
        """Return the user that a program runs as; a compiler that only this user may reach runs as this user."""
        if self.identity is None:
            return None
        if order.build:
            if not _open_to_all(
                shutil.which(order.program.command[0], path=dict(order.program.environment).get("PATH", launch.PATH))
            ):
                return None
            for folder, _, files in os.walk(directory):
                for path in (folder, *(os.path.join(folder, name) for name in files)):  # noqa: PTH118
                    self.identity.own(path)
        return self.identity

    # -------------------------------------------------------------- during and after

    def _play(self, performance: Performance, child: Child) -> Ending:
        follower = performance.follower
        if isinstance(follower, Tracer) and self.starter is not None:
            follower.follow(self.starter, child.descriptors)
        else:
            follower.adopt(child.pid, child.descriptors)
            child.release()
        ending = performance.play()
        complaint = self._why_not_started(follower, child)
        return NotStarted(complaint) if complaint else ending

    def _why_not_started(self, follower: Tracer | Bystander, child: Child) -> str | None:
        if isinstance(follower, Tracer) and self.starter is not None and not follower.threads:
            self.starter.settle()
            return self.starter.complaint()
        return child.why_not_started()

    def _clear(self, follower: Tracer | Bystander, peer: Peer) -> None:
        """End every process of the run, and wait until each is gone."""
        follower.kill()
        if self.starter is not None:
            self.starter.settle()
            if self.apart and (not isinstance(follower, Tracer) or follower.had_children):
                self.starter.kill_all()  # what was never seen at all ends before the next start
        if isinstance(follower, Tracer):
            while follower.wait() is not Pulse.GONE:
                pass
        peer.close()


def _files_in(directory: str) -> tuple[File, ...]:
    """Read what a program left in its directory, whatever rights it gave: no links, no more than some of it."""
    found = []
    with contextlib.suppress(OSError):
        for entry in sorted(os.scandir(directory), key=lambda entry: entry.name)[:FILES_READ]:
            if entry.is_file(follow_symlinks=False):
                mode = entry.stat().st_mode & 0o7777  # before it may be given the right to be read
                found.append(File(entry.name, _content(entry.path), mode))
    return tuple(found)


def _content(path: str) -> bytes:
    """Read a file's beginning; its owner may have taken the right to read it from himself."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except PermissionError:
        os.chmod(path, 0o600)  # noqa: PTH101
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        return os.read(file, FILE_KEPT)
    finally:
        os.close(file)


def _open_to_all(path: str | None) -> bool:
    """Tell whether every user may run a file: it and each folder above it are open to all."""
    if path is None:
        return True
    real = Path(path).resolve()
    return all(place.stat().st_mode & 0o001 for place in (real, *real.parents))


def _addresses(port: int) -> tuple[tuple[socket.AddressFamily, str, int], ...]:
    return (socket.AF_INET, LOOPBACK, port), (socket.AF_INET6, LOOPBACK_6, port)


# ---------------------------------------------------------------- the process's main loop


def main() -> None:
    """Answer orders on standard input with runs on standard output, until the input ends."""
    gc.disable()  # what a run leaves behind has no cycles, and a long trace is many objects
    orders, runs = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    worker = Worker(int(sys.argv[1]), "winsock" if "winsock" in sys.argv[2:] else "posix")
    try:
        write_message(runs, msgspec.msgpack.encode(worker.isolation()))
        while (message := read_message(orders)) is not None:
            run = worker.perform(msgspec.msgpack.decode(message, type=Order))
            write_message(runs, msgspec.msgpack.encode(run))
    except BrokenPipeError:
        pass  # the suite is gone: so is everything that runs here
    finally:
        with contextlib.suppress(OSError):
            worker.close()


if __name__ == "__main__":
    main()
