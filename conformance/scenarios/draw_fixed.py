"""Making the fixed sets: the cases that a teacher would think of first, and what Hypothesis drew beside them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from conformance.catalogue import ExerciseKind
from conformance.records.faults import Late, Short
from conformance.records.scenario import (
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
from conformance.scenarios.baseline import BASELINE, BASELINE_FILE, READ
from conformance.scenarios.client_machine import STEPS_AT_MOST, Clients, judging
from conformance.scenarios.echo import (
    BLOCK,
    CONVERSATIONS,
    CROWD,
    LARGE_BLOCKS,
    LOSS_ROUNDS,
    LOSSES,
    SPLIT_ECHO,
    losses_of_all_kinds,
    talk,
)
from conformance.scenarios.echo_client import LINES_IN, SPLIT_ANSWERS, typed
from conformance.scenarios.family import Family
from conformance.scenarios.files import LARGEST_CONTENT, READ_FILES, SENT_FILES, SERVED_FILES, SPLIT_FILES, sent, served
from conformance.scenarios.greeting import (
    LONG,
    LONGEST_MESSAGE,
    ONE_CLIENT,
    ONE_MESSAGE,
    SHORT_WRITES,
    SPLIT_MESSAGE,
    conversation,
    segments,
)
from conformance.scenarios.serving import DOES_NOT_READ, SPEAKING_IN_TURNS

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

DRAWN: Final = 40
"""How many scenarios a fixed set holds, where so many are found."""
CONTENTS: Final = (
    BASELINE_FILE, b"", LONG[:99], b"no line end", b"x", b"\n\n", b"one\n\n  two  \n", LONG[:64], LONG[:32] + b"\n",
    b" ",
)  # fmt: skip
"""What a file holds that goes over the wire: text of many lengths; the largest is one example of its own."""
BYTES: Final = (
    b"\xffa\xff\xff\nb\xff", b"a\0b\0", bytes(range(157, 256)), bytes(range(99)), b"a\r\n\x1ab\x04\xc3(\xf0\x90c",
)  # fmt: skip
"""What a file holds that is only printed: 255 first, in the middle and last, and each value that a program may fear."""
LONGEST_DRAWN: Final = LONG[:LONGEST_MESSAGE]


def reading(data: bytes, times: int = 1) -> Scenario:
    """Return a file that the program reads and prints."""
    return Scenario(start=Start(files=(File(name=READ, content=data, times=times),)))


def _twice(data: bytes, client: int = 0) -> tuple[Send, Send]:
    return Send(data=data, client=client), Send(data=data, client=client, early=True)


AT_THE_SAME_MOMENT: Final = (
    Connect(client=0),
    Connect(client=1, early=True),
    Connect(client=2, early=True),
    Send(data=b"zero", client=0),
    Send(data=b"one", client=1, early=True),
    Send(data=b"two", client=2, early=True),
    End(client=0),
    End(client=1),
    End(client=2),
)
HAND_PICKED: Final[dict[str, tuple[Scenario, ...]]] = {
    "one-client": (
        BASELINE[ExerciseKind("greeting", "server")],
        Scenario(steps=(Connect(),), faults=(), start=Start(port=1)),
        Scenario(steps=(Connect(early=True),)),
    ),
    "one-message": (
        BASELINE[ExerciseKind("greeting", "client")],
        Scenario(steps=conversation(b"Hello World!\0", []), faults=(), start=Start(port=1, ip=OTHER_LOOPBACK)),
        Scenario(steps=conversation(LONGEST_DRAWN, [])),
        Scenario(steps=conversation(b"!", [])),
        *(
            Scenario(steps=conversation(LONG[:length], []), faults=(), start=Start(port=1))
            for length in (2, 7, 13, 16, 20, 28)
        ),
        Scenario(steps=conversation(b'two  spaces, a "word", 0', [])),
        Scenario(steps=conversation(b"-1", [])),
    ),
    "split-message": (
        Scenario(steps=conversation(b"Hello World!", [6])),
        Scenario(steps=conversation(b"Hello World!", list(range(1, 12)))),
        Scenario(steps=conversation(b"Hello World!", []), faults=(Short(call="input", count=1),)),
        Scenario(steps=conversation(LONGEST_DRAWN, [12])),
        Scenario(steps=conversation(b"Hello World!\0", [12])),
        Scenario(steps=conversation(LONGEST_DRAWN, [1, 28])),
        Scenario(steps=conversation(LONGEST_DRAWN, list(range(1, LONGEST_MESSAGE)))),
        Scenario(steps=conversation(LONGEST_DRAWN, []), faults=(Short(call="input", count=28),)),
        Scenario(steps=conversation(LONGEST_DRAWN + b"\0", [20, 29]), faults=(Short(call="input", count=7),)),
        Scenario(steps=conversation(b"ok", [1])),
        Scenario(steps=conversation(LONG[:13], [12])),
        Scenario(steps=conversation(LONG[:16], [4, 8, 12]), faults=(Short(call="input", count=3),)),
    ),
    "short-writes": (
        Scenario(steps=(Connect(),), faults=(Short(call="output", count=5),)),
        Scenario(steps=(Connect(),), faults=(Short(call="output", count=1),)),
    ),
    "conversations": (
        Scenario(steps=talk(0, b"Hello World!\n")),
        Scenario(steps=talk(0, b"one\n", b"two\n", b"three\n")),
        Scenario(steps=(Connect(), *_twice(b"twice\n"), End())),
        Scenario(steps=(*talk(0, b"zero"), *talk(1, b"one"), *talk(2, b"two"))),
        Scenario(steps=talk(0, b"q", b"Q\n", b"quit", b"exit\n", b"bye", b"\n", b"more")),
    ),
    "crowd": (
        SPEAKING_IN_TURNS,
        Scenario(steps=AT_THE_SAME_MOMENT),
        Scenario(steps=AT_THE_SAME_MOMENT, faults=(Late(),)),
        DOES_NOT_READ,
        Scenario(steps=tuple(step for client in range(5) for step in talk(client, b"number %d" % client))),
    ),
    "losses": (
        Scenario(steps=(Connect(client=0), Send(data=b"zero", client=0), Reset(client=0), *talk(1, b"one"))),
        Scenario(steps=(Connect(client=0), Reset(client=0), *talk(1, b"one"))),
        Scenario(
            steps=(Connect(client=0), Send(data=b"zero", client=0), Leave(client=0, early=True), *talk(1, b"one"))
        ),
        Scenario(
            steps=(
                Connect(client=0),
                Send(data=BLOCK, client=0, times=2),
                Leave(client=0, early=True),
                *talk(1, b"one"),
            )
        ),
        Scenario(
            steps=(
                Connect(client=0),
                Pause(client=0),
                Send(data=BLOCK, client=0, times=LARGE_BLOCKS),
                Reset(client=0),
                *talk(1, b"one"),
            )
        ),
        Scenario(
            steps=(
                Connect(client=0),
                Connect(client=1),
                Send(data=b"one", client=1),
                Reset(client=0),
                Send(data=b"one more", client=1),
                End(client=1),
            )
        ),
        losses_of_all_kinds(BASELINE[ExerciseKind("echo", "server")], LOSS_ROUNDS),
    ),
    "split-echo": (
        Scenario(steps=(Connect(), *segments(b"Hello World!", [6]), End())),
        Scenario(steps=(Connect(), *segments(b"Hello World!", list(range(1, 12))), End())),
        Scenario(steps=(Connect(), Send(data=b"Hello World!"), End()), faults=(Short(call="input", count=1),)),
        Scenario(steps=(Connect(), *segments(LONG[:1500], [1000]), End())),
        Scenario(steps=(Connect(), *segments(LONGEST_DRAWN, [1, 28]), End())),
        Scenario(steps=(Connect(), *segments(LONG[:100], [29, 30, 99]), End())),
        Scenario(steps=(Connect(), *segments(b"ok", [1]), End())),
        Scenario(steps=(Connect(), Send(data=LONG[:1000]), End()), faults=(Short(call="input", count=29),)),
        Scenario(steps=(Connect(), *segments(LONG[:64], list(range(1, 64))), End())),
        Scenario(steps=(Connect(), *segments(b"one, two", [1, 5]), End()), faults=(Short(call="input", count=2),)),
        Scenario(steps=(Connect(), *segments(LONG[:3000], [1023, 2047]), End())),
        Scenario(
            steps=(Connect(), Send(data=b"!"), Send(data=LONGEST_DRAWN), Send(data=b"!"), End()),
            faults=(Short(call="input", count=12),),
        ),
    ),
    "lines-in": (
        BASELINE[ExerciseKind("echo", "client")],
        typed(b"Hello World!", end=b"q\nnot to be sent\n"),
        typed(b"Hello World!", b"How are you?", end=b""),
        typed(b"100%, sure", b"%d of %x, %c%%", b"a \\n and a \\0"),
        typed(b"one", b"two", b"three", terminal=True),
        Scenario(steps=(Accept(), Echo(swapped=True)), start=Start(input=b"Hello World!\nHow are you?\nQ\n")),
        replace(typed(b"at the other port"), start=Start(port=1, input=b"at the other port\nQ\n")),
        typed(b"Hello World!", end=b"Q\nnot to be sent\n"),
        typed(b"Quite so", b"q, too", b"quit", b"", b"  between spaces  "),
        typed(*(b"line %d" % number for number in range(12))),
        typed(LONGEST_DRAWN, b"x", LONG[:20], b"-1", b"0"),
        typed(b"one line", end=b""),
    ),
    "split-answers": (
        Scenario(steps=(Accept(), Echo(cut=6)), start=Start(input=b"Hello World!\nQ\n")),
        Scenario(steps=(Accept(), Echo(cut=1)), start=Start(input=b"Hello World!\nHow are you?\nQ\n")),
        Scenario(
            steps=(Accept(), Echo()), faults=(Short(call="input", count=1),), start=Start(input=b"Hello World!\nQ\n")
        ),
        replace(typed(LONG[:500], b"ok"), steps=(Accept(), Echo(cut=100))),
        replace(typed(LONGEST_DRAWN, b"ok"), steps=(Accept(), Echo(cut=12))),
        replace(typed(LONGEST_DRAWN, b"x", LONGEST_DRAWN), steps=(Accept(), Echo(cut=28))),
        replace(typed(LONGEST_DRAWN, b"two"), steps=(Accept(), Echo(cut=1))),
        replace(typed(LONG[:99], b"!"), steps=(Accept(), Echo(cut=98))),
        replace(typed(LONG[:200]), faults=(Short(call="input", count=12),)),
        replace(typed(b"one", b"two", b"three"), steps=(Accept(), Echo(cut=2)), faults=(Short(call="input", count=1),)),
        replace(typed(LONG[:1000]), steps=(Accept(), Echo(cut=999))),
        replace(typed(b"ok"), steps=(Accept(), Echo(cut=1))),
    ),
    "read-files": (
        reading(BASELINE_FILE),
        reading(b""),
        reading(BYTES[0]),
        reading(LONG[:99]),
        *map(reading, BYTES[1:]),
        reading(BLOCK[:4096], LARGEST_CONTENT // 4096),
        *map(reading, (b"no line end", b"x", b"\n\n")),
    ),
    "served-files": (*map(served, CONTENTS), served(BLOCK, times=LARGEST_CONTENT // len(BLOCK))),
    "sent-files": (
        *(sent(data) for data in CONTENTS if data),
        Scenario(steps=(Accept(), End())),
        sent(BLOCK, times=LARGEST_CONTENT // len(BLOCK)),
    ),
    "split-files": (
        Scenario(steps=(Accept(), *segments(BASELINE_FILE, [20]), End())),
        Scenario(steps=(Accept(), *segments(BASELINE_FILE, list(range(1, 20))), End())),
        Scenario(steps=(Accept(), Send(data=BASELINE_FILE), End()), faults=(Short(call="input", count=1),)),
        Scenario(steps=(Accept(), *segments(LONG[:1500], [1000]), End())),
        Scenario(steps=(Accept(), *segments(LONG[:99], [1, 98]), End())),
        Scenario(steps=(Accept(), *segments(LONG[:64], list(range(1, 64))), End())),
        Scenario(steps=(Accept(), *segments(b"ok", [1]), End())),
        Scenario(steps=(Accept(), Send(data=LONG[:1000]), End()), faults=(Short(call="input", count=29),)),
        Scenario(steps=(Accept(), *segments(LONG[:3000], [1023, 2047]), End())),
        Scenario(steps=(Accept(), *segments(b"one\ntwo\n", [1, 5]), End()), faults=(Short(call="input", count=2),)),
        Scenario(steps=(Accept(), *segments(LONG[:200], [100]), End()), faults=(Short(call="input", count=12),)),
        Scenario(steps=(Accept(), *segments(LONG[:9000], [4096, 8192]), End())),
    ),
}
"""What every fixed set begins with."""

DRAWN_FAMILIES: Final = (
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
    sets = (f'"{family.name}": [\n{_json_lines(_fill(family, count))}\n]' for family in DRAWN_FAMILIES)
    return "{" + ",\n".join(sets) + "}\n"


def _json_lines(scenarios: list[Scenario]) -> str:
    return ",\n".join(msgspec.json.encode(scenario).decode() for scenario in scenarios)


def _fill(family: Family, count: int) -> list[Scenario]:
    found = list(HAND_PICKED[family.name])

    def keep(scenario: Scenario) -> None:
        if len(found) < count and scenario not in found and _adds(scenario, family, found):
            found.append(scenario)

    if family.strategy is not None:
        _draw_from_strategy(family.strategy(), keep, count)
    elif family.machine is not None:
        _draw_from_machine(family.machine(), keep, count)
    return found


def _adds(scenario: Scenario, family: Family, found: list[Scenario]) -> bool:
    """Tell whether a scenario is more than a nothing: for clients, whether somebody sends, or is lost where some are.

    Hypothesis draws many that differ in a byte: of clients that do the same, one is enough.
    """
    if family.machine is None:
        return bool(scenario.steps + scenario.start.files)
    wanted = Reset | Leave if family is LOSSES else Send
    shapes = (_shape(one) for one in found)
    return any(isinstance(step, wanted) for step in scenario.steps) and _shape(scenario) not in shapes


def _shape(scenario: Scenario) -> list[tuple[str, int]]:
    return [(type(step).__name__, step.client) for step in scenario.steps]


def _draw_from_strategy(strategy: "SearchStrategy[Scenario]", keep: Callable[[Scenario], None], count: int) -> None:
    from hypothesis import HealthCheck, Phase, given, seed, settings

    quietly = settings(
        max_examples=4 * count, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    seed(1)(quietly(given(strategy)(keep)))()


def _draw_from_machine(machine: type[Clients], keep: Callable[[Scenario], None], count: int) -> None:
    from hypothesis import HealthCheck, Phase, seed, settings
    from hypothesis.stateful import run_state_machine_as_test

    quietly = settings(
        max_examples=12 * count,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        stateful_step_count=STEPS_AT_MOST,
    )
    run_state_machine_as_test(seed(1)(judging(machine, keep)), settings=quietly)
