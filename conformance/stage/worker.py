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
from pathlib import Path
from typing import Final

import msgspec

from conformance.observe import machine as kernel
from conformance.observe.machine import Machine, machine
from conformance.observe.recorder import Watch
from conformance.observe.trace import Trace
from conformance.observe.tracer import Pulse, Tracer
from conformance.observe.winsock.follower import WinsockTracer
from conformance.stage import launch, namespace, ports, processors, users, wine
from conformance.stage.bystander import Bystander
from conformance.stage.directories import Directories, files_in
from conformance.stage.launch import Child, Identity, Launch
from conformance.stage.messages import read_message, write_message
from conformance.stage.peers import LOOPBACK_6, Peer
from conformance.stage.performance import OUTPUT_A_BYTE, OUTPUT_KEPT, Performance, Streams
from conformance.stage.script import (
    LOOPBACK,
    Ending,
    Exited,
    Isolation,
    NotStarted,
    Order,
    Platform,
    Program,
    Run,
    Scenario,
)
from conformance.stage.starter import Starter
from conformance.stage.wine import OWN_PROGRAM, House, Wine, WineError

ANSWERS_BEYOND, ANSWERS_A_BYTE = 300, 4
"""How often an echo answers a program that was given so many bytes of input: each byte may come back by itself."""
TICK: Final = 0.001
"""Seconds after which a wait for the program is broken off to look at it again."""


class Worker:
    """Performs orders, one after the other."""

    def __init__(self, number: int, platform: Platform = "posix") -> None:
        self.platform = platform
        self.on: Machine | None = machine()
        self._claim = processors.keep_to_one(number)
        kernel.libc.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        found = wine.ready(self.on) if platform == "winsock" else ""
        self.identity, self._user = users.one_of_its_own(number)
        self.apart = namespace.enter() if self.on else False
        self.folder = tempfile.mkdtemp(prefix="offhook-stage-")
        os.chmod(self.folder, 0o711)  # noqa: PTH101
        self.directories = Directories(self.folder, self.identity)
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
        directory = order.directory or self.directories.fresh()
        port = self.ports[order.scenario.start.port]
        follower = self._follower(order, port, directory)
        peer = self._peer(order, port, follower)
        self.directories.lay_down(order.scenario.start.files, directory)
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
            files = () if order.directory is not None else files_in(directory)
            if order.directory is None:
                self.directories.put_away(directory)
        if self.house is not None and isinstance(follower, WinsockTracer):
            self.house.inspect(follower.settings)
        applied = follower.injector.applied if isinstance(follower, Tracer) else 0
        observed = isinstance(follower, Tracer) and order.observe
        return Run(
            order.scenario, ending, observed, port, _given_ip(order), order.program.path,
            follower.trace() if observed else Trace(),
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

    def _follower(self, order: Order, port: int, directory: str) -> Tracer | Bystander:
        if self.on is None or self.why_not or not (order.observe or self.house):
            return Bystander()
        home = directory if order.program.files else ""
        watch = Watch((port, ports.swapped(port)), home, order.program.sockets, order.everything)
        if self.house is not None:  # also where no calls are to be seen: else nobody knows when the server sleeps
            faults = order.scenario.faults if order.observe else ()
            program, house = order.program.command[0], self.house
            return WinsockTracer(self.on, watch, faults, program, house.slices, house.idle)
        return Tracer(self.on, watch, order.scenario.faults)

    def _peer(self, order: Order, port: int, follower: Tracer | Bystander) -> Peer:
        calls = follower.recorder.calls if isinstance(follower, Tracer) else ()
        steps, where = order.scenario.steps, lambda: self._where(port)
        under_way = follower.heard if isinstance(follower, WinsockTracer) else follower.under_way
        peer = Peer(steps, where, lambda: len(calls), under_way, follower.listens, follower.signal)
        start = order.scenario.start
        peer.answers_at_most = ANSWERS_BEYOND + len(start.input) * ANSWERS_A_BYTE
        if order.program.role == "client" and start.listener:
            peer.listen((*_addresses(port, start.ip), *_addresses(ports.swapped(port), start.ip)))
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
        fill = {"{ip}": start.ip, "{port}": str(port), "{path}": order.program.path}
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


def _open_to_all(path: str | None) -> bool:
    """Tell whether every user may run a file: it and each folder above it are open to all."""
    if path is None:
        return True
    real = Path(path).resolve()
    return all(place.stat().st_mode & 0o001 for place in (real, *real.parents))


def _given_ip(order: Order) -> str:
    """Return the address that a program gets; nothing where its command line has no place for one."""
    return order.scenario.start.ip if "{ip}" in order.program.command else ""


def _addresses(port: int, ip: str) -> tuple[tuple[socket.AddressFamily, str, int], ...]:
    usual = (socket.AF_INET, LOOPBACK, port), (socket.AF_INET6, LOOPBACK_6, port)
    return usual if ip == LOOPBACK else (*usual, (socket.AF_INET, ip, port))


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
