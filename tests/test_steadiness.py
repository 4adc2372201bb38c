"""The same submission gets the same verdicts, run after run, whatever else the machine does."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.stage.handle import Stage
from tests.conftest import worker_number
from tests.kill_matrix import HERE, TEXTBOOK, Specimen, specimens, verdicts

TIMES = 20
CHOSEN = [
    one
    for one in specimens()
    if one.path
    in (
        HERE / "right/server_threads.c",
        HERE / "right/client_nonblocking.c",
        TEXTBOOK / "server_plain.c",
        TEXTBOOK / "client_one_read.c",
    )
]


@pytest.fixture
def load() -> Iterator[None]:
    """Something that keeps both processors busy."""
    burn = "while True: pass"
    busy = [subprocess.Popen([sys.executable, "-c", burn]) for _ in range(os.cpu_count() or 2)]
    yield
    for one in busy:
        one.kill()
        one.wait()


@pytest.mark.parametrize("specimen", CHOSEN, ids=[one.name for one in CHOSEN])
def test_verdicts_do_not_change(specimen: Specimen) -> None:
    _twenty_times(specimen, TIMES // 2)


@pytest.mark.usefixtures("load")
@pytest.mark.parametrize("specimen", CHOSEN, ids=[one.name for one in CHOSEN])
def test_verdicts_do_not_change_under_load(specimen: Specimen) -> None:
    _twenty_times(specimen, TIMES // 2)


def _twenty_times(specimen: Specimen, times: int) -> None:
    with Stage(worker_number()) as stage:
        seen = {tuple((one.requirement, one.verdict) for one in verdicts(specimen, stage)) for _ in range(times)}
    assert len(seen) == 1


def test_the_chosen_are_there() -> None:
    assert len(CHOSEN) == 4
    assert all(isinstance(one.path, Path) for one in CHOSEN)
