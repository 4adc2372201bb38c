"""Families of files: what lies in the program's directory, what is sent, and what the system refuses."""

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from conformance.model.calls import OUTPUT
from conformance.model.failures import FILE_FAILURES
from conformance.observe.faults import Fail, Fault, Short
from conformance.scenarios.echo import (
    BINARY,
    BLOCK,
    LARGE,
    enough_for,
    first_loss_only,
    largest_step,
    losses_of_all_kinds,
    nobody_lost,
)
from conformance.scenarios.failing import RESET, other_start, with_faults
from conformance.scenarios.family import Family
from conformance.scenarios.greeting import HOSTILE, IN_TURN, LONG, cuts_of, segments
from conformance.scenarios.undisturbed import FILE, READ, SERVED
from conformance.stage.script import Accept, Connect, End, File, Leave, Pause, Reset, Run, Scenario, Send, Start, Step

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

LONGEST_CONTENT: Final = 99
"""A textbook's buffer holds 100 bytes."""
LARGEST_CONTENT: Final = 65_536
OLDER: Final = LONG[:150]


def contents() -> "SearchStrategy[bytes]":
    """Draw what a small file holds: lines of text, or any bytes."""
    from hypothesis import strategies as st

    text = st.text("abc xyz,.!\n", max_size=LONGEST_CONTENT).map(str.encode)
    return text | st.binary(max_size=LONGEST_CONTENT)


def read_file() -> "SearchStrategy[Scenario]":
    """Draw a file that the program reads and prints."""
    return contents().map(lambda data: Scenario(start=Start(files=(File(READ, data),))))


def served_file() -> "SearchStrategy[Scenario]":
    """Draw a file that a server sends."""
    return contents().map(lambda data: Scenario((Connect(),), (), Start(files=(File(SERVED, data),))))


def sent_file() -> "SearchStrategy[Scenario]":
    """Draw a file that a client receives in one segment."""
    return contents().map(lambda data: Scenario((Accept(), *((Send(data),) if data else ()), End())))


def split_file() -> "SearchStrategy[Scenario]":
    """Draw a file that a client receives in several segments, or that its reads get in pieces."""
    from hypothesis import strategies as st

    @st.composite
    def split(draw: "DrawFn") -> Scenario:
        data = draw(contents().filter(lambda data: len(data) > 1))
        cuts = draw(cuts_of(data))
        faults: tuple[Fault, ...] = ()
        if not cuts or draw(st.booleans()):
            faults = (Short("input", draw(st.integers(1, len(data) - 1))),)
        return Scenario((Accept(), *segments(data, cuts), End()), faults)

    return split()


def in_one_segment(scenario: Scenario) -> Scenario:
    """Return the same file in one segment, and nothing made to fail."""
    data = b"".join(step.data for step in scenario.steps if isinstance(step, Send))
    return Scenario((Accept(), Send(data), End()))


def served(data: bytes, *steps: Step, times: int = 1) -> Scenario:
    """Return a server with this file, and these steps after its first client has connected."""
    return Scenario((Connect(), *steps), (), Start(files=(File(SERVED, data, times=times),)))


def sent(data: bytes, *, times: int = 1) -> Scenario:
    """Return a server that sends a client this file."""
    return Scenario((Accept(), Send(data, times=times), End()))


def partial(undisturbed: Run, *groups: str) -> tuple[Scenario, ...]:
    """Return the conversation with transfers of these groups that move only a part, always and once."""
    shorts = (Short(group, size, nth) for group in groups for size, nth in ((3, 0), (1, 0), (2, 1)))
    return tuple(with_faults(undisturbed, short) for short in shorts)


def read_only(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return the conversation, and where there is a file to be read, one in which nobody may write into it."""
    files = tuple(replace(file, mode=0o444) for file in undisturbed.scenario.start.files)
    return undisturbed.scenario, *((other_start(undisturbed, files=files),) if files else ())


def failed_closes(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return one scenario for each close of a file."""
    kinds = {one.number: one.kind for one in undisturbed.trace.descriptions}
    closes = [call for call in undisturbed.trace.named("close") if call.of_exercise]
    return tuple(
        with_faults(undisturbed, Fail("close", error, nth))
        for error in FILE_FAILURES["close"]
        for nth, call in enumerate(closes, 1)
        if call.subject is not None and kinds.get(call.subject) == "file"
    )


def failed_reads(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return one scenario for each error of a file's first reads."""
    return tuple(
        with_faults(undisturbed, Fail("input", error, nth)) for error in FILE_FAILURES["input"] for nth in (1, 2)
    )


def failed_writes(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return a disk that is full at once, and one that is full after some bytes; what goes to a peer needs no disk."""
    files = {one.number for one in undisturbed.trace.descriptions if one.kind == "file"}
    outputs = [call for call in undisturbed.trace.of_exercise() if call.name in OUTPUT]
    first = next((place for place, call in enumerate(outputs, 1) if call.subject in files), 0)
    return tuple(
        scenario
        for error in FILE_FAILURES["output"] * bool(first)
        for scenario in (
            with_faults(undisturbed, Fail("output", error, first)),
            with_faults(undisturbed, Short("output", 4, first), Fail("output", error, first + 1)),
        )
    )


def losses(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return clients that leave before, in and after the file, and one that comes then."""
    mid_file = tuple(
        served(BLOCK, *loss, Connect(1), times=LARGE) for loss in ((Pause(), Reset()), (Leave(early=True),))
    )
    step = largest_step(undisturbed)
    before_it = Scenario((Connect(), Leave(early=True), Connect(1)), (), served(BLOCK).start)
    return (
        before_it,
        losses_of_all_kinds(undisturbed, 1),
        *(mid_file if enough_for(step, 2 * LARGE) else ()),
        replace(undisturbed.scenario, steps=(Connect(0), Connect(1), Reset(0), Connect(2))),
    )


def crowds(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return a client that stops reading in mid-file and one that comes then, and six in turn."""
    mid_file = served(BLOCK, Pause(), Connect(1), times=LARGE)
    enough = enough_for(largest_step(undisturbed), 2 * LARGE)
    return *((mid_file,) if enough else ()), replace(undisturbed.scenario, steps=IN_TURN)


def first_steps(scenario: Scenario) -> Scenario:
    """Return the same with the client alone who stops reading; or with two in turn."""
    return replace(scenario, steps=scenario.steps[:2])


def leaks(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return clients that are lost, round after round: with a file, with one that is under way then, with none."""
    many = losses_of_all_kinds(undisturbed, 6)
    large = Start(files=(File(SERVED, BLOCK, times=LARGE),))
    return (
        losses_of_all_kinds(undisturbed, 1),
        many,
        replace(many, start=replace(undisturbed.scenario.start, files=())),
        *((replace(many, start=large),) if enough_for(largest_step(undisturbed), LARGE * 24) else ()),
    )


READ_FILES: Final = Family("read-files", read_file)
SERVED_FILES: Final = Family("served-files", served_file)
SENT_FILES: Final = Family("sent-files", sent_file)
SPLIT_FILES: Final = Family("split-files", split_file, beside=in_one_segment)
OLDER_FILE: Final = Family(
    "older-file", derive=lambda undisturbed: (other_start(undisturbed, files=(File(undisturbed.path, OLDER),)),)
)
READ_ONLY_FILE: Final = Family("read-only-file", derive=read_only)
MISSING_FILE: Final = Family(
    "missing-file", derive=lambda undisturbed: (other_start(undisturbed, files=(), terminal=True),)
)
PARTIAL_READS: Final = Family("partial-reads", derive=lambda undisturbed: partial(undisturbed, "input"))
PARTIAL_WRITES: Final = Family("partial-writes", derive=lambda undisturbed: partial(undisturbed, "output"))
FAILED_CLOSES: Final = Family("failed-closes", derive=failed_closes)
FAILED_READS: Final = Family("failed-reads", derive=failed_reads)
FAILED_WRITES: Final = Family("failed-writes", derive=failed_writes)
LOST_TRANSFERS: Final = Family("lost-transfers", derive=lambda undisturbed: RESET + failed_writes(undisturbed))
LOST_FILES: Final = Family("lost-files", derive=lambda _: RESET)
FILE_CROWDS: Final = Family("file-crowds", derive=crowds, beside=first_steps)
FILE_LEAKS: Final = Family("file-leaks", derive=leaks, beside=first_loss_only)
FILE_LOSSES: Final = Family("file-losses", derive=losses, beside=nobody_lost)
OTHER_FILES: Final = Family(
    "other-files",
    derive=lambda _: (
        Scenario((Accept(), Send(LONG[:99]), Send(b"Hi!"), End())),
        Scenario((Accept(), Send(b"Hi!"), End())),
        Scenario((Accept(), *segments(LONG[:5000], [4096]), End())),
    ),
)
BINARY_SERVED: Final = Family("binary-served", derive=lambda _: tuple(map(served, BINARY)))
BINARY_SENT: Final = Family("binary-sent", derive=lambda _: tuple(map(sent, BINARY)))
LARGE_SERVED: Final = Family(
    "large-served",
    derive=lambda undisturbed: (
        (served(BLOCK, times=LARGE), served(BLOCK, Pause(), times=LARGE))
        if enough_for(largest_step(undisturbed), LARGE)
        else ()
    ),
    none="large.small-steps",
)
LARGE_SENT: Final = Family(
    "large-sent",
    derive=lambda undisturbed: (sent(BLOCK, times=LARGE),) if enough_for(largest_step(undisturbed), LARGE) else (),
    none="large.small-steps",
)
HALF_CLOSED_FILE: Final = Family(
    "half-closed-file",
    derive=lambda _: (
        Scenario((Accept(), Send(FILE), End(early=True))),
        Scenario((Accept(), Send(LONG[:5000]), End(early=True))),
    ),
)
NO_DATA: Final = Family(
    "no-data",
    derive=lambda undisturbed: (undisturbed.scenario, other_start(undisturbed, files=(File(READ),))),
    from_base=False,
)
HOSTILE_FILES: Final = Family(
    "hostile-files",
    derive=lambda undisturbed: tuple(
        sent(data) if Accept() in undisturbed.scenario.steps else served(data, Send(data)) for data in HOSTILE
    ),
)
NO_FILE_SENT: Final = Family(
    "no-file-sent",
    derive=lambda undisturbed: (
        undisturbed.scenario,
        Scenario((Accept(), End())),
        Scenario((Accept(), *segments(FILE, [7]), End())),
    ),
    from_base=False,
)
