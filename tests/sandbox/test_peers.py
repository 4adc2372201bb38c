"""What the peer can do: echo, leave, pause and read, and take several steps at once."""

import pytest

from conformance.records.run import Busy, Exited, Run, Waiting
from conformance.records.scenario import (
    Accept,
    Connect,
    Echo,
    End,
    Leave,
    Pause,
    Read,
    Reset,
    Scenario,
    Send,
    Start,
    Step,
)
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import Program, RunRequest
from tests.conftest import Compile

TIMES = 20
AS_USUAL = Start()
MUCH = 1 << 22
"""More bytes than the buffers of both ends hold."""


@pytest.fixture
def talks(compiled: Compile) -> str:
    return str(compiled("talks"))


def client(sandbox: Sandbox, talks: str, *deeds: str, peer: tuple[Step, ...], start: Start = AS_USUAL) -> Run:
    """Run a client that does this, against a server that does that."""
    program = Program(command=(talks, "client", "{ip}", "{port}", *deeds), role="client")
    return sandbox.run(RunRequest(program=program, scenario=Scenario(steps=(Accept(), *peer), faults=(), start=start)))


def server(sandbox: Sandbox, talks: str, *deeds: str, peer: tuple[Step, ...]) -> Run:
    """Run a server that does this with one client, which connects and does that."""
    program = Program(command=(talks, "server", "{port}", *deeds), role="server")
    return sandbox.run(RunRequest(program=program, scenario=Scenario(steps=(Connect(), *peer))))


def events(run: Run) -> list[str]:
    """Return what showed on the wire, each run of one thing once."""
    all_of_them = [event.what for event in run.wire]
    return [what for place, what in enumerate(all_of_them) if all_of_them[place - 1 : place] != [what]]


# ---------------------------------------------------------------- echo


@pytest.mark.parametrize(
    ("echo", "deeds", "shown"),
    [
        (Echo(), ("wHello", "r"), b"[Hello]"),
        (Echo(cut=2), ("wHello", "r", "r", "r"), b"[He][ll][o]"),
        (Echo(swapped=True), ("wHello 1!", "r"), b"[hELLO 1!]"),
        (Echo(cut=3, swapped=True), ("wHello", "r", "r"), b"[hEL][LO]"),
        (Echo(), ("wone", "r", "wtwo", "r"), b"[one][two]"),
        (Echo(cut=2, most=3), ("wHello", "r", "r"), b"[He][l]"),
    ],
)
def test_an_echo_sends_back_what_it_got(
    echo: Echo, deeds: tuple[str, ...], shown: bytes, sandbox: Sandbox, talks: str
) -> None:
    found = client(sandbox, talks, *deeds, peer=(echo,))
    assert found.stdout == shown
    assert found.ending == Exited(status=0)
    assert found.received().lower().startswith(found.sent().lower())


def test_an_echo_lasts_until_the_program_ends_its_side(sandbox: Sandbox, talks: str) -> None:
    found = client(sandbox, talks, "wHello", "e", "R", peer=(Echo(cut=1),))
    assert found.stdout == b"[5]", "what is owed comes also after the program's end, and then the peer's"
    assert events(found)[-1] == "peer ended"


@pytest.mark.parametrize(
    ("then", "shown"), [(End(), b"[Hel][]"), (Reset(), b"[Hel][ECONNRESET]")], ids=["an end", "a reset"]
)
def test_an_echo_stops_in_the_middle(then: Step, shown: bytes, sandbox: Sandbox, talks: str) -> None:
    found = client(sandbox, talks, "wHello", "r", "r", peer=(Echo(most=3), then))
    assert found.stdout == shown
    assert found.sent() == b"Hel"


def test_an_echo_is_over_for_the_next_step_when_nothing_is_asked(sandbox: Sandbox, talks: str) -> None:
    found = client(sandbox, talks, "wone", "r", "wtwo", "r", "r", peer=(Echo(), Reset()))
    assert found.stdout == b"[one][two][ECONNRESET]"


def test_an_echo_that_answers_nothing_waits_for_nothing(sandbox: Sandbox, talks: str) -> None:
    found = client(sandbox, talks, "wHello", "r", peer=(Echo(most=0), End()))
    assert found.stdout == b"[]"


@pytest.mark.parametrize(("given", "feasible"), [(b"", 300), (b"x" * 100, 700)])
def test_a_program_that_asks_without_end_is_stopped(given: bytes, feasible: int, sandbox: Sandbox, talks: str) -> None:
    start = Start(input=given)
    assert client(sandbox, talks, "n0", peer=(Echo(),), start=start).ending == Busy(limit="answers")
    assert client(sandbox, talks, f"n{feasible}", peer=(Echo(),), start=start).ending == Exited(status=0)
    assert client(sandbox, talks, f"n{feasible + 1}", peer=(Echo(),), start=start).ending == Busy(limit="answers")


def test_what_the_kernel_delivers_late_is_awaited(sandbox: Sandbox, compiled: Compile) -> None:
    found = sandbox.run(
        RunRequest(
            program=Program(command=(str(compiled("corks")), "{port}"), role="client"),
            scenario=Scenario(steps=(Accept(),)),
        )
    )
    assert found.received() == b"late"
    assert found.ending == Waiting()


# ---------------------------------------------------------------- leaving


def test_who_leaves_answers_by_a_reset(sandbox: Sandbox, talks: str) -> None:
    found = server(sandbox, talks, "r", "r", "wlate", "r", "wagain", peer=(Send(data=b"hi"), Leave()))
    assert found.stdout == b"[hi][][][EPIPE]", "the first write is taken, and answered by a reset"
    assert events(found) == ["connected", "sent", "peer left"]


def test_who_ends_goes_on_reading(sandbox: Sandbox, talks: str) -> None:
    found = server(sandbox, talks, "r", "r", "wlate", "wagain", peer=(Send(data=b"hi"), End()))
    assert found.stdout == b"[hi][]"
    assert found.received() == b"lateagain"


def test_who_resets_is_lost_at_once(sandbox: Sandbox, talks: str) -> None:
    found = server(sandbox, talks, "r", "r", peer=(Send(data=b"hi"), Reset()))
    assert found.stdout == b"[hi][ECONNRESET]"
    assert found.happened("peer reset")


# ---------------------------------------------------------------- pausing


def test_who_pauses_lets_the_buffers_fill_until_he_reads(sandbox: Sandbox, talks: str) -> None:
    found = server(sandbox, talks, "r", f"W{MUCH}", peer=(Pause(), Send(data=b"go"), Read(), End()))
    assert len(found.received()) == MUCH
    assert events(found)[:5] == ["connected", "peer pauses", "sent", "peer reads", "received"]
    reads = next(event for event in found.wire if event.what == "peer reads")
    (waits_in,) = [call for call in found.trace.calls if call.number in reads.waiting]
    assert waits_in.name == "write", "the program waited for room"


def test_who_pauses_reads_when_the_script_is_over(sandbox: Sandbox, talks: str) -> None:
    found = server(sandbox, talks, "r", f"W{MUCH}", peer=(Pause(), Send(data=b"go")))
    assert len(found.received()) == MUCH
    assert events(found)[:5] == ["connected", "peer pauses", "sent", "peer reads", "received"]
    assert found.ending == Exited(status=0)


def test_a_send_that_finds_no_room_goes_on_when_there_is_some(sandbox: Sandbox, talks: str) -> None:
    found = server(sandbox, talks, f"W{MUCH}", "R", peer=(Pause(), Send(data=b"x", times=MUCH), End(), Read()))
    assert len(found.received()) == MUCH
    assert found.stdout == b"[%d]" % MUCH, "and the end comes after all of it"


# ---------------------------------------------------------------- several steps at once


def test_early_steps_arrive_together(sandbox: Sandbox, talks: str) -> None:
    steps = (Send(data=b"one"), Send(data=b"two", early=True), End(early=True))
    shown = {server(sandbox, talks, "p", "r", "r", peer=steps).stdout for _ in range(TIMES)}
    assert shown == {b"[data end][onetwo][]"}


def test_steps_that_are_not_early_arrive_one_by_one(sandbox: Sandbox, talks: str) -> None:
    found = server(sandbox, talks, "p", "r", "r", "r", peer=(Send(data=b"one"), Send(data=b"two"), End()))
    assert found.stdout == b"[data][one][two][]"


def test_who_leaves_together_with_the_data_is_gone_when_it_is_read(sandbox: Sandbox, talks: str) -> None:
    steps = (Send(data=b"one"), Leave(early=True))
    seen = {server(sandbox, talks, "p", "r", "r", peer=steps).stdout for _ in range(TIMES)}
    assert seen == {b"[data end][one][]"}


def test_who_resets_together_with_the_data_is_not_waited_for(sandbox: Sandbox, talks: str) -> None:
    steps = (Send(data=b"one"), Reset(early=True))
    found = server(sandbox, talks, "r", "r", peer=steps)
    assert found.stdout == b"[one][ECONNRESET]"
    at = {event.what: event.after for event in found.wire}
    assert at["sent"] == at["peer reset"], "no call stands between"
    apart = server(sandbox, talks, "r", "r", peer=(Send(data=b"one"), Reset()))
    at = {event.what: event.after for event in apart.wire}
    assert at["sent"] < at["peer reset"]


@pytest.mark.parametrize("ip", ["127.0.0.1", "127.0.0.2"])
def test_a_client_meets_its_peer_at_the_address_that_it_is_given(ip: str, sandbox: Sandbox, talks: str) -> None:
    found = client(sandbox, talks, "wHello", "r", peer=(Echo(),), start=Start(ip=ip))
    assert (found.ip, found.received()) == (ip, b"Hello")
    assert [call.address.host for call in found.trace.named("connect") if call.address] == [ip]


def test_all_is_there_before_a_client_reads(sandbox: Sandbox, talks: str) -> None:
    found = client(sandbox, talks, "p", "r", "r", peer=(Send(data=b"one"), End(early=True)))
    assert found.stdout == b"[data end][one][]"


def test_data_may_stand_in_a_segment_several_times(sandbox: Sandbox, talks: str) -> None:
    assert server(sandbox, talks, "r", peer=(Send(data=b"ab", times=3),)).stdout == b"[ababab]"


def test_who_pauses_at_once_has_read_nothing(sandbox: Sandbox, talks: str) -> None:
    found = server(sandbox, talks, f"W{MUCH}", peer=(Pause(), Read()))
    assert len(found.received()) == MUCH
    assert events(found)[:4] == ["connected", "peer pauses", "peer reads", "received"]
    reads = next(event for event in found.wire if event.what == "peer reads")
    assert [found.trace.calls[number].name for number in reads.waiting] == ["write"]


def test_who_pauses_at_once_can_reset_in_mid_write(sandbox: Sandbox, talks: str) -> None:
    found = server(sandbox, talks, f"W{MUCH}", peer=(Pause(), Reset()))
    assert found.received() == b""
    assert found.stdout == b"[ECONNRESET]"
