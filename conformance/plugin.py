"""The pytest plugin: lets the conformance tests run on a submission, in Offhook's own session or in a course's."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.catalogue import catalogue
from conformance.grading.build import Workshop
from conformance.grading.submission import Submission, SubmissionError, read
from conformance.stage.handle import Stage
from conformance.trial import Bench

if TYPE_CHECKING:
    from conformance.suite.proving import Proof

PROVES = "offhook_proves"
"""The mark of a conformance test: an attribute that holds what it proves."""
SUBMISSIONS = pytest.StashKey[dict[str, Submission]]()
"""The submissions by the names under which tests show them."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that choose what is judged."""
    group = parser.getgroup("offhook", "conformance of socket programs")
    group.addoption(
        "--submission",
        action="append",
        default=[],
        metavar="FOLDER",
        help="judge the programs in this folder; may be repeated",
    )
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
    """Look into the submissions once; a wrong one ends the session with one line."""
    config.addinivalue_line("markers", "xdist_group(name): what one worker judges from beginning to end")
    folders = config.getoption("--submission")
    if not folders:
        return
    try:
        found = [read(Path(folder)) for folder in folders]
    except (SubmissionError, OSError) as problem:
        raise pytest.UsageError(str(problem)) from None
    names = Counter(one.name for one in found)
    config.stash[SUBMISSIONS] = {one.name if names[one.name] == 1 else one.folder: one for one in found}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `-n`, let each program be built and judged by one worker, from beginning to end."""
    if SUBMISSIONS not in config.stash:
        return None
    from xdist.scheduler import LoadGroupScheduling

    config.option.loadgroup = True
    return LoadGroupScheduling(config, log)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each conformance test for each submission and each exercise that its requirement applies to."""
    proof = getattr(metafunc.function, PROVES, None)
    if proof is None:
        return
    submissions = metafunc.config.stash.get(SUBMISSIONS, {})
    cases = [
        _case(name if len(submissions) > 1 else "", one, exercise)
        for name, one in submissions.items()
        for exercise in chosen(metafunc.config, proof, one)
    ]
    metafunc.parametrize(("bench", "exercise"), cases, indirect=["bench"])


def _case(name: str, submission: Submission, exercise: str) -> Any:
    shown = f"{name}-{exercise}" if name else exercise
    return pytest.param(submission, exercise, id=shown, marks=pytest.mark.xdist_group(shown))


def chosen(config: pytest.Config, proof: "Proof", submission: Submission) -> list[str]:
    """Return the exercises whose programs a test judges in this session."""
    prefixes = config.getoption("--requirement")
    if prefixes and not any(proof.requirement.id.startswith(prefix) for prefix in prefixes):
        return []
    asked = config.getoption("--exercise") or list(submission.found)
    return [exercise for exercise in catalogue().exercises if exercise in asked and proof.concerns(exercise)]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that have nothing to judge here, without a word about empty parameters."""
    ours = [item for item in items if hasattr(getattr(item, "function", None), PROVES)]
    if ours and SUBMISSIONS not in config.stash:
        raise pytest.UsageError("which programs? say --submission FOLDER")
    items[:] = [item for item in items if item not in ours or "NOTSET" not in item.name]


@pytest.fixture(scope="session")
def offhook_benches(pytestconfig: pytest.Config) -> Iterator[Callable[[Submission], Bench]]:
    """One stage for this session, and for each submission a workshop and its programs, once they are asked for."""
    observe, seed = not pytestconfig.getoption("--no-observer"), pytestconfig.getoption("--seed")
    with ExitStack() as open_ones:
        stage = open_ones.enter_context(Stage(_worker_number(pytestconfig)))
        benches: dict[str, Bench] = {}

        def bench_of(submission: Submission) -> Bench:
            if submission.folder not in benches:
                workshop = Workshop(stage)
                open_ones.callback(workshop.close)
                benches[submission.folder] = Bench(submission, stage, workshop, observe=observe, seed=seed)
            return benches[submission.folder]

        yield bench_of


@pytest.fixture
def bench(request: pytest.FixtureRequest, offhook_benches: Callable[[Submission], Bench]) -> Bench:
    """The stage, the workshop and the programs of a submission."""
    return offhook_benches(request.param)


def _worker_number(config: pytest.Config) -> int:
    """Return 0, or the number of this worker of pytest-xdist."""
    name = getattr(config, "workerinput", {}).get("workerid", "gw0")
    return int(name.removeprefix("gw"))
