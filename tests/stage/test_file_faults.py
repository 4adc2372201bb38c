"""Faults on files: short counts and errors, counted on what can move data."""

import pytest

from conformance.observe.faults import Fail, Fault, Short
from conformance.stage.handle import Stage
from conformance.stage.script import File, Order, Program, Run, Scenario, Start
from tests.conftest import Compile


def run(stage: Stage, compiled: Compile, *deeds: str, faults: tuple[Fault, ...]) -> Run:
    program = Program((str(compiled("files")), *deeds), path="data.txt", files=True)
    return stage.run(Order(program, Scenario((), faults, Start(files=(File("data.txt", b"abcd"),)))))


@pytest.mark.parametrize(
    ("faults", "shown"),
    [
        ((), b"4 <abcd> 0 0 "),
        ((Short("input", 3),), b"3 <abc> 1 <d> 0 0 "),
        ((Short("input", 1),), b"1 <a> 1 <b> 1 <c> 1 <d> 0 0 "),
        ((Short("input", 1, 2),), b"4 <abcd> 0 0 "),
        ((Short("input", 1, 1),), b"1 <a> 3 <bcd> 0 0 "),
        ((Fail("input", "EIO", 1),), b"EIO 0 "),
        ((Fail("input", "EISDIR", 2),), b"4 <abcd> EISDIR 0 "),
        ((Short("input", 2, 1), Fail("input", "EINTR", 2)), b"2 <ab> EINTR 0 "),
        ((Fail("open", "EMFILE", 1),), b"EMFILE "),
        ((Fail("close", "EIO", 1),), b"4 <abcd> 0 EIO "),
    ],
)
def test_reading_a_file(faults: tuple[Fault, ...], shown: bytes, stage: Stage, compiled: Compile) -> None:
    assert run(stage, compiled, "rdata.txt", faults=faults).stdout == shown


@pytest.mark.parametrize(
    ("faults", "shown", "content"),
    [
        ((), b"6 0 ", b"Hello\n"),
        ((Short("output", 4),), b"4 0 ", b"Hell"),
        ((Fail("output", "ENOSPC", 1),), b"ENOSPC 0 ", b"abcd"),
        ((Fail("close", "EIO", 1),), b"6 EIO ", b"Hello\n"),
    ],
)
def test_writing_a_file(
    faults: tuple[Fault, ...], shown: bytes, content: bytes, stage: Stage, compiled: Compile
) -> None:
    found = run(stage, compiled, "wdata.txt", faults=faults)
    assert found.stdout == shown
    assert found.file is not None
    assert found.file.content == content
    assert found.faults_applied == len(faults)


def test_a_close_that_failed_has_closed(stage: Stage, compiled: Compile) -> None:
    found = run(stage, compiled, "wdata.txt", "rdata.txt", faults=(Fail("close", "EIO", 1),))
    written, read = [one for one in found.trace.descriptions if one.of_exercise]
    assert (written.closes, written.open_in) == (read.closes, read.open_in) == (1, ())
    assert len({call.result for call in found.trace.named("open")}) == 1, "its number is free again"


def test_a_send_on_a_file_is_no_output(stage: Stage, compiled: Compile) -> None:
    found = run(stage, compiled, "sdata.txt", faults=(Fail("output", "ENOSPC", 1),))
    assert found.stdout == b"ENOTSOCK ENOSPC 0 ", "the send fails by itself; the first output is the write"


def test_other_files_have_no_faults(stage: Stage, compiled: Compile) -> None:
    program = Program((str(compiled("files")), "rdata.txt"))
    start = Start(files=(File("data.txt", b"abcd"),))
    found = stage.run(Order(program, Scenario((), (Short("input", 1), Fail("close", "EIO", 1)), start)))
    assert found.stdout == b"4 <abcd> 0 0 "
