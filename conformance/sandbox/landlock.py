"""Landlock: a process gives up all files but some, for good, and needs no right for that (man 7 landlock).

Where there are no namespaces this keeps a program from files that are no business of its, from the memory of processes
outside, and, where the kernel knows of it, from sending them signals. What the kernel does not know is left out.
"""

import contextlib
import ctypes
import fcntl
import os
import shutil
import stat
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.observe.libc import libc
from conformance.observe.linux.arch import PR_SET_NO_NEW_PRIVS
from conformance.sandbox.toolchain import HOMES

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
"""The system calls; the same numbers on both machines."""
CREATE_RULESET_VERSION, RULE_PATH_BENEATH = 1, 1
PATH_BENEATH: Final = struct.Struct("=Qi")
"""struct landlock_path_beneath_attr (linux/landlock.h): the rights and an open file or folder."""
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE, DEVICE_CONTROL = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14, 1 << 15
OF_FILES: Final = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | DEVICE_CONTROL
"""The rights that a file can have which is no folder: the kernel refuses a rule with others (EINVAL)."""
READ: Final = EXECUTE | READ_FILE | READ_DIR
RIGHTS_KNOWN_SINCE: Final = ((1, 13), (2, 14), (3, 15), (5, 16))
"""How many of the rights to files each version of the interface knows, the lowest bits first."""
SCOPES_SINCE: Final = 6
SCOPES: Final = 0b11
"""Abstract sockets and signals reach only what is in the same domain or below it."""
NETWORK_SINCE: Final = 4
"""Since when the description of a ruleset has a field for ports: none of them is kept from programs."""

SYSTEM_FOLDERS: Final = (
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt", "/nix", "/gnu", "/snap", "/proc",
    "/sys", "/run/systemd/resolve",
)  # fmt: skip
"""What every program may read and execute, as far as its user may."""
DEVICES: Final = ("/dev",)
"""What every program may also write to: /dev/null, its terminal, shared memory."""
OF_TOOLCHAINS: Final = (
    ".cargo/bin", ".rustup", ".pyenv", ".nvm", ".sdkman", ".asdf", ".jenv", ".volta", ".local/bin", ".local/lib",
    ".local/share/mise", "go/bin",
)  # fmt: skip
"""Where in a home toolchains lie, and nothing that is secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confinement:
    """The files and folders that a process keeps."""

    readable: tuple[str, ...]
    writable: tuple[str, ...]


def version() -> int:
    """Return which version of the interface this kernel has; 0 where it has none, or does not offer it."""
    found = int(libc.syscall(CREATE_RULESET, None, 0, CREATE_RULESET_VERSION))
    return max(found, 0)


def handled_rights(interface: int) -> int:
    """Return the rights to files that a version of the interface knows."""
    return (1 << max((bits for since, bits in RIGHTS_KNOWN_SINCE if since <= interface), default=0)) - 1


def described_ruleset(interface: int) -> bytes:
    """Return struct landlock_ruleset_attr, as long as a version of the interface knows it."""
    rights = handled_rights(interface)
    if interface >= SCOPES_SINCE:
        return struct.pack("=QQQ", rights, 0, SCOPES)
    return struct.pack("=QQ", rights, 0) if interface >= NETWORK_SINCE else struct.pack("=Q", rights)


def make_ruleset(what: Confinement) -> int:
    """Return a new descriptor that stands for this. Raises OSError where the kernel refuses."""
    interface = version()
    attributes = described_ruleset(interface)
    rights = handled_rights(interface)
    ruleset = _must(libc.syscall(CREATE_RULESET, attributes, len(attributes), 0))
    try:
        for paths, allowed in ((what.readable, READ), (what.writable, rights)):
            for path in paths:
                _allow(ruleset, path, allowed & rights)
    except OSError:
        os.close(ruleset)
        raise
    return ruleset


def confine(ruleset: int) -> None:
    """Keep this process, and all that it starts, from every other file. Raises OSError where the kernel refuses."""
    _must(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _must(libc.syscall(RESTRICT_SELF, ruleset, 0))


class Rulesets:
    """Makes rulesets, and keeps the last one: most starts of a program are like the one before."""

    def __init__(self, lowest: int) -> None:
        self._lowest = lowest
        """Descriptors of rulesets have this number or a higher one."""
        self._known: tuple[Confinement, tuple[int, ...]] | None = None
        self._ruleset = -1

    def of(self, what: Confinement) -> int:
        """Return the descriptor of a ruleset. A rule is about a folder itself, whatever has its name later."""
        known = what, tuple(map(_number_of, what.writable))
        if known != self._known:
            self.close()
            made = make_ruleset(what)
            self._ruleset, self._known = fcntl.fcntl(made, fcntl.F_DUPFD_CLOEXEC, self._lowest), known
            os.close(made)
        return self._ruleset

    def close(self) -> None:
        """Let go of what is kept."""
        if self._ruleset >= 0:
            os.close(self._ruleset)
        self._ruleset, self._known = -1, None


def works() -> bool:
    """Try in a child whether a process can be kept from files."""
    if not version():
        return False
    child = os.fork()
    if child == 0:
        try:
            confine(make_ruleset(Confinement(readable=("/usr",), writable=())))
            os._exit(1 if os.access("/", os.R_OK) and _can_list("/") else 0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def of_program(
    tool: str, environment: Mapping[str, str], readable: Iterable[str], writable: Iterable[str]
) -> Confinement:
    """Return what a program or a compiler keeps: the system, toolchains, what it is shown; and where it may write."""
    shown = dict.fromkeys((*SYSTEM_FOLDERS, *_toolchains(tool, environment), *readable))
    return Confinement(readable=tuple(shown), writable=(*DEVICES, *writable))


def _toolchains(tool: str, environment: Mapping[str, str]) -> list[str]:
    """Return where toolchains lie: in the system's path, in homes that are named, in this home, around the tool."""
    home = Path.home()
    folders = [Path(folder) for folder in environment.get("PATH", "").split(os.pathsep) if folder.startswith("/")]
    folders += [Path(environment[name]) for name in HOMES if environment.get(name)]
    found = shutil.which(tool, path=environment.get("PATH"))
    if found is not None:
        folders += [Path(found), *_around(Path(found).resolve(), home)]
    kept = [folder for folder in folders if folder != home and folder not in home.parents]
    return [*map(str, kept), *(str(home / name) for name in OF_TOOLCHAINS)]


def _around(tool: Path, home: Path) -> list[Path]:
    """Return a program's folder; or, of one in a `bin`, the folder around that, unless much else lies there."""
    around = tool.parent.parent
    is_own = tool.parent.name == "bin" and around != home and around.parent != home
    return [around if is_own else tool.parent]


def _allow(ruleset: int, path: str, rights: int) -> None:
    """Add a rule for what is there."""
    with contextlib.suppress(FileNotFoundError, PermissionError, NotADirectoryError):
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            is_folder = stat.S_ISDIR(os.fstat(beneath).st_mode)
            rule = PATH_BENEATH.pack(rights if is_folder else rights & OF_FILES, beneath)
            _must(libc.syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, ctypes.c_char_p(rule), 0))
        finally:
            os.close(beneath)


def _number_of(path: str) -> int:
    try:
        return os.stat(path).st_ino  # noqa: PTH116
    except OSError:
        return 0


def _can_list(folder: str) -> bool:
    try:
        return bool(os.listdir(folder))  # noqa: PTH208
    except PermissionError:
        return False


def _must(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return int(result)
