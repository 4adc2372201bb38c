"""Processors are shared out among sandboxes, whichever sessions they belong to."""

import os
import subprocess
import sys

BOUND = """
import os
from conformance.sandbox import cpu_pinning, machine_lock
machine_lock.LOCK_NAME = "\\0offhook-test-{test}-{{}}"  # other sessions on this machine have the real one
lock = cpu_pinning.pin(0)
print(os.sched_getaffinity(0), flush=True)
input()
"""


def bound() -> subprocess.Popen[str]:
    """Start a process that keeps to one processor until it is told to end."""
    command = [sys.executable, "-c", BOUND.format(test=os.getpid())]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def where(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_first_stages_keep_to_different_processors_until_all_are_claimed() -> None:
    allowed = sorted(os.sched_getaffinity(0))
    processes, places = [], []
    for _ in range(len(allowed) + 1):
        processes.append(bound())
        places.append(where(processes[-1]))
    for process in processes:
        process.communicate("\n", timeout=60)
    assert set(places[:-1]) == {f"{{{processor}}}" for processor in allowed}
    assert places[-1] == f"{{{allowed[0]}}}", "the number decides"
