"""What is enough for a large transfer follows from the reads that move something."""

from conformance.records.run import Run, Waiting
from conformance.records.scenario import Scenario
from conformance.records.trace import Call, Trace
from conformance.scenarios.echo import LARGE_BLOCKS, LARGE_STEP, enough_for, largest_step


def read(size: int, result: int) -> Call:
    return Call(
        number=0,
        process=1,
        thread=1,
        name="read",
        system_call="read",
        args=(3, 0, size, 0, 0, 0),
        result=result,
        in_scope=True,
    )


def step(*calls: Call) -> int:
    return largest_step(Run(scenario=Scenario(), ending=Waiting(), observed=True, port=1, trace=Trace(calls=calls)))


def test_reads_that_move_nothing_say_nothing() -> None:
    assert step(read(1, 1), read(1, 1), read(1000, 0)) == 1
    assert step(read(1, 1), read(1000, 1000)) == 1000
    assert step() == LARGE_STEP


def test_a_program_that_goes_byte_by_byte_is_spared() -> None:
    assert not enough_for(1, LARGE_BLOCKS)
    assert enough_for(LARGE_STEP, LARGE_BLOCKS)
