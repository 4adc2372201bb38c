"""What a run leaves behind: the calls of a program, in order, as frozen records."""

from msgspec import Struct


class Address(Struct, frozen=True, gc=False):
    """A socket address as the program gave it to the kernel."""

    family: str
    """`AF_INET`, `AF_INET6`, or the number of another family."""
    host: str
    port: int


class Place(Struct, frozen=True, gc=False):
    """Where a call was made: a program file and the offset in it, resolved to a source line only when asked."""

    file: str
    offset: int
    direct: bool = False
    """The program itself calls the C library's function, with no library between."""
    callers: tuple[int, ...] = ()
    """Further offsets, up the stack: where a language's own library is part of the program's file, the first that a
    person wrote may be one of these. Words that were left on the stack may be among them."""


class Call(Struct, frozen=True, array_like=True, gc=False):
    """One crossing of the system boundary."""

    number: int
    """Its place in the trace, from 0, in the order in which calls were entered."""
    process: int
    """1 for the program itself, 2 for its first child, and so on: not the system's numbers, which differ each time."""
    thread: int
    name: str
    """In the course's words: see `conformance.model.calls`."""
    system_call: str
    """The kernel's name; or library and function, as `ws2_32.bind`, of a Windows program."""
    words: tuple[int, ...]
    """The six arguments as they stood in the registers; `conformance.observe.decode.arguments` makes them readable."""
    result: int | None
    """The call's result; None where it had not returned when the run ended."""
    error: str | None = None
    """The name of the error, as `ECONNREFUSED`."""
    descriptor: int | None = None
    subject: int | None = None
    """The open file description that the call is about (for socket, accept, open and dup: the new one)."""
    on: int | None = None
    """The description that the call was made on, for calls that make a new one (accept, dup)."""
    state: str | None = None
    """The state of the description that the call was made on, before the call."""
    of_exercise: bool = False
    address: Address | None = None
    path: str | None = None
    data: bytes = b""
    """The bytes that were moved, at most `DATA_KEPT` of them."""
    injected: str | None = None
    """The fault that this call was given, in words."""
    place: Place | None = None
    numbers: tuple[int, ...] = ()
    """The descriptors that the call gave in the program's memory, in a trace of everything: the two of socketpair,
    those that came with a message."""

    @property
    def library(self) -> str:
        """The Windows library that was called; nothing for a system call."""
        return self.system_call.rpartition(".")[0]

    @property
    def failed(self) -> bool:
        """Whether the call returned an error."""
        return self.error is not None

    @property
    def succeeded(self) -> bool:
        """Whether the call returned, and without an error."""
        return self.result is not None and self.error is None


DATA_KEPT = 4096


class Description(Struct, frozen=True):
    """An open file description as it stood when the run ended."""

    number: int
    kind: str
    state: str
    of_exercise: bool
    opened_by: int
    """The call that made it."""
    open_in: tuple[tuple[int, int], ...]
    """The (process, descriptor) pairs that still held it when it was looked at: at quiet, or just before each exit."""
    closes: int
    """How often a descriptor of it was closed by a call."""
    copies: int
    """How many descriptors of it there were in all: the first one, and each copy by dup, fork or passing."""


class Fork(Struct, frozen=True, gc=False):
    """A process made another one, which begins with its descriptors."""

    parent: int
    child: int
    after: int
    """How many calls had been entered by then."""


class Load(Struct, frozen=True, gc=False):
    """A process went on with another program, by exec."""

    process: int
    after: int
    """How many calls had been entered by then."""


class Trace(Struct, frozen=True):
    """The calls of one run and what became of its open file descriptions."""

    calls: tuple[Call, ...] = ()
    descriptions: tuple[Description, ...] = ()
    truncated: bool = False
    """More calls were made than are kept."""
    forks: tuple[Fork, ...] = ()
    loads: tuple[Load, ...] = ()
    living: tuple[int, ...] = ()
    """The processes that had not ended by themselves when the run was over."""

    def named(self, *names: str) -> tuple[Call, ...]:
        """Return the calls of these names, in order."""
        return tuple(call for call in self.calls if call.name in names)

    def about(self, subject: int) -> tuple[Call, ...]:
        """Return the calls made on one open file description, in order."""
        return tuple(call for call in self.calls if subject in (call.subject, call.on))

    def of_exercise(self) -> tuple[Call, ...]:
        """Return the calls on descriptors of the exercise, in order."""
        return tuple(call for call in self.calls if call.of_exercise)
