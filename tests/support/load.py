"""Keeping all processors busy: tests that run side by side share one load, and do not wait for those of others too."""

import atexit
import contextlib
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
WANTED: Final = ROOT / "pyproject.toml"
"""Locked by each test that wants a load, in shared mode: any file does that all tests can open."""
RUNNING: Final = ROOT / "noxfile.py"
"""Locked as long as there is one: by the processes themselves, which inherit the lock."""
BURNS: Final = """
import fcntl, sys, time
with open(sys.argv[1]) as wanted:
    while True:
        began = time.process_time()
        while time.process_time() < began + 0.05:
            pass
        try:
            fcntl.flock(wanted, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        break
"""
"""Computes for as long as somebody wants it."""
_started: Final[list[subprocess.Popen[bytes]]] = []


@contextmanager
def load() -> Iterator[None]:
    """Keep all processors busy."""
    with WANTED.open() as wanted:
        fcntl.flock(wanted, fcntl.LOCK_SH)
        _start()
        yield


def _start() -> None:
    _started[:] = [one for one in _started if one.poll() is None]
    with RUNNING.open() as running, contextlib.suppress(BlockingIOError):
        fcntl.flock(running, fcntl.LOCK_EX | fcntl.LOCK_NB)
        command = [sys.executable, "-c", BURNS, str(WANTED)]
        _started.extend(subprocess.Popen(command, pass_fds=[running.fileno()]) for _ in range(os.cpu_count() or 2))


@atexit.register
def _wait() -> None:
    """Wait for the processes that were started here: they end when nobody wants them any more."""
    for one in _started:
        one.wait()
