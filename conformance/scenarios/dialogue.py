"""Families of dialogues with a server: requests whole, in pieces, together, long, nasty, and from several clients.

The requests are those of the baseline conversation, and these are the examples of the exercise.
"""

from collections.abc import Callable
from itertools import cycle, islice, pairwise
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from conformance.catalogue import Exercise, catalogue
from conformance.catalogue.framing import Frames, frames_of
from conformance.records.faults import Late, Short
from conformance.records.run import Run
from conformance.records.scenario import Connect, End, Leave, Pause, Reset, Scenario, Send, Step
from conformance.scenarios.baseline import examples_of
from conformance.scenarios.echo import (
    CALLS_FOR_LARGE,
    LOSS_ROUNDS,
    in_one_segment,
    largest_step,
    losses_of_all_kinds,
    talk,
)
from conformance.scenarios.family import Family
from conformance.scenarios.greeting import HOSTILE, LONG, segments

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

LENGTHS: Final = (29, 30, 31, 32, 63, 64, 100, 127, 128, 255, 256, 511, 512, 1023, 1024, 1025, 4096, 20_000)
"""Around usual buffers."""
MANY, LARGE = 100, 512 << 10
"""How many requests come in one conversation; and how many bytes of them together."""
TRIED_ALONE: Final = 8
"""With so many of the examples each thing is tried."""
DRAWN_AT_MOST: Final = 5
"""How many requests are drawn for one conversation."""
Derive = Callable[[Run], tuple[Scenario, ...]]


def requests_of(baseline: Run) -> tuple[bytes, ...]:
    """Return the requests of the baseline conversation, and of all examples where one conversation has few of them."""
    if exercise_of(baseline).exchanges:
        return examples_of(exercise_of(baseline))
    return tuple(step.data for step in baseline.scenario.steps if isinstance(step, Send))


def exercise_of(baseline: Run) -> Exercise:
    """Return the exercise of a program."""
    return catalogue().exercises[baseline.exercise]


def in_one_conversation(derive: Derive) -> Derive:
    """Let no client make more requests than there are in one conversation of the exercise."""

    def derived(baseline: Run) -> tuple[Scenario, ...]:
        exercise = exercise_of(baseline)
        most, frames = exercise.exchanges, frames_of(exercise)
        found = derive(baseline)
        return tuple(dict.fromkeys(with_at_most(most, frames, one) for one in found)) if most else found

    return derived


def with_at_most(most: int, frames: Frames, scenario: Scenario) -> Scenario:
    """Return a scenario without what a client sends when it has made so many requests."""
    kept: list[Step] = []
    said: dict[int, bytes] = {}
    for step in scenario.steps:
        if not isinstance(step, Send):
            kept.append(step)
            continue
        before = said.get(step.client, b"")
        said[step.client] = before + step.whole
        whole = frames.cut(said[step.client])
        last = b"".join(whole[:most])[len(before) :]
        if len(whole) < most:
            kept.append(step)
        elif last:
            kept.append(replace(step, data=last, times=1))
    return replace(scenario, steps=tuple(kept))


def several(baseline: Run, count: int) -> tuple[bytes, ...]:
    """Return so many requests, from the beginning again where there are not so many."""
    return tuple(islice(cycle(requests_of(baseline)), count))


def plain_dialogues(baseline: Run) -> tuple[Scenario, ...]:
    """Return all requests in one conversation, each alone, in another order, and from clients in turn."""
    requests = requests_of(baseline)
    first, second, third = several(baseline, 3)
    return tuple(
        dict.fromkeys(
            (
                baseline.scenario,
                *(Scenario(steps=talk(0, one)) for one in requests[:TRIED_ALONE]),
                Scenario(steps=talk(0, *reversed(requests))),
                Scenario(steps=(*talk(0, second), *talk(1, first, third), *talk(2, first))),
            )
        )
    )


def split_requests(baseline: Run) -> tuple[Scenario, ...]:
    """Return a request in two segments, byte by byte, and read in pieces; and two of which the second is cut."""
    requests = [one for one in dict.fromkeys(requests_of(baseline)) if len(one) > 1][:TRIED_ALONE]
    cuts = {one: dict.fromkeys((len(one) // 2, len(one) - 1, 1)) for one in requests}
    in_two = (_in_pieces(one, [place]) for one, places in cuts.items() for place in places)
    in_bytes = (_in_pieces(one, list(range(1, len(one)))) for one in requests[:3])
    read = (
        Scenario(steps=talk(0, one), faults=(Short(call="input", count=count),))
        for one in requests[:3]
        for count in (1, 3)
    )
    across = (
        Scenario(steps=(Connect(), *segments(one + other, [len(one) + len(other) // 2]), End()))
        for one, other in pairwise(requests)
    )
    return (*in_two, *in_bytes, *read, *across)


def _in_pieces(request: bytes, cuts: list[int]) -> Scenario:
    return Scenario(steps=(Connect(), *segments(request, cuts), End()))


def together(baseline: Run) -> tuple[Scenario, ...]:
    """Return all requests in one segment, the first two alone, and two segments of which each holds several."""
    requests = several(baseline, max(2, len(requests_of(baseline))))
    whole = b"".join(requests)
    return (
        Scenario(steps=talk(0, b"".join(requests[:2]))),
        Scenario(steps=talk(0, whole)),
        Scenario(steps=talk(0, whole, whole)),
        Scenario(steps=talk(0, requests[0], whole)),
    )


def many_requests(baseline: Run) -> tuple[Scenario, ...]:
    """Return a long conversation, request by request."""
    return (Scenario(steps=talk(0, *several(baseline, MANY))),)


def large_dialogues(baseline: Run) -> tuple[Scenario, ...]:
    """Return half a megabyte of the longest request, to a client that reads at once and to one that reads later."""
    longest = max(requests_of(baseline), key=len)
    times = LARGE // len(longest) + 1
    if 2 * times > CALLS_FOR_LARGE or LARGE / largest_step(baseline) > CALLS_FOR_LARGE:
        return ()
    sent = Send(data=longest, times=times)
    return Scenario(steps=(Connect(), sent, End())), Scenario(steps=(Connect(), Pause(), sent, End()))


def half_closed(baseline: Run) -> tuple[Scenario, ...]:
    """Return clients that end their side together with a request."""
    requests = tuple(dict.fromkeys(requests_of(baseline)))[:TRIED_ALONE]
    return tuple(Scenario(steps=(Connect(), Send(data=one), End(early=True))) for one in requests)


def in_frames(baseline: Run, text: bytes) -> bytes:
    """Return a text as a message of the exercise."""
    frames = frames_of(exercise_of(baseline))
    return frames.whole(frames.fitted(text))


def long_requests(baseline: Run) -> tuple[Scenario, ...]:
    """Return a client with a long request, and one with a usual request after it."""
    first = requests_of(baseline)[0]
    return tuple(Scenario(steps=(*talk(0, in_frames(baseline, LONG[:length])), *talk(1, first))) for length in LENGTHS)


def hostile_requests(baseline: Run) -> tuple[Scenario, ...]:
    """Return a client with a nasty request, and one with a usual request after it."""
    first = requests_of(baseline)[0]
    return tuple(Scenario(steps=(*talk(0, in_frames(baseline, data)), *talk(1, first))) for data in (*HOSTILE, b""))


def losing_clients(baseline: Run) -> tuple[Scenario, ...]:
    """Return clients that reset or leave before, in and after a request, and others that come then or are there."""
    first, second = several(baseline, 2)
    begun, other = first[: len(first) // 2], talk(1, second)
    gone: tuple[tuple[Step, ...], ...] = (
        (Send(data=begun), Reset()),
        (Reset(),),
        (Send(data=first), Reset()),
        (Send(data=begun), Leave(early=True)),
        (Send(data=first), Leave(early=True)),
        (Send(data=first * 50), Leave(early=True)),
    )
    beside = Scenario(
        steps=(
            Connect(client=0),
            Connect(client=1),
            Send(data=second, client=1),
            Send(data=begun, client=0),
            Reset(client=0),
            Send(data=first, client=1),
            End(client=1),
        )
    )
    after = (Scenario(steps=(Connect(), *steps, *other)) for steps in gone)
    return (*after, beside, losses_of_all_kinds(baseline.scenario, LOSS_ROUNDS))


def with_whole_requests(scenario: Scenario) -> Scenario:
    """Return the same with clients who make a whole request and end their side in place of those that are lost.

    A server that ends where a request breaks off would end too where its client only ended its side there.
    """
    lost = {step.client for step in scenario.steps if isinstance(step, Reset | Leave)}
    request = next(step.data for step in scenario.steps if isinstance(step, Send) and step.client not in lost)
    steps = list[Step]()
    for step in scenario.steps:
        if isinstance(step, Reset | Leave):
            steps += (Send(data=request, client=step.client), End(client=step.client))
        elif not isinstance(step, Send) or step.client not in lost:
            steps.append(step)
    return replace(scenario, steps=tuple(steps))


def crossed_clients(baseline: Run) -> tuple[Scenario, ...]:
    """Return several clients at once, in turns and in the middle of their requests; and five one after the other."""
    first, second, third = several(baseline, 3)
    halves = [(one[: len(one) // 2], one[len(one) // 2 :]) for one in (first, second)]
    in_turns: tuple[Step, ...] = (
        *(Connect(client=client) for client in range(3)),
        Send(data=first, client=1),
        Send(data=second, client=0),
        Send(data=third, client=2),
        Send(data=second, client=1),
        Send(data=first, client=0, early=True),
        *(End(client=client) for client in (1, 0, 2)),
    )
    in_halves: tuple[Step, ...] = (
        Connect(client=0),
        Connect(client=1),
        *(Send(data=halves[client][part], client=client) for part in range(2) for client in range(2)),
        *(End(client=client) for client in range(2)),
    )
    at_once: tuple[Step, ...] = (
        *(Connect(client=client, early=client > 0) for client in range(3)),
        *(Send(data=one, client=client, early=client > 0) for client, one in enumerate((first, second, third))),
        *(End(client=client) for client in range(3)),
    )
    five: tuple[Step, ...] = tuple(
        step for client, one in enumerate(several(baseline, 5)) for step in talk(client, one)
    )
    return (
        Scenario(steps=in_turns),
        Scenario(steps=in_halves),
        Scenario(steps=at_once),
        Scenario(steps=at_once, faults=(Late(),)),
        Scenario(steps=five),
    )


def clients_in_turn(scenario: Scenario) -> Scenario:
    """Return the same clients one after the other; of some that came in turn already, the first two."""
    came = dict.fromkeys(step.client for step in scenario.steps)
    grouped = tuple(step for client in came for step in scenario.steps if step.client == client)
    kept = tuple(step for step in grouped if step.client < 2) if grouped == scenario.steps else grouped
    return replace(scenario, steps=tuple(_not_early(step) for step in kept), faults=())


def _not_early(step: Step) -> Step:
    return replace(step, early=False) if isinstance(step, Connect | Send | End) else step


def slow_client(baseline: Run) -> tuple[Scenario, ...]:
    """Return a client that begins a request and waits, and one beside it."""
    first, second = several(baseline, 2)
    half = len(first) // 2
    return (
        Scenario(
            steps=(
                Connect(client=0),
                Send(data=first[:half], client=0),
                *talk(1, second),
                Send(data=first[half:], client=0),
                End(client=0),
            )
        ),
    )


def silent_client(scenario: Scenario) -> Scenario:
    """Return the same with a first client that says nothing."""
    kept = (step for step in scenario.steps if not (isinstance(step, Send) and step.client == 0))
    return replace(scenario, steps=tuple(kept))


def to_dialogue_server(baseline: Run) -> tuple[Scenario, ...]:
    """Return what may write outside of a buffer: long and nasty requests, many clients, many at once, failed reads."""
    first = requests_of(baseline)[0]
    at_once: tuple[Step, ...] = tuple(Connect(client=client, early=client > 0) for client in range(6))
    return (
        *(Scenario(steps=talk(0, in_frames(baseline, data))) for data in (LONG, LONG[:1024], b"", b"\0", b"%999d")),
        Scenario(steps=talk(0, LONG)),
        Scenario(steps=talk(0)),
        Scenario(steps=tuple(step for client in range(12) for step in talk(client, first))),
        Scenario(steps=(*at_once, *(step for client in range(6) for step in talk(client, first)[1:]))),
    )


# ---------------------------------------------------------------- drawn from a course's own strategy


def drawn_dialogues(exercise: Exercise, texts: "SearchStrategy[bytes]") -> "SearchStrategy[Scenario]":
    """Draw conversations, request by request."""
    return _several(exercise, texts).map(lambda requests: Scenario(steps=talk(0, *requests)))


def drawn_in_two(exercise: Exercise, texts: "SearchStrategy[bytes]") -> "SearchStrategy[Scenario]":
    """Draw requests that come in two segments."""
    from hypothesis.strategies import integers, tuples

    requests = _several(exercise, texts, at_most=1).map(b"".join).filter(lambda request: len(request) > 1)
    return requests.flatmap(lambda one: tuples(integers(1, len(one) - 1)).map(lambda cuts: _in_pieces(one, [*cuts])))


def drawn_together(exercise: Exercise, texts: "SearchStrategy[bytes]") -> "SearchStrategy[Scenario]":
    """Draw requests that come in one segment."""
    return _several(exercise, texts).map(lambda requests: Scenario(steps=talk(0, b"".join(requests))))


def _several(
    exercise: Exercise, texts: "SearchStrategy[bytes]", at_most: int = DRAWN_AT_MOST
) -> "SearchStrategy[list[bytes]]":
    """Draw requests as they go over the wire, no more than there are in one conversation of the exercise."""
    from hypothesis.strategies import lists

    frames = frames_of(exercise)
    whole = texts.map(lambda said: frames.whole(frames.fitted(said)))
    return lists(whole, min_size=1, max_size=min(at_most, exercise.exchanges or at_most))


DIALOGUES: Final = Family(
    "dialogues", derive=in_one_conversation(plain_dialogues), asking=drawn_dialogues, needs_baseline=False
)
SPLIT_REQUESTS: Final = Family(
    "split-requests", derive=in_one_conversation(split_requests), asking=drawn_in_two, control=in_one_segment
)
REQUESTS_TOGETHER: Final = Family("requests-together", derive=together, asking=drawn_together)
MANY_REQUESTS: Final = Family("many-requests", derive=many_requests)
LARGE_DIALOGUES: Final = Family("large-dialogues", derive=large_dialogues, empty_reason="large.small-steps")
HALF_CLOSED_REQUESTS: Final = Family("half-closed-requests", derive=half_closed)
DIALOGUE_ENDS: Final = Family("dialogue-ends", derive=lambda baseline: (baseline.scenario, *half_closed(baseline)))
LONG_REQUESTS: Final = Family("long-requests", derive=long_requests)
HOSTILE_REQUESTS: Final = Family("hostile-requests", derive=hostile_requests)
DIALOGUE_LOSSES: Final = Family(
    "dialogue-losses", derive=in_one_conversation(losing_clients), control=with_whole_requests
)
CROSSED_DIALOGUES: Final = Family(
    "crossed-dialogues", derive=in_one_conversation(crossed_clients), control=clients_in_turn
)
SLOW_DIALOGUES: Final = Family("slow-dialogues", derive=slow_client, control=silent_client)
