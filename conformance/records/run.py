"""One execution of a program in a scenario: what showed on the wire, what was printed, and how it ended."""

from typing import Final, Literal

from msgspec import Struct

from conformance.messages import Message, say
from conformance.records.answers import Owed
from conformance.records.scenario import File, Scenario
from conformance.records.trace import Trace

Happening = Literal[
    "connected",
    "opened",
    "refused",
    "accepted",
    "heard",
    "sent",
    "received",
    "peer ended",
    "program ended",
    "peer reset",
    "peer left",
    "peer pauses",
    "peer reads",
    "program reset",
    "signal",
    "hello",
    "handshake",
    "certificates",
    "alert",
    "key update",
    "garbled",
    "peer notified",
    "peer updated",
    "peer alerted",
    "stranger",
]


FOUND: Final[frozenset[Happening]] = frozenset({"connected", "opened"})
"""A client has found the program: by a connection, or with a socket for datagrams."""
CAME: Final[frozenset[Happening]] = frozenset({"accepted", "heard"})
"""The program has come to its peer: by a connection, or by its first datagram."""


CUT_OFF: Final = "cut off"
"""The detail of an end that close_notify does not announce."""


class WireEvent(Struct, frozen=True, kw_only=True):
    """One thing that showed on the wire, as the peer saw it."""

    what: Happening
    client: int
    data: bytes = b""
    port: int = 0
    """For `connected` and `opened`: where the program was found. For `received`: where a datagram came from, if that is
    not where the client's own go to."""
    after: int = 0
    """How many calls stood in the trace by then."""
    waiting: tuple[int, ...] = ()
    """The calls in which the program waited when the peer did this, by their numbers."""
    host: str = ""
    """For `connected` and `opened`: the address at which the program was found."""
    detail: str = ""
    """Over TLS: the name in a hello, the version of a handshake, an alert, or what could not be understood."""


class Exited(Struct, frozen=True, kw_only=True, tag="exited"):
    """The program ended by itself."""

    status: int


class Killed(Struct, frozen=True, kw_only=True, tag="killed"):
    """A signal ended the program."""

    signal: str


class Waiting(Struct, frozen=True, tag="waiting"):
    """The program was quiet, nothing was owed to it, and the run was ended."""


class Busy(Struct, frozen=True, kw_only=True, tag="busy"):
    """The program went on without end: it was stopped at a limit."""

    limit: Literal[
        "calls",
        "calls without result",
        "processor time",
        "output",
        "answers",
        "processes",
        "memory",
        "files",
        "sleep",
        "bytes",
        "time",
    ]


class NotStarted(Struct, frozen=True, kw_only=True, tag="not-started"):
    """The system could not start the program."""

    reason: str | Message
    """Why: what the system says of it, or the suite."""


Ending = Exited | Killed | Waiting | Busy | NotStarted


def described_ending(ending: Ending) -> Message:
    """Say how a program ended."""
    match ending:
        case Exited(status=status):
            return say("ending.exited", status=status)
        case Killed(signal=name):
            return say("ending.killed", signal=name)
        case Waiting():
            return say("ending.waiting")
        case Busy():
            return say("ending.busy", limit=limit_of(ending))
        case NotStarted(reason=reason):
            return say("ending.not-started", reason=reason)


def limit_of(ending: Busy) -> Message:
    """Say at which limit a program was stopped."""
    return say(f"limit.{ending.limit.replace(' ', '-')}")


CRASHES: Final = frozenset({"SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGABRT", "SIGSYS", "SIGTRAP"})


class Run(Struct, frozen=True, kw_only=True):
    """One execution of a program in a scenario."""

    scenario: Scenario
    ending: Ending
    observed: bool
    """Whether there is a trace."""
    port: int
    """The port that the program was given."""
    exercise: str = ""
    """The exercise that it is a program of."""
    language: str = ""
    """The language that it was written in; nothing where a manifest alone says how it is started."""
    ip: str = ""
    """The address that it was given; nothing where its command line has no place for one."""
    path: str = ""
    """The file that the exercise names."""
    trace: Trace = Trace()
    wire: tuple[WireEvent, ...] = ()
    stdout: bytes = b""
    stderr: bytes = b""
    faults_applied: int = 0
    unfinished_steps: int = 0
    """How many steps of the peer could not be taken."""
    seconds: float = 0.0
    delivery_seconds: float = 0.0
    """Of the waiting, how long something was on its way to the program or the peer."""
    waiting_seconds: float = 0.0
    """Of them, how long neither the program nor the sandbox had anything to do."""
    files: tuple[File, ...] = ()
    """What lay in the program's directory afterwards: plain files, each cut where it gets very long."""
    zombies: int = 0
    """How many children had ended by the end of the run, and nobody had waited for them."""
    processor_seconds: float = 0.0
    """How much all its processes have computed, as far as it was seen: of a run of a few milliseconds nothing is."""
    spun: bool = False
    """Whether the program made more than a thousand calls in a row that gave nothing."""
    seconds_passed: float = 0.0
    """How much of a sleeping program's time was let pass: only an observer of its calls can do that."""

    owed: tuple[Owed, ...] = ()
    """The answers that each client is owed for what it has sent, where the exercise is a dialogue."""

    def owed_to(self, client: int = 0) -> Owed:
        """Return the answers that one client is owed."""
        return next((one for one in self.owed if one.client == client), Owed(client, ()))

    def received(self, client: int = 0) -> bytes:
        """Return what one client's peer received, whole."""
        return b"".join(event.data for event in self.wire if event.what == "received" and event.client == client)

    @property
    def file(self) -> File | None:
        """What became of the file that the exercise names; None where it is not there."""
        return next((file for file in self.files if file.name == self.path), None)

    def sent(self, client: int = 0) -> bytes:
        """Return what one client's peer sent, whole."""
        return b"".join(event.data for event in self.wire if event.what == "sent" and event.client == client)

    def happened(self, what: Happening, client: int | None = None) -> bool:
        """Tell whether something showed on the wire."""
        return any(event.what == what and client in (None, event.client) for event in self.wire)

    @property
    def output(self) -> bytes:
        """What the program printed, on either stream."""
        return self.stdout + self.stderr

    @property
    def crashed(self) -> bool:
        """Whether a fault of the program itself ended it; SIGPIPE is none."""
        return isinstance(self.ending, Killed) and self.ending.signal in CRASHES

    @property
    def endless(self) -> bool:
        """Whether the program had to be stopped at a limit."""
        return isinstance(self.ending, Busy)

    @property
    def status(self) -> int | None:
        """The exit status as a shell shows it, or None where the program did not end by itself."""
        import signal

        match self.ending:
            case Exited(status=status):
                return status
            case Killed(signal=name):
                return 128 + int(getattr(signal, name, 0))
            case _:
                return None
