"""Faults on files: short counts and errors, counted on what can move data."""

import pytest

from conformance.records.faults import Fail, Fault, Short
from conformance.records.run import Run
from conformance.records.scenario import File, Scenario, Start
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import Program, RunRequest
from tests.conftest import Compile


def run(sandbox: Sandbox, compiled: Compile, *deeds: str, faults: tuple[Fault, ...]) -> Run:
    program = Program(command=(str(compiled("files")), *deeds), path="data.txt", files=True)
    return sandbox.run(
        RunRequest(
            program=program,
            scenario=Scenario(steps=(), faults=faults, start=Start(files=(File(name="data.txt", content=b"abcd"),))),
        )
    )


@pytest.mark.parametrize(
    ("faults", "shown"),
    [
        ((), b"4 <abcd> 0 0 "),
        ((Short(call="input", count=3),), b"3 <abc> 1 <d> 0 0 "),
        ((Short(call="input", count=1),), b"1 <a> 1 <b> 1 <c> 1 <d> 0 0 "),
        ((Short(call="input", count=1, nth=2),), b"4 <abcd> 0 0 "),
        ((Short(call="input", count=1, nth=1),), b"1 <a> 3 <bcd> 0 0 "),
        ((Fail(call="input", error="EIO", nth=1),), b"EIO 0 "),
        ((Fail(call="input", error="EISDIR", nth=2),), b"4 <abcd> EISDIR 0 "),
        ((Short(call="input", count=2, nth=1), Fail(call="input", error="EINTR", nth=2)), b"2 <ab> EINTR 0 "),
        ((Fail(call="open", error="EMFILE", nth=1),), b"EMFILE "),
        ((Fail(call="close", error="EIO", nth=1),), b"4 <abcd> 0 EIO "),
    ],
)
def test_reading_a_file(faults: tuple[Fault, ...], shown: bytes, sandbox: Sandbox, compiled: Compile) -> None:
    assert run(sandbox, compiled, "rdata.txt", faults=faults).stdout == shown


@pytest.mark.parametrize(
    ("faults", "shown", "content"),
    [
        ((), b"6 0 ", b"Hello\n"),
        ((Short(call="output", count=4),), b"4 0 ", b"Hell"),
        ((Fail(call="output", error="ENOSPC", nth=1),), b"ENOSPC 0 ", b"abcd"),
        ((Fail(call="close", error="EIO", nth=1),), b"6 EIO ", b"Hello\n"),
    ],
)
def test_writing_a_file(
    faults: tuple[Fault, ...], shown: bytes, content: bytes, sandbox: Sandbox, compiled: Compile
) -> None:
    found = run(sandbox, compiled, "wdata.txt", faults=faults)
    assert found.stdout == shown
    assert found.file is not None
    assert found.file.content == content
    assert found.faults_applied == len(faults)


def test_a_close_that_failed_has_closed(sandbox: Sandbox, compiled: Compile) -> None:
    found = run(sandbox, compiled, "wdata.txt", "rdata.txt", faults=(Fail(call="close", error="EIO", nth=1),))
    written, read = [one for one in found.trace.descriptions if one.in_scope]
    assert (written.closes, written.open_in) == (read.closes, read.open_in) == (1, ())
    assert len({call.result for call in found.trace.named("open")}) == 1, "its number is free again"


def test_a_send_on_a_file_is_no_output(sandbox: Sandbox, compiled: Compile) -> None:
    found = run(sandbox, compiled, "sdata.txt", faults=(Fail(call="output", error="ENOSPC", nth=1),))
    assert found.stdout == b"ENOTSOCK ENOSPC 0 ", "the send fails by itself; the first output is the write"


def test_other_files_have_no_faults(sandbox: Sandbox, compiled: Compile) -> None:
    program = Program(command=(str(compiled("files")), "rdata.txt"))
    start = Start(files=(File(name="data.txt", content=b"abcd"),))
    found = sandbox.run(
        RunRequest(
            program=program,
            scenario=Scenario(
                steps=(), faults=(Short(call="input", count=1), Fail(call="close", error="EIO", nth=1)), start=start
            ),
        )
    )
    assert found.stdout == b"4 <abcd> 0 0 "
