"""After many starts nothing is left: no process, descriptor, file or port."""

from pathlib import Path

import psutil

from conformance.records.scenario import Connect, Scenario
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import Program, RunRequest
from tests.conftest import Compile

STARTS = 1000


def test_nothing_is_left_after_a_thousand_starts(compiled: Compile) -> None:
    daemon = str(compiled("leaves_a_daemon"))
    quick = RunRequest(program=Program(command=(str(compiled("writes")), "1")), scenario=Scenario())
    nasty = RunRequest(
        program=Program(command=(daemon, "{port}"), role="server"), scenario=Scenario(steps=(Connect(),))
    )
    with Sandbox(1) as sandbox:
        worker = psutil.Process(sandbox._process.pid)
        sandbox.run(nasty)
        before = _what_is_there(worker)
        for number in range(STARTS):
            sandbox.run(nasty if number % 20 == 0 else quick)
        assert _what_is_there(worker) == before
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE


def _what_is_there(worker: psutil.Process) -> dict[str, object]:
    """Count what a run could leave: processes below the worker, open descriptors, ports that are listened on."""
    listening = [
        line for line in Path(f"/proc/{worker.pid}/net/tcp").read_text().splitlines()[1:] if line.split()[3] == "0A"
    ]
    return {
        "processes": sum(one.status() != psutil.STATUS_ZOMBIE for one in worker.children(recursive=True)),
        "descriptors": worker.num_fds(),
        "ports": len(listening),
    }
