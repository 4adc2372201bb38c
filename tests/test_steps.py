"""What is enough for a large transfer follows from the reads that move something."""

from conformance.observe.trace import Call, Trace
from conformance.scenarios.echo import LARGE, LARGE_STEP, enough_for, largest_step
from conformance.stage.script import Run, Scenario, Waiting


def read(size: int, result: int) -> Call:
    return Call(0, 1, 1, "read", "read", (3, 0, size, 0, 0, 0), result, of_exercise=True)


def step(*calls: Call) -> int:
    return largest_step(Run(Scenario(), Waiting(), observed=True, port=1, trace=Trace(calls)))


def test_reads_that_move_nothing_say_nothing() -> None:
    assert step(read(1, 1), read(1, 1), read(1000, 0)) == 1
    assert step(read(1, 1), read(1000, 1000)) == 1000
    assert step() == LARGE_STEP


def test_a_program_that_goes_byte_by_byte_is_spared() -> None:
    assert not enough_for(1, LARGE)
    assert enough_for(LARGE_STEP, LARGE)
