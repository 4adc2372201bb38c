"""Families of the greeting: one client that only reads, one message that is only printed."""

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from conformance.observe.faults import Fault, Late, Short
from conformance.scenarios.family import Family
from conformance.stage.script import Accept, Connect, End, Scenario, Send, Start, Step

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

LONGEST_MESSAGE: Final = 29
"""What a textbook's buffer of 30 bytes holds."""
LONG: Final = bytes(33 + place * 7 % 93 if place * 7 % 93 not in (4, 59) else 48 for place in range(20_000))
"""Visible characters without % and backslash, that do not repeat soon."""
LENGTHS: Final = (30, 31, 32, 33, 34, 35, 36, 48, 100, 1024, 5000, 20_000)
HOSTILE: Final = (
    b"%n%n%n%n%n%n%n%n", b"%s%s%s%s%s%s%s%s%s%s%s%s", b"%2147483647d", b"\x1b[2J\x07\x08\r",
    b"\xff\xfe\xc3\x28\xf0\x90", b"\0\0\0\0", bytes(range(256)), b"\\n\\x00\\",
    b"-1", b"\n\n\n", "한글 \u202e".encode(),
)  # fmt: skip
RECEIVED: Final[tuple[tuple[bytes, list[int]], ...]] = (
    (b"abcdefghijklmnopqrstuvwxyzABC", []), (b"abcdefghijklmnopqrstuvwxyzABC", [20]), (b"Qz!", []),
    (b"Hello World!\0", []), (b"abcdefghijklmnopqrstuvwxyzAB\0", [14]),
)  # fmt: skip


def messages() -> "SearchStrategy[bytes]":
    """Draw a message as `transfer.prints-message` allows it."""
    from hypothesis import strategies as st

    visible = "".join(chr(code) for code in range(33, 127) if chr(code) not in "%\\")
    inner = st.text(visible + " ", max_size=LONGEST_MESSAGE - 2)
    edges = st.sampled_from(visible)
    short = edges.map(str.encode)
    return short | st.builds(lambda first, middle, last: (first + middle + last).encode(), edges, inner, edges)


def starts() -> "SearchStrategy[Start]":
    """Draw one of the two ports."""
    from hypothesis import strategies as st

    return st.builds(Start, port=st.sampled_from((0, 1)))


def one_client() -> "SearchStrategy[Scenario]":
    """Draw a conversation with one client that only reads."""
    from hypothesis import strategies as st

    return st.builds(Scenario, st.just((Connect(),)), st.just(()), starts())


def one_message() -> "SearchStrategy[Scenario]":
    """Draw a conversation with a server that sends its message in one segment."""
    from hypothesis import strategies as st

    return st.builds(lambda data, start: Scenario((Accept(), Send(data), End()), (), start), messages(), starts())


def split_message() -> "SearchStrategy[Scenario]":
    """Draw a message in several segments, or one that the program's reads get in pieces."""
    from hypothesis import strategies as st

    @st.composite
    def split(draw: "DrawFn") -> Scenario:
        message = draw(messages().filter(lambda data: len(data) > 1))
        cuts = draw(cuts_of(message))
        faults: tuple[Fault, ...] = ()
        if not cuts or draw(st.booleans()):
            faults = (Short("input", draw(st.integers(1, max(1, len(message) - 1)))),)
        return Scenario(conversation(message, cuts), faults)

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
    return tuple(Send(message[a:b]) for a, b in pairwise([0, *cuts, len(message)]))


def in_one_piece(scenario: Scenario) -> Scenario:
    """Return the same conversation with the message in one segment, and nothing made to fail."""
    message = b"".join(step.data for step in scenario.steps if isinstance(step, Send))
    return Scenario(conversation(message, []))


def short_writes() -> "SearchStrategy[Scenario]":
    """Draw a conversation in which the program's writes take only a part."""
    from hypothesis import strategies as st

    shorts = st.builds(Short, st.just("output"), st.integers(1, 12), st.integers(0, 3))
    return st.builds(Scenario, st.just((Connect(),)), st.tuples(shorts))


ONE_CLIENT: Final = Family("one-client", one_client, from_base=False)
ONE_MESSAGE: Final = Family("one-message", one_message, from_base=False)
SPLIT_MESSAGE: Final = Family("split-message", split_message, beside=in_one_piece)
SHORT_WRITES: Final = Family("short-writes", short_writes)
LONG_MESSAGES: Final = Family(
    "long-messages", derive=lambda _: tuple(Scenario(conversation(LONG[:length], [])) for length in LENGTHS)
)
HOSTILE_BYTES: Final = Family(
    "hostile-bytes", derive=lambda _: tuple(Scenario(conversation(data, [])) for data in HOSTILE), from_base=False
)
OTHER_MESSAGES: Final = Family(
    "other-messages", derive=lambda _: tuple(Scenario(conversation(data, list(cuts))) for data, cuts in RECEIVED)
)
ENDS: Final = Family(
    "ends",
    derive=lambda undisturbed: (
        undisturbed.scenario,
        Scenario((Accept(), End())),
        Scenario(conversation(b"Hello", [2])),
    ),
    from_base=False,
)
AT_ONCE: Final = (Connect(0), Connect(1, early=True), Connect(2, early=True))
IN_TURN: Final = tuple(Connect(client) for client in range(6))
CROWDS: Final = Family(
    "crowds",
    derive=lambda _: (Scenario(AT_ONCE), Scenario(AT_ONCE, (Late(),)), Scenario(IN_TURN)),
    beside=lambda scenario: Scenario(scenario.steps[:2], (), scenario.start),
)
