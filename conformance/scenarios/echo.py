"""Families of the echo server, of clients that send and read; and of any server that stays up."""

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from conformance.model.calls import INPUT, OUTPUT
from conformance.records.faults import Fail, Fault, Short
from conformance.records.run import Run, Waiting
from conformance.records.scenario import (
    Await,
    Connect,
    End,
    Leave,
    Pause,
    Read,
    Reset,
    Scenario,
    Send,
    Step,
)
from conformance.scenarios.failing import count, without_faults
from conformance.scenarios.family import Family
from conformance.scenarios.greeting import HOSTILE, LONG, cuts_of, messages, segments

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

    from conformance.scenarios.client_machine import Clients

# ---------------------------------------------------------------- the server


def talk(client: int, *data: bytes) -> tuple[Step, ...]:
    """Return the steps of a client that connects, sends these pieces, and ends its side."""
    return (Connect(client=client), *(Send(data=piece, client=client) for piece in data), End(client=client))


def conversations() -> "type[Clients]":
    """Return the machine of clients that come one after the other, and stay to the end."""
    from conformance.scenarios.client_machine import ClientsInTurn

    return ClientsInTurn


def crowd_machine() -> "type[Clients]":
    """Return the machine of clients of which several are there at once."""
    from conformance.scenarios.client_machine import Clients

    return Clients


def conversations_with_losses() -> "type[Clients]":
    """Return the machine of clients of which some leave in mid-conversation."""
    from conformance.scenarios.client_machine import ClientsThatLeave

    return ClientsThatLeave


def nobody_lost(scenario: Scenario) -> Scenario:
    """Return the same conversation with an end in place of each reset, and everybody reading."""
    kept = (step for step in scenario.steps if not isinstance(step, Pause | Read))
    steps = tuple(
        End(client=step.client, early=step.early) if isinstance(step, Reset | Leave) else step for step in kept
    )
    return replace(scenario, steps=steps, faults=())


def split_echo() -> "SearchStrategy[Scenario]":
    """Draw a message in several segments, or one that the server's reads get in pieces."""
    from hypothesis import strategies as st

    @st.composite
    def split(draw: "DrawFn") -> Scenario:
        message = draw(messages().filter(lambda data: len(data) > 1))
        cuts = draw(cuts_of(message))
        faults: tuple[Fault, ...] = ()
        if not cuts or draw(st.booleans()):
            faults = (Short(call="input", count=draw(st.integers(1, len(message) - 1))),)
        return Scenario(steps=(Connect(), *segments(message, cuts), End()), faults=faults)

    return split()


def in_one_segment(scenario: Scenario) -> Scenario:
    """Return the same conversation with what the client sends in one segment, and nothing made to fail."""
    message = b"".join(step.data for step in scenario.steps if isinstance(step, Send))
    return Scenario(steps=(Connect(), Send(data=message), End()))


def largest_step(baseline: Run) -> int:
    """Return how many bytes the program moves at once: as many as a read asks for, or as it writes of what came."""
    calls = baseline.trace.in_scope()
    outputs = [call for call in calls if call.name in OUTPUT]
    last = outputs[-1].number if outputs else None  # what a runtime reads later is not passed on
    reads = [one for one in calls if one.name in INPUT and one.moved and (last is None or one.number < last)]
    asked = max((call.asked_for or LARGE_STEP for call in reads), default=LARGE_STEP)
    came, went = (max((call.moved or 0 for call in some), default=0) for some in (reads, outputs))
    return went if 0 < 2 * went < came else asked


def large(*paused: bool, times: int = 0) -> tuple[Scenario, ...]:
    """Return transfers of so many blocks, to a client that reads at once or only when all is sent."""
    return tuple(
        Scenario(steps=(Connect(), *((Pause(),) if one else ()), Send(data=BLOCK, times=times), End()))
        for one in paused
    )


def enough_for(step: int, times: int) -> bool:
    """Tell whether a program that moves so many bytes at once moves so many blocks in a reasonable number of calls."""
    return times * len(BLOCK) / step <= CALLS_FOR_LARGE


def feasible(scenario: Scenario, baseline: Run) -> bool:
    """Tell whether a program can take what is sent in a reasonable number of calls."""
    step = largest_step(baseline)
    return all(enough_for(step, one.times) for one in scenario.steps if isinstance(one, Send) and one.times > 1)


BLOCK: Final = LONG[:4093]
"""A prime number of bytes: a piece that is lost or comes twice shifts what follows."""
LARGE_BLOCKS, HUGE_BLOCKS = 128, 2050
"""How many blocks: half a megabyte is more than both buffers hold on the sandbox; and eight megabytes."""
LARGE_STEP: Final = 1024
CALLS_FOR_LARGE: Final = 10_000
BINARY: Final = (
    bytes(range(256)), b"\0", b"a\0b\0\0c", bytes(range(255, -1, -1)), b"\r\n\r\n\x1a\x04\xff\xfe", b"\0" * 100,
)  # fmt: skip
ECHOED: Final = (b"abcdefghijklmnopqrstuvwxyzABC", b"Hi!", b"x")
ECHO_LENGTHS: Final = (29, 30, 31, 32, 100, 1023, 1024, 1025, 4096, 5000, 20_000)

MIDDLE_SIZES: Final = ((997, 24), (5000, 16))
"""Sizes of middle-sized messages, and how many come: more in all than any buffer holds, at places that shift."""


def awaiting(*messages: bytes) -> Scenario:
    """Return a client that sends each message when all that it sent before has come back."""
    steps = (step for message in messages for step in (Send(data=message), Await()))
    return Scenario(steps=(Connect(), *steps, End()))


def middle_sized(baseline: Run) -> tuple[Scenario, ...]:
    """Return many middle-sized lines, each awaited; fewer for a program that moves few bytes at once."""
    most = largest_step(baseline) * CALLS_FOR_LARGE
    counts = ((size, min(times, most // size)) for size, times in MIDDLE_SIZES)
    return tuple(awaiting(*(_line(place, size) for place in range(times))) for size, times in counts if times > 1)


def _line(place: int, size: int) -> bytes:
    """Return a line of a size that is another one at each place."""
    start = place * size % (len(LONG) - size)
    return LONG[start : start + size - 1] + b"\n"


CONVERSATIONS: Final = Family("conversations", machine=conversations, needs_baseline=False)
LOSSES: Final = Family("losses", machine=conversations_with_losses, control=nobody_lost, feasible=feasible)
SPLIT_ECHO: Final = Family("split-echo", split_echo, control=in_one_segment)
LONG_ECHOES: Final = Family(
    "long-echoes", derive=lambda _: tuple(Scenario(steps=talk(0, LONG[:length])) for length in ECHO_LENGTHS)
)
BINARY_ECHOES: Final = Family("binary-echoes", derive=lambda _: tuple(Scenario(steps=talk(0, data)) for data in BINARY))
OTHER_ECHOES: Final = Family(
    "other-echoes", derive=lambda _: (Scenario(steps=talk(0, *ECHOED)), Scenario(steps=talk(0, *reversed(ECHOED))))
)
ALL_AT_ONCE: Final = tuple(
    Scenario(steps=(Connect(), Send(data=data), End(early=True))) for data in (b"Hello World!\n", LONG[:5000])
)
HALF_CLOSED: Final = Family("half-closed", derive=lambda _: ALL_AT_ONCE)
ENDS_IN_ORDER: Final = Family("ends-in-order", derive=lambda baseline: (baseline.scenario, *ALL_AT_ONCE))
LARGE_ECHOES: Final = Family(
    "large-echoes",
    derive=lambda baseline: (
        large(False, True, times=LARGE_BLOCKS) if enough_for(largest_step(baseline), LARGE_BLOCKS) else ()
    ),
    heavy=lambda baseline: large(False, times=HUGE_BLOCKS) if enough_for(largest_step(baseline), HUGE_BLOCKS) else (),
    empty_reason="large.small-steps",
)
AWAITED_ANSWERS: Final = Family(
    "awaited-answers",
    derive=lambda _: (
        awaiting(b"Hello World!\n", b"How are you?\n"),
        awaiting(b"x\n", LONG[:996] + b"\n", b"one\ntwo\n", b"y\n"),
    ),
)
MIDDLE_SIZED: Final = Family("middle-sized", derive=middle_sized, control=in_one_segment)
EARLY_ENDS: Final = Family(
    "early-ends",
    derive=lambda baseline: (
        baseline.scenario,
        Scenario(steps=(Connect(), End())),
        Scenario(steps=(Connect(), Send(data=b"Hello"), End(early=True))),
    ),
    needs_baseline=False,
)
HOSTILE_CLIENTS: Final = Family(
    "hostile-clients", derive=lambda _: tuple(Scenario(steps=talk(0, data)) for data in HOSTILE)
)
HUNDRED: Final = 100
"""As many clients as `lifecycle.server-serves-next-client` asks for."""


def two_in_turn(scenario: Scenario) -> Scenario:
    """Return the same with two clients, one after the other."""
    return replace(scenario, steps=(*talk(0, b"number 0"), *talk(1, b"number 1")), faults=())


def one_after_the_other(scenario: Scenario) -> Scenario:
    """Return the same clients in turn, each with what it sends, and all reading; of some in turn, the first two."""
    came = dict.fromkeys(step.client for step in scenario.steps)
    grouped = tuple(step for client in came for step in scenario.steps if step.client == client)
    if grouped == scenario.steps:
        return two_in_turn(scenario)
    sends = [step for step in grouped if isinstance(step, Send)]
    steps = (
        (Connect(client=client), *(step for step in sends if step.client == client), End(client=client))
        for client in came
    )
    return replace(scenario, steps=tuple(step for visit in steps for step in visit), faults=())


CROWD: Final = Family("crowd", machine=crowd_machine, control=one_after_the_other, feasible=feasible)

# ---------------------------------------------------------------- any server that stays up


def visits(conversation: Scenario, clients: range) -> tuple[Step, ...]:
    """Return a conversation with one client after the other, or one group of clients where it has several."""
    together = max((step.client for step in conversation.steps), default=0) + 1
    return tuple(
        replace(step, client=client * together + step.client) for client in clients for step in conversation.steps
    )


def losses_of_all_kinds(conversation: Scenario, rounds: int) -> Scenario:
    """Return clients that reset and leave, round after round, and one that stays for the whole conversation."""
    greeting = [step for step in conversation.steps if isinstance(step, Send)][:1]
    kinds: tuple[tuple[type[Reset | Leave], bool], ...] = ((Reset, False), (Leave, False), (Reset, True), (Leave, True))
    steps: list[Step] = []
    for client in range(rounds * len(kinds)):
        kind, early = kinds[client % len(kinds)]
        steps += [
            Connect(client=client),
            *(replace(step, client=client) for step in greeting),
            kind(client=client, early=early),
        ]
    last = rounds * len(kinds)
    return replace(conversation, steps=(*steps, *visits(conversation, range(last, last + 1))))


def first_loss_only(scenario: Scenario) -> Scenario:
    """Return the same with the first client that is lost, and the last that stays."""
    last = max(step.client for step in scenario.steps)
    return replace(scenario, steps=tuple(step for step in scenario.steps if step.client in (0, last)))


def after_failed_accept(baseline: Run, error: str) -> tuple[Scenario, ...]:
    """Return three clients in turn, with the server's first accept or the second made to fail."""
    steps = visits(baseline.scenario, range(3))
    return tuple(
        replace(baseline.scenario, steps=steps, faults=(Fail(call="accept", error=error, nth=nth),)) for nth in (1, 2)
    )


def failed_accepts(baseline: Run) -> tuple[Scenario, ...]:
    """Return the baseline conversation, and for a server that stays up those in which an accept fails."""
    stays = isinstance(baseline.ending, Waiting) and count(baseline, "accept")
    return baseline.scenario, *(after_failed_accept(baseline, "ECONNABORTED") if stays else ())


MANY_CLIENTS: Final = Family(
    "many-clients",
    derive=lambda baseline: (replace(baseline.scenario, steps=visits(baseline.scenario, range(HUNDRED))),),
)
LOSS_ROUNDS: Final = 6
"""How often each kind of loss comes: more often than a pool has workers that may end with one."""
LEAKS: Final = Family(
    "leaks",
    derive=lambda baseline: tuple(losses_of_all_kinds(baseline.scenario, rounds) for rounds in (1, LOSS_ROUNDS)),
    control=first_loss_only,
)
ABORTED: Final = Family(
    "aborted", derive=lambda baseline: after_failed_accept(baseline, "ECONNABORTED"), control=without_faults
)
FAILED_ACCEPTS: Final = Family("failed-accepts", derive=failed_accepts, needs_baseline=False)
NO_DESCRIPTORS: Final = Family(
    "no-descriptors", derive=lambda baseline: after_failed_accept(baseline, "EMFILE"), control=without_faults
)
