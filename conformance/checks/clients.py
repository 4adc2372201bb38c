"""What a server does for several clients: beside one that is lost or slow, at once, and one after the other."""

from typing import Final

from conformance.checks.common import (
    accepted_clients,
    and_ended,
    clients_of,
    is_left_of,
    is_the_file,
    last_output,
    lost_clients,
    made_by_compiled_program,
    not_received,
    receives_as,
    stopped_reading,
)
from conformance.checks.judgement import Broken, Judgement, Kept, NotApplicable, NotObserved
from conformance.checks.showing import difference, shown_data
from conformance.messages import say
from conformance.model.calls import INPUT, OUTPUT, TRANSFER
from conformance.records.run import Busy, Run, Waiting
from conformance.records.scenario import Connect

ACTS: Final = frozenset({"sent", "peer ended", "peer reads"})


KEPT_AT_MOST: Final = 4 << 20
"""How many bytes a server may keep for a client that does not read: far more than any buffer of a careful program."""


GONE: Final = frozenset({"program ended", "program reset", "peer reset", "peer left"})


def serves_the_others(run: Run, beside: Run) -> Judgement:
    """The clients that stay get what they get when nobody is lost and no call fails."""
    stay = [one for one in clients_of(beside) if beside.received(one) and one not in lost_clients(run)]
    if run.scenario.faults and not run.faults_applied:
        return NotApplicable(say("failure.not-reached"))
    if not run.scenario.faults and not lost_clients(run):
        return NotApplicable(say("others.nobody-lost"))
    if not stay:
        return NotApplicable(say("others.not-beside"))
    for client in stay:
        if client in stopped_reading(run) and beside.received(client).startswith(run.received(client)):
            continue
        if not _gets_as(beside, run, client):
            wanted, call = beside.received(client), last_failure_of_exercise(run)
            return not_received(run, say("others.expected"), wanted, client, call)
    return Kept()


def _gets_as(beside: Run, run: Run, client: int) -> bool:
    """Tell whether a client gets what it gets in the control run.

    A server that answers more than came sends bytes of its memory, and they differ from run to run. Then only their
    number counts.
    """
    wanted, got = beside.received(client), run.received(client)
    if receives_as(run, beside, client):
        return True
    if 0 < len(beside.sent(client)) < len(wanted) and not beside.scenario.start.files:
        return len(got) == len(wanted)
    return False


def serves_again(run: Run, beside: Run) -> Judgement:
    """Descriptors had run out: one client may be turned away, and each that comes later is served as usual."""
    if not run.faults_applied:
        return NotApplicable(say("failure.not-reached"))
    served = [one for one in clients_of(beside) if beside.received(one)]
    away = [one for one in served if not receives_as(run, beside, one)]
    if len(served) < 2:
        return NotApplicable(say("others.not-beside"))
    if not away or (len(away) == 1 and not run.received(away[0]) and away[0] != served[-1]):
        return Kept()
    wanted, call = beside.received(away[-1]), last_failure_of_exercise(run)
    return not_received(run, say("again.expected"), wanted, away[-1], call)


def last_failure_of_exercise(run: Run) -> int | None:
    """Return the number of the last call of the exercise that failed."""
    failed = [call.number for call in run.trace.in_scope() if call.failed]
    return failed[-1] if failed else None


def serves_beside_a_slow_one(run: Run, silent: Run) -> Judgement:
    """The second client has its answer before the first one, who is slow, does anything more.

    Where it does not get one beside a client that is silent, clients are served one by one.
    """
    if not had_all(silent, 1, until=0):
        return NotApplicable(say("slow.one-by-one"))
    if had_all(run, 1, until=0):
        return Kept()
    return Broken(say("slow.expected"), and_ended(say("slow.seen"), run), last_output(run))


def serves_beyond_its_table(run: Run, silent: Run) -> Judgement:
    """Of more clients than a table holds each has its answer in the end or is turned away, and the server goes on."""
    if not had_all(silent, 1, until=0):
        return NotApplicable(say("slow.one-by-one"))
    if run.ending in (Busy(limit="processes"), Busy(limit="memory")):
        return NotApplicable(say("table.processes"))
    clients = sum(isinstance(step, Connect) for step in run.scenario.steps)
    accepts = [call.number for call in run.trace.named("accept") if call.succeeded and call.in_scope]
    stays = isinstance(run.ending, Waiting)
    came = tuple(enumerate(clients_of(run)))
    for place, client in came if stays else reversed(came):  # the last to come was too much for one that ended
        turned_away = run.happened("program ended", client) or run.happened("program reset", client)
        served = len(run.received(client)) == len(run.sent(client)) > 0
        if not served and not (turned_away and stays):
            seen = and_ended(say("table.seen", count=clients, client=client + 1), run)
            taken = next(iter(accepts[place : place + 1]), None)
            return Broken(say("table.expected"), seen, taken, by_ending=True)
    if run.spun and not silent.spun:
        return Broken(say("table.waits"), say("table.spins"))
    return Kept()


def keeps_little(run: Run, silent: Run) -> Judgement:
    """What a server has read from a client that does not read, and could not send it yet, stays small."""
    if not had_all(silent, 1, until=0):
        return NotApplicable(say("slow.one-by-one"))
    moved = [call for call in run.trace.named(*TRANSFER) if call.in_scope and call.succeeded]
    if not any(made_by_compiled_program(call) for call in moved):
        return NotApplicable(say("kept.library"))
    came = went = 0
    for call in moved:
        came += (call.moved or 0) if call.name in INPUT else 0
        went += (call.moved or 0) if call.name in OUTPUT else 0
        if came - went > KEPT_AT_MOST:
            return Broken(say("kept.expected"), say("kept.seen", came=came, went=went), call.number)
    return Kept()


def had_all(run: Run, client: int, until: int) -> bool:
    """Tell whether a client had sent something, and received all of it, when another one did its next thing."""
    sent = came = 0
    for event in run.wire:
        if event.client == client:
            sent += len(event.data) if event.what == "sent" else 0
            came += len(event.data) if event.what == "received" else 0
        elif event.client == until and sent and event.what in ACTS:
            break
    return came == sent > 0


def keeps_echoes_apart(run: Run, beside: Run) -> Judgement:
    """Each client gets back what it sent itself; ended children do not grow with the number of clients.

    Beside it clients come one after the other: where one gets what it did not send even then, that is judged elsewhere.
    """
    came = accepted_clients(run)
    if len(came) < 2:
        return NotApplicable(say("crossed.none"))
    in_turn = all(is_left_of(beside.received(client), beside.sent(client)) for client in clients_of(beside))
    for client in came if in_turn else ():
        sent, received = run.sent(client), run.received(client)
        if not is_left_of(received, sent):
            same = difference(sent, received)
            seen = say("crossed.seen", count=len(came), client=client + 1, data=shown_data(received, same))
            return Broken(say("crossed.expected-echo", data=shown_data(sent, same)), seen, last_output(run))
    return leaves_no_zombies(run, beside, len(came))


def keeps_clients_apart(run: Run, beside: Run) -> Judgement:
    """Each accepted client receives what one alone does; ended children do not grow with the number of clients."""
    accepted = [call for call in run.trace.named("accept") if call.in_scope and call.succeeded]
    came = [event.client for event in run.wire if event.what == "connected"][: len(accepted)]
    if len(came) < 2:
        return NotApplicable(say("crossed.none"))
    alone = beside.received()
    for client in came:
        if run.received(client) != alone:
            received, same = run.received(client), difference(alone, run.received(client))
            seen = say("crossed.seen", count=len(came), client=client + 1, data=shown_data(received, same))
            return Broken(say("crossed.expected", data=shown_data(alone, same)), seen, last_output(run))
    return leaves_no_zombies(run, beside, len(came))


def keeps_files_apart(run: Run, beside: Run) -> Judgement:
    """Each client receives the file, as one alone does; where that one does not, it is judged elsewhere."""
    content = b"".join(file.whole for file in run.scenario.start.files)
    if not is_the_file(beside.received(), content):
        return Kept()
    return keeps_clients_apart(run, beside) if run.observed else NotObserved()


def leaves_no_zombies(run: Run, beside: Run, clients: int) -> Judgement:
    """Judged on clients in turn: of those that come at once, many children may end before anybody can wait for them."""
    if _clients_overlap(run) or run.zombies <= beside.zombies + 1:
        return Kept()
    return Broken(say("zombies.expected"), say("zombies.seen", clients=clients, count=run.zombies))


def _clients_overlap(run: Run) -> bool:
    """Tell whether a client came before the one before it was served."""
    there = set[int]()
    for event in run.wire:
        if event.what == "connected":
            if there:
                return True
            there.add(event.client)
        elif event.what in GONE:
            there.discard(event.client)
    return False
