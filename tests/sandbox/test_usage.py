"""What a run may use up: memory, processor time and files are bounded, for programs and for compilers."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from conformance.judging.context import JudgingContext
from conformance.records.run import Busy, Exited, Run
from conformance.records.scenario import Scenario
from conformance.sandbox import usage
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import Program, RunRequest
from conformance.sandbox.usage import MOST, Free, UsageWatch, most_of
from conformance.submission import build as building
from conformance.submission.build import BuildDir
from conformance.submission.discover import read_submission
from tests.conftest import Compile

OBSERVED = pytest.mark.parametrize("observe", [True, False], ids=["traced", "untraced"])


def run(sandbox: Sandbox, program: Path, *arguments: str, observe: bool = True) -> Run:
    words = Program(command=(str(program), *arguments), runtime="native")
    return sandbox.run(RunRequest(program=words, scenario=Scenario(), observe=observe))


@OBSERVED
@pytest.mark.parametrize("way", ["heap", "memfd", "children"])
def test_a_program_that_takes_memory_without_end_is_ended(
    sandbox: Sandbox, compiled: Compile, way: str, observe: bool
) -> None:
    found = run(sandbox, compiled("takes_memory"), way, "4000", observe=observe)
    assert found.ending == Busy(limit="memory")


def test_memory_that_processes_share_counts_once(sandbox: Sandbox, compiled: Compile) -> None:
    assert run(sandbox, compiled("takes_memory"), "shared", "200").ending == Exited(status=0)


@OBSERVED
def test_what_was_computed_is_known(sandbox: Sandbox, compiled: Compile, observe: bool) -> None:
    found = run(sandbox, compiled("burns"), "6", observe=observe)
    assert found.ending == Exited(status=0)
    assert 0.5 <= found.processor_seconds < 1.5


def test_what_children_compute_counts(sandbox: Sandbox, compiled: Compile) -> None:
    assert run(sandbox, compiled("burns"), "1", "6").processor_seconds >= 0.4


@OBSERVED
def test_files_are_bounded_however_fast_they_are_made(sandbox: Sandbox, compiled: Compile, observe: bool) -> None:
    """On a file system of its own a program gets ENOSPC; on another one it is ended for what it leaves."""
    own = sandbox.isolation.files == "own-root"
    assert run(sandbox, compiled("leaves_files"), "12000", observe=observe).ending == Exited(status=0)
    too_many = run(sandbox, compiled("leaves_files"), "20200", observe=observe).ending
    assert too_many == (Exited(status=1) if own else Busy(limit="files"))


@pytest.mark.parametrize(("count", "limit"), [(10, None), (11, "files")])
def test_what_is_left_at_last_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, limit: str | None
) -> None:
    free = iter((Free(files=1000, space=0), Free(files=0, space=0)))  # of a file system that others use, too
    monkeypatch.setattr(usage, "_free", lambda _: next(free))
    most = MOST["native"]._replace(files=10)
    watch = UsageWatch(processes=tuple, most=most, directory=str(tmp_path))
    for number in range(count):
        (tmp_path / f"{number}").touch()
    assert watch.look_at_last() == limit


def test_a_build_may_take_a_quarter_of_what_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = RunRequest(program=Program(command=("cc",)), scenario=Scenario(), build=True, directory=str(tmp_path))
    for free, most in ((100 << 20, 25 << 20), (1 << 40, MOST["build"].disk)):
        monkeypatch.setattr(usage, "_free", lambda _, free=free: Free(files=0, space=free))
        assert most_of(request).disk == most


@pytest.mark.parametrize(("size", "limit"), [(1 << 20, None), (3 << 20, "files")])
def test_a_disk_that_fills_up_is_looked_at_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, limit: str | None
) -> None:
    monkeypatch.setattr(usage, "FILES_EVERY", 1 << 30)
    free = iter((Free(files=0, space=100 << 20), Free(files=0, space=97 << 20)))  # others write there, too
    monkeypatch.setattr(usage, "_free", lambda _: next(free))
    watch = UsageWatch(processes=tuple, most=MOST["build"]._replace(disk=2 << 20), directory=str(tmp_path))
    watch.due = 0.0
    (tmp_path / "large").write_bytes(bytes(size))
    assert watch.look() == limit


BOMBS = {
    "memory": (
        "x = []\nwhile True: x.append(bytearray(16 << 20))",
        "the build was stopped: too much memory",
    ),
    "files": (
        "import os\nfor i in range(10**7): os.close(os.open(f'f{i}', os.O_CREAT | os.O_WRONLY))",
        "the build was stopped: too many files, or too large ones",
    ),
    "output": (
        "while True: print('x' * 1000)",
        "the build was stopped: too much output",
    ),
}


@pytest.mark.parametrize("limit", sorted(BOMBS))
def test_a_build_that_goes_on_without_end_is_ended_and_says_why(sandbox: Sandbox, tmp_path: Path, limit: str) -> None:
    script, why = BOMBS[limit]
    if shutil.which("/usr/bin/python3") is None:
        pytest.skip("no python3 for every user")
    (tmp_path / "bomb.py").write_text(script)
    (tmp_path / "offhook.toml").write_text('[hello_server]\nbuild = "/usr/bin/python3 bomb.py"\nrun = ["./never"]\n')
    with closing(BuildDir(sandbox)) as build_dir:
        built = build_dir.build(tmp_path, read_submission(tmp_path).found["hello_server"])
    assert built.program is None
    assert str(built.reason) == why


SENDS = """
#include <arpa/inet.h>
#include <stdlib.h>
#include <unistd.h>
int main(int argc, char **argv) {
    static char much[1 << 20];
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&at, sizeof at) < 0 || listen(listener, 5) < 0) return 1;
    for (int line; (line = accept(listener, NULL, NULL)) >= 0; close(line))
        while (write(line, much, sizeof much) > 0)
            ;
}
"""
SLEEPS = '[hello_server]\nbuild = "sleep 1000"\nrun = ["./never"]\n[echo_server]\nbuild = "sleep 999"\nrun = ["./no"]\n'


def test_who_sends_without_end_is_ended_after_some_megabytes(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "hello_server.c").write_text(SENDS)
    with closing(BuildDir(sandbox)) as build_dir:
        context = JudgingContext(read_submission(tmp_path), sandbox, build_dir)
        program = context.program("hello_server")
        assert program is not None
        assert program.baseline.ending == Busy(limit="bytes")
        assert len(program.baseline.received()) <= 5 << 20


def test_builds_that_sleep_end_and_the_second_one_sooner(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "BUILD_LIMIT_S", 1.0)
    monkeypatch.setattr(building, "HASTY_BUILD_LIMIT_S", 0.1)
    (tmp_path / "offhook.toml").write_text(SLEEPS)
    with closing(BuildDir(sandbox)) as build_dir:
        submission = read_submission(tmp_path)
        first, second = (build_dir.build(tmp_path, submission.found[name]) for name in ("hello_server", "echo_server"))
    assert str(first.reason) == str(second.reason) == "the build was stopped: too much time"
