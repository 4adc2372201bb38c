"""Users are locked for a whole machine, whichever network a suite is in, and safe against others and their links."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.sandbox import machine_lock, uids
from conformance.sandbox.machine_lock import FileLock, try_file_lock

TAKES_ONE = """
from conformance.sandbox import uids
found, lock = uids.one_of_its_own(0)
print(found.user, flush=True)
input()
lock.close()
"""


@pytest.fixture
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for locks of this test alone."""
    folder = tmp_path / "locks"
    monkeypatch.setattr(machine_lock, "LOCK_FOLDER", str(folder))
    return folder


@pytest.mark.skipif(not uids.can_be_changed(), reason="only root gives programs other users")
def test_suites_in_two_networks_have_two_users() -> None:
    command = ["unshare", "--net", sys.executable, "-c", TAKES_ONE]
    both = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    users = {one.stdout.readline() for one in both if one.stdout is not None}
    for one in both:
        one.communicate("\n", timeout=60)
    assert len(users - {""}) == 2
    assert not [user for user in users if Path(machine_lock.LOCK_FOLDER, f"user-{user.strip()}").exists()]


def test_a_lock_is_held_once_and_its_file_is_taken_away(locks: Path) -> None:
    first = try_file_lock("user-1")
    assert isinstance(first, FileLock)
    assert try_file_lock("user-1") is None
    assert [path.name for path in locks.iterdir()] == ["user-1"]
    first.close()
    assert not locks.exists(), "the folder goes with the last lock"
    again = try_file_lock("user-1")
    assert again is not None
    again.close()


def test_what_a_killed_holder_left_is_taken_over(locks: Path) -> None:
    assert try_file_lock("user-1") is not None  # it is never closed
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if try_file_lock("user-2") is not None else 1)
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    assert (locks / "user-2").exists()
    taken = try_file_lock("user-2")
    assert taken is not None
    taken.close()


def test_what_killed_holders_left_is_taken_away_and_what_is_held_is_not(locks: Path) -> None:
    locks.mkdir(mode=0o700)
    (locks / "user-1").touch()
    held = try_file_lock("user-2")
    assert held is not None
    machine_lock.remove_abandoned()
    assert [path.name for path in locks.iterdir()] == ["user-2"]
    held.close()
    machine_lock.remove_abandoned()
    assert not locks.exists()


def test_a_link_in_its_place_is_not_followed(locks: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    locks.mkdir(mode=0o700)
    (locks / "user-1").symlink_to(victim)
    with pytest.raises(OSError, match="symbolic links"):
        try_file_lock("user-1")
    assert not victim.exists()


@pytest.mark.parametrize("mode", [0o777, 0o770])
def test_a_folder_that_others_may_write_to_is_not_used(locks: Path, mode: int) -> None:
    locks.mkdir()
    locks.chmod(mode)
    with pytest.raises(PermissionError):
        try_file_lock("user-1")


def test_a_folder_that_is_a_link_is_not_used(locks: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    locks.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PermissionError):
        try_file_lock("user-1")
