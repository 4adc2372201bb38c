"""What a hostile program may do to the suite by what it leaves: a process that lives on, links, FIFOs, huge files."""

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from conformance.observe.source_lines import sources_of
from conformance.records.run import Exited, NotStarted
from conformance.records.scenario import File, Scenario, Start
from conformance.records.trace import CallSite
from conformance.sandbox import safe_files
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import Program, RunRequest
from conformance.sandbox.workdirs import FILES_KEPT, WorkDirs, collect_files
from tests.conftest import Compile, worker_number

WAYS = ("untraced", "clone3", "int80", "x32", "daemon", "thread")
ROUNDS = 8
SECRET = b"for root's eyes"
DEEP = 1_100


@pytest.fixture
def own_stage() -> Iterator[Sandbox]:
    """A sandbox beside which no other test's program runs."""
    with Sandbox(worker_number()) as sandbox:
        yield sandbox


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file that only the suite's user can read and write."""
    file = tmp_path / "secret"
    file.write_bytes(SECRET)
    file.chmod(0o600)
    return file


def living(sandbox: Sandbox) -> set[str]:
    """Return the names of the processes that live below a sandbox's worker."""
    below = psutil.Process(sandbox._process.pid).children(recursive=True)
    return {one.name() for one in below if one.status() != psutil.STATUS_ZOMBIE}


@pytest.mark.parametrize("observe", [True, False], ids=["observed", "not observed"])
@pytest.mark.parametrize("way", WAYS)
def test_nothing_of_a_run_lives_when_it_is_over(
    way: str, observe: bool, own_stage: Sandbox, compiled: Compile, secret: Path
) -> None:
    program = Program(command=(str(compiled("outlives")), way, str(secret)), path="data.txt", files=True)
    reads = Program(command=("/bin/cat", "data.txt"), path="data.txt", files=True)
    data = Scenario(start=Start(files=(File(name="data.txt", content=b"given"),)))
    _ = own_stage.isolation
    before = living(own_stage)
    for _round in range(ROUNDS if way == "untraced" else 3):
        own_stage.run(RunRequest(program=program, scenario=Scenario(), observe=observe, hard_limit_s=0.2))
        assert living(own_stage) == before, "the fork servers"
        found = own_stage.run(RunRequest(program=reads, scenario=data, observe=observe))
        assert (found.ending, found.stdout) == (Exited(status=0), b"given")
    assert secret.read_bytes() == SECRET
    assert secret.stat().st_mode & 0o777 == 0o600


# ---------------------------------------------------------------- what lies in a program's directory


@pytest.mark.parametrize("what", ["link", "dangling link", "fifo", "file", "folder"])
def test_a_file_is_laid_down_only_where_nothing_lies(what: str, secret: Path, tmp_path: Path) -> None:
    directory = tmp_path / "own"
    directory.mkdir()
    place(what, directory / "data.txt", secret)
    with pytest.raises(FileExistsError):
        WorkDirs(str(tmp_path), None).populate((File(name="data.txt", content=b"given"),), str(directory))
    assert secret.read_bytes() == SECRET


@pytest.mark.parametrize("what", ["link", "dangling link", "fifo", "socket", "folder"])
def test_only_plain_files_are_read_back(what: str, secret: Path, tmp_path: Path) -> None:
    directory = tmp_path / "own"
    directory.mkdir()
    place(what, directory / "data.txt", secret)
    (directory / "plain").write_bytes(b"mine")
    assert collect_files(str(directory)) == (File(name="plain", content=b"mine", mode=0o644),)


def place(what: str, path: Path, secret: Path) -> None:
    match what:
        case "link":
            path.symlink_to(secret)
        case "dangling link":
            path.symlink_to(secret.parent / "nowhere")
        case "fifo":
            os.mkfifo(path)
        case "socket":
            with socket.socket(socket.AF_UNIX) as server:
                server.bind(str(path))
        case "folder":
            path.mkdir()
        case _:
            path.write_bytes(b"there")


def test_a_directory_that_became_a_link_is_not_read(secret: Path, tmp_path: Path) -> None:
    (tmp_path / "own").symlink_to(secret.parent)
    assert collect_files(str(tmp_path / "own")) == ()


def test_what_is_read_back_is_bounded_in_all(tmp_path: Path) -> None:
    for number in range(5):
        with (tmp_path / f"{number}").open("wb") as file:
            file.truncate(FILES_KEPT - number)
    assert sum(len(file.content) for file in collect_files(str(tmp_path))) == FILES_KEPT


def test_the_exercises_file_is_read_back_among_however_many(tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / f"a{number:03}").touch()
    (tmp_path / "data.txt").write_bytes(b"wanted")
    assert File(name="data.txt", content=b"wanted", mode=0o644) in collect_files(str(tmp_path), "data.txt")


def test_a_name_that_is_no_text_is_shown_all_the_same(tmp_path: Path) -> None:
    os.close(os.open(os.fsencode(tmp_path) + b"/\xff\xfe", os.O_CREAT))
    assert [file.name for file in collect_files(str(tmp_path))] == [r"\xff\xfe"]


def test_folders_are_given_away_but_not_what_has_another_name(secret: Path, tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root gives files away")
    copy = tmp_path / "copy"
    (copy / "inner").mkdir(parents=True)
    (copy / "inner" / "file").touch()
    (copy / "link").symlink_to(secret)
    (copy / "second name").hardlink_to(secret)
    safe_files.give(str(copy), 65534, 65534)
    assert {(copy / name).lstat().st_uid for name in (".", "inner", "inner/file")} == {65534}
    assert secret.stat().st_uid == 0


def test_folders_are_removed_however_deep_and_closed(secret: Path, tmp_path: Path) -> None:
    top = tmp_path / "own"
    top.mkdir()
    at = os.open(top, os.O_RDONLY)
    for number in range(DEEP):
        os.mkdir("inner", dir_fd=at)
        os.symlink(secret, "link", dir_fd=at)
        os.close(os.open("file", os.O_CREAT, dir_fd=at))
        at, above = os.open("inner", os.O_RDONLY, dir_fd=at), at
        if number % 100 == 0:
            os.fchmod(above, 0)
        os.close(above)
    os.close(at)
    safe_files.remove(str(top))
    assert not top.exists()
    assert secret.read_bytes() == SECRET


@pytest.mark.parametrize("observe", [True, False], ids=["observed", "not observed"])
def test_nobody_waits_for_a_fifo_in_place_of_a_program(observe: bool, sandbox: Sandbox, compiled: Compile) -> None:
    with tempfile.TemporaryDirectory(prefix="offhook-tests-") as folder:  # pytest closes its own to other users
        Path(folder).chmod(0o777)
        program = Path(shutil.copy(compiled("becomes_a_fifo"), folder))
        order = RunRequest(program=Program(command=(str(program),)), scenario=Scenario(), observe=observe)
        is_read_only = sandbox.isolation.files == "own-root"
        assert sandbox.run(order).ending == Exited(status=int(is_read_only))
        if is_read_only:  # a build may have made it
            program.unlink()
            os.mkfifo(program, 0o777)
        assert isinstance(sandbox.run(order).ending, NotStarted)
        assert sources_of_any(str(program)) == []


def sources_of_any(file: str) -> list[tuple[str, int]]:
    """Return the lines of a program's first address."""
    return list(sources_of(CallSite(file=file, offset=0, direct=True)))
