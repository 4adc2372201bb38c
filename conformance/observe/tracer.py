"""The Linux observer: follows every thread of a program through ptrace, and tells what it calls and when it sleeps.

The order of things. A child waits until it is seized; only then it installs the filter, since a stop without a tracer
answers ENOSYS. At a call of interest the thread stops (EVENT_SECCOMP); if the recorder wants the call, the thread runs
on to the exit stop and stops again; otherwise it runs free. New threads and processes are attached by the kernel, and
their first stop may come before their parent's event. An exec by a thread that is not the leader changes its number.
Signals are passed on unchanged. Group stops stay stops (PTRACE_LISTEN). A call that a signal interrupts and that the
kernel begins again is one call. SIGKILL may leave an entry without an exit: it is kept as unfinished.
"""

import contextlib
import ctypes
import errno
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final, Protocol

from conformance.model.calls import MAY_SLEEP, WAITS
from conformance.model.descriptors import State
from conformance.observe import machine as kernel
from conformance.observe import waits
from conformance.observe.faults import Fault, Late
from conformance.observe.injector import Injector
from conformance.observe.machine import KernelError, Machine, ptrace
from conformance.observe.patience import Patience
from conformance.observe.recorder import Entry, Process, Recorder, Watch
from conformance.observe.seccomp import numbers
from conformance.observe.trace import Trace

ALL_CHILDREN: Final = 0x4000_0000  # __WALL
STOPPING: Final = frozenset({signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU})
STOPPED: Final = 0x7F
CALL_STOP: Final = signal.SIGTRAP | 0x80
INTERRUPTED: Final = kernel.RESTARTS | {-errno.EINTR}
IN_VAIN_LIMIT, IN_VAIN_AGAIN = 1000, 100
"""See `robust.no-busy-wait`."""
INFO_SIZE: Final = 96
AT_ONCE: Final = 256

WAITS_ENDED_AT_MOST: Final = 500
"""How many time-outs are let pass in one run: whoever still tries then tries for ever."""
STANDARD: Final = frozenset({0, 1, 2})


# ctypes gives the call back when a signal interrupts it, and loses no status; os.waitpid would begin it again.
wait_for_child: Final = kernel.libc.waitpid
wait_for_child.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]


class Pulse(Enum):
    """What waiting for a program has shown."""

    MOVED = auto()
    """Something happened: a call, an end."""
    ASLEEP = auto()
    """Every thread sleeps in the kernel."""
    RUNNING = auto()
    """Some thread computes; nothing was seen of it meanwhile."""
    GONE = auto()
    """No thread is left."""


@dataclass(slots=True, eq=False)
class Thread:
    """One thread of the program."""

    tid: int
    process: Process
    pid: int
    entry: Entry | None = None
    interrupted: list[Entry] = field(default_factory=list)
    """Calls that a signal interrupted and that may be begun again."""
    given_up: list[Entry] = field(default_factory=list)
    """Of them, those after which the thread went on to another call: a handler's, or because they gave EINTR."""
    expiring: bool = False
    patience: Patience = field(default_factory=Patience)
    stopped: bool = False
    """In a group stop, until a SIGCONT."""
    unborn: bool = False
    """Its first stop is still to come."""
    status: int = -1
    """An open /proc/TID/stat."""


class Births(Protocol):
    """A process that starts programs, and is traced too: each of its stops comes to the tracer."""

    pid: int
    idle: bool

    def stopped(self, status: int) -> int | None:
        """Take one of its stops; return the number of the process that was born by it, if any."""


class Tracer:
    """Follows one program; everything happens in the thread that made it."""

    def __init__(self, on: Machine, watch: Watch, faults: Sequence[Fault] = ()) -> None:
        self.on = on
        self.names = numbers(on)
        self.recorder = Recorder(watch)
        self.injector = Injector(on, {name: number for number, name in self.names.items()}, faults)
        self.threads: dict[int, Thread] = {}
        self.exit_status: int | None = None
        """The wait status of the program's own process, once it ended."""
        self.main = 0
        self._starter: Births | None = None
        self._at_start: tuple[int, ...] = ()
        self._early: set[int] = set()
        self._holds_births = any(isinstance(fault, Late) for fault in faults)
        self._held: list[Thread] = []
        """New threads that begin only when all others wait, the oldest first."""
        self._children: set[int] = set()
        """The system's numbers of the processes that the program made."""
        self._buffer = ctypes.create_string_buffer(INFO_SIZE)
        self._buffer_at = ctypes.addressof(self._buffer)
        self.may_sleep = False
        """The last stop was the beginning of a call in which the program may wait."""
        self.progress = 0
        """Grows with each call that concerns the exercise or the output, each birth and each end."""
        self.noticeable = False
        """Something happened that the peer may see on the wire."""
        self._handled = self._waits_ended = 0
        self._spun = False
        self._status = ctypes.c_int()
        self._status_at = ctypes.addressof(self._status)

    # -------------------------------------------------------------- beginning and ending

    def adopt(self, pid: int, descriptors: tuple[int, ...]) -> None:
        """Begin to follow a child that waits to be released; `descriptors` are open in it on purpose."""
        ptrace(kernel.SEIZE, pid, None, kernel.OPTIONS)
        self.main = pid
        self._add(pid, pid, self.recorder.first_process(pid, descriptors))

    def follow(self, starter: "Births", descriptors: tuple[int, ...]) -> None:
        """Begin to follow the program that a starter was told to start; it may turn out that it cannot be."""
        self._starter, self._at_start = starter, descriptors
        while not self.main and not starter.idle:
            self._handle_next(0)

    def kill(self) -> None:
        """End whatever is left of the program."""
        self.recorder.living |= {thread.process.number for thread in self.threads.values()}
        for thread in list(self.threads.values()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(thread.tid, signal.SIGKILL)
        for tid in self._early:
            with contextlib.suppress(ProcessLookupError):
                os.kill(tid, signal.SIGKILL)

    def trace(self) -> Trace:
        """Return what was recorded; call it when no thread is left."""
        return self.recorder.trace()

    def processes(self) -> set[int]:
        """Return the system's numbers of the program's processes."""
        return {thread.pid for thread in self.threads.values()}

    def under_way(self) -> tuple[int, ...]:
        """Return the numbers of the calls that were entered and have not returned."""
        entries = [thread.entry for thread in self.threads.values() if thread.entry is not None]
        return tuple(sorted(entry.number for entry in entries if entry.number >= 0))

    def listens(self) -> bool:
        """Tell whether the program has a listener."""
        return any(file.state is State.LISTENING and file.open_in for file in self.recorder.files)

    def signal(self, name: str) -> bool:
        """Send the program's own process a signal, if it handles it; tell whether it does."""
        number = signal.Signals[name]
        handled = self.main in self.threads and bool(_caught(self.main) >> (number - 1) & 1)
        if handled:
            os.kill(self.main, number)
        return handled

    @property
    def had_children(self) -> bool:
        """Whether the program made processes."""
        return bool(self._children)

    def sleepers(self) -> list[Thread]:
        """Return the threads that sleep in a call which was recorded when it was entered."""
        return [thread for thread in self.threads.values() if thread.entry is not None and _state(thread) == "S"]

    def zombies(self) -> int:
        """Return how many children of the program have ended without anybody having waited for them."""
        return sum(_is_zombie_of(child, self.processes()) for child in self._children)

    def spins(self) -> bool:
        """Tell whether more calls in a row gave nothing than a program that waits would make; begin to count anew.

        Of a program that has shown it once, it is known sooner.
        """
        spins = self.recorder.in_vain > (IN_VAIN_AGAIN if self._spun else IN_VAIN_LIMIT)
        if spins:
            self.recorder.in_vain, self._spun = 0, True
        return spins

    @property
    def busy_calls(self) -> int:
        """How many calls of interest were made."""
        return self.recorder.total

    def _add(self, tid: int, pid: int, process: Process) -> Thread:
        thread = self.threads[tid] = Thread(tid, process, pid)
        with contextlib.suppress(OSError):
            thread.status = os.open(f"/proc/{tid}/stat", os.O_RDONLY | os.O_CLOEXEC)
        return thread

    def _remove(self, tid: int) -> None:
        thread = self.threads.pop(tid, None)
        if thread is None:
            return
        if thread.status >= 0:
            os.close(thread.status)
        if thread in self._held:
            self._held.remove(thread)
        for entry in thread.given_up:
            if entry in thread.interrupted:
                self.recorder.leave(thread.process, tid, entry, -errno.EINTR)
        if not any(other.process is thread.process for other in self.threads.values()):
            thread.process.table.end()
            thread.process.memory.close()

    # -------------------------------------------------------------- waiting

    def wait(self) -> Pulse:
        """Handle the stops that are due; else look whether the program sleeps; else wait for a stop.

        A wait is broken off by the next tick of the stage's clock, only to look again: nothing is decided by it.
        """
        if not self.threads and not self._early:
            return Pulse.GONE
        if self.may_sleep:
            for _ in range(3):
                if self._handle_next(os.WNOHANG):
                    return self._go_on()
                if self.asleep():
                    return Pulse.MOVED if self.let_begin() else Pulse.ASLEEP
                os.sched_yield()
        if self._handle_next(0):
            return self._go_on()
        if not self.asleep():
            return Pulse.RUNNING
        return Pulse.MOVED if self.let_begin() else Pulse.ASLEEP

    def let_begin(self) -> bool:
        """Let the oldest thread that was held back begin; tell whether there was one."""
        if not self._held:
            return False
        with contextlib.suppress(KernelError):
            ptrace(kernel.CONT, self._held.pop(0).tid)
        return True

    def _go_on(self) -> Pulse:
        """Handle what else is due, until the peer or the output may want to be looked at."""
        for _ in range(AT_ONCE):
            if self.noticeable or self.may_sleep or not self._handle_next(0 if len(self.threads) == 1 else os.WNOHANG):
                break
        self.noticeable = False
        return Pulse.MOVED

    def _handle_next(self, how: int) -> bool:
        """Handle one stop or end; with `how` 0, wait for it until the next tick. Tell whether there was one."""
        tid = wait_for_child(-1, self._status_at, ALL_CHILDREN | how)
        if tid < 0 and self._handled:
            self._handled = 0  # a tick, and there was something since the last one: no need to look yet
            tid = wait_for_child(-1, self._status_at, ALL_CHILDREN | how)
        if tid <= 0:
            return False
        self._handled += 1
        try:
            self._handle(tid, self._status.value)
        except KernelError:
            self.may_sleep = False  # the thread was killed while it was stopped: its end comes next
        return True

    def asleep(self) -> bool:
        """Tell whether every thread sleeps in the kernel (or is a zombie)."""
        return (
            bool(self.threads)
            and not self._early
            and all(
                thread.stopped or thread in self._held or _state(thread) in "SZX" for thread in self.threads.values()
            )
        )

    # -------------------------------------------------------------- stops

    def _handle(self, tid: int, status: int) -> None:
        thread, event, number = self.threads.get(tid), status >> 16, status >> 8 & 0xFF
        if thread is None and self._starter is not None and tid == self._starter.pid:
            self._started(self._starter.stopped(status))
        elif status & 0x7F != STOPPED:
            self._ended(tid, status)
        elif thread is None:
            self._early.add(tid)  # its parent's event is still to come
        elif event == kernel.EVENT_SECCOMP:
            self._enter(thread)
        elif number == CALL_STOP:
            self._leave(thread)
        else:
            self._handle_rest(thread, event, number)

    def _handle_rest(self, thread: Thread, event: int, number: int) -> None:
        thread.stopped = event == kernel.EVENT_STOP and number in STOPPING
        if event in (kernel.EVENT_FORK, kernel.EVENT_VFORK, kernel.EVENT_CLONE):
            self._born(thread, waited_for=event == kernel.EVENT_VFORK)
        elif event == kernel.EVENT_EXEC:
            self._loaded(thread)
        elif thread.stopped:
            ptrace(kernel.LISTEN, thread.tid)
        elif thread.unborn and event == kernel.EVENT_STOP:
            self._begin(thread)
        else:
            if not event:
                self.recorder.signalled(thread.process, thread.tid, number)
            ptrace(kernel.CONT, thread.tid, None, 0 if event else number)

    def _begin(self, thread: Thread) -> None:
        thread.unborn = False
        if self._holds_births:
            self._held.append(thread)
            self.injector.applied += 1
        else:
            ptrace(kernel.CONT, thread.tid)

    def _ended(self, tid: int, status: int) -> None:
        self._early.discard(tid)
        self.may_sleep, self.noticeable = False, True
        self.progress += 1
        if tid == self.main:
            self.exit_status = status
        if tid in self.threads:
            self.recorder.ended(self.threads[tid].process, tid, status)
        self._remove(tid)

    def _started(self, pid: int | None) -> None:
        """The starter has gone on; note the program's own process, if it was born by that."""
        if pid is None:
            return
        self.main = pid
        self._add(pid, pid, self.recorder.first_process(pid, self._at_start))
        if pid in self._early:
            self._early.discard(pid)
            ptrace(kernel.CONT, pid)

    def _born(self, parent: Thread, *, waited_for: bool) -> None:
        self.progress += 1
        tid = self._message(parent.tid)
        group = _thread_group(tid)
        process = parent.process if group == parent.pid else self.recorder.child(parent.process, group)
        thread = self._add(tid, group, process)
        thread.unborn = not waited_for
        if group != parent.pid:
            self._children.add(group)
        if tid in self._early:
            self._early.discard(tid)
            self._begin(thread) if thread.unborn else ptrace(kernel.CONT, tid)
        ptrace(kernel.CONT, parent.tid)

    def _loaded(self, thread: Thread) -> None:
        former = self._message(thread.tid)
        if former != thread.tid and former in self.threads:
            thread.process = self.threads[former].process
        for other in [other for other in self.threads.values() if other.pid == thread.pid and other is not thread]:
            self._remove(other.tid)
        thread.entry, thread.interrupted = None, []
        self.recorder.loaded(thread.process, thread.pid)
        ptrace(kernel.CONT, thread.tid)

    def _message(self, tid: int) -> int:
        word = ctypes.c_ulong()
        ptrace(kernel.GETEVENTMSG, tid, None, ctypes.addressof(word))
        return word.value

    # -------------------------------------------------------------- calls

    def _enter(self, thread: Thread) -> None:
        if not thread.process.loaded:
            ptrace(kernel.CONT, thread.tid)
            return
        ptrace(kernel.GET_SYSCALL_INFO, thread.tid, INFO_SIZE, self._buffer_at)
        info = kernel.SYSCALL_INFO.unpack_from(self._buffer)
        ip, stack, name, arguments = info[2], info[3], self.names[info[4]], info[5:11]
        entry = self._resumed(thread, name, arguments) if thread.interrupted else None
        if entry is None:
            thread.given_up = [*thread.interrupted]
            entry = self.recorder.enter(thread.process, thread.tid, name, arguments, stack, ip)
            if entry is not None and self.injector.faults:
                self.injector.at_entry(thread.tid, thread.process, entry)
        thread.entry = entry
        self.may_sleep = entry is not None and entry.name in MAY_SLEEP
        ptrace(kernel.SYSCALL if entry else kernel.CONT, thread.tid)

    def _resumed(self, thread: Thread, name: str, arguments: tuple[int, ...]) -> Entry | None:
        """Return the interrupted call that the kernel begins again, if this is one."""
        for entry in reversed(thread.interrupted):
            if name == "restart_syscall" or (entry.system_call == name and entry.words == arguments):
                thread.interrupted.remove(entry)
                return entry
        return None

    def _leave(self, thread: Thread) -> None:
        entry, thread.entry = thread.entry, None
        self.may_sleep = False
        if entry is not None:
            result = self._result(thread.tid)
            if thread.expiring and result in INTERRUPTED:
                result = waits.expire(self.on, thread.tid, thread.process.memory, entry)
            thread.expiring = False
            if result in kernel.RESTARTS:
                thread.interrupted.append(entry)
            else:
                shown = self.injector.at_exit(thread.tid, entry) if self.injector.faults else None
                self.recorder.leave(thread.process, thread.tid, entry, result if shown is None else shown)
                if entry.of_exercise or entry.descriptor in STANDARD:
                    self.noticeable = entry.of_exercise
                    self.progress += 1
        ptrace(kernel.CONT, thread.tid)

    def _result(self, tid: int) -> int:
        ptrace(kernel.GET_SYSCALL_INFO, tid, INFO_SIZE, self._buffer_at)
        return int(kernel.EXIT_INFO.unpack_from(self._buffer)[4])

    # -------------------------------------------------------------- virtual time

    def end_a_wait(self, *, sleeps_only: bool = False, at_last: bool = False) -> bool:
        """Let the shortest time-out pass at once, as if its time had gone by; tell whether there was one.

        With `sleeps_only`, only pauses that wait for nothing but time; `at_last`, also one that has passed often.
        """
        due = [
            (left, thread)
            for thread in self.threads.values()
            if (left := self._time_left(thread, sleeps_only, at_last)) is not None
        ]
        if self._waits_ended >= WAITS_ENDED_AT_MOST:
            return False
        if not due and (sleeps_only or not self._ring()):
            return False
        self._waits_ended += 1
        if not due:
            return True
        thread = min(due, key=lambda wait: wait[0])[1]
        thread.expiring = True
        thread.patience.expired += 1
        with contextlib.suppress(KernelError):
            ptrace(kernel.INTERRUPT, thread.tid)
        return True

    def _ring(self) -> bool:
        """Let an alarm that a process has set go off."""
        process = next((thread.process for thread in self.threads.values() if thread.process.alarm), None)
        if process is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.memory.pid, signal.SIGALRM)
        return True

    def _time_left(self, thread: Thread, sleeps_only: bool, at_last: bool) -> float | None:
        entry = thread.entry
        if entry is None or entry.name not in WAITS or (sleeps_only and not waits.only_time(entry)):
            return None
        return thread.patience.left(thread.process.memory, entry, self.progress, at_last=at_last)

    def waits_for_a_deadline(self) -> bool:
        """Tell whether a thread asks its own clock, and waits for a time that only the system's clock will bring."""
        return any(
            thread.entry is not None
            and thread.entry.name in WAITS
            and thread.patience.has_a_deadline(thread.process.memory, thread.entry, self.progress)
            for thread in self.threads.values()
        )


def _state(thread: Thread) -> str:
    if thread.status < 0:
        return "X"
    try:
        line = os.pread(thread.status, 256, 0)
    except OSError:
        return "X"
    return chr(line[line.rindex(b")") + 2])


def _thread_group(tid: int) -> int:
    return int(_status(tid, b"Tgid:") or tid)


def _caught(pid: int) -> int:
    """Return the mask of the signals that a process handles."""
    return int(_status(pid, b"SigCgt:") or b"0", 16)


def _is_zombie_of(pid: int, parents: set[int]) -> bool:
    return b"Z" in _status(pid, b"State:") and int(_status(pid, b"PPid:") or 0) in parents


def _status(pid: int, key: bytes) -> bytes:
    """Return one value of /proc/PID/status; nothing where there is no such process."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/status", "rb") as status:  # noqa: PTH123 (seldom)
        for line in status:
            if line.startswith(key):
                return line[len(key) :].strip()
    return b""
