"""Families of files: what lies in the program's directory, what is sent, and what the system refuses."""

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from conformance.model.calls import OUTPUT
from conformance.model.failures import FILE_FAILURES
from conformance.records.faults import Fail, Fault, Short
from conformance.records.run import Run
from conformance.records.scenario import Accept, Connect, End, File, Leave, Pause, Reset, Scenario, Send, Start, Step
from conformance.scenarios.baseline import BASELINE_FILE, READ, SERVED
from conformance.scenarios.echo import (
    BINARY,
    BLOCK,
    LARGE_BLOCKS,
    LOSS_ROUNDS,
    enough_for,
    first_loss_only,
    largest_step,
    losses_of_all_kinds,
    nobody_lost,
)
from conformance.scenarios.failing import RESET, other_start, with_faults
from conformance.scenarios.family import Family
from conformance.scenarios.greeting import HOSTILE, IN_TURN, LONG, cuts_of, segments

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

LONGEST_CONTENT: Final = 99
"""A textbook's buffer holds 100 bytes."""
LARGEST_CONTENT: Final = 65_536
OLDER: Final = LONG[:150]


def contents() -> "SearchStrategy[bytes]":
    """Draw what a small file holds that goes over the wire: text, since `transfer.binary-safe` judges other bytes."""
    from hypothesis import strategies as st

    return st.text("abc xyz,.!\n", max_size=LONGEST_CONTENT).map(str.encode)


def read_file() -> "SearchStrategy[Scenario]":
    """Draw a file that the program reads and prints: lines of text, or any bytes."""
    from hypothesis import strategies as st

    return (contents() | st.binary(max_size=LONGEST_CONTENT)).map(
        lambda data: Scenario(start=Start(files=(File(name=READ, content=data),)))
    )


def served_file() -> "SearchStrategy[Scenario]":
    """Draw a file that a server sends."""
    return contents().map(
        lambda data: Scenario(steps=(Connect(),), faults=(), start=Start(files=(File(name=SERVED, content=data),)))
    )


def sent_file() -> "SearchStrategy[Scenario]":
    """Draw a file that a client receives in one segment."""
    return contents().map(lambda data: Scenario(steps=(Accept(), *((Send(data=data),) if data else ()), End())))


def split_file() -> "SearchStrategy[Scenario]":
    """Draw a file that a client receives in several segments, or that its reads get in pieces."""
    from hypothesis import strategies as st

    @st.composite
    def split(draw: "DrawFn") -> Scenario:
        data = draw(contents().filter(lambda data: len(data) > 1))
        cuts = draw(cuts_of(data))
        faults: tuple[Fault, ...] = ()
        if not cuts or draw(st.booleans()):
            faults = (Short(call="input", count=draw(st.integers(1, len(data) - 1))),)
        return Scenario(steps=(Accept(), *segments(data, cuts), End()), faults=faults)

    return split()


def file_in_one_segment(scenario: Scenario) -> Scenario:
    """Return the same file in one segment, and nothing made to fail."""
    data = b"".join(step.data for step in scenario.steps if isinstance(step, Send))
    return Scenario(steps=(Accept(), Send(data=data), End()))


def served(data: bytes, *steps: Step, times: int = 1) -> Scenario:
    """Return a server with this file, and these steps after its first client has connected."""
    return Scenario(
        steps=(Connect(), *steps), faults=(), start=Start(files=(File(name=SERVED, content=data, times=times),))
    )


def sent(data: bytes, *, times: int = 1) -> Scenario:
    """Return a server that sends a client this file."""
    return Scenario(steps=(Accept(), Send(data=data, times=times), End()))


def partial(baseline: Run, *groups: str) -> tuple[Scenario, ...]:
    """Return the conversation with transfers of these groups that move only a part, always and once."""
    shorts = (Short(call=group, count=size, nth=nth) for group in groups for size, nth in ((3, 0), (1, 0), (2, 1)))
    return tuple(with_faults(baseline, short) for short in shorts)


def read_only(baseline: Run) -> tuple[Scenario, ...]:
    """Return the conversation, and where there is a file to be read, one in which nobody may write into it."""
    files = tuple(replace(file, mode=0o444) for file in baseline.scenario.start.files)
    return baseline.scenario, *((other_start(baseline, files=files),) if files else ())


def failed_closes(baseline: Run) -> tuple[Scenario, ...]:
    """Return one scenario for each close of a file."""
    kinds = {one.number: one.kind for one in baseline.trace.descriptions}
    closes = [call for call in baseline.trace.named("close") if call.in_scope]
    return tuple(
        with_faults(baseline, Fail(call="close", error=error, nth=nth))
        for error in FILE_FAILURES["close"]
        for nth, call in enumerate(closes, 1)
        if call.description is not None and kinds.get(call.description) == "file"
    )


def failed_reads(baseline: Run) -> tuple[Scenario, ...]:
    """Return one scenario for each error of a file's first reads."""
    return tuple(
        with_faults(baseline, Fail(call="input", error=error, nth=nth))
        for error in FILE_FAILURES["input"]
        for nth in (1, 2)
    )


def failed_writes(baseline: Run) -> tuple[Scenario, ...]:
    """Return a disk that is full at once, and one that is full after some bytes; what goes to a peer needs no disk."""
    files = {one.number for one in baseline.trace.descriptions if one.kind == "file"}
    outputs = [call for call in baseline.trace.in_scope() if call.name in OUTPUT]
    first = next((place for place, call in enumerate(outputs, 1) if call.description in files), 0)
    return tuple(
        scenario
        for error in FILE_FAILURES["output"] * bool(first)
        for scenario in (
            with_faults(baseline, Fail(call="output", error=error, nth=first)),
            with_faults(
                baseline, Short(call="output", count=4, nth=first), Fail(call="output", error=error, nth=first + 1)
            ),
        )
    )


def losses(baseline: Run) -> tuple[Scenario, ...]:
    """Return clients that leave before, in and after the file, and one that comes then."""
    mid_file = tuple(
        served(BLOCK, *loss, Connect(client=1), times=LARGE_BLOCKS)
        for loss in ((Pause(), Reset()), (Leave(early=True),))
    )
    step = largest_step(baseline)
    before_it = Scenario(steps=(Connect(), Leave(early=True), Connect(client=1)), faults=(), start=served(BLOCK).start)
    return (
        before_it,
        losses_of_all_kinds(baseline.scenario, LOSS_ROUNDS),
        *(mid_file if enough_for(step, 2 * LARGE_BLOCKS) else ()),
        replace(baseline.scenario, steps=(Connect(client=0), Connect(client=1), Reset(client=0), Connect(client=2))),
    )


def crowd_of_downloads(baseline: Run) -> tuple[Scenario, ...]:
    """Return a client that stops reading in mid-file and one that comes then, and ten in turn."""
    mid_file = served(BLOCK, Pause(), Connect(client=1), times=LARGE_BLOCKS)
    enough = enough_for(largest_step(baseline), 2 * LARGE_BLOCKS)
    return *((mid_file,) if enough else ()), replace(baseline.scenario, steps=IN_TURN)


def first_steps(scenario: Scenario) -> Scenario:
    """Return the same with the client alone who stops reading; or with two in turn."""
    return replace(scenario, steps=scenario.steps[:2])


def leaks(baseline: Run) -> tuple[Scenario, ...]:
    """Return clients that are lost, round after round: with a file, with one that is under way then, with none."""
    many = losses_of_all_kinds(baseline.scenario, LOSS_ROUNDS)
    large = Start(files=(File(name=SERVED, content=BLOCK, times=LARGE_BLOCKS),))
    return (
        losses_of_all_kinds(baseline.scenario, 1),
        many,
        replace(many, start=replace(baseline.scenario.start, files=())),
        *((replace(many, start=large),) if enough_for(largest_step(baseline), LARGE_BLOCKS * 24) else ()),
    )


READ_FILES: Final = Family("read-files", read_file, needs_baseline=False)
SERVED_FILES: Final = Family("served-files", served_file, needs_baseline=False)
SENT_FILES: Final = Family("sent-files", sent_file, needs_baseline=False)
SPLIT_FILES: Final = Family("split-files", split_file, control=file_in_one_segment)
OLDER_FILE: Final = Family(
    "older-file",
    derive=lambda baseline: (other_start(baseline, files=(File(name=baseline.path, content=OLDER),)),),
)
READ_ONLY_FILE: Final = Family("read-only-file", derive=read_only)
MISSING_FILE: Final = Family("missing-file", derive=lambda baseline: (other_start(baseline, files=(), terminal=True),))
PARTIAL_READS: Final = Family("partial-reads", derive=lambda baseline: partial(baseline, "input"))
PARTIAL_WRITES: Final = Family("partial-writes", derive=lambda baseline: partial(baseline, "output"))
FAILED_CLOSES: Final = Family("failed-closes", derive=failed_closes)
FAILED_READS: Final = Family("failed-reads", derive=failed_reads)
FAILED_WRITES: Final = Family("failed-writes", derive=failed_writes)
LOST_TRANSFERS: Final = Family("lost-transfers", derive=lambda baseline: RESET + failed_writes(baseline))
LOST_FILES: Final = Family("lost-files", derive=lambda _: RESET)
FILE_CROWDS: Final = Family("file-crowds", derive=crowd_of_downloads, control=first_steps)
FILE_LEAKS: Final = Family("file-leaks", derive=leaks, control=first_loss_only)
FILE_LOSSES: Final = Family("file-losses", derive=losses, control=nobody_lost)
OTHER_FILES: Final = Family(
    "other-files",
    derive=lambda _: (
        Scenario(steps=(Accept(), Send(data=LONG[:99]), Send(data=b"Hi!"), End())),
        Scenario(steps=(Accept(), Send(data=b"Hi!"), End())),
        Scenario(steps=(Accept(), *segments(LONG[:5000], [4096]), End())),
    ),
)
BINARY_SERVED: Final = Family("binary-served", derive=lambda _: tuple(map(served, BINARY)))
BINARY_SENT: Final = Family("binary-sent", derive=lambda _: tuple(map(sent, BINARY)))
LARGE_SERVED: Final = Family(
    "large-served",
    derive=lambda baseline: (
        (served(BLOCK, times=LARGE_BLOCKS), served(BLOCK, Pause(), times=LARGE_BLOCKS))
        if enough_for(largest_step(baseline), LARGE_BLOCKS)
        else ()
    ),
    empty_reason="large.small-steps",
)
LARGE_SENT: Final = Family(
    "large-sent",
    derive=lambda baseline: (
        (sent(BLOCK, times=LARGE_BLOCKS),) if enough_for(largest_step(baseline), LARGE_BLOCKS) else ()
    ),
    empty_reason="large.small-steps",
)
HALF_CLOSED_FILE: Final = Family(
    "half-closed-file",
    derive=lambda _: (
        Scenario(steps=(Accept(), Send(data=BASELINE_FILE), End(early=True))),
        Scenario(steps=(Accept(), Send(data=LONG[:5000]), End(early=True))),
    ),
)
NO_DATA: Final = Family(
    "no-data",
    derive=lambda baseline: (baseline.scenario, other_start(baseline, files=(File(name=READ),))),
    needs_baseline=False,
)
HOSTILE_FILES: Final = Family(
    "hostile-files",
    derive=lambda baseline: tuple(
        sent(data) if Accept() in baseline.scenario.steps else served(data, Send(data=data)) for data in HOSTILE
    ),
)
HOSTILE_CONTENTS: Final = Family(
    "hostile-contents",
    derive=lambda _: tuple(Scenario(start=Start(files=(File(name=READ, content=data),))) for data in HOSTILE),
)
NO_FILE_SENT: Final = Family(
    "no-file-sent",
    derive=lambda baseline: (
        baseline.scenario,
        Scenario(steps=(Accept(), End())),
        Scenario(steps=(Accept(), *segments(BASELINE_FILE, [7]), End())),
    ),
    needs_baseline=False,
)
