"""The folder for temporary files: where it cannot be used, and how the folder of a dead sandbox is collected."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.records.errors import Unusable
from conformance.sandbox import client, temporary
from conformance.sandbox.client import Sandbox
from conformance.sandbox.machine_lock import LOCK_FOLDER
from conformance.sandbox.temporary import TemporaryFolder
from conformance.submission.references import references

NEEDS_MOUNT = pytest.mark.skipif(os.getuid() != 0, reason="only root mounts")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files that is this test's alone, and that every user can reach."""
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(folder.stat().st_mode | 0o011)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


@NEEDS_MOUNT
@pytest.mark.parametrize(
    ("options", "why"), [("noexec", "mounted noexec"), ("size=64k", "it is full"), ("ro", "it is read-only")]
)
def test_a_folder_that_cannot_be_used_is_named_and_costs_nothing(options: str, why: str, tmp_path: Path) -> None:
    command = f'mount -t tmpfs -o {options} tmpfs {tmp_path} && TMPDIR={tmp_path} exec "$@"'
    check = [sys.executable, "-m", "conformance.cli", "check", str(references() / "python")]
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", command, "sh", *check],
        capture_output=True, text=True, check=False, timeout=120, cwd="/",
    )  # fmt: skip
    assert done.returncode == 3, done.stdout + done.stderr
    assert str(tmp_path) in done.stderr
    assert why in done.stderr
    assert "TMPDIR=" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_other_users_cannot_enter_is_of_no_use_to_root(own: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("a plain user's programs are the same user's")
    (own / "mine").mkdir(mode=0o700)
    os.environ["TMPDIR"] = str(own / "mine")
    with pytest.raises(Unusable, match="closed to other users"):
        temporary.temporary_root()


def test_what_fails_for_lack_of_room_is_told_from_what_only_says_so(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = f"cc1: error: {os.strerror(28)}"
    monkeypatch.setattr(temporary, "_room", lambda _: 1 << 20)
    assert str(own) in str(temporary.is_full(words))
    assert temporary.is_full("error: expected ';'") is None
    monkeypatch.setattr(temporary, "_room", lambda _: 1 << 40)
    assert temporary.is_full(words) is None


def test_a_dead_stages_folder_is_collected_by_the_next_start(own: Path) -> None:
    with Sandbox(1) as sandbox, Sandbox(1) as dead:
        _ = sandbox.isolation, dead.isolation
        assert len(list(own.glob("offhook-sandbox-*"))) == 2
        os.kill(dead._process.pid, signal.SIGKILL)
        dead._process.wait()
        with Sandbox(1) as third:
            _ = third.isolation
            assert len(list(own.glob("offhook-sandbox-*"))) == 2, "the dead one's is gone, the living ones' are there"
    assert list(own.glob("offhook-*")) == []


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_worker_that_does_not_end_itself_leaves_nothing(
    own: Path, monkeypatch: pytest.MonkeyPatch, signal_number: int
) -> None:
    monkeypatch.setattr(client, "ENDS_WITHIN_S", 0.0)
    with Sandbox(1) as sandbox:
        user = sandbox.isolation.user
        os.kill(sandbox._process.pid, signal_number)
    assert list(own.glob("offhook-*")) == []
    assert not Path(LOCK_FOLDER, f"user-{user}").exists()


def test_only_folders_with_a_lock_of_ones_own_are_collected(own: Path) -> None:
    elsewhere = own / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / temporary.LOCK).touch()
    (own / "offhook-sandbox-link").symlink_to(elsewhere)
    (own / "offhook-sandbox-strange").mkdir()
    (own / "offhook-sandbox-dead").mkdir()
    (own / "offhook-sandbox-dead" / temporary.LOCK).touch()
    with TemporaryFolder("sandbox") as living:
        temporary.remove_abandoned()
        found = {path.name for path in own.iterdir()}
        assert found == {"elsewhere", "offhook-sandbox-link", "offhook-sandbox-strange", living.path.name}
    assert (elsewhere / temporary.LOCK).exists()


def test_the_fork_server_can_be_used_by_itself() -> None:
    text = (
        "from conformance.sandbox.fork_server import ForkServer; from conformance.observe.linux.arch import machine; "
        "from conformance.observe.linux.seccomp import Filter; "
    )
    text += "ForkServer(Filter(machine()), None).close()"
    subprocess.run([sys.executable, "-c", text], check=True, timeout=60, cwd="/")
