"""Checks of a chat: who has heard what."""

from collections.abc import Iterator
from typing import NamedTuple

from conformance.catalogue import catalogue
from conformance.checks.common import (
    accepted_clients,
    and_ended,
    as_received,
    connections,
    last_output,
    lost_clients,
    peer_of,
)
from conformance.checks.judgement import Broken, Judgement, Kept
from conformance.checks.showing import difference, shown_data
from conformance.messages import say
from conformance.records.run import Run
from conformance.records.scenario import Send

GONE = frozenset({"peer ended", "peer left", "peer reset"})


class Said(NamedTuple):
    """What one client has said in one piece."""

    sender: int
    data: bytes


def hears_everything(run: Run) -> Judgement:
    """Each client has what was said while it was there, in that order; one that was lost, a part of it."""
    owed, lost, left = heard(run), lost_clients(run), _left(run)
    for client in accepted_clients(run):
        wanted, received = b"".join(said.data for said in owed.get(client, ())), run.received(client)
        begun = client in lost and wanted.startswith(received)
        if received != wanted and not begun and not (client in left and received.startswith(wanted)):
            same = difference(wanted, received)
            expected = say("chat.expected", peer=peer_of(run, client), data=shown_data(wanted, same))
            seen = as_received(run, received, client, wanted)
            return Broken(expected, seen, last_output(run), by_ending=wanted.startswith(received))
    if accepted_clients(run):
        return Kept()
    return Broken(say("chat.expected-any"), and_ended(say("conversation.none"), run), by_ending=True)


def hears_each_sender(run: Run) -> Judgement:
    """Of what several clients say at the same moment, each one hears all, and each sender's bytes in their order."""
    owed = heard(run)
    for client in accepted_clients(run):
        received = run.received(client)
        for sender, letters, wanted in _by_sender(owed.get(client, ())):
            came = bytes(byte for byte in received if byte in letters)
            if came != wanted:
                expected = say(
                    "chat.expected-of", peer=peer_of(run, client), sender=sender + 1, data=shown_data(wanted)
                )
                return Broken(expected, say("chat.seen-of", data=shown_data(came)), last_output(run), by_ending=True)
    return Kept()


def hears_all_or_is_taken_out(run: Run) -> Judgement:
    """A client that reads late has heard everything, or was taken out: then what it has is the beginning of it."""
    wanted, received = b"".join(said.data for said in heard(run).get(0, ())), run.received()
    if received == wanted or (_is_taken_out(run, 0) and wanted.startswith(received)):
        return Kept()
    same = difference(wanted, received)
    expected = say("chat.expected", peer=peer_of(run), data=shown_data(wanted, same))
    return Broken(expected, as_received(run, received, 0, wanted), last_output(run))


def _is_taken_out(run: Run, client: int) -> bool:
    """Tell whether the program ended a connection before its client did: the wire shows it only behind the data."""
    ended = next((event.after for event in run.wire if event.what == "peer ended" and event.client == client), 0)
    theirs = [one for one, whose in connections(run).items() if whose == client and one is not None]
    calls = (call for one in theirs for call in run.trace.about(one) if call.name in ("close", "shutdown"))
    return any(call.number <= ended for call in calls)


def hears_beside_a_silent_reader(run: Run) -> Judgement:
    """A client that reads has heard everything although another one reads nothing."""
    wanted = b"".join(step.whole for step in run.scenario.steps if isinstance(step, Send))
    came = b""
    for event in run.wire:
        if event.client == 2 and event.what == "peer ended":
            break
        came += event.data if event.client == 2 and event.what == "received" else b""
    if came == wanted:
        return Kept()
    return Broken(say("slow-chat.expected"), say("slow-chat.seen", size=len(came), of=len(wanted)), last_output(run))


def heard(run: Run) -> dict[int, list[Said]]:
    """Return what each client is to hear: all that is said from its coming to its end."""
    to_sender = catalogue().exercises[run.exercise].heard_by == "all"
    owed: dict[int, list[Said]] = {}
    there = set[int]()
    for event in run.wire:
        if event.what == "connected":
            there.add(event.client)
        elif event.what in GONE:
            there.discard(event.client)
        elif event.what == "sent":
            for client in there:
                if to_sender or client != event.client:
                    owed.setdefault(client, []).append(Said(event.client, event.data))
    return owed


def _left(run: Run) -> frozenset[int]:
    """Return the clients that ended their side: what is still sent to them is free."""
    return frozenset(event.client for event in run.wire if event.what == "peer ended")


def _by_sender(said: list[Said] | tuple[()]) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield each sender, its letters, and what it has said in them."""
    for sender in dict.fromkeys(one.sender for one in said):
        whole = b"".join(one.data for one in said if one.sender == sender).replace(b"\n", b"")
        yield sender, bytes(set(whole)), whole
