"""Families of dialogues with a client: lines that it makes requests of, and answers that it prints.

The lines and the answers are those of the baseline conversation, and these are the examples of the exercise.
"""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from conformance.catalogue import catalogue
from conformance.catalogue.framing import answer_frames_of
from conformance.records.faults import Short
from conformance.records.run import Run
from conformance.records.scenario import OTHER_LOOPBACK, Accept, Echo, End, Leave, Reset, Scenario, Step
from conformance.scenarios.baseline import replies_of, typed_in
from conformance.scenarios.dialogue import TRIED_ALONE
from conformance.scenarios.echo_client import with_line_end
from conformance.scenarios.failing import other_start
from conformance.scenarios.family import Family
from conformance.scenarios.greeting import HOSTILE, LONG

LINE_LENGTHS: Final = (29, 30, 64, 100, 128, 255, 256, 512, 1023, 1024, 1025, 4096, 10_000)


def echo_of(scenario: Scenario) -> Echo:
    """Return the step in which the server answers."""
    return next(step for step in scenario.steps if isinstance(step, Echo))


def _with_echo(scenario: Scenario, *behind: Step, **other: object) -> Scenario:
    """Return the same conversation with a server that answers otherwise."""
    return replace(scenario, steps=(Accept(), replace(echo_of(scenario), **other), *behind))


def asked_lines(baseline: Run) -> tuple[Scenario, ...]:
    """Return the conversation, at the other port, on a terminal, and with the requests in another order.

    Where a conversation has few requests, each example has one of its own.
    """
    exercise = catalogue().exercises[baseline.exercise]
    pairs = list(zip(typed_in(exercise), replies_of(exercise), strict=True))
    orders = [[one] for one in pairs[:TRIED_ALONE]] if exercise.exchanges else [pairs[::-1]]
    return (
        baseline.scenario,
        other_start(baseline, port=1, ip=OTHER_LOOPBACK),
        other_start(baseline, terminal=True),
        *(_asking(baseline, order) for order in orders),
    )


def _asking(baseline: Run, pairs: Sequence[tuple[bytes, bytes]]) -> Scenario:
    """Return the conversation in which these things are typed and have these answers."""
    echo = replace(echo_of(baseline.scenario), answers=tuple(reply for _, reply in pairs))
    return replace(other_start(baseline, input=b"".join(typed for typed, _ in pairs)), steps=(Accept(), echo))


def split_replies(baseline: Run) -> tuple[Scenario, ...]:
    """Return answers byte by byte, in two or three bytes at a time, and reads that get few bytes."""
    cut = (_with_echo(baseline.scenario, cut=size) for size in (1, 2, 3))
    read = (replace(baseline.scenario, faults=(Short(call="input", count=count),)) for count in (1, 3))
    return (*cut, *read)


def in_whole_replies(scenario: Scenario) -> Scenario:
    """Return the same lines with each answer in one segment, and nothing made to fail."""
    return replace(_with_echo(scenario, cut=0), faults=())


def inputs(baseline: Run) -> tuple[Scenario, ...]:
    """Return an input of lines, and one that ends at once."""
    return baseline.scenario, other_start(baseline, input=b"")


def last_lines(baseline: Run) -> tuple[Scenario, ...]:
    """Return the input without its last line end, and its first line alone without one."""
    whole = baseline.scenario.start.input
    first = typed_in(catalogue().exercises[baseline.exercise])[0]
    ends = dict.fromkeys((whole.removesuffix(b"\n"), first.removesuffix(b"\n")))
    return tuple(other_start(baseline, input=one) for one in ends)


def long_questions(baseline: Run) -> tuple[Scenario, ...]:
    """Return a long line, and a usual one behind it."""
    usual = baseline.scenario.start.input.splitlines()[0]
    return tuple(other_start(baseline, input=LONG[:length] + b"\n" + usual + b"\n") for length in LINE_LENGTHS)


def lost_replies(baseline: Run) -> tuple[Scenario, ...]:
    """Return answers that stop in the middle, by an end and by a reset, and none at all."""
    half = max(len(echo_of(baseline.scenario).answers[0]) // 2, 1)
    behind: tuple[Step, ...] = (End(), Reset())
    begun = (_with_echo(baseline.scenario, one, most=half) for one in behind)
    none = (replace(baseline.scenario, steps=(Accept(), one)) for one in (End(), Leave()))
    return (*begun, *none)


def hostile_replies(baseline: Run) -> tuple[Scenario, ...]:
    """Return nasty and long answers."""
    echo = echo_of(baseline.scenario)
    frames = answer_frames_of(catalogue().exercises[baseline.exercise])
    answers = (frames.whole(frames.fitted(one)) for one in (*HOSTILE, LONG, b""))
    return tuple(_with_echo(baseline.scenario, answers=(one,) * len(echo.answers)) for one in dict.fromkeys(answers))


ASKED_LINES: Final = Family("asked-lines", derive=asked_lines, needs_baseline=False)
SPLIT_REPLIES: Final = Family("split-replies", derive=split_replies, control=in_whole_replies)
DIALOGUE_INPUTS: Final = Family("dialogue-inputs", derive=inputs)
DIALOGUE_LAST_LINES: Final = Family("dialogue-last-lines", derive=last_lines, control=with_line_end)
LONG_QUESTIONS: Final = Family("long-questions", derive=long_questions)
LOST_REPLIES: Final = Family("lost-replies", derive=lost_replies)
HOSTILE_REPLIES: Final = Family("hostile-replies", derive=hostile_replies)
