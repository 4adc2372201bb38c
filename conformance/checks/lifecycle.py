"""Checks of the lifecycle: the order of the calls, addresses, and ends."""

from collections.abc import Sequence
from typing import Final

from conformance.checks.common import and_ended, ended, last_failure, left_open, lifecycle_summary
from conformance.checks.judgement import Broken, Judgement, Kept, NotApplicable
from conformance.messages import Message, say
from conformance.model.byte_order import swapped
from conformance.model.calls import TRANSFER
from conformance.model.constants import SO_REUSEADDR, SOL_SOCKET
from conformance.model.descriptors import CLIENT_ORDER, SERVER_ORDER, UNDER_WAY, State
from conformance.records.run import FOUND, Exited, Run, Waiting
from conformance.records.scenario import LOOPBACK_6
from conformance.records.trace import Call, Trace

INTERNET_FAMILIES: Final = frozenset({"AF_INET", "AF_INET6"})
ROOM_FOR_ADDRESS: Final = range(16, 4097)
"""From a sockaddr_in on; no program has more room for one address than a page."""
GOES_ON: Final = UNDER_WAY | {"EINTR", "EALREADY", "EISCONN", "EAGAIN"}
"""What connect says of a connection that is on its way or there already."""


def server_calls_in_order(run: Run) -> Judgement:
    """One descriptor goes through socket, bind, listen and accept; every listener is bound first."""
    listeners = {call.on for call in run.trace.named("accept") if call.succeeded} | _subjects(run.trace, "listen")
    orders = {
        description: _first_successes(run.trace, description, SERVER_ORDER)
        for description in listeners
        if description is not None
    }
    for description, order in orders.items():
        if order != SERVER_ORDER[: len(order)]:
            return _wrong_order(run.trace, description, SERVER_ORDER, order)
    if SERVER_ORDER not in orders.values():
        seen = say("order.incomplete", calls=lifecycle_summary(run.trace))
        return Broken(say("as-it-is", text=" → ".join(SERVER_ORDER)), seen, last_failure(run.trace))
    return Kept()


def client_calls_in_order(run: Run) -> Judgement:
    """One descriptor goes through socket and connect, and only then carries data."""
    ours = {description.number for description in run.trace.descriptions if description.in_scope}
    early = next(
        (call for call in run.trace.named(*TRANSFER) if call.description in ours and call.state == State.FRESH), None
    )
    if early is not None:
        seen = say("order.data-before-connect", call=early.name)
        return Broken(say("order.client"), seen, early.number, regardless_of_result=True)
    if not any(_first_successes(run.trace, description, CLIENT_ORDER) == CLIENT_ORDER for description in ours):
        return Broken(
            say("order.client"), say("order.incomplete", calls=lifecycle_summary(run.trace)), last_failure(run.trace)
        )
    return Kept()


def _subjects(trace: Trace, name: str) -> set[int | None]:
    return {call.description for call in trace.named(name) if call.succeeded}


def _first_successes(trace: Trace, description: int, names: Sequence[str]) -> tuple[str, ...]:
    """Return the calls of these names in the order in which each first succeeded; a connect under way counts."""
    done = (call.name for call in trace.about(description) if call.succeeded or call.error in UNDER_WAY)
    return tuple(dict.fromkeys(name for name in done if name in names))


def _wrong_order(trace: Trace, description: int, wanted: Sequence[str], order: Sequence[str]) -> Broken:
    wrong = next(name for place, name in enumerate(order) if name != wanted[place])
    call = next(call for call in trace.about(description) if call.name == wrong and call.succeeded)
    expected, seen = (say("as-it-is", text=" → ".join(names)) for names in (wanted, order))
    return Broken(expected, seen, call.number)


def bound_to_given_port(run: Run) -> Judgement:
    """The client reached the server at the port that the server was given."""
    reached = next((event.port for event in run.wire if event.what in FOUND), None)
    if reached == run.port:
        return Kept()
    expected = say("port.expected", port=run.port)
    if reached is None:
        seen = and_ended(say("port.nobody", port=run.port), run)
        return Broken(expected, seen, last_failure(run.trace), by_ending=True)
    return _listens_elsewhere(run, expected, reached)


def _listens_elsewhere(run: Run, expected: Message, reached: int) -> Broken:
    """Say where a server listens, and by which call: the bind that named that port, or let the system choose one."""
    binds = [call for call in run.trace.named("bind") if call.succeeded and call.address is not None]
    given = next((call for call in binds if call.address and call.address.port == reached), None)
    if given is not None or not run.observed:
        seen = say("port.swapped" if reached == swapped(run.port) else "port.other", port=reached)
        return Broken(expected, seen, given.number if given is not None else None)
    chosen = next((call for call in binds if call.address and not call.address.port), None)
    if chosen is not None:
        return Broken(expected, say("port.chosen", port=reached), chosen.number)
    listens = next((call.number for call in run.trace.named("listen") if call.succeeded), None)
    return Broken(expected, say("port.unbound", port=reached), listens)


def bound_to_reachable_address(run: Run) -> Judgement:
    """The client reached the server, whose listener was bound with an address of a family that it has."""
    ours = {description.number for description in run.trace.descriptions if description.in_scope}
    binds = [call for call in run.trace.named("bind") if call.description in ours or call.failed]
    odd = next((call for call in binds if call.address is None or call.address.family not in INTERNET_FAMILIES), None)
    if odd is not None:
        return Broken(
            say("reach.family"), say("reach.odd-family", family=odd.address.family if odd.address else "?"), odd.number
        )
    found = [event.host for event in run.wire if event.what == "connected"]
    if LOOPBACK_6 in found:
        listens = [call.number for call in run.trace.named("listen")]
        return Broken(say("reach.expected"), say("reach.only-six"), next(iter(listens), None))
    if found:
        return Kept()
    if run.observed and not any(call.failed for call in binds) and not run.trace.named("listen"):
        return NotApplicable(say("reach.no-listener"))
    failed = binds[-1].number if binds else last_failure(run.trace)
    return Broken(say("reach.expected"), and_ended(say("reach.nobody"), run), failed, by_ending=True)


def gives_room_for_addresses(run: Run) -> Judgement:
    """The length that stands beside room for an address is one that the room may have."""
    asking = [call for call in run.trace.in_scope() if call.room is not None]
    for call in asking:
        if call.room not in ROOM_FOR_ADDRESS:
            return Broken(say("room.expected"), say("room.seen", call=call.name, size=call.room), call.number)
    return Kept() if asking else NotApplicable(say("room.none"))


def bound_once(run: Run) -> Judgement:
    """No listener's descriptor is bound again after a bind that succeeded."""
    bound: set[int | None] = set()
    for call in run.trace.named("bind"):
        if call.description in bound:
            return Broken(say("bind.once"), say("bind.again"), call.number)
        if call.succeeded:
            bound.add(call.description)
    return Kept()


def accepted_on_listener(run: Run) -> Judgement:
    """accept is called on a listener, and data goes elsewhere."""
    for call in run.trace.in_scope():
        if call.name == "accept" and call.state == State.CONNECTED:
            return Broken(say("listener.accept"), say("listener.accept-on-connection"), call.number)
        if call.name in TRANSFER and call.state == State.LISTENING:
            return Broken(say("listener.data"), say("listener.data-on-listener", call=call.name), call.number)
    return Kept()


def listens_with_backlog(run: Run) -> Judgement:
    """listen is given a backlog of at least 1, and a server that stays up makes no new listener for each client."""
    for call in run.trace.named("listen"):
        if call.int_arg("backlog") < 1:
            return Broken(say("backlog.expected"), say("backlog.seen", number=call.int_arg("backlog")), call.number)
    again = _listens_anew(run)
    return Kept() if again is None else Broken(say("backlog.expected-open"), say("backlog.closed"), again)


def _listens_anew(run: Run) -> int | None:
    """Return the number of the listen of a server that stays up and has closed the listener of an earlier client."""
    gone = {one.number for one in run.trace.descriptions if not one.open_in}
    served = {call.on for call in run.trace.named("accept") if call.succeeded and call.in_scope} & gone
    first = next((call.number for call in run.trace.named("listen") if call.description in served), None)
    if first is None or not isinstance(run.ending, Waiting):
        return None
    later = (call for call in run.trace.named("listen") if call.succeeded and call.number > first)
    return next((call.number for call in later if call.description not in gone), None)


def reuses_address(run: Run) -> Judgement:
    """SO_REUSEADDR was set on each listener before it was bound."""
    listeners, reusing = _subjects(run.trace, "listen"), set[int | None]()
    for call in run.trace.calls:
        if call.name == "setsockopt" and call.succeeded and _is_reuse(call):
            (reusing.add if any(call.data) else reusing.discard)(call.description)
        elif call.name == "bind" and call.succeeded and call.description in listeners - reusing:
            return Broken(say("reuse.expected"), say("reuse.missing"), call.number)
    return Kept()


def _is_reuse(call: Call) -> bool:
    return (call.arg("level"), call.arg("option")) == (SOL_SOCKET, SO_REUSEADDR)


def server_ends_cleanly(run: Run) -> Judgement:
    """A server that ends by itself closed its listener and ends with status 0."""
    if isinstance(run.ending, Waiting):
        return NotApplicable(say("ends.stays-up"))
    if run.ending != Exited(status=0):
        return Broken(say("ends.expected"), ended(run), by_ending=True)
    for description in run.trace.descriptions:
        if description.in_scope and description.state == State.LISTENING:
            left = left_open(run.trace, description)
            if left is not None:
                return Broken(say("ends.listener"), say("close.never", descriptor=left), description.opened_by)
    return Kept()


def client_ends_cleanly(run: Run) -> Judgement:
    """A client that got its answer ends with status 0."""
    if run.ending == Exited(status=0):
        return Kept()
    return Broken(say("ends.expected"), ended(run), by_ending=True)


def connected_to_given_address(run: Run) -> Judgement:
    """Each socket of the exercise is connected once, to the given port."""
    ours = [call for call in run.trace.named("connect") if call.in_scope]
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
        if run.ip and call.address is not None and _reaches(call) and _ipv4_host(call.address.host) != run.ip:
            expected = say("connect.expected-address", ip=run.ip)
            return Broken(expected, say("connect.other-address", host=call.address.host), call.number)
        if call.description in connected:
            return Broken(say("connect.once"), say("connect.again"), call.number)
        if call.succeeded:
            connected.add(call.description)
    return Kept()


def connects_on_fresh_sockets(run: Run) -> Judgement:
    """After a connect that failed, connect is not called on that socket any more.

    A second attempt under way on one socket means that the first has failed: else it is EALREADY.
    """
    before: dict[int | None, Call] = {}
    attempts = [call for call in run.trace.named("connect") if call.in_scope]
    for call in attempts:
        earlier = before.get(call.description)
        if earlier is not None and earlier.failed and earlier.error not in GOES_ON:
            return Broken(
                say("fresh.expected"), say("fresh.seen", error=earlier.error), call.number, regardless_of_result=True
            )
        if earlier is not None and earlier.error in UNDER_WAY and call.error in UNDER_WAY:
            return Broken(say("fresh.expected"), say("fresh.under-way"), call.number, regardless_of_result=True)
        before[call.description] = call
    failed = any(call.failed and call.error not in GOES_ON for call in attempts)
    return Kept() if failed else NotApplicable(say("fresh.no-failure"))


def _reaches(call: Call) -> bool:
    return call.succeeded or call.error in UNDER_WAY


def _ipv4_host(host: str) -> str:
    """Return an IPv4 address as it is written, also where it is used through a socket of IPv6."""
    return host.removeprefix("::ffff:")


def leaves_bind_to_the_system(run: Run) -> Judgement:
    """The client's socket is not bound by the program."""
    ours = {description.number for description in run.trace.descriptions if description.in_scope}
    bind = next((call for call in run.trace.named("bind") if call.description in ours), None)
    return (
        Kept()
        if bind is None
        else Broken(say("bind.none"), say("bind.seen", port=bind.address.port if bind.address else 0), bind.number)
    )
