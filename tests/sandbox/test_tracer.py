"""The observer follows what programs really do: threads, forks, exec, signals, and attempts to get away."""

import errno
import os
import signal
import subprocess
from pathlib import Path

import pytest

from conformance.messages import say
from conformance.records.errors import SandboxError
from conformance.records.faults import Fail, Fault, Short
from conformance.records.run import Busy, Exited, Killed, NotStarted, Run
from conformance.records.scenario import Accept, End, Scenario, Send
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import Program, RunRequest
from tests.conftest import PROGRAMS, Compile


def run(sandbox: Sandbox, program: Path, *arguments: str, everything: bool = True) -> Run:
    return sandbox.run(
        RunRequest(program=Program(command=(str(program), *arguments)), scenario=Scenario(), everything=everything)
    )


def test_records_calls_with_arguments_data_and_result(sandbox: Sandbox, compiled: Compile) -> None:
    found = run(sandbox, compiled("writes"), "3")
    assert found.ending == Exited(status=0)
    ours = [call for call in found.trace.calls if call.descriptor == 3][-4:]
    assert [(call.name, call.data, call.result) for call in ours] == [("write", b"x", 1)] * 3 + [("close", b"", 0)]


def test_follows_a_static_program(sandbox: Sandbox, compiled: Compile) -> None:
    found = run(sandbox, compiled("writes", "-static"), "2")
    assert [call.name for call in found.trace.calls if call.descriptor == 3] == ["write", "write", "close"]


def test_finds_the_source_line_of_each_call(sandbox: Sandbox, compiled: Compile) -> None:
    from conformance.observe.source_lines import source_of

    program = compiled("writes")
    lines = (PROGRAMS / "writes.c").read_text().splitlines()
    for call in run(sandbox, program, "1").trace.calls[-3:]:
        assert call.place is not None
        found = source_of(call.place)
        assert found is not None
        assert call.name in lines[found[1] - 1]


def test_follows_threads(sandbox: Sandbox, compiled: Compile) -> None:
    found = run(sandbox, compiled("threads"))
    writes = [call for call in found.trace.named("write") if call.data == b"x"]
    assert len(writes) == 40
    assert len({call.thread for call in writes}) == 4
    assert {call.process for call in writes} == {1}


def test_follows_forks_and_numbers_processes(sandbox: Sandbox, compiled: Compile) -> None:
    found = run(sandbox, compiled("forks"), everything=False)
    assert found.ending == Exited(status=0)
    assert {call.process for call in found.trace.named("socket")} == {1, 2, 3}
    # The first socket is open in all three: closed once by the program itself, and once by the child's own copy ending.
    first = found.trace.descriptions[0]
    assert (first.copies, first.closes) == (3, 1)
    assert {process for process, _ in first.open_in} == {2, 3}


def test_what_close_range_only_marks_stays_open(sandbox: Sandbox, compiled: Compile) -> None:
    found = run(sandbox, compiled("numbers"))
    call = found.trace.named("socket")[0]
    description = next(one for one in found.trace.descriptions if one.number == call.description)
    assert description.closes == 2, "by the first close_range; the second closes nothing before exec"


def test_follows_vfork_and_exec(sandbox: Sandbox, compiled: Compile) -> None:
    found = run(sandbox, compiled("vforks"), everything=False)
    assert found.ending == Exited(status=0)
    assert found.trace.descriptions[0].open_in == ()


def test_follows_an_exec_by_a_thread_that_is_not_the_leader(sandbox: Sandbox, compiled: Compile) -> None:
    found = run(sandbox, compiled("exec_from_thread"), everything=False)
    assert found.ending == Exited(status=0)
    assert [call.name for call in found.trace.calls] == ["socket", "close"]


def test_a_number_that_stands_for_something_else_is_no_closed_one(sandbox: Sandbox, compiled: Compile) -> None:
    found = sandbox.run(
        RunRequest(program=Program(command=(str(compiled("reuses")),), sockets=True), scenario=Scenario())
    )
    assert found.ending == Exited(status=0)
    assert [call.name for call in found.trace.calls] == ["socket", "close"]


def test_refuses_the_ways_around_it(sandbox: Sandbox, compiled: Compile) -> None:
    found = run(sandbox, compiled("escapes"), everything=False)
    answers = dict(line.rsplit(maxsplit=1) for line in found.stdout.decode().splitlines())
    assert found.ending == Exited(status=0)
    assert answers.pop("splice") == "22", "it answers EINVAL"
    assert set(answers.values()) == {"38"}, "each other answers ENOSYS"


def test_stops_and_own_traps_are_the_programs_own(sandbox: Sandbox, compiled: Compile) -> None:
    assert run(sandbox, compiled("stops_itself"), everything=False).stdout == b"trapped and awake\n"


def test_a_call_that_is_begun_again_is_one_call(sandbox: Sandbox, compiled: Compile) -> None:
    found = run(sandbox, compiled("interrupted"))
    assert found.stdout == b"0 1\n"
    reads = [call for call in found.trace.named("read") if call.data == b"x" or call.error == "EINTR"]
    assert [(call.result, call.error) for call in reads] == [(1, None), (-1, "EINTR")]


def test_a_killed_program_leaves_its_last_call_unfinished(sandbox: Sandbox, compiled: Compile) -> None:
    found = run(sandbox, compiled("kills_all"), everything=False)
    assert found.stdout == b"still here\n", "it is alone in its namespace"
    assert found.ending == Exited(status=0)


def test_sees_calls_of_a_program_that_hides_its_memory(sandbox: Sandbox, compiled: Compile) -> None:
    found = run(sandbox, compiled("hides_itself"), everything=False)
    assert [call.name for call in found.trace.calls] == ["socket", "close"]


def test_filters_of_the_programs_own_neither_hide_calls_nor_confuse_the_observer(
    sandbox: Sandbox, compiled: Compile
) -> None:
    found = run(sandbox, compiled("own_filters"), everything=False)
    assert found.ending == Exited(status=0)
    assert found.stdout == f"listener {errno.ENOSYS}\n".encode()
    assert [call.name for call in found.trace.calls if call.name != "write"] == ["socket", "close"]


def test_lets_time_pass_at_once(sandbox: Sandbox, compiled: Compile) -> None:
    found = run(sandbox, compiled("sleeps"), everything=False)
    assert found.stdout == b"sleep 0\nnanosleep 0\npoll 0\nselect 0 0\nepoll 0\n"
    assert found.seconds < 60, "five hours of sleep"


def test_the_tracers_death_is_an_error_of_that_run_only(compiled: Compile) -> None:
    with Sandbox(1) as sandbox:
        os.kill(sandbox._process.pid, signal.SIGKILL)
        with pytest.raises(SandboxError):
            run(sandbox, compiled("writes"), "1")
        assert run(sandbox, compiled("writes"), "1").ending == Exited(status=0)


def test_short_counts_and_failures_on_vectored_calls(sandbox: Sandbox, compiled: Compile) -> None:
    program = Program(command=(str(compiled("vectors")), "{ip}", "{port}"), role="client")
    steps = (Accept(), Send(data=b"12345678"), End())
    plain = sandbox.run(RunRequest(program=program, scenario=Scenario(steps=steps)))
    assert plain.stdout == b"4 4 4 4 5678\n"
    assert plain.received() == b"abcdabcd"
    short = sandbox.run(
        RunRequest(
            program=program,
            scenario=Scenario(steps=steps, faults=(Short(call="input", count=1), Short(call="output", count=3))),
        )
    )
    assert short.stdout == b"2 2 1 1 2bcd\n"
    assert short.received() == b"abab"
    failed = sandbox.run(
        RunRequest(
            program=program, scenario=Scenario(steps=steps, faults=(Fail(call="output", error="ENOBUFS", nth=2),))
        )
    )
    assert failed.stdout.startswith(b"-1 4 ")
    assert failed.received() == b"abcd"


def with_messages(sandbox: Sandbox, compiled: Compile, *faults: Fault) -> Run:
    program = Program(command=(str(compiled("messages")), "{ip}", "{port}"), role="client")
    scenario = Scenario(steps=(Accept(), Send(data=b"12345")), faults=faults)
    return sandbox.run(RunRequest(program=program, scenario=scenario))


def test_the_bytes_of_several_messages_and_of_a_file_are_recorded(sandbox: Sandbox, compiled: Compile) -> None:
    found = with_messages(sandbox, compiled)
    assert found.stdout == b"2 3 4, 1 5 12345, 2 3\n"
    moved = [(call.name, call.data, call.result, call.moved) for call in found.trace.named("send", "recv", "sendfile")]
    assert moved == [
        ("send", b"abcdefg", 2, 7),
        ("recv", b"12345", 1, 5),
        ("sendfile", b"01", 2, 2),
        ("sendfile", b"345", 3, 3),
    ]


@pytest.mark.parametrize(
    ("fault", "stdout", "sent"),
    [
        (Short(call="output", count=2, nth=1), b"1 2 0, 1 5 12345, 2 3\n", b"ab"),
        (Short(call="output", count=5, nth=1), b"1 3 0, 1 5 12345, 2 3\n", b"abc"),
        (Short(call="input", count=2), b"2 3 4, 1 2 12, 2 3\n", b"abcdefg"),
        (Short(call="output", count=1, nth=2), b"2 3 4, 1 5 12345, 1 3\n", b"abcdefg"),
    ],
)
def test_short_counts_of_messages_are_as_the_kernel_tells_them(
    sandbox: Sandbox, compiled: Compile, fault: Short, stdout: bytes, sent: bytes
) -> None:
    """Fewer messages, or a part of the first one, whose length stands behind its header."""
    found = with_messages(sandbox, compiled, fault)
    assert found.stdout == stdout
    assert found.trace.named("send")[0].data == sent


@pytest.mark.parametrize(
    ("name", "limit"), [("fork_bomb", "processes"), ("prints_endlessly", "output"), ("spins", "processor time")]
)
def test_endless_programs_are_stopped_at_a_limit(sandbox: Sandbox, compiled: Compile, name: str, limit: str) -> None:
    found = run(sandbox, compiled(name), everything=False)
    assert isinstance(found.ending, Busy)
    assert found.ending.limit == limit
    assert len(found.stdout) <= 1 << 20


def test_a_program_that_a_signal_ends_is_killed(sandbox: Sandbox) -> None:
    found = sandbox.run(RunRequest(program=Program(command=("/bin/sh", "-c", "kill -SEGV $$")), scenario=Scenario()))
    assert found.ending == Killed(signal="SIGSEGV")
    assert found.crashed
    assert sandbox.run(
        RunRequest(program=Program(command=("/bin/sh", "-c", "exit 139")), scenario=Scenario())
    ).ending == Exited(status=139)


def test_what_cannot_be_started_says_why(sandbox: Sandbox) -> None:
    found = sandbox.run(RunRequest(program=Program(command=("/nowhere/at/all",)), scenario=Scenario()))
    assert found.ending.__struct_config__.tag == "not-started"
    assert "No such file" in getattr(found.ending, "reason", "")


def test_a_32_bit_program_is_named(sandbox: Sandbox, compiled: Compile) -> None:
    file = compiled("writes").parent / "old"
    file.write_bytes(b"\x7fELF\x01\x01\x01" + bytes(100))
    file.chmod(0o755)
    found = sandbox.run(RunRequest(program=Program(command=(str(file),)), scenario=Scenario()))
    assert found.ending == NotStarted(reason=say("sandbox.32-bit"))


def test_the_state_at_start_is_a_clean_shells(sandbox: Sandbox, compiled: Compile) -> None:
    program = compiled("state_at_start")
    ours = run(sandbox, program).stdout.decode().splitlines()
    shell = subprocess.run(
        ["env", "-i", "--default-signal", "/bin/sh", "-c", f"umask 022; exec setsid -w {program} </dev/null 3>&- "],
        capture_output=True,
        text=True,
        check=True,
        restore_signals=True,
    ).stdout.splitlines()
    facts = [line for line in ours if not line.startswith("environment")]
    assert facts == [line for line in shell if not line.startswith("environment")]
    assert {line.split()[1] for line in ours if line.startswith("environment")} == {"PATH", "HOME", "LANG", "TMPDIR"}
