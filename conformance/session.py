"""A check from beginning to end: the conformance tests run on a submission, and the results are gathered."""

import io
import os
import platform
import time
from collections.abc import Callable
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from conformance import __version__
from conformance.catalogue import catalogue
from conformance.grading.submission import Submission
from conformance.portability import pairs
from conformance.reporting.results import FORMAT, Harness, ProgramReport, Results, SubmissionReport, Verdict
from conformance.scenarios.family import DEFAULT, digest
from conformance.suite.proving import PROVES, VERDICT
from conformance.trial import Bench, HarnessError

SUITE = Path(__file__).parent / "suite"


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be judged, and how."""

    submission: Submission
    exercises: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    seed: int | None = None
    observe: bool = True
    profile: str = DEFAULT.name


@dataclass(slots=True)
class _Gatherer:
    """Sits in the pytest session and takes the verdicts out of the tests' reports."""

    progress: Callable[[int, int, str], None]
    total: int = 0
    verdicts: list[Verdict] = field(default_factory=list)
    bench: Bench | None = None
    problems: list[str] = field(default_factory=list)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.total = len(session.items)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> object:
        proof = getattr(getattr(item, "function", None), PROVES, None)
        self.progress(len(self.verdicts), self.total, proof.requirement.id if proof else item.name)
        return (yield)

    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        self.bench = getattr(item, "funcargs", {}).get("bench", self.bench)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        found = [value for name, value in report.user_properties if name == VERDICT] if report.when == "call" else []
        self.verdicts += [msgspec.json.decode(str(value), type=Verdict) for value in found]
        if report.failed and not found:
            self.problems.append(report.longreprtext)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.problems.append(str(report.longrepr))


def check(request: Request, progress: Callable[[int, int, str], None] = lambda *_: None) -> Results:
    """Judge a submission. Raises `HarnessError` where the suite itself fails, with what it said."""
    began = time.monotonic()
    gatherer = _Gatherer(progress)
    said = io.StringIO()
    with redirect_stderr(said):
        status = pytest.main(_arguments(request), plugins=[gatherer])
    if status == pytest.ExitCode.INTERRUPTED and not gatherer.problems:
        raise KeyboardInterrupt
    if gatherer.problems or gatherer.bench is None or status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise HarnessError(
            "\n".join(gatherer.problems) or said.getvalue().strip() or f"the test session ended with {status!r}"
        )
    return _results(request, gatherer, gatherer.bench, time.monotonic() - began)


def _arguments(request: Request) -> list[str]:
    """Return pytest's command line: the suite's own configuration, no plugin that happens to be installed."""
    return [
        str(SUITE), "-c", str(SUITE / "pytest.ini"), f"--rootdir={SUITE}", "--confcutdir", str(SUITE),
        "--disable-plugin-autoload", "-p", "conformance.plugin",
        "-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:faulthandler",
        f"--submission={request.submission.folder}",
        *(f"--exercise={name}" for name in request.exercises),
        *(f"--requirement={name}" for name in request.requirements),
        *([f"--seed={request.seed}"] if request.seed is not None else []),
        f"--profile={request.profile}",
        *([] if request.observe else ["--no-observer"]),
    ]  # fmt: skip


def _results(request: Request, gatherer: _Gatherer, bench: Bench, seconds: float) -> Results:
    order = {name: place for place, name in enumerate(catalogue().requirements)}
    exercises = {name: place for place, name in enumerate(catalogue().exercises)}
    verdicts = sorted(gatherer.verdicts, key=lambda one: (exercises[one.exercise], order[one.requirement]))
    programs = [
        ProgramReport(one.exercise, one.source, one.language, one.program is not None, one.compiler, one.words)
        for one in bench.built()
    ]
    stage = bench.stage
    isolation = stage.isolation
    observer = "linux" if isolation.tracing and request.observe else f"none: {isolation.why_not or 'switched off'}"
    stages = stage.stages()
    observer = ", ".join([observer, *(one.isolation.runs_on for one in stages if one.isolation.runs_on)])
    system = os.uname()
    harness = Harness(
        __version__, catalogue().digest, digest(), observer, str(isolation), request.seed,
        sum(one.runs for one in stages), round(seconds, 3), round(sum(one.waiting_seconds for one in stages), 3),
        f"{system.sysname} {system.release} {system.machine}, Python {platform.python_version()}",
        "; ".join(sorted({program.compiler for program in programs if program.compiler})), request.profile,
    )  # fmt: skip
    folder = Path(request.submission.folder)
    submission = SubmissionReport(request.submission.name, str(folder))
    return Results(FORMAT, submission, programs, verdicts, harness, pairs(bench))
