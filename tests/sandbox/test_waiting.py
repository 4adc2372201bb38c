"""Who waits, who pauses, who spins: what is let pass, what is waited for, and what is ended."""

import pytest

from conformance.observe.linux.waits import TIME_PASSED
from conformance.records.faults import Fail
from conformance.records.run import Busy, Exited, Run, Waiting
from conformance.records.scenario import Accept, Connect, End, Scenario, Send
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import Program, RunRequest
from tests.conftest import Compile

HARD_LIMIT_S = 300.0
"""Far more than a run takes that does not wait for it."""
SPINS = 1000
"""How many calls without result are one spin."""


def serve(sandbox: Sandbox, program: str, how: str, *faults: Fail, clients: int = 1) -> Run:
    steps = tuple(Connect(client=client) for client in range(clients))
    asked = Program(command=(program, "{port}", how), role="server")
    return sandbox.run(
        RunRequest(program=asked, scenario=Scenario(steps=steps, faults=faults), hard_limit_s=HARD_LIMIT_S)
    )


# ---------------------------------------------------------------- pausing


@pytest.mark.parametrize("how", ["clock", "sleep", "once"])
@pytest.mark.parametrize("nth", [(1,), (1, 2, 3)], ids=["once", "three times"])
def test_who_pauses_when_descriptors_ran_out_serves_afterwards(
    how: str, nth: tuple[int, ...], sandbox: Sandbox, compiled: Compile
) -> None:
    found = serve(sandbox, str(compiled("pauses")), how, *(Fail(call="accept", error="EMFILE", nth=one) for one in nth))
    assert found.received() == b"hi"
    assert found.ending == Exited(status=0)
    assert [call.error for call in found.trace.named("accept")] == ["EMFILE"] * len(nth) + [None]


def test_who_pauses_by_its_own_clock_is_waited_for(sandbox: Sandbox, compiled: Compile) -> None:
    fault = Fail(call="accept", error="EMFILE", nth=1)
    for how in ("clock", "sleep"):
        found = serve(sandbox, str(compiled("pauses")), how, fault)
        assert len(found.trace.named("poll", "sleep")) < SPINS + 1000, "after some time it need not ask again"
    let_pass = serve(sandbox, str(compiled("pauses")), "once", fault)
    assert let_pass.trace.named("poll")[0].injected == TIME_PASSED, "a pause is not waited for"


def test_who_pauses_for_ever_is_not_waited_for(sandbox: Sandbox, compiled: Compile) -> None:
    found = serve(sandbox, str(compiled("pauses")), "ever", Fail(call="accept", error="EMFILE", nth=1))
    assert found.ending == Waiting()
    assert found.received() == b""
    assert len(found.trace.named("poll")) < 100


# ---------------------------------------------------------------- spinning


def test_who_spins_for_ever_is_ended(sandbox: Sandbox, compiled: Compile) -> None:
    found = serve(sandbox, str(compiled("vain")), "0")
    assert found.ending == Busy(limit="calls without result")
    assert found.spun
    assert SPINS < len(found.trace.named("accept")) < 30 * SPINS


@pytest.mark.parametrize("clients", [1, 100])
def test_however_many_clients_come_it_is_ended(clients: int, sandbox: Sandbox, compiled: Compile) -> None:
    found = serve(sandbox, str(compiled("vain")), "0", clients=clients)
    assert found.ending == Busy(limit="calls without result")


@pytest.mark.parametrize("times", [900, 1500, 3000])
@pytest.mark.parametrize("clients", [0, 2])
def test_who_spins_a_while_is_let_through(times: int, clients: int, sandbox: Sandbox, compiled: Compile) -> None:
    found = serve(sandbox, str(compiled("vain")), str(times), clients=clients)
    assert found.ending == Exited(status=0)
    assert found.spun is (times > SPINS)


@pytest.mark.parametrize("how", ["timer", "thread", "signal"])
def test_who_rests_between_its_looks_does_not_spin(how: str, sandbox: Sandbox, compiled: Compile) -> None:
    found = serve(sandbox, str(compiled("rests")), how, clients=0)
    assert found.ending == Exited(status=0)
    assert [call.error for call in found.trace.named("accept")] == ["EAGAIN"] * 2000
    assert not found.spun


# ---------------------------------------------------------------- time


def test_hours_pass_for_every_timer_and_by_every_clock(sandbox: Sandbox, compiled: Compile) -> None:
    found = sandbox.run(RunRequest(program=Program(command=(str(compiled("timers")),)), scenario=Scenario()))
    lines = found.stdout.decode().splitlines()
    assert [line for line in lines if not line.endswith(": 1 1")] == ["EAGAIN 1: 0 0"]
    assert [line.split(":")[0] for line in lines] == [
        "alarm -1",
        "setitimer -1",
        "timer -1",
        "timer thread 0",
        "timerfd 8",
        "timerfd until 8",
        "until 0",
        "child 3",
        "accept -1",
        "EAGAIN 1",
    ]
    assert found.seconds < 60, "nine hours"


def test_who_never_waits_is_accepted_and_heard(sandbox: Sandbox, compiled: Compile) -> None:
    asked = Program(command=(str(compiled("hurries")), "{ip}", "{port}"), role="client")
    found = sandbox.run(RunRequest(program=asked, scenario=Scenario(steps=(Accept(), Send(data=b"Hello"), End()))))
    assert found.received() == b"hi"
    assert [event.what for event in found.wire] == ["accepted", "received", "program ended"]


def counts_aside(sandbox: Sandbox, compiled: Compile, times: int, milliseconds: int) -> Run:
    asked = Program(command=(str(compiled("counts_aside")), "{port}", f"{times}", f"{milliseconds}"), role="server")
    return sandbox.run(RunRequest(program=asked, scenario=Scenario(steps=(Connect(),))))


@pytest.mark.parametrize(("times", "milliseconds"), [(10, 1_000), (10, 3_600_000), (30, 10)])
def test_a_thread_aside_that_gives_up_after_some_time_is_seen_to_the_end(
    times: int, milliseconds: int, sandbox: Sandbox, compiled: Compile
) -> None:
    """Thirty times 10 milliseconds is what a Java runtime waits at its exit."""
    assert counts_aside(sandbox, compiled, times, milliseconds).ending == Exited(status=3)


def test_a_thread_aside_that_wakes_for_ever_is_not_woken_often(sandbox: Sandbox, compiled: Compile) -> None:
    found = counts_aside(sandbox, compiled, 1_000_000, 1_000)
    assert found.ending == Waiting()
    assert found.seconds_passed <= 12, "twelve times"
