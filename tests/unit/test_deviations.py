"""Where Wine does otherwise than Windows, nothing is judged but what was broken by calling."""

from typing import Literal, NamedTuple

import pytest

from conformance.checks.deviations import DETECTORS, Deviation, deviation, discount_deviations
from conformance.checks.judgement import Broken, Judgement, Kept, NotApplicable, NotObserved
from conformance.messages import ENGLISH, Message, render, table
from conformance.model.platforms import topics
from conformance.records.run import Happening, Run, Waiting, WireEvent
from conformance.records.scenario import Accept, Connect, End, Leave, Reset, Scenario, Send, Start, Step
from conformance.records.trace import Address, Call, Trace
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import Program, RunRequest
from tests.conftest import Build

THIS, THAT, NO = (Message(key=key) for key in ("valid.expected", "input.seen", "threads.none"))


def call(number: int, name: str, result: int | None = 0, args: tuple[int, ...] = (), **fields: object) -> Call:
    """A call of a Windows program, as much of it as matters here."""
    return Call(
        number=number,
        process=1,
        thread=1,
        name=name,
        system_call=f"ws2_32.{name}",
        args=args,
        result=result,
        **fields,  # type: ignore[arg-type]
    )


def run(*calls: Call, wire: tuple[WireEvent, ...] = ()) -> Run:
    """What such calls leave behind."""
    return Run(
        scenario=Scenario(steps=(Connect(),)),
        ending=Waiting(),
        observed=True,
        port=5000,
        trace=Trace(calls=calls),
        wire=wire,
    )


def happened(what: Happening, after: int) -> tuple[WireEvent, ...]:
    return (WireEvent(what=what, client=0, after=after),)


REUSE, ALONE = (4, 0xFFFF, 0x0004), (4, 0xFFFF, 0xFFFB)
SHARES = call(0, "setsockopt", args=REUSE, data=b"\1\0\0\0", description=0)
TAKEN = call(2, "bind", -1, error="WSAEACCES", description=0)
FAR = [
    run(call(0, "recv", 12, args=(4, 0, 12, 8))),
    run(call(0, "recv", 5, args=(4, 0, 12, 0))),
    run(call(0, "recv", 5, args=(4, 0, 12, 8)), wire=happened("peer ended", 1)),
    run(call(0, "setsockopt", args=REUSE, data=b"\0\0\0\0", description=0), TAKEN),
    run(SHARES, call(1, "setsockopt", args=REUSE, data=b"\0\0\0\0", description=0), TAKEN),
    run(call(0, "setsockopt", args=ALONE, data=b"\1\0\0\0", description=0), TAKEN),
    run(SHARES, call(2, "bind", -1, error="WSAEACCES", description=9)),
    run(call(0, "listen"), call(1, "accept", 4), wire=happened("peer reset", 5)),
    run(call(0, "accept", 4), call(1, "recv", 0), wire=happened("peer ended", 2)),
    run(call(0, "accept", 4), call(1, "recv", 5), wire=happened("peer reset", 2)),
    run(call(0, "listen"), call(1, "recv", 5, state="connected")),
    run(call(0, "recv", -1, state="listening", injected=THAT)),
    run(call(0, "send", 5, state="fresh")),
    run(call(0, "connect", args=(4, 0, 16), address=Address(family="AF_INET", host="127.0.0.1", port=5000))),
]


class Provoked(NamedTuple):
    """What `windows_deviates` is made to do, and what Wine answers."""

    how: str
    scenario: Scenario
    answers: str
    touched: str = ""
    call: str = ""

    def __str__(self) -> str:
        return f"{self.how} {self.touched} {self.answers}"

    @property
    def role(self) -> Literal["server", "client"]:
        """Whether its scenario is one for a server."""
        listens = self.how in ("shares", "keeps", "serves") or "listener" in self.how
        return "server" if listens else "client"


def serving(*steps: Step) -> Scenario:
    """One client, and then one of which nothing is special."""
    return Scenario(steps=(Connect(), *steps, Connect(client=1), Send(data=b"Hello", client=1), End(client=1)))


ON_A_LISTENER = run(call(0, "listen"), call(1, "recv", None, state="listening"))
PORT_TAKEN = Scenario(start=Start(port_taken=True))
THEN_ONE = "a client 4 1 0"
SHARED, RESET, ALL = "binds a port that it would share", "reads what was reset", "gets less than all"
LISTENER, NOWHERE = "transfers on a listener", "connects to nowhere"
PROVOKED = [
    Provoked("shares", PORT_TAKEN, "10013", SHARED, "bind"),
    Provoked("serves", serving(Reset(early=True)), f"a client 0 {THEN_ONE}", "accepts what was reset", "accept"),
    Provoked("sends on", Scenario(steps=(Accept(), Leave())), "1 1 10054", RESET, "recv"),
    Provoked(
        "receives all", Scenario(steps=(Accept(), Send(data=b"Hello "), Send(data=b"World!"), End())), "6", ALL, "recv"
    ),
    Provoked("receives on a listener", Scenario(), "", LISTENER, "recv"),
    Provoked("sends on a listener", Scenario(), "", LISTENER, "send"),
    Provoked("sends at once on a listener", Scenario(), "10054", LISTENER, "send"),
    Provoked("sends without a connection", Scenario(), "10054", "sends without a connection", "send"),
    Provoked("connects to port 0", Scenario(), "10061", NOWHERE, "connect"),
    Provoked("connects to no host", Scenario(), "0", NOWHERE, "connect"),
    Provoked("connects with half an address", Scenario(), "10049", NOWHERE, "connect"),
]
ALIKE = [
    Provoked("shares", Scenario(), "0"),
    Provoked("keeps", PORT_TAKEN, "10048"),
    Provoked("serves", serving(Reset()), f"a client 10054 {THEN_ONE}"),
    Provoked("serves", serving(Send(data=b"Hel"), Reset()), f"a client 3 10054 {THEN_ONE}"),
    Provoked("serves", serving(Send(data=b"Hello"), Leave(early=True)), f"a client 4 1 0 {THEN_ONE}"),
    Provoked("receives", Scenario(steps=(Accept(), Send(data=b"Hel"), Reset())), "3 10054"),
    Provoked("receives", Scenario(steps=(Accept(), Send(data=b"Hel"), End())), "3 0"),
    Provoked("sends on", Scenario(steps=(Accept(), End())), "1 1 1"),
    Provoked("looks on a listener", Scenario(), "10057"),
    Provoked("receives without a connection", Scenario(), "10057"),
]


def provoke(one: Provoked, windows: Sandbox, build: Build) -> tuple[Deviation | None, str]:
    """Return where a real run leaves what Windows does, and what the program was answered."""
    address = "127.0.0.1" if one.role == "server" else "{ip}"
    command = (build("windows_deviates"), one.how, address, "{port}")
    done = windows.run(
        RunRequest(program=Program(command=command, role=one.role, platform="winsock"), scenario=one.scenario)
    )
    return deviation(done), " ".join(done.stdout.decode().split())


def test_every_topic_where_wine_does_otherwise_says_how_it_is_touched() -> None:
    told = {topic.id for topic in topics() if f"platform.{topic.id}.wine" in table(ENGLISH)}
    assert told == {topic.id for topic in topics() if topic.touched is not None}
    assert {topic.touched for topic in topics()} - {None} == set(DETECTORS)


def test_each_is_provoked_under_wine() -> None:
    assert {one.touched for one in PROVOKED} == set(DETECTORS)


@pytest.mark.parametrize("provoked", PROVOKED, ids=str)
def test_wine_does_as_the_table_says(provoked: Provoked, windows: Sandbox, build: Build) -> None:
    found, answers = provoke(provoked, windows, build)
    assert answers == provoked.answers
    assert found is not None
    assert (found.topic.touched, found.call.name) == (provoked.touched, provoked.call)


@pytest.mark.parametrize("alike", ALIKE, ids=str)
def test_where_wine_does_as_windows_nothing_is_found(alike: Provoked, windows: Sandbox, build: Build) -> None:
    found, answers = provoke(alike, windows, build)
    assert answers == alike.answers
    assert found is None


@pytest.mark.parametrize("far", FAR)
def test_what_wine_does_as_windows_is_left_alone(far: Run) -> None:
    assert deviation(far) is None
    for judgement in (Kept(), Broken(THIS, THAT, 0)):
        assert discount_deviations(judgement, far) == judgement


@pytest.mark.parametrize("judgement", [Kept(), Broken(THIS, THAT), Broken(THIS, THAT, 2, regardless_of_result=True)])
def test_what_comes_of_it_is_not_judged(judgement: Judgement) -> None:
    found = discount_deviations(judgement, ON_A_LISTENER)
    assert isinstance(found, NotApplicable)
    assert "Windows shows WSAENOTCONN, but Wine waits forever" in render(found.reason)


@pytest.mark.parametrize(
    "judgement", [Broken(THIS, THAT, 1, regardless_of_result=True), NotObserved(), NotApplicable(NO)]
)
def test_what_was_broken_by_calling_stays(judgement: Judgement) -> None:
    assert discount_deviations(judgement, ON_A_LISTENER) == judgement
