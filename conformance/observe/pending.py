"""A call under way: from its entry to its return, on Linux and under Wine alike."""

from msgspec import Struct

from conformance.messages import Message
from conformance.model.arguments import ALL_ONES, Argument, Arguments, CallRow, signed
from conformance.model.descriptors import OpenFile
from conformance.records.trace import Address, Call, CallSite


class PendingCall(Struct, kw_only=True, eq=False):
    """A call that was entered and has not returned.

    Both recorders fill it, each with what it sees: Linux from the registers at the stop, Wine from a line of its trace.
    One is made at every stop; a Struct is made in a third of the time of a dataclass.
    """

    row: CallRow
    name: str
    """In the course's words."""
    system_call: str
    """The kernel's name; or library and function."""
    args: Arguments
    stack: int = 0
    """The stack pointer at the entry."""
    goes_on_at: int = 0
    """The address behind the instruction that makes the system call; of a Windows call, to which it returns."""
    number: int = -1
    """Its place in the trace; -1 where it is followed and not shown."""
    descriptor: int | None = None
    file: OpenFile | None = None
    """What the descriptor stood for when the call was entered."""
    state: str | None = None
    in_scope: bool = False
    address: Address | None = None
    path: str | None = None
    data: bytes = b""
    place: CallSite | None = None
    shown: tuple[str, ...] = ()
    """The arguments of a call that waits, in words: the kernel writes over the sets that they point to."""
    room: int | None = None
    handles: str | None = None
    """See `Call`, as for the other fields of the same names."""
    bytes_moved: int | None = None
    position: int | None = None
    """Where in its file a call that copies from one begins to read; None where that is not known."""
    passing: bool = False
    """Followed and not shown: a message by which descriptors may travel, or what a program that polls reads
    from a timer, an event or a pipe until its next look."""
    suspect: bool = False
    """Kept only if it fails for want of a descriptor."""
    injected: Message | None = None
    fails_with: int | None = None
    """The number of the error that it is made to fail with, whatever it did."""
    undo: list[tuple[int, int]] = []
    """Registers to restore at the exit, as the place of an argument and its value."""
    as_one_piece: bool = False
    """It is made as the call with one buffer, for the beginning of its first piece."""
    since: float = 0.0
    """When it was entered, by the program's monotonic clock."""
    time_out: float | None = None
    """The seconds that a Windows call waits at most, where it says so."""
    waited: bool = False
    """Its time was let pass."""
    slept: bool = False
    """Every thread slept while it was under way."""
    told_waiting: bool = False
    """A live trace has shown it as a call in which the program sleeps."""
    told_interrupted: bool = False
    """A live trace has shown that a signal has interrupted it."""

    def arg(self, argument: Argument) -> int:
        """Return an argument by its name, as it stood in the register; 0 where the call has none such."""
        return self.row.value(self.args, argument)

    def int_arg(self, argument: Argument) -> int:
        """Return an argument that is a C int."""
        return signed(self.row.value(self.args, argument))

    def uint_arg(self, argument: Argument) -> int:
        """Return an argument of 32 bits without a sign."""
        return self.row.value(self.args, argument) & ALL_ONES

    def record(
        self,
        process: int,
        thread: int,
        result: int | None,
        error: str | None,
        made: OpenFile | None = None,
        numbers: tuple[int, ...] = (),
    ) -> Call:
        """Return what a trace keeps of it: `made` is the description that it has made, by its result."""
        on = self.file.number if self.file is not None else None
        description, on = (on, None) if made is None else (made.number, on)
        return Call(
            number=self.number,
            process=process,
            thread=thread,
            name=self.name,
            system_call=self.system_call,
            args=self.args,
            result=result,
            error=error,
            descriptor=self.descriptor,
            description=description,
            on=on,
            state=self.state,
            in_scope=self.in_scope,
            address=self.address,
            path=self.path,
            data=self.data,
            injected=self.injected,
            place=self.place,
            numbers=numbers,
            shown=self.shown,
            room=self.room,
            handles=self.handles,
            bytes_moved=self.bytes_moved,
        )
