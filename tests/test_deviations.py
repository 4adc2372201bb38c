"""Where Wine does otherwise than Windows, nothing is judged but what was broken by calling."""

import pytest

from conformance.checks.deviations import TOUCHES, as_on_windows, deviation
from conformance.judgement import Broken, Judgement, Kept, NotApplicable, NotObserved
from conformance.model.platforms import topics
from conformance.observe.trace import Address, Call, Trace
from conformance.stage.script import Connect, Happening, Run, Scenario, Waiting, WireEvent


def call(number: int, name: str, result: int | None = 0, words: tuple[int, ...] = (), **fields: object) -> Call:
    """A call of a Windows program, as much of it as matters here."""
    return Call(number, 1, 1, name, f"ws2_32.{name}", words, result, **fields)  # type: ignore[arg-type]


def run(*calls: Call, wire: tuple[WireEvent, ...] = ()) -> Run:
    """What such calls leave behind."""
    return Run(Scenario((Connect(),)), Waiting(), True, 5000, trace=Trace(calls), wire=wire)


def happened(what: Happening, after: int) -> tuple[WireEvent, ...]:
    return (WireEvent(what, 0, after=after),)


REUSE, ALONE = (4, 0xFFFF, 0x0004), (4, 0xFFFF, 0xFFFB)
TAKEN = call(1, "bind", -1, error="WSAEADDRINUSE", subject=0)
NOWHERE = Address("AF_INET", "127.0.0.1", 0)
TOUCHING = {
    "binds a port that it would share": run(call(0, "setsockopt", words=REUSE, data=b"\1\0\0\0", subject=0), TAKEN),
    "accepts what was reset": run(call(0, "listen"), call(1, "accept", 4), wire=happened("peer reset", 1)),
    "reads the end of what was reset": run(call(0, "accept", 4), call(1, "recv", 0), wire=happened("peer reset", 2)),
    "gets less than all": run(call(0, "connect"), call(1, "recv", 5, words=(4, 0, 12, 8))),
    "transfers on a listener": run(call(0, "listen"), call(1, "recv", None, state="listening")),
    "transfers without a connection": run(call(0, "socket", 4), call(1, "send", -1, state="fresh")),
    "connects to nowhere": run(call(0, "socket", 4), call(1, "connect", -1, address=NOWHERE)),
}  # fmt: skip
FAR = [
    run(call(0, "recv", 12, words=(4, 0, 12, 8))),
    run(call(0, "recv", 5, words=(4, 0, 12, 0))),
    run(call(0, "setsockopt", words=REUSE, data=b"\0\0\0\0", subject=0), TAKEN),
    run(call(0, "setsockopt", words=ALONE, data=b"\1\0\0\0", subject=0), TAKEN),
    run(call(0, "setsockopt", words=REUSE, data=b"\1\0\0\0", subject=9), TAKEN),
    run(call(0, "listen"), call(1, "accept", 4), wire=happened("peer reset", 5)),
    run(call(0, "accept", 4), call(1, "recv", 0), wire=happened("peer ended", 2)),
    run(call(0, "accept", 4), call(1, "recv", 5), wire=happened("peer reset", 2)),
    run(call(0, "listen"), call(1, "recv", 5, state="connected")),
    run(call(0, "recv", -1, state="listening", injected="fails")),
    run(call(0, "connect", address=Address("AF_INET", "127.0.0.1", 5000))),
]


def test_every_topic_where_wine_does_otherwise_says_how_it_is_touched() -> None:
    assert all(bool(topic.wine) is (topic.touched is not None) for topic in topics())
    assert {topic.touched for topic in topics()} - {None} == set(TOUCHES) == set(TOUCHING)


@pytest.mark.parametrize("touched", TOUCHING)
def test_what_touches_is_found(touched: str) -> None:
    found = deviation(TOUCHING[touched])
    assert found is not None
    assert (found.topic.touched, found.call.number) == (touched, 1)


@pytest.mark.parametrize("far", FAR)
def test_what_wine_does_as_windows_is_left_alone(far: Run) -> None:
    assert deviation(far) is None
    for judgement in (Kept(), Broken("this", "that", 0)):
        assert as_on_windows(judgement, far) == judgement


@pytest.mark.parametrize("judgement", [Kept(), Broken("this", "that"), Broken("this", "that", 2, by_calling=True)])
def test_what_comes_of_it_is_not_judged(judgement: Judgement) -> None:
    found = as_on_windows(judgement, TOUCHING["transfers on a listener"])
    assert isinstance(found, NotApplicable)
    assert "Windows shows WSAENOTCONN, but Wine waits for ever" in found.reason


@pytest.mark.parametrize("judgement", [Broken("this", "that", 1, by_calling=True), NotObserved(), NotApplicable("no")])
def test_what_was_broken_by_calling_stays(judgement: Judgement) -> None:
    assert as_on_windows(judgement, TOUCHING["transfers on a listener"]) == judgement
