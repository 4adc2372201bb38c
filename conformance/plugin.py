"""The pytest plugin: lets the conformance tests run on a submission, in Offhook's own session or in a course's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.catalogue import Requirement, catalogue
from conformance.grading.build import Workshop
from conformance.grading.submission import Submission, SubmissionError, read
from conformance.stage.handle import Stage
from conformance.trial import Bench

SUBMISSION = pytest.StashKey[Submission]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that choose what is judged."""
    group = parser.getgroup("offhook", "conformance of socket programs")
    group.addoption("--submission", metavar="FOLDER", help="judge the programs in this folder")
    group.addoption("--exercise", action="append", default=[], help="judge this exercise only; may be repeated")
    group.addoption(
        "--requirement",
        action="append",
        default=[],
        help="judge this requirement, or those that begin so; may be repeated",
    )
    group.addoption(
        "--seed", type=int, help="also search for scenarios beyond the fixed set, beginning from this number"
    )
    group.addoption("--no-observer", action="store_true", help="judge only what shows on the wire")


def pytest_configure(config: pytest.Config) -> None:
    """Look into the submission once; a wrong one ends the session with one line."""
    folder = config.getoption("--submission")
    if folder is None:
        return
    try:
        config.stash[SUBMISSION] = read(Path(folder))
    except SubmissionError as problem:
        raise pytest.UsageError(str(problem)) from None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each conformance test for each exercise that its requirement applies to."""
    requirement = getattr(metafunc.function, "offhook_proves", None)
    if requirement is not None:
        metafunc.parametrize("exercise", chosen(metafunc.config, requirement))


def chosen(config: pytest.Config, requirement: Requirement) -> list[str]:
    """Return the exercises on which a requirement is judged in this session."""
    prefixes = config.getoption("--requirement")
    if prefixes and not any(requirement.id.startswith(prefix) for prefix in prefixes):
        return []
    submission = config.stash.get(SUBMISSION, None)
    asked = config.getoption("--exercise") or (list(submission.found) if submission else [])
    return [exercise for exercise in catalogue().exercises if exercise in asked and requirement.concerns(exercise)]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that have nothing to judge here, without a word about empty parameters."""
    if SUBMISSION in config.stash:
        items[:] = [item for item in items if "NOTSET" not in item.name]


@pytest.fixture(scope="session")
def bench(pytestconfig: pytest.Config) -> Iterator[Bench]:
    """The stage, the workshop and the programs of this session."""
    submission = pytestconfig.stash.get(SUBMISSION, None)
    if submission is None:
        pytest.fail("which programs? say --submission FOLDER", pytrace=False)
    with Stage(_worker_number(pytestconfig)) as stage:
        workshop = Workshop(stage)
        try:
            observe = not pytestconfig.getoption("--no-observer")
            yield Bench(submission, stage, workshop, observe=observe, seed=pytestconfig.getoption("--seed"))
        finally:
            workshop.close()


def _worker_number(config: pytest.Config) -> int:
    """Return 0, or the number of this worker of pytest-xdist."""
    name = getattr(config, "workerinput", {}).get("workerid", "gw0")
    return int(name.removeprefix("gw"))
