"""The process that starts programs: small steps in C between an order and exec, under the filter, and traced.

A fork of the worker copies all its pages, and what Python does between fork and exec copies many of them once more:
several milliseconds for each start. The fork server is forked once. It carries what every program is to have (the
filter, the user, the limits) and starts each by `vfork`, which shares its memory until exec. It is traced itself, and
stands still at its next call for an order whenever it has nothing to do.

In a box it is the first process of a process namespace: it adopts orphans, ends everything on request, and what runs
beside it can send it no signal.
"""

import contextlib
import ctypes
import errno
import fcntl
import mmap
import os
import signal
import socket
import struct
import subprocess
from collections.abc import Iterator
from typing import Final, NoReturn

import msgspec

from conformance.messages import Message, say, unpacked
from conformance.model.constants import WALL
from conformance.observe.libc import libc
from conformance.observe.linux import arch as kernel
from conformance.observe.linux.arch import KernelError, ptrace_request
from conformance.observe.linux.seccomp import Filter
from conformance.observe.linux.stop_loop import event_message
from conformance.sandbox import closed_memory, namespaces, spawn
from conformance.sandbox.spawn import FIRST_OWN_FD, PLAIN, Birth, Launch
from conformance.sandbox.uids import Identity

KILL_ALL: Final = b"k"
BEGIN, BEGIN_UNTRACED = b"g", b"n"
"""What it is told first. Untraced it installs no filter: without a tracer its own calls would fail with ENOSYS."""
LARGEST_ORDER: Final = 1 << 17
"""Bytes: more than a command, an environment and a directory take, and less than a socket's buffer."""
SHARED_SIZE: Final = 4096
"""Bytes of the page that both share: in front the reason why exec failed, with its length in the first two."""
WAITS_AT: Final = SHARED_SIZE - 1
"""The place in the shared page that says: the next stop is the call for an order."""
THREE: Final = struct.Struct("3i")
NUMBER: Final = struct.Struct("i")
"""Why it could not prepare its view of files, as an error's number; 0 where it could."""

_wait_for: Final = libc.waitpid
StartRequest = tuple[tuple[str, ...], str, dict[str, str], tuple[int, ...]]
"""Command, directory, environment, numbers of the extra descriptors."""


class ForkServerError(Exception):
    """The fork server itself ended: its box is of no use any more."""


class ForkServer:
    """The worker's handle on it."""

    def __init__(self, filter_: Filter | None, identity: Identity | None, birth: Birth = PLAIN) -> None:
        """Fork it, and let it prepare its view of files; without a filter it is not traced. Raises OSError."""
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._shared = mmap.mmap(-1, SHARED_SIZE)
        self.idle = False
        """It stands still, and waits for an order."""
        self.ended = False
        """A program has ended it, and with it all that lived in its namespace."""
        self.pid = closed_memory.forked(birth.fork)
        if self.pid == 0:
            self._line.close()
            _serve(theirs, self._shared, filter_, identity, birth)
        theirs.close()
        self.namespaces: tuple[int, ...] = ()
        """What others enter by, where it has any of its own: opened while it is still dumpable."""
        self._await_ready()
        if birth is not PLAIN:
            self.namespaces = namespaces.opened(self.pid)
        self.traced = filter_ is not None and self._seize()
        self._line.send(BEGIN if self.traced else BEGIN_UNTRACED)
        self.wait_idle()

    def _await_ready(self) -> None:
        """Wait until it has prepared its view of files. Raises OSError where the system refused."""
        answer = self._line.recv(NUMBER.size)
        number = NUMBER.unpack(answer)[0] if answer else errno.EPERM
        if number:
            self.close()
            raise OSError(number, os.strerror(number))

    def _seize(self) -> bool:
        try:
            ptrace_request(kernel.PTRACE_SEIZE, self.pid, None, kernel.PTRACE_OPTIONS)
        except OSError:
            return False
        return True

    def start(self, launch: Launch) -> tuple[int, int]:
        """Order a program to be started, whose birth comes to the observer; return the ends of its output and error.

        Raises `ForkServerError` where nobody is there to do it.
        """
        ends, streams = spawn.streams(launch.input, launch.terminal)
        words: StartRequest = (launch.command, launch.directory, launch.environment, launch.extra_fds)
        self._shared[:2] = bytes(2)
        with self._expected_to_live():
            socket.send_fds(self._line, [msgspec.msgpack.encode(words)], list(streams))
            for stream in streams:
                os.close(stream)
            self._go_on()
        return ends

    def exec_error(self) -> Message | str | None:
        """Return why the last program could not be started; None where it could."""
        length = int.from_bytes(self._shared[:2], "little")
        return unpacked(self._shared[2 : 2 + length]) if length else None

    def kill_all(self) -> None:
        """End every other process of the namespace. Raises `ForkServerError` where it has ended, and they with it."""
        with self._expected_to_live():
            self._line.send(KILL_ALL)
            if self.traced:
                self._go_on()
                self.wait_idle()
            if not self._line.recv(1):
                raise BrokenPipeError

    @contextlib.contextmanager
    def _expected_to_live(self) -> Iterator[None]:
        """Raise `ForkServerError` in place of what the kernel says of a process that is gone."""
        try:
            yield
        except (BrokenPipeError, ConnectionResetError, KernelError) as problem:
            raise ForkServerError(say("sandbox.starter-ended")) from problem

    def close(self) -> None:
        """End it, and with it its namespace."""
        if not self.ended:  # else its number may be another process's already
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, WALL)
        for handle in self.namespaces:
            os.close(handle)
        self._line.close()
        self._shared.close()

    # -------------------------------------------------------------- its stops

    def _go_on(self) -> None:
        self.idle, self._shared[WAITS_AT] = False, 0
        ptrace_request(kernel.CONT, self.pid)

    def wait_idle(self) -> None:
        """Let it go on until it waits for its next order. Raises `ForkServerError` where it ends instead."""
        status = ctypes.c_int()
        while self.traced and not self.idle and not self.ended:
            if _wait_for(self.pid, ctypes.addressof(status), WALL) == self.pid:
                self.stopped(status.value)

    def stopped(self, status: int) -> int | None:
        """Take one of its stops; return the number of the process that was born of it, if that is what it was."""
        if status & 0x7F != 0x7F:
            self.ended = True
            raise ForkServerError(say("sandbox.starter-ended"))
        event = status >> 16
        self.idle = event == kernel.EVENT_SECCOMP and bool(self._shared[WAITS_AT])
        born = event_message(self.pid) if event in (kernel.EVENT_FORK, kernel.EVENT_VFORK, kernel.EVENT_CLONE) else None
        if not self.idle:
            ptrace_request(kernel.CONT, self.pid)
        return born


# ---------------------------------------------------------------- in the fork server itself


def _serve(
    orders: socket.socket,
    shared: mmap.mmap,
    filter_: Filter | None,
    identity: Identity | None,
    birth: Birth,
) -> NoReturn:
    try:
        orders = socket.socket(fileno=fcntl.fcntl(orders.detach(), fcntl.F_DUPFD_CLOEXEC, FIRST_OWN_FD))
        os.closerange(3, FIRST_OWN_FD)
        try:
            birth.prepare()
        except OSError as problem:
            orders.send(NUMBER.pack(problem.errno or errno.EPERM))
            os._exit(1)
        orders.send(NUMBER.pack(0))
        traced = orders.recv(1) == BEGIN  # from here on it is the worker's child
        _set_up(identity)
        if traced and filter_ is not None:
            filter_.install()
        while True:
            _serve_order(orders, shared)
    finally:
        os._exit(1)


def _set_up(identity: Identity | None) -> None:
    """Take on what every program is to have; as root, keep the way back to end what runs as root."""
    libc.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.setsid()
    spawn.clean_signals()
    os.umask(0o022)
    spawn.give_up_rights()
    if identity is not None:
        identity.become(with_a_way_back=True)
        libc.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # a change of user takes it back
    spawn.limit()
    libc.prctl(kernel.PR_SET_DUMPABLE, 0, 0, 0, 0)


def _serve_order(orders: socket.socket, shared: mmap.mmap) -> None:
    shared[WAITS_AT] = 1
    data, control, _, _ = orders.recvmsg(LARGEST_ORDER, socket.CMSG_SPACE(THREE.size), socket.MSG_CMSG_CLOEXEC)
    if not data:
        os._exit(0)
    if data == KILL_ALL:
        _kill_all()
        orders.send(KILL_ALL)
        return
    _kill_all()
    command, directory, environment, extra_fds = msgspec.msgpack.decode(data, type=StartRequest)
    try:
        _spawn(command, directory, environment, extra_fds, THREE.unpack(control[0][2]))
    except OSError as problem:
        why = spawn.exec_error(command[0], problem)
        shared[: 2 + len(why)] = len(why).to_bytes(2, "little") + why
    os.closerange(3, FIRST_OWN_FD)


def _spawn(
    command: tuple[str, ...],
    directory: str,
    environment: dict[str, str],
    extra_fds: tuple[int, ...],
    streams: tuple[int, ...],
) -> None:
    os.chdir(directory)
    spawn.refuse_32_bit(command[0])
    if extra_fds:
        streams = tuple(fcntl.fcntl(stream, fcntl.F_DUPFD_CLOEXEC, FIRST_OWN_FD) for stream in streams)
        os.closerange(3, FIRST_OWN_FD)
        spawn.open_extra_fds(extra_fds)
    stdin, stdout, stderr = streams
    child = subprocess.Popen(
        command, stdin=stdin, stdout=stdout, stderr=stderr, env=environment, close_fds=False, start_new_session=True
    )
    child.returncode = 0  # whatever becomes of it: the observer sees its end
    for stream in streams if extra_fds else ():
        os.close(stream)


def _reap() -> None:
    """Let go of what has ended: programs of earlier orders, and orphans."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _kill_all() -> None:
    """End all that is left, and let go of what has ended; only ever as the first process of a namespace."""
    _reap()
    if os.getpid() != 1:
        return
    user = os.geteuid()
    if os.getresuid()[2] == 0:
        os.seteuid(0)
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)
    os.seteuid(user)
