"""A class that is judged again, killed at twenty moments, and while the processors are busy: the same marks."""

import csv
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.support.make_class import make_class
from tests.support.offhook import ROOT, offhook

STUDENTS: Final = 24
KILLS: Final = 20
MOST_TIMES: Final = 5
"""How often at most the class is judged where nothing else happens, and as often while it does."""
JOBS: Final = 2
QUICK: Final = ("--requirement", "transfer.", "--profile", "quick")


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("handed") / "class"
    make_class("moodle", folder, STUDENTS)
    return folder


@pytest.fixture(scope="module")
def marks(handed_in: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The class, judged without being disturbed."""
    folder = tmp_path_factory.mktemp("out") / "marks"
    offhook("class", handed_in, "--into", folder, "--jobs", str(JOBS), *QUICK, status=0)
    return folder


def verdicts(folder: Path) -> list[dict[str, str]]:
    """Return the lines of a class's CSV without the date."""
    with (folder / "marks.csv").open(encoding="utf-8-sig", newline="") as file:
        return [{name: cell for name, cell in row.items() if name != "date"} for row in csv.DictReader(file)]


def test_killed_at_twenty_moments_it_ends_with_the_same_marks(handed_in: Path, marks: Path, tmp_path: Path) -> None:
    into = tmp_path / "marks"
    command = [sys.executable, "-m", "conformance.cli", "class", str(handed_in), "--into", str(into)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for number in range(KILLS):
        with subprocess.Popen(
            [*command, "--jobs", str(JOBS), *QUICK], stderr=subprocess.PIPE, env=environment, cwd="/", text=True
        ) as run:
            assert run.stderr is not None
            said = run.stderr.readline()  # one more is judged
            run.kill()
            rest = run.stderr.read()
        kept = len(list((into / "judged").glob("*.json")))
        assert re.match(r"\d+/", said) or run.returncode == 0, said + rest
        assert kept >= min(number + 1, len(list((marks / "judged").iterdir())))
    offhook(*command[3:], "--jobs", str(JOBS), *QUICK, status=0)
    assert verdicts(into) == verdicts(marks)


@contextmanager
def busy() -> Iterator[None]:
    """Keep each processor busy meanwhile."""
    spinners = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(len(os.sched_getaffinity(0)))
    ]
    try:
        yield
    finally:
        for one in spinners:
            one.kill()
            one.wait()


def test_judged_again_nothing_changes(handed_in: Path, marks: Path, tmp_path: Path, times: int) -> None:
    times = min(times, MOST_TIMES)
    for number in range(times * 2):
        into = tmp_path / f"{number}"
        if number < times:
            offhook("class", handed_in, "--into", into, "--jobs", str(JOBS), *QUICK, status=0)
        else:
            with busy():
                offhook("class", handed_in, "--into", into, "--jobs", str(JOBS), *QUICK, status=0)
        done = offhook("class", "compare", marks, into)
        assert (done.returncode, done.stdout) == (0, "0 changes\n")
