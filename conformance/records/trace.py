"""What a run leaves behind: the calls of a program, in order, as frozen records."""

from msgspec import Struct

from conformance.messages import Message
from conformance.model.arguments import ALL_ONES, Argument, signed
from conformance.model.vocabulary import row


class Address(Struct, frozen=True, kw_only=True, gc=False):
    """A socket address as the program gave it to the kernel."""

    family: str
    """`AF_INET`, `AF_INET6`, or the number of another family."""
    host: str
    port: int


class CallSite(Struct, frozen=True, kw_only=True, gc=False):
    """Where a call was made: a program file and the offset in it, resolved to a source line only when asked; or a
    source file and its line."""

    file: str
    offset: int
    direct: bool = False
    """The program itself calls the C library's function, with no library between."""
    outer_frames: tuple[int, ...] = ()
    """Further offsets, up the stack: where a language's own library is part of the program's file, the first that a
    person wrote may be one of these. Words that were left on the stack may be among them."""
    line: int = 0
    """The line itself, where `file` is a source file that a runtime has named; then there is no offset."""


class Call(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
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
    args: tuple[int, ...]
    """The arguments as they stood in the registers: see `arg`. `observe.linux.decode.arguments` makes them readable."""
    result: int | None
    """The call's result; None where it had not returned when the run ended."""
    error: str | None = None
    """The name of the error, as `ECONNREFUSED`."""
    descriptor: int | None = None
    description: int | None = None
    """The open file description that the call is about (for socket, accept, open and dup: the new one)."""
    on: int | None = None
    """The description that the call was made on, for calls that make a new one (accept, dup)."""
    state: str | None = None
    """The state of the description that the call was made on, before the call."""
    in_scope: bool = False
    address: Address | None = None
    path: str | None = None
    data: bytes = b""
    """The bytes that were moved, at most `DATA_KEPT` of them."""
    injected: Message | None = None
    """The fault that this call was given, in words."""
    place: CallSite | None = None
    numbers: tuple[int, ...] = ()
    """The descriptors that the call gave in the program's memory, in a trace of everything: the two of socketpair,
    those that came with a message."""
    shown: tuple[str, ...] = ()
    """The arguments of a call that waits, as they stood in the program's memory when it was entered."""
    room: int | None = None
    """The length that a call was given with room for an address, as it stood in memory when it was entered."""
    handles: str | None = None
    """The signal in whose handler the call was made, as `SIGCHLD`; known of calls that write."""
    bytes_moved: int | None = None
    """How many bytes were moved, where the result does not tell it."""

    def arg(self, argument: Argument) -> int:
        """Return an argument by its name, as it stood in the register; 0 where the call has none such."""
        return row(self.system_call).value(self.args, argument)

    def int_arg(self, argument: Argument) -> int:
        """Return an argument that is a C int."""
        return signed(self.arg(argument))

    def uint_arg(self, argument: Argument) -> int:
        """Return an argument of 32 bits without a sign."""
        return self.arg(argument) & ALL_ONES

    def has_arg(self, argument: Argument) -> bool:
        """Tell whether the call takes such an argument."""
        return row(self.system_call).has(argument)

    @property
    def moved(self) -> int | None:
        """How many bytes a transfer has moved: its result, unless that counts messages; None as long as it waits."""
        return self.result if self.bytes_moved is None else self.bytes_moved

    @property
    def asked_for(self) -> int | None:
        """How many bytes a transfer was to move; None where the call names it in another way."""
        return self.arg("length") if self.has_arg("length") else None

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


class Description(Struct, frozen=True, kw_only=True):
    """An open file description as it stood when the run ended."""

    number: int
    kind: str
    state: str
    in_scope: bool
    opened_by: int
    """The call that made it."""
    open_in: tuple[tuple[int, int], ...]
    """The (process, descriptor) pairs that still held it when it was looked at: at quiet, or just before each exit."""
    closes: int
    """How often a descriptor of it was closed by a call."""
    copies: int
    """How many descriptors of it there were in all: the first one, and each copy by dup, fork or passing."""


class Fork(Struct, frozen=True, kw_only=True, gc=False):
    """A process made another one, which begins with its descriptors."""

    parent: int
    child: int
    after: int
    """How many calls had been entered by then."""


class Birth(Struct, frozen=True, kw_only=True, gc=False):
    """A process began a thread."""

    process: int
    thread: int
    """Its number, as calls have it."""
    stack: int
    """Where its stack begins. The C library uses it again once the thread has ended, and was joined or detached."""


class Left(Struct, frozen=True, kw_only=True, gc=False):
    """A thread that had not ended by itself when the run was over."""

    thread: int
    waits_in: str
    """The system call that it was in, where that is one of interest or a wait for another thread; else nothing."""


class Load(Struct, frozen=True, kw_only=True, gc=False):
    """A process went on with another program, by exec."""

    process: int
    after: int
    """How many calls had been entered by then."""


class Trace(Struct, frozen=True, kw_only=True):
    """The calls of one run and what became of its open file descriptions."""

    calls: tuple[Call, ...] = ()
    descriptions: tuple[Description, ...] = ()
    truncated: bool = False
    """More calls were made than are kept."""
    forks: tuple[Fork, ...] = ()
    loads: tuple[Load, ...] = ()
    living: tuple[int, ...] = ()
    """The processes that had not ended by themselves when the run was over."""
    threads: tuple[Birth, ...] = ()
    """Threads that began beside the first one of their process, in order."""
    left: tuple[Left, ...] = ()
    handles: tuple[str, ...] = ()
    """The signals that the program's own process handled when the run was over, where it had not ended."""

    def named(self, *names: str) -> tuple[Call, ...]:
        """Return the calls of these names, in order."""
        return tuple(call for call in self.calls if call.name in names)

    def about(self, description: int) -> tuple[Call, ...]:
        """Return the calls made on one open file description, in order."""
        return tuple(call for call in self.calls if description in (call.description, call.on))

    def in_scope(self) -> tuple[Call, ...]:
        """Return the calls on descriptors of the exercise, in order."""
        return tuple(call for call in self.calls if call.in_scope)
