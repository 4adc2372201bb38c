"""The same submission gets the same verdicts, run after run, whatever else the machine does."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from conformance.catalogue import catalogue
from conformance.grading.build import Workshop
from conformance.stage.handle import Stage
from conformance.trial import TRIES, References
from tests.conftest import worker_number
from tests.kill_matrix import HERE, TEXTBOOK, Specimen, specimens, verdicts

OFTEN, SOMETIMES = 20, 2
"""How often a program is judged in all: half of it while other things keep the processors busy."""
CHOSEN = {
    HERE / "right/server_threads.c": OFTEN,
    HERE / "right/client_nonblocking.c": OFTEN,
    TEXTBOOK / "server_plain.c": OFTEN,
    TEXTBOOK / "client_one_read.c": OFTEN,
    HERE / "right/echo_server_threads.c": SOMETIMES,
    TEXTBOOK / "echo_server_one.c": SOMETIMES,
    HERE / "right/echo_client_fgets.c": SOMETIMES,
    TEXTBOOK / "echo_client_plain.c": SOMETIMES,
    HERE / "right/file_server_plain.c": SOMETIMES,
    TEXTBOOK / "file_server_loop.c": SOMETIMES,
    HERE / "right/file_client_plain.c": SOMETIMES,
    TEXTBOOK / "file_client_low.c": SOMETIMES,
    HERE / "right/low_read_textbook.c": SOMETIMES,
    TEXTBOOK / "low_read_plain.c": SOMETIMES,
    HERE / "right/fd_seri_plain.c": OFTEN,
    TEXTBOOK / "fd_seri_plain.c": SOMETIMES,
}
"""Those that take longest to judge are judged least often, so that all of it stays bearable. None hands what lies
behind its buffers on: `file_client_plain.c` does after a failed read, and where the system puts its stack decides."""
SPECIMENS = [one for one in specimens() if one.path in CHOSEN]


@contextmanager
def load() -> Iterator[None]:
    """Keep all processors busy."""
    burn = "while True: pass"
    busy = [subprocess.Popen([sys.executable, "-c", burn]) for _ in range(os.cpu_count() or 2)]
    try:
        yield
    finally:
        for one in busy:
            one.kill()
            one.wait()


@pytest.mark.parametrize("specimen", SPECIMENS, ids=[one.name for one in SPECIMENS])
def test_verdicts_do_not_change(specimen: Specimen) -> None:
    times = CHOSEN[specimen.path] // 2
    with Stage(worker_number()) as stage, closing(Workshop(stage)) as workshop:
        references = References(stage, workshop)
        seen = {judged(specimen, stage, references) for _ in range(times)}
        with load():
            seen |= {judged(specimen, stage, references) for _ in range(times)}
    assert len(seen) == 1


def judged(specimen: Specimen, stage: Stage, references: References) -> tuple[tuple[str, str], ...]:
    found = verdicts(specimen, stage, references=references, tries=TRIES)
    return tuple((one.requirement, one.verdict) for one in found)


def test_the_chosen_are_there() -> None:
    assert {one.path for one in SPECIMENS} == set(CHOSEN)
    assert {one.exercise for one in SPECIMENS} == set(catalogue().exercises) - {"low_open"}
