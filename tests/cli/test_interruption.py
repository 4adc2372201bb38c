"""However a check is ended, and whenever: it leaves nothing behind, and says so where it still can."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.support.offhook import ROOT


@pytest.mark.parametrize("ask", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_check_leaves_nothing(ask: signal.Signals, tmp_path: Path) -> None:
    if shutil.which("gcc") is None:
        pytest.skip("no gcc here")
    tmp_path.chmod(0o755)
    for folder in tmp_path.parents[:-2]:
        folder.chmod(folder.stat().st_mode | 0o011)
    command = [sys.executable, "-m", "conformance.cli", "check", str(ROOT / "reference_impl/c"), "--jobs", "2"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment, cwd="/", text=True) as check:
        here = psutil.Process(check.pid)
        while sum(len(list(one.glob("*/*_server"))) for one in tmp_path.glob("offhook-build-*")) < 2:
            assert check.poll() is None  # until two programs are judged
        started = here.children(recursive=True)
        check.send_signal(ask)
        _, said = check.communicate(timeout=60)
    assert check.returncode == 130
    assert said == "offhook: interrupted; what was started is ended, nothing is left\n"
    assert psutil.wait_procs(started, timeout=10)[1] == []
    assert list(tmp_path.iterdir()) == []


AS_INSTALLED = "from conformance.entry import main; main()"
"""What the installed command does."""


def check_in(folder: Path, submission: Path) -> subprocess.Popen[str]:
    """Start a check whose temporary folders lie in a folder, as the installed command does."""
    folder.chmod(0o755)
    for above in folder.parents[:-2]:
        above.chmod(above.stat().st_mode | 0o011)
    command = [sys.executable, "-P", "-c", AS_INSTALLED, "check", str(submission)]
    environment = {**os.environ, "TMPDIR": str(folder), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stderr=subprocess.PIPE, env=environment, cwd="/", text=True)


def has_loaded(process: subprocess.Popen[str], what: str) -> bool:
    """Tell whether a process has loaded a library."""
    return what in Path(f"/proc/{process.pid}/smaps").read_text() if process.poll() is None else False


@pytest.mark.parametrize("ask", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", ["while it is loaded", "at its first process", "at its second process"])
def test_who_interrupts_at_once_gets_one_line(ask: signal.Signals, moment: str, tmp_path: Path) -> None:
    with check_in(tmp_path, ROOT / "reference_impl/python") as check:
        here, started = psutil.Process(check.pid), list[psutil.Process]()
        wanted = ("while it is loaded", "at its first process", "at its second process").index(moment)
        while len(started) < wanted or (wanted == 0 and not has_loaded(check, "_ctypes")):
            assert check.poll() is None
            started = here.children(recursive=True)
        check.send_signal(ask)
        _, said = check.communicate(timeout=120)
    assert (check.returncode, said) == (130, "offhook: interrupted; what was started is ended, nothing is left\n")
    assert psutil.wait_procs(started, timeout=60)[1] == []
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_check_was_doing_ends_with_it(tmp_path: Path) -> None:
    submission, temporary = tmp_path / "submission", tmp_path / "temporary"
    submission.mkdir()
    temporary.mkdir()
    (submission / "offhook.toml").write_text('[hello_server]\nbuild = "sleep 1000"\nrun = ["./never"]\n')
    with check_in(temporary, submission) as check:
        here, started = psutil.Process(check.pid), list[psutil.Process]()
        while not any(map(is_sleep, started)):
            assert check.poll() is None
            started = here.children(recursive=True)
        check.kill()
    assert psutil.wait_procs(started, timeout=60)[1] == []
    assert [path.name.rpartition("-")[0] for path in temporary.iterdir()] == ["offhook-build"]
    remove_abandoned_in(temporary)
    assert list(temporary.iterdir()) == []


def is_sleep(process: psutil.Process) -> bool:
    """Tell whether a process is the program `sleep`; no, where it has ended meanwhile."""
    try:
        return process.name() == "sleep"
    except psutil.NoSuchProcess:
        return False


def remove_abandoned_in(folder: Path) -> None:
    """Collect what was left, as the next start does."""
    command = [sys.executable, "-c", "from conformance.sandbox import temporary; temporary.remove_abandoned()"]
    subprocess.run(command, env={**os.environ, "TMPDIR": str(folder), "PYTHONPATH": str(ROOT)}, check=True)
