"""A program's own view of files: the system read-only, its own folder, and nothing of what else is on the machine.

The root is a file system in memory, in which the parts that a program needs are mounted at the places where they always
are, so that a path means the same inside and outside. The recipe is that of bubblewrap and of container
runtimes (man 2 pivot_root, man 7 mount_namespaces).
"""

import ctypes
import errno
import os
import stat
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import conformance
from conformance.observe.libc import libc, mount_setattr, pivot_root
from conformance.observe.linux.arch import CLONE_NEWNS, Arch

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = (
    1,
    2,
    4,
    8,
    32,
    4096,
    16384,
    1 << 18,
)
MNT_DETACH: Final = 2
# man 2 mount_setattr: attributes of a mount, and of all that are mounted below it.
AT_RECURSIVE: Final = 0x8000
ATTRIBUTE_RDONLY, ATTRIBUTE_NOSUID, ATTRIBUTE_NODEV = 1, 2, 4

SYSTEM: Final = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store")
"""Where systems keep programs and libraries for all users; some of these are links into `/usr`."""
SETTINGS: Final = (
    "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "passwd", "group", "hosts", "host.conf",
    "nsswitch.conf", "gai.conf", "protocols", "services", "localtime", "timezone", "os-release", "ssl/openssl.cnf",
    "ssl/certs", "crypto-policies",
)  # fmt: skip
"""What of /etc a program or a compiler reads."""
SETTINGS_LIKE: Final = ("java*", "python3*")
HARDWARE: Final = ("/sys/devices/system/cpu", "/sys/kernel/mm/transparent_hugepage", "/sys/fs/cgroup")
"""Where runtimes ask how many processors there are, how large a page is, and how much memory a container has."""
DEVICES: Final = ("null", "zero", "full", "random", "urandom", "tty")
DEVICE_LINKS: Final = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
HOME, PROGRAM = "/home/student", "/srv/program"
"""Where a run that nobody watches finds its directory and its program: elsewhere than in a run that is watched."""
ROOT_SIZE: Final = "mode=755,size=1m,nr_inodes=4k"
OPEN_TO_ALL: Final = {"tmp": "tmp", "shm": "dev/shm"}
"""Folders in which every process may write, by their names in the file system that a box has for them."""
OVERMOUNTED: Final = "mode=755,size=4k,nr_inodes=2"
PROJECT, PACKAGE = "pyproject.toml", "__init__.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a program sees beside the system."""

    readable: tuple[str, ...] = ()
    """Files and folders that it can read and execute, at the places where they are."""
    writable: tuple[str, ...] = ()
    """Folders in which it may write."""


def mount_memory(target: str, options: str) -> None:
    """Mount an empty file system that lies in memory. Raises OSError."""
    _mount("offhook", target, "tmpfs", MS_NOSUID | MS_NODEV, options)


def unmount(target: str) -> None:
    """Take a mount away, whatever is still open in it, and with it all that lies there."""
    _must(libc.umount2(os.fsencode(target), MNT_DETACH))


def make_scratch(folder: str, options: str) -> None:
    """Make a folder a file system in memory with the folders in which all may write. Raises OSError."""
    os.mkdir(folder)  # noqa: PTH102
    mount_memory(folder, options)
    for name in OPEN_TO_ALL:
        path = Path(folder, name)
        path.mkdir()
        path.chmod(0o1777)


def make_private() -> None:
    """Let no mount that is made from here on be seen anywhere else."""
    _mount(None, "/", None, MS_REC | MS_PRIVATE)


def lay_out(place: str) -> None:
    """Lay out in an empty folder what every program sees: the system, its settings, some devices. Raises OSError.

    It is done once. A new mount namespace begins with a copy of its parent's mounts, and so with this.
    """
    mount_memory(place, ROOT_SIZE)
    root = Path(place)
    for path in (*SYSTEM, *(f"/etc/{name}" for name in _settings()), *HARDWARE):
        _show(root, path)
    _make_devices(root)
    for folder in (*OPEN_TO_ALL.values(), "var", "run", "proc", HOME[1:], PROGRAM[1:]):
        (root / folder).mkdir(parents=True)
    (root / "var" / "tmp").symlink_to("../tmp")
    _hide_own_folders(root)


def change_to(view: View, place: str, scratch: str, arch: Arch) -> None:
    """Make what was laid out the root of this process's mount namespace, with a view beside it. Raises OSError.

    What may be written by all lies in `scratch`.

    The first process of a new process namespace calls it, since /proc shows the namespace of who mounts it.
    """
    os.umask(0o022)
    root = Path(place)
    for name, target in OPEN_TO_ALL.items():
        _mount(f"{scratch}/{name}", str(root / target), None, MS_BIND)
    _mount("proc", str(root / "proc"), "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    for path in view.readable:
        _show(root, path)
    for path in view.writable:
        _show(root, path, writable=True)
    if view.readable:
        _hide_own_folders(root)
    _become_root(place, arch)


def show_elsewhere(directory: str, program: str) -> None:
    """Show a run's directory and the folder of its program at other places, in mounts that are this process's own.

    Only ever in a box, and while this process may. Raises OSError.
    """
    _must(libc.unshare(CLONE_NEWNS))
    make_private()
    for path, place in ((directory, HOME), (program, PROGRAM)):
        _mount(path, place, None, MS_BIND)


def is_system(path: Path) -> bool:
    """Tell whether every program sees a file or folder, since it is part of the system."""
    return any(path.is_relative_to(folder) for folder in SYSTEM)


@cache
def own_folders() -> tuple[str, ...]:
    """Return the suite's own folders, in which the reference programs lie: no program may read them.

    Installed it is a folder among others' packages; in a checkout it is the whole of it.
    """
    package = Path(conformance.__file__).resolve().parent
    return (str(package.parent) if (package.parent / PROJECT).is_file() else str(package),)


@cache
def _settings() -> tuple[str, ...]:
    etc = Path("/etc")
    return (*SETTINGS, *sorted(path.name for pattern in SETTINGS_LIKE for path in etc.glob(pattern)))


def _show(root: Path, path: str, *, writable: bool = False) -> None:
    """Mount a part of the system at the same place below a new root; a link is made anew, what is not there is not."""
    target = root / path.lstrip("/")
    try:
        kind = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if stat.S_ISLNK(kind):
        target.symlink_to(os.readlink(path))  # noqa: PTH115
        return
    if stat.S_ISDIR(kind):
        target.mkdir(exist_ok=True)
    else:
        target.touch(exist_ok=True)
    _mount(path, str(target), None, MS_BIND | MS_REC)
    _restrict(str(target), 0 if writable else ATTRIBUTE_RDONLY)


def _make_devices(root: Path) -> None:
    """Make /dev: a file is mounted for each device, since a plain user may make none."""
    devices = root / "dev"
    devices.mkdir()
    for name in DEVICES:
        if os.path.exists(f"/dev/{name}"):  # noqa: PTH110
            (devices / name).touch()
            _mount(f"/dev/{name}", str(devices / name), None, MS_BIND)
    for name, target in DEVICE_LINKS.items():
        (devices / name).symlink_to(target)


def _hide_own_folders(root: Path) -> None:
    """Mount an empty folder over each of the suite's own, where it is seen at all."""
    for path in own_folders():
        target = root / path.lstrip("/")
        if any((target / name).exists() for name in (PROJECT, PACKAGE)):
            mount_memory(str(target), OVERMOUNTED)
            _restrict(str(target), ATTRIBUTE_RDONLY)


def _restrict(target: str, attributes: int) -> None:
    """Forbid devices and other users' rights below a mount, and writing if asked.

    Linux before 5.12 can do it for one mount at a time only, not for those below it.
    """
    attributes |= ATTRIBUTE_NOSUID | ATTRIBUTE_NODEV
    if mount_setattr(os.fsencode(target), AT_RECURSIVE, attributes) == 0:
        return
    if ctypes.get_errno() != errno.ENOSYS:
        _must(-1, target)
    _mount(None, target, None, MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV | (attributes & MS_RDONLY))


def _become_root(place: str, arch: Arch) -> None:
    """Let the prepared folder be the root, and nothing else be reachable (man 2 pivot_root, "pivot_root(".", ".")")."""
    _mount(None, place, None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)
    os.chdir(place)
    _must(pivot_root(arch.pivot_root, b".", b"."))
    unmount(".")
    os.chdir("/")


def _mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    words = (None if word is None else os.fsencode(word) for word in (source, target, kind))
    _must(libc.mount(*words, flags, None if options is None else options.encode()), target)


def _must(result: int, what: str = "") -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what or None)
