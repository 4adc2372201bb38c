"""The process that stays in a box may be ended by a program: that run is lost, and the next one has another box."""

import os
import signal
from pathlib import Path
from threading import Thread

import pytest

from conformance.observe import descendants
from conformance.records.errors import BlamelessError, SandboxError
from conformance.records.run import Exited
from conformance.records.scenario import Scenario
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import Program, RunRequest
from tests.conftest import Compile

OF_THE_C_LIBRARY = 0b11 << 31
"""Signals 32 and 33, whose handlers do nothing for other processes (man 7 nptl)."""
TRIVIAL = Program(command=("/bin/true",))
watched = pytest.mark.parametrize("observe", [True, False], ids=["observed", "not observed"])


def order(program: Program, *, observe: bool) -> RunRequest:
    """Return a request for one run."""
    return RunRequest(program=program, scenario=Scenario(), observe=observe, everything=True)


def end_starters(sandbox: Sandbox) -> None:
    """End each process that stays in a box of a sandbox, and wait until it has ended."""
    starters = descendants.children(sandbox._process.pid)
    for starter in starters:
        os.kill(starter, signal.SIGKILL)
    while any(map(descendants.lives, starters)):
        pass


def end_starters_when_it_runs(sandbox: Sandbox, program: Path) -> None:
    """Wait until a program runs in a sandbox; then end what started it."""
    while not any(runs(one, program) for one in descendants.below(sandbox._process.pid)):
        pass
    end_starters(sandbox)


def runs(process: int, program: Path) -> bool:
    """Tell whether a process has become a program."""
    try:
        return Path(f"/proc/{process}/comm").read_text().strip() == program.name[:15]
    except (FileNotFoundError, ProcessLookupError):
        return False


@watched
def test_between_two_runs_nobody_notices(observe: bool, sandbox: Sandbox) -> None:
    worker = sandbox._process.pid
    for _ in range(3):
        assert sandbox.run(order(TRIVIAL, observe=observe)).ending == Exited(status=0)
        end_starters(sandbox)
    assert sandbox._process.pid == worker


@watched
def test_in_a_run_it_is_a_failure_that_a_program_can_bring_about(
    observe: bool, sandbox: Sandbox, compiled: Compile, capfd: pytest.CaptureFixture[str]
) -> None:
    program = compiled("burns")
    sandbox.run(order(TRIVIAL, observe=observe))
    worker = sandbox._process.pid
    Thread(target=end_starters_when_it_runs, args=(sandbox, program)).start()
    burning = order(Program(command=(str(program), "100")), observe=observe)
    with pytest.raises(SandboxError, match="starts the programs") as raised:
        sandbox.run(burning)
    assert not isinstance(raised.value, BlamelessError)
    assert sandbox.run(order(TRIVIAL, observe=observe)).ending == Exited(status=0)
    assert sandbox._process.pid == worker
    assert capfd.readouterr().err == ""


def test_no_signal_from_within_its_namespace_can_end_it(sandbox: Sandbox) -> None:
    """A program of the same user may send any; the first process of a namespace gets those that it has handlers for."""
    sandbox.run(order(TRIVIAL, observe=True))
    for starter in descendants.children(sandbox._process.pid):
        status = Path(f"/proc/{starter}/status").read_text()
        (caught,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:"))
        assert int(caught, 16) & ~OF_THE_C_LIBRARY == 0
