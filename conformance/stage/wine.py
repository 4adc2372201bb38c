"""Wine: finding it, making its prefix once, and the server that stays while programs come and go."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from conformance.model.winsock import LIBRARIES, NOT_FROM
from conformance.observe.machine import X86_64, Machine, libc
from conformance.observe.winsock.follower import Site, Slices, relay_filter
from conformance.stage import launch
from conformance.stage.launch import Child, Identity, Launch

WITHOUT_CHANCE: Final = 0x0040000
"""ADDR_NO_RANDOMIZE: programs started from here lie where they always lie. By chance the system may else put something
where Wine must have its own, about once in a thousand starts, and Wine ends before the program has begun.
"""
LOADERS: Final = ("/usr/lib/wine/wine64", "/usr/lib64/wine/wine64", "wine64", "wine")
SERVERS: Final = ("/usr/lib/wine/wineserver64", "/usr/lib64/wine/wineserver64", "wineserver64", "wineserver")
TO_INSTALL: Final = "Wine is not here (Debian: apt-get install wine gcc-mingw-w64-x86-64)"
UNWANTED: Final = "wineboot.exe,services.exe,explorer.exe,winemenubuilder.exe,winedbg.exe,mscoree,mshtml="
"""What a desktop wants and these programs do not: without it the server is the only process beside a program."""
WHILE_MAKING: Final = "winemenubuilder.exe,mscoree,mshtml="
REGISTRY: Final = "REGEDIT4\n\n[HKEY_CURRENT_USER\\Software\\Wine\\Debug]\n"
RELAY: Final = {"RelayInclude": ";".join(LIBRARIES), "RelayFromExclude": ";".join(NOT_FROM)}
"""What the relay shows, as Wine keeps it in its registry."""
FILES: Final = ("system.reg", "user.reg", "userdef.reg")
OWN_PROGRAM: Final = (r"C:\windows\system32\cmd.exe", "/c", "exit")
ACCEPTS: Final = 0x10000
"""The kernel's flag of a socket that listens."""
TICK: Final = 0.001
PATIENCE: Final = 120.0
"""Seconds after which making a prefix is stuck: bounds what is truly stuck, decides nothing else."""


class WineError(Exception):
    """Windows programs cannot be run here; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Wine:
    """An installed Wine."""

    loader: str
    server: str
    version: str
    """As `wine-8.0`."""

    def environment(self, prefix: str, unwanted: str) -> dict[str, str]:
        """Return what Wine is told by its environment. Some builds keep the server's socket in TMPDIR."""
        return {
            "WINEPREFIX": prefix,
            "TMPDIR": prefix,
            "WINESERVER": self.server,
            "WINELOADER": self.loader,
            "WINEARCH": "win64",
            "WINEDLLOVERRIDES": unwanted,
            "WINEDEBUG": "-all",
        }


def ready(on: Machine | None) -> Wine | str:
    """Find Wine and make its prefix; return why that is not possible. Call it before a process namespace is entered:
    whoever is first in one must stay.
    """
    try:
        wine = find(on)
        template(wine)
    except (WineError, OSError) as problem:
        return str(problem)
    return wine


def find(on: Machine | None) -> Wine:
    """Return the Wine that is installed. Raises `WineError` where there is none that runs 64-bit programs."""
    if on is not X86_64:
        raise WineError("Windows programs are run on x86-64 only")
    loader, server = _first(LOADERS), _first(SERVERS)
    if loader is None or server is None:
        raise WineError(TO_INSTALL)
    said = subprocess.run([loader, "--version"], capture_output=True, text=True, check=False).stdout.split()
    return Wine(loader, server, said[0] if said else "wine")


def _first(names: tuple[str, ...]) -> str | None:
    return next((path for name in names if (path := shutil.which(name)) is not None), None)


# ---------------------------------------------------------------- the prefix that all others are made from


def template(wine: Wine) -> Path:
    """Return the folder of a prefix as Wine makes it, and make it if this version has none yet. Takes seconds, once."""
    words = "\0".join((wine.version, *RELAY.values()))
    made = cache() / f"{wine.version}-{hashlib.sha256(words.encode()).hexdigest()[:8]}"
    if not made.parent.is_dir():
        made.parent.mkdir(parents=True)
        for folder in (made.parent, made.parent.parent):  # whatever the umask: programs run as other users
            folder.chmod(0o755)
    with (made.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another worker may be making it
        if not made.is_dir():
            _make(wine, made)
    return made


def cache() -> Path:
    """Return where prefixes are kept: for root where the users that programs run as can read them."""
    if os.getuid() == 0:
        return Path("/var/cache/offhook/wine")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "offhook" / "wine"


def _make(wine: Wine, made: Path) -> None:
    folder = Path(tempfile.mkdtemp(dir=made.parent))
    try:
        prefix = folder / "prefix"
        prefix.mkdir()
        environment = launch.environment((), str(folder)) | wine.environment(str(prefix), WHILE_MAKING)
        settings = folder / "settings.reg"
        settings.write_text(REGISTRY + "".join(f'"{name}"="{value}"\n' for name, value in RELAY.items()))
        for words in ([wine.loader, "wineboot", "-i"], [wine.loader, "regedit", "/S", str(settings)]):
            _call(words, environment, folder)
        _call([wine.server, "-k"], environment, folder)
        _call([wine.server, "-w"], environment, folder)
        _slim(prefix, wine)
        prefix.chmod(0o755)
        prefix.rename(made)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _call(words: list[str], environment: dict[str, str], folder: Path) -> None:
    try:
        subprocess.run(
            words, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, timeout=PATIENCE, check=False, umask=0o022,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise WineError(f"Wine cannot make its prefix: {problem}") from problem


def _slim(prefix: Path, wine: Wine) -> None:
    """Leave out what 32-bit programs would need, and let links stand for the hundreds of megabytes of Wine's own files.

    They are the same files, byte by byte: so they need not be kept twice.
    """
    windows = prefix / "drive_c" / "windows"
    if not windows.is_dir():
        raise WineError("Wine cannot make its prefix: nothing came of it")
    shutil.rmtree(windows / "syswow64", ignore_errors=True)
    originals = _originals(wine)
    for path in windows.rglob("*"):
        original = originals.get(path.name)
        if original is not None and path.is_file() and path.read_bytes() == original.read_bytes():
            path.unlink()
            path.symlink_to(original)


def _originals(wine: Wine) -> dict[str, Path]:
    """Return Wine's own program files by name."""
    homes = (Path(wine.loader).resolve().parent, *map(Path, ("/usr/lib/x86_64-linux-gnu/wine", "/usr/lib64/wine")))
    folders = (home / "x86_64-windows" for home in (*homes, homes[0].parent / "lib64" / "wine"))
    return {path.name: path for folder in folders if folder.is_dir() for path in folder.iterdir()}


# ---------------------------------------------------------------- a worker's own


class House:
    """A prefix of a worker's own, and its server: it stays between runs, and ends with the worker."""

    def __init__(self, wine: Wine, on: Machine, folder: str, identity: Identity | None) -> None:
        libc.personality(WITHOUT_CHANCE)
        self.wine = wine
        self.prefix = Path(folder) / "wine"
        self.identity = identity
        self.filter = relay_filter(on)
        self._furnish(template(wine))
        self.server = self._start_server()
        self.slices = Slices(self.server)
        self.idle: set[Site] = set()
        """Where time-outs of programs have come to nothing."""
        self.settings: set[bytes] | None = None
        """What the relay said of itself in the first run."""

    def _furnish(self, made: Path) -> None:
        """Lay out a prefix: a registry of its own, and the system's folder as it was made, which it cannot change."""
        drive, devices = self.prefix / "drive_c", self.prefix / "dosdevices"
        for folder in (self.prefix, drive, devices, drive / "users", drive / "ProgramData"):
            folder.mkdir()
        for name in FILES:
            shutil.copyfile(made / name, self.prefix / name)
        (self.prefix / ".update-timestamp").write_text("disable\n")
        (drive / "windows").symlink_to(made / "drive_c" / "windows")
        (devices / "c:").symlink_to("../drive_c")
        (devices / "z:").symlink_to("/")
        if self.identity is not None:
            for path in (self.prefix, *self.prefix.rglob("*")):
                self.identity.own(str(path))

    def _start_server(self) -> int:
        """Start the server in the foreground, so that it is a child of this process.

        Where there is a process namespace it is the first process of it: it takes care of orphans, and when it ends,
        all that is left ends with it.
        """
        environment = self._environment(str(self.prefix))
        child = launch.start(
            Launch((self.wine.server, "-f", "-p"), str(self.prefix), environment, self.identity, lasting=True)
        )
        child.release()
        for end in (child.stdout, child.stderr):
            os.close(end)
        self._until_it_listens(child)
        return child.pid

    def _until_it_listens(self, child: Child) -> None:
        """Wait until programs can reach the server: one that comes too early would start a server of its own."""
        while not _listens(child.pid):
            ended, _ = os.waitpid(child.pid, os.WNOHANG)
            if ended:
                raise WineError(f"Wine's server does not start: {child.why_not_started() or 'it ends at once'}")
            signal.sigtimedwait([signal.SIGCHLD], TICK)

    def _environment(self, home: str) -> dict[str, str]:
        return launch.environment((), home) | self.wine.environment(str(self.prefix), UNWANTED)

    def furnish(self, request: Launch) -> Launch:
        """Return how a Windows program is started."""
        environment = {**request.environment, **self.wine.environment(str(self.prefix), UNWANTED)}
        environment["WINEDEBUG"] = "-all,+relay,err+virtual,err+seh"
        command = (self.wine.loader, *request.command)
        return replace(
            request, command=command, environment=environment, descriptors=(), terminal=False, filter=self.filter
        )

    def inspect(self, settings: set[bytes]) -> None:
        """Look after a run whether all is as it was. Raises `WineError` where a program has meddled with it."""
        if self.settings is None:
            self.settings = settings
        if settings and settings != self.settings:
            raise WineError("a program has changed what Wine shows")
        if not _listens(self.server):
            raise WineError("Wine's server has ended")
        if not (self.prefix / "drive_c" / "windows" / "system32" / "ntdll.dll").exists():
            raise WineError("Wine's prefix is gone")

    def close(self) -> None:
        """End the server, and with it all that it serves."""
        self.slices.close()
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.server, signal.SIGKILL)
            os.waitpid(self.server, 0)


def _listens(pid: int) -> bool:
    """Tell whether a process has a listener for local connections, from the kernel's tables."""
    try:
        links = {str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()}
        table = Path(f"/proc/{pid}/net/unix").read_text().splitlines()[1:]
    except OSError:
        return False
    listeners = {fields[6] for fields in map(str.split, table) if int(fields[3], 16) & ACCEPTS}
    return any(f"socket:[{inode}]" in links for inode in listeners)
