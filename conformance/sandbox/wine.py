"""Wine: finding it, making its prefix once, and the server that stays while programs come and go."""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from conformance.messages import Message, as_message, say
from conformance.model.winsock import LIBRARIES, NOT_FROM
from conformance.observe.libc import libc
from conformance.observe.linux.arch import X86_64, Arch
from conformance.observe.observer import TICK_S
from conformance.observe.wine.quiet import ProcessorSlices
from conformance.observe.wine.relay_filter import relay_filter
from conformance.observe.wine.wine_time import Site
from conformance.sandbox import spawn, toolchain
from conformance.sandbox.spawn import Birth, Child, Launch
from conformance.sandbox.uids import Identity

ADDR_NO_RANDOMIZE: Final = 0x0040000
"""Of personality(2): programs started from here lie where they always lie. By chance the system may else put something
where Wine must have its own, about once in a thousand starts, and Wine ends before the program has begun.
"""
LOADERS: Final = ("/usr/lib/wine/wine64", "/usr/lib64/wine/wine64", "wine64", "wine")
SERVERS: Final = ("/usr/lib/wine/wineserver64", "/usr/lib64/wine/wineserver64", "wineserver64", "wineserver")
UNWANTED: Final = "wineboot.exe,services.exe,explorer.exe,winemenubuilder.exe,winedbg.exe,mscoree,mshtml="
"""What a desktop wants and these programs do not: without it the server is the only process beside a program."""
WHILE_MAKING: Final = "winemenubuilder.exe,mscoree,mshtml="
REGISTRY: Final = "REGEDIT4\n\n[HKEY_CURRENT_USER\\Software\\Wine\\Debug]\n"
RELAY: Final = {"RelayInclude": ";".join(LIBRARIES), "RelayFromExclude": ";".join(NOT_FROM)}
"""What the relay shows, as Wine keeps it in its registry."""
FILES: Final = ("system.reg", "user.reg", "userdef.reg")
OWN_PROGRAM: Final = (r"C:\windows\system32\cmd.exe", "/c", "exit")
SO_ACCEPTCON: Final = 0x10000
"""__SO_ACCEPTCON, the kernel's flag of a socket that listens, as /proc/net/unix has it."""
UNIX_ROW: Final = re.compile(rb"[0-9A-Fa-f]+: \w+ \w+ (?P<flags>[0-9A-Fa-f]+) \w+ \w+ +(?P<inode>\d+)(?: |$)")
"""A line of /proc/net/unix. The name of a socket stands at its end, and may hold bytes of any kind."""
PREFIX_LIMIT_S: Final = 120.0
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

    def parts(self) -> tuple[str, ...]:
        """Return what of it lies beside the system."""
        return (str(base_prefix(self)), *toolchain.parts((self.loader, self.server), {}))

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


def ready(arch: Arch | None) -> Wine | Message:
    """Find Wine and make its prefix; return why that is not possible. Call it before a process namespace is entered:
    the first process in one must stay.
    """
    try:
        wine = find(arch)
        base_prefix(wine)
    except (WineError, OSError) as problem:
        return as_message(problem)
    return wine


def find(arch: Arch | None) -> Wine:
    """Return the Wine that is installed. Raises `WineError` where there is none that runs 64-bit programs."""
    if arch is not X86_64:
        raise WineError(say("wine.machine"))
    loader, server = _first_program(LOADERS), _first_program(SERVERS)
    if loader is None or server is None:
        raise WineError(say("wine.to-install", packages="wine gcc-mingw-w64-x86-64"))
    said = subprocess.run([loader, "--version"], capture_output=True, text=True, check=False).stdout.split()
    return Wine(loader, server, said[0] if said else "wine")


def _first_program(names: tuple[str, ...]) -> str | None:
    return next((path for name in names if (path := shutil.which(name)) is not None), None)


# ---------------------------------------------------------------- the prefix that all others are made from


def base_prefix(wine: Wine) -> Path:
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
        environment = spawn.environment((), str(folder)) | wine.environment(str(prefix), WHILE_MAKING)
        settings = folder / "settings.reg"
        settings.write_text(REGISTRY + "".join(f'"{name}"="{value}"\n' for name, value in RELAY.items()))
        for words in ([wine.loader, "wineboot", "-i"], [wine.loader, "regedit", "/S", str(settings)]):
            _call(words, environment, folder)
        _call([wine.server, "-k"], environment, folder)
        _call([wine.server, "-w"], environment, folder)
        link_builtin_dlls(prefix, wine)
        prefix.chmod(0o755)
        prefix.rename(made)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _call(words: list[str], environment: dict[str, str], folder: Path) -> None:
    try:
        subprocess.run(
            words, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, timeout=PREFIX_LIMIT_S, check=False, umask=0o022,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise WineError(say("wine.no-prefix", why=problem)) from problem


def link_builtin_dlls(prefix: Path, wine: Wine) -> None:
    """Leave out what 32-bit programs would need, and let links stand for the hundreds of megabytes of Wine's own files.

    They are the same files, byte by byte: so they need not be kept twice.
    """
    windows = prefix / "drive_c" / "windows"
    if not windows.is_dir():
        raise WineError(say("wine.empty-prefix"))
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


# ---------------------------------------------------------------- a box's own


def lay_out(made: Path, prefix: Path) -> None:
    """Lay out a prefix: a registry of its own, and the system's folder as it was made, which it cannot change."""
    drive, devices = prefix / "drive_c", prefix / "dosdevices"
    for folder in (prefix, drive, devices, drive / "users", drive / "ProgramData"):
        folder.mkdir()
    for name in FILES:
        shutil.copyfile(made / name, prefix / name)
    (prefix / ".update-timestamp").write_text("disable\n")
    (drive / "windows").symlink_to(made / "drive_c" / "windows")
    (devices / "c:").symlink_to("../drive_c")
    (devices / "z:").symlink_to("/")


class WineSession:
    """A prefix of a box's own, and its server: it stays between runs, and ends with the box."""

    def __init__(self, wine: Wine, arch: Arch, folder: str, identity: Identity | None, birth: Birth) -> None:
        libc.personality(ADDR_NO_RANDOMIZE)
        self.wine = wine
        self.prefix = Path(folder) / "wine"
        self.identity = identity
        self.filter = relay_filter(arch)
        self._lay_out(base_prefix(wine))
        self.pid = self._start_server(birth)
        self.slices = ProcessorSlices(self.pid)
        self.idle_sites: set[Site] = set()
        """Where time-outs of programs have come to nothing."""
        self.settings: set[bytes] | None = None
        """What the relay said of itself in the first run."""

    def _lay_out(self, made: Path) -> None:
        """Lay out the prefix, for the user that the programs run as."""
        lay_out(made, self.prefix)
        if self.identity is not None:
            for path in (self.prefix, *self.prefix.rglob("*")):
                self.identity.own(str(path))

    def _start_server(self, birth: Birth) -> int:
        """Start the server in the foreground, so that it is a child of this process.

        In a box it is the first process of a process namespace: it takes care of orphans, and when it ends, all that is
        left ends with it.
        """
        environment = self._environment(str(self.prefix))
        child = spawn.start_in_sandbox(
            Launch(
                command=(self.wine.server, "-f", "-p"),
                directory=str(self.prefix),
                environment=environment,
                identity=self.identity,
                long_lived=True,
                birth=birth,
            )
        )
        child.release()
        for end in (child.stdout, child.stderr):
            os.close(end)
        self._until_it_listens(child)
        return child.pid

    def _until_it_listens(self, child: Child) -> None:
        """Wait until programs can reach the server: one that comes too early would start a server of its own."""
        while not listens(child.pid):
            ended, _ = os.waitpid(child.pid, os.WNOHANG)
            if ended:
                raise WineError(say("wine.no-server", why=child.why_not_started() or say("wine.ends-at-once")))
            signal.sigtimedwait([signal.SIGCHLD], TICK_S)

    def _environment(self, home: str) -> dict[str, str]:
        return spawn.environment((), home) | self.wine.environment(str(self.prefix), UNWANTED)

    def wrap(self, launch: Launch) -> Launch:
        """Return how a Windows program is started."""
        environment = {**launch.environment, **self.wine.environment(str(self.prefix), UNWANTED)}
        environment["WINEDEBUG"] = "-all,+relay,err+virtual,err+seh"
        command = (self.wine.loader, *launch.command)
        return replace(
            launch, command=command, environment=environment, extra_fds=(), terminal=False, filter=self.filter
        )

    def check_intact(self, settings: set[bytes]) -> None:
        """Look after a run whether all is as it was. Raises `WineError` where a program has meddled with it."""
        if self.settings is None:
            self.settings = settings
        if settings and settings != self.settings:
            raise WineError(say("wine.changed"))
        if not listens(self.pid):
            raise WineError(say("wine.server-ended"))
        if not (self.prefix / "drive_c" / "windows" / "system32" / "ntdll.dll").exists():
            raise WineError(say("wine.prefix-gone"))

    def close(self) -> None:
        """End the server, and with it all that it serves."""
        self.slices.close()
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


def listens(pid: int) -> bool:
    """Tell whether a process has a listener for local connections, from the kernel's tables."""
    try:
        links = {str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()}
        table = Path(f"/proc/{pid}/net/unix").read_bytes().split(b"\n")[1:]
    except OSError:
        return False
    # a program's own sockets are there too, under names that may be no text, or of several lines
    listeners = {row["inode"].decode() for row in map(UNIX_ROW.match, table) if row and _accepts(row["flags"])}
    return any(f"socket:[{inode}]" in links for inode in listeners)


def _accepts(flags: bytes) -> bool:
    return bool(int(flags, 16) & SO_ACCEPTCON)
