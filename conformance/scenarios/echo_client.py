"""Families of the echo client: lines that it sends, and answers that it prints."""

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from conformance.model.calls import INPUT
from conformance.model.transports import TRANSPORTS
from conformance.records.faults import Fail, Short
from conformance.records.run import Run
from conformance.records.scenario import (
    Accept,
    Echo,
    End,
    Leave,
    Reset,
    Scenario,
    Send,
    Start,
    Step,
)
from conformance.scenarios.baseline import QUIT
from conformance.scenarios.failing import FAILED_AT_MOST, count, transport_of
from conformance.scenarios.family import Family
from conformance.scenarios.greeting import HOSTILE, LONG, messages

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def lines_in() -> "SearchStrategy[Scenario]":
    """Draw lines for the client to send, and the letter that ends it."""
    from hypothesis import strategies as st

    line = messages().filter(lambda data: len(data) > 1)
    several = st.lists(line, min_size=1, max_size=4).map(lambda lines: b"".join(one + b"\n" for one in lines))
    return st.builds(
        lambda text, end: Scenario(steps=(Accept(), Echo()), faults=(), start=Start(input=text + end)),
        several,
        st.sampled_from((QUIT, QUIT.lower())),
    )


def split_answers() -> "SearchStrategy[Scenario]":
    """Draw a conversation in which the answers come in several segments, or the client's reads get them in pieces."""
    from hypothesis import strategies as st

    shorts = st.just(()) | st.tuples(st.builds(Short, call=st.just("input"), count=st.integers(1, 12)))
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
        steps=(Accept(), Echo()),
        faults=(),
        start=Start(input=b"".join(one + b"\n" for one in lines) + end, terminal=terminal),
    )


def lost_server(baseline: Run) -> tuple[Scenario, ...]:
    """Return answers that stop in the middle, by an end and by a reset, and none at all."""
    begun: tuple[Step, ...] = (Accept(), Echo(most=3))
    return tuple(
        replace(baseline.scenario, steps=steps)
        for steps in ((*begun, End()), (*begun, Reset()), (Accept(), End()), (Accept(), Leave()))
    )


def failed_answers(baseline: Run) -> tuple[Scenario, ...]:
    """Return one scenario for each transfer of the client that fails while an answer is owed.

    Such a failure is the end of a connection. What else waits for it, as another process of the client, learns of
    that from the reset that comes when nothing goes on.
    """
    answers = sum(call.name in INPUT and bool(call.moved) for call in baseline.trace.in_scope() if call.succeeded)
    counts = {"input": answers, "output": count(baseline, "output")}
    return tuple(
        replace(
            baseline.scenario,
            steps=(*baseline.scenario.steps, Reset()),
            faults=(Fail(call=group, error=error, nth=nth),),
        )
        for group, errors in TRANSPORTS[transport_of(baseline)].transfer.items()
        for error in errors
        for nth in range(1, min(counts[group], FAILED_AT_MOST) + 1)
    )


LINES_IN: Final = Family("lines-in", lines_in, needs_baseline=False)


SPLIT_ANSWERS: Final = Family("split-answers", split_answers, control=in_whole_answers)


INPUT_ENDS: Final = Family(
    "input-ends",
    derive=lambda _: (
        typed(b"Hello World!", end=b""),
        typed(end=b""),
        typed(b"one", b"two", end=b"", terminal=True),
        typed(b"Hello World!", end=b"Q"),
    ),
)


def with_line_end(scenario: Scenario) -> Scenario:
    """Return the same input with a line end behind its last line."""
    return replace(scenario, start=replace(scenario.start, input=scenario.start.input + b"\n"))


LAST_LINES: Final = Family(
    "last-lines",
    derive=lambda _: (
        typed(b"Hello World!", end=b"no line end"),
        typed(end=b"one line"),
        typed(b"Hello World!", end=b"x"),
        typed(end=LONG[:1500]),
    ),
    control=with_line_end,
)


OTHER_LINES: Final = Family(
    "other-lines",
    derive=lambda _: (typed(LONG[:29], b"Hi!"), typed(b"abcdefghijklmnopqrstuvwxyzABC", b"Qz!", b"ok")),
)


LINE_LENGTHS: Final = (
    (30,), (100,), (1024,), (10_000,), (16, 20, 29, 31, 32, 33, 50, 51, 64, 65, 80, 81), (101, 128, 129, 200, 201),
    (255, 256, 257, 300, 301, 500, 501, 512, 513), (1000, 1001, 1023, 1025), (2000, 2048, 2049), (4096, 5000),
)  # fmt: skip
"""Around usual buffers: a program that takes a line in parts of such a size finds a Q alone in the last of them."""


def ending_in_q(length: int) -> bytes:
    """Return a line of so many bytes of which the last is a Q."""
    return LONG[: length - 1] + QUIT[:1]


LONG_LINES: Final = Family(
    "long-lines",
    derive=lambda _: tuple(typed(*map(ending_in_q, lengths), b"ok") for lengths in LINE_LENGTHS),
)


LOST_SERVER: Final = Family("lost-server", derive=lost_server)


FAILED_ANSWERS: Final = Family("failed-answers", derive=failed_answers)


HOSTILE_ANSWERS: Final = Family(
    "hostile-answers",
    derive=lambda baseline: tuple(
        replace(baseline.scenario, steps=(Accept(), Send(data=data), Send(data=data[::-1]), End())) for data in HOSTILE
    ),
)
