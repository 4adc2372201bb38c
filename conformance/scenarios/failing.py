"""Families of what goes wrong, for every exercise: they follow from the calls of the undisturbed run."""

from typing import Final

from msgspec.structs import replace

from conformance.model.calls import belongs
from conformance.model.failures import INPUT_FAILURES, SET_UP_FAILURES
from conformance.model.signals import NEWS, interrupts
from conformance.observe.faults import Fail, Fault, Short
from conformance.scenarios.family import Family
from conformance.scenarios.greeting import segments
from conformance.stage.script import OTHER_LOOPBACK, Accept, Reset, Run, Scenario, Send, Signal, Start, Step

INTERRUPTED_AT_MOST: Final = 3
FAILED_AT_MOST: Final = 3


def with_faults(undisturbed: Run, *faults: Fault) -> Scenario:
    """Return the undisturbed conversation with faults."""
    return replace(undisturbed.scenario, faults=faults)


def failed_set_up(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return one scenario for each set-up call that the program makes for the exercise and each error of the table."""
    return tuple(
        with_faults(undisturbed, Fail(name, error, nth))
        for name, errors in SET_UP_FAILURES.items()
        for nth in _places(undisturbed, name)
        for error in errors
    )


def _places(undisturbed: Run, name: str) -> tuple[int, ...]:
    """Return which calls of a name concern the exercise, counted as faults count them; none after the first accept."""
    accepted = next((call.number for call in undisturbed.trace.named("accept") if call.succeeded), None)
    calls = [call for call in undisturbed.trace.named(name) if call.of_exercise or name == "socket"]
    ours = {description.number for description in undisturbed.trace.descriptions if description.of_exercise}
    went = [call.succeeded or call.error == "EINPROGRESS" for call in calls]
    return tuple(
        place
        for place, call in enumerate(calls, 1)
        if went[place - 1] and call.subject in ours and (accepted is None or call.number < accepted)
    )


def interruptions(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return one scenario for each early call that a signal may interrupt."""
    counts = {group: min(count(undisturbed, group), INTERRUPTED_AT_MOST) for group in ("accept", "input", "output")}
    plain = [(Fail(group, "EINTR", nth),) for group, most in counts.items() for nth in range(1, most + 1)]
    after_short = [(Short(group, 3, 1), Fail(group, "EINTR", 2)) for group in ("input", "output") if counts[group]]
    return tuple(with_faults(undisturbed, *faults) for faults in (*plain, *after_short))


def failed_transfers(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return real resets before, in and after the message, and one scenario for each read that fails otherwise."""
    places = range(1, min(count(undisturbed, "input"), FAILED_AT_MOST) + 1)
    return RESET + tuple(
        with_faults(undisturbed, Fail("input", error, nth)) for error in INPUT_FAILURES for nth in places
    )


def nothing_to_move(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return the undisturbed conversation, and the same with no data, no input and empty files."""
    whole = undisturbed.scenario
    files = tuple(replace(file, content=b"") for file in whole.start.files)
    steps = tuple(step for step in whole.steps if not isinstance(step, Send))
    empty = replace(whole, steps=steps, start=replace(whole.start, files=files, input=b""))
    return tuple(dict.fromkeys((whole, empty)))


def without_failures(scenario: Scenario) -> Scenario:
    """Return the same scenario with its short counts alone."""
    return replace(scenario, faults=tuple(one for one in scenario.faults if isinstance(one, Short)))


def without_faults(scenario: Scenario) -> Scenario:
    """Return the same scenario with nothing made to fail."""
    return replace(scenario, faults=())


def count(undisturbed: Run, group: str) -> int:
    """Return how many calls of a group the program makes for the exercise."""
    return sum(belongs(call.name, group) and call.of_exercise and call.succeeded for call in undisturbed.trace.calls)


def short_outputs(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return the conversation with writes that take only a part: each of them, the first, a later one."""
    shorts = (Short("output", 5), Short("output", 1), Short("output", 3, 1), Short("output", 2, 2))
    return tuple(with_faults(undisturbed, short) for short in shorts) if count(undisturbed, "output") else ()


def own_signals(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return the conversation with a signal before each step, for each signal whose handler interrupts calls."""
    whole = undisturbed.scenario.steps
    return tuple(
        replace(undisturbed.scenario, steps=(*steps[:place], Signal(name), *steps[place:]))
        for name in interrupting(undisturbed)
        for steps in dict.fromkeys((whole, _in_two(whole)))
        for place, step in enumerate(steps)
        if not isinstance(step, Accept)
    )


def _in_two(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return the same steps with the segments of a server cut in two."""
    if Accept() not in steps:
        return steps
    return tuple(
        piece
        for step in steps
        for piece in (segments(step.data, [len(step.data) // 2]) if isinstance(step, Send) else (step,))
    )


def interrupting(undisturbed: Run) -> list[str]:
    """Return the signals that the program's own process handles, and whose handler interrupts the call it waits in."""
    actions = {call.words[0]: call.data for call in undisturbed.trace.named("sigaction") if call.process == 1}
    return [NEWS[number] for number, action in actions.items() if interrupts(action)]


def without_signals(scenario: Scenario) -> Scenario:
    """Return the same conversation without its signals."""
    return replace(scenario, steps=tuple(one for one in scenario.steps if not isinstance(one, Signal)))


def other_start(undisturbed: Run, **conditions: object) -> Scenario:
    """Return the undisturbed conversation under other conditions."""
    return replace(undisturbed.scenario, start=replace(undisturbed.scenario.start, **conditions))


def _other_address(undisturbed: Run) -> dict[str, str]:
    return {"ip": OTHER_LOOPBACK} if Accept() in undisturbed.scenario.steps else {}


RESET: Final = (
    Scenario((Accept(), Send(b"Hello "), Reset())),
    Scenario((Accept(), Reset())),
    Scenario((Accept(), Send(b"Hello World!"), Reset())),
)
"""Resets before, in and after the message: the client cannot tell the last from the one before it."""
FAILED_SET_UP: Final = Family("failed-set-up", derive=failed_set_up)
FAILED_TRANSFERS: Final = Family("failed-transfers", derive=failed_transfers)
SHORT_OUTPUTS: Final = Family("short-outputs", derive=short_outputs)
INTERRUPTIONS: Final = Family("interruptions", derive=interruptions, beside=without_failures)
OWN_SIGNALS: Final = Family("own-signals", derive=own_signals, beside=without_signals, none="signal.no-handler")
NOTHING_TO_MOVE: Final = Family("nothing-to-move", derive=nothing_to_move, from_base=False)
BOTH_PORTS: Final = Family(
    "both-ports",
    derive=lambda undisturbed: (undisturbed.scenario, other_start(undisturbed, port=1, **_other_address(undisturbed))),
    from_base=False,
)
OTHER_DESCRIPTORS: Final = Family(
    "other-descriptors",
    derive=lambda undisturbed: (
        other_start(undisturbed, descriptors=1),
        other_start(undisturbed, descriptors=3),
        other_start(undisturbed, descriptors=2, holes=True),
    ),
)
NOBODY_LISTENS: Final = Family(
    "nobody-listens",
    derive=lambda undisturbed: (replace(other_start(undisturbed, listener=False), steps=()),),
    from_base=False,
)
NO_ARGUMENTS: Final = Family(
    "no-arguments", derive=lambda _: (Scenario(start=Start(arguments=False)),), from_base=False
)
PORT_TAKEN: Final = Family(
    "port-taken",
    derive=lambda undisturbed: (Scenario(start=replace(undisturbed.scenario.start, port_taken=True)),),
    from_base=False,
)
