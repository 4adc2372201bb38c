"""Whether a program that asks for what is not there spins, or looks at each of many connections by its own clock."""

from collections.abc import Sequence

import pytest

from conformance.model.calls import SYSTEM_CALLS
from conformance.observe.linux.recorder import Recorder
from conformance.observe.linux.run_state import UNPRODUCTIVE_CALLS, Spinning
from conformance.observe.observer import Polling
from conformance.observe.pending import PendingCall
from conformance.observe.recording import Scope

LOOK = (("epoll_wait", 3),)
MANY = tuple(("read", 10 + number) for number in range(110))


def asked(calls: Sequence[tuple[str, int]]) -> Polling:
    recorder = Recorder(Scope())
    for place in range(UNPRODUCTIVE_CALLS + 1):
        name, descriptor = calls[place % len(calls)]
        row = SYSTEM_CALLS[name]
        recorder.gave_nothing(
            PendingCall(row=row, name=row.name, system_call=name, args=(0,) * 6, descriptor=descriptor)
        )
    return Spinning(recorder).is_seen()


@pytest.mark.parametrize(
    "calls",
    [MANY, tuple(pair for one in MANY for pair in (*LOOK, one)), (*LOOK, *MANY, *LOOK, *LOOK)],
    ids=["each in turn", "a look before each", "some looks"],
)
def test_who_asks_each_of_many_in_turn_waits_by_a_clock(calls: Sequence[tuple[str, int]]) -> None:
    assert asked(calls) is Polling.RESTS


@pytest.mark.parametrize(
    "calls",
    [LOOK, MANY[:1], MANY[:2], (*LOOK, MANY[0]), (*MANY[:60], *[MANY[0]] * 60), tuple(LOOK * 3 + MANY[:1])],
    ids=["looks", "one", "two", "a look and one", "one more than others", "more looks than questions"],
)
def test_who_asks_few_again_and_again_spins(calls: Sequence[tuple[str, int]]) -> None:
    assert asked(calls) is Polling.SPINS
