"""Checks of dialogues: whether a client makes a request of each line, and prints each answer."""

from conformance.catalogue import catalogue
from conformance.checks.common import (
    and_ended,
    as_received,
    in_order,
    last_input,
    last_output,
    not_printed,
    replies_in,
    requests_in,
)
from conformance.checks.judgement import Broken, Judgement, Kept, NotApplicable
from conformance.checks.robust import reports_and_exits_nonzero
from conformance.checks.showing import crux, difference, shown_data
from conformance.checks.transfer import overrun
from conformance.messages import Message, say
from conformance.model.typed import says_what_is_typed
from conformance.records.run import Exited, Run, Waiting


def asks_and_prints(run: Run) -> Judgement:
    """Each line went out as one request, and each answer was printed, in order."""
    wanted, received = asked(run), run.received()
    if received != wanted:
        expected = _to_be_asked(run, wanted, received)
        seen = as_received(run, received, 0, wanted)
        return Broken(expected, seen, last_output(run), by_ending=wanted.startswith(received))
    replies = replies_in(run)
    if not isinstance(run.ending, Exited) or in_order(replies, run.stdout):
        return Kept()  # what a program has printed that does not end may lie in its buffer
    found = crux(replies, run.stdout)
    return not_printed(run, say("asks.printed", lines=tuple(map(shown_data, replies))), found.at, last_input(run))


def _to_be_asked(run: Run, wanted: bytes, received: bytes) -> Message:
    """Say which requests the server was to receive, around the place where something else came."""
    typed = says_what_is_typed(catalogue().exercises[run.exercise])
    shown = shown_data(wanted, difference(wanted, received))
    return say("asks.expected-typed" if typed else "asks.expected", data=shown)


def asked(run: Run) -> bytes:
    """Return the requests that a client makes of the lines that it was given."""
    return b"".join(requests_in(run))


def asks_as_beside(run: Run, beside: Run) -> Judgement:
    """What is right in the plain form is right; what is not even then is judged elsewhere."""
    return asks_and_prints(run) if isinstance(asks_and_prints(beside), Kept) else Kept()


def ends_with_input(run: Run, baseline: Run) -> Judgement:
    """At the end of its input the client ends, with status 0 or that with which it always ends.

    Where a request is made of several things that are typed, an input that ends before them may be an error.
    """
    may_fail = says_what_is_typed(catalogue().exercises[run.exercise]) and not run.scenario.start.input
    if isinstance(run.ending, Exited) and (may_fail or run.ending in (Exited(status=0), baseline.ending)):
        return Kept()
    return Broken(say("input.expected"), and_ended(say("input.seen"), run), last_output(run), by_ending=True)


def asks_last_line(run: Run, with_line_end: Run) -> Judgement:
    """A last line without a line end is a request as with one, or is refused; what is not, with one, is elsewhere."""
    if not isinstance(asks_and_prints(with_line_end), Kept) or not isinstance(with_line_end.ending, Exited):
        return NotApplicable(say("last-line.not-anyway"))
    if not isinstance(run.ending, Exited):
        return Broken(say("last-line.expected"), and_ended(say("input.seen"), run), last_input(run), by_ending=True)
    if isinstance(reports_and_exits_nonzero(run, with_line_end, ""), Kept):
        return Kept()
    return asks_and_prints(run)


def survives_long_line(run: Run, baseline: Run) -> Judgement:
    """No crash and no hang, and all of a long line is sent; or it is refused, with words and a status."""
    if baseline.endless or isinstance(baseline.ending, Waiting) or not isinstance(asks_and_prints(baseline), Kept):
        return NotApplicable(say("long.endless-anyway"))
    if run.crashed or run.endless or isinstance(run.ending, Waiting) or overrun(run) is not None:
        call = overrun(run) or last_input(run)
        return Broken(say("long.expected"), and_ended(say("long.seen"), run), call, by_ending=True)
    refused = isinstance(reports_and_exits_nonzero(run, baseline, ""), Kept)
    if refused or run.received() == asked(run):
        return Kept()
    wanted, received = asked(run), run.received()
    return Broken(_to_be_asked(run, wanted, received), as_received(run, received, 0, wanted), last_output(run))
