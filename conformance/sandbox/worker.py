"""The process in which runs happen: one thread that starts programs, follows their calls and plays their peers.

It is small and starts once for each worker of the suite, since a fork of a large test process is slow, since the
observer must be one thread that stays, and since `waitpid` must not meet other children. Observer and peers share the
one thread, so that what the peer does has one place in the order of the program's calls.
"""

import contextlib
import gc
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator

import msgspec

from conformance.catalogue import Platform
from conformance.messages import Message, as_message, packed
from conformance.model.byte_order import swapped
from conformance.observe.libc import libc
from conformance.observe.linux import arch as kernel
from conformance.observe.observer import TICK_S, Observer
from conformance.observe.socket_table import listening
from conformance.records.errors import Unusable
from conformance.records.run import Ending, NotStarted, Run
from conformance.records.scenario import LOOPBACK, LOOPBACK_6, File
from conformance.records.trace import Trace
from conformance.sandbox import cpu_pinning, inherited, namespaces, safe_files, temporary, uids, workdirs
from conformance.sandbox.backends.backend import Backend, Running
from conformance.sandbox.backends.choice import prepare
from conformance.sandbox.cleaning import Cleaner
from conformance.sandbox.connections import Connections, Endpoint
from conformance.sandbox.framing import read_message, write_message
from conformance.sandbox.host import Host
from conformance.sandbox.launching import Launcher, given_ip
from conformance.sandbox.peer import Peer
from conformance.sandbox.ports import Ports
from conformance.sandbox.request import Isolation, RunRequest
from conformance.sandbox.run_loop import RunLoop, Streams, printed_at_most
from conformance.sandbox.script import Script
from conformance.sandbox.temporary import TemporaryFolder
from conformance.sandbox.workdirs import WorkDirs

ECHOES_ALWAYS, ECHOES_A_BYTE = 300, 4
"""How often an echo answers a program, and how often for each byte of its input: each may come back by itself."""


class Worker:
    """Performs orders, one after the other."""

    def __init__(self, number: int, platform: Platform = "posix") -> None:
        arch = kernel.machine()
        self._processor = cpu_pinning.pin(number)
        libc.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        set_up = prepare(platform, arch)
        identity, self._user = uids.one_of_its_own(number)
        temporary.remove_abandoned()
        self._place = TemporaryFolder("sandbox")
        self._place.path.chmod(0o711)
        self.host = Host(
            arch=arch,
            identity=identity,
            user=os.getuid() if identity is None else identity.user,
            folder=str(self._place.path),
            has_namespaces=namespaces.enter(as_root=identity is not None) if arch else False,
        )
        self._directories = WorkDirs(self.host.folder, identity)
        self._ports = Ports(shared=not self.host.has_namespaces)
        self._launcher = Launcher(self.host)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        signal.signal(signal.SIGALRM, lambda _number, _frame: None)
        signal.setitimer(signal.ITIMER_REAL, TICK_S, TICK_S)
        self.backends = set_up(self.host, self.perform_on)

    def isolation(self) -> Isolation:
        """Tell what is isolated here."""
        return self.backends.isolation

    def perform(self, order: RunRequest) -> Run:
        """Do one run; nothing of it is left afterwards."""
        return self.perform_on(order, self.backends.of(order))

    def perform_on(self, order: RunRequest, backend: Backend) -> Run:
        """Do one run on a backend."""
        began = time.monotonic()
        directory = order.directory or self._directories.acquire()
        port = self._ports.given(order.scenario.start.port, order.program.role)
        connections, running = Connections(), None
        try:
            self._prepare(order, directory, port, connections)
            running = backend.start(self._launcher.spec(order, directory, port))
            peer = self._peer(order, port, connections, running.observer)
            streams = Streams({running.stdout: bytearray(), running.stderr: bytearray()}, printed_at_most(order))
            loop = RunLoop(order, running.observer, peer, streams, began)
            ending = _play_to_end(loop, running)
            stdout, stderr = map(backend.normalize, streams.close())
        finally:
            files = self._clear(order, directory, backend, running, connections)
        backend.check_intact()
        return _record(loop, ending, port, (stdout, stderr), files, observed=backend.sees_calls and order.observe)

    def close(self) -> None:
        """Leave nothing behind."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        self.backends.close()
        Cleaner().end_all()
        self._place.close()

    # -------------------------------------------------------------- before and after

    def _prepare(self, order: RunRequest, directory: str, port: int, connections: Connections) -> None:
        """Make the conditions under which the program starts: its files, and who listens."""
        start, role = order.scenario.start, order.program.role
        if role == "client" and start.listener:
            connections.listen(_addresses(port, start.ip))
            with contextlib.nullcontext() if self.host.has_namespaces else contextlib.suppress(OSError):
                connections.listen(_addresses(swapped(port), start.ip))  # in a shared network it may be in use
        if role == "server" and start.port_taken:
            connections.occupy(port)
        self._directories.populate(start.files, directory)
        if order.program.folder:
            workdirs.link_to(order.program.folder, directory)
        if order.build and self.host.identity is not None:
            safe_files.give(directory, self.host.identity.user, self.host.identity.group)

    def _peer(self, order: RunRequest, port: int, connections: Connections, observer: Observer) -> Peer:
        return Peer(
            script=Script(order.scenario.steps),
            connections=connections,
            observer=observer,
            ports=lambda: self._where(port),
            most_echoes=ECHOES_ALWAYS + len(order.scenario.start.input) * ECHOES_A_BYTE,
        )

    def _where(self, port: int) -> Iterator[int]:
        """Yield where the program may listen: at the given port, or else where it does."""
        yield port
        there = set(listening()) if self.host.has_namespaces else {port, swapped(port)}
        yield from sorted(there - {port})

    def _clear(
        self, order: RunRequest, directory: str, backend: Backend, running: Running | None, connections: Connections
    ) -> tuple[File, ...]:
        """End every process of the run, and only when each is gone touch its files: return what lies there."""
        if running is not None:
            running.observer.end()
        backend.end_all()
        connections.close()
        if order.directory is not None:
            return ()
        files = workdirs.collect_files(directory, order.program.path)
        self._directories.release(directory)
        return files


def _play_to_end(loop: RunLoop, running: Running) -> Ending:
    ending, exec_error = loop.play(), running.exec_error()
    return NotStarted(reason=exec_error) if exec_error else ending


def _record(
    loop: RunLoop, ending: Ending, port: int, output: tuple[bytes, bytes], files: tuple[File, ...], *, observed: bool
) -> Run:
    """Return the record of a run that is over."""
    order, observer, peer = loop.order, loop.observer, loop.peer
    return Run(
        scenario=order.scenario,
        ending=ending,
        observed=observed,
        port=port,
        ip=given_ip(order),
        path=order.program.path,
        trace=observer.trace() if observed else Trace(),
        wire=tuple(peer.log.events),
        stdout=output[0],
        stderr=output[1],
        faults_applied=observer.faults_applied,
        unfinished_steps=peer.script.unfinished,
        seconds=time.monotonic() - loop.began,
        waiting_seconds=loop.idle,
        delivery_seconds=loop.delivery,
        files=files,
        exercise=order.program.exercise,
        zombies=loop.zombies,
        spun=loop.spins > 0,
    )


def _addresses(port: int, ip: str) -> tuple[Endpoint, ...]:
    usual = (socket.AF_INET, LOOPBACK, port), (socket.AF_INET6, LOOPBACK_6, port)
    return usual if ip == LOOPBACK else (*usual, (socket.AF_INET, ip, port))


# ---------------------------------------------------------------- the process's main loop


def answer_orders() -> None:
    """Answer orders on standard input with runs on standard output, until the input ends."""
    inherited.put_right()
    os.umask(inherited.UMASK)
    gc.disable()  # a long trace is many objects, and none of them is garbage before its run is over
    orders, runs = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    try:
        worker = Worker(int(sys.argv[1]), "winsock" if "winsock" in sys.argv[2:] else "posix")
    except Unusable as problem:
        _answer(runs, as_message(problem))
        return
    try:
        _answer(runs, worker.isolation())
        while (message := read_message(orders)) is not None:
            _answer(runs, _perform(worker, msgspec.msgpack.decode(message, type=RunRequest)))
            gc.collect(0)  # an observer and its stop loop know each other: of a run, nothing else is left in memory
    except BrokenPipeError:
        pass  # the suite is gone: so is everything that runs here
    finally:
        with contextlib.suppress(OSError):
            worker.close()


def _perform(worker: Worker, order: RunRequest) -> Run | Message:
    """Do one run; return why it cannot be done, where the machine lacks something."""
    try:
        return worker.perform(order)
    except Unusable as problem:
        return as_message(problem)
    except OSError as problem:
        why = temporary.is_full(str(problem))
        if why is None:
            raise
        return why


def _answer(stream: int, answer: Isolation | Run | Message) -> None:
    """Send what was asked for; or before it, and in its place, why it cannot be had."""
    why = packed(answer) if isinstance(answer, Message) else b""
    write_message(stream, why)
    if not why:
        write_message(stream, msgspec.msgpack.encode(answer))


if __name__ == "__main__":
    answer_orders()
