"""Sandboxes of all sessions have users of their own, so that what one program uses up no other one lacks."""

import os
import resource
import subprocess
import sys

import pytest

from conformance.records.errors import BlamelessError, SandboxError
from conformance.records.run import Exited
from conformance.records.scenario import Scenario
from conformance.sandbox import spawn, uids
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import Program, RunRequest
from tests.conftest import worker_number

CROWD = """
import os, sys, threading
os.setgroups([]); os.setresgid(*[int(sys.argv[1])] * 3); os.setresuid(*[int(sys.argv[1])] * 3)
threading.stack_size(1 << 16)
for _ in range(int(sys.argv[2])):
    threading.Thread(target=sys.stdin.read, daemon=True).start()
print("there", flush=True)
sys.stdin.read()
"""
"""A process of a user with so many threads."""


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives programs other users")
def test_each_stage_has_a_user_that_no_other_one_has() -> None:
    number = worker_number()
    with Sandbox(number) as one, Sandbox(number) as other, Sandbox(number, "winsock") as third:
        assert len({sandbox.isolation.user for sandbox in (one, other, third)}) == 3


def test_what_the_user_runs_already_is_no_part_of_the_limit() -> None:
    text = (
        "import resource; from conformance.sandbox import spawn; spawn.limit(); "
        "print(resource.getrlimit(resource.RLIMIT_NPROC)[0])"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert int(done.stdout) > spawn.RESOURCE_LIMITS[resource.RLIMIT_NPROC]


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives programs other users")
def test_where_the_system_refuses_a_process_no_program_is_judged_by_it() -> None:
    order = RunRequest(program=Program(command=("/bin/true",), role="alone"), scenario=Scenario())
    with Sandbox(worker_number()) as sandbox:
        threads = spawn.RESOURCE_LIMITS[resource.RLIMIT_NPROC] + 2 * spawn.tasks()
        command = [sys.executable, "-c", CROWD, sandbox.isolation.user, str(threads)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as crowd:
            assert crowd.stdin is not None
            assert crowd.stdout is not None
            assert crowd.stdout.readline() == b"there\n"
            with pytest.raises(SandboxError) as refused:
                sandbox.run(order)
            assert not isinstance(refused.value, BlamelessError)
            assert "refused to start a process" in str(refused.value)
            crowd.stdin.close()
        assert sandbox.run(order).ending == Exited(status=0)


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives programs other users")
def test_another_container_begins_with_another_user() -> None:
    text = "from conformance.sandbox import uids; print(next(uids.candidates()))"
    command = ["unshare", "--mount", sys.executable, "-c", text]
    firsts = {subprocess.run(command, capture_output=True, check=True).stdout for _ in range(2)}
    assert str(next(uids.candidates())).encode() not in {one.strip() for one in firsts}
    assert sorted(uids.candidates()) == list(range(uids.FIRST, uids.FIRST + uids.UIDS))
