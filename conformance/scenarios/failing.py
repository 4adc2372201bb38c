"""Families of what goes wrong, for every exercise: they follow from the calls of the baseline run."""

from typing import Final

from msgspec.structs import replace

from conformance.catalogue import catalogue
from conformance.catalogue.records import TransportName
from conformance.model.calls import INPUT, belongs
from conformance.model.failures import INPUT_FAILURES, OPEN_FAILURES
from conformance.model.signals import NOTIFICATION_SIGNALS, interrupts
from conformance.model.transports import TRANSPORTS, keeps_boundaries
from conformance.records.faults import Fail, Fault, Short
from conformance.records.run import Run
from conformance.records.scenario import OTHER_LOOPBACK, Accept, Reset, Scenario, Send, Signal, Start, Step
from conformance.scenarios.family import Family
from conformance.scenarios.greeting import segments

INTERRUPTED_AT_MOST: Final = 3
FAILED_AT_MOST: Final = 3
ASK_FOR_THE_END: Final = ("SIGINT", "SIGTERM")


def transport_of(baseline: Run) -> TransportName:
    """Return the transport of a run's exercise."""
    one = catalogue().exercises.get(baseline.exercise)
    return "tcp" if one is None else one.transport


def with_faults(baseline: Run, *faults: Fault) -> Scenario:
    """Return the baseline conversation with faults."""
    return replace(baseline.scenario, faults=faults)


def failed_set_up(baseline: Run) -> tuple[Scenario, ...]:
    """Return one scenario for each set-up call that the program makes for the exercise and each error of the table."""
    return tuple(
        with_faults(baseline, Fail(call=name, error=error, nth=nth))
        for name, errors in {**TRANSPORTS[transport_of(baseline)].set_up, **OPEN_FAILURES}.items()
        for nth in _places(baseline, name)
        for error in errors
    )


def _places(baseline: Run, name: str) -> tuple[int, ...]:
    """Return which calls of a name concern the exercise, counted as faults count them; none after the first client."""
    begins = {"accept"} if not _serves_datagrams(baseline) else INPUT
    first = (call for call in baseline.trace.named(*begins) if call.in_scope and call.succeeded)
    accepted = next((call.number for call in first), None)
    calls = [call for call in baseline.trace.named(name) if call.in_scope or name == "socket"]
    ours = {description.number for description in baseline.trace.descriptions if description.in_scope}
    went = [call.succeeded or call.error == "EINPROGRESS" for call in calls]
    return tuple(
        place
        for place, call in enumerate(calls, 1)
        if went[place - 1] and call.description in ours and (accepted is None or call.number < accepted)
    )


def _serves_datagrams(baseline: Run) -> bool:
    """Tell whether each client comes with a datagram, and none is accepted."""
    return keeps_boundaries(transport_of(baseline)) and not any(
        isinstance(one, Accept) for one in baseline.scenario.steps
    )


def interruptions(baseline: Run) -> tuple[Scenario, ...]:
    """Return one scenario for each early call that a signal may interrupt."""
    counts = {group: min(count(baseline, group), INTERRUPTED_AT_MOST) for group in ("accept", "input", "output")}
    plain = [
        (Fail(call=group, error="EINTR", nth=nth),) for group, most in counts.items() for nth in range(1, most + 1)
    ]
    after_short = [
        (Short(call=group, count=3, nth=1), Fail(call=group, error="EINTR", nth=2))
        for group in ("input", "output")
        if counts[group] and not keeps_boundaries(transport_of(baseline))
    ]
    return tuple(with_faults(baseline, *faults) for faults in (*plain, *after_short))


def failed_transfers(baseline: Run) -> tuple[Scenario, ...]:
    """Return real resets before, in and after the message, and one scenario for each read that fails otherwise."""
    places = range(1, min(count(baseline, "input"), FAILED_AT_MOST) + 1)
    return RESET + tuple(
        with_faults(baseline, Fail(call="input", error=error, nth=nth)) for error in INPUT_FAILURES for nth in places
    )


def nothing_to_move(baseline: Run) -> tuple[Scenario, ...]:
    """Return the baseline conversation, and the same with no data, no input and empty files."""
    whole = baseline.scenario
    files = tuple(replace(file, content=b"") for file in whole.start.files)
    steps = tuple(step for step in whole.steps if not isinstance(step, Send))
    empty = replace(whole, steps=steps, start=replace(whole.start, files=files, input=b""))
    return tuple(dict.fromkeys((whole, empty)))


def _failures(scenario: Scenario) -> list[Fail]:
    return [fault for fault in scenario.faults if isinstance(fault, Fail)]


def without_failures(scenario: Scenario) -> Scenario:
    """Return the same scenario with its short counts alone."""
    return replace(scenario, faults=tuple(one for one in scenario.faults if isinstance(one, Short)))


def without_faults(scenario: Scenario) -> Scenario:
    """Return the same scenario with nothing made to fail."""
    return replace(scenario, faults=())


def count(baseline: Run, group: str) -> int:
    """Return how many calls of a group the program makes for the exercise."""
    return sum(belongs(call.name, group) and call.in_scope and call.succeeded for call in baseline.trace.calls)


def short_outputs(baseline: Run) -> tuple[Scenario, ...]:
    """Return the conversation with writes that take only a part: each of them, the first, a later one."""
    shorts = (
        Short(call="output", count=5),
        Short(call="output", count=1),
        Short(call="output", count=3, nth=1),
        Short(call="output", count=2, nth=2),
    )
    return tuple(with_faults(baseline, short) for short in shorts) if count(baseline, "output") else ()


def own_signals(baseline: Run) -> tuple[Scenario, ...]:
    """Return the conversation with a signal before each step, for each signal whose handler interrupts calls."""
    whole = baseline.scenario.steps
    return tuple(
        replace(baseline.scenario, steps=(*steps[:place], Signal(name=name), *steps[place:]))
        for name in interrupting(baseline)
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


def interrupting(baseline: Run) -> list[str]:
    """Return the signals that the program's own process handles, and whose handler interrupts the call it waits in."""
    actions = {call.arg("signal"): call.data for call in baseline.trace.named("sigaction") if call.process == 1}
    return [NOTIFICATION_SIGNALS[number] for number, action in actions.items() if interrupts(action)]


def handled_signals(baseline: Run) -> tuple[Scenario, ...]:
    """Return the conversation on a terminal, where what is printed goes out at once, and then each signal it handles.

    A signal that asks for the end comes last, each in a scenario of its own. News of children come by themselves.
    """
    handled = baseline.trace.handles
    news = tuple(Signal(name=name) for name in NOTIFICATION_SIGNALS.values() if name in handled and name != "SIGCHLD")
    ends = tuple(Signal(name=name) for name in ASK_FOR_THE_END if name in handled)
    terminal = other_start(baseline, terminal=True)
    played = [(*news, end) for end in ends] or ([news] if news or "SIGCHLD" in handled else [])
    return tuple(replace(terminal, steps=(*terminal.steps, *signals)) for signals in played)


def without_signals(scenario: Scenario) -> Scenario:
    """Return the same conversation without its signals."""
    return replace(scenario, steps=tuple(one for one in scenario.steps if not isinstance(one, Signal)))


def other_start(baseline: Run, **conditions: object) -> Scenario:
    """Return the baseline conversation under other conditions."""
    return replace(baseline.scenario, start=replace(baseline.scenario.start, **conditions))


def _other_address(baseline: Run) -> dict[str, str]:
    return {"ip": OTHER_LOOPBACK} if Accept() in baseline.scenario.steps else {}


RESET: Final = (
    Scenario(steps=(Accept(), Send(data=b"Hello "), Reset())),
    Scenario(steps=(Accept(), Reset())),
    Scenario(steps=(Accept(), Send(data=b"Hello World!"), Reset())),
)
"""Resets before, in and after the message: the client cannot tell the last from the one before it."""
FAILED_SET_UP: Final = Family("failed-set-up", derive=failed_set_up)
FAILED_TRANSFERS: Final = Family("failed-transfers", derive=failed_transfers)
SHORT_OUTPUTS: Final = Family("short-outputs", derive=short_outputs)
INTERRUPTIONS: Final = Family("interruptions", derive=interruptions, control=without_failures)
HANDLED_SIGNALS: Final = Family("handled-signals", derive=handled_signals, empty_reason="handler.none")
OWN_SIGNALS: Final = Family(
    "own-signals", derive=own_signals, control=without_signals, empty_reason="signal.no-handler"
)
NOTHING_TO_MOVE: Final = Family("nothing-to-move", derive=nothing_to_move)
BOTH_PORTS: Final = Family(
    "both-ports",
    derive=lambda baseline: (baseline.scenario, other_start(baseline, port=1, **_other_address(baseline))),
    needs_baseline=False,
)
OTHER_DESCRIPTORS: Final = Family(
    "other-descriptors",  # among them numbers of two digits, and such as hexadecimal shows in others
    derive=lambda baseline: (
        other_start(baseline, descriptors=1),
        other_start(baseline, descriptors=8),
        other_start(baseline, descriptors=2, holes=True),
        other_start(baseline, descriptors=15),
    ),
)
NOBODY_LISTENS: Final = Family(
    "nobody-listens",
    derive=lambda baseline: (replace(other_start(baseline, listener=False), steps=()),),
    expects_conversation=False,
    needs_baseline=False,
)
NO_ARGUMENTS: Final = Family(
    "no-arguments",
    derive=lambda _: (Scenario(start=Start(arguments=False)),),
    expects_conversation=False,
    needs_baseline=False,
)
TOO_FEW_ARGUMENTS: Final = Family(
    "too-few-arguments",
    derive=lambda baseline: (replace(other_start(baseline, missing=1), steps=()),),
)
FAILED_CONNECTS: Final = Family(
    "failed-connects",
    derive=lambda baseline: (
        *(one for one in failed_set_up(baseline) if any(fault.call == "connect" for fault in _failures(one))),
        *NOBODY_LISTENS.scenarios(baseline),
    ),
)
LEFT_SOCKETS: Final = Family(
    "left-sockets",
    derive=lambda baseline: (
        baseline.scenario,
        *(one for one in failed_set_up(baseline) if any(fault.call != "open" for fault in _failures(one))),
    ),
)
PORT_TAKEN: Final = Family(
    "port-taken",
    derive=lambda baseline: (Scenario(start=replace(baseline.scenario.start, port_taken=True)),),
    expects_conversation=False,
    needs_baseline=False,
)
PATH_TAKEN: Final = Family(
    "path-taken",
    derive=lambda baseline: (other_start(baseline, left_behind=True), other_start(baseline, port_taken=True)),
    expects_conversation=False,
    needs_baseline=False,
)
