"""Users: as root, a sandbox's programs run as one that no other sandbox has, so that a user's limits are its own.

Root may be one that can become nobody else: without capabilities, or in a user namespace that knows one user. There
programs run as the suite's own user, as for every plain user.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from conformance.sandbox.machine_lock import try_file_lock, try_lock

FIRST: Final = 40_001
"""The first of the numbers of users for programs: above those that systems give to people, and below 65534, nobody."""
UIDS: Final = 1_000
"""How many such users there are: more than there are sandboxes on one machine."""
MOUNTS: Final = "/proc/self/ns/mnt"
"""Its inode is another one in each container."""
RIGHTS: Final = (0, 1, 3, 5, 6, 7)
"""CAP_CHOWN, DAC_OVERRIDE, FOWNER, KILL, SETGID, SETUID: what it takes to run and to end programs as another user."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The user that a program runs as."""

    user: int
    group: int

    def own(self, path: str) -> None:
        """Give a file or folder to this user."""
        os.chown(path, self.user, self.group, follow_symlinks=False)

    def become(self, *, with_a_way_back: bool = False) -> None:
        """Make this process one of this user, for good, or so that it can become root again."""
        os.setgroups([])
        os.setresgid(self.group, self.group, self.group)
        os.setresuid(self.user, self.user, 0 if with_a_way_back else self.user)


class Held(Protocol):
    """A lock that is held until it is closed, or its holder ends."""

    def close(self) -> None:
        """Let go of it."""


def one_of_its_own(number: int) -> tuple[Identity | None, Held | None]:
    """Return the user of a sandbox and the lock to hold; None where programs run as the user who runs the suite.

    Where all are taken the number decides.
    """
    if not can_be_changed():
        return None, None
    for user in candidates():
        held = _lock(user)
        if held is not None:
            return Identity(user, user), held
    return Identity(FIRST + number, FIRST + number), None


def candidates() -> Iterator[int]:
    """Yield all such users, beginning where no other container on this machine is likely to begin.

    Containers see no locks of each other, but the kernel counts a user's processes in all of them together
    (RLIMIT_NPROC, man 2 getrlimit): what one starts would keep programs of another from being started.
    """
    here = Path(MOUNTS).stat().st_ino
    return (FIRST + (here + further) % UIDS for further in range(UIDS))


def _lock(user: int) -> Held | None:
    """Lock a user on this machine; only in this network where root has no folder for locks."""
    try:
        return try_file_lock(f"user-{user}")
    except OSError:
        return try_lock(f"user-{user}")


def can_be_changed() -> bool:
    """Tell whether this process may start programs as other users."""
    return (
        os.getuid() == 0
        and all(_effective() >> right & 1 for right in RIGHTS)
        and all(_knows(Path("/proc/self", name)) for name in ("uid_map", "gid_map"))
        and Path("/proc/self/setgroups").read_text().strip() == "allow"
    )


def _effective() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("CapEff:")[2].split()[0], 16)


def _knows(table: Path) -> bool:
    """Tell whether a user namespace has numbers for all users of sandboxes."""
    rows = (map(int, line.split()) for line in table.read_text().splitlines())
    return any(first <= FIRST and first + count >= FIRST + UIDS for first, _, count in rows)
