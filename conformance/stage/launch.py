"""Starting a program as a clean shell would, whatever this process inherited."""

import contextlib
import errno
import fcntl
import os
import resource
import signal
import termios
from dataclasses import dataclass
from typing import Final

from conformance.observe.machine import PR_SET_PDEATHSIG, libc
from conformance.observe.seccomp import Filter

LIMITS: Final = {
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_FSIZE: 64 << 20,
    resource.RLIMIT_NOFILE: 1024,
    resource.RLIMIT_NPROC: 512,  # more than the user has anyway
    resource.RLIMIT_CPU: 60,
}
PATH: Final = "/usr/local/bin:/usr/bin:/bin"
IGNORED: Final = tuple(number for number in signal.valid_signals() if signal.getsignal(number) is signal.SIG_IGN)
ELF_32: Final = b"\x7fELF\x01"
LARGEST_PIPE: Final = 1 << 16
OUTPUT_MODE, LOCAL_MODE = 1, 3
"""Places in what tcgetattr returns."""
END_OF_INPUT: Final = b"\x04"
"""What a terminal takes for the end, at the beginning of a line."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The user that a program runs as."""

    user: int
    group: int

    def own(self, path: str) -> None:
        """Give a file or folder to this user."""
        os.chown(path, self.user, self.group, follow_symlinks=False)


@dataclass(frozen=True, slots=True)
class Launch:
    """All that is needed to start one program."""

    command: tuple[str, ...]
    directory: str
    environment: dict[str, str]
    identity: Identity | None = None
    descriptors: tuple[int, ...] = ()
    """The numbers, above those of the streams, that stand for something."""
    input: bytes = b""
    terminal: bool = False
    filter: Filter | None = None
    lasting: bool = False
    """It serves many runs: how much it computes in all is not limited, and it ends with this process."""


@dataclass(slots=True)
class Child:
    """A program that waits to be released, and the ends of its streams."""

    pid: int
    """0 for a program that is still to be born."""
    gate: int | None
    complaint: int | None
    stdout: int
    stderr: int
    descriptors: tuple[int, ...]

    def release(self) -> None:
        """Let the program begin."""
        if self.gate is not None:
            os.write(self.gate, b"g")
            os.close(self.gate)

    def why_not_started(self) -> str | None:
        """Return the system's reason where the program could not be started; call it when the run is over."""
        if self.complaint is None:
            return None
        os.set_blocking(self.complaint, False)
        try:
            text = os.read(self.complaint, 4096)
        except BlockingIOError:
            text = b""
        os.close(self.complaint)
        return text.decode(errors="replace") or None


def start(launch: Launch) -> Child:
    """Fork a child that waits until it is released; then it becomes the program."""
    ends, theirs = streams(launch.input, launch.terminal)
    (gate, open_gate), (complaint, complain) = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        _become(launch, gate, complain, theirs)
    for end in (*theirs, gate, complain):
        os.close(end)
    return Child(pid, open_gate, complaint, *ends, (0, 1, 2, *launch.descriptors))


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


def _become(launch: Launch, gate: int, complain: int, streams: tuple[int, int, int]) -> None:
    """Turn the child into the program; never returns."""
    try:
        complain = fcntl.fcntl(complain, fcntl.F_DUPFD_CLOEXEC, 900)
        streams_high = [fcntl.fcntl(stream, fcntl.F_DUPFD_CLOEXEC, 900) for stream in streams]
        if os.read(gate, 1) != b"g":
            os._exit(127)
        os.setsid()
        clean_signals()
        for number, stream in enumerate(streams_high):
            os.dup2(stream, number)
        os.closerange(3, 900)
        open_further(launch.descriptors)
        os.umask(0o022)
        limit(lasting=launch.lasting)
        if launch.identity is not None:
            os.setgroups([])
            os.setresgid(launch.identity.group, launch.identity.group, launch.identity.group)
            os.setresuid(launch.identity.user, launch.identity.user, launch.identity.user)
        if launch.lasting:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        os.chdir(launch.directory)
        if launch.filter is not None:
            refuse_32_bit(launch.command[0])
            launch.filter.install()
        os.execvpe(launch.command[0], launch.command, launch.environment)
    except OSError as problem:
        with contextlib.suppress(OSError):
            os.write(complain, f"{launch.command[0]}: {problem.strerror}".encode())
    os._exit(127)


def open_further(numbers: tuple[int, ...]) -> None:
    """Let these numbers stand for something, in the program too."""
    for number in numbers:
        found = os.open("/dev/null", os.O_RDWR)
        os.dup2(found, number)  # an equal number stays as it is, and exec would close it
        os.set_inheritable(number, True)
        if found != number:
            os.close(found)


def refuse_32_bit(path: str) -> None:
    """Name a 32-bit program, whose calls stand in another table. Raises OSError with the words for it."""
    with contextlib.suppress(FileNotFoundError, PermissionError), open(path, "rb") as file:  # noqa: PTH123
        if file.read(5) == ELF_32:
            raise OSError(errno.ENOEXEC, "a 32-bit program cannot be observed: build it for 64 bits")


def clean_signals() -> None:
    """Take back what exec would pass on: the mask, and ignored signals (CPython ignores SIGPIPE and SIGXFSZ)."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number in IGNORED:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def limit(*, lasting: bool = False) -> None:
    """Set the limits of every program in this process, for good."""
    for kind, limit in LIMITS.items():
        if lasting and kind == resource.RLIMIT_CPU:
            continue
        hard = resource.getrlimit(kind)[1]
        most = limit + (_tasks() if kind == resource.RLIMIT_NPROC else 0)
        top = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (top, top))


def _tasks() -> int:
    """Return how many threads this process's user has already: the kernel counts these too, a whole desktop maybe."""
    user, found = os.getuid(), 0
    for process in os.listdir("/proc"):  # noqa: PTH208 (many)
        with contextlib.suppress(OSError):
            if process.isdigit() and os.stat(f"/proc/{process}").st_uid == user:  # noqa: PTH116
                found += len(os.listdir(f"/proc/{process}/task"))  # noqa: PTH208
    return found


def environment(extra: tuple[tuple[str, str], ...], home: str) -> dict[str, str]:
    """Return the fixed environment of every program."""
    return {"PATH": PATH, "HOME": home, "LANG": "C.UTF-8", "TMPDIR": home, **dict(extra)}
