"""What a run uses up, as /proc shows it to everyone: memory, processor time, files; and at what it is ended."""

import contextlib
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from conformance.sandbox.request import RunRequest

LOOK_EVERY_S: Final = 0.005
"""Seconds between two looks: within them a program gets a few megabytes, and one that ends before uses nothing up."""
LOOKS_COST: Final = 20
"""A look that lasts long, since there are many processes or files, is followed by a pause so many times as long."""
FILES_EVERY: Final = 40
"""How many looks at memory there are for one at the files: these are bounded by each file's limit already."""
PAGE: Final = os.sysconf("SC_PAGE_SIZE")
TICKS_A_SECOND: Final = os.sysconf("SC_CLK_TCK")
"""In which /proc/PID/stat counts processor time."""
BLOCK: Final = 512
"""In which st_blocks counts, on every file system (man 3type stat)."""
OWN, WITH_CHILDREN = slice(11, 13), slice(11, 15)
"""Places in /proc/PID/stat, counted behind the name: utime and stime, and behind them those of children waited for."""
SHARED_MEMORY: Final = ("/memfd:", "/dev/shm/", "/SYSV")
DESCRIPTORS_READ: Final = 4096
"""How many descriptors are looked at, of all processes: a hostile program has half a million."""

Limit = Literal["memory", "processor time", "files"]


class Most(NamedTuple):
    """At what a run is ended."""

    memory: int
    """Bytes that all its processes hold."""
    processor: float
    """Seconds that all its processes compute, in all."""
    files: int
    """How many files and folders lie in its directory."""
    disk: int
    """How many bytes these take."""


Kind = Literal["native", "managed", "build"]
MOST: Final[dict[Kind, Most]] = {
    "native": Most(memory=512 << 20, processor=10.0, files=20_000, disk=512 << 20),
    "managed": Most(memory=2 << 30, processor=40.0, files=20_000, disk=512 << 20),
    "build": Most(memory=4 << 30, processor=100.0, files=20_000, disk=2 << 30),
}
"""By what runs. A program of the exercises takes a few megabytes and milliseconds. A runtime keeps a heap and compiles
what it runs, a sanitizer keeps what was freed, and Go's compiler makes its library anew in each private copy."""


HASTY_S: Final = 4.0
"""Seconds of processor time of a program that has gone on without end before."""


BUILDS_SHARE: Final = 4
"""A build may take one part in so many of what is free on its disk when it starts: others build there too."""


def most_of(order: RunRequest) -> Most:
    """Return at what a run is ended."""
    most = MOST["build" if order.build else order.program.runtime]
    if order.build and order.directory is not None:
        most = most._replace(disk=min(most.disk, _free(order.directory).space // BUILDS_SHARE))
    return most._replace(processor=HASTY_S) if order.hasty else most


class Free(NamedTuple):
    """What a file system can still hold; one that does not say holds anything."""

    files: int
    space: int
    """Bytes."""


UNKNOWN: Final = Free(files=0, space=1 << 62)


@dataclass(slots=True)
class UsageWatch:
    """Looks now and then at what a run has used up: a look takes well below a millisecond, and there are few."""

    processes: Callable[[], Iterable[int]]
    most: Most
    directory: str = ""
    """Where it may make files; nothing where that is not looked at."""
    check: Callable[[], None] = lambda: None
    """Called at each look: it raises an error where the run is to be broken off."""
    due: float = 0.0
    looks: int = 0
    _seen: dict[int, float] = field(default_factory=dict)
    """The processor time of each process when it was last looked at."""
    _together: float = 0.0
    _shared_at_first: int = 0
    _free_at_first: Free = UNKNOWN
    """What its file system could still hold."""

    def __post_init__(self) -> None:
        self.due = time.monotonic() + LOOK_EVERY_S
        self._shared_at_first = _shared_of_all()
        self._free_at_first = _free(self.directory)

    @property
    def processor(self) -> float:
        """How many seconds were computed by all processes, as far as that was seen.

        A process that ends between two looks is known from its parent, if that waited for it; an orphan from before.
        """
        return max(self._together, sum(self._seen.values()))

    def look(self) -> Limit | None:
        """Look, where it is time; return the limit that was passed."""
        now = time.monotonic()
        if now < self.due:
            return None
        self.looks += 1
        self.check()
        passed = self._passed()
        after = time.monotonic()
        self.due = after + max(LOOK_EVERY_S, LOOKS_COST * (after - now))
        return passed

    def look_at_last(self) -> Limit | None:
        """Look at the files that a run leaves: whether it was looked at while they lay there is chance."""
        return "files" if self._files_grow() and _is_full(self.directory, self.most) else None

    def _passed(self) -> Limit | None:
        pids = tuple(self.processes())
        self._note_times(pids)
        if self.processor > self.most.processor:
            return "processor time"
        if self._holds_too_much(pids):
            return "memory"
        looks_at_files = self.directory and (self.looks % FILES_EVERY == 0 or self._files_grow())
        return "files" if looks_at_files and _is_full(self.directory, self.most) else None

    def _files_grow(self) -> bool:
        """Tell whether its file system holds as much more as the run may make: some of it may be others'.

        Where one does not say how many files it can hold (btrfs), these are counted now and then only.
        """
        before, now = self._free_at_first, _free(self.directory)
        return before.files - now.files > self.most.files or before.space - now.space > self.most.disk

    def _note_times(self, pids: tuple[int, ...]) -> None:
        together = 0.0
        for pid in pids:
            fields = _stat(pid)
            if fields:
                self._seen[pid] = sum(map(int, fields[OWN])) / TICKS_A_SECOND
                together += sum(map(int, fields[WITH_CHILDREN])) / TICKS_A_SECOND
        self._together = max(self._together, together)

    def _holds_too_much(self, pids: tuple[int, ...]) -> bool:
        """Tell whether they hold too much: first as is quickly seen, where what they share counts for each of them."""
        if sum(map(_resident, pids)) > self.most.memory and sum(map(_proportional, pids)) > self.most.memory:
            return True
        grown = _shared_of_all() - self._shared_at_first > self.most.memory // 2
        return (grown or self.looks % FILES_EVERY == 0) and _open_memory(pids) > self.most.memory


def processor_time(pid: int) -> float:
    """Return how many seconds a process has computed."""
    return sum(map(int, _stat(pid)[OWN])) / TICKS_A_SECOND


def _stat(pid: int) -> list[bytes]:
    """Return the fields of /proc/PID/stat behind the name; none once it is gone."""
    return _read(pid, "stat").rpartition(b")")[2].split()


def _resident(pid: int) -> int:
    """Return how many bytes of a process lie in memory."""
    fields = _read(pid, "statm").split()
    return int(fields[1]) * PAGE if fields else 0


def _proportional(pid: int) -> int:
    """Return how many bytes of a process lie in memory, each page divided among all that share it.

    A parent and its children share all that none has written to since the fork. Who may not be looked at so closely
    has what is its own alone.
    """
    line = _read(pid, "smaps_rollup").partition(b"\nPss:")[2].split(maxsplit=1)
    if line:
        return int(line[0]) << 10
    fields = _read(pid, "statm").split()
    return (int(fields[1]) - int(fields[2])) * PAGE if fields else 0


def _shared_of_all() -> int:
    """Return how many bytes of the whole machine lie in files of memory: where they grow, a close look is due."""
    try:
        with open("/proc/meminfo", "rb") as file:  # noqa: PTH123 (at every look)
            return int(file.read().partition(b"\nShmem:")[2].split(maxsplit=1)[0]) << 10
    except (OSError, IndexError):
        return 0


def _open_memory(pids: tuple[int, ...]) -> int:
    """Return how many bytes lie in files that are memory alone and that are open: they need not be mapped anywhere."""
    found: dict[tuple[int, int], int] = {}
    left = DESCRIPTORS_READ
    for pid in pids:
        with contextlib.suppress(OSError), os.scandir(f"/proc/{pid}/fd") as entries:
            for entry in entries:
                left -= 1
                if left < 0:
                    break
                with contextlib.suppress(OSError):
                    if os.readlink(entry.path).startswith(SHARED_MEMORY):  # noqa: PTH115 (many)
                        status = os.stat(entry.path)  # noqa: PTH116
                        found[status.st_dev, status.st_ino] = status.st_blocks * BLOCK
    return sum(found.values())


def _free(directory: str) -> Free:
    try:
        status = os.statvfs(directory) if directory else None
    except OSError:
        status = None
    if status is None or not status.f_blocks:
        return UNKNOWN
    return Free(files=status.f_favail, space=status.f_bavail * status.f_frsize)


def _is_full(directory: str, most: Most) -> bool:
    """Tell whether more lies in a directory than may: it is only counted, so what changes meanwhile does no harm."""
    files, disk = most.files, most.disk
    left = [directory]
    while left and files >= 0 and disk >= 0:
        with contextlib.suppress(OSError), os.scandir(left.pop()) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                files -= 1
                disk -= status.st_blocks * BLOCK // max(status.st_nlink, 1)
                if files < 0 or disk < 0:
                    break
                if entry.is_dir(follow_symlinks=False):
                    left.append(entry.path)
    return files < 0 or disk < 0


def _read(pid: int, name: str) -> bytes:
    try:
        with open(f"/proc/{pid}/{name}", "rb") as file:  # noqa: PTH123 (at every tick)
            return file.read()
    except OSError:
        return b""
