"""Scenarios and runs as data: what is to happen on the stage, and what happened there."""

from typing import Final, Literal

from msgspec import Struct

from conformance.observe.faults import Fault
from conformance.observe.trace import Trace

LOOPBACK: Final = "127.0.0.1"
OTHER_LOOPBACK: Final = "127.0.0.2"
"""Another address of the same machine."""
Platform = Literal["posix", "winsock"]
"""What a program is made for: this system, or Windows, where Wine stands in for it."""

# ---------------------------------------------------------------- what the peer does


class Connect(Struct, frozen=True, tag="connect", omit_defaults=True, forbid_unknown_fields=True):
    """A client connects to the program."""

    client: int = 0
    early: bool = False
    """As soon as somebody listens, together with the step before: not only when the program is quiet."""


class Accept(Struct, frozen=True, tag="accept", omit_defaults=True, forbid_unknown_fields=True):
    """The peer takes the program's connection from its listener."""

    client: int = 0


class Send(Struct, frozen=True, tag="send", omit_defaults=True, forbid_unknown_fields=True):
    """One segment goes to the program."""

    data: bytes
    client: int = 0
    early: bool = False
    """Together with the step before."""
    times: int = 1
    """How often the data stands in it."""

    @property
    def whole(self) -> bytes:
        """All that is sent."""
        return self.data * self.times


class End(Struct, frozen=True, tag="end", omit_defaults=True, forbid_unknown_fields=True):
    """The peer ends its direction (half-close), and goes on reading."""

    client: int = 0
    early: bool = False
    """Together with the step before."""


class Reset(Struct, frozen=True, tag="reset", omit_defaults=True, forbid_unknown_fields=True):
    """The peer resets the connection: SO_LINGER 0 and close."""

    client: int = 0
    early: bool = False
    """Together with the step before."""


class Leave(Struct, frozen=True, tag="leave", omit_defaults=True, forbid_unknown_fields=True):
    """The peer closes the connection for both directions: what still comes is answered by a reset."""

    client: int = 0
    early: bool = False
    """Together with the step before."""


class Pause(Struct, frozen=True, tag="pause", omit_defaults=True, forbid_unknown_fields=True):
    """The peer reads no more, until `Read` or the end of the script."""

    client: int = 0


class Read(Struct, frozen=True, tag="read", omit_defaults=True, forbid_unknown_fields=True):
    """The peer reads again."""

    client: int = 0


class Echo(Struct, frozen=True, tag="echo", omit_defaults=True, forbid_unknown_fields=True):
    """The peer sends back what it has received, again and again, until the program ends its direction.

    Where another step follows, that is taken as soon as the program waits for nothing that time or an answer brings.
    """

    client: int = 0
    cut: int = 0
    """At most so many bytes in one segment; 0: all that there is."""
    most: int | None = None
    """It stops when it has sent back so many bytes in all."""
    swapped: bool = False
    """With capital letters in place of small ones, and the other way round."""


class Signal(Struct, frozen=True, tag="signal", omit_defaults=True, forbid_unknown_fields=True):
    """The program's own process gets a signal, if it handles it."""

    name: str
    """As `SIGUSR1`."""
    client: int = 0


Step = Connect | Accept | Send | End | Reset | Leave | Pause | Read | Echo | Signal
"""One thing that the peer does, once the program is quiet."""


class File(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A file in the program's own directory."""

    name: str
    content: bytes = b""
    mode: int = 0o644
    """Its permission bits; the program's user owns it."""
    times: int = 1
    """How often the content stands in it."""

    @property
    def whole(self) -> bytes:
        """All that it holds."""
        return self.content * self.times


class Start(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The conditions under which the program starts."""

    port: Literal[0, 1] = 0
    """Which of the two ports of the stage is the given one."""
    ip: str = LOOPBACK
    """For a client: the address that it is given. Its peer listens there and on the usual one."""
    listener: bool = True
    """For a client: whether anybody listens at the given address."""
    arguments: bool = True
    """Whether the program gets its arguments."""
    descriptors: int = 0
    """How many further descriptors are open at start, so that numbers differ."""
    holes: bool = False
    """Whether a free number stands behind each of them."""
    port_taken: bool = False
    """For a server: whether somebody listens on the given port already."""
    input: bytes = b""
    """Standard input, to its end."""
    terminal: bool = False
    """Whether standard input and output are a terminal, on which the input is typed."""
    files: tuple[File, ...] = ()
    """What lies in the program's directory."""

    @property
    def further(self) -> tuple[int, ...]:
        """The numbers of the further descriptors."""
        step = 2 if self.holes else 1
        return tuple(range(3, 3 + self.descriptors * step, step))


class Scenario(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the peer does and what the kernel is made to do, in one run."""

    steps: tuple[Step, ...] = ()
    faults: tuple[Fault, ...] = ()
    start: Start = Start()

    @property
    def given(self) -> int:
        """How many bytes the program is given to move: those that are sent, and those that its files hold."""
        sent = sum(len(step.data) * step.times for step in self.steps if isinstance(step, Send))
        return sent + sum(len(file.content) * file.times for file in self.start.files)


# ---------------------------------------------------------------- what happened

Happening = Literal[
    "connected",
    "refused",
    "accepted",
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
]


class WireEvent(Struct, frozen=True):
    """One thing that showed on the wire, as the peer saw it."""

    what: Happening
    client: int
    data: bytes = b""
    port: int = 0
    """For `connected`: where the program was found."""
    after: int = 0
    """How many calls stood in the trace by then."""
    waiting: tuple[int, ...] = ()
    """The calls in which the program waited when the peer did this, by their numbers."""


class Exited(Struct, frozen=True, tag="exited"):
    """The program ended by itself."""

    status: int


class Killed(Struct, frozen=True, tag="killed"):
    """A signal ended the program."""

    signal: str


class Waiting(Struct, frozen=True, tag="waiting"):
    """The program was quiet, nothing was owed to it, and the run was ended."""


class Busy(Struct, frozen=True, tag="busy"):
    """The program went on without end: it was stopped at a limit."""

    limit: Literal["calls", "calls in vain", "processor time", "output", "answers", "processes", "time"]


class NotStarted(Struct, frozen=True, tag="not-started"):
    """The system could not start the program."""

    reason: str


Ending = Exited | Killed | Waiting | Busy | NotStarted

CRASHES: Final = frozenset({"SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGABRT", "SIGSYS", "SIGTRAP"})


class Run(Struct, frozen=True):
    """One execution of a program in a scenario."""

    scenario: Scenario
    ending: Ending
    observed: bool
    """Whether there is a trace."""
    port: int
    """The port that the program was given."""
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
    waiting_seconds: float = 0.0
    """Of them, how long neither the program nor the stage had anything to do."""
    files: tuple[File, ...] = ()
    """What lay in the program's directory afterwards: plain files, each cut where it gets very long."""
    zombies: int = 0
    """How many children had ended by the end of the run, and nobody had waited for them."""
    spun: bool = False
    """Whether the program made more than a thousand calls in a row that gave nothing."""

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
            case Exited(status):
                return status
            case Killed(name):
                return 128 + int(getattr(signal, name, 0))
            case _:
                return None


# ---------------------------------------------------------------- what the stage is asked


class Program(Struct, frozen=True):
    """One built, startable exercise of a submission."""

    command: tuple[str, ...]
    """The command line, with `{ip}`, `{port}` and `{path}` where the stage puts the address and the file."""
    role: Literal["server", "client", "alone"] = "alone"
    environment: tuple[tuple[str, str], ...] = ()
    path: str = ""
    """The file that the exercise names, in the program's directory."""
    files: bool = False
    """Whether the files in its directory are of the exercise."""
    sockets: bool = False
    """Whether every socket that it makes is."""
    platform: Platform = "posix"


class Order(Struct, frozen=True):
    """One run, asked of the stage."""

    program: Program
    scenario: Scenario
    observe: bool = True
    everything: bool = False
    directory: str | None = None
    """Run here instead of in a fresh directory."""
    build: bool = False
    """A compiler: it works in the given directory, as the user who may use it."""
    patience: float = 60.0
    """Seconds after which a program is stuck beyond doubt: bounds what is truly stuck, decides nothing else."""


class Isolation(Struct, frozen=True):
    """What the stage keeps apart on this system."""

    network: bool
    processes: bool
    user: str
    """The user that programs run as."""
    tracing: bool
    why_not: str = ""
    """Why there is no tracing."""
    runs_on: str = ""
    """What stands in for the platform that programs are made for, with its version; nothing where none is needed."""

    def __str__(self) -> str:
        parts = [
            "network namespace" if self.network else "host network",
            "process namespace" if self.processes else "host processes",
        ]
        return ", ".join([*parts, f"user {self.user}"])
