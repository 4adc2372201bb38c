"""Ctrl-C in the middle of a check that judges several programs at once leaves nothing behind."""

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
        while sum("built" in name for one in tmp_path.glob("offhook-build-*") for name in map(str, one.rglob("*"))) < 2:
            assert check.poll() is None  # until two programs are judged
        started = here.children(recursive=True)
        check.send_signal(ask)
        _, said = check.communicate(timeout=60)
    assert check.returncode == 130
    assert said == "offhook: interrupted; what was started is ended, nothing is left\n"
    assert psutil.wait_procs(started, timeout=10)[1] == []
    assert list(tmp_path.iterdir()) == []
