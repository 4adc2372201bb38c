"""Scenarios: the fixed sets that every check uses, and the Hypothesis strategies that made them and search for more.

A *family* is a kind of scenario that a requirement is judged in. The fixed sets are data in this package, since what
Hypothesis draws changes with its version, and the same submission must get the same verdicts.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import msgspec

from conformance.catalogue import Exercise
from conformance.model.calls import belongs
from conformance.model.failures import INPUT_FAILURES, SET_UP_FAILURES
from conformance.model.signals import NEWS, interrupts
from conformance.model.winsock import (
    STARTUP_FAILURE,
    WINSOCK_ACCEPT_FAILURES,
    WINSOCK_INPUT_FAILURES,
    WINSOCK_OUTPUT_FAILURES,
    WINSOCK_SET_UP_FAILURES,
)
from conformance.observe.faults import EVERY, Fail, Fault, Late, Short
from conformance.stage.script import Accept, Connect, End, Reset, Run, Scenario, Send, Signal, Start, Step
from conformance.words import say

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

FIXED_FILE: Final = "scenarios.json"
LONGEST_MESSAGE: Final = 29
"""What a textbook's buffer of 30 bytes holds."""

UNDISTURBED: Final = {
    "server": Scenario((Connect(),)),
    "client": Scenario((Accept(), Send(b"Hello World!"), End())),
    "alone": Scenario(),
}
"""The conversation in which nothing goes wrong, for each role of a program, or for an exercise that has its own."""


def undisturbed_of(exercise: Exercise) -> Scenario:
    """Return the conversation of an exercise in which nothing goes wrong."""
    return UNDISTURBED.get(exercise.name) or UNDISTURBED[exercise.role]


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of scenario."""

    name: str
    strategy: "Callable[[], SearchStrategy[Scenario]] | None" = None
    """Draws one; None where the scenarios follow from the undisturbed run alone."""
    derive: Callable[[Run], tuple[Scenario, ...]] | None = None
    """Enumerates them from the undisturbed run."""
    from_base: bool = True
    """Whether it makes sense only for programs whose undisturbed conversation works."""
    beside: Callable[[Scenario], Scenario] | None = None
    """The scenario whose run stands beside a run for comparison; None for the undisturbed one."""
    none: str = "failure.not-reached"
    """Where no scenario follows from the undisturbed run: why, as a key of the words."""

    def scenarios(self, undisturbed: Run) -> tuple[Scenario, ...]:
        """Return the scenarios of the fixed set, the simplest first."""
        return self.derive(undisturbed) if self.derive is not None else fixed()[self.name]


@cache
def fixed() -> dict[str, tuple[Scenario, ...]]:
    """Load the fixed sets."""
    return msgspec.json.decode(_fixed_text(), type=dict[str, tuple[Scenario, ...]])


def digest() -> str:
    """Return a hash of the fixed sets, as results name it."""
    return hashlib.sha256(_fixed_text()).hexdigest()[:16]


def _fixed_text() -> bytes:
    return resources.files(__package__).joinpath(FIXED_FILE).read_bytes()


# ---------------------------------------------------------------- strategies


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
    def split(draw: st.DrawFn) -> Scenario:
        message = draw(messages().filter(lambda data: len(data) > 1))
        cuts = sorted(draw(st.sets(st.integers(1, len(message) - 1), max_size=len(message) - 1)))
        faults: tuple[Fault, ...] = ()
        if not cuts or draw(st.booleans()):
            faults = (Short("input", draw(st.integers(1, max(1, len(message) - 1)))),)
        return Scenario(conversation(message, cuts), faults)

    return split()


def conversation(message: bytes, cuts: list[int]) -> tuple[Step, ...]:
    """Return the steps of a server that sends a message cut at these places."""
    edges = [0, *cuts, len(message)]
    return (Accept(), *(Send(message[a:b]) for a, b in pairwise(edges)), End())


def in_one_piece(scenario: Scenario) -> Scenario:
    """Return the same conversation with the message in one segment, and nothing made to fail."""
    message = b"".join(step.data for step in scenario.steps if isinstance(step, Send))
    return Scenario(conversation(message, []))


def short_writes() -> "SearchStrategy[Scenario]":
    """Draw a conversation in which the program's writes take only a part."""
    from hypothesis import strategies as st

    shorts = st.builds(Short, st.just("output"), st.integers(1, 12), st.integers(0, 3))
    return st.builds(Scenario, st.just((Connect(),)), st.tuples(shorts))


# ---------------------------------------------------------------- what follows from the undisturbed run


def failed_set_up(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return one scenario for each set-up call that the program makes for the exercise and each error of the table."""
    return tuple(
        msgspec.structs.replace(undisturbed.scenario, faults=(Fail(name, error, nth),))
        for name, errors in SET_UP_FAILURES.items()
        for nth in _places(undisturbed, name)
        for error in errors
    )


def _places(undisturbed: Run, name: str) -> tuple[int, ...]:
    """Return which calls of a name concern the exercise, counted as faults count them."""
    calls = [call for call in undisturbed.trace.named(name) if call.of_exercise or name == "socket"]
    ours = {description.number for description in undisturbed.trace.descriptions if description.of_exercise}
    went = [call.succeeded or call.error == "EINPROGRESS" for call in calls]
    return tuple(place for place, call in enumerate(calls, 1) if went[place - 1] and call.subject in ours)


ONE_CLIENT: Final = Family("one-client", one_client, from_base=False)
ONE_MESSAGE: Final = Family("one-message", one_message, from_base=False)
SPLIT_MESSAGE: Final = Family("split-message", split_message, beside=in_one_piece)
SHORT_WRITES: Final = Family("short-writes", short_writes)
FAILED_SET_UP: Final = Family("failed-set-up", derive=failed_set_up)
NOBODY_LISTENS: Final = Family(
    "nobody-listens", derive=lambda _: (Scenario(start=Start(listener=False)),), from_base=False
)


def interruptions(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return one scenario for each early call that a signal may interrupt."""
    counts = {group: min(_count(undisturbed, group), INTERRUPTED_AT_MOST) for group in ("accept", "input", "output")}
    plain = [(Fail(group, "EINTR", nth),) for group, count in counts.items() for nth in range(1, count + 1)]
    after_short = [(Short(group, 3, 1), Fail(group, "EINTR", 2)) for group in ("input", "output") if counts[group]]
    return tuple(msgspec.structs.replace(undisturbed.scenario, faults=faults) for faults in (*plain, *after_short))


def failed_transfers(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return real resets before, in and after the message, and one scenario for each read that fails otherwise."""
    places = range(1, min(_count(undisturbed, "input"), FAILED_AT_MOST) + 1)
    return RESET + tuple(
        msgspec.structs.replace(undisturbed.scenario, faults=(Fail("input", error, nth),))
        for error in INPUT_FAILURES
        for nth in places
    )


def without_failures(scenario: Scenario) -> Scenario:
    """Return the same scenario with its short counts alone."""
    return msgspec.structs.replace(scenario, faults=tuple(one for one in scenario.faults if isinstance(one, Short)))


def _count(undisturbed: Run, group: str) -> int:
    return sum(belongs(call.name, group) and call.of_exercise and call.succeeded for call in undisturbed.trace.calls)


def own_signals(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return the conversation with a signal before each step, for each signal whose handler interrupts calls."""
    whole = undisturbed.scenario.steps
    pieces = [conversation(b"Hello World!", [6])] if Accept() in whole else []
    return tuple(
        Scenario((*steps[:place], Signal(name), *steps[place:]))
        for name in interrupting(undisturbed)
        for steps in (whole, *pieces)
        for place, step in enumerate(steps)
        if not isinstance(step, Accept)
    )


def interrupting(undisturbed: Run) -> list[str]:
    """Return the signals that the program's own process handles, and whose handler interrupts the call it waits in."""
    actions = {call.words[0]: call.data for call in undisturbed.trace.named("sigaction") if call.process == 1}
    return [NEWS[number] for number, action in actions.items() if interrupts(action)]


def without_signals(scenario: Scenario) -> Scenario:
    """Return the same conversation without its signals."""
    return msgspec.structs.replace(scenario, steps=tuple(one for one in scenario.steps if not isinstance(one, Signal)))


def other_descriptors(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return the undisturbed conversation with further descriptors open at the start."""
    return tuple(msgspec.structs.replace(undisturbed.scenario, start=Start(descriptors=count)) for count in (1, 3))


INTERRUPTED_AT_MOST: Final = 3
FAILED_AT_MOST: Final = 3
LONG: Final = bytes(33 + place * 7 % 93 if place * 7 % 93 not in (4, 59) else 48 for place in range(20_000))
"""Visible characters without % and backslash, that do not repeat soon."""
LENGTHS: Final = (30, 31, 32, 33, 34, 35, 36, 48, 100, 1024, 5000, 20_000)
HOSTILE: Final = (
    b"%n%n%n%n%n%n%n%n", b"%s%s%s%s%s%s%s%s%s%s%s%s", b"%2147483647d", b"\x1b[2J\x07\x08\r",
    b"\xff\xfe\xc3\x28\xf0\x90", b"\0\0\0\0", bytes(range(256)), b"\\n\\x00\\",
    b"-1", b"\n\n\n", "한글 \u202e".encode(),
)  # fmt: skip
LONG_MESSAGES: Final = Family(
    "long-messages", derive=lambda _: tuple(Scenario(conversation(LONG[:length], [])) for length in LENGTHS)
)
HOSTILE_BYTES: Final = Family(
    "hostile-bytes", derive=lambda _: tuple(Scenario(conversation(data, [])) for data in HOSTILE), from_base=False
)
RESET: Final = (
    Scenario((Accept(), Send(b"Hello "), Reset())),
    Scenario((Accept(), Reset())),
    Scenario((Accept(), Send(b"Hello World!"), Reset())),
)
"""Resets before, in and after the message: the client cannot tell the last from the one before it."""
ENDS: Final = Family(
    "ends",
    derive=lambda undisturbed: (
        undisturbed.scenario,
        Scenario((Accept(), End())),
        Scenario(conversation(b"Hello", [2])),
    ),
    from_base=False,
)
FAILED_TRANSFERS: Final = Family("failed-transfers", derive=failed_transfers)
RECEIVED: Final[tuple[tuple[bytes, list[int]], ...]] = (
    (b"abcdefghijklmnopqrstuvwxyzABC", []), (b"abcdefghijklmnopqrstuvwxyzABC", [20]), (b"Qz!", []),
    (b"Hello World!\0", []), (b"abcdefghijklmnopqrstuvwxyzAB\0", [14]),
)  # fmt: skip
OTHER_MESSAGES: Final = Family(
    "other-messages", derive=lambda _: tuple(Scenario(conversation(data, list(cuts))) for data, cuts in RECEIVED)
)
INTERRUPTIONS: Final = Family("interruptions", derive=interruptions, beside=without_failures)
OWN_SIGNALS: Final = Family("own-signals", derive=own_signals, beside=without_signals, none="signal.no-handler")
AT_ONCE: Final = (Connect(0), Connect(1, early=True), Connect(2, early=True))
IN_TURN: Final = tuple(Connect(client) for client in range(6))
CROWDS: Final = Family(
    "crowds",
    derive=lambda _: (Scenario(AT_ONCE), Scenario(AT_ONCE, (Late(),)), Scenario(IN_TURN)),
    beside=lambda scenario: msgspec.structs.replace(scenario, steps=scenario.steps[:2], faults=()),
)
OTHER_DESCRIPTORS: Final = Family("other-descriptors", derive=other_descriptors)
NO_ARGUMENTS: Final = Family(
    "no-arguments", derive=lambda _: (Scenario(start=Start(arguments=False)),), from_base=False
)
PORT_TAKEN: Final = Family("port-taken", derive=lambda _: (Scenario(start=Start(port_taken=True)),), from_base=False)
UNDISTURBED_ONLY: Final = Family("undisturbed", derive=lambda undisturbed: (undisturbed.scenario,), from_base=False)
FAMILIES: Final = (
    UNDISTURBED_ONLY,
    ONE_CLIENT,
    ONE_MESSAGE,
    SPLIT_MESSAGE,
    SHORT_WRITES,
    FAILED_SET_UP,
    NOBODY_LISTENS,
)

# ---------------------------------------------------------------- Winsock


def failed_winsock_calls(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return one scenario for each call of the exercise that can fail, and each error that Windows can show for it."""
    tables = {**WINSOCK_SET_UP_FAILURES, "accept": WINSOCK_ACCEPT_FAILURES}
    tables |= {"send": WINSOCK_OUTPUT_FAILURES, "recv": WINSOCK_INPUT_FAILURES}
    groups = {"send": "output", "recv": "input"}
    return tuple(
        msgspec.structs.replace(undisturbed.scenario, faults=(Fail(groups.get(name, name), error),))
        for name, errors in tables.items()
        if any(call.name == name and (call.of_exercise or name == "socket") for call in undisturbed.trace.calls)
        for error in errors
    )


FAILED_WINSOCK_CALLS: Final = Family("failed-winsock-calls", derive=failed_winsock_calls)
FAILED_STARTUP: Final = Family(
    "failed-startup",
    derive=lambda undisturbed: (
        msgspec.structs.replace(undisturbed.scenario, faults=(Fail("startup", STARTUP_FAILURE),)),
    ),
)

# ---------------------------------------------------------------- making the fixed sets

CORNERS: Final[dict[str, tuple[Scenario, ...]]] = {
    "one-client": (
        UNDISTURBED["server"],
        Scenario((Connect(),), (), Start(1)),
        Scenario((Connect(early=True),)),
    ),
    "one-message": (UNDISTURBED["client"], Scenario(conversation(b"Hello World!\0", []), (), Start(1))),
    "split-message": (
        Scenario(conversation(b"Hello World!", [6])),
        Scenario(conversation(b"Hello World!", list(range(1, 12)))),
        Scenario(conversation(b"Hello World!", []), (Short("input", 1),)),
        Scenario(conversation(b"Hello World!\0", [12])),
    ),
    "short-writes": (Scenario((Connect(),), (Short("output", 5),)), Scenario((Connect(),), (Short("output", 1),))),
}
"""What every fixed set begins with: the cases that a teacher would think of first."""


def make_fixed(count: int = 12) -> bytes:
    """Draw fixed sets anew: for those who keep the package, when a family changes. Returns the text of the file."""
    sets = {
        family.name: _fill(list(CORNERS[family.name]), family.strategy(), count)
        for family in FAMILIES
        if family.strategy is not None
    }
    return msgspec.json.format(msgspec.json.encode(sets)) + b"\n"


def _fill(found: list[Scenario], strategy: "SearchStrategy[Scenario]", count: int) -> list[Scenario]:
    from hypothesis import HealthCheck, Phase, given, seed, settings

    @seed(1)
    @settings(max_examples=4 * count, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(strategy)
    def draw(scenario: Scenario) -> None:
        if scenario not in found and len(found) < count:
            found.append(scenario)

    draw()
    return found


# ---------------------------------------------------------------- in words


def in_words(scenario: Scenario) -> list[str]:
    """Describe a scenario line by line: the conditions, the steps, the faults."""
    return [
        *_start_in_words(scenario.start),
        *map(_step_in_words, scenario.steps),
        *map(_fault_in_words, scenario.faults),
    ]


def _start_in_words(start: Start) -> list[str]:
    lines = [] if start.listener else [say("start.no-listener")]
    lines += [] if start.arguments else [say("start.no-arguments")]
    lines += [say("start.descriptors", count=start.descriptors)] if start.descriptors else []
    return lines + ([say("start.port-taken")] if start.port_taken else [])


def _step_in_words(step: Step) -> str:
    from conformance.observe.decode import text

    kind = type(step).__name__.lower()
    data = text(step.data) if isinstance(step, Send) else step.name if isinstance(step, Signal) else ""
    early = ".early" if isinstance(step, Connect) and step.early else ""
    return say(f"step.{kind}{early}", client=step.client + 1, data=data)


def _fault_in_words(fault: Fault) -> str:
    if isinstance(fault, Late):
        return say("fault.late")
    named = {"input", "output"}
    call = say(f"call.{fault.call}") if fault.call in named else fault.call
    if isinstance(fault, Short):
        return say(
            "fault.short" if fault.nth == EVERY else "fault.short-nth", call=call, count=fault.count, nth=fault.nth
        )
    return say("fault.fail-every" if fault.nth == EVERY else "fault.fail", call=call, error=fault.error, nth=fault.nth)
