"""A machine of its own for one check: what runs here can change, read and fill nothing that anybody needs.

It is started as the first process of new namespaces: `unshare --mount --pid --fork --ipc --uts --net --cgroup`. The
whole file system is an overlay whose changes are kept in memory and looked at afterwards; /tmp, /dev and /dev/shm are
small and empty. Secrets lie where hostile programs look for them. What was seen goes to standard output.
"""

import contextlib
import ctypes
import hashlib
import os
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from conformance.records.results import decode
from conformance.sandbox.namespaces import _raise_loopback
from tests.stress.hostile.hand_in import SUITE, WITHIN_S, Hostile, hand_in, path_of, read
from tests.stress.hostile.report import Judgement, Report, Verdicts
from tests.stress.hostile.tiers import TIERS, Tier

SCRATCH: Final = Path("/mnt")
"""Any folder that every system has."""
MNT_DETACH, MS_BIND = 2, 4096
DEVICES: Final = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9), "tty": (5, 0)}
TEMPORARY_FOLDER: Final = "size=400m,nr_inodes=60000,mode=1777"
SHARED_MEMORY: Final = "size=64m,mode=1777"
CLASS: Final = Path("/srv/class")
HOSTILE, NEIGHBOUR = CLASS / "mallory", CLASS / "anna"
OUT: Final = Path("/offhook-out")
OUTPUTS: Final = ("results.json", "page.html", "junit.xml")
ROOTS_FILE: Final = Path("/etc/secret_of_root")
OPEN_FILE: Final = CLASS / "open_to_all.txt"
VICTIM: Final = CLASS / "marks.txt"
BOARD: Final = CLASS / "board.txt"
SHARED_OBJECT: Final = "/dev/shm/of_the_host"
KEY: Final = 0x0FF00C
"""Of the host's System V segment."""
SERVICE_PORT: Final = 7777
SOCKET_FILE: Final = "/run/of_the_host.sock"
ABSTRACT_NAME: Final = "of_the_host"
SERVICE: Final = Path(__file__).with_name("service.py")
VARIABLE: Final = "OFFHOOK_TEST_TOKEN"
NEIGHBOURS: Final = ("hello_server.c", "hello_client.c")
NEIGHBOURS_REQUIREMENTS: Final = (
    "transfer.greeting",
    "transfer.short-writes",
    "transfer.any-split",
    "robust.port-in-use",
)
GRACE_S: Final = 5.0
"""How long the kernel may take to end what was killed."""
MOST_NAMED: Final = 12
DEEPEST: Final = 25
libc: Final = ctypes.CDLL(None, use_errno=True)
libc.shmat.argtypes, libc.shmat.restype = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int], ctypes.c_void_p
Seen = dict[str, tuple[int, int, int, str]]
"""Path -> mode, owner, size, content."""


class Machine:
    """The arena's file system, and what in it is watched."""

    def __init__(self) -> None:
        self._watched: dict[str, int] = {}
        self._kept: dict[Path, Path] = {}
        """The folders that lie elsewhere than the system, or below /tmp, and where their overlays are at first."""
        self._set_up()

    def _set_up(self) -> None:
        _mount("arena", SCRATCH, "tmpfs", "size=700m,nr_inodes=400000,mode=755")
        root = SCRATCH / "root"
        self._overlay(Path("/"), root)
        for place in dict.fromkeys((SUITE, Path(sys.prefix), Path(sys.base_prefix))):
            if place.stat().st_dev != Path("/").stat().st_dev or place.is_relative_to("/tmp"):
                self._overlay(place, SCRATCH / f"kept{len(self._watched)}")
        self._small(root / "tmp", TEMPORARY_FOLDER)
        self._small(root / "run", "size=16m,mode=755")  # what lies there belongs to processes of the real machine
        for place, kept in self._kept.items():
            target = root / place.relative_to("/")
            target.mkdir(parents=True, exist_ok=True)
            _mount(str(kept), target, None, flags=MS_BIND)
        _mount("proc", root / "proc", "proc")
        _mount("sysfs", root / "sys", "sysfs")
        self._devices(root / "dev")
        (root / OUT.relative_to("/")).mkdir()
        old = root / "mnt"
        assert libc.pivot_root(os.fsencode(root), os.fsencode(old)) == 0, os.strerror(ctypes.get_errno())
        os.chdir("/")
        assert libc.umount2(b"/mnt", MNT_DETACH) == 0
        _mount("out", OUT, "tmpfs", "size=200m,mode=700")

    def _overlay(self, lower: Path, at: Path) -> None:
        number = len(self._watched)
        upper, work = SCRATCH / f"upper{number}", SCRATCH / f"work{number}"
        for folder in (upper, work, at):
            folder.mkdir()
        _mount("overlay", at, "overlay", f"lowerdir={lower},upperdir={upper},workdir={work}")
        self._watched[str(lower)] = os.open(upper, os.O_RDONLY | os.O_DIRECTORY)
        if lower != Path("/"):
            self._kept[lower] = at

    def _small(self, at: Path, options: str) -> None:
        _mount("tmpfs", at, "tmpfs", options)
        self._watched[f"/{at.relative_to(SCRATCH / 'root')}"] = os.open(at, os.O_RDONLY | os.O_DIRECTORY)

    def _devices(self, dev: Path) -> None:
        _mount("dev", dev, "tmpfs", "size=1m,nr_inodes=1000,mode=755")
        for name, numbers in DEVICES.items():
            os.mknod(dev / name, stat.S_IFCHR | 0o666, os.makedev(*numbers))
            (dev / name).chmod(0o666)
        for name in ("pts", "shm", "mqueue"):
            (dev / name).mkdir()
        _mount("devpts", dev / "pts", "devpts", "newinstance,ptmxmode=0666,mode=620")
        (dev / "ptmx").symlink_to("pts/ptmx")
        (dev / "fd").symlink_to("/proc/self/fd")
        self._small(dev / "shm", SHARED_MEMORY)
        with contextlib.suppress(OSError):
            _mount("mqueue", dev / "mqueue", "mqueue")

    def seen(self) -> Seen:
        """Return all that differs from the real machine, and all that lies in the small folders."""
        return {f"{place} {name}": what for place, fd in self._watched.items() for name, what in _below(fd)}


def _below(folder: int, at: str = ".", left: int = DEEPEST) -> Iterator[tuple[str, tuple[int, int, int, str]]]:
    """Yield what lies in an open folder of one file system.

    Not what lies deeper than anybody but a hostile program puts something.
    """
    device = os.fstat(folder).st_dev
    for name in os.listdir(folder):
        with contextlib.suppress(FileNotFoundError):
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            is_folder = stat.S_ISDIR(status.st_mode)
            size = 0 if is_folder else status.st_size
            yield f"{at}/{name}", (status.st_mode, status.st_uid, size, _content(name, folder, status))
            if is_folder and left > 0 and status.st_dev == device:
                inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
                yield from _below(inner, f"{at}/{name}", left - 1)
                os.close(inner)


def _content(name: str, within: int, status: os.stat_result) -> str:
    if stat.S_ISLNK(status.st_mode):
        return os.readlink(name, dir_fd=within)
    if not stat.S_ISREG(status.st_mode) or status.st_size > 1 << 16:
        return ""
    with os.fdopen(os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=within), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def _mount(source: str, target: Path, kind: str | None, options: str = "", flags: int = 0) -> None:
    words = (os.fsencode(source), os.fsencode(target), kind and kind.encode(), flags, options.encode() or None)
    if libc.mount(*words) != 0:
        raise OSError(ctypes.get_errno(), f"mount {kind} at {target}: {os.strerror(ctypes.get_errno())}")


def hide_secrets() -> dict[str, str]:
    """Put secrets where a hostile program looks for them, and what must not change; return the secrets."""
    places = ("root's file", "shadow", "classmate's folder", "file open to all", "environment", "shared memory",
              "segment", "service", "command line")  # fmt: skip
    known = {place: f"TOKEN{secrets.token_hex(8)}" for place in places}
    for folder in (CLASS, NEIGHBOUR):
        folder.mkdir(parents=True)
    _write(ROOTS_FILE, known["root's file"], 0o600)
    _write(Path("/etc/shadow"), known["shadow"], 0o600)
    _write(NEIGHBOUR / "notes.txt", known["classmate's folder"] + " is what nobody else knows", 0o644)
    _write(OPEN_FILE, known["file open to all"], 0o644)
    _write(Path(SHARED_OBJECT), known["shared memory"], 0o666)
    _write(VICTIM, "anna 100\n", 0o600)
    _write(BOARD, "nothing new\n", 0o666)
    _hide_segment(known["segment"])
    return known


def _write(path: Path, text: str, mode: int) -> None:
    path.write_text(f"{text}\n")
    path.chmod(mode)


def _hide_segment(text: str) -> None:
    number = libc.shmget(KEY, 4096, 0o1666)  # IPC_CREAT
    ctypes.memmove(libc.shmat(number, None, 0), text.encode(), len(text))


def start_service(known: dict[str, str]) -> int:
    """Start that service, and return its number; a secret stands in its command line, too."""
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    places = (str(SERVICE_PORT), SOCKET_FILE, ABSTRACT_NAME)
    command = [sys.executable, "-S", str(SERVICE), known["service"], *places, str(writing)]
    environment = {**os.environ, "TOKEN": known["command line"]}
    service = subprocess.Popen([*command, known["command line"]], cwd=SUITE, env=environment, pass_fds=[writing])
    os.close(writing)
    assert os.read(reading, 1) == b"1"
    return service.pid


# -------------------------------------------------------------- what is judged


class Commands:
    """The suite's commands, in a tier."""

    def __init__(self, tier: Tier, secret: str, deny: bytes) -> None:
        program = OUT / "deny"
        program.write_bytes(deny)
        program.chmod(0o755)
        self.before = tier.before(str(program))
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": "/root" if tier.user == 0 else "/tmp",
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(SUITE),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HYPOTHESIS_STORAGE_DIRECTORY": str(OUT / "hypothesis"),
            "COLUMNS": "120",
            "GITHUB_STEP_SUMMARY": str(OUT / "summary.md"),
            VARIABLE: secret,
        }
        os.chown(OUT, tier.user, tier.user)
        if tier.user:
            Path("/root").chmod(0o755)  # where Python may lie

    def start(self, name: str, *arguments: str) -> "Running":
        """Start a command whose output goes to files."""
        return Running(name, [*self.before, sys.executable, "-m", *arguments], self.environment)

    def check(self, name: str, folder: Path, *arguments: str, outputs: tuple[str, ...] = OUTPUTS) -> "Running":
        """Start `offhook check`."""
        for file, option in zip(outputs, ("--json", "--html", "--junit"), strict=False):
            arguments = (*arguments, option, str(OUT / f"{name}-{file}"))
        return self.start(name, "conformance.cli", "check", str(folder), *arguments)

    def neighbour(self) -> "Running":
        """Start the neighbour's check."""
        asked = (*_asked(NEIGHBOURS_REQUIREMENTS), "--jobs", "1")
        return self.check("anna", NEIGHBOUR, *asked, outputs=OUTPUTS[:1])

    def short(self) -> "Running":
        """Start a check of the neighbour's programs on one requirement."""
        return self.check("short", NEIGHBOUR, *_asked(NEIGHBOURS_REQUIREMENTS[:1]), "--jobs", "1", outputs=())

    def session(self) -> "Running":
        """Start a session of pytest that judges both; the neighbour's programs are built first."""
        folders = (f"--submission={NEIGHBOUR}", f"--submission={HOSTILE}")
        file = f"--junitxml={OUT / 'session.xml'}"
        chosen = [f"--requirement={one}" for one in NEIGHBOURS_REQUIREMENTS]
        plain = ("-p", "no:cacheprovider", "-q", "--pyargs", "conformance.suite")
        return self.start("session", "pytest", *plain, *folders, *chosen, file)


class Running:
    """A command that runs."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        self._streams = [OUT / f"{name}.stdout", OUT / f"{name}.stderr"]
        self._began = time.monotonic()
        with self._streams[0].open("wb") as out, self._streams[1].open("wb") as err:
            self.process = subprocess.Popen(
                command, env=environment, cwd="/", stdin=subprocess.DEVNULL, stdout=out, stderr=err
            )

    def end(self, within_s: float) -> Judgement:
        """Wait for its end; where it takes too long, end it and all that it started."""
        status: int | None
        try:
            status = self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            status = None
            os.kill(-1, signal.SIGKILL)  # as the first process: all others of the arena
            self.process.wait()
        output, errors = (stream.read_text(errors="backslashreplace") for stream in self._streams)
        seconds = round(time.monotonic() - self._began, 1)
        return Judgement(status=status, seconds=seconds, output=output, errors=errors)


def judge(
    one: Hostile | None, commands: Commands, known: dict[str, str], machine: Machine, service: int, before: int
) -> Report:
    """Judge a submission beside the neighbour, and see what is left; so many short checks come before."""
    at_first, objects = machine.seen(), _objects()
    limit = one.within_s if one else WITHIN_S
    for _ in range(before):
        short = commands.short().end(WITHIN_S)
        assert short.status == 0, short
    hostile = commands.check("mallory", HOSTILE, *_asked(one.judged), *one.arguments) if one else None
    neighbour = commands.neighbour().end(limit)
    check = hostile.end(limit) if hostile else None
    session = commands.session().end(limit) if one and one.in_one_session else None
    return Report(
        check=check,
        outputs={name: _text(OUT / f"mallory-{name}") for name in OUTPUTS},
        session=session,
        session_verdicts=_session_verdicts() if session else {},
        neighbour=neighbour,
        neighbour_verdicts=_verdicts(OUT / "anna-results.json"),
        secrets=known,
        processes=_left(service),
        changed=_changes(at_first, machine.seen()),
        objects=sorted(_objects() - objects),
    )


def _asked(requirements: tuple[str, ...]) -> list[str]:
    return [word for one in requirements for word in ("--requirement", one)]


def _text(path: Path) -> str:
    return path.read_text(errors="backslashreplace") if path.is_file() else ""


def _verdicts(path: Path) -> Verdicts:
    if not path.is_file():
        return {}
    found = decode(path.read_bytes())
    return {f"{one.exercise} {one.requirement}": one.verdict for one in found.verdicts}


def _session_verdicts() -> Verdicts:
    path = OUT / "session.xml"
    if not path.is_file():
        return {}
    cases = ElementTree.parse(path).iter("testcase")
    return {case.get("name", ""): case[0].tag if len(case) else "passed" for case in cases}


# -------------------------------------------------------------- what is left


def _changes(before: Seen, after: Seen) -> list[str]:
    """Name what is new or otherwise, and how much more there is."""
    changed = [name for name in after if after[name] != before.get(name)] + [one for one in before if one not in after]
    named = [f"{name}: {before.get(name, 'nothing')} -> {after.get(name, 'nothing')}" for name in changed[:MOST_NAMED]]
    return named + ([f"and {len(changed) - MOST_NAMED} more"] if len(changed) > MOST_NAMED else [])


def _objects() -> set[str]:
    """Return System V objects, POSIX queues, and keys that belong to users of sandboxes."""
    found = set[str]()
    for kind in ("shm", "sem", "msg"):
        rows = Path("/proc/sysvipc", kind).read_text().splitlines()[1:]
        found |= {f"{kind} {' '.join(row.split()[:3])}" for row in rows}
    found |= {f"queue {path.name}" for path in Path("/dev/mqueue").iterdir()}
    return found


def _left(service: int) -> list[str]:
    """Return what still runs, once the kernel has ended what was killed."""
    deadline = time.monotonic() + GRACE_S
    while (left := _processes(service)) and time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)
    return left[:MOST_NAMED]


def _processes(service: int) -> list[str]:
    found = []
    for path in Path("/proc").iterdir():
        if path.name.isdigit() and int(path.name) not in (os.getpid(), service):
            with contextlib.suppress(OSError):
                status = (path / "stat").read_text(errors="replace")
                words = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                found.append(f"{status.partition(')')[0]}) {status.rpartition(')')[2].split()[0]} {words[:200]}")
    return found


def main(name: str, tier: str, deny: str, before: str) -> None:
    """Judge one submission, or the neighbour alone, and write the report to standard output.

    So many short checks are done before, one after the other, and what they leave is in the report.
    """
    report = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.umask(0o022)
    _raise_loopback()
    one = read(path_of(name)) if name else None
    refuses = Path(deny).read_bytes() if deny else b""  # it lies below the /tmp that is about to be hidden
    machine = Machine()
    known = hide_secrets()
    references = SUITE / "reference_impl" / "c"
    for file in NEIGHBOURS:
        shutil.copyfile(references / file, NEIGHBOUR / file)
    if one is not None:
        hand_in(one, HOSTILE)
    commands = Commands(TIERS[tier], known["environment"], refuses)
    service = start_service(known)
    report.write(msgspec.msgpack.encode(judge(one, commands, known, machine, service, int(before))))
    report.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
