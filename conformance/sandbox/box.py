"""Boxes: each program has namespaces, a view of files and a fork server of its own, as far as the system allows them.

What one program does to files, processes, System V objects and shared memory is gone with its box: neither the next
program nor the reference meets it. A box serves all runs of its program, since to make one takes some milliseconds.
"""

import contextlib
import errno
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from conformance.messages import say
from conformance.observe import descendants
from conformance.observe.linux.arch import CLONE_NEWIPC, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUTS
from conformance.observe.linux.seccomp import Filter
from conformance.sandbox import namespaces, root
from conformance.sandbox.fork_server import ForkServer, ForkServerError
from conformance.sandbox.host import Host
from conformance.sandbox.root import View
from conformance.sandbox.spawn import PLAIN, Birth
from conformance.sandbox.wine import Wine, WineError, WineSession
from conformance.sandbox.workdirs import WorkDirs

KEPT: Final = 4
"""How many boxes stay: a program's, its runs' with source lines, the reference's, and one more."""
SCRATCH_SIZE: Final = "mode=711,size=192m,nr_inodes=16k"
"""Of the file system in which lie the directories of a program's runs, its /tmp and its /dev/shm: bytes and files.

These are fewer files than those at which a run is ended (`usage.MOST`). So who makes files without end gets ENOSPC,
each time at the same one; when such a run is looked at is chance.
"""
BOX: Final = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS


@dataclass(slots=True, kw_only=True, eq=False)
class Box:
    """One program's."""

    folder: str
    """Where its runs have their directories; in a file system of its own where it has mounts."""
    directories: WorkDirs
    fork_server: ForkServer | None = None
    """Starts programs of this system; None for Windows programs, and on systems that no observer knows."""
    wine: WineSession | None = None
    """Starts Windows programs; None for others."""
    process: int = -1
    """A descriptor of its first process, by which others enter; -1 where it has no namespaces."""
    mounted: bool = False
    at_first: frozenset[str] = frozenset()
    """What lay in the folders that are open to all when nothing had run yet."""

    @property
    def resident(self) -> int | None:
        """The process that stays from run to run, and is the first of the box's process namespace."""
        server = self.fork_server or self.wine
        return server.pid if server is not None else None

    @property
    def birth(self) -> Birth:
        """How a child comes to live in the box."""
        return PLAIN if self.process < 0 else Birth(fork=self._fork_into)

    @property
    def lives(self) -> bool:
        """Whether the process that stays is still there: a program may have found a way to end it."""
        return self.resident is None or descendants.lives(self.resident)

    def open_to_all(self) -> frozenset[str]:
        """Return what lies in the folders in which all may write. Wine keeps files of its own there."""
        if not self.mounted or self.wine is not None:
            return frozenset()
        places = (Path(self.folder, name) for name in root.OPEN_TO_ALL)
        return frozenset(entry for place in places for entry in os.listdir(place))  # noqa: PTH208 (after each run)

    def is_as_made(self) -> bool:
        """Tell whether a run has left nothing there that the next one would meet, or that takes up memory."""
        return self.open_to_all() == self.at_first

    def check_starter(self) -> None:
        """Raise `ForkServerError` where a program has ended the process that starts programs, and all with it.

        The kernel ends the others first (man 7 pid_namespaces): then that process may still seem to live.
        """
        if self.fork_server is not None and self.process >= 0:
            self.fork_server.kill_all()

    def _fork_into(self) -> int:
        try:
            return namespaces.fork_into(self._enter)
        except OSError as problem:
            if problem.errno != errno.ENOMEM:
                raise
            raise ForkServerError(say("sandbox.starter-ended")) from problem  # man 2 fork

    def _enter(self) -> None:
        if self.fork_server is not None:
            namespaces.join_all(self.fork_server.namespaces)
        else:
            namespaces.join(self.process, BOX)

    def close(self) -> None:
        """End everything in it, and take away what lies in it."""
        for server in (self.fork_server, self.wine):
            if server is not None:
                server.close()
        if self.process >= 0:
            os.close(self.process)
        if self.mounted:
            _take_away(self.folder)


@dataclass(eq=False)
class Boxes:
    """A worker's boxes, by what the programs in them see; the last ones used are kept."""

    host: Host
    own_root: bool = False
    """Whether each has a view of files of its own."""
    wine: Wine | None = None
    """What runs the programs in them, if they are for Windows."""
    current: Box | None = None
    """The one in which the last run began."""
    _made: dict[View, Box] = field(default_factory=dict)
    _count: int = 0

    def of(self, view: View) -> Box:
        """Return the box of programs that see this. Raises OSError where the system gives none."""
        if not self.host.has_namespaces:
            view = View()  # there is one for all
        box = self._made.pop(view, None)
        if box is not None and not box.lives:
            box.close()
            box = None
        if box is None:
            while len(self._made) >= KEPT:
                self._made.pop(next(iter(self._made))).close()
            box = self._make(view)
        self._made[view] = self.current = box
        return box

    def release(self, view: View) -> None:
        """Close a box that nothing will run in again."""
        box = self._made.pop(view, None)
        if box is not None:
            box.close()
            self.current = None

    def residents(self) -> tuple[int, ...]:
        """Return the processes that stay from run to run."""
        return tuple(box.resident for box in self._made.values() if box.resident is not None)

    @property
    def first(self) -> ForkServer | None:
        """The fork server that can end all that the last run has started; None where there is none."""
        return self.current.fork_server if self.current is not None and self.host.has_namespaces else None

    def close_boxes(self) -> None:
        """Close all boxes; others can be made."""
        for box in self._made.values():
            box.close()
        self._made.clear()
        self.current = None

    def close(self) -> None:
        """Leave nothing behind."""
        self.close_boxes()
        _take_away(self._root)

    def try_own_root(self) -> bool:
        """Try whether a box can have a view of files of its own, and keep to what proves to work."""
        self.own_root = self.host.has_namespaces
        if self.own_root:
            try:
                os.mkdir(self._root)  # noqa: PTH102
                root.lay_out(self._root)
                self.of(View())
            except OSError:
                self.own_root = False
        return self.own_root

    @property
    def _root(self) -> str:
        """Where it is laid out what every program sees."""
        return str(Path(self.host.folder, "root"))

    def _make(self, view: View) -> Box:
        """Make a box. Raises OSError, or `WineError`."""
        folder, birth = self.host.folder, PLAIN
        if self.own_root:
            folder, birth = self._with_root(view)
        elif self.host.has_namespaces:
            birth = Birth(fork=lambda: namespaces.fork_into(_unshare_all))
        directories = WorkDirs(folder, self.host.identity, disposable=self.own_root)
        box = Box(folder=folder, directories=directories, mounted=self.own_root)
        try:
            self._start(box, birth)
        except (OSError, WineError):
            box.close()
            raise
        if self.host.has_namespaces and box.resident is not None:
            box.process = os.pidfd_open(box.resident)
        box.at_first = box.open_to_all()
        return box

    def _start(self, box: Box, birth: Birth) -> None:
        """Start the process that stays in a box, where the system is one that an observer knows."""
        arch, identity = self.host.arch, self.host.identity
        if arch is not None and self.wine is not None:
            box.wine = WineSession(self.wine, arch, box.folder, identity, birth)
        elif arch is not None:
            box.fork_server = ForkServer(self._filter, identity, birth)

    @cached_property
    def _filter(self) -> Filter | None:
        """The filter under which programs are traced; None where there is no tracing."""
        found = Filter(self.host.arch) if self.host.arch is not None else None
        return found if found is not None and found.is_allowed() else None

    def _with_root(self, view: View) -> tuple[str, Birth]:
        """Make a folder for runs; return it, and how a process comes to see nothing but it and what it is shown."""
        arch = self.host.arch
        assert arch is not None
        self._count += 1
        folder, place = str(Path(self.host.folder, f"box-{self._count}")), self._root
        root.make_scratch(folder, SCRATCH_SIZE)
        readable = (*view.readable, *(self.wine.parts() if self.wine is not None else ()))
        seen = View(readable=readable, writable=(*view.writable, folder))
        fork = lambda: namespaces.fork_into(_unshare_all)  # noqa: E731
        return folder, Birth(fork=fork, prepare=lambda: root.change_to(seen, place, folder, arch))


def _take_away(folder: str) -> None:
    with contextlib.suppress(OSError):
        root.unmount(folder)
    with contextlib.suppress(OSError):
        os.rmdir(folder)  # noqa: PTH106


def _unshare_all() -> None:
    namespaces.unshare(BOX)
