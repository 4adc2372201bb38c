"""Checks of a file that is answered with thanks: who ends which direction when, and whether the thanks arrive."""

from typing import Final

from conformance.catalogue import catalogue
from conformance.checks.common import (
    and_ended,
    as_printed,
    as_received,
    clients_of,
    connections,
    in_order,
    last_input,
    last_output,
    not_received,
    peer_of,
    receives_as,
)
from conformance.checks.judgement import Broken, Judgement, Kept, NotApplicable
from conformance.checks.showing import crux, difference, shown_data
from conformance.messages import say
from conformance.model.calls import INPUT
from conformance.records.run import Run
from conformance.records.trace import Call

SHUT_WR: Final = 1
ENDS_BEHIND: Final = (b"", b"\0", b"\n", b"\r\n")
"""What may stand behind the thanks: textbooks send the NUL of the text too, or a line."""


def _thanks_of(run: Run) -> bytes:
    return catalogue().exercises[run.exercise].thanks.encode()


# ---------------------------------------------------------------- the server


def ends_its_own_direction(run: Run) -> Judgement:
    """Each client saw the end before it said anything, and what it said then was read."""
    thanked = [client for client in clients_of(run) if run.sent(client)]
    if not thanked:
        return NotApplicable(say("thanks.none"))
    for client in thanked:
        peer = peer_of(run, client)
        ended_at = _first(run, "program ended", client)
        if ended_at is None or ended_at > (_first(run, "sent", client) or 0):
            return Broken(say("half-closes.expected"), say("half-closes.no-end", peer=peer), last_output(run))
        closing = _closing(run, client)
        if closing is not None:
            seen = say("half-closes.closed", peer=peer, call=closing.name)
            return Broken(say("half-closes.expected"), seen, closing.number, regardless_of_result=True)
    return Kept()


def _first(run: Run, what: str, client: int) -> int | None:
    """Return the place of the first event of a kind."""
    found = (place for place, event in enumerate(run.wire) if event.what == what and event.client == client)
    return next(found, None)


def _closing(run: Run, client: int) -> Call | None:
    """Return the call that ended both directions before the client could be heard, if none of its bytes were read."""
    theirs = [one for one, whose in connections(run).items() if whose == client]
    calls = [call for one in theirs if one is not None for call in run.trace.about(one)]
    if any(call.name in INPUT and call.moved for call in calls):
        return None
    ending = (one for one in calls if one.name == "close" or (one.name == "shutdown" and one.arg("how") != SHUT_WR))
    return next(ending, None)


def serves_behind_a_silent_one(run: Run, baseline: Run) -> Judgement:
    """The first client leaves without a word, and the next one gets the file all the same."""
    if receives_as(run, baseline) and run.received(1) != baseline.received():
        wanted = baseline.received()
        return not_received(run, say("without-thanks.expected"), wanted, 1, last_input(run))
    return Kept()


def prints_thanks(run: Run) -> Judgement:
    """What each client said stands in the output, once for each."""
    thanks = _thanks_of(run)
    said = [thanks for client in clients_of(run) if run.sent(client) == thanks]
    if in_order(said, run.stdout):
        return Kept()
    at = crux(said, run.stdout).at
    expected = say("thanks.printed", data=shown_data(thanks), count=len(said))
    return Broken(expected, as_printed(run, at), last_input(run), by_ending=at == len(run.stdout))


def prints_thanks_as_beside(run: Run, whole: Run) -> Judgement:
    """What is printed of thanks in one piece is printed of those in several; what is not even then is elsewhere."""
    return prints_thanks(run) if isinstance(prints_thanks(whole), Kept) else Kept()


# ---------------------------------------------------------------- the client


def thanks_after_the_end(run: Run) -> Judgement:
    """The client says its thanks, and only when the server has ended its side."""
    thanks, received = _thanks_of(run), run.received()
    early = next((event for event in run.wire if event.what in ("received", "peer ended")), None)
    if early is not None and early.what == "received":
        return Broken(say("thanks.after-end"), say("thanks.early", data=shown_data(early.data)), last_output(run))
    if received in [thanks + behind for behind in ENDS_BEHIND]:
        return Kept()
    seen = as_received(run, received, 0, thanks)
    expected = say("thanks.expected", data=shown_data(thanks, difference(thanks, received)))
    return Broken(expected, seen if received else and_ended(seen, run), last_output(run), by_ending=not received)
