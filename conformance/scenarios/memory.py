"""Families for the build with sanitizers: what a program must keep inside of its buffers."""

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from conformance.catalogue import ExerciseKind
from conformance.records.faults import Fail, Short
from conformance.records.run import Run
from conformance.records.scenario import Accept, Connect, End, File, Pause, Scenario, Send, Start, Step
from conformance.scenarios.baseline import READ
from conformance.scenarios.datagrams import alone, hostile_in_return, too_long, typing
from conformance.scenarios.dialogue import to_dialogue_server
from conformance.scenarios.dialogue_client import hostile_replies, long_questions
from conformance.scenarios.echo import BLOCK, LARGE_BLOCKS, enough_for, largest_step, talk
from conformance.scenarios.echo_client import typed
from conformance.scenarios.failing import NO_ARGUMENTS, with_faults
from conformance.scenarios.family import Family
from conformance.scenarios.files import sent, served
from conformance.scenarios.greeting import LONG, conversation

WIDE_FORMAT: Final = b"%999d"
"""Received text that is taken for a format prints, or writes, 999 characters."""
EMPTY_TEXT: Final = b"\0"
"""A text of no characters: what stands before its last one is no part of it."""
MORE_THAN_A_SMALL_TABLE, BACKLOG_AND_ONE = 12, 6
"""More clients than a textbook's table of five or ten holds; a backlog of five lets six wait for a server that serves
one after the other."""


def failed_inputs(baseline: Run) -> tuple[Scenario, ...]:
    """Return the baseline conversation with the first read or the second made to fail: it returns -1."""
    on_windows = any(call.library for call in baseline.trace.calls)
    error = "WSAECONNRESET" if on_windows else "ECONNRESET"
    return tuple(with_faults(baseline, Fail(call="input", error=error, nth=nth)) for nth in (1, 2))


def refused_inputs(baseline: Run) -> tuple[Scenario, ...]:
    """Return the same of a program that gets datagrams."""
    return tuple(with_faults(baseline, Fail(call="input", error="ECONNREFUSED", nth=nth)) for nth in (1, 2))


def to_client(baseline: Run) -> tuple[Scenario, ...]:
    """Return what a server may send that only receives and prints."""
    return (
        *(Scenario(steps=conversation(data, [])) for data in (LONG, EMPTY_TEXT, WIDE_FORMAT)),
        Scenario(steps=(Accept(), End())),
        Scenario(steps=conversation(LONG[:1024], []), faults=(Short(call="input", count=7),)),
        *failed_inputs(baseline),
    )


def to_echo_server(baseline: Run) -> tuple[Scenario, ...]:
    """Return what clients may send, one of them, many in turn and several at once, and one that reads nothing."""
    at_once: tuple[Step, ...] = tuple(Connect(client=client, early=client > 0) for client in range(BACKLOG_AND_ONE))
    unread = Scenario(steps=(Connect(), Pause(), Send(data=BLOCK, times=LARGE_BLOCKS), End()))
    return (
        *(Scenario(steps=talk(0, data)) for data in (LONG, EMPTY_TEXT, WIDE_FORMAT)),
        Scenario(steps=talk(0)),
        Scenario(steps=tuple(step for client in range(MORE_THAN_A_SMALL_TABLE) for step in talk(client, b"x"))),
        Scenario(steps=(*at_once, *(step for client in range(BACKLOG_AND_ONE) for step in talk(client, b"x")[1:]))),
        *((unread,) if enough_for(largest_step(baseline), LARGE_BLOCKS) else ()),
        *failed_inputs(baseline),
    )


def to_echo_client(baseline: Run) -> tuple[Scenario, ...]:
    """Return what may be typed, and answers that are not what was sent."""
    answers = (LONG[:5000], EMPTY_TEXT, WIDE_FORMAT)
    return (
        *(typed(line, b"ok") for line in (LONG[:10_000], b"", WIDE_FORMAT)),
        *(replace(baseline.scenario, steps=(Accept(), Send(data=data), End())) for data in answers),
        replace(baseline.scenario, steps=(Accept(), End())),
        *failed_inputs(baseline),
    )


def to_file_server(baseline: Run) -> tuple[Scenario, ...]:
    """Return what the file may hold, and what a client may send back."""
    return (
        *(served(data) for data in (LONG, EMPTY_TEXT, WIDE_FORMAT, b"")),
        served(b"x", Send(data=LONG[:5000])),
        *failed_inputs(baseline),
    )


def to_file_client(baseline: Run) -> tuple[Scenario, ...]:
    """Return what a file may hold that is received."""
    return (
        *(sent(data) for data in (LONG, EMPTY_TEXT, WIDE_FORMAT)),
        Scenario(steps=(Accept(), End())),
        *failed_inputs(baseline),
    )


def to_reader(baseline: Run) -> tuple[Scenario, ...]:
    """Return what a file may hold that is printed."""
    files = (File(name=READ, content=data) for data in (LONG, EMPTY_TEXT, WIDE_FORMAT, b""))
    return (*(Scenario(start=Start(files=(file,))) for file in files), *failed_inputs(baseline))


def _family(derive: Callable[[Run], tuple[Scenario, ...]]) -> Family:
    first = NO_ARGUMENTS.derive
    assert first is not None
    return Family("memory", derive=lambda baseline: (*derive(baseline), *first(baseline)), needs_baseline=False)


MEMORY: Final = {
    ExerciseKind("greeting", "client"): _family(to_client),
    ExerciseKind("echo", "server"): _family(to_echo_server),
    ExerciseKind("echo", "client"): _family(to_echo_client),
    ExerciseKind("file", "server"): _family(to_file_server),
    ExerciseKind("file", "client"): _family(to_file_client),
    ExerciseKind("echo", "server", datagrams=True): _family(
        lambda baseline: (
            *(alone(data) for data in (LONG, b"", EMPTY_TEXT, WIDE_FORMAT)),
            *too_long(baseline),
            *refused_inputs(baseline),
        )
    ),
    ExerciseKind("echo", "client", datagrams=True): _family(
        lambda baseline: (
            *(typing(line, b"ok") for line in (b"", WIDE_FORMAT, LONG[:1000])),
            *hostile_in_return(baseline),
            *refused_inputs(baseline),
        )
    ),
    ExerciseKind("read", "alone"): _family(to_reader),
    ExerciseKind("dialogue", "client"): _family(
        lambda baseline: (*hostile_replies(baseline), *long_questions(baseline)[-1:], *failed_inputs(baseline))
    ),
    ExerciseKind("dialogue", "server"): _family(
        lambda baseline: (*to_dialogue_server(baseline), *failed_inputs(baseline))
    ),
}
