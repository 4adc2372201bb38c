"""Families of a file that is answered with thanks: the server ends its own direction, and the client says a word."""

from typing import Final

from msgspec.structs import replace

from conformance.catalogue import catalogue
from conformance.records.faults import Short
from conformance.records.run import Run
from conformance.records.scenario import Accept, Connect, End, Leave, Scenario, Send, Step
from conformance.scenarios.baseline import BASELINE_FILE
from conformance.scenarios.family import Family
from conformance.scenarios.greeting import LONG, segments


def thanks_of(baseline: Run) -> bytes:
    """Return what a client says when it has the file."""
    return catalogue().exercises[baseline.exercise].thanks.encode()


def thanking_clients(baseline: Run) -> tuple[Scenario, ...]:
    """Return a client that thanks, two in turn, and one that ends its side together with its thanks."""
    thanks = thanks_of(baseline)
    first, second = _visit(thanks, 0), _visit(thanks, 1)
    hasty: tuple[Step, ...] = (Connect(), Send(data=thanks), End(early=True))
    played = (baseline.scenario.steps, (*first, *second), hasty)
    return tuple(replace(baseline.scenario, steps=steps) for steps in played)


def _visit(thanks: bytes, client: int) -> tuple[Step, ...]:
    return Connect(client=client), Send(data=thanks, client=client), End(client=client)


def without_thanks(baseline: Run) -> tuple[Scenario, ...]:
    """Return clients that end their side or leave without a word, and one behind them that thanks."""
    second = _visit(thanks_of(baseline), 1)
    gone: tuple[Step, ...] = (End(), Leave())
    return tuple(replace(baseline.scenario, steps=(Connect(), one, *second)) for one in gone)


def split_thanks(baseline: Run) -> tuple[Scenario, ...]:
    """Return thanks in two segments, byte by byte, and read in pieces."""
    thanks = thanks_of(baseline)
    cuts = (*([place] for place in dict.fromkeys((len(thanks) // 2, 1, len(thanks) - 1))), [*range(1, len(thanks))])
    in_segments = (
        replace(baseline.scenario, steps=(Connect(), *segments(thanks, list(cut)), End())) for cut in cuts if cut[0]
    )
    read = (replace(baseline.scenario, faults=(Short(call="input", count=count),)) for count in (1, 3))
    return (*in_segments, *read)


def thanks_at_once(scenario: Scenario) -> Scenario:
    """Return the same with the thanks in one segment, and nothing made to fail."""
    thanks = b"".join(step.data for step in scenario.steps if isinstance(step, Send))
    return replace(scenario, steps=(Connect(), Send(data=thanks), End()), faults=())


def files_to_thank_for(_: Run) -> tuple[Scenario, ...]:
    """Return files for a client: in one segment and in several, short, empty and long, and together with the end."""
    sent: tuple[tuple[Step, ...], ...] = (
        (Send(data=BASELINE_FILE),),
        segments(BASELINE_FILE, [7]),
        (Send(data=b"x"),),
        (),
        segments(LONG[:5000], [1024, 4096]),
    )
    at_once = Scenario(steps=(Accept(), Send(data=BASELINE_FILE), End(early=True)))
    return (*(Scenario(steps=(Accept(), *steps, End())) for steps in sent), at_once)


THANKING_CLIENTS: Final = Family("thanking-clients", derive=thanking_clients, needs_baseline=False)
WITHOUT_THANKS: Final = Family("without-thanks", derive=without_thanks)
SPLIT_THANKS: Final = Family("split-thanks", derive=split_thanks, control=thanks_at_once)
FILES_TO_THANK_FOR: Final = Family("files-to-thank-for", derive=files_to_thank_for, needs_baseline=False)
