"""Runs that are done once more unwatched: what a program finds there, and how it is followed."""

from pathlib import Path

import pytest

from conformance.records.run import Busy, Ending, Exited, Killed, Run
from conformance.records.scenario import Scenario
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import Program, RunRequest
from tests.conftest import Compile


def unwatched(sandbox: Sandbox, program: Path, *, hasty: bool = False) -> Run:
    asked = Program(command=(str(program),))
    return sandbox.run(RunRequest(program=asked, scenario=Scenario(), observe=False, unwatched=True, hasty=hasty))


def test_a_program_that_has_made_the_sandbox_its_tracer_is_let_go(sandbox: Sandbox, compiled: Compile) -> None:
    found = unwatched(sandbox, compiled("asks_to_be_traced"))
    assert found.stdout == b"1\n"
    assert found.ending == Exited(status=7)


def test_a_program_that_only_sleeps_is_ended(sandbox: Sandbox, compiled: Compile) -> None:
    assert unwatched(sandbox, compiled("sleeps_for_ever"), hasty=True).ending == Busy(limit="sleep")


def test_there_is_no_filter_where_nothing_needs_it(sandbox: Sandbox, compiled: Compile) -> None:
    if not sandbox.isolation.network:
        pytest.skip("no namespaces here")
    seen = unwatched(sandbox, compiled("shows_its_rights")).stdout.decode()
    shown = dict(line.split(maxsplit=1) for line in seen.splitlines())
    assert shown["Seccomp:"].strip() == "0"
    assert {shown[name].strip() for name in ("CapEff:", "CapPrm:", "CapBnd:")} == {"0000000000000000"}
    assert shown["NoNewPrivs:"].strip() == "1"
    assert shown["namespace"] == "-1 -1"


SIGNS = (
    "id -u; pwd; echo $HOME $TMPDIR; cat /proc/$PPID/comm; test $PPID -gt 1 && echo below; ls -d {folder} {folder}/one"
)


def test_it_finds_other_signs_than_every_other_run(sandbox: Sandbox, tmp_path: Path) -> None:
    """What a program could take for a sign of the suite is otherwise there; its own files are there all the same."""
    if sandbox.isolation.tier != "full":
        pytest.skip("here every run sees the same")
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(folder.stat().st_mode | 0o011)
    (tmp_path / "one").touch()
    command = ("/bin/sh", "-c", SIGNS.format(folder=tmp_path))
    asked = Program(command=command, shown=(str(tmp_path),))
    watched = sandbox.run(RunRequest(program=asked, scenario=Scenario()))
    seen = sandbox.run(RunRequest(program=asked, scenario=Scenario(), observe=False, unwatched=True))
    assert b"offhook" in watched.stdout
    assert seen.stdout == b"1000\n/home/student\n/home/student\nbash\nbelow\n/srv/program\n/srv/program/one\n"
    assert seen.ending == Exited(status=0)


@pytest.mark.parametrize(("how", "ending"), [("exit 3", Exited(status=3)), ("kill -SEGV $$", Killed(signal="SIGSEGV"))])
def test_it_ends_there_as_it_does_elsewhere(sandbox: Sandbox, tmp_path: Path, how: str, ending: Ending) -> None:
    asked = Program(command=("/bin/sh", "-c", how), shown=(str(tmp_path),))
    assert sandbox.run(RunRequest(program=asked, scenario=Scenario())).ending == ending
    assert sandbox.run(RunRequest(program=asked, scenario=Scenario(), observe=False, unwatched=True)).ending == ending


def test_time_that_was_let_pass_is_known(sandbox: Sandbox, compiled: Compile) -> None:
    idle, sleeping = (
        sandbox.run(RunRequest(program=Program(command=(str(compiled(name)),)), scenario=Scenario(), hasty=True))
        for name in ("shows_its_rights", "sleeps_for_ever")
    )
    assert not idle.seconds_passed
    assert sleeping.seconds_passed > 0


def test_a_program_that_holds_the_lock_of_its_output_holds_up_nobody(sandbox: Sandbox, compiled: Compile) -> None:
    """It waits in `splice`, which is not refused there: a process that reads the pipe then cannot be killed."""
    found = unwatched(sandbox, compiled("holds_its_output"))
    assert found.stdout == b"printed\n"
    assert found.ending != Exited(status=1)
    assert unwatched(sandbox, compiled("shows_its_rights")).ending == Exited(status=0)
