"""Each program has a box: it sees the system and its own folder, and what it leaves is gone for the next one."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from conformance.records.errors import SandboxError
from conformance.records.run import Exited, Run
from conformance.records.scenario import Scenario
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import Program, RunRequest
from conformance.submission.build import BuildDir
from conformance.submission.discover import Found
from conformance.submission.references import references
from tests.conftest import Compile

BOTH = pytest.mark.parametrize("observe", [True, False])


@pytest.fixture(autouse=True)
def boxed(sandbox: Sandbox) -> None:
    if sandbox.isolation.files != "own-root":
        pytest.skip("here a program sees the files of the system")


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """Two folders that every user may read, as those of two students."""
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(folder.stat().st_mode | 0o011)
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        (folder / "solution.txt").write_text(f"the solution of {folder.name}")
    yield one, other


def said(sandbox: Sandbox, folder: Path, script: str, *, observe: bool = False) -> Run:
    """Run a shell's script in the box of a folder."""
    program = Program(command=("/bin/sh", "-c", f"exec 2>&1; {script}"), shown=(str(folder),))
    return sandbox.run(RunRequest(program=program, scenario=Scenario(), observe=observe))


@BOTH
def test_a_program_reads_its_own_folder_and_no_other(
    sandbox: Sandbox, folders: tuple[Path, Path], *, observe: bool
) -> None:
    one, other = folders
    run = said(sandbox, one, f"cat {one}/solution.txt; cat {other}/solution.txt; ls {one.parent}", observe=observe)
    assert b"the solution of one" in run.stdout
    assert b"the solution of other" not in run.stdout
    assert run.stdout.endswith(b"one\n"), "the folder around it holds nothing else"


@BOTH
def test_its_own_folder_is_read_only(sandbox: Sandbox, folders: tuple[Path, Path], *, observe: bool) -> None:
    one, _ = folders
    run = said(
        sandbox, one, f"echo forged > {one}/solution.txt; rm -f {one}/solution.txt; mkdir {one}/x", observe=observe
    )
    assert run.stdout.count(b"Read-only file system") >= 2
    assert (one / "solution.txt").read_text() == "the solution of one"


@BOTH
def test_the_references_and_the_suite_are_not_there(
    sandbox: Sandbox, folders: tuple[Path, Path], *, observe: bool
) -> None:
    run = said(sandbox, folders[0], f"ls {references()}; ls /home /home/* /root", observe=observe)
    assert b"hello_server.c" not in run.stdout
    assert b"student" in run.stdout, "an empty folder of the box's own"
    assert b"No such file" in run.stdout


def test_what_one_program_leaves_the_next_one_does_not_meet(sandbox: Sandbox, folders: tuple[Path, Path]) -> None:
    one, other = folders
    leaves = "touch /tmp/left /dev/shm/left; ipcmk -M 100 -p 666 > /dev/null; ipcs -m | grep -c 666; ls /tmp/left"
    assert said(sandbox, one, leaves).stdout == b"1\n/tmp/left\n"
    assert said(sandbox, other, "ipcs -m | grep -c 666; ls /tmp/left /dev/shm/left").stdout.count(b"cannot access") == 2


def test_what_a_run_leaves_open_to_all_the_next_run_does_not_meet(sandbox: Sandbox, folders: tuple[Path, Path]) -> None:
    counts = "for at in /tmp /dev/shm; do ls $at/was_here; touch $at/was_here; done"
    for _ in range(2):
        assert said(sandbox, folders[0], counts).stdout.count(b"cannot access") == 2


def test_a_full_disk_is_the_program_s_own(sandbox: Sandbox, folders: tuple[Path, Path]) -> None:
    one, other = folders
    fills = "for at in 1 2 3 4; do head -c 60m /dev/zero > /tmp/$at; done; head -c 1000 /dev/zero > /tmp/more"
    assert b"No space left" in said(sandbox, one, fills).stdout
    assert said(sandbox, other, "echo kept > /tmp/mine; cat /tmp/mine").stdout == b"kept\n"


@BOTH
def test_many_and_deep_folders_are_gone_with_the_box(
    sandbox: Sandbox, folders: tuple[Path, Path], compiled: Compile, *, observe: bool
) -> None:
    """A file system is given up as a whole: nothing is deleted one by one."""
    program = compiled("deep_folders")
    order = RunRequest(program=Program(command=(str(program),)), scenario=Scenario(), observe=observe)
    assert sandbox.run(order).ending == Exited(status=0)
    assert said(sandbox, folders[0], "ls").stdout == b""
    assert sandbox.run(order).ending == Exited(status=0)


@BOTH
@pytest.mark.parametrize(
    "tries",
    ["unshare -r true", "unshare -n true", "unshare -m true", "mount -t tmpfs none /tmp", "nsenter -t 1 -n true"],
)
def test_no_namespaces_and_no_mounts_are_to_be_had(
    sandbox: Sandbox, folders: tuple[Path, Path], tries: str, *, observe: bool
) -> None:
    assert b"got it" not in said(sandbox, folders[0], f"{tries} && echo got it", observe=observe).stdout


def test_processes_and_the_first_one_s_memory_are_its_own(sandbox: Sandbox, folders: tuple[Path, Path]) -> None:
    look = (
        "ls /proc | grep -c '^[0-9]'; cat /proc/1/environ; head -c 1 /proc/1/mem; ls /proc/1/fd; kill -9 1; kill -9 -1"
    )
    run = said(sandbox, folders[0], f"{look}; echo lives")
    assert int(run.stdout.split()[0]) < 10
    assert b"PATH=" not in run.stdout
    assert run.stdout.count(b"denied") >= 3
    assert said(sandbox, folders[0], "echo again").stdout == b"again\n"


def test_a_build_sees_nothing_but_its_folder_and_writes_nowhere_else(
    sandbox: Sandbox, folders: tuple[Path, Path]
) -> None:
    one, other = folders
    (one / "hello_client.c").write_text(f'#include "{other}/solution.txt"\nint main(void) {{ return 0; }}\n')
    with closing(BuildDir(sandbox)) as build_dir:
        words = str(build_dir.build(one, Found("hello_client", "hello_client.c")).words)
    assert "No such file" in words
    assert "the solution of" not in words.replace("solution.txt", "")


def test_a_program_starts_where_its_folder_was_named_through_a_link(sandbox: Sandbox, tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(folder.stat().st_mode | 0o011)
    (tmp_path / "real").mkdir()
    shutil.copy("/bin/true", tmp_path / "real" / "program")
    (tmp_path / "link").symlink_to("real")
    order = RunRequest(program=Program(command=(str(tmp_path / "link" / "program"),)), scenario=Scenario())
    assert sandbox.run(order).ending == Exited(status=0)


def test_a_box_that_cannot_be_made_is_an_error_and_no_verdict(sandbox: Sandbox) -> None:
    order = RunRequest(program=Program(command=("/bin/true",), shown=("/dev/null/x",)), scenario=Scenario())
    with pytest.raises(SandboxError):
        sandbox.run(order)
