"""What is right in a dialogue is known only where the teacher's solution gets through."""

import pytest

from conformance.catalogue import Exercise
from conformance.judging.errors import HarnessError
from conformance.judging.oracle import Oracle
from conformance.records.run import Busy, Ending, Killed, Run, Waiting, WireEvent
from conformance.records.scenario import Scenario

ADDER = Exercise(role="server", conversation="dialogue", framing="line", name="adder_server")
WIRE = (
    WireEvent(what="sent", client=0, data=b"1\n"),
    WireEvent(what="received", client=0, data=b"2\n"),
)


def oracle(ending: Ending) -> Oracle:
    return Oracle(ADDER, lambda _: Run(scenario=Scenario(), ending=ending, observed=True, port=9000, wire=WIRE))


def test_what_the_solution_answers_is_right() -> None:
    assert [one.data for one in oracle(Waiting()).answers((b"1\n",))] == [b"2\n"]


@pytest.mark.parametrize("ending", [Killed(signal="SIGSEGV"), Busy(limit="calls")])
def test_a_solution_that_fails_accuses_nobody(ending: Ending) -> None:
    with pytest.raises(HarnessError, match="adder_server"):
        oracle(ending).answers((b"1\n",))
