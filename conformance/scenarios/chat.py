"""Families of a chat: what one client says goes to all that are there, while others come, leave and are lost.

Each client has two letters of its own, and each line of it is another number of them: who has heard what can be told
from the letters, in whatever order the server has read.
"""

from typing import Final

from conformance.records.faults import Late
from conformance.records.run import Run
from conformance.records.scenario import Await, Connect, End, Leave, Pause, Read, Reset, Scenario, Send, Step
from conformance.scenarios.echo import BLOCK, HUNDRED, LARGE_BLOCKS, feasible, first_loss_only, nobody_lost, talk
from conformance.scenarios.family import Family
from conformance.scenarios.greeting import HOSTILE

LETTERS: Final = b"abcdefghijklmnopqrstuvwxyz"
ROUNDS: Final = 3
MANY: Final = 20
"""How many clients are there together: more than the tables of five or ten that beginners write."""
LOSS_ROUNDS: Final = 12
LONG_LINE: Final = BLOCK[:-1] + b"\n"
"""A line end, since a server may put lines together; and a time-out may pass before the next step."""


def line(client: int, number: int = 1) -> bytes:
    """Return the n-th line of a client."""
    letter = LETTERS[client % len(LETTERS)]
    return bytes([letter]) * number + bytes([letter]).upper() + b"\n"


def says(client: int, number: int = 1, *, early: bool = False) -> Send:
    """Return the step in which a client says its n-th line."""
    return Send(data=line(client, number), client=client, early=early)


def come(*clients: int) -> tuple[Step, ...]:
    """Return clients that come one after the other."""
    return tuple(Connect(client=client) for client in clients)


def broadcasts(baseline: Run) -> tuple[Scenario, ...]:
    """Return clients that speak in turns, come late, leave, and come in the place of one that has left."""
    played: tuple[tuple[Step, ...], ...] = (
        (*come(0, 1, 2), says(0), says(1), says(2), says(1, 2), says(0, 2)),
        (*come(0, 1), says(0), *come(2), says(1), says(2), says(0, 2)),
        (*come(0, 1, 2), says(1), End(client=1), says(0), says(2)),
        (*come(0, 1, 2), End(client=0), says(1), says(2)),
        (*come(0, 1, 2), End(client=2), *come(3), says(0), says(3), End(client=0), says(1), says(3, 2)),
        (*come(0, 1), Send(data=line(0, 5000), client=0), says(1)),
        (*come(0), says(0)),
    )
    return (baseline.scenario, *(Scenario(steps=steps) for steps in played))


def in_turn(_: Run) -> tuple[Scenario, ...]:
    """Return one client that stays, and a hundred others that come and go one after the other."""
    visits = (step for client in range(1, HUNDRED + 1) for step in talk(client, line(client)))
    return (Scenario(steps=(*come(0), *visits, says(0))),)


def together(_: Run) -> tuple[Scenario, ...]:
    """Return clients that speak at the same moment: four, four whose threads begin late, and many."""
    four, many = _rounds(4), _rounds(MANY)
    return Scenario(steps=four), Scenario(steps=four, faults=(Late(),)), Scenario(steps=many)


def _rounds(count: int) -> tuple[Step, ...]:
    rounds = (says(client, number, early=client > 0) for number in range(1, ROUNDS + 1) for client in range(count))
    return (*come(*range(count)), *rounds)


def losses(_: Run) -> tuple[Scenario, ...]:
    """Return a client that resets or leaves, in silence or with its last line, while others speak."""
    gone: tuple[tuple[Step, ...], ...] = (
        (Reset(client=1),),
        (Leave(client=1),),
        (says(1), Reset(client=1)),
        (says(1), Leave(client=1, early=True)),
        (says(0), says(2, early=True), Leave(client=1, early=True)),
        (says(0), says(2, early=True), Reset(client=1, early=True)),
    )
    behind = (says(0, 2), says(2, 2), *come(3), says(3), says(0, 3))
    # Two write to the last one of the list before its end can be read: the second write finds the connection reset.
    last_one = (says(0), says(1, early=True), Leave(client=2, early=True), says(0, 2), says(1, 2))
    played = (*((*steps, *behind) for steps in gone), last_one)
    return tuple(Scenario(steps=(*come(0, 1, 2), *steps)) for steps in played)


def leaks(_: Run) -> tuple[Scenario, ...]:
    """Return one client that stays, and others that are lost one after the other."""
    lost = (
        step
        for client in range(1, LOSS_ROUNDS + 1)
        for step in (*come(client), says(client), (Reset if client % 2 else Leave)(client=client))
    )
    return (Scenario(steps=(*come(0), *lost)),)


DOES_NOT_READ: Final = Scenario(
    steps=(
        Connect(client=0),
        Pause(client=0),
        *come(1, 2),
        Send(data=LONG_LINE, client=1, times=LARGE_BLOCKS),
        Await(client=1),
        End(client=2),
    )
)
READS_LATE: Final = Scenario(
    steps=(
        Connect(client=0),
        Pause(client=0),
        Connect(client=1),
        Send(data=LONG_LINE, client=1, times=LARGE_BLOCKS),
        Await(client=1),
        Read(client=0),
    )
)
CHATS: Final = Family("chats", derive=broadcasts, needs_baseline=False)
CHATS_IN_TURN: Final = Family("chats-in-turn", derive=in_turn)
CHATS_TOGETHER: Final = Family("chats-together", derive=together)
CHAT_LOSSES: Final = Family("chat-losses", derive=losses, control=nobody_lost)
CHAT_LEAKS: Final = Family("chat-leaks", derive=leaks, control=first_loss_only)
SLOW_CHATS: Final = Family(
    "slow-chats",
    derive=lambda baseline: (DOES_NOT_READ,) if feasible(DOES_NOT_READ, baseline) else (),
    empty_reason="large.small-steps",
)
LARGE_CHATS: Final = Family(
    "large-chats",
    derive=lambda baseline: (READS_LATE,) if feasible(READS_LATE, baseline) else (),
    empty_reason="large.small-steps",
)
HOSTILE_CHATS: Final = Family(
    "hostile-chats",
    derive=lambda _: tuple(
        Scenario(steps=(*come(0, 1), Send(data=data, client=1), says(0))) for data in (*HOSTILE, BLOCK)
    ),
)
