"""A check from beginning to end: what is judged of a submission, and the results that are made of it."""

import os
import platform
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, NamedTuple

from msgspec.structs import replace

from conformance import __version__
from conformance.catalogue import catalogue
from conformance.judging.engine import Engine, Judged, Options, plan
from conformance.judging.errors import HarnessError
from conformance.judging.side_by_side import pairs
from conformance.judging.unwatched import departures
from conformance.messages import say
from conformance.records.notes import readable
from conformance.records.results import FORMAT, ProgramReport, Provenance, Results, SubmissionReport, Verdict
from conformance.sandbox.client import Sandbox
from conformance.scenarios.family import digest
from conformance.submission.build import Built
from conformance.submission.discover import Submission
from conformance.suite.registry import strayed, untested

Progress = Callable[[int, int, str], None]
"""Told how much is done, of how much, and what comes now."""
NO_PROGRESS: Final[Progress] = lambda *_: None  # noqa: E731 (a default that needs no name of its own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be judged, and how."""

    submission: Submission
    exercises: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    options: Options = field(default_factory=Options)
    fail_fast: bool = False
    """Whether the first MUST that is broken is the last verdict."""


def check(request: Request, sandboxes: Sequence[Sandbox], progress: Progress = NO_PROGRESS) -> Results:
    """Judge a submission, in each of the sandboxes one program at a time; they are closed in the end.

    Raises `HarnessError` where a requirement would silently not be judged.
    """
    date, began = datetime.now(UTC), time.monotonic()
    with Engine(sandboxes, request.options) as engine:
        complaints = [*untested(), *strayed()]
        if complaints:
            raise HarnessError("\n".join(complaints))
        tasks = plan(request.submission, request.exercises, request.requirements)
        judged: list[Judged] = []
        with closing(engine.verdicts(tasks)) as verdicts:
            for one in verdicts:
                judged.append(one)
                progress(len(judged), len(tasks), one.task.test.requirement.id)
                if request.fail_fast and one.verdict.breaks_must:
                    break
        found = _results(request, engine, judged, _Took(date, time.monotonic() - began))
        return replace(found, harness=replace(found.harness, left_out=len(tasks) - len(judged)))


class _Took(NamedTuple):
    """When a check began, and how long it took."""

    began: datetime
    seconds: float


def _results(request: Request, engine: Engine, judged: list[Judged], took: _Took) -> Results:
    order = {name: place for place, name in enumerate(catalogue().exercises)}
    verdicts = [_timed(one) for one in sorted(judged, key=lambda one: order[one.task.exercise])]
    programs = engine.programs(request.submission)
    built = [one.built for one in programs.values()]
    of_builds = (note for one in built for note in one.notes)
    notes = dict.fromkeys([*departures(programs), *request.submission.notes, *of_builds])
    return Results(
        format=FORMAT,
        submission=SubmissionReport(
            name=readable(request.submission.name), folder=readable(request.submission.folder), notes=tuple(notes)
        ),
        programs=[_report(one.built, one.sanitizers) for one in programs.values()],
        verdicts=verdicts,
        harness=_provenance(request, engine, judged, built, took),
        beside=pairs(programs),
    )


def _timed(one: Judged) -> Verdict:
    return replace(one.verdict, seconds=round(one.seconds, 3))


def _report(built: Built, sanitizers: str) -> ProgramReport:
    return ProgramReport(
        exercise=built.exercise,
        source=built.source,
        language=built.language,
        built=built.program is not None,
        compiler=built.compiler,
        words=built.words,
        sanitizers=sanitizers,
        digest=built.digest,
    )


def _provenance(request: Request, engine: Engine, judged: list[Judged], built: list[Built], took: _Took) -> Provenance:
    sandboxes = engine.sandboxes()
    isolation = engine.isolation
    observed = isolation.why_not is None and request.options.observe
    stands_in = dict.fromkeys(one.isolation.runs_on for one in sandboxes if one.isolation.runs_on)
    system = os.uname()
    return Provenance(
        version=__version__,
        catalogue=catalogue().digest,
        scenarios=digest(),
        courses=catalogue().courses,
        observer=", ".join(["linux" if observed else "none", *stands_in]),
        tier=isolation.tier,
        sandbox=isolation.described(),
        seed=request.options.seed,
        runs=sum(one.runs for one in sandboxes),
        seconds=round(took.seconds, 3),
        waiting_seconds=round(sum(one.waiting_seconds for one in sandboxes), 3),
        platform=f"{system.sysname} {system.release} {system.machine}, Python {platform.python_version()}",
        compiler="; ".join(sorted({one.compiler for one in built if one.compiler})),
        not_observed=None if observed else isolation.why_not or say("how.switched-off"),
        profile=request.options.profile.name,
        began=f"{took.began:%Y-%m-%dT%H:%M:%SZ}",
        problems=tuple(one.problem for one in judged if one.problem is not None),
    )
