"""The conditions under which a program starts, and what lies in its folder before and after."""

import os
import tempfile
from pathlib import Path

import pytest

from conformance.stage.directories import files_in
from conformance.stage.handle import Stage
from conformance.stage.script import Exited, File, Order, Program, Run, Scenario, Start, Waiting
from tests.conftest import Compile


def run(stage: Stage, program: Path, *arguments: str, start: Start, observe: bool = True) -> Run:
    asked = Program((str(program), *arguments), path="data.txt", files=True)
    return stage.run(Order(asked, Scenario(start=start), observe=observe))


# ---------------------------------------------------------------- the terminal


@pytest.mark.parametrize("observe", [True, False], ids=["observed", "not observed"])
def test_the_input_is_typed_on_a_terminal(observe: bool, stage: Stage, compiled: Compile) -> None:
    start = Start(input=b"one\ntwo\n", terminal=True)
    found = run(stage, compiled("terminal"), start=start, observe=observe)
    assert found.stdout == b"110\n<one\n><two\n>end\n", "no echo, no carriage return, and an end"
    assert found.ending == Exited(0)


def test_the_input_comes_through_a_pipe_otherwise(stage: Stage, compiled: Compile) -> None:
    assert run(stage, compiled("terminal"), start=Start(input=b"one\ntwo")).stdout == b"000\n<one\n><two>end\n"
    assert run(stage, compiled("terminal"), start=Start()).stdout == b"000\nend\n"


def test_a_terminal_may_have_nothing_but_the_end(stage: Stage, compiled: Compile) -> None:
    assert run(stage, compiled("terminal"), start=Start(terminal=True)).stdout == b"110\nend\n"


def test_a_program_that_asks_its_terminal_again_waits(stage: Stage, compiled: Compile) -> None:
    found = run(stage, compiled("terminal"), start=Start(input=b"no line end", terminal=True))
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
    start: Start, numbers: bytes, observe: bool, stage: Stage, compiled: Compile
) -> None:
    assert run(stage, compiled("opens"), "4", start=start, observe=observe).stdout == numbers


# ---------------------------------------------------------------- files


def test_files_lie_in_the_folder_and_are_read_back(stage: Stage, compiled: Compile) -> None:
    files = (File("data.txt", b"ab", times=3), File("another.txt", b"\0"))
    found = run(stage, compiled("files"), "rdata.txt", "wanother.txt", start=Start(files=files))
    assert found.stdout == b"6 <ababab> 0 0 6 0 "
    assert found.files == (File("another.txt", b"Hello\n"), File("data.txt", b"ababab"))
    assert found.file == File("data.txt", b"ababab")


def test_no_file_is_none(stage: Stage, compiled: Compile) -> None:
    found = run(stage, compiled("files"), "rdata.txt", start=Start())
    assert found.stdout == b"ENOENT "
    assert found.file is None
    assert found.files == ()


@pytest.mark.parametrize(
    ("mode", "shown"),
    [(0o444, b"4 <abcd> 0 0 EACCES "), (0o200, b"EACCES 6 0 "), (0, b"EACCES EACCES "), (0o600, b"4 <abcd> 0 0 6 0 ")],
)
def test_rights_are_real(mode: int, shown: bytes, stage: Stage, compiled: Compile) -> None:
    start = Start(files=(File("data.txt", b"abcd", mode),))
    found = run(stage, compiled("files"), "rdata.txt", "wdata.txt", start=start)
    assert found.stdout == shown
    assert found.file is not None
    assert found.file.mode == mode


def test_a_file_without_rights_is_read_back(stage: Stage, compiled: Compile) -> None:
    found = run(stage, compiled("files"), "cdata.txt", "rdata.txt", start=Start())
    assert found.stdout == b"6 0 EACCES "
    assert found.file == File("data.txt", b"Hello\n", 0)


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
            os._exit(files_in(folder) == (File("data.txt", b"Hello\n", 0),))
        assert os.WEXITSTATUS(os.waitpid(child, 0)[1]) == 1


def test_a_folder_that_was_used_is_not_used_again(stage: Stage, compiled: Compile) -> None:
    run(stage, compiled("files"), "cdata.txt", start=Start())
    assert run(stage, compiled("files"), "rdata.txt", start=Start()).stdout == b"ENOENT "


def test_files_are_of_the_exercise_by_whichever_way_they_are_named(stage: Stage, compiled: Compile) -> None:
    found = run(stage, compiled("ways"), start=Start())
    assert found.ending == Exited(0)
    opened = found.trace.named("open")
    ours = {call.path.rpartition("/")[2] for call in opened if call.path and call.of_exercise}
    assert {name for name in ours if name.startswith("in-")} == {
        "in-relative", "in-and-back", "in-created", "in-absolute", "in-at", "in-at-parent", "in-changed",
        "in-changed-back", "in-at-from-elsewhere",
    }  # fmt: skip
    assert not any("out-" in (call.path or "") for call in opened), "what lies outside is not even recorded"
    kinds = {one.kind for one in found.trace.descriptions if one.of_exercise}
    assert kinds == {"file"}


def test_files_are_not_of_an_exercise_that_is_about_sockets(stage: Stage, compiled: Compile) -> None:
    program = Program((str(compiled("ways")),))
    assert stage.run(Order(program, Scenario())).trace.named("open") == ()
