"""Families of exercises over UDP: messages that go each by itself, and may be lost, doubled or a stranger's."""

from typing import Final

from msgspec.structs import replace

from conformance.catalogue import catalogue
from conformance.records.faults import Fail, Fault
from conformance.records.run import Run
from conformance.records.scenario import Accept, Connect, Echo, Leave, Scenario, Send, Start, Step, Stranger
from conformance.scenarios.baseline import QUIT
from conformance.scenarios.echo import BINARY, ECHOED
from conformance.scenarios.family import Family
from conformance.scenarios.greeting import HOSTILE, LONG

MOST: Final = 65_507
"""Bytes that one datagram holds at most over IPv4: 65,535 without the headers of IP and UDP (RFC 768, RFC 791)."""
AFTER: Final = b"Hello again!\n"
STRANGE: Final = b"a stranger says this"
"""Nothing that is ever sent to an echo."""
REFUSED: Final = "ECONNREFUSED"


def longest_of(baseline: Run) -> int:
    """Return how long a datagram may be that the exercise asks to take whole."""
    return catalogue().exercises[baseline.exercise].longest


def asking(*messages: bytes, client: int = 0) -> tuple[Step, ...]:
    """Return the steps of a client that sends these datagrams, each when the program is quiet."""
    return (
        Connect(client=client, datagrams=True),
        *(Send(data=message, client=client) for message in messages),
    )


def alone(*messages: bytes) -> Scenario:
    """Return one client that sends these datagrams."""
    return Scenario(steps=asking(*messages))


def together(*messages: bytes) -> Scenario:
    """Return one client that sends these datagrams at the same moment."""
    first, *others = (Send(data=message) for message in messages)
    return Scenario(steps=(Connect(datagrams=True), first, *(replace(one, early=True) for one in others)))


def crossed() -> tuple[Scenario, ...]:
    """Return three clients that send in turns, and three that send at the same moment."""
    come = tuple(Connect(client=client, datagrams=True) for client in range(3))
    turns = ((1, b"one"), (0, b"zero"), (2, b"two"), (1, b"one more"), (0, b"zero more"))
    first, *others = (Send(data=b"number %d" % client, client=client) for client in range(3))
    return (
        Scenario(steps=(*come, *(Send(data=data, client=client) for client, data in turns))),
        Scenario(steps=(*come, first, *(replace(one, early=True) for one in others))),
    )


def too_long(baseline: Run) -> tuple[Scenario, ...]:
    """Return datagrams that are longer than the exercise asks for, and a usual one of another client behind each."""
    longest = longest_of(baseline)
    sizes = sorted({size for size in (longest + 1, 2 * longest, 9000, MOST) if longest < size <= MOST})
    return tuple(Scenario(steps=(*asking(_text(size)), *asking(AFTER, client=1))) for size in sizes)


def gone_clients(baseline: Run) -> tuple[Scenario, ...]:
    """Return a client that is gone when its answer comes, and one that stays; then the same with the news of it.

    Whether a socket is told depends on the system and on whether it was connected: so the error is also made up.
    """
    steps = (*asking(b"Hello World!\n"), Leave(early=True), *asking(AFTER, client=1))
    told = tuple(Fail(call=call, error=REFUSED, nth=nth) for call, nth in (("input", 2), ("output", 1)))
    faults: tuple[tuple[Fault, ...], ...] = ((), *((one,) for one in told))
    return tuple(replace(baseline.scenario, steps=steps, faults=one) for one in faults)


def _text(size: int) -> bytes:
    return (LONG * (size // len(LONG) + 1))[:size]


def typing(*lines: bytes, end: bytes = QUIT, echo: Echo = Echo(), before: tuple[Step, ...] = ()) -> Scenario:  # noqa: B008 (frozen)
    """Return a conversation in which the client gets these lines to send."""
    typed = b"".join(line + b"\n" for line in lines) + end
    return Scenario(steps=(Accept(datagrams=True), *before, echo), start=Start(input=typed))


def longest_line(baseline: Run) -> tuple[Scenario, ...]:
    """Return lines up to the longest that goes into a datagram with its line end, and with a NUL behind it."""
    longest = longest_of(baseline) - 2
    return tuple(typing(LONG[:size], b"ok") for size in sorted({size for size in (200, longest) if size <= longest}))


def _other_echo(baseline: Run, echo: Echo, *before: Step) -> Scenario:
    """Return the baseline conversation with another echo, and with something before it."""
    return replace(baseline.scenario, steps=(Accept(datagrams=True), *before, echo))


def hostile_in_return(baseline: Run) -> tuple[Scenario, ...]:
    """Return answers that are not what was sent: nasty ones, none at all, and very much."""
    return tuple(
        replace(baseline.scenario, steps=(Accept(datagrams=True), Send(data=data), Send(data=data[::-1])))
        for data in (*HOSTILE, b"", _text(MOST))
    )


# ---------------------------------------------------------------- servers

ONE_BY_ONE: Final = Family(
    "datagrams",
    derive=lambda baseline: (baseline.scenario, alone(b"x", b"Hi!", LONG[:29])),
    needs_baseline=False,
)
TOGETHER: Final = Family(
    "datagrams-together",
    derive=lambda _: (together(b"one", b"two", b"three"), together(b"Hello World!\n", b"x", b"How are you?\n", b"y")),
)
CROSSED: Final = Family("datagrams-crossed", derive=lambda _: crossed())
EMPTY: Final = Family("datagrams-empty", derive=lambda _: (alone(b"", AFTER), alone(AFTER, b"", b"", AFTER)))
SHORTER: Final = Family("datagrams-shorter", derive=lambda _: (alone(*ECHOED), alone(LONG[:29], b"x")))
BINARY_DATAGRAMS: Final = Family("datagrams-binary", derive=lambda _: tuple(alone(data) for data in BINARY))
LONGEST: Final = Family(
    "datagrams-longest",
    derive=lambda baseline: tuple(
        alone(_text(size)) for size in sorted({max(64, longest_of(baseline) // 2), longest_of(baseline)})
    ),
)
TOO_LONG: Final = Family("datagrams-too-long", derive=too_long)
GONE_CLIENTS: Final = Family("datagrams-gone", derive=gone_clients)
HOSTILE_DATAGRAMS: Final = Family("datagrams-hostile", derive=lambda _: tuple(alone(data) for data in HOSTILE))

# ---------------------------------------------------------------- clients

LINES_IN_DATAGRAMS: Final = Family(
    "datagram-lines",
    derive=lambda baseline: (
        baseline.scenario,
        typing(b"x", b"two words", LONG[:25]),
        typing(*ECHOED, end=QUIT.lower()),
    ),
    needs_baseline=False,
)
LONGEST_LINES: Final = Family("datagram-longest-lines", derive=longest_line)
ONE_LOST: Final = Family("datagram-lost", derive=lambda baseline: (_other_echo(baseline, Echo(lost=1)),))
DOUBLED: Final = Family("datagram-doubled", derive=lambda baseline: (_other_echo(baseline, Echo(copies=2)),))
LATE: Final = Family("datagram-late", derive=lambda _: (typing(b"one", b"two", b"three", echo=Echo(late=True)),))
STRANGERS: Final = Family(
    "datagram-stranger", derive=lambda baseline: (_other_echo(baseline, Echo(), Stranger(data=STRANGE)),)
)
HOSTILE_IN_RETURN: Final = Family("datagram-hostile-answers", derive=hostile_in_return)
