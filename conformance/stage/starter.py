"""The process that starts programs: small steps in C between an order and exec, under the filter and the tracer's eye.

A fork of the worker copies all its pages, and what Python does between fork and exec copies many of them once more:
several milliseconds for each start. The starter is forked once. It carries what every program is to have (the filter,
the user, the limits) and starts each by `vfork`, which shares its memory until exec. It is traced itself, and stands
still at its next call for an order whenever it has nothing to do.

In a process namespace it is the first process: it adopts orphans, ends everything on request, and what runs beside it
can send it no signal.
"""

import contextlib
import ctypes
import fcntl
import mmap
import os
import signal
import socket
import struct
import subprocess
from typing import Final, NoReturn

import msgspec

from conformance.observe import machine as kernel
from conformance.observe.machine import Machine, libc, ptrace
from conformance.observe.seccomp import Filter
from conformance.stage import launch
from conformance.stage.launch import Identity, Launch

KILL_ALL: Final = b"k"
BEGIN, BEGIN_UNTRACED = b"g", b"n"
LARGEST: Final = 1 << 17
ANSWER: Final = 4096
WAITS: Final = ANSWER - 1
"""The place in the shared page that says: the next stop is the call for an order."""
THREE: Final = struct.Struct("3i")
ABOVE: Final = 900
"""Its own descriptor stands above this number: all between the streams and it are for programs."""
ALL_CHILDREN: Final = 0x4000_0000  # __WALL
PR_SET_DUMPABLE: Final = 4

_wait_for: Final = libc.waitpid
Request = tuple[tuple[str, ...], str, dict[str, str], tuple[int, ...]]
"""Command, directory, environment, numbers of further descriptors."""


class StarterError(Exception):
    """The starter itself ended: the stage must be made anew."""


class Starter:
    """The worker's handle on it."""

    def __init__(self, on: Machine | None, identity: Identity | None) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._answer = mmap.mmap(-1, ANSWER)
        self.idle = False
        """It stands still, and waits for an order."""
        self.pid = os.fork()
        if self.pid == 0:
            self._line.close()
            _serve(theirs, self._answer, Filter(on) if on else None, identity)
        theirs.close()
        self.traced = self._seize() if on else False
        self._line.send(BEGIN if self.traced else BEGIN_UNTRACED)
        self.settle()

    def _seize(self) -> bool:
        try:
            ptrace(kernel.SEIZE, self.pid, None, kernel.OPTIONS)
        except OSError:
            return False
        return True

    def start(self, request: Launch) -> launch.Child:
        """Order a program to be started; its birth comes to the tracer."""
        ends, streams = launch.streams(request.input, request.terminal)
        words: Request = (request.command, request.directory, request.environment, request.descriptors)
        self._answer[:2] = bytes(2)
        socket.send_fds(self._line, [msgspec.msgpack.encode(words)], list(streams))
        for stream in streams:
            os.close(stream)
        self._go_on()
        return launch.Child(0, None, None, *ends, (0, 1, 2, *request.descriptors))

    def complaint(self) -> str | None:
        """Return why the last program could not be started; None where it could."""
        length = int.from_bytes(self._answer[:2], "little")
        return self._answer[2 : 2 + length].decode(errors="replace") or None

    def kill_all(self) -> None:
        """End every other process of the namespace."""
        self._line.send(KILL_ALL)
        if self.traced:
            self._go_on()
            self.settle()
        self._line.recv(1)

    def close(self) -> None:
        """End it, and with it its namespace."""
        os.kill(self.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, ALL_CHILDREN)
        self._line.close()
        self._answer.close()

    # -------------------------------------------------------------- its stops

    def _go_on(self) -> None:
        self.idle, self._answer[WAITS] = False, 0
        ptrace(kernel.CONT, self.pid)

    def settle(self) -> None:
        """Let it go on until it waits for its next order. Raises `StarterError` where it ended instead."""
        status = ctypes.c_int()
        while self.traced and not self.idle:
            if _wait_for(self.pid, ctypes.addressof(status), ALL_CHILDREN) == self.pid:
                self.stopped(status.value)

    def stopped(self, status: int) -> int | None:
        """Take one of its stops; return the number of the process that was born of it, if that is what it was."""
        if status & 0x7F != 0x7F:
            raise StarterError("the process that starts the programs has ended")
        event = status >> 16
        self.idle = event == kernel.EVENT_SECCOMP and bool(self._answer[WAITS])
        born = self._message() if event in (kernel.EVENT_FORK, kernel.EVENT_VFORK, kernel.EVENT_CLONE) else None
        if not self.idle:
            ptrace(kernel.CONT, self.pid)
        return born

    def _message(self) -> int:
        word = ctypes.c_ulong()
        ptrace(kernel.GETEVENTMSG, self.pid, None, ctypes.addressof(word))
        return word.value


# ---------------------------------------------------------------- in the starter itself


def _serve(orders: socket.socket, answer: mmap.mmap, filter_: Filter | None, identity: Identity | None) -> NoReturn:
    try:
        libc.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        orders = socket.socket(fileno=fcntl.fcntl(orders.detach(), fcntl.F_DUPFD_CLOEXEC, ABOVE))
        os.closerange(3, ABOVE)
        traced = orders.recv(1) == BEGIN
        _settle_in(identity)
        if traced and filter_ is not None:
            filter_.install()
        while True:
            _obey(orders, answer)
    finally:
        os._exit(1)


def _settle_in(identity: Identity | None) -> None:
    """Take on what every program is to have; as root, keep the way back to end what runs as root."""
    os.setsid()
    launch.clean_signals()
    os.umask(0o022)
    if identity is not None:
        os.setgroups([])
        os.setresgid(identity.group, identity.group, identity.group)
        os.setresuid(identity.user, identity.user, 0)
        libc.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # a change of user takes it back
    launch.limit()
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def _obey(orders: socket.socket, answer: mmap.mmap) -> None:
    answer[WAITS] = 1
    data, control, _, _ = orders.recvmsg(LARGEST, socket.CMSG_SPACE(THREE.size), socket.MSG_CMSG_CLOEXEC)
    if not data:
        os._exit(0)
    if data == KILL_ALL:
        _kill_all()
        orders.send(KILL_ALL)
        return
    _kill_all()
    command, directory, environment, descriptors = msgspec.msgpack.decode(data, type=Request)
    try:
        _spawn(command, directory, environment, descriptors, THREE.unpack(control[0][2]))
    except OSError as problem:
        text = f"{command[0]}: {problem.strerror}".encode()[: WAITS - 2]
        answer[: 2 + len(text)] = len(text).to_bytes(2, "little") + text
    os.closerange(3, ABOVE)


def _spawn(
    command: tuple[str, ...],
    directory: str,
    environment: dict[str, str],
    descriptors: tuple[int, ...],
    streams: tuple[int, ...],
) -> None:
    os.chdir(directory)
    launch.refuse_32_bit(command[0])
    if descriptors:
        streams = tuple(fcntl.fcntl(stream, fcntl.F_DUPFD_CLOEXEC, ABOVE) for stream in streams)
        os.closerange(3, ABOVE)
        launch.open_further(descriptors)
    stdin, stdout, stderr = streams
    child = subprocess.Popen(
        command, stdin=stdin, stdout=stdout, stderr=stderr, env=environment, close_fds=False, start_new_session=True
    )
    child.returncode = 0  # whatever becomes of it: the tracer sees its end
    for stream in streams if descriptors else ():
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
