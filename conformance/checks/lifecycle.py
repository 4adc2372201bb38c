"""Checks of the lifecycle: the order of the calls, addresses, and ends."""

from collections.abc import Sequence
from typing import Final

from conformance.checks.common import ended_how, last_failure, left_open, summary
from conformance.judgement import Broken, Judgement, Kept, NotApplicable, NotObserved
from conformance.model.calls import TRANSFER
from conformance.model.descriptors import CLIENT_ORDER, SERVER_ORDER, UNDER_WAY, State
from conformance.observe.decode import signed
from conformance.observe.trace import Call, Trace
from conformance.stage.ports import swapped
from conformance.stage.script import Exited, Run, Waiting
from conformance.words import say

INTERNET_FAMILIES: Final = frozenset({"AF_INET", "AF_INET6"})
SOL_SOCKET, SO_REUSEADDR = 1, 2


def server_calls_in_order(run: Run) -> Judgement:
    """One descriptor goes through socket, bind, listen and accept; every listener is bound first."""
    if not run.observed:
        return NotObserved()
    listeners = {call.on for call in run.trace.named("accept") if call.succeeded} | _subjects(run.trace, "listen")
    orders = {
        subject: _first_successes(run.trace, subject, SERVER_ORDER) for subject in listeners if subject is not None
    }
    for subject, order in orders.items():
        if order != SERVER_ORDER[: len(order)]:
            return _wrong_order(run.trace, subject, SERVER_ORDER, order)
    if SERVER_ORDER not in orders.values():
        return Broken(
            " → ".join(SERVER_ORDER), say("order.incomplete", calls=summary(run.trace)), last_failure(run.trace)
        )
    return Kept()


def client_calls_in_order(run: Run) -> Judgement:
    """One descriptor goes through socket and connect, and only then carries data."""
    if not run.observed:
        return NotObserved()
    ours = {description.number for description in run.trace.descriptions if description.of_exercise}
    early = next(
        (call for call in run.trace.named(*TRANSFER) if call.subject in ours and call.state == State.FRESH), None
    )
    if early is not None:
        seen = say("order.data-before-connect", call=early.name)
        return Broken(say("order.client"), seen, early.number, by_calling=True)
    if not any(_first_successes(run.trace, subject, CLIENT_ORDER) == CLIENT_ORDER for subject in ours):
        return Broken(say("order.client"), say("order.incomplete", calls=summary(run.trace)), last_failure(run.trace))
    return Kept()


def _subjects(trace: Trace, name: str) -> set[int | None]:
    return {call.subject for call in trace.named(name) if call.succeeded}


def _first_successes(trace: Trace, subject: int, names: Sequence[str]) -> tuple[str, ...]:
    """Return the calls of these names in the order in which each first succeeded; a connect under way counts."""
    done = (call.name for call in trace.about(subject) if call.succeeded or call.error in UNDER_WAY)
    return tuple(dict.fromkeys(name for name in done if name in names))


def _wrong_order(trace: Trace, subject: int, wanted: Sequence[str], order: Sequence[str]) -> Broken:
    wrong = next(name for place, name in enumerate(order) if name != wanted[place])
    call = next(call for call in trace.about(subject) if call.name == wrong and call.succeeded)
    return Broken(" → ".join(wanted), " → ".join(order), call.number)


def bound_to_given_port(run: Run) -> Judgement:
    """The client reached the server at the port that the server was given."""
    reached = next((event.port for event in run.wire if event.what == "connected"), None)
    if reached == run.port:
        return Kept()
    bind = next(
        (call.number for call in run.trace.named("bind") if call.address and call.address.port == reached), None
    )
    if reached is None:
        return Broken(
            say("port.expected", port=run.port),
            say("port.nobody", port=run.port) + ended_how(run),
            last_failure(run.trace),
        )
    seen = say("port.swapped" if reached == swapped(run.port) else "port.other", port=reached)
    return Broken(say("port.expected", port=run.port), seen, bind)


def bound_to_reachable_address(run: Run) -> Judgement:
    """The client reached the server, whose listener was bound with an address of a family that it has."""
    ours = {description.number for description in run.trace.descriptions if description.of_exercise}
    binds = [call for call in run.trace.named("bind") if call.subject in ours or call.failed]
    odd = next((call for call in binds if call.address is None or call.address.family not in INTERNET_FAMILIES), None)
    if odd is not None:
        return Broken(
            say("reach.family"), say("reach.odd-family", family=odd.address.family if odd.address else "?"), odd.number
        )
    if run.happened("connected"):
        return Kept()
    failed = binds[-1].number if binds else last_failure(run.trace)
    return Broken(say("reach.expected"), say("reach.nobody") + ended_how(run), failed)


def bound_once(run: Run) -> Judgement:
    """No listener's descriptor is bound again after a bind that succeeded."""
    if not run.observed:
        return NotObserved()
    bound: set[int | None] = set()
    for call in run.trace.named("bind"):
        if call.subject in bound:
            return Broken(say("bind.once"), say("bind.again"), call.number)
        if call.succeeded:
            bound.add(call.subject)
    return Kept()


def accepted_on_listener(run: Run) -> Judgement:
    """accept is called on a listener, and data goes elsewhere."""
    if not run.observed:
        return NotObserved()
    for call in run.trace.of_exercise():
        if call.name == "accept" and call.state == State.CONNECTED:
            return Broken(say("listener.accept"), say("listener.accept-on-connection"), call.number)
        if call.name in TRANSFER and call.state == State.LISTENING:
            return Broken(say("listener.data"), say("listener.data-on-listener", call=call.name), call.number)
    return Kept()


def listens_with_backlog(run: Run) -> Judgement:
    """listen is given a backlog of at least 1, and a server that stays up makes no new listener for each client."""
    if not run.observed:
        return NotObserved()
    for call in run.trace.named("listen"):
        if signed(call.words[1]) < 1:
            return Broken(say("backlog.expected"), say("backlog.seen", number=signed(call.words[1])), call.number)
    again = _listens_anew(run)
    return Kept() if again is None else Broken(say("backlog.expected-open"), say("backlog.closed"), again)


def _listens_anew(run: Run) -> int | None:
    """Return the number of the listen of a server that stays up and has closed the listener of an earlier client."""
    gone = {one.number for one in run.trace.descriptions if not one.open_in}
    served = {call.on for call in run.trace.named("accept") if call.succeeded and call.of_exercise} & gone
    first = next((call.number for call in run.trace.named("listen") if call.subject in served), None)
    if first is None or not isinstance(run.ending, Waiting):
        return None
    later = (call for call in run.trace.named("listen") if call.succeeded and call.number > first)
    return next((call.number for call in later if call.subject not in gone), None)


def reuses_address(run: Run) -> Judgement:
    """SO_REUSEADDR was set on each listener before it was bound."""
    if not run.observed:
        return NotObserved()
    reusing: set[int | None] = set()
    for call in run.trace.calls:
        if call.name == "setsockopt" and call.succeeded and call.words[1:3] == (SOL_SOCKET, SO_REUSEADDR):
            (reusing.add if any(call.data) else reusing.discard)(call.subject)
        elif call.name == "bind" and call.succeeded and call.of_exercise and call.subject not in reusing:
            return Broken(say("reuse.expected"), say("reuse.missing"), call.number)
    return Kept()


def server_ends_cleanly(run: Run) -> Judgement:
    """A server that ends by itself closed its listener and ends with status 0."""
    if isinstance(run.ending, Waiting):
        return NotApplicable(say("ends.stays-up"))
    if run.ending != Exited(0):
        return Broken(say("ends.expected"), say("ends.seen", how=ended_how(run).removeprefix("; ")), None)
    for description in run.trace.descriptions:
        if description.of_exercise and description.state == State.LISTENING:
            left = left_open(run.trace, description)
            if left is not None:
                return Broken(say("ends.listener"), say("close.never", descriptor=left), description.opened_by)
    return Kept()


def client_ends_cleanly(run: Run) -> Judgement:
    """A client that got its answer ends with status 0."""
    if run.ending == Exited(0):
        return Kept()
    return Broken(say("ends.expected"), say("ends.seen", how=ended_how(run).removeprefix("; ")), None)


def connected_to_given_address(run: Run) -> Judgement:
    """Each socket of the exercise is connected once, to the given port."""
    if not run.observed:
        return NotObserved()
    ours = [call for call in run.trace.named("connect") if call.of_exercise]
    if not ours:
        return Broken(say("connect.expected", port=run.port), say("connect.none"), last_failure(run.trace))
    connected: set[int | None] = set()
    for call in ours:
        if call.address is not None and call.address.port != run.port:
            seen = say(
                "port.swapped-connect" if call.address.port == swapped(run.port) else "port.other-connect",
                port=call.address.port,
            )
            return Broken(say("connect.expected", port=run.port), seen, call.number)
        if run.ip and call.address is not None and _reaches(call) and _plain(call.address.host) != run.ip:
            expected = say("connect.expected-address", ip=run.ip)
            return Broken(expected, say("connect.other-address", host=call.address.host), call.number)
        if call.subject in connected:
            return Broken(say("connect.once"), say("connect.again"), call.number)
        if call.succeeded:
            connected.add(call.subject)
    return Kept()


def _reaches(call: Call) -> bool:
    return call.succeeded or call.error in UNDER_WAY


def _plain(host: str) -> str:
    """Return an IPv4 address as it is written, also where it is used through a socket of IPv6."""
    return host.removeprefix("::ffff:")


def leaves_bind_to_the_system(run: Run) -> Judgement:
    """The client's socket is not bound by the program."""
    if not run.observed:
        return NotObserved()
    ours = {description.number for description in run.trace.descriptions if description.of_exercise}
    bind = next((call for call in run.trace.named("bind") if call.subject in ours), None)
    return (
        Kept()
        if bind is None
        else Broken(say("bind.none"), say("bind.seen", port=bind.address.port if bind.address else 0), bind.number)
    )
