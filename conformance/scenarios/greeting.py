"""Families of the greeting: one client that only reads, one message that is only printed."""

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from conformance.records.faults import Fault, Late, Short
from conformance.records.run import Waiting
from conformance.records.scenario import Accept, Connect, End, Scenario, Send, Start, Step
from conformance.scenarios.family import Family

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

LONGEST_MESSAGE: Final = 29
"""What a textbook's buffer of 30 bytes holds."""
LONG: Final = bytes(33 + place * 7 % 93 if place * 7 % 93 not in (4, 59) else 48 for place in range(20_000))
"""Visible characters without % and backslash, that do not repeat soon."""
GREETING_LENGTHS: Final = (30, 31, 32, 33, 34, 35, 36, 48, 100, 1024, 5000, 20_000)
HOSTILE: Final = (
    b"%n%n%n%n%n%n%n%n", b"%s%s%s%s%s%s%s%s%s%s%s%s", b"%2147483647d", b"\x1b[2J\x07\x08\r",
    b"\xff\xfe\xc3\x28\xf0\x90", b"\0\0\0\0", bytes(range(256)), b"\\n\\x00\\",
    b"-1", b"\n\n\n", "한글 \u202e".encode(),
)  # fmt: skip
RECEIVED_PIECES: Final[tuple[tuple[bytes, list[int]], ...]] = (
    (b"abcdefghijklmnopqrstuvwxyzABC", []), (b"abcdefghijklmnopqrstuvwxyzABC", [20]), (b"Qz!", []),
    (b"Hello World!\0", []), (b"abcdefghijklmnopqrstuvwxyzAB\0", [14]),
)  # fmt: skip


def messages() -> "SearchStrategy[bytes]":
    """Draw a message as `transfer.prints-message` allows it.

    One text, and no choice between forms of it: Hypothesis shrinks a text letter by letter, but never from one form
    into another that would have to draw its letters anew.
    """
    from hypothesis import strategies as st

    visible = "".join(chr(code) for code in range(32, 127) if chr(code) not in "%\\")
    return (
        st.text(visible, min_size=1, max_size=LONGEST_MESSAGE)
        .filter(lambda message: message == message.strip(" "))
        .map(str.encode)
    )


def starts() -> "SearchStrategy[Start]":
    """Draw one of the two ports."""
    from hypothesis import strategies as st

    return st.builds(Start, port=st.sampled_from((0, 1)))


def one_client() -> "SearchStrategy[Scenario]":
    """Draw a conversation with one client that only reads."""
    from hypothesis import strategies as st

    return st.builds(Scenario, steps=st.just((Connect(),)), start=starts())


def one_message() -> "SearchStrategy[Scenario]":
    """Draw a conversation with a server that sends its message in one segment."""
    from hypothesis import strategies as st

    return st.builds(
        lambda data, start: Scenario(steps=(Accept(), Send(data=data), End()), faults=(), start=start),
        messages(),
        starts(),
    )


def split_message() -> "SearchStrategy[Scenario]":
    """Draw a message in several segments, or one that the program's reads get in pieces."""
    from hypothesis import strategies as st

    @st.composite
    def split(draw: "DrawFn") -> Scenario:
        message = draw(messages().filter(lambda data: len(data) > 1))
        cuts = draw(cuts_of(message))
        faults: tuple[Fault, ...] = ()
        if not cuts or draw(st.booleans()):
            faults = (Short(call="input", count=draw(st.integers(1, max(1, len(message) - 1)))),)
        return Scenario(steps=conversation(message, cuts), faults=faults)

    return split()


def cuts_of(message: bytes) -> "SearchStrategy[list[int]]":
    """Draw the places at which a message is cut."""
    from hypothesis import strategies as st

    return st.sets(st.integers(1, len(message) - 1), max_size=len(message) - 1).map(sorted)


def conversation(message: bytes, cuts: list[int]) -> tuple[Step, ...]:
    """Return the steps of a server that sends a message cut at these places."""
    return (Accept(), *segments(message, cuts), End())


def segments(message: bytes, cuts: list[int]) -> tuple[Send, ...]:
    """Return a message as segments that are cut at these places."""
    return tuple(Send(data=message[a:b]) for a, b in pairwise([0, *cuts, len(message)]))


def greeting_in_one_segment(scenario: Scenario) -> Scenario:
    """Return the same conversation with the message in one segment, and nothing made to fail."""
    message = b"".join(step.data for step in scenario.steps if isinstance(step, Send))
    return Scenario(steps=conversation(message, []))


def short_writes() -> "SearchStrategy[Scenario]":
    """Draw a conversation in which the program's writes take only a part."""
    from hypothesis import strategies as st

    shorts = st.builds(Short, call=st.just("output"), count=st.integers(1, 12), nth=st.integers(0, 3))
    return st.builds(Scenario, steps=st.just((Connect(),)), faults=st.tuples(shorts))


ONE_CLIENT: Final = Family("one-client", one_client, needs_baseline=False)
ONE_MESSAGE: Final = Family("one-message", one_message, needs_baseline=False)
SPLIT_MESSAGE: Final = Family("split-message", split_message, control=greeting_in_one_segment)
SHORT_WRITES: Final = Family("short-writes", short_writes)
LONG_MESSAGES: Final = Family(
    "long-messages",
    derive=lambda _: tuple(Scenario(steps=conversation(LONG[:length], [])) for length in GREETING_LENGTHS),
)
HOSTILE_BYTES: Final = Family(
    "hostile-bytes",
    derive=lambda _: tuple(Scenario(steps=conversation(data, [])) for data in HOSTILE),
    needs_baseline=False,
)
OTHER_MESSAGES: Final = Family(
    "other-messages",
    derive=lambda _: tuple(Scenario(steps=conversation(data, list(cuts))) for data, cuts in RECEIVED_PIECES),
)
ENDS: Final = Family(
    "ends",
    derive=lambda baseline: (
        baseline.scenario,
        Scenario(steps=(Accept(), End())),
        Scenario(steps=conversation(b"Hello", [2])),
    ),
    needs_baseline=False,
)
THREE_AT_ONCE: Final = (Connect(client=0), Connect(client=1, early=True), Connect(client=2, early=True))
IN_TURN: Final = tuple(Connect(client=client) for client in range(10))
"""More than a server serves that ends after some: `for (i = 0; i < 5; i++)` is usual."""
CROWDS: Final = Family(
    "crowds",
    derive=lambda _: (
        Scenario(steps=THREE_AT_ONCE),
        Scenario(steps=THREE_AT_ONCE, faults=(Late(),)),
        Scenario(steps=IN_TURN),
    ),
    control=lambda scenario: Scenario(steps=scenario.steps[:2], faults=(), start=scenario.start),
)
TO_THE_END: Final = Family(
    "to-the-end",
    derive=lambda baseline: (
        baseline.scenario,
        *((replace(baseline.scenario, steps=IN_TURN),) if isinstance(baseline.ending, Waiting) else ()),
    ),
)
