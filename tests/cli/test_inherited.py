"""What a shell hands down does no harm: a right program stays right, or one line says what is in the way."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.commands.common import EXIT_HARNESS, EXIT_USAGE
from tests.support.offhook import ROOT


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    """A right client."""
    if shutil.which("gcc") is None:
        pytest.skip("no gcc here")
    shutil.copyfile(ROOT / "reference_impl/c/hello_client.c", tmp_path / "hello_client.c")
    return tmp_path


def check_after(prepared: str, submission: Path, more: str = "") -> subprocess.CompletedProcess[str]:
    """Check it in a shell that has done something before."""
    command = f'{prepared} exec "{sys.executable}" -P -m conformance.cli check "$1" --profile quick {more}'
    words = ["/bin/bash", "-c", command, "bash", str(submission)]
    return subprocess.run(words, capture_output=True, text=True, timeout=300, cwd=ROOT)


@pytest.mark.parametrize(
    "prepared",
    ["umask 0777;", "umask 077;", "ulimit -Sn 64;", "ulimit -Sf 1;", "trap '' CHLD;", "unset PATH;", "PATH=;"],
)
def test_a_right_program_stays_right(prepared: str, submission: Path) -> None:
    done = check_after(prepared, submission)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(os.getuid() != 0, reason="a right of root is taken away")
def test_root_without_the_right_to_look_into_processes_judges_files(tmp_path: Path) -> None:
    """As in a container where tracing is allowed and CAP_SYS_PTRACE is not given."""
    for name in ("low_open", "fd_seri"):
        shutil.copyfile(ROOT / f"reference_impl/c/{name}.c", tmp_path / f"{name}.c")
    command = [sys.executable, "-P", "-m", "conformance.cli", "check", str(tmp_path), "--profile", "quick"]
    fewer = ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-all"]
    done = subprocess.run([*fewer, *command], capture_output=True, text=True, timeout=300, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("limit", "flag"), [("-n 64", "-n"), ("-f 1", "-f"), ("-v 200000", "-v")])
def test_a_limit_that_is_too_low_is_said_in_one_line(limit: str, flag: str, submission: Path) -> None:
    done = check_after(f"ulimit {limit};", submission)
    assert done.returncode == EXIT_HARNESS
    assert f"ulimit {flag}" in done.stderr
    assert done.stderr.count("\n") == 1


def test_who_keeps_files_private_gets_private_reports(submission: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert check_after("umask 077;", submission, f"--html {page}").returncode == 0
    assert page.stat().st_mode & 0o077 == 0


def test_a_program_that_is_only_looked_at_inherits_everything() -> None:
    command = f'umask 027; trap "" CHLD; exec "{sys.executable}" -P -m conformance.cli trace -- /bin/sh -c umask'
    done = subprocess.run(["/bin/bash", "-c", command], capture_output=True, text=True, timeout=300, cwd=ROOT)
    assert done.stdout == "0027\n"


@pytest.mark.parametrize(
    "words",
    ["explain transfer.any-split", "check --list", "check FOLDER --profile quick", "--help", "--version", "doctor"],
)
def test_an_output_that_cannot_be_written_is_said_in_one_line(words: str, submission: Path) -> None:
    command = [sys.executable, "-m", "conformance.cli", *words.replace("FOLDER", str(submission)).split()]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=300, cwd=ROOT, check=False
        )
    assert done.returncode == EXIT_USAGE, done.stderr
    assert done.stderr == "offhook: standard output cannot be written: No space left on device\n"


def test_who_reads_no_more_of_the_output_gets_one_line() -> None:
    command = f'"{sys.executable}" -m conformance.cli check --list | true; exit "${{PIPESTATUS[0]}}"'
    done = subprocess.run(
        ["/bin/bash", "-c", command], capture_output=True, text=True, timeout=300, cwd=ROOT, check=False
    )
    assert (done.returncode, done.stderr.count("\n")) in ((0, 0), (EXIT_USAGE, 1))  # all was written before
