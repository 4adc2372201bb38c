"""The tracer follows what programs really do: threads, forks, exec, signals, and attempts to get away."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from conformance.observe.faults import Fail, Short
from conformance.stage.handle import Stage, StageError
from conformance.stage.script import Accept, Busy, End, Exited, Killed, Order, Program, Run, Scenario, Send
from tests.conftest import Compile


def run(stage: Stage, program: Path, *arguments: str, everything: bool = True) -> Run:
    return stage.run(Order(Program((str(program), *arguments)), Scenario(), everything=everything))


def test_records_calls_with_arguments_data_and_result(stage: Stage, compiled: Compile) -> None:
    found = run(stage, compiled("writes"), "3")
    assert found.ending == Exited(0)
    ours = [call for call in found.trace.calls if call.descriptor == 3][-4:]
    assert [(call.name, call.data, call.result) for call in ours] == [("write", b"x", 1)] * 3 + [("close", b"", 0)]


def test_follows_a_static_program(stage: Stage, compiled: Compile) -> None:
    found = run(stage, compiled("writes", "-static"), "2")
    assert [call.name for call in found.trace.calls if call.descriptor == 3] == ["write", "write", "close"]


def test_finds_the_source_line_of_each_call(stage: Stage, compiled: Compile) -> None:
    from conformance.observe.lines import source_of

    program = compiled("writes")
    lines = (Path(__file__).parents[1] / "programs/writes.c").read_text().splitlines()
    for call in run(stage, program, "1").trace.calls[-3:]:
        assert call.place is not None
        found = source_of(call.place)
        assert found is not None
        assert call.name in lines[found[1] - 1]


def test_follows_threads(stage: Stage, compiled: Compile) -> None:
    found = run(stage, compiled("threads"))
    writes = [call for call in found.trace.named("write") if call.data == b"x"]
    assert len(writes) == 40
    assert len({call.thread for call in writes}) == 4
    assert {call.process for call in writes} == {1}


def test_follows_forks_and_numbers_processes(stage: Stage, compiled: Compile) -> None:
    found = run(stage, compiled("forks"), everything=False)
    assert found.ending == Exited(0)
    assert {call.process for call in found.trace.named("socket")} == {1, 2, 3}
    # The first socket is open in all three: closed once by the program itself, and once by the child's own copy ending.
    first = found.trace.descriptions[0]
    assert (first.copies, first.closes) == (3, 1)
    assert {process for process, _ in first.open_in} == {2, 3}


def test_what_close_range_only_marks_stays_open(stage: Stage, compiled: Compile) -> None:
    found = run(stage, compiled("numbers"))
    call = found.trace.named("socket")[0]
    description = next(one for one in found.trace.descriptions if one.number == call.subject)
    assert description.closes == 2, "by the first close_range; the second closes nothing before exec"


def test_follows_vfork_and_exec(stage: Stage, compiled: Compile) -> None:
    found = run(stage, compiled("vforks"), everything=False)
    assert found.ending == Exited(0)
    assert found.trace.descriptions[0].open_in == ()


def test_follows_an_exec_by_a_thread_that_is_not_the_leader(stage: Stage, compiled: Compile) -> None:
    found = run(stage, compiled("exec_from_thread"), everything=False)
    assert found.ending == Exited(0)
    assert [call.name for call in found.trace.calls] == ["socket", "close"]


def test_a_number_that_stands_for_something_else_is_no_closed_one(stage: Stage, compiled: Compile) -> None:
    found = stage.run(Order(Program((str(compiled("reuses")),), sockets=True), Scenario()))
    assert found.ending == Exited(0)
    assert [call.name for call in found.trace.calls] == ["socket", "close"]


def test_refuses_the_ways_around_it(stage: Stage, compiled: Compile) -> None:
    found = run(stage, compiled("escapes"), everything=False)
    answers = dict(line.split() for line in found.stdout.decode().splitlines())
    assert found.ending == Exited(0)
    assert answers.pop("splice") == "22", "it answers EINVAL"
    assert set(answers.values()) == {"38"}, "each other answers ENOSYS"


def test_stops_and_own_traps_are_the_programs_own(stage: Stage, compiled: Compile) -> None:
    assert run(stage, compiled("stops_itself"), everything=False).stdout == b"trapped and awake\n"


def test_a_call_that_is_begun_again_is_one_call(stage: Stage, compiled: Compile) -> None:
    found = run(stage, compiled("interrupted"))
    assert found.stdout == b"0 1\n"
    reads = [call for call in found.trace.named("read") if call.data == b"x" or call.error == "EINTR"]
    assert [(call.result, call.error) for call in reads] == [(1, None), (-1, "EINTR")]


def test_a_killed_program_leaves_its_last_call_unfinished(stage: Stage, compiled: Compile) -> None:
    found = run(stage, compiled("kills_all"), everything=False)
    assert found.stdout == b"still here\n", "it is alone in its namespace"
    assert found.ending == Exited(0)


def test_sees_calls_of_a_program_that_hides_its_memory(stage: Stage, compiled: Compile) -> None:
    found = run(stage, compiled("hides_itself"), everything=False)
    assert [call.name for call in found.trace.calls] == ["socket", "close"]


def test_lets_time_pass_at_once(stage: Stage, compiled: Compile) -> None:
    found = run(stage, compiled("sleeps"), everything=False)
    assert found.stdout == b"sleep 0\nnanosleep 0\npoll 0\nselect 0 0\nepoll 0\n"
    assert found.seconds < 60, "five hours of sleep"


def test_the_tracers_death_is_an_error_of_that_run_only(compiled: Compile) -> None:
    with Stage(1) as stage:
        os.kill(stage._process.pid, signal.SIGKILL)
        with pytest.raises(StageError):
            run(stage, compiled("writes"), "1")
        assert run(stage, compiled("writes"), "1").ending == Exited(0)


def test_short_counts_and_failures_on_vectored_calls(stage: Stage, compiled: Compile) -> None:
    program = Program((str(compiled("vectors")), "{ip}", "{port}"), "client")
    steps = (Accept(), Send(b"12345678"), End())
    plain = stage.run(Order(program, Scenario(steps)))
    assert plain.stdout == b"4 4 4 4 5678\n"
    assert plain.received() == b"abcdabcd"
    short = stage.run(Order(program, Scenario(steps, (Short("input", 1), Short("output", 3)))))
    assert short.stdout == b"2 2 1 1 2bcd\n"
    assert short.received() == b"abab"
    failed = stage.run(Order(program, Scenario(steps, (Fail("output", "ENOBUFS", 2),))))
    assert failed.stdout.startswith(b"-1 4 ")
    assert failed.received() == b"abcd"


@pytest.mark.parametrize(
    ("name", "limit"), [("fork_bomb", "processes"), ("prints_endlessly", "output"), ("spins", "processor time")]
)
def test_endless_programs_are_stopped_at_a_limit(stage: Stage, compiled: Compile, name: str, limit: str) -> None:
    found = run(stage, compiled(name), everything=False)
    assert isinstance(found.ending, Busy)
    assert found.ending.limit == limit
    assert len(found.stdout) <= 1 << 20


def test_a_program_that_a_signal_ends_is_killed(stage: Stage) -> None:
    found = stage.run(Order(Program(("/bin/sh", "-c", "kill -SEGV $$")), Scenario()))
    assert found.ending == Killed("SIGSEGV")
    assert found.crashed
    assert stage.run(Order(Program(("/bin/sh", "-c", "exit 139")), Scenario())).ending == Exited(139)


def test_what_cannot_be_started_says_why(stage: Stage) -> None:
    found = stage.run(Order(Program(("/nowhere/at/all",)), Scenario()))
    assert found.ending.__struct_config__.tag == "not-started"
    assert "No such file" in getattr(found.ending, "reason", "")


def test_a_32_bit_program_is_named(stage: Stage, compiled: Compile) -> None:
    file = compiled("writes").parent / "old"
    file.write_bytes(b"\x7fELF\x01\x01\x01" + bytes(100))
    file.chmod(0o755)
    assert "32-bit" in getattr(stage.run(Order(Program((str(file),)), Scenario())).ending, "reason", "")


def test_the_state_at_start_is_a_clean_shells(stage: Stage, compiled: Compile) -> None:
    program = compiled("state_at_start")
    ours = run(stage, program).stdout.decode().splitlines()
    shell = subprocess.run(
        ["env", "-i", "/bin/sh", "-c", f"umask 022; exec setsid -w {program} </dev/null 3>&- "],
        capture_output=True,
        text=True,
        check=True,
        restore_signals=True,
    ).stdout.splitlines()
    facts = [line for line in ours if not line.startswith("environment")]
    assert facts == [line for line in shell if not line.startswith("environment")]
    assert {line.split()[1] for line in ours if line.startswith("environment")} == {"PATH", "HOME", "LANG", "TMPDIR"}
