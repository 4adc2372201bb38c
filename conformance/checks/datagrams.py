"""Checks of exercises over UDP: one datagram for one, to the one who asked, and what a client makes of the network."""

from collections import Counter
from typing import Final

from msgspec.structs import replace

from conformance.checks.common import (
    and_ended,
    as_printed,
    clients_of,
    in_order,
    last_failure,
    last_input,
    last_output,
    lines_of,
    made_by_interpreter,
    not_printed,
    not_printed_beside,
    peer_of,
    prints_alike,
    same_result,
)
from conformance.checks.judgement import Broken, Judgement, Kept, NotApplicable
from conformance.checks.robust import reports_and_exits_nonzero
from conformance.checks.showing import crux, shown_data
from conformance.messages import Message, say
from conformance.model.calls import TRANSFER
from conformance.model.constants import SOCK_DGRAM, SOCKET_TYPE_MASK
from conformance.records.run import Exited, Happening, Run, Waiting
from conformance.records.scenario import Stranger

CONNECTION_CALLS: Final = frozenset({"listen", "accept"})
TOLD: Final = "ECONNREFUSED"
SHOWN: Final = 8
"""How many datagrams are shown."""


def datagrams(run: Run, what: Happening, client: int = 0) -> list[bytes]:
    """Return what went one way between the program and one client, datagram by datagram."""
    return [event.data for event in run.wire if event.what == what and event.client == client]


def _clients(run: Run) -> list[int]:
    """Return the clients that have sent something."""
    return list(dict.fromkeys(event.client for event in run.wire if event.what == "sent"))


def _shown(some: list[bytes]) -> Message | str:
    """Return datagrams as a list of C strings."""
    if not some:
        return say("datagram.none")
    more = [say("datagram.more", count=len(some) - SHOWN)] if len(some) > SHOWN else []
    return say("datagram.list", list=[*(shown_data(one) for one in some[:SHOWN]), *more])


def _seen(run: Run, received: list[bytes], client: int) -> Message:
    """Say what a peer got; where the program goes on waiting, as a server does, that is no news."""
    seen = say("datagram.seen", peer=peer_of(run, client), data=_shown(received))
    return seen if isinstance(run.ending, Waiting) else and_ended(seen, run)


def _not_answered(run: Run, expected: Message, client: int = 0) -> Broken:
    sent, received = datagrams(run, "sent", client), datagrams(run, "received", client)
    seen = _seen(run, received, client)
    fewer = len(received) < len(sent)
    return Broken(expected, seen, last_input(run) if fewer else last_output(run), by_ending=fewer)


def _expected(run: Run, client: int = 0) -> Message:
    return say("datagram.expected", peer=peer_of(run, client), data=_shown(datagrams(run, "sent", client)))


def does_the_same(run: Run, beside: Run) -> Judgement:
    """Whatever comes between, the same datagrams go out, the same is printed, and the program ends the same way."""
    call = next((one.number for one in run.trace.calls if one.injected or one.error == "EINTR"), None)
    for client in clients_of(beside):
        wanted, received = (datagrams(one, "received", client) for one in (beside, run))
        if received != wanted:
            expected = say("datagram.seen", peer=peer_of(run, client), data=_shown(wanted))
            seen = _seen(run, received, client)
            return Broken(expected, seen, call, by_ending=len(received) < len(wanted))
    if prints_alike(run, beside) and run.ending == beside.ending:
        return Kept()
    lacking = not_printed_beside(run, say("datagram.the-same"), beside, call)
    return lacking if run.ending == beside.ending else replace(lacking, by_ending=True)


def is_not_interrupted(run: Run, beside: Run) -> Judgement:
    """An interrupted call is made again."""
    return does_the_same(run, beside) if run.faults_applied else NotApplicable(say("failure.not-reached"))


def goes_on_after_signal(run: Run, beside: Run) -> Judgement:
    """The program's own signal came, and all goes on."""
    return does_the_same(run, beside) if run.happened("signal") else NotApplicable(say("signal.none"))


# ---------------------------------------------------------------- servers


def has_right_socket(run: Run) -> Judgement:
    """The server makes a socket for datagrams and binds it, and neither listens nor accepts."""
    made = [call for call in run.trace.named("socket") if call.succeeded]
    bound = {call.description for call in run.trace.named("bind") if call.succeeded}
    stream = next((one for one in made if one.arg("type") & SOCKET_TYPE_MASK != SOCK_DGRAM), None)
    if stream is not None and stream.description in bound:
        return Broken(say("datagram.socket"), say("datagram.stream"), stream.number, regardless_of_result=True)
    waits = next((call for call in run.trace.named(*CONNECTION_CALLS) if call.description in bound), None)
    if waits is not None:
        seen = say("datagram.connection-call", call=waits.name, error=waits.error or "")
        return Broken(say("datagram.socket"), seen, waits.number, regardless_of_result=True)
    return Kept()


def echoes_one_by_one(run: Run) -> Judgement:
    """Each datagram came back as one, with the same bytes."""
    if datagrams(run, "received") == datagrams(run, "sent"):
        return Kept()
    return _not_answered(run, _expected(run))


def answers_empty_ones(run: Run) -> Judgement:
    """An empty datagram comes back as any other.

    That asyncio of Python sends none before 3.13 is no decision of the program's.
    """
    received, sent = datagrams(run, "received"), datagrams(run, "sent")
    if received == sent:
        return Kept()
    waits = next(iter(run.trace.named("epoll_wait")), None)
    library = waits is not None and any(map(made_by_interpreter, run.trace.named("bind")))
    if library and received == [one for one in sent if one]:
        return NotApplicable(say("datagram.left-out"))
    return _not_answered(run, _expected(run))


def echoes_each(run: Run) -> Judgement:
    """Each of several datagrams came back as one, in whatever order."""
    if Counter(datagrams(run, "received")) == Counter(datagrams(run, "sent")):
        return Kept()
    return _not_answered(run, _expected(run))


def echoes_no_more(run: Run) -> Judgement:
    """Nothing comes back behind the bytes of a datagram; whether all comes back is judged elsewhere."""
    for sent, received in zip(datagrams(run, "sent"), datagrams(run, "received"), strict=False):
        if len(received) > len(sent):
            behind = received[len(sent) :]
            return Broken(say("datagram.no-more"), say("datagram.behind", data=shown_data(behind)), last_output(run))
    return Kept()


def answers_who_asked(run: Run) -> Judgement:
    """Each client got what it sent, and from where it sent it to."""
    for client in _clients(run):
        if Counter(datagrams(run, "received", client)) != Counter(datagrams(run, "sent", client)):
            return _not_answered(run, _expected(run, client), client)
    other = next((event for event in run.wire if event.what == "received" and event.port), None)
    if other is None:
        return Kept()
    seen = say("datagram.other-port", port=other.port)
    return Broken(say("datagram.same-port", port=run.port), seen, last_output(run))


def survives_too_long(run: Run) -> Judgement:
    """A datagram that is too long comes back whole, cut or not at all, and the next client is answered."""
    (sent,), received = datagrams(run, "sent", 0), datagrams(run, "received", 0)
    if run.crashed:
        return Broken(say("datagram.too-long"), and_ended(say("long.seen"), run), last_input(run), by_ending=True)
    foreign = next((one for one in received if not sent.startswith(one)), None)
    if foreign is not None or len(received) > 1:
        came = _shown(received if foreign is None else [foreign])
        return Broken(say("datagram.too-long-back"), say("datagram.came", data=came), last_output(run))
    if datagrams(run, "received", 1) != datagrams(run, "sent", 1):
        return _not_answered(run, say("datagram.too-long"), 1)
    return Kept()


def survives_gone_client(run: Run) -> Judgement:
    """A client that is gone keeps no other from its answer."""
    last = _clients(run)[-1]
    if datagrams(run, "received", last) == datagrams(run, "sent", last):
        return Kept()
    told = next((call.number for call in run.trace.calls if call.error == TOLD), None)
    broken = _not_answered(run, say("datagram.goes-on", peer=peer_of(run, last)), last)
    return Broken(broken.expected, broken.seen, broken.call if told is None else told, by_ending=True)


# ---------------------------------------------------------------- clients


def asks_and_prints(run: Run) -> Judgement:
    """Each line went out in a datagram of its own, and what came back was printed, in order."""
    lines = lines_of(run)
    sent = [one.rstrip(b"\r\n\0") for one in datagrams(run, "received")]
    asked = sent[:-1] if len(sent) > len(lines) and sent[-1].upper() in (b"Q", b"") else sent
    if tuple(asked) != lines:
        expected = say("datagram.expected-lines", lines=_shown(list(lines)))
        seen = and_ended(say("datagram.sent", data=_shown(datagrams(run, "received"))), run)
        return Broken(expected, seen, last_output(run), by_ending=len(asked) < len(lines))
    return _prints(run)


def _prints(run: Run) -> Judgement:
    lines = lines_of(run)
    if in_order(lines, run.stdout):
        return Kept()
    found = crux(lines, run.stdout)
    expected = say("datagram.expected-printed", lines=_shown(list(lines)))
    return not_printed(run, expected, found.at, last_input(run))


def takes_one_answer_for_each(run: Run, baseline: Run) -> Judgement:
    """An answer that comes twice is not taken for the next one; to call that an error is right too."""
    if not in_order(lines_of(baseline), baseline.stdout):
        return NotApplicable(say("datagram.not-anyway"))
    if in_order(lines_of(run), run.stdout) or (isinstance(run.ending, Exited) and run.ending.status):
        return Kept()
    return Broken(say("datagram.doubled"), as_printed(run), last_input(run))


def takes_no_late_answer(run: Run, baseline: Run) -> Judgement:
    """An answer that comes after that to a later question is not taken for another line's.

    To give up with the first answer that does not come is right too, and to wait for it is judged where it is lost.
    """
    if not in_order(lines_of(baseline), baseline.stdout):
        return NotApplicable(say("datagram.not-anyway"))
    if isinstance(run.ending, Waiting):
        return NotApplicable(say("datagram.waits-anyway"))
    if prints_all(run) or (isinstance(run.ending, Exited) and run.ending.status):
        return Kept()
    return Broken(say("datagram.late"), as_printed(run), last_input(run))


def does_without_an_answer(run: Run, baseline: Run) -> Judgement:
    """Where an answer is lost the client asks again, or says so and fails."""
    if same_result_printed(run, baseline):
        return Kept()
    if isinstance(run.ending, Waiting):
        return Broken(say("datagram.lost"), and_ended(say("datagram.waits-on"), run), last_input(run))
    return reports_and_exits_nonzero(run, baseline, say("datagram.lost-cause"), last_input(run))


def same_result_printed(run: Run, baseline: Run) -> bool:
    """Tell whether all lines are printed, and the client ends as it does when nothing is lost."""
    return prints_all(run) and run.ending == baseline.ending


def prints_all(run: Run) -> bool:
    """Tell whether each line is printed, in whatever order: who asks for all at once prints answers as they come."""
    left = run.stdout
    for line in sorted(lines_of(run), key=len, reverse=True):  # a short one may be part of a long one
        if line not in left:
            return False
        left = left.replace(line, b"\0", 1)
    return True


def ignores_strangers(run: Run) -> Judgement:
    """What a stranger sent is not printed as an answer."""
    strange = next(step.data for step in run.scenario.steps if isinstance(step, Stranger))
    if not run.happened("stranger"):
        return NotApplicable(say("datagram.no-stranger"))
    if strange not in run.stdout:
        return Kept()
    return Broken(say("datagram.own-server"), as_printed(run, run.stdout.find(strange)), last_input(run))


def refused(run: Run, baseline: Run) -> Judgement:
    """Nobody is at the address: a client that is told of it says so and fails.

    The kernel tells only a socket that was connected (man 7 udp). What any other client does that gets no answer is
    judged where one is lost.
    """
    told = any(call.error == TOLD for call in run.trace.calls)
    if isinstance(run.ending, Waiting) and not told:
        return NotApplicable(say("datagram.not-told"))
    return reports_and_exits_nonzero(run, baseline, say("refused.cause"), last_failure_of_transfer(run))


def last_failure_of_transfer(run: Run) -> int | None:
    """Return the number of the last transfer that failed, or of the last call of the set-up that did."""
    failed = [call.number for call in run.trace.in_scope() if call.failed and call.name in TRANSFER]
    return failed[-1] if failed else last_failure(run.trace)


def reports_failed_transfer(run: Run, baseline: Run) -> Judgement:
    """A send or a receive fails: the program says so and fails, or makes it good."""
    failed = next((call for call in run.trace.calls if call.injected and call.failed), None)
    if failed is None:
        return NotApplicable(say("failure.not-reached"))
    if same_result(run, baseline) and run.ending == baseline.ending:
        return Kept()
    cause = say("failure.cause", call=failed.name, error=failed.error)
    return reports_and_exits_nonzero(run, baseline, cause, failed.number)
