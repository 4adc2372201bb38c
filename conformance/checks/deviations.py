"""Where Wine does otherwise than Windows: from the call that touches it on, a run says nothing of Windows."""

from collections.abc import Callable
from typing import Final, NamedTuple

from conformance.checks.common import lost_clients
from conformance.judgement import Broken, Judgement, NotApplicable, NotObserved
from conformance.model.calls import INPUT, TRANSFER
from conformance.model.descriptors import State
from conformance.model.platforms import Topic, Touch, topics
from conformance.observe.trace import Call
from conformance.stage.script import Run
from conformance.words import say

NOWHERE: Final = frozenset({"0.0.0.0", "::"})
SOL_SOCKET, SO_REUSEADDR, ALL_ONES = 0xFFFF, 0x0004, 0xFFFF_FFFF
MSG_WAITALL: Final = 8


class Deviation(NamedTuple):
    """The first call of a run that Wine answers otherwise than Windows."""

    call: Call
    topic: Topic


def _binds_what_it_would_share(run: Run, call: Call) -> bool:
    before = (one for one in run.trace.named("setsockopt") if one.subject == call.subject and one.number < call.number)
    return call.name == "bind" and call.error == "WSAEADDRINUSE" and any(map(_shares, before))


def _shares(call: Call) -> bool:
    level, option = (word & ALL_ONES for word in call.words[1:3])
    return (level, option) == (SOL_SOCKET, SO_REUSEADDR) and call.succeeded and any(call.data)


def _accepts_what_was_reset(run: Run, call: Call) -> bool:
    return call.name == "accept" and call.succeeded and any(at <= call.number + 1 for at in _resets(run))


def _reads_the_end_of_what_was_reset(run: Run, call: Call) -> bool:
    return call.name in INPUT and call.result == 0 and bool(lost_clients(run))


def _gets_less_than_all(_run: Run, call: Call) -> bool:
    """Tell whether a recv that waits for all got a part, as it may where the connection ends."""
    if call.system_call not in ("ws2_32.recv", "ws2_32.recvfrom") or not call.words[3:4]:
        return False
    size, asked = call.words[2] & ALL_ONES, call.words[3] & ALL_ONES
    return bool(asked & MSG_WAITALL) and 0 < (call.result or 0) < size


def _transfers_on_a_listener(_run: Run, call: Call) -> bool:
    return call.name in TRANSFER and call.state == State.LISTENING


def _transfers_without_a_connection(_run: Run, call: Call) -> bool:
    return call.name in TRANSFER and call.state in (State.FRESH, State.BOUND)


def _connects_to_nowhere(_run: Run, call: Call) -> bool:
    to = call.address
    return call.name == "connect" and to is not None and (not to.port or to.host in NOWHERE)


TOUCHES: Final[dict[Touch, Callable[[Run, Call], bool]]] = {
    "binds a port that it would share": _binds_what_it_would_share,
    "accepts what was reset": _accepts_what_was_reset,
    "reads the end of what was reset": _reads_the_end_of_what_was_reset,
    "gets less than all": _gets_less_than_all,
    "transfers on a listener": _transfers_on_a_listener,
    "transfers without a connection": _transfers_without_a_connection,
    "connects to nowhere": _connects_to_nowhere,
}
"""How it shows in a run that a program did it. What was made to fail did not reach Wine."""


def _resets(run: Run) -> list[int]:
    """Return how many calls stood in the trace at each reset by a peer."""
    return [event.after for event in run.wire if event.what == "peer reset"]


def deviation(run: Run) -> Deviation | None:
    """Return where a run under Wine first leaves what Windows would do; None where it never does."""
    deviating = [topic for topic in topics() if topic.touched is not None]
    for call in run.trace.calls:
        for topic in deviating:
            if topic.touched is not None and not call.injected and TOUCHES[topic.touched](run, call):
                return Deviation(call, topic)
    return None


def as_on_windows(judgement: Judgement, run: Run) -> Judgement:
    """Return what of a judgement holds for Windows: what was broken by calling until there is broken."""
    found = deviation(run)
    if found is None or isinstance(judgement, (NotApplicable, NotObserved)):
        return judgement
    if isinstance(judgement, Broken) and judgement.by_calling and (judgement.call or 0) <= found.call.number:
        return judgement
    return not_on_windows(found)


def not_on_windows(found: Deviation) -> NotApplicable:
    """Return why a run says nothing of Windows."""
    topic = found.topic
    return NotApplicable(say("wine.deviates", topic=topic.topic, wine=topic.wine, windows=topic.winsock))
