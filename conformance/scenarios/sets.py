"""Making the fixed sets: the cases that a teacher would think of first, and what Hypothesis drew beside them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from conformance.observe.faults import Late, Short
from conformance.scenarios.clients import STEPS_AT_MOST, Clients, judging
from conformance.scenarios.echo import (
    BLOCK,
    CONVERSATIONS,
    CROWD,
    LARGE,
    LINES_IN,
    LOSSES,
    SPLIT_ANSWERS,
    SPLIT_ECHO,
    talk,
    typed,
)
from conformance.scenarios.family import Family
from conformance.scenarios.files import (
    LARGEST_CONTENT,
    READ_FILES,
    SENT_FILES,
    SERVED_FILES,
    SPLIT_FILES,
    sent,
    served,
)
from conformance.scenarios.greeting import (
    LONG,
    ONE_CLIENT,
    ONE_MESSAGE,
    SHORT_WRITES,
    SPLIT_MESSAGE,
    conversation,
    segments,
)
from conformance.scenarios.undisturbed import FILE, READ, UNDISTURBED
from conformance.stage.script import (
    OTHER_LOOPBACK,
    Accept,
    Connect,
    Echo,
    End,
    File,
    Leave,
    Pause,
    Reset,
    Scenario,
    Send,
    Start,
)

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

DRAWN: Final = 40
"""How many scenarios a fixed set holds, where so many are found."""
CONTENTS: Final = (FILE, b"", b"x", b"no line end", b"a\0b\0", b"\n\n", LONG[:99])
"""What a file holds: the simplest first; the largest, at the end, is one example of its own."""


def reading(data: bytes, times: int = 1) -> Scenario:
    """Return a file that the program reads and prints."""
    return Scenario(start=Start(files=(File(READ, data, times=times),)))


def _twice(data: bytes, client: int = 0) -> tuple[Send, Send]:
    return Send(data, client), Send(data, client, early=True)


SPEAKING_IN_TURNS: Final = (
    Connect(0), Connect(1), Connect(2), Send(b"one", 1), Send(b"zero", 0), Send(b"two", 2),
    Send(b"one more", 1), Send(b"zero more", 0, early=True), End(1), End(0), End(2),
)  # fmt: skip
AT_THE_SAME_MOMENT: Final = (
    Connect(0), Connect(1, early=True), Connect(2, early=True), Send(b"zero", 0), Send(b"one", 1, early=True),
    Send(b"two", 2, early=True), End(0), End(1), End(2),
)  # fmt: skip
WHILE_ONE_DOES_NOT_READ: Final = (
    Connect(0), Pause(0), Send(BLOCK, 0, times=LARGE), Connect(1), Send(b" " * 2000, 1), End(1), End(0),
)  # fmt: skip
"""What the second one sends is nothing that the first one sent."""
CORNERS: Final[dict[str, tuple[Scenario, ...]]] = {
    "one-client": (
        UNDISTURBED["server"],
        Scenario((Connect(),), (), Start(1)),
        Scenario((Connect(early=True),)),
    ),
    "one-message": (UNDISTURBED["client"], Scenario(conversation(b"Hello World!\0", []), (), Start(1, OTHER_LOOPBACK))),
    "split-message": (
        Scenario(conversation(b"Hello World!", [6])),
        Scenario(conversation(b"Hello World!", list(range(1, 12)))),
        Scenario(conversation(b"Hello World!", []), (Short("input", 1),)),
        Scenario(conversation(b"Hello World!\0", [12])),
    ),
    "short-writes": (Scenario((Connect(),), (Short("output", 5),)), Scenario((Connect(),), (Short("output", 1),))),
    "conversations": (
        Scenario(talk(0, b"Hello World!\n")),
        Scenario(talk(0, b"one\n", b"two\n", b"three\n")),
        Scenario((Connect(), *_twice(b"twice\n"), End())),
        Scenario((*talk(0, b"zero"), *talk(1, b"one"), *talk(2, b"two"))),
        Scenario(talk(0, b"q", b"Q\n", b"quit", b"exit\n", b"bye", b"\n", b"more")),
    ),
    "crowd": (
        Scenario(SPEAKING_IN_TURNS),
        Scenario(AT_THE_SAME_MOMENT),
        Scenario(AT_THE_SAME_MOMENT, (Late(),)),
        Scenario(WHILE_ONE_DOES_NOT_READ),
        Scenario(tuple(step for client in range(5) for step in talk(client, b"number %d" % client))),
    ),
    "losses": (
        Scenario((Connect(0), Send(b"zero", 0), Reset(0), *talk(1, b"one"))),
        Scenario((Connect(0), Reset(0), *talk(1, b"one"))),
        Scenario((Connect(0), Send(b"zero", 0), Leave(0, early=True), *talk(1, b"one"))),
        Scenario((Connect(0), Send(BLOCK, 0, times=2), Leave(0, early=True), *talk(1, b"one"))),
        Scenario((Connect(0), Pause(0), Send(BLOCK, 0, times=LARGE), Reset(0), *talk(1, b"one"))),
        Scenario((Connect(0), Connect(1), Send(b"one", 1), Reset(0), Send(b"one more", 1), End(1))),
    ),
    "split-echo": (
        Scenario((Connect(), *segments(b"Hello World!", [6]), End())),
        Scenario((Connect(), *segments(b"Hello World!", list(range(1, 12))), End())),
        Scenario((Connect(), Send(b"Hello World!"), End()), (Short("input", 1),)),
    ),
    "lines-in": (
        UNDISTURBED["echo_client"],
        typed(b"Hello World!", end=b"q\nnot to be sent\n"),
        typed(b"one", b"two", b"three", terminal=True),
        Scenario((Accept(), Echo(swapped=True)), start=Start(input=b"Hello World!\nHow are you?\nQ\n")),
        replace(typed(b"at the other port"), start=Start(1, input=b"at the other port\nQ\n")),
        typed(b"Hello World!", end=b"Q\nnot to be sent\n"),
        typed(b"Quite so", b"q, too", b"quit", b"", b"  between spaces  "),
        typed(*(b"line %d" % number for number in range(12))),
    ),
    "split-answers": (
        Scenario((Accept(), Echo(cut=6)), start=Start(input=b"Hello World!\nQ\n")),
        Scenario((Accept(), Echo(cut=1)), start=Start(input=b"Hello World!\nHow are you?\nQ\n")),
        Scenario((Accept(), Echo()), (Short("input", 1),), Start(input=b"Hello World!\nQ\n")),
    ),
    "read-files": (*map(reading, CONTENTS), reading(BLOCK[:4096], LARGEST_CONTENT // 4096)),
    "served-files": (*map(served, CONTENTS), served(BLOCK, times=LARGEST_CONTENT // len(BLOCK))),
    "sent-files": (
        *(sent(data) for data in CONTENTS if data),
        Scenario((Accept(), End())),
        sent(BLOCK, times=LARGEST_CONTENT // len(BLOCK)),
    ),
    "split-files": (
        Scenario((Accept(), *segments(FILE, [20]), End())),
        Scenario((Accept(), *segments(FILE, list(range(1, 20))), End())),
        Scenario((Accept(), Send(FILE), End()), (Short("input", 1),)),
    ),
}
"""What every fixed set begins with."""

FAMILIES: Final = (
    ONE_CLIENT,
    ONE_MESSAGE,
    SPLIT_MESSAGE,
    SHORT_WRITES,
    CONVERSATIONS,
    CROWD,
    LOSSES,
    SPLIT_ECHO,
    LINES_IN,
    SPLIT_ANSWERS,
    READ_FILES,
    SERVED_FILES,
    SENT_FILES,
    SPLIT_FILES,
)
"""The families that are drawn."""


def make_fixed(count: int = DRAWN) -> str:
    """Draw fixed sets anew: for those who keep the package, when a family changes. Returns the text of the file."""
    sets = (f'"{family.name}": [\n{_lines(_fill(family, count))}\n]' for family in FAMILIES)
    return "{" + ",\n".join(sets) + "}\n"


def _lines(scenarios: list[Scenario]) -> str:
    return ",\n".join(msgspec.json.encode(scenario).decode() for scenario in scenarios)


def _fill(family: Family, count: int) -> list[Scenario]:
    found = list(CORNERS[family.name])

    def keep(scenario: Scenario) -> None:
        if scenario.steps + scenario.start.files and scenario not in found and len(found) < count:
            found.append(scenario)

    if family.strategy is not None:
        _draw(family.strategy(), keep, count)
    elif family.machine is not None:
        _play(family.machine(), keep, count)
    return found


def _draw(strategy: "SearchStrategy[Scenario]", keep: Callable[[Scenario], None], count: int) -> None:
    from hypothesis import HealthCheck, Phase, given, seed, settings

    quietly = settings(
        max_examples=4 * count, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    seed(1)(quietly(given(strategy)(keep)))()


def _play(machine: type[Clients], keep: Callable[[Scenario], None], count: int) -> None:
    from hypothesis import HealthCheck, Phase, seed, settings
    from hypothesis.stateful import run_state_machine_as_test

    quietly = settings(
        max_examples=4 * count,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        stateful_step_count=STEPS_AT_MOST,
    )
    run_state_machine_as_test(seed(1)(judging(machine, keep)), settings=quietly)
