"""Checks of dialogues: whether each client has the answers that it is owed."""

from conformance.catalogue import catalogue
from conformance.checks.clients import leaves_no_zombies
from conformance.checks.common import (
    accepted_clients,
    and_ended,
    as_received,
    clients_of,
    last_failure,
    last_input,
    last_output,
    lost_clients,
    peer_of,
)
from conformance.checks.judgement import Broken, Judgement, Kept, NotApplicable
from conformance.checks.showing import difference, shown_data
from conformance.checks.transfer import overrun
from conformance.messages import Message, say
from conformance.records.answers import Owed
from conformance.records.run import Run
from conformance.records.scenario import Connect


def answers(run: Run) -> Judgement:
    """Each client that was taken has its answers and nothing else; one that was lost, the beginning of them."""
    lost = lost_clients(run)
    for client in _owed_something(run):
        owed, received = run.owed_to(client), run.received(client)
        if not (owed.is_paid(received) or (client in lost and owed.is_begun(received))):
            return not_answered(run, client)
    if accepted_clients(run):
        return Kept()
    return Broken(say("answers.expected-any"), and_ended(say("conversation.none"), run), by_ending=True)


def _owed_something(run: Run) -> tuple[int, ...]:
    """Return the clients that were taken; of a server that may end after its first client, that one."""
    return accepted_clients(run) if _stays_up(run) else accepted_clients(run)[:1]


def _stays_up(run: Run) -> bool:
    return catalogue().exercises[run.exercise].stays_up


def not_answered(run: Run, client: int = 0) -> Broken:
    """Say which answers a client was owed, and what it received."""
    owed, received = run.owed_to(client), run.received(client)
    too_short = owed.is_begun(received)
    call = last_input(run) if too_short else last_output(run)
    seen = as_received(run, received, client, owed.data)
    return Broken(_as_owed(run, owed, received), seen, call, by_ending=too_short)


def _as_owed(run: Run, owed: Owed, received: bytes) -> Message:
    if owed.free:
        patterns = tuple(one.pattern or shown_data(one.data) for one in owed.answers)
        return say("answers.expected-matches", peer=peer_of(run, owed.client), patterns=patterns)
    shown = shown_data(owed.data, difference(owed.data, received))
    return say("answers.expected-exact", peer=peer_of(run, owed.client), data=shown)


def answers_as_beside(run: Run, beside: Run) -> Judgement:
    """What is answered rightly in the plain form is answered rightly; what is not even then is judged elsewhere."""
    return answers(run) if isinstance(answers(beside), Kept) else Kept()


def answers_while_waited_for(run: Run) -> Judgement:
    """Each answer came before the client went on; what comes in the end is judged elsewhere."""
    owed = run.owed_to()
    if not owed.is_paid(run.received()):
        return NotApplicable(say("answers.not-anyway"))
    sent, came = 0, b""
    for event in run.wire:
        if event.what in ("sent", "peer ended") and not Owed(0, owed.answers[:sent]).is_paid(came):
            due = Owed(0, owed.answers[:sent]).data
            seen = say("answers.too-late", size=len(came), of=len(due))
            return Broken(say("answers.expected-now"), seen, last_input(run))
        sent += event.what == "sent"
        came += event.data if event.what == "received" else b""
    return Kept()


def answers_after_half_close(run: Run) -> Judgement:
    """All that was owed comes, although the client has ended its side; then the server ends its own."""
    if not run.owed_to().is_paid(run.received()):
        return not_answered(run)
    if not run.happened("program ended"):
        return Broken(say("half-close.end"), and_ended(say("half-close.no-end"), run), last_input(run), by_ending=True)
    return Kept()


def answers_everybody(run: Run) -> Judgement:
    """Each client of many has its answers; where not even the first has, that is judged elsewhere."""
    wanted = sum(isinstance(step, Connect) for step in run.scenario.steps)
    first = run.received()
    for client in range(wanted if first else 0):
        if not _served_as_first(run, client):
            seen = as_received(run, run.received(client), client, first)
            return Broken(say("everybody.expected", count=wanted), seen, last_failure(run.trace), by_ending=True)
    if first:
        return Kept()
    return Broken(say("everybody.expected", count=wanted), as_received(run, first), last_failure(run.trace))


def _served_as_first(run: Run, client: int) -> bool:
    received = run.received(client)
    return received == run.received() or run.owed_to(client).is_paid(received)


def survives_long_request(run: Run, baseline: Run) -> Judgement:
    """No crash and no hang, whatever is answered, and the next client is served."""
    if run.crashed or (run.endless and not run.spun) or overrun(run) is not None:
        call = overrun(run) or last_input(run)
        return Broken(say("long.expected"), and_ended(say("long.seen"), run), call, by_ending=True)
    return _serves_the_next(run, baseline)


def survives_nasty_request(run: Run, baseline: Run) -> Judgement:
    """No crash, whatever is answered, and the next client is served."""
    if run.crashed:
        return Broken(say("crash.expected"), and_ended(say("long.seen"), run), last_input(run), by_ending=True)
    return _serves_the_next(run, baseline)


def _serves_the_next(run: Run, baseline: Run) -> Judgement:
    """The last client of all has its answer: whatever the ones before it sent, they were let go.

    Where answers are wrong in the baseline conversation too, that is judged elsewhere.
    """
    if not isinstance(answers(baseline), Kept) or not _stays_up(run):
        return Kept()
    last = max((step.client for step in run.scenario.steps), default=0)
    if last in accepted_clients(run) and run.owed_to(last).is_paid(run.received(last)):
        return Kept()
    seen = as_received(run, run.received(last), last, run.owed_to(last).data)
    return Broken(say("next.expected"), seen, last_failure(run.trace) or last_input(run), by_ending=True)


def keeps_dialogues_apart(run: Run, beside: Run) -> Judgement:
    """Each client has answers to its own requests alone; ended children do not grow with the number of clients.

    Beside it clients come one after the other: where one gets something else even then, that is judged elsewhere.
    """
    came = accepted_clients(run)
    if len(came) < 2:
        return NotApplicable(say("crossed.none"))
    in_turn = all(beside.owed_to(client).is_begun(beside.received(client)) for client in clients_of(beside))
    for client in came if in_turn else ():
        owed, received = run.owed_to(client), run.received(client)
        if not owed.is_begun(received):
            same = difference(owed.data, received)
            seen = say("crossed.seen", count=len(came), client=client + 1, data=shown_data(received, same))
            return Broken(say("crossed.expected", data=shown_data(owed.data, same)), seen, last_output(run))
    return leaves_no_zombies(run, beside, len(came))


def answers_beside_a_slow_one(run: Run, silent: Run) -> Judgement:
    """The second client has its answer before the first one, who is slow, does anything more."""
    if not _had_all(silent, 1, until=0):
        return NotApplicable(say("slow.one-by-one"))
    if _had_all(run, 1, until=0):
        return Kept()
    return Broken(say("slow.expected"), and_ended(say("slow.seen"), run), last_output(run))


def _had_all(run: Run, client: int, until: int) -> bool:
    """Tell whether a client had all its answers when another one did its next thing after that."""
    came, asked = b"", False
    for event in run.wire:
        if event.client == client:
            asked = asked or event.what == "sent"
            came += event.data if event.what == "received" else b""
        elif event.client == until and asked and event.what in ("sent", "peer ended", "peer reads"):
            break
    return asked and run.owed_to(client).is_paid(came)
