"""Where probes are made: Linux itself, and Wine, each with the driver built for it."""

import os
import re
import select
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from conformance.model.measured import Platform
from conformance.observe.linux.arch import machine
from conformance.observe.observer import TICK_S
from conformance.sandbox import wine
from tests.platforms.driver import Driver, DriverError, Launch

SOURCE: Final = Path(__file__).with_name("driver.c")
FLAGS: Final = ("-std=gnu11", "-O0", "-Wall", "-Werror")
NUMBERS: Final = re.compile(r"\d+(\.\d+)*")
"""A version, without what a distribution writes around it."""
MINGW: Final = "x86_64-w64-mingw32-gcc"
SAME_PLACE: Final = ("setarch", "--addr-no-randomize")
"""By chance the system may else put something where Wine must have its own."""


@dataclass(frozen=True, slots=True)
class Target:
    """A platform on which drivers can be started."""

    platform: Platform
    version: str
    launch: Launch

    def start(self) -> Driver:
        """Start a driver."""
        return Driver(self.launch)


def _version(text: str) -> str:
    found = NUMBERS.search(text)
    return found[0] if found else text


def _build(compiler: str, target: Path, *flags: str) -> Path:
    subprocess.run([compiler, *FLAGS, "-o", str(target), str(SOURCE), *flags], check=True)
    return target


@contextmanager
def linux() -> Iterator[Target]:
    """Build the driver for Linux."""
    with TemporaryDirectory(prefix="offhook-tests-") as name:
        folder = Path(name)
        program = _build("gcc", folder / "driver", "-pthread")
        yield Target("linux", _version(os.uname().release), Launch((str(program),), folder))


@contextmanager
def under_wine() -> Iterator[Target]:
    """Build the driver for Windows, and start a server of Wine with a prefix of its own."""
    found = wine.find(machine())
    with TemporaryDirectory(prefix="offhook-tests-") as name:
        folder = Path(name)
        program = _build(MINGW, folder / "driver.exe", "-lws2_32")
        prefix = folder / "prefix"
        wine.lay_out(wine.base_prefix(found), prefix)
        environment = {"HOME": str(folder), **found.environment(str(prefix), wine.UNWANTED)}
        with _server(found, environment) as server:
            command = (*SAME_PLACE, found.loader, str(program))
            yield Target("wine", _version(found.version), Launch(command, folder, environment, (server,)))


@contextmanager
def _server(found: wine.Wine, environment: dict[str, str]) -> Iterator[int]:
    """Start Wine's server, and yield its process once programs can reach it."""
    command = [*SAME_PLACE, found.server, "-f", "-p"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as server:
        try:
            _until_it_listens(server.pid)
            yield server.pid
        finally:
            server.kill()


def _until_it_listens(pid: int) -> None:
    """Wait until programs can reach the server: one that comes too early would start a server of its own."""
    ended = os.pidfd_open(pid)
    try:
        while not wine.listens(pid):
            if select.select([ended], [], [], TICK_S)[0]:
                raise DriverError("Wine's server has ended")
    finally:
        os.close(ended)


TARGETS: Final[dict[Platform, Callable[[], AbstractContextManager[Target]]]] = {"linux": linux, "wine": under_wine}


def lacking(platform: Platform) -> str:
    """Return what is missing for a platform here; nothing where it can be probed."""
    tools = {"linux": ("gcc",), "wine": (MINGW, SAME_PLACE[0])}[platform]
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing or platform == "linux":
        return ", ".join(missing)
    try:
        wine.find(machine())
    except wine.WineError as problem:
        return str(problem)
    return ""
