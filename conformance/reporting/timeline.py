"""The time line: what the program and its peer did, in the order in which it happened, ready to be drawn."""

from itertools import groupby
from typing import Final, Literal, NamedTuple

from conformance.catalogue import Role
from conformance.messages import render, text
from conformance.records.results import CallLine, Evidence, SourceLine
from conformance.records.run import CUT_OFF, described_ending

EVENTS_DRAWN: Final = 30
"""How many events are drawn: those around the call that went wrong, or around the last call."""
LANES: Final = 6
"""How many peers have a line of their own; further ones share the last."""
Shape = Literal["call", "in", "out", "peer", "fault", "end"]
SHAPES: Final[dict[str, Shape]] = {
    "connected": "in",
    "opened": "peer",
    "stranger": "in",
    "refused": "in",
    "accepted": "out",
    "heard": "peer",
    "sent": "in",
    "received": "out",
    "peer ended": "in",
    "program ended": "out",
    "peer reset": "in",
    "peer left": "in",
    "peer pauses": "peer",
    "peer reads": "peer",
    "program reset": "out",
    "signal": "fault",
    "hello": "out",
    "handshake": "out",
    "certificates": "out",
    "alert": "out",
    "key update": "out",
    "garbled": "out",
    "peer notified": "in",
    "peer updated": "in",
    "peer alerted": "in",
}
"""Which way an arrow points: in, to the program. What a peer does by itself is a mark; a fault is the system's."""
OF_PEERS: Final = frozenset({"in", "out", "peer"})
BROKEN: Final = frozenset({"refused", "peer reset", "program reset"})


class TimelineEvent(NamedTuple):
    """One line of the drawing."""

    shape: Shape
    text: str
    lane: int = 0
    """Of an arrow or a mark: the peer, and in a drawing the line that stands for it."""
    process: int = 1
    source: SourceLine | None = None
    injected: str = ""
    """What the system was made to do to this call."""
    marked: bool = False
    broken: bool = False
    """An arrow that is a failure: a refusal, a reset."""
    times: int = 1


class TimeLine(NamedTuple):
    """A drawing: the peers' names, the events, and how many were left out before and after."""

    peers: tuple[str, ...]
    events: tuple[TimelineEvent, ...]
    before: int
    after: int


def time_line(evidence: Evidence, role: Role) -> TimeLine:
    """Return calls and wire in the order in which they happened, and the program's end."""
    alone = len({event.client for event in evidence.wire}) == 1
    events = _repeated(_in_order(evidence, role, alone=alone))
    place = _place_that_matters(events)
    start = max(0, min(place - EVENTS_DRAWN * 2 // 3, len(events) - EVENTS_DRAWN))
    shown = events[start : start + EVENTS_DRAWN]
    clients = sorted({event.lane for event in shown if event.shape in OF_PEERS})
    shown = [_in_lane(event, clients) for event in shown]
    after = len(events) - start - len(shown)
    end = [] if after else [TimelineEvent("end", text("line.end", how=described_ending(evidence.ending)))]
    return TimeLine(_heads([_peer(client, role, alone=alone) for client in clients]), (*shown, *end), start, after)


def _place_that_matters(events: list[TimelineEvent]) -> int:
    """Return where the call that went wrong stands, or else the last call: peers may go on long after it."""
    calls = [place for place, event in enumerate(events) if event.shape == "call"]
    return next((place for place in calls if events[place].marked), calls[-1] if calls else len(events))


def _heads(peers: list[str]) -> tuple[str, ...]:
    """Return the names of the lines; the last one says where it stands for several."""
    if len(peers) <= LANES:
        return tuple(peers)
    return (*peers[: LANES - 1], text("line.and-further", peer=peers[LANES - 1]))


def _in_lane(event: TimelineEvent, clients: list[int]) -> TimelineEvent:
    """Give an arrow or a mark the line of its peer, among those that are drawn."""
    return event._replace(lane=min(clients.index(event.lane), LANES - 1)) if event.shape in OF_PEERS else event


def _in_order(evidence: Evidence, role: Role, *, alone: bool) -> list[TimelineEvent]:
    """Return all events; a call in which the program waited while the peer acted begins before and returns after."""
    first = evidence.calls[0].number if evidence.calls else 0
    wire = [event for event in evidence.wire if event.after >= first]
    waited = {number: place for place, event in enumerate(wire) for number in event.waiting}
    placed: list[tuple[tuple[int, int, int], TimelineEvent]] = []
    for place, event in enumerate(wire):
        peer = _peer(event.client, role, alone=alone)
        cut_off = event.what == "peer ended" and event.detail == CUT_OFF
        key = "line.peer-cut-off" if cut_off else f"line.{event.what.replace(' ', '-')}"
        words = text(key, peer=peer, data=event.data, detail=event.detail)
        shown = TimelineEvent(SHAPES[event.what], words, event.client, broken=event.what in BROKEN)
        placed.append(((event.after, 0, 2 * place), shown))
    for call in evidence.calls:
        if call.number in waited:
            placed.append(((call.number, 1, 0), _begun(call)))
        if call.number not in waited or not call.unfinished:
            last = waited.get(call.number)
            at = (call.number, 1, 0) if last is None else (wire[last].after, 0, 2 * last + 1)
            placed.append((at, _call_event(call)))
    return [event for _, event in sorted(placed, key=lambda pair: pair[0])]


def _begun(call: CallLine) -> TimelineEvent:
    """Return a call as it stands while the program waits in it: what it gives is not known yet."""
    head, comma, _ = call.text.rpartition(" = ")[0].partition(", ")
    words = text("line.waits", call=f"{head}, …)" if comma else head)
    return TimelineEvent("call", words, process=call.process, marked=call.marked and call.unfinished)


def _call_event(call: CallLine) -> TimelineEvent:
    return TimelineEvent("call", call.text, 0, call.process, call.source, render(call.injected or ""), call.marked)


def _repeated(events: list[TimelineEvent]) -> list[TimelineEvent]:
    """Fold what is done again and again into one event with a number."""
    folded = []
    for event, same in groupby(events):
        folded.append(event._replace(times=len(list(same))))
    return folded


def _peer(client: int, role: Role, *, alone: bool) -> str:
    if role == "client":
        return text("line.server") if alone else text("line.connection", number=client + 1)
    return text("line.client", number=client + 1)
