"""A machine of clients against one server: its rules connect, send, end, reset and wait, step by step."""

from collections.abc import Callable, Iterator
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from msgspec.structs import replace

from conformance.records.scenario import Connect, End, Leave, Pause, Read, Reset, Scenario, Send, Step

CLIENTS_AT_MOST: Final = 5
"""Two in three beginners' servers end after five clients."""
AT_ONCE_AT_MOST: Final = 3
"""One that is served, and two that wait: a backlog of 1 holds as many."""
STEPS_AT_MOST: Final = 16
PIECES: Final = st.text([chr(code) for code in range(32, 127)] + ["\n"], min_size=1, max_size=24).map(str.encode)
"""Text: what becomes of other bytes is judged by `transfer.binary-safe` alone."""


class Clients(RuleBasedStateMachine):
    """Puts together a conversation of several clients with one server; each sends, and reads to the end."""

    at_once_at_most = AT_ONCE_AT_MOST

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Step] = []
        self.made = 0
        self.open: list[int] = []
        """Clients that may send."""
        self.paused: set[int] = set()

    @property
    def scenario(self) -> Scenario:
        """What the rules have put together so far."""
        return Scenario(steps=tuple(self.steps))

    @precondition(lambda self: self.made < CLIENTS_AT_MOST and len(self.open) < self.at_once_at_most)
    @rule(early=st.booleans())
    def connect(self, early: bool) -> None:
        """Another client comes."""
        self.steps.append(Connect(client=self.made, early=early and (self.at_once_at_most > 1 or not self.made)))
        self.open.append(self.made)
        self.made += 1

    @precondition(lambda self: self.open)
    @rule(which=st.integers(0, AT_ONCE_AT_MOST - 1), data=PIECES, early=st.booleans())
    def send(self, which: int, data: bytes, early: bool) -> None:
        """A client sends something, when the server is quiet or at once."""
        self.steps.append(Send(data=data, client=self._one(which), early=early))

    @precondition(lambda self: self.open)
    @rule(which=st.integers(0, AT_ONCE_AT_MOST - 1), early=st.booleans())
    def end(self, which: int, early: bool) -> None:
        """A client ends its side, and reads on."""
        self.steps.append(End(client=self._gone(which), early=early))

    @precondition(lambda self: self.open)
    @rule(which=st.integers(0, AT_ONCE_AT_MOST - 1))
    def pause_or_read(self, which: int) -> None:
        """A client stops reading, or begins again."""
        client = self._one(which)
        self.steps.append(Read(client=client) if client in self.paused else Pause(client=client))
        self.paused ^= {client}

    @precondition(lambda self: self.made)
    @rule()
    def wait(self) -> None:
        """Nobody does anything until the server is quiet: what a step does anyway that is not early."""

    def _one(self, which: int) -> int:
        return self.open[which % len(self.open)]

    def _gone(self, which: int) -> int:
        client = self._one(which)
        self.open.remove(client)
        return client


class ClientsInTurn(Clients):
    """The same, one client after the other."""

    at_once_at_most = 1


class ClientsThatLeave(Clients):
    """The same, and some of them reset their connection or leave in mid-conversation."""

    @precondition(lambda self: self.open)
    @rule(which=st.integers(0, AT_ONCE_AT_MOST - 1), early=st.booleans())
    def reset(self, which: int, early: bool) -> None:
        """A client resets its connection."""
        self.steps.append(Reset(client=self._gone(which), early=early))

    @precondition(lambda self: self.open)
    @rule(which=st.integers(0, AT_ONCE_AT_MOST - 1), early=st.booleans())
    def leave(self, which: int, early: bool) -> None:
        """A client closes its connection without reading what comes."""
        self.steps.append(Leave(client=self._gone(which), early=early))


def smaller(scenario: Scenario) -> Iterator[Scenario]:
    """Yield a conversation without one of its clients, without one of its steps, and with one step that waits."""
    steps = scenario.steps
    kept = [_without_client(steps, client) for client in range(CLIENTS_AT_MOST)]
    kept += [steps[:place] + steps[place + 1 :] for place, step in enumerate(steps) if not isinstance(step, Connect)]
    kept += [
        (*steps[:place], replace(step, early=False), *steps[place + 1 :])
        for place, step in enumerate(steps)
        if isinstance(step, Connect | Send | End | Reset | Leave) and step.early
    ]
    for fewer in kept:
        if fewer not in ((), steps) and _most_at_once(fewer) <= AT_ONCE_AT_MOST:
            yield replace(scenario, steps=fewer)


def _without_client(steps: tuple[Step, ...], client: int) -> tuple[Step, ...]:
    """Return the steps of the others, who move up."""
    others = (step for step in steps if step.client != client)
    return tuple(replace(step, client=step.client - (step.client > client)) for step in others)


def _most_at_once(steps: tuple[Step, ...]) -> int:
    """Return how many clients are there at once at most."""
    there, most = 0, 0
    for step in steps:
        there += isinstance(step, Connect) - isinstance(step, End | Reset | Leave)
        most = max(most, there)
    return most


def judging(kind: type[Clients], judge: Callable[[Scenario], None]) -> type[Clients]:
    """Return a machine that hands each conversation on when it is whole; an exception from there is a failure of it."""

    class Judging(kind):  # type: ignore[misc, valid-type]
        """Hands its conversations on."""

        def teardown(self) -> None:
            judge(self.scenario)

    return Judging
