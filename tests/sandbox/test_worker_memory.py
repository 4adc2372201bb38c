"""The process in which runs happen keeps nothing of them: a class is thousands of runs in one such process."""

import psutil

from conformance.records.scenario import Scenario
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import Program, RunRequest
from tests.conftest import Compile

WRITES = 3_000
RUNS = 20
MAY_GROW = 8 << 20
"""Bytes; the traces of so many runs take several times as much."""


def test_no_trace_stays_in_the_workers_memory(sandbox: Sandbox, compiled: Compile) -> None:
    program = Program(command=(str(compiled("writes")), str(WRITES)))
    order = RunRequest(program=program, scenario=Scenario(), everything=True)
    worker = psutil.Process(sandbox._process.pid)
    assert len(sandbox.run(order).trace.calls) > WRITES
    sandbox.run(order)
    before = worker.memory_info().rss
    for _ in range(RUNS):
        sandbox.run(order)
    assert worker.memory_info().rss - before < MAY_GROW
