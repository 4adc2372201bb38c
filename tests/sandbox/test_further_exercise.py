"""A further exercise of a known conversation is data alone: a table of a few lines is judged on all that applies."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from conformance import catalogue as catalogue_module
from conformance.catalogue import Source, catalogue, files
from conformance.catalogue.complaints import CatalogueFiles
from conformance.judging.engine import Engine, plan
from conformance.sandbox.client import start_sandboxes
from conformance.submission.discover import read_submission
from tests.matrix import HERE

TABLES = """
[parrot]
like = "echo_server"
source = ["parrot"]

[welcome]
course_section = "1-1"
source = ["welcome"]
arguments = ["{port}"]
role = "server"
conversation = "greeting"
greeting = "Hello World!"
"""
WORDS = """
[exercise.parrot]
title = "Says what it hears"

[exercise.welcome]
title = "Welcomes each client"
"""


@pytest.fixture
def with_more_exercises(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package's catalogue, with two tables more and their words."""
    known = files()
    exercises, words = (
        Source(source.name, source.text + further)
        for source, further in ((known.exercises, TABLES), (known.words, WORDS))
    )
    more = CatalogueFiles(known.requirements, exercises, words)
    monkeypatch.setattr(catalogue_module, "files", lambda: more)
    catalogue.cache_clear()
    yield
    monkeypatch.undo()
    catalogue.cache_clear()


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
