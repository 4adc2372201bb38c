"""The pytest plugin: lets the conformance tests run on a submission, in Offhook's own session or in a course's.

With `-n` a session of the suite alone stays one process that works on several stages. Where a course's own tests run
beside it, the workers of pytest-xdist have a stage each.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.ahead import Ahead, Program, Question
from conformance.catalogue import catalogue
from conformance.grading.build import Workshop
from conformance.grading.submission import Submission, SubmissionError, read
from conformance.scenarios.family import DEFAULT, PROFILES
from conformance.stage.handle import Stage
from conformance.trial import Bench, References

if TYPE_CHECKING:
    from conformance.suite.proving import Proof

PROVES = "offhook_proves"
"""The mark of a conformance test: an attribute that holds what it proves."""
SUBMISSIONS = pytest.StashKey[dict[str, Submission]]()
"""The submissions by the names under which tests show them."""
AT_ONCE = pytest.StashKey[int]()
"""How many programs this process judges at once, where `-n` says so."""
STAGES = pytest.StashKey[list[Stage]]()
REFERENCES = pytest.StashKey[dict[Workshop, References]]()
SUITE = "conformance.suite"


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
    group.addoption(
        "--profile", choices=list(PROFILES), default=DEFAULT.name, help="how much is tried: quick takes seconds"
    )
    group.addoption("--no-observer", action="store_true", help="judge only what shows on the wire")


def pytest_cmdline_main(config: pytest.Config) -> None:
    """With `-n`, let a session of the suite alone have so many stages, instead of so many processes of pytest."""
    workers = getattr(config.option, "numprocesses", None)
    if workers and _suite_alone(config):
        config.stash[AT_ONCE] = len(config.option.tx)
        config.option.tx, config.option.dist = [], "no"


def _suite_alone(config: pytest.Config) -> bool:
    names = [argument.partition("::")[0] for argument in config.args]
    return config.option.pyargs and all(name == SUITE or name.startswith(f"{SUITE}.") for name in names)


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


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Let the stages of this process be set up while the tests are collected."""
    config = session.config
    if SUBMISSIONS not in config.stash or config.option.collectonly or config.getoption("dist", "no") != "no":
        return
    first = _worker_number(config)
    config.stash[STAGES] = [Stage(first + place) for place in range(config.stash.get(AT_ONCE, 1))]
    for stage in config.stash[STAGES]:
        config.add_cleanup(stage.close)


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
    if AT_ONCE in config.stash:
        order = list(_asked(items))
        items.sort(key=lambda item: order.index(_program(item)))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let Hypothesis's plugin go where nobody used it: it would load all of Hypothesis to say nothing at the end."""
    if "hypothesis" not in sys.modules and _suite_alone(session.config):
        session.config.pluginmanager.unregister(name="hypothesispytest")


def _program(item: Any) -> Program:
    """Return the program that a conformance test judges."""
    return Program(item.callspec.params["bench"].folder, item.callspec.params["exercise"])


def _asked(items: Sequence[Any]) -> dict[Program, list[Question]]:
    """Return what conformance tests ask, program by program."""
    asked: dict[Program, list[Question]] = {}
    for item in items:
        proof = getattr(item.function, PROVES)
        asked.setdefault(_program(item), []).append(Question(proof.requirement, proof.family, proof.check))
    return asked


@pytest.fixture(scope="session")
def offhook_benches(request: pytest.FixtureRequest) -> Iterator[Callable[[Submission], Bench]]:
    """The workshops of this session, and for each submission a bench, once it is asked for."""
    config = request.config
    with ExitStack() as open_ones:
        workshops = [open_ones.enter_context(closing(Workshop(stage))) for stage in config.stash[STAGES]]
        observe = not config.getoption("--no-observer")
        config.stash[REFERENCES] = {one: References(one.stage, one, observe) for one in workshops}
        ahead = open_ones.enter_context(closing(_ahead(request, workshops))) if AT_ONCE in config.stash else None
        benches: dict[str, Bench] = {}

        def bench_of(submission: Submission) -> Bench:
            if submission.folder not in benches:
                benches[submission.folder] = bench = _bench_in(config, workshops[0], submission.folder)
                bench.ahead = partial(ahead.verdict, submission.folder) if ahead is not None else None
            return benches[submission.folder]

        yield bench_of


def _bench_in(config: pytest.Config, workshop: Workshop, folder: str) -> Bench:
    submission = next(one for one in config.stash[SUBMISSIONS].values() if one.folder == folder)
    observe, seed = not config.getoption("--no-observer"), config.getoption("--seed")
    shared = config.stash[REFERENCES][workshop]
    profile = PROFILES[config.getoption("--profile")]
    return Bench(submission, workshop.stage, workshop, observe, seed, profile, references=shared)


def _ahead(request: pytest.FixtureRequest, workshops: Sequence[Workshop]) -> Ahead:
    """Begin to judge what the tests of this session will ask; on one stage, where several would share their ports."""
    apart = all(workshop.stage.isolation.network for workshop in workshops)
    bench_in = partial(_bench_in, request.config)
    return Ahead(workshops if apart else workshops[:1], bench_in, _asked(request.session.items))


@pytest.fixture
def bench(request: pytest.FixtureRequest, offhook_benches: Callable[[Submission], Bench]) -> Bench:
    """The stage, the workshop and the programs of a submission."""
    return offhook_benches(request.param)


def _worker_number(config: pytest.Config) -> int:
    """Return 0, or the number of this worker of pytest-xdist."""
    name = getattr(config, "workerinput", {}).get("workerid", "gw0")
    return int(name.removeprefix("gw"))
