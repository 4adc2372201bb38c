"""The conditions under which a program starts, and what lies in its folder before and after."""

import os
import tempfile
from pathlib import Path

import pytest

from conformance.records.run import Exited, Run, Waiting
from conformance.records.scenario import File, Scenario, Start
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import Program, RunRequest
from conformance.sandbox.workdirs import collect_files
from tests.conftest import Compile


def run(sandbox: Sandbox, program: Path, *arguments: str, start: Start, observe: bool = True) -> Run:
    asked = Program(command=(str(program), *arguments), path="data.txt", files=True)
    return sandbox.run(RunRequest(program=asked, scenario=Scenario(start=start), observe=observe))


# ---------------------------------------------------------------- the terminal


@pytest.mark.parametrize("observe", [True, False], ids=["observed", "not observed"])
def test_the_input_is_typed_on_a_terminal(observe: bool, sandbox: Sandbox, compiled: Compile) -> None:
    start = Start(input=b"one\ntwo\n", terminal=True)
    found = run(sandbox, compiled("terminal"), start=start, observe=observe)
    assert found.stdout == b"110\n<one\n><two\n>end\n", "no echo, no carriage return, and an end"
    assert found.ending == Exited(status=0)


def test_the_input_comes_through_a_pipe_otherwise(sandbox: Sandbox, compiled: Compile) -> None:
    assert run(sandbox, compiled("terminal"), start=Start(input=b"one\ntwo")).stdout == b"000\n<one\n><two>end\n"
    assert run(sandbox, compiled("terminal"), start=Start()).stdout == b"000\nend\n"


def test_a_terminal_may_have_nothing_but_the_end(sandbox: Sandbox, compiled: Compile) -> None:
    assert run(sandbox, compiled("terminal"), start=Start(terminal=True)).stdout == b"110\nend\n"


def test_a_program_that_asks_its_terminal_again_waits(sandbox: Sandbox, compiled: Compile) -> None:
    found = run(sandbox, compiled("terminal"), start=Start(input=b"no line end", terminal=True))
    assert found.ending == Waiting(), "an end in mid-line only hands the line over"


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize("observe", [True, False], ids=["observed", "not observed"])
@pytest.mark.parametrize(
    ("start", "numbers"),
    [
        (Start(), b"3 4 5 6 "),
        (Start(descriptors=1), b"4 5 6 7 "),
        (Start(descriptors=3), b"6 7 8 9 "),
        (Start(descriptors=1, holes=True), b"4 5 6 7 "),
        (Start(descriptors=2, holes=True), b"4 6 7 8 "),
        (Start(descriptors=3, holes=True), b"4 6 8 9 "),
    ],
)
def test_the_free_numbers_are_others(
    start: Start, numbers: bytes, observe: bool, sandbox: Sandbox, compiled: Compile
) -> None:
    assert run(sandbox, compiled("opens"), "4", start=start, observe=observe).stdout == numbers


# ---------------------------------------------------------------- files


def test_files_lie_in_the_folder_and_are_read_back(sandbox: Sandbox, compiled: Compile) -> None:
    files = (File(name="data.txt", content=b"ab", times=3), File(name="another.txt", content=b"\0"))
    found = run(sandbox, compiled("files"), "rdata.txt", "wanother.txt", start=Start(files=files))
    assert found.stdout == b"6 <ababab> 0 0 6 0 "
    assert found.files == (File(name="another.txt", content=b"Hello\n"), File(name="data.txt", content=b"ababab"))
    assert found.file == File(name="data.txt", content=b"ababab")


def test_no_file_is_none(sandbox: Sandbox, compiled: Compile) -> None:
    found = run(sandbox, compiled("files"), "rdata.txt", start=Start())
    assert found.stdout == b"ENOENT "
    assert found.file is None
    assert found.files == ()


@pytest.mark.parametrize(
    ("mode", "shown"),
    [(0o444, b"4 <abcd> 0 0 EACCES "), (0o200, b"EACCES 6 0 "), (0, b"EACCES EACCES "), (0o600, b"4 <abcd> 0 0 6 0 ")],
)
def test_rights_are_real(mode: int, shown: bytes, sandbox: Sandbox, compiled: Compile) -> None:
    start = Start(files=(File(name="data.txt", content=b"abcd", mode=mode),))
    found = run(sandbox, compiled("files"), "rdata.txt", "wdata.txt", start=start)
    assert found.stdout == shown
    assert found.file is not None
    assert found.file.mode == mode


def test_a_file_without_rights_is_read_back(sandbox: Sandbox, compiled: Compile) -> None:
    found = run(sandbox, compiled("files"), "cdata.txt", "rdata.txt", start=Start())
    assert found.stdout == b"6 0 EACCES "
    assert found.file == File(name="data.txt", content=b"Hello\n", mode=0)


def test_a_plain_user_reads_back_too_what_nobody_may_read() -> None:
    if os.getuid() != 0:
        pytest.skip("the other tests run as a plain user already")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "data.txt")
        path.write_bytes(b"Hello\n")
        path.chmod(0)
        for place in (folder, path):
            os.chown(place, 65534, 65534)
        child = os.fork()
        if child == 0:
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)
            os._exit(collect_files(folder) == (File(name="data.txt", content=b"Hello\n", mode=0),))
        assert os.WEXITSTATUS(os.waitpid(child, 0)[1]) == 1


def test_a_folder_that_was_used_is_not_used_again(sandbox: Sandbox, compiled: Compile) -> None:
    run(sandbox, compiled("files"), "cdata.txt", start=Start())
    assert run(sandbox, compiled("files"), "rdata.txt", start=Start()).stdout == b"ENOENT "


def test_files_are_of_the_exercise_by_whichever_way_they_are_named(sandbox: Sandbox, compiled: Compile) -> None:
    found = run(sandbox, compiled("ways"), start=Start())
    assert found.ending == Exited(status=0)
    opened = found.trace.named("open")
    ours = {call.path.rpartition("/")[2] for call in opened if call.path and call.in_scope}
    assert {name for name in ours if name.startswith("in-")} == {
        "in-relative", "in-and-back", "in-created", "in-absolute", "in-at", "in-at-parent", "in-changed",
        "in-changed-back", "in-at-from-elsewhere",
    }  # fmt: skip
    assert not any("out-" in (call.path or "") for call in opened), "what lies outside is not even recorded"
    kinds = {one.kind for one in found.trace.descriptions if one.in_scope}
    assert kinds == {"file"}


def test_files_are_not_of_an_exercise_that_is_about_sockets(sandbox: Sandbox, compiled: Compile) -> None:
    program = Program(command=(str(compiled("ways")),))
    assert sandbox.run(RunRequest(program=program, scenario=Scenario())).trace.named("open") == ()
