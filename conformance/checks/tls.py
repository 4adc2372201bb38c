"""Checks of what a program does over TLS: whom it trusts, what it makes of records, and how it ends."""

from typing import Final

from conformance.checks.common import (
    and_ended,
    as_received,
    last_input,
    last_output,
    lines_of,
    message_of,
    same_result,
)
from conformance.checks.judgement import Broken, Judgement, Kept, NotApplicable
from conformance.checks.robust import reports_and_exits_nonzero
from conformance.checks.showing import shown_data
from conformance.messages import Message, say
from conformance.model.alerts import CLOSE_NOTIFY
from conformance.model.tls_libraries import tls_library
from conformance.records.run import Killed, Run, Waiting, WireEvent
from conformance.records.scenario import LOOPBACK, Accept, Reset

OLD: Final = frozenset({"SSLv3", "TLSv1", "TLSv1.1"})
SHORTEST_LINE: Final = 3
"""Shorter lines may stand in any output."""


def refuses(run: Run, baseline: Run) -> Judgement:
    """Nothing of a server is used whose certificate is to be refused; how that is said is judged elsewhere."""
    used = _used(run, baseline)
    return Kept() if used is None else Broken(_to_be_refused(run), and_ended(used, run), last_input(run))


def _to_be_refused(run: Run) -> Message:
    """Say of which certificate nothing may be used."""
    what = say(f"start.certificate.{run.scenario.start.tls.certificate}")
    return say("tls.refuses", what=what, name=run.scenario.start.tls.name)


def _used(run: Run, baseline: Run) -> Message | None:
    """Say what of a server a client has used: its message, or the answers to lines; None where it has used nothing."""
    message = message_of(baseline)
    if message and message in run.stdout and not run.received():
        return say("tls.printed", data=shown_data(message))
    lines = [line for line in lines_of(baseline) if len(line) >= SHORTEST_LINE]
    if lines and all(line in run.received() for line in lines):
        return say("tls.talked", data=shown_data(run.received()))
    return None


def sends_nothing(run: Run, _: Run) -> Judgement:
    """A server that is not known to be the right one gets no data, not even once."""
    if not run.received():
        return Kept()
    seen = as_received(run, run.received())
    return Broken(_to_be_refused(run), seen, last_output(run))


def reports_refusal(run: Run, baseline: Run) -> Judgement:
    """A client that does not go on says so, and fails; whether it goes on is judged elsewhere."""
    if _used(run, baseline) is not None:
        return NotApplicable(say("tls.goes-on"))
    forged = run.scenario.start.tls.certificate != baseline.scenario.start.tls.certificate
    cause = say("tls.cause.refused" if forged else "tls.cause.handshake")
    return reports_and_exits_nonzero(run, baseline, cause, last_input(run))


def takes_right_one(run: Run, baseline: Run) -> Judgement:
    """A right certificate makes no difference, however it is made."""
    if same_result(run, baseline) and run.received() == baseline.received() and run.ending == baseline.ending:
        return Kept()
    what = say(f"start.certificate.{run.scenario.start.tls.certificate}")
    seen = and_ended(say("tls.not-taken"), run)
    return Broken(say("tls.takes", what=what, name=run.scenario.start.tls.name), seen, last_input(run), by_ending=True)


# ---------------------------------------------------------------- how it ends


def says_close_notify(run: Run, _: Run) -> Judgement:
    """Before the program ends its direction, it says so."""
    events = [event for event in run.wire if event.client == 0]
    ended = next(
        (place for place, event in enumerate(events) if event.what in ("program ended", "program reset")), None
    )
    if ended is None or not run.happened("handshake", 0):
        return NotApplicable(say("tls.no-end"))
    if any(_is_close_notify(event) for event in events[:ended]):
        return Kept()
    if tls_library(run.language).drops_close_notify:
        return NotApplicable(say("tls.notify.library"))
    closes = [call.number for call in run.trace.in_scope() if call.name == "close"]
    return Broken(say("tls.notify.expected"), say("tls.notify.seen"), closes[0] if closes else None)


def _is_close_notify(event: WireEvent) -> bool:
    return event.what == "alert" and event.detail == CLOSE_NOTIFY


def reports_cut(run: Run, baseline: Run) -> Judgement:
    """The connection ends without close_notify: the client says so and fails."""
    if run.ending == Killed(signal="SIGPIPE"):
        return Kept()
    reset = any(isinstance(step, Reset) for step in run.scenario.steps)
    return reports_and_exits_nonzero(run, baseline, say("reset.cause" if reset else "tls.cause.cut"), last_input(run))


def notices_change(run: Run, baseline: Run) -> Judgement:
    """A changed record ends the conversation; a client says so and fails.

    That nothing of the record is used need not be looked at: no library gives out what it cannot verify.
    """
    if any(isinstance(step, Accept) for step in run.scenario.steps):
        return reports_and_exits_nonzero(run, baseline, say("tls.cause.changed"), last_input(run))
    if run.happened("program ended") or run.happened("program reset"):
        return Kept()
    return Broken(say("tls.changed.ends"), and_ended(say("tls.changed.stays"), run), last_input(run))


# ---------------------------------------------------------------- what is said


def speaks_no_old_version(run: Run, _: Run) -> Judgement:
    """With a peer that speaks nothing newer than TLS 1.1 there is no handshake."""
    made = next((event for event in run.wire if event.what == "handshake" and event.detail in OLD), None)
    if made is None:
        return Kept()
    return Broken(say("tls.old.expected"), say("tls.old.seen", version=made.detail), None)


def names_the_server(run: Run, _: Run) -> Judgement:
    """The client's hello names the server; an address it does not name (RFC 6066 3)."""
    hello = next((event for event in run.wire if event.what == "hello"), None)
    wanted = "" if run.scenario.start.tls.name == LOOPBACK else run.scenario.start.tls.name
    if hello is None:
        return NotApplicable(say("tls.no-hello"))
    if hello.detail.casefold() == wanted:
        return Kept()
    expected = say("tls.sni.expected", name=wanted) if wanted else say("tls.sni.none-expected")
    return Broken(expected, say("tls.sni.seen", name=hello.detail) if hello.detail else say("tls.sni.none"))


def shows_chain(run: Run, _: Run) -> Judgement:
    """Behind its own certificate the server sends those between it and the authority, whichever these are."""
    from conformance.sandbox.tls.certificates import chain  # slow to load

    found = _certificates(run)
    if found is None:
        return NotApplicable(say("tls.no-handshake"))
    own, *between = chain(run.scenario.start.tls.certificate)
    behind = found.data.removeprefix(own) if found.data.startswith(own) else found.data
    if all(one in behind for one in between):
        return Kept()
    return Broken(say("tls.chain.expected", count=1 + len(between)), say("tls.chain.seen", count=found.detail))


def shows_given_certificate(run: Run, _: Run) -> Judgement:
    """The certificate that the server shows is the one in the file that it was given."""
    from conformance.sandbox.tls.certificates import chain  # slow to load

    found = _certificates(run)
    if found is None:
        return NotApplicable(say("tls.no-handshake"))
    if found.data.startswith(chain(run.scenario.start.tls.certificate)[0]):
        return Kept()
    return Broken(say("tls.given.expected"), say("tls.given.seen"))


def _certificates(run: Run) -> WireEvent | None:
    return next((event for event in run.wire if event.what == "certificates"), None)


def serves_after_stranger(run: Run, alone: Run) -> Judgement:
    """The client behind one who does not speak TLS, or leaves, gets what it gets alone."""
    if not alone.received(1) or run.received(1) == alone.received(1):
        return Kept()
    seen = as_received(run, run.received(1), 1, alone.received(1))
    return Broken(say("tls.others.expected"), seen, last_input(run), by_ending=not isinstance(run.ending, Waiting))
