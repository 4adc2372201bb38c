"""Starting a program as a clean shell would, whatever this process inherited."""

import contextlib
import errno
import fcntl
import os
import resource
import signal
import termios
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from conformance.messages import packed, say, told
from conformance.observe.libc import libc
from conformance.observe.linux.arch import PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG
from conformance.observe.linux.seccomp import Filter
from conformance.observe.linux.waiting_child import WaitingChild, fork_waiting, is_elf_32, is_released
from conformance.sandbox import closed_memory, landlock, unfiltered
from conformance.sandbox.uids import Identity

RESOURCE_LIMITS: Final = {
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_FSIZE: 64 << 20,  # bytes
    resource.RLIMIT_NOFILE: 1024,
    resource.RLIMIT_NPROC: 512,  # more than the user has anyway
    resource.RLIMIT_CPU: 60,  # seconds of processor time: what the run loop has lost sight of ends all the same
}
PATH: Final = "/usr/local/bin:/usr/bin:/bin"
IGNORED: Final = tuple(number for number in signal.valid_signals() if signal.getsignal(number) is signal.SIG_IGN)
CAPABILITIES: Final = 64
"""More than there are."""
LONGEST_ERROR: Final = 4_000
REFUSED: Final = (errno.EAGAIN, errno.ENFILE)
"""The machine, or the program's user on it, has too many processes or open files at this moment (man 2 execve, fork).

Nothing of an earlier run is left at a start: so it is not the program that has them.
"""
LARGEST_PIPE: Final = 1 << 16
"""Bytes that a pipe holds (man 7 pipe): more of the input would need a writer that stays."""
FIRST_OWN_FD: Final = 900
"""What the starting child itself needs stands at this number and above, out of the way of all that programs are given,
and below RLIMIT_NOFILE."""
OUTPUT_MODE, LOCAL_MODE = 1, 3
"""Places in what tcgetattr returns."""
END_OF_INPUT: Final = b"\x04"
"""What a terminal takes for the end, at the beginning of a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Birth:
    """How a process comes to live where it is to live."""

    fork: Callable[[], int] = os.fork
    """Forks it, as into other namespaces."""
    prepare: Callable[[], None] = lambda: None
    """What it does there while it still may, as to change its root. Raises OSError where the system refuses."""


PLAIN: Final = Birth()
"""In the namespaces of its parent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """All that is needed to start one program."""

    command: tuple[str, ...]
    directory: str
    environment: dict[str, str]
    identity: Identity | None = None
    extra_fds: tuple[int, ...] = ()
    """The numbers of descriptors, above those of the streams, that are open at the start."""
    input: bytes = b""
    terminal: bool = False
    filter: Filter | None = None
    unfiltered: bool = False
    """Whether it is to find no filter, where it can do without."""
    finish: Callable[[], None] = lambda: None
    """What the child does last, before it becomes the program."""
    birth: Birth = PLAIN
    ruleset: int | None = None
    """Stands for the files that it keeps, by Landlock; None where it may use all that its user may."""
    long_lived: bool = False
    """It serves many runs: how much it computes in all is not limited, and it ends with this process."""

    @property
    def open_at_start(self) -> tuple[int, ...]:
        """The numbers of all descriptors that the program finds open."""
        return (0, 1, 2, *self.extra_fds)


@dataclass(slots=True, kw_only=True)
class Child(WaitingChild):
    """A program that waits to be released, and the ends of its streams."""

    stdout: int
    stderr: int
    descriptors: tuple[int, ...]


def start_in_sandbox(launch: Launch) -> Child:
    """Fork a child that waits until it is released; then it becomes the program."""
    (stdout, stderr), theirs = streams(launch.input, launch.terminal)
    fork = lambda: closed_memory.forked(launch.birth.fork)  # noqa: E731
    child = fork_waiting(lambda gate, errors: _exec_in_sandbox(launch, gate, errors, theirs), fork)
    for end in theirs:
        os.close(end)
    return Child(
        child.pid,
        child.start_gate,
        child.error_pipe,
        stdout=stdout,
        stderr=stderr,
        descriptors=launch.open_at_start,
    )


def streams(data: bytes, terminal: bool) -> tuple[tuple[int, int], tuple[int, int, int]]:
    """Open a program's streams; return our ends of its output and its error, and its own three."""
    stdout, into, out = _terminal(data) if terminal else _pipes(data)
    stderr, err = os.pipe()
    for end in (stdout, stderr):
        os.set_blocking(end, False)
    return (stdout, stderr), (into, out, err)


def _pipes(data: bytes) -> tuple[int, int, int]:
    stdout, out = os.pipe()
    return stdout, _standard_input(data), out


def _terminal(data: bytes) -> tuple[int, int, int]:
    """Open a terminal on which the input was typed, and its end; it shows what the program writes as it is."""
    ours, theirs = os.openpty()
    mode = termios.tcgetattr(theirs)
    mode[OUTPUT_MODE] &= ~termios.OPOST
    mode[LOCAL_MODE] &= ~termios.ECHO
    termios.tcsetattr(theirs, termios.TCSANOW, mode)
    os.write(ours, data + END_OF_INPUT)
    return ours, theirs, os.dup(theirs)


def _standard_input(data: bytes) -> int:
    if not data:
        return os.open("/dev/null", os.O_RDONLY)
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        os.write(writing, data[:LARGEST_PIPE])
    os.close(writing)
    return reading


def _exec_in_sandbox(launch: Launch, gate: int, errors: int, streams: tuple[int, int, int]) -> None:
    """Turn the child into the program; never returns."""
    try:
        errors = fcntl.fcntl(errors, fcntl.F_DUPFD_CLOEXEC, FIRST_OWN_FD)
        streams_high = [fcntl.fcntl(stream, fcntl.F_DUPFD_CLOEXEC, FIRST_OWN_FD) for stream in streams]
        if not is_released(gate):
            os._exit(127)
        os.setsid()
        clean_signals()
        for number, stream in enumerate(streams_high):
            os.dup2(stream, number)
        os.closerange(3, FIRST_OWN_FD)
        open_extra_fds(launch.extra_fds)
        os.umask(0o022)
        limit(long_lived=launch.long_lived)
        launch.birth.prepare()
        give_up_rights()
        if launch.identity is not None:
            launch.identity.become()
        if launch.long_lived:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        os.chdir(launch.directory)
        if launch.ruleset is not None:
            landlock.confine(launch.ruleset)
        if launch.filter is not None:
            refuse_32_bit(launch.command[0])
            if not (launch.unfiltered and unfiltered.can_do_without()):
                launch.filter.install()
            give_up_rights()
        launch.finish()
        os.execvpe(launch.command[0], launch.command, launch.environment)
    except OSError as problem:
        with contextlib.suppress(OSError):
            os.write(errors, exec_error(launch.command[0], problem))
    os._exit(127)


def exec_error(command: str, problem: OSError) -> bytes:
    """Return why a program could not be started, as the child passes it on that was to become it."""
    why = told(problem)
    if problem.errno in REFUSED:
        why = say("sandbox.start-refused", why=problem.strerror)
    elif isinstance(why, str):
        why = f"{command}: {problem.strerror}".encode(errors="replace")[:LONGEST_ERROR].decode(errors="ignore")
    return packed(why)


def open_extra_fds(numbers: tuple[int, ...]) -> None:
    """Let these numbers stand for something, in the program too."""
    for number in numbers:
        found = os.open("/dev/null", os.O_RDWR)
        os.dup2(found, number)  # an equal number stays as it is, and exec would close it
        os.set_inheritable(number, True)
        if found != number:
            os.close(found)


def refuse_32_bit(path: str) -> None:
    """Name a 32-bit program. Raises OSError with the words for it."""
    with contextlib.suppress(FileNotFoundError, PermissionError):
        if is_elf_32(path):
            raise OSError(errno.ENOEXEC, say("sandbox.32-bit"))


def clean_signals() -> None:
    """Take back what exec would pass on: the mask, and ignored signals (CPython ignores SIGPIPE and SIGXFSZ).

    Handlers are taken back too: the first process of a process namespace stays as it is, and a signal from within ends
    it only where it has a handler for it (man 7 pid_namespaces). That of SIGINT ends Python.
    """
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number in (*IGNORED, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def give_up_rights() -> None:
    """Let what is executed from here on have no capabilities, whichever user it is, nor get a file's.

    It takes root's rights: so it comes before another user is become.
    """
    for right in range(CAPABILITIES):
        libc.prctl(PR_CAPBSET_DROP, right, 0, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def limit(*, long_lived: bool = False) -> None:
    """Set the limits of every program in this process, for good."""
    for kind, limit in RESOURCE_LIMITS.items():
        if long_lived and kind == resource.RLIMIT_CPU:
            continue
        with contextlib.suppress(OSError):  # where limits are forbidden, programs run without
            hard = resource.getrlimit(kind)[1]
            most = limit + (tasks() if kind == resource.RLIMIT_NPROC else 0)
            top = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (top, top))


@cache
def tasks() -> int:
    """Return how many threads this process's user has already: the kernel counts these too, a whole desktop maybe.

    It is counted before a box is entered, from which the others cannot be seen.
    """
    user, found = os.getuid(), 0
    for process in os.listdir("/proc"):  # noqa: PTH208 (many)
        with contextlib.suppress(OSError):
            if process.isdigit() and os.stat(f"/proc/{process}").st_uid == user:  # noqa: PTH116
                found += len(os.listdir(f"/proc/{process}/task"))  # noqa: PTH208
    return found


def environment(extra: tuple[tuple[str, str], ...], home: str) -> dict[str, str]:
    """Return the fixed environment of every program."""
    return {"PATH": PATH, "HOME": home, "LANG": "C.UTF-8", "TMPDIR": home, **dict(extra)}
