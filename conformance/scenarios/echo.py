"""Families of the echo: clients that send and read against a server, lines that a client sends and prints."""

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from conformance.model.calls import INPUT, OUTPUT
from conformance.observe.decode import size
from conformance.observe.faults import Fail, Fault, Short
from conformance.scenarios.failing import FAILED_AT_MOST, count, without_faults
from conformance.scenarios.family import Family
from conformance.scenarios.greeting import HOSTILE, LONG, cuts_of, messages, segments
from conformance.scenarios.undisturbed import QUIT
from conformance.stage.script import (
    Accept,
    Connect,
    Echo,
    End,
    Leave,
    Pause,
    Read,
    Reset,
    Run,
    Scenario,
    Send,
    Start,
    Step,
    Waiting,
)

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

    from conformance.scenarios.clients import Clients

# ---------------------------------------------------------------- the server


def talk(client: int, *data: bytes) -> tuple[Step, ...]:
    """Return the steps of a client that connects, sends these pieces, and ends its side."""
    return (Connect(client), *(Send(piece, client) for piece in data), End(client))


def conversations() -> "type[Clients]":
    """Return the machine of clients that come one after the other, and stay to the end."""
    from conformance.scenarios.clients import ClientsInTurn

    return ClientsInTurn


def crowds() -> "type[Clients]":
    """Return the machine of clients of which several are there at once."""
    from conformance.scenarios.clients import Clients

    return Clients


def conversations_with_losses() -> "type[Clients]":
    """Return the machine of clients of which some leave in mid-conversation."""
    from conformance.scenarios.clients import ClientsThatLeave

    return ClientsThatLeave


def nobody_lost(scenario: Scenario) -> Scenario:
    """Return the same conversation with an end in place of each reset, and everybody reading."""
    kept = (step for step in scenario.steps if not isinstance(step, Pause | Read))
    steps = tuple(End(step.client, step.early) if isinstance(step, Reset | Leave) else step for step in kept)
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
            faults = (Short("input", draw(st.integers(1, len(message) - 1))),)
        return Scenario((Connect(), *segments(message, cuts), End()), faults)

    return split()


def in_one_segment(scenario: Scenario) -> Scenario:
    """Return the same conversation with what the client sends in one segment, and nothing made to fail."""
    message = b"".join(step.data for step in scenario.steps if isinstance(step, Send))
    return Scenario((Connect(), Send(message), End()))


def largest_step(undisturbed: Run) -> int:
    """Return how many bytes the program moves at once: as many as a read asks for, or as it writes of what came."""
    calls = undisturbed.trace.of_exercise()
    outputs = [call for call in calls if call.name in OUTPUT]
    last = outputs[-1].number if outputs else None  # what a runtime reads later is not passed on
    reads = [one for one in calls if one.name in INPUT and one.result and (last is None or one.number < last)]
    asked = max((size(call) or LARGE_STEP for call in reads), default=LARGE_STEP)
    came, went = (max((call.result or 0 for call in some), default=0) for some in (reads, outputs))
    return went if 0 < 2 * went < came else asked


def large(*paused: bool, times: int = 0) -> tuple[Scenario, ...]:
    """Return transfers of so many blocks, to a client that reads at once or only when all is sent."""
    return tuple(Scenario((Connect(), *((Pause(),) if one else ()), Send(BLOCK, times=times), End())) for one in paused)


def enough_for(step: int, times: int) -> bool:
    """Tell whether a program that moves so many bytes at once moves so many blocks in a bearable number of calls."""
    return times * len(BLOCK) / step <= CALLS_FOR_LARGE


def bearable(scenario: Scenario, undisturbed: Run) -> bool:
    """Tell whether a program can take what is sent in a bearable number of calls."""
    step = largest_step(undisturbed)
    return all(enough_for(step, one.times) for one in scenario.steps if isinstance(one, Send) and one.times > 1)


BLOCK: Final = LONG[:4093]
"""A prime number of bytes: a piece that is lost or comes twice shifts what follows."""
LARGE, HUGE = 128, 2050
"""How many blocks: half a megabyte is more than both buffers hold on the stage; and eight megabytes."""
LARGE_STEP: Final = 1024
CALLS_FOR_LARGE: Final = 10_000
BINARY: Final = (
    bytes(range(256)), b"\0", b"a\0b\0\0c", bytes(range(255, -1, -1)), b"\r\n\r\n\x1a\x04\xff\xfe", b"\0" * 100,
)  # fmt: skip
ECHOED: Final = (b"abcdefghijklmnopqrstuvwxyzABC", b"Hi!", b"x")
LENGTHS: Final = (29, 30, 31, 32, 100, 1023, 1024, 1025, 4096, 5000, 20_000)

CONVERSATIONS: Final = Family("conversations", machine=conversations, from_base=False)
LOSSES: Final = Family("losses", machine=conversations_with_losses, beside=nobody_lost, bearable=bearable)
SPLIT_ECHO: Final = Family("split-echo", split_echo, beside=in_one_segment)
LONG_ECHOES: Final = Family(
    "long-echoes", derive=lambda _: tuple(Scenario(talk(0, LONG[:length])) for length in LENGTHS)
)
BINARY_ECHOES: Final = Family("binary-echoes", derive=lambda _: tuple(Scenario(talk(0, data)) for data in BINARY))
OTHER_ECHOES: Final = Family(
    "other-echoes", derive=lambda _: (Scenario(talk(0, *ECHOED)), Scenario(talk(0, *reversed(ECHOED))))
)
HALF_CLOSED: Final = Family(
    "half-closed",
    derive=lambda _: tuple(
        Scenario((Connect(), Send(data), End(early=True))) for data in (b"Hello World!\n", LONG[:5000])
    ),
)
LARGE_ECHOES: Final = Family(
    "large-echoes",
    derive=lambda undisturbed: large(False, True, times=LARGE) if enough_for(largest_step(undisturbed), LARGE) else (),
    heavy=lambda undisturbed: large(False, times=HUGE) if enough_for(largest_step(undisturbed), HUGE) else (),
    none="large.small-steps",
)
EARLY_ENDS: Final = Family(
    "early-ends",
    derive=lambda undisturbed: (
        undisturbed.scenario,
        Scenario((Connect(), End())),
        Scenario((Connect(), Send(b"Hello"), End(early=True))),
    ),
    from_base=False,
)
HOSTILE_CLIENTS: Final = Family("hostile-clients", derive=lambda _: tuple(Scenario(talk(0, data)) for data in HOSTILE))
HUNDRED: Final = 100
"""As many clients as `lifecycle.server-serves-next-client` asks for."""


def two_in_turn(scenario: Scenario) -> Scenario:
    """Return the same with two clients, one after the other."""
    return replace(scenario, steps=(*talk(0, b"number 0"), *talk(1, b"number 1")), faults=())


CROWD: Final = Family("crowd", machine=crowds, beside=two_in_turn, bearable=bearable)

# ---------------------------------------------------------------- any server that stays up


def visits(undisturbed: Run, clients: range) -> tuple[Step, ...]:
    """Return the undisturbed conversation with one client after the other."""
    return tuple(replace(step, client=client) for client in clients for step in undisturbed.scenario.steps)


def losses_of_all_kinds(undisturbed: Run, rounds: int) -> Scenario:
    """Return clients that reset, leave, and stay, round after round."""
    greeting = [step for step in undisturbed.scenario.steps if isinstance(step, Send)][:1]
    kinds: tuple[tuple[type[Reset | Leave], bool], ...] = ((Reset, False), (Leave, False), (Reset, True), (Leave, True))
    steps: list[Step] = []
    for client in range(rounds * len(kinds)):
        kind, early = kinds[client % len(kinds)]
        steps += [Connect(client), *(replace(step, client=client) for step in greeting), kind(client, early)]
    last = rounds * len(kinds)
    return replace(undisturbed.scenario, steps=(*steps, *visits(undisturbed, range(last, last + 1))))


def first_loss_only(scenario: Scenario) -> Scenario:
    """Return the same with the first client that is lost, and the last that stays."""
    last = max(step.client for step in scenario.steps)
    return replace(scenario, steps=tuple(step for step in scenario.steps if step.client in (0, last)))


def after_failed_accept(undisturbed: Run, error: str) -> tuple[Scenario, ...]:
    """Return three clients in turn, with the server's first accept or the second made to fail."""
    steps = visits(undisturbed, range(3))
    return tuple(replace(undisturbed.scenario, steps=steps, faults=(Fail("accept", error, nth),)) for nth in (1, 2))


def failed_accepts(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return the undisturbed conversation, and for a server that stays up those in which an accept fails."""
    stays = isinstance(undisturbed.ending, Waiting) and count(undisturbed, "accept")
    return undisturbed.scenario, *(after_failed_accept(undisturbed, "ECONNABORTED") if stays else ())


MANY: Final = Family(
    "many-clients",
    derive=lambda undisturbed: (replace(undisturbed.scenario, steps=visits(undisturbed, range(HUNDRED))),),
)
LEAKS: Final = Family(
    "leaks",
    derive=lambda undisturbed: (losses_of_all_kinds(undisturbed, 1), losses_of_all_kinds(undisturbed, 6)),
    beside=first_loss_only,
)
ABORTED: Final = Family(
    "aborted", derive=lambda undisturbed: after_failed_accept(undisturbed, "ECONNABORTED"), beside=without_faults
)
FAILED_ACCEPTS: Final = Family("failed-accepts", derive=failed_accepts, from_base=False)
NO_DESCRIPTORS: Final = Family(
    "no-descriptors", derive=lambda undisturbed: after_failed_accept(undisturbed, "EMFILE"), beside=without_faults
)

# ---------------------------------------------------------------- the client


def lines_in() -> "SearchStrategy[Scenario]":
    """Draw lines for the client to send, and the letter that ends it."""
    from hypothesis import strategies as st

    line = messages().filter(lambda data: len(data) > 1)
    several = st.lists(line, min_size=1, max_size=4).map(lambda lines: b"".join(one + b"\n" for one in lines))
    return st.builds(
        lambda text, end: Scenario((Accept(), Echo()), (), Start(input=text + end)),
        several,
        st.sampled_from((QUIT, QUIT.lower())),
    )


def split_answers() -> "SearchStrategy[Scenario]":
    """Draw a conversation in which the answers come in several segments, or the client's reads get them in pieces."""
    from hypothesis import strategies as st

    shorts = st.just(()) | st.tuples(st.builds(Short, st.just("input"), st.integers(1, 12)))
    return st.builds(
        lambda one, cut, faults: replace(one, steps=(Accept(), Echo(cut=cut)), faults=faults),
        lines_in(),
        st.integers(1, 20),
        shorts,
    )


def in_whole_answers(scenario: Scenario) -> Scenario:
    """Return the same lines with each answer in one segment, and nothing made to fail."""
    return replace(scenario, steps=(Accept(), Echo()), faults=())


def typed(*lines: bytes, end: bytes = QUIT, terminal: bool = False) -> Scenario:
    """Return a conversation in which the client gets these lines."""
    return Scenario(
        (Accept(), Echo()), (), Start(input=b"".join(one + b"\n" for one in lines) + end, terminal=terminal)
    )


def lost_server(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return answers that stop in the middle, by an end and by a reset, and none at all."""
    begun: tuple[Step, ...] = (Accept(), Echo(most=3))
    return tuple(
        replace(undisturbed.scenario, steps=steps)
        for steps in ((*begun, End()), (*begun, Reset()), (Accept(), End()), (Accept(), Leave()))
    )


def failed_answers(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return one scenario for each transfer of the client that fails while an answer is owed.

    Such a failure is the end of a connection. Whoever else waits for it, as another process of the client, learns of
    that from the reset that comes when nothing goes on.
    """
    answers = sum(
        call.name in INPUT and bool(call.result) for call in undisturbed.trace.of_exercise() if call.succeeded
    )
    kinds = (
        ("input", answers, ("ECONNRESET", "ETIMEDOUT")),
        ("output", count(undisturbed, "output"), ("ECONNRESET", "EHOSTUNREACH")),
    )
    return tuple(
        replace(undisturbed.scenario, steps=(Accept(), Echo(), Reset()), faults=(Fail(group, error, nth),))
        for group, most, errors in kinds
        for error in errors
        for nth in range(1, min(most, FAILED_AT_MOST) + 1)
    )


LINES_IN: Final = Family("lines-in", lines_in, from_base=False)
SPLIT_ANSWERS: Final = Family("split-answers", split_answers, beside=in_whole_answers)
INPUT_ENDS: Final = Family(
    "input-ends",
    derive=lambda _: (typed(b"Hello World!", end=b""), typed(end=b""), typed(b"one", b"two", end=b"", terminal=True)),
)
OTHER_LINES: Final = Family(
    "other-lines",
    derive=lambda _: (typed(LONG[:29], b"Hi!"), typed(b"abcdefghijklmnopqrstuvwxyzABC", b"Qz!", b"ok")),
)
LONG_LINES: Final = Family(
    "long-lines",
    derive=lambda _: tuple(typed(LONG[: length - 1] + QUIT[:1], b"ok") for length in (*LENGTHS[:-1], 10_000)),
)
LOST_SERVER: Final = Family("lost-server", derive=lost_server)
FAILED_ANSWERS: Final = Family("failed-answers", derive=failed_answers)
HOSTILE_ANSWERS: Final = Family(
    "hostile-answers",
    derive=lambda undisturbed: tuple(
        replace(undisturbed.scenario, steps=(Accept(), Send(data), Send(data[::-1]), End())) for data in HOSTILE
    ),
)
