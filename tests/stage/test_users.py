"""Stages of all sessions have users of their own, so that what one program uses up no other one lacks."""

import os
import resource
import subprocess
import sys

import pytest

from conformance.stage import launch
from conformance.stage.handle import Stage
from tests.conftest import worker_number


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives programs other users")
def test_each_stage_has_a_user_that_no_other_one_has() -> None:
    number = worker_number()
    with Stage(number) as one, Stage(number) as other, Stage(number, "winsock") as third:
        assert len({stage.isolation.user for stage in (one, other, third)}) == 3


def test_what_the_user_runs_already_is_no_part_of_the_limit() -> None:
    text = (
        "import resource; from conformance.stage import launch; launch.limit(); "
        "print(resource.getrlimit(resource.RLIMIT_NPROC)[0])"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert int(done.stdout) > launch.LIMITS[resource.RLIMIT_NPROC]
