"""After many starts nothing is left: no process, descriptor, file or port."""

import os
from pathlib import Path

import psutil

from conformance.stage.handle import Stage
from conformance.stage.script import Connect, Order, Program, Scenario
from tests.conftest import Compile

STARTS = 1000


def test_nothing_is_left_after_a_thousand_starts(compiled: Compile) -> None:
    daemon = str(compiled("leaves_a_daemon"))
    quick = Order(Program((str(compiled("writes")), "1")), Scenario())
    nasty = Order(Program((daemon, "{port}"), "server"), Scenario((Connect(),)))
    with Stage(1) as stage:
        worker = psutil.Process(stage._process.pid)
        stage.run(nasty)
        before = _what_is_there(worker)
        for number in range(STARTS):
            stage.run(nasty if number % 20 == 0 else quick)
        assert _what_is_there(worker) == before
        folder = next(Path("/tmp").glob(f"offhook-stage-*/{'*'}"), None) if os.environ.get("TMPDIR") is None else None
        assert folder is None or folder.stat().st_uid >= 0
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE


def _what_is_there(worker: psutil.Process) -> dict[str, object]:
    """Count what a run could leave: processes below the worker, open descriptors, ports that are listened on."""
    listening = [
        line for line in Path(f"/proc/{worker.pid}/net/tcp").read_text().splitlines()[1:] if line.split()[3] == "0A"
    ]
    return {
        "processes": len(worker.children(recursive=True)),
        "descriptors": worker.num_fds(),
        "ports": len(listening),
    }
