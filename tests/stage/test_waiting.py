"""Who waits, who pauses, who spins: what is let pass, what is waited for, and what is ended."""

import pytest

from conformance.observe.faults import Fail
from conformance.stage.handle import Stage
from conformance.stage.script import Busy, Connect, Exited, Order, Program, Run, Scenario, Waiting
from tests.conftest import Compile

PATIENCE = 300.0
"""Far more than a run takes that does not wait for it."""
SPINS = 1000
"""How many calls in vain are one spin."""


def serve(stage: Stage, program: str, how: str, *faults: Fail, clients: int = 1) -> Run:
    steps = tuple(map(Connect, range(clients)))
    asked = Program((program, "{port}", how), "server")
    return stage.run(Order(asked, Scenario(steps, faults), patience=PATIENCE))


# ---------------------------------------------------------------- pausing


@pytest.mark.parametrize("how", ["clock", "sleep", "once"])
@pytest.mark.parametrize("nth", [(1,), (1, 2, 3)], ids=["once", "three times"])
def test_who_pauses_when_descriptors_ran_out_serves_afterwards(
    how: str, nth: tuple[int, ...], stage: Stage, compiled: Compile
) -> None:
    found = serve(stage, str(compiled("pauses")), how, *(Fail("accept", "EMFILE", one) for one in nth))
    assert found.received() == b"hi"
    assert found.ending == Exited(0)
    assert [call.error for call in found.trace.named("accept")] == ["EMFILE"] * len(nth) + [None]


def test_who_pauses_by_its_own_clock_is_waited_for(stage: Stage, compiled: Compile) -> None:
    fault = Fail("accept", "EMFILE", 1)
    for how in ("clock", "sleep"):
        found = serve(stage, str(compiled("pauses")), how, fault)
        assert len(found.trace.named("poll", "sleep")) < SPINS + 1000, "after some time it need not ask again"
    let_pass = serve(stage, str(compiled("pauses")), "once", fault)
    assert let_pass.trace.named("poll")[0].injected == "its time passed", "a pause is not waited for"


def test_who_pauses_for_ever_is_not_waited_for(stage: Stage, compiled: Compile) -> None:
    found = serve(stage, str(compiled("pauses")), "ever", Fail("accept", "EMFILE", 1))
    assert found.ending == Waiting()
    assert found.received() == b""
    assert len(found.trace.named("poll")) < 100


# ---------------------------------------------------------------- spinning


def test_who_spins_for_ever_is_ended(stage: Stage, compiled: Compile) -> None:
    found = serve(stage, str(compiled("vain")), "0")
    assert found.ending == Busy("calls in vain")
    assert found.spun
    assert SPINS < len(found.trace.named("accept")) < 30 * SPINS


@pytest.mark.parametrize("clients", [1, 100])
def test_however_many_clients_come_it_is_ended(clients: int, stage: Stage, compiled: Compile) -> None:
    found = serve(stage, str(compiled("vain")), "0", clients=clients)
    assert found.ending == Busy("calls in vain")


@pytest.mark.parametrize("times", [900, 1500, 3000])
@pytest.mark.parametrize("clients", [0, 2])
def test_who_spins_a_while_is_let_through(times: int, clients: int, stage: Stage, compiled: Compile) -> None:
    found = serve(stage, str(compiled("vain")), str(times), clients=clients)
    assert found.ending == Exited(0)
    assert found.spun is (times > SPINS)
