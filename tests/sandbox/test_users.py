"""Sandboxes of all sessions have users of their own, so that what one program uses up no other one lacks."""

import os
import resource
import subprocess
import sys

import pytest

from conformance.sandbox import spawn
from conformance.sandbox.client import Sandbox
from tests.conftest import worker_number


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
