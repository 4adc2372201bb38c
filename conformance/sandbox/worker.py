"""The process in which runs happen: one thread that starts programs, follows their calls and plays their peers.

It is small and starts once for each worker of the suite, since a fork of a large test process is slow, since the
observer must be one thread that stays, and since `waitpid` must not meet other children. Observer and peers share the
one thread, so that what the peer does has one place in the order of the program's calls.
"""

import contextlib
import gc
import os
import select
import signal
import sys
import time
from dataclasses import replace
from threading import Thread
from typing import Final, get_args

import msgspec

from conformance.catalogue import Platform
from conformance.messages import Message, as_message, packed
from conformance.observe.libc import libc
from conformance.observe.linux import arch as kernel
from conformance.observe.observer import TICK_S, Observer
from conformance.records.errors import Unusable
from conformance.records.run import Ending, Killed, NotStarted, Run
from conformance.records.scenario import File
from conformance.records.trace import Trace
from conformance.sandbox import (
    closed_memory,
    cpu_pinning,
    inherited,
    landlock,
    machine_lock,
    namespaces,
    safe_files,
    spawn,
    temporary,
    tiers,
    uids,
    workdirs,
)
from conformance.sandbox.backends.backend import Backend, Running
from conformance.sandbox.backends.choice import prepare
from conformance.sandbox.box import Box, Boxes
from conformance.sandbox.cleaning import Cleaner
from conformance.sandbox.connections import Connections
from conformance.sandbox.fork_server import ForkServerError
from conformance.sandbox.framing import read_message, write_message
from conformance.sandbox.host import Host
from conformance.sandbox.launching import Launcher, given_ip
from conformance.sandbox.peer import Peer
from conformance.sandbox.ports import Ports
from conformance.sandbox.request import Isolation, RunRequest, Wanted
from conformance.sandbox.run_loop import RunLoop, Streams, ThreadedStreams, printed_at_most
from conformance.sandbox.script import Script
from conformance.sandbox.temporary import TemporaryFolder
from conformance.sandbox.transports.choice import TRANSPORTS
from conformance.sandbox.transports.interface import MeetingPlace
from conformance.sandbox.usage import UsageWatch, most_of
from conformance.sandbox.wine import WineError

KILLED: Final = Killed(signal="SIGKILL")
"""A program has sent this signal, or the kernel has: maybe to the whole box."""
START_REFUSED: Final = "sandbox.start-refused"
"""The message that says so, among those about programs that could not be started."""
ECHOES_ALWAYS, ECHOES_A_BYTE = 300, 4
"""How often an echo answers a program, and how often for each byte of its input: each may come back by itself."""


class Worker:
    """Performs orders, one after the other."""

    def __init__(self, number: int, platform: Platform = "posix", wanted: Wanted = "best") -> None:
        arch = kernel.machine()
        self._processor = cpu_pinning.pin(number)
        self.orders: int | None = None
        """Where orders come in; None where this is no process of its own."""
        libc.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        set_up = prepare(platform, arch)
        identity, self._user = uids.one_of_its_own(number)
        temporary.remove_abandoned()
        machine_lock.remove_abandoned()
        self._place = TemporaryFolder("sandbox")
        self._place.path.chmod(0o711)
        user = os.getuid() if identity is None else identity.user  # before it gets another number in a user namespace
        apart = arch is not None and wanted != "none" and namespaces.enter(as_root=identity is not None)
        closed_memory.close()
        by_landlock = not apart and wanted != "none" and platform == "posix" and landlock.works()
        spawn.tasks()
        host = Host(
            arch=arch,
            identity=identity,
            user=user,
            folder=str(self._place.path),
            has_namespaces=apart,
            has_threads=_can_start_threads(),
            landlock=by_landlock,
            wanted=wanted,
        )
        self.boxes = Boxes(host)
        self.host = replace(host, own_root=self.boxes.try_own_root())
        self._ports = Ports(shared=not self.host.has_namespaces)
        self._launcher = Launcher(self.host)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        signal.signal(signal.SIGALRM, lambda _number, _frame: None)
        signal.setitimer(signal.ITIMER_REAL, TICK_S, TICK_S)
        self.backends = set_up(self.host, self.boxes, self.perform_on)
        if wanted == "require" and (why := tiers.lacking(self.isolation())) is not None:
            self.close()
            raise Unusable(why)

    def isolation(self) -> Isolation:
        """Tell what is isolated here."""
        return self.backends.isolation

    def perform(self, order: RunRequest) -> Run:
        """Do one run; nothing of it is left afterwards."""
        return self.perform_on(order, self.backends.of(order))

    def perform_on(self, order: RunRequest, backend: Backend) -> Run:
        """Do one run on a backend."""
        began = time.monotonic()
        view = self._launcher.view(order)
        box = self.boxes.of(view)
        directory = order.directory or box.directories.acquire()
        port = self._port(order)
        transport = TRANSPORTS[order.program.transport](self._meeting_place(order, directory, port))
        connections, running = Connections(transport), None
        try:
            self._prepare(order, directory, box, connections)
            box.directories.populate(transport.files(), directory)
            spec = self._launcher.spec(order, directory, port, box)
            running = backend.start(replace(spec, is_found=transport.is_found))
            peer = self._peer(order, connections, running.observer)
            kind = ThreadedStreams if self._launcher.is_unfiltered(order, box) else Streams
            streams = kind({running.stdout: bytearray(), running.stderr: bytearray()}, printed_at_most(order))
            watch = UsageWatch(running.observer.processes, most_of(order), directory, self._check_suite)
            loop = RunLoop(order, running.observer, peer, streams, watch, began)
            ending = _play_to_end(loop, running)
        finally:
            files, reusable = self._clear(order, directory, box, backend, running, connections)
            files = tuple(file for file in files if file not in transport.files())
        stdout, stderr = map(backend.normalize, streams.close())
        backend.check_intact()
        if ending == KILLED:
            box.check_starter()
        if not reusable:
            self.boxes.release(view)
        return _record(loop, ending, port, (stdout, stderr), files, observed=backend.sees_calls and order.observe)

    def _port(self, order: RunRequest) -> int:
        """Return the given port: for a server that runs unwatched one by which it cannot know the suite.

        A client that always takes the same port breaks one requirement; from another one here would follow all others.
        """
        if order.unwatched and order.program.role == "server":
            return self._ports.drawn()
        return self._ports.given(order.scenario.start.port, order.program.role)

    def close(self) -> None:
        """Leave nothing behind."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        with contextlib.ExitStack() as last_comes_first:  # each is closed, whatever another one meets
            if self._user is not None:
                last_comes_first.callback(self._user.close)
            last_comes_first.callback(self._place.close)
            last_comes_first.callback(self._ports.close)
            last_comes_first.callback(Cleaner().end_all)
            last_comes_first.callback(self.boxes.close)

    def _check_suite(self) -> None:
        """Raise `BrokenPipeError` where nobody waits for the run any more: the suite was killed."""
        if self.orders is not None and _is_abandoned(self.orders):
            raise BrokenPipeError

    # -------------------------------------------------------------- before and after

    def _meeting_place(self, order: RunRequest, directory: str, port: int) -> MeetingPlace:
        """Return where the program and its peer find each other."""
        identity = self.host.identity
        return MeetingPlace(
            port=port,
            ip=order.scenario.start.ip,
            path=order.program.path,
            directory=directory,
            own_network=self.host.has_namespaces,
            owner=(identity.user, identity.group) if identity is not None else None,
            tls=order.scenario.start.tls,
            is_server=order.program.role == "client",
        )

    def _prepare(self, order: RunRequest, directory: str, box: Box, connections: Connections) -> None:
        """Make the conditions under which the program starts: its files, and who listens."""
        start, role = order.scenario.start, order.program.role
        if role == "client" and start.listener:
            connections.listen()
        if role == "server" and start.port_taken:
            connections.occupy()
        if role == "server" and start.left_behind:
            connections.leave_behind()
        box.directories.populate(start.files, directory)
        if order.program.folder:
            workdirs.link_to(order.program.folder, directory)
        if order.build and self.host.identity is not None:
            safe_files.give(directory, self.host.identity.user, self.host.identity.group)

    def _peer(self, order: RunRequest, connections: Connections, observer: Observer) -> Peer:
        return Peer(
            script=Script(order.scenario.steps),
            connections=connections,
            observer=observer,
            most_echoes=ECHOES_ALWAYS + len(order.scenario.start.input) * ECHOES_A_BYTE,
        )

    def _clear(
        self,
        order: RunRequest,
        directory: str,
        box: Box,
        backend: Backend,
        running: Running | None,
        connections: Connections,
    ) -> tuple[tuple[File, ...], bool]:
        """End every process of the run, and only when each is gone touch its files.

        Return what lies there, and whether the box can serve another run.
        """
        if running is not None:
            running.observer.end()
        backend.end_all()
        connections.close()
        if order.directory is not None:
            return (), not order.build
        files = workdirs.collect_files(directory, order.program.path)
        return files, box.directories.release(directory) and box.is_as_made()


def _can_start_threads() -> bool:
    thread = Thread(target=bool)
    try:
        thread.start()
    except RuntimeError:
        return False
    thread.join()
    return True


def _is_abandoned(orders: int) -> bool:
    """Tell whether nobody holds the other end of a pipe."""
    look = select.poll()
    look.register(orders, 0)
    return any(what & select.POLLHUP for _, what in look.poll(0))


def _play_to_end(loop: RunLoop, running: Running) -> Ending:
    """Return how a run ended. Raises `Unusable` where the machine refused to start anything."""
    ending, exec_error = loop.play(), running.exec_error()
    if isinstance(exec_error, Message) and exec_error.key == START_REFUSED:
        raise Unusable(exec_error)
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
        language=order.program.language,
        zombies=loop.zombies,
        processor_seconds=round(loop.watch.processor, 2),
        spun=loop.spins > 0,
        seconds_passed=observer.seconds_passed,
    )


# ---------------------------------------------------------------- the process's main loop


def answer_orders() -> None:
    """Answer orders on standard input with runs on standard output, until the input ends."""
    inherited.put_right()
    os.umask(inherited.UMASK)
    gc.disable()  # a long trace is many objects, and none of them is garbage before its run is over
    orders, runs = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    try:
        number, *words = sys.argv[1:]
        wanted: Wanted = next((one for one in get_args(Wanted) if one in words), "best")
        worker = Worker(int(number), "winsock" if "winsock" in words else "posix", wanted)
        worker.orders = orders
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
    """Do one run; return why it cannot be done: the machine lacks something, or a program has broken its box."""
    try:
        return worker.perform(order)
    except Unusable as problem:
        return as_message(problem)
    except (ForkServerError, WineError) as problem:  # what stays from run to run is of no use any more
        worker.boxes.close_boxes()
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
