"""Starting an arena: in namespaces of its own, under a limit of memory and of processes where the system gives one."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from conformance.observe.libc import libc
from conformance.observe.linux.arch import PR_SET_PDEATHSIG
from tests.stress.hostile.hand_in import SUITE
from tests.stress.hostile.report import Report

NAMESPACES: Final = (
    "unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--ipc", "--uts", "--net",
)  # fmt: skip
MOST_MEMORY: Final = 1500 << 20
"""Bytes of an arena: what both checks and a compiler take, and its file systems in memory."""
MOST_PROCESSES: Final = 3000
LONGEST_S: Final = 900
LONGEST_OF_A_SHORT_CHECK_S: Final = 60
CONTROLLERS: Final = {"memory": ("memory.limit_in_bytes", MOST_MEMORY), "pids": ("pids.max", MOST_PROCESSES)}
"""Those of cgroup v1, and the file in which each keeps its limit."""


class Group(Struct, frozen=True, kw_only=True):
    """A control group for one arena."""

    folders: tuple[Path, ...]
    limits_memory: bool

    def enter(self) -> None:
        """Move this process into it; it ends with the one that started it, and with it all of the arena."""
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        for folder in self.folders:
            (folder / "cgroup.procs").write_text("0")


@contextmanager
def group() -> Iterator[Group]:
    """Make control groups, where that is possible, and remove them."""
    made = [folder for name in CONTROLLERS if (folder := _made(name)) is not None]
    try:
        yield Group(folders=tuple(made), limits_memory=any("memory" in folder.parts for folder in made))
    finally:
        for folder in made:
            with contextlib.suppress(OSError):
                folder.rmdir()


def _made(controller: str) -> Path | None:
    rows = (line.split(":", 2) for line in Path("/proc/self/cgroup").read_text().splitlines())
    own = next((path for _, names, path in rows if controller in names.split(",")), None)
    if own is None:
        return None
    folder = Path("/sys/fs/cgroup", controller, own.lstrip("/"), f"offhook-hostile-{os.getpid()}")
    file, limit = CONTROLLERS[controller]
    try:
        folder.mkdir()
        (folder / file).write_text(str(limit))
    except OSError:
        return None
    return folder


def in_arena(name: str, tier: str, deny: str, before: int = 0) -> Report:
    """Judge a submission, or with no name the neighbour alone, in an arena; so many short checks come before."""
    longest = LONGEST_S + before * LONGEST_OF_A_SHORT_CHECK_S
    with group() as limits:
        command = [*NAMESPACES, sys.executable, "-m", "tests.stress.hostile.arena", name, tier, deny, str(before)]
        done = subprocess.run(
            command, cwd=SUITE, stdin=subprocess.DEVNULL, capture_output=True, timeout=longest,
            preexec_fn=limits.enter, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}, check=False,
        )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"the arena ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    return msgspec.msgpack.decode(done.stdout, type=Report)


def memory_is_limited() -> bool:
    """Tell whether an arena has a limit of memory."""
    with group() as limits:
        return limits.limits_memory
