"""Scenarios as data: what the peer does, what the kernel is made to do, and how the program starts."""

from typing import Final, Literal

from msgspec import Struct

from conformance.catalogue.framing import Frames
from conformance.records.faults import Fault

LOOPBACK: Final = "127.0.0.1"
LOOPBACK_6: Final = "::1"
TEXTBOOK_BACKLOG: Final = 5
"""How many clients a textbook's server lets wait for it, and serves at once: so many come together."""
OTHER_LOOPBACK: Final = "127.0.0.2"
"""Another address of the same machine."""
SERVER_NAME: Final = "echo.course.example"
"""What a server is called whose certificate is to be trusted; no resolver knows it, and none is asked."""
CERTIFICATE_FILE, KEY_FILE, AUTHORITY_FILE = "certificate.pem", "key.pem", "authority.pem"
"""What lies in the directory of a program that speaks TLS: a server's own, and whom a client trusts."""
Versions = Literal["all", "1.2", "old"]
"""Which versions of TLS the peer speaks: all that are sound, nothing newer than 1.2, or nothing but 1.0 and 1.1."""


class Connect(Struct, frozen=True, kw_only=True, tag="connect", omit_defaults=True, forbid_unknown_fields=True):
    """A client connects to the program."""

    client: int = 0
    early: bool = False
    """As soon as somebody listens, together with the step before: not only when the program is quiet."""
    if_room: bool = False
    """Only where nobody waits in the listener's backlog; else the client stays away."""
    plain: bool = False
    """Without the exercise's transport: what is sent goes out as it is."""
    datagrams: bool = False
    """It opens a socket for datagrams, which are sent without a connection."""


class Accept(Struct, frozen=True, kw_only=True, tag="accept", omit_defaults=True, forbid_unknown_fields=True):
    """The peer takes the program's connection from its listener."""

    client: int = 0
    plain: bool = False
    """Without the exercise's transport: what is sent goes out as it is."""
    datagrams: bool = False
    """It takes the sender of the first datagram, which needs no connection."""


class Wrap(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How data becomes records of TLS."""

    size: int = 0
    """Bytes of data in each record; 0: as few records as it takes."""
    padding: int = 0
    """Bytes of padding in each record."""
    empty: int = 0
    """How many records without data stand before."""
    changed: bool = False
    """Whether a bit of the last record is changed on its way."""
    kept: int | None = None
    """How many bytes of the last record go out; None: all."""


class Send(Struct, frozen=True, kw_only=True, tag="send", omit_defaults=True, forbid_unknown_fields=True):
    """One segment goes to the program."""

    data: bytes
    client: int = 0
    early: bool = False
    """Together with the step before."""
    times: int = 1
    """How often the data stands in it."""
    wrap: Wrap | None = None
    """Over TLS: how it becomes records."""

    @property
    def whole(self) -> bytes:
        """All that is sent."""
        return self.data * self.times


class End(Struct, frozen=True, kw_only=True, tag="end", omit_defaults=True, forbid_unknown_fields=True):
    """The peer ends its direction (half-close), and goes on reading."""

    client: int = 0
    early: bool = False
    """Together with the step before."""
    cut_off: bool = False
    """Over TLS: without close_notify, as a connection ends that somebody has cut off."""


class Notify(Struct, frozen=True, kw_only=True, tag="notify", omit_defaults=True, forbid_unknown_fields=True):
    """Over TLS: the peer says close_notify, and does not end the connection below."""

    client: int = 0
    early: bool = False
    """Together with the step before."""


class Update(Struct, frozen=True, kw_only=True, tag="update", omit_defaults=True, forbid_unknown_fields=True):
    """Over TLS: the peer goes on with new keys."""

    client: int = 0
    early: bool = False
    """Together with the step before."""
    asked: bool = False
    """Whether it asks the program to do the same."""


class Alert(Struct, frozen=True, kw_only=True, tag="alert", omit_defaults=True, forbid_unknown_fields=True):
    """Over TLS: the peer sends a fatal alert."""

    number: int
    client: int = 0
    early: bool = False
    """Together with the step before."""


class Reset(Struct, frozen=True, kw_only=True, tag="reset", omit_defaults=True, forbid_unknown_fields=True):
    """The peer resets the connection: SO_LINGER 0 and close."""

    client: int = 0
    early: bool = False
    """Together with the step before."""


class Leave(Struct, frozen=True, kw_only=True, tag="leave", omit_defaults=True, forbid_unknown_fields=True):
    """The peer closes the connection for both directions: what still comes is answered by a reset."""

    client: int = 0
    early: bool = False
    """Together with the step before."""


class Pause(Struct, frozen=True, kw_only=True, tag="pause", omit_defaults=True, forbid_unknown_fields=True):
    """The peer reads no more, until `Read` or the end of the script."""

    client: int = 0


class Read(Struct, frozen=True, kw_only=True, tag="read", omit_defaults=True, forbid_unknown_fields=True):
    """The peer reads again."""

    client: int = 0


class Await(Struct, frozen=True, kw_only=True, tag="await", omit_defaults=True, forbid_unknown_fields=True):
    """The peer waits until all that it sent has come back; where that does not happen, it goes on at last."""

    client: int = 0


class Echo(Struct, frozen=True, kw_only=True, tag="echo", omit_defaults=True, forbid_unknown_fields=True):
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
    answers: tuple[bytes, ...] = ()
    """What it sends in place of that, where there are any: one of them for each whole message that came, in order."""
    frames: Frames = Frames()
    """Where each of those messages ends."""
    lost: int = 0
    """Of datagrams: the first so many are not answered, as if they or the answers to them had been lost."""
    copies: int = 1
    """Of datagrams: how often each answer comes."""
    late: bool = False
    """Of datagrams: the answer to the first is overtaken by that to the second, and comes with that to the third."""


class Stranger(Struct, frozen=True, kw_only=True, tag="stranger", omit_defaults=True, forbid_unknown_fields=True):
    """Somebody else sends a datagram to the program, from an address that it has nothing to do with."""

    data: bytes
    """What is sent."""
    client: int = 0
    """To the socket with which it talks to this one."""


class Signal(Struct, frozen=True, kw_only=True, tag="signal", omit_defaults=True, forbid_unknown_fields=True):
    """The program's own process gets a signal, if it handles it."""

    name: str
    """As `SIGUSR1`."""
    client: int = 0


Step = (
    Connect
    | Accept
    | Send
    | End
    | Notify
    | Update
    | Alert
    | Reset
    | Leave
    | Pause
    | Read
    | Await
    | Echo
    | Stranger
    | Signal
)
"""One thing that the peer does, once the program is quiet."""


class File(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
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


class TlsStart(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The conditions of an encrypted conversation."""

    certificate: str = "good"
    """What a server shows: the peer, or the program, which gets it in files."""
    name: str = SERVER_NAME
    """The name that a client gets, and asks for."""
    versions: Versions = "all"
    """What the peer speaks."""
    tickets: int = 0
    """How many session tickets the peer sends behind the handshake."""
    cut: int = 0
    """Bytes of each segment of all that the peer sends; 0: as much as there is."""


class Start(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The conditions under which the program starts."""

    port: Literal[0, 1] = 0
    """Which of the two ports of the sandbox is the given one."""
    ip: str = LOOPBACK
    """For a client: the address that it is given. Its peer listens there and on the usual one."""
    listener: bool = True
    """For a client: whether anybody listens at the given address."""
    arguments: bool = True
    """Whether the program gets its arguments."""
    missing: int = 0
    """How many of them are missing at the end."""
    descriptors: int = 0
    """How many further descriptors are open at start, so that numbers differ."""
    holes: bool = False
    """Whether a free number stands behind each of them."""
    port_taken: bool = False
    """For a server: whether somebody has its port or its path already."""
    left_behind: bool = False
    """For a server with a path: whether the socket of an earlier run lies there, at which nobody listens any more."""
    input: bytes = b""
    """Standard input, to its end."""
    terminal: bool = False
    """Whether standard input and output are a terminal, on which the input is typed."""
    files: tuple[File, ...] = ()
    """What lies in the program's directory."""
    tls: TlsStart = TlsStart()
    """For an exercise over TLS."""

    @property
    def further(self) -> tuple[int, ...]:
        """The numbers of the further descriptors."""
        step = 2 if self.holes else 1
        return tuple(range(3, 3 + self.descriptors * step, step))


class Scenario(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the peer does and what the kernel is made to do, in one run."""

    steps: tuple[Step, ...] = ()
    faults: tuple[Fault, ...] = ()
    start: Start = Start()

    @property
    def given(self) -> int:
        """How many bytes the program is given to move: those that are sent, and those that its files hold."""
        sent = sum(len(step.data) * step.times for step in self.steps if isinstance(step, Send))
        return sent + sum(len(file.content) * file.times for file in self.start.files)
