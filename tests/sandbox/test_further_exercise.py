"""A further exercise of a known conversation is data alone: a table of a few lines is judged on all that applies."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from conformance.catalogue import catalogue
from conformance.judging.engine import Engine, plan
from conformance.sandbox.client import start_sandboxes
from conformance.submission.discover import read_submission
from tests.matrix import HERE
from tests.support.courses import laid_over, write_course

TABLES = """
[parrot]
like = "echo_server"
title = "Says what it hears"
source = ["parrot"]

[welcome]
title = "Welcomes each client"
course_section = "1-1"
source = ["welcome"]
arguments = ["{port}"]
role = "server"
conversation = "greeting"
greeting = "Hello World!"
"""


@pytest.fixture
def with_more_exercises(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The package's catalogue, with a course of two tables over it."""
    with laid_over(write_course(tmp_path_factory.mktemp("course"), {"exercises.toml": TABLES})):
        yield


@pytest.mark.usefixtures("with_more_exercises")
@pytest.mark.parametrize(
    ("name", "known", "right", "wrong", "broken"),
    [
        ("parrot", "echo_server", "echo_server_poll.c", "echo_server_says_goodbye.c", "transfer.echo-exact"),
        (
            "welcome",
            "hello_server",
            "server_blocking.c",
            "server_address_length_zero.c",
            "lifecycle.address-length-given",
        ),
    ],
)
def test_it_is_judged_on_all_that_applies(
    tmp_path: Path, name: str, known: str, right: str, wrong: str, broken: str
) -> None:
    if shutil.which("gcc") is None:
        pytest.skip("no gcc here")
    for folder, program in (("right", right), ("wrong", wrong)):
        (tmp_path / folder).mkdir()
        shutil.copy(HERE / folder / program, tmp_path / folder / f"{name}.c")
    with closing(Engine(start_sandboxes())) as engine:
        good = list(engine.verdicts(plan(read_submission(tmp_path / "right"), prefixes=("lifecycle", "transfer"))))
        bad = list(engine.verdicts(plan(read_submission(tmp_path / "wrong"), prefixes=(broken,))))
    ids = [one.id for one in catalogue().requirements.values() if one.group in ("lifecycle", "transfer")]
    assert {one.verdict.requirement for one in good} == {
        one for one in ids if catalogue().requirements[one].concerns(known)
    }
    assert {one.verdict.verdict for one in good} <= {"passed", "not-applicable"}, [one.verdict for one in good]
    assert [one.verdict.verdict for one in bad] == ["failed"]
