"""Where Wine does otherwise than Windows: from the call that touches it on, a run says nothing of Windows."""

from collections.abc import Callable
from typing import Final, NamedTuple

from conformance.checks.common import connections
from conformance.checks.judgement import Broken, Judgement, NotApplicable, NotObserved
from conformance.messages import say
from conformance.model.calls import INPUT, OUTPUT, TRANSFER
from conformance.model.constants import WINDOWS_MSG_WAITALL, WINDOWS_SO_REUSEADDR, WINDOWS_SOL_SOCKET
from conformance.model.descriptors import State
from conformance.model.platforms import Topic, WineDeviation, topics
from conformance.records.run import Happening, Run, WireEvent
from conformance.records.trace import Call

UNSPECIFIED_HOSTS: Final = frozenset({"0.0.0.0", "::"})
TAKEN: Final = frozenset({"WSAEADDRINUSE", "WSAEACCES"})
"""How bind says that somebody has the port: Wine gives the second to those that would share it."""
AS_ON_WINDOWS: Final = "WSAENOTCONN"
"""What a transfer on a listener ends with on Windows; under Wine only a recv that is not to wait."""
SIZE_OF_AN_ADDRESS: Final = 16
COMPARED: Final[tuple[Happening, ...]] = ("peer reset", "peer left", "peer ended")


class _Looked(NamedTuple):
    """A run, with what each of its many thousand calls may be compared with, found once."""

    run: Run
    clients: dict[int | None, int]
    """Which client each connection leads to."""
    events: dict[Happening, list[WireEvent]]


class Deviation(NamedTuple):
    """The first call of a run that Wine answers otherwise than Windows."""

    call: Call
    topic: Topic


def _binds_what_it_would_share(looked: _Looked, call: Call) -> bool:
    if call.name != "bind" or call.error not in TAKEN:
        return False
    options = looked.run.trace.named("setsockopt")
    before = [one for one in options if one.description == call.description and one.number < call.number]
    shares = [any(one.data) for one in before if _is_about_sharing(one)]
    return shares[-1:] == [True]


def _is_about_sharing(call: Call) -> bool:
    named = call.uint_arg("level"), call.uint_arg("option")
    return named == (WINDOWS_SOL_SOCKET, WINDOWS_SO_REUSEADDR) and call.succeeded


def _accepts_what_was_reset(looked: _Looked, call: Call) -> bool:
    if call.name != "accept" or not call.succeeded:
        return False
    return any(at <= call.number + 1 for at in _times(looked, call, "peer reset"))


def _reads_what_was_reset(looked: _Looked, call: Call) -> bool:
    """Tell whether a read shows an end, or what came before the reset. Windows shows the reset itself."""
    if call.name not in INPUT or not call.succeeded:
        return False
    resets = _times(looked, call, "peer reset")
    if any(at <= call.number or not call.result for at in resets):
        return True
    return not call.result and bool(_times(looked, call, "peer left")) and _was_answered_by_a_reset(looked, call)


def _was_answered_by_a_reset(looked: _Looked, call: Call) -> bool:
    """Tell whether the program sent what a peer that has left did not read: its system answers that with a reset."""
    made = looked.run.trace.about(call.description or 0)
    sent = sum(one.result or 0 for one in made if one.name in OUTPUT and one.succeeded)
    client = looked.clients.get(call.description)
    return client is None or sent > len(looked.run.received(client))


def _gets_less_than_all(looked: _Looked, call: Call) -> bool:
    """Tell whether a recv that waits for all got a part, although the connection had not ended."""
    if call.name != "recv" or not call.uint_arg("message_flags") & WINDOWS_MSG_WAITALL:
        return False
    size = call.uint_arg("length")
    if not 0 < (call.result or 0) < size:
        return False
    return not any(at <= call.number + 1 for at in _times(looked, call, "peer ended"))


def _transfers_on_a_listener(_looked: _Looked, call: Call) -> bool:
    return call.name in TRANSFER and call.state == State.LISTENING and call.error != AS_ON_WINDOWS


def _sends_without_a_connection(_looked: _Looked, call: Call) -> bool:
    return call.name in OUTPUT and call.state in (State.FRESH, State.BOUND) and call.error == "WSAECONNRESET"


def _connects_to_nowhere(_looked: _Looked, call: Call) -> bool:
    if call.name != "connect":
        return False
    to, length = call.address, call.uint_arg("address_length")
    return length < SIZE_OF_AN_ADDRESS or (to is not None and (not to.port or to.host in UNSPECIFIED_HOSTS))


DETECTORS: Final[dict[WineDeviation, Callable[[_Looked, Call], bool]]] = {
    "binds a port that it would share": _binds_what_it_would_share,
    "accepts what was reset": _accepts_what_was_reset,
    "reads what was reset": _reads_what_was_reset,
    "gets less than all": _gets_less_than_all,
    "transfers on a listener": _transfers_on_a_listener,
    "sends without a connection": _sends_without_a_connection,
    "connects to nowhere": _connects_to_nowhere,
}
"""How it shows in a run that a program did it. What was made to fail did not reach Wine."""
TOUCHING: Final = TRANSFER | {"bind", "accept", "connect"}
"""The calls that these are about."""


def _times(looked: _Looked, call: Call, what: Happening) -> list[int]:
    """Return how many calls stood in the trace when something happened to the connection that a call is about.

    A connection that came another way than by accept or connect may be that of any peer.
    """
    events = looked.events[what]
    client = looked.clients.get(call.description)
    return [event.after for event in events if client in (None, event.client)]


def deviation(run: Run) -> Deviation | None:
    """Return where a run under Wine first leaves what Windows would do; None where it never does."""
    deviating = [(topic, DETECTORS[topic.touched]) for topic in topics() if topic.touched is not None]
    events = {what: [event for event in run.wire if event.what == what] for what in COMPARED}
    looked = _Looked(run, connections(run), events)
    for call in run.trace.calls:
        if call.injected or call.name not in TOUCHING or call.error == "WSAEWOULDBLOCK":
            continue  # a program may make many thousands of such calls
        for topic, detects in deviating:
            if detects(looked, call):
                return Deviation(call, topic)
    return None


def discount_deviations(judgement: Judgement, run: Run) -> Judgement:
    """Return what of a judgement holds for Windows: what was broken by calling until there is broken."""
    found = deviation(run)
    if found is None or isinstance(judgement, (NotApplicable, NotObserved)):
        return judgement
    if isinstance(judgement, Broken) and judgement.regardless_of_result and (judgement.call or 0) <= found.call.number:
        return judgement
    return not_on_windows(found)


def not_on_windows(found: Deviation) -> NotApplicable:
    """Return why a run says nothing of Windows."""
    name = found.topic.id
    topic, wine, windows = (say(f"platform.{name}.{part}") for part in ("topic", "wine", "winsock"))
    return NotApplicable(say("wine.deviates", topic=topic, wine=wine, windows=windows))
