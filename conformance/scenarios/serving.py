"""Families for servers that serve several clients at once."""

from typing import Final

from msgspec.structs import replace

from conformance.records.faults import Late
from conformance.records.run import Run
from conformance.records.scenario import TEXTBOOK_BACKLOG, Connect, End, Pause, Reset, Scenario, Send, Step
from conformance.scenarios.echo import BLOCK, HUGE_BLOCKS, LARGE_BLOCKS, feasible
from conformance.scenarios.family import Family

ROUNDS_TOGETHER: Final = 3


def at_once(baseline: Run, clients: range) -> tuple[Step, ...]:
    """Return the baseline conversation with several clients, who take each step of it at the same moment."""
    return tuple(
        replace(step, client=client, early=client != clients.start)
        for step in baseline.scenario.steps
        if isinstance(step, Connect | Send | End)
        for client in clients
    )


def ending_together(baseline: Run) -> tuple[Scenario, ...]:
    """Return rounds of clients who come and go together, for a server that makes processes."""
    rounds = (
        range(first, first + TEXTBOOK_BACKLOG)
        for first in range(0, ROUNDS_TOGETHER * TEXTBOOK_BACKLOG, TEXTBOOK_BACKLOG)
    )
    steps = tuple(step for clients in rounds for step in at_once(baseline, clients))
    alone = all(step.client == 0 for step in baseline.scenario.steps)
    return (replace(baseline.scenario, steps=steps, faults=(Late(),)),) if baseline.trace.forks and alone else ()


def slow_clients(baseline: Run) -> tuple[Scenario, ...]:
    """Return a client that reads nothing of much, and one that begins a line and waits, each with one beside it."""
    return tuple(one for one in (DOES_NOT_READ, BEGINS_A_LINE) if feasible(one, baseline))


SPEAKING_IN_TURNS: Final = Scenario(
    steps=(
        Connect(client=0),
        Connect(client=1),
        Connect(client=2),
        Send(data=b"one", client=1),
        Send(data=b"zero", client=0),
        Send(data=b"two", client=2),
        Send(data=b"one more", client=1),
        Send(data=b"zero more", client=0, early=True),
        End(client=1),
        End(client=0),
        End(client=2),
    )
)
DOES_NOT_READ: Final = Scenario(
    steps=(
        Connect(client=0),
        Pause(client=0),
        Send(data=BLOCK, client=0, times=LARGE_BLOCKS),
        Connect(client=1),
        Send(data=b" " * 2000, client=1),
        End(client=1),
        End(client=0),
    )
)
"""What the second one sends is nothing that the first one sent."""
BEGINS_A_LINE: Final = Scenario(
    steps=(
        Connect(client=0),
        Send(data=b"x", client=0),
        Connect(client=1),
        Send(data=b"one\n", client=1),
        End(client=1),
        Send(data=b"yz\n", client=0),
        End(client=0),
    )
)
MORE_THAN_A_TABLE: Final = 110
"""Usual tables hold 5, 10, 16, 30, 64 or 100 clients."""
MANY_AT_ONCE: Final = Scenario(
    steps=(
        *(Connect(client=client, if_room=True) for client in range(MORE_THAN_A_TABLE)),
        *(Send(data=b"number %d\n" % client, client=client, early=client > 0) for client in range(MORE_THAN_A_TABLE)),
        *(End(client=client, early=client > 0) for client in range(MORE_THAN_A_TABLE)),
        Connect(client=MORE_THAN_A_TABLE, if_room=True),
        Send(data=b"late\n", client=MORE_THAN_A_TABLE),
        End(client=MORE_THAN_A_TABLE),
    )
)
NEVER_READS: Final = Scenario(
    steps=(Connect(client=0), Pause(client=0), Send(data=BLOCK, client=0, times=HUGE_BLOCKS), Reset(client=0))
)
IS_SILENT: Final = Scenario(
    steps=(
        Connect(client=0),
        Connect(client=1),
        Send(data=b"one\n", client=1),
        End(client=1),
        Send(data=b"xyz\n", client=0),
        End(client=0),
    )
)
"""A client that is answered there is served at once with another one."""
BESIDE_A_SILENT_ONE: Final = Family("beside-a-silent-one", derive=lambda _: (IS_SILENT,))
IN_TURNS: Final = Family("in-turns", derive=lambda _: (SPEAKING_IN_TURNS,))
SLOW_CLIENTS: Final = Family("slow-clients", derive=slow_clients, control=lambda _: IS_SILENT)
FULL_TABLE: Final = Family("full-table", derive=lambda _: (MANY_AT_ONCE,), control=lambda _: IS_SILENT)
UNREAD: Final = Family(
    "unread",
    derive=lambda baseline: (NEVER_READS,) if feasible(NEVER_READS, baseline) else (),
    control=lambda _: IS_SILENT,
)
ENDING_TOGETHER: Final = Family("ending-together", derive=ending_together, empty_reason="children.none")
