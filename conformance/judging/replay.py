"""Saved failures, tried again on the programs as they are now."""

import signal
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import msgspec

from conformance.catalogue import catalogue
from conformance.messages import Message, say
from conformance.records.results import COUNTS_AGAINST, FORMAT, Results, Verdict, decode, format_of
from conformance.records.scenario import LOOPBACK, OTHER_LOOPBACK, Scenario, Signal
from conformance.sandbox.request import Wanted
from conformance.submission.discover import Submission

if TYPE_CHECKING:
    from conformance.judging.context import JudgingContext
    from conformance.suite.registry import RequirementTest

LARGEST_FILE: Final = 64 << 20
NO_TRY: Final = frozenset({"not-implemented", "not-run"})
"""They count against a program, and yet say nothing of the saved scenario."""
MOST_DESCRIPTORS: Final = 64
LARGEST_SCENARIO: Final = 1 << 20
"""Bytes of its JSON: no check makes one that comes near, and a file from elsewhere may hold anything."""
MOST_GIVEN: Final = 64 << 20
"""Bytes that a program is given to move: no check gives a tenth of it."""
ALL_MODES: Final = 0o7777
SIGNALS: Final = frozenset(one.name for one in signal.Signals)
Outcome = Literal["fixed", "still", "cannot"]


class NoResultsError(Exception):
    """The file holds no results; the text says why."""


class Replayed(NamedTuple):
    """A saved failure, and what came of trying it again."""

    saved: Verdict
    now: Verdict

    @property
    def outcome(self) -> Outcome:
        """Fixed where no try failed, and otherwise whether it still fails or could not be tried."""
        if self.now.verdict == "passed":
            return "fixed"
        return "still" if self.now.verdict in COUNTS_AGAINST - NO_TRY else "cannot"


def read_results(text: bytes) -> Results:
    """Read a file of results. Raises `NoResultsError` where it is none."""
    if len(text) > LARGEST_FILE:
        raise NoResultsError(say("replay.too-large", limit=LARGEST_FILE >> 20))
    try:
        found = format_of(text)
        if found == FORMAT:
            return decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise NoResultsError(say("replay.no-results", why=str(problem).split("\n")[0])) from None
    raise NoResultsError(say("replay.other-format", format=found, known=FORMAT))


def failures(results: Results, exercises: Sequence[str], prefixes: Sequence[str]) -> list[Verdict]:
    """Return the saved failures that are asked for: all, or those of these exercises and requirements."""
    return [
        one
        for one in results.verdicts
        if one.verdict in COUNTS_AGAINST
        and (not exercises or one.exercise in exercises)
        and (not prefixes or any(one.requirement.startswith(prefix) for prefix in prefixes))
    ]


def replay(
    submission: Submission,
    saved: Sequence[Verdict],
    *,
    observe: bool = True,
    wanted: Wanted = "best",
    progress: Callable[[int, int, str], None] = lambda *_: None,
) -> tuple[list[Replayed], Message]:
    """Try each saved failure again, in its own scenario, as often as a failure is doubted; say how isolated it was."""
    from conformance.judging.context import JudgingContext  # slow to load, and wrong use is said at once
    from conformance.sandbox.client import start_sandboxes
    from conformance.submission.build import BuildDir

    done: list[Replayed] = []
    (started,) = start_sandboxes(wanted=wanted)
    with started as sandbox:
        isolation = sandbox.isolation  # a sandbox that cannot be set up says it here
        build_dir = BuildDir(sandbox)
        try:
            context = JudgingContext(submission, sandbox, build_dir, observe=observe)
            for one in saved:
                progress(len(done), len(saved), one.requirement)
                done.append(Replayed(one, _again(context, one)))
        finally:
            build_dir.close()
    return done, isolation.described()


def _again(context: "JudgingContext", saved: Verdict) -> Verdict:
    """Return today's verdict on a saved failure; `not-run` where there is nothing to try."""
    from conformance.judging.trial import judge
    from conformance.judging.unwatched import observes
    from conformance.suite.registry import all_tests

    if saved.requirement not in catalogue().requirements or saved.exercise not in catalogue().exercises:
        return _not_run(saved, say("replay.unknown"))
    test = next((one for one in all_tests() if _judges(one, saved)), None)
    if test is None:
        return _not_run(saved, say("replay.not-concerned"))
    if saved.evidence is None:
        return _not_run(saved, say("replay.no-scenario", verdict=say(f"verdict-name.{saved.verdict}")))
    if not _bounded(saved.evidence.scenario):
        return _not_run(saved, say("replay.too-much"))
    unwatched = saved.evidence.unwatched and observes(context, saved.exercise)
    return judge(context, test, saved.exercise, saved.evidence.scenario, unwatched=unwatched)


def _judges(test: "RequirementTest", saved: Verdict) -> bool:
    return test.requirement.id == saved.requirement and test.concerns(saved.exercise)


def _bounded(scenario: Scenario) -> bool:
    """Tell whether a scenario can be one that a check has made: its numbers, its names, and how much is sent."""
    start = scenario.start
    return (
        0 <= start.descriptors <= MOST_DESCRIPTORS
        and len(msgspec.json.encode(scenario)) <= LARGEST_SCENARIO
        and 0 <= scenario.given <= MOST_GIVEN
        and start.ip in (LOOPBACK, OTHER_LOOPBACK)
        and all(_is_plain(file.name) and 0 <= file.mode <= ALL_MODES for file in start.files)
        and all(step.name in SIGNALS for step in scenario.steps if isinstance(step, Signal))
    )


def _is_plain(name: str) -> bool:
    """Tell whether a name is that of a file in the program's own directory."""
    return name not in ("", ".", "..") and not {"/", "\0"} & {*name}


def _not_run(saved: Verdict, why: Message) -> Verdict:
    return Verdict(
        exercise=saved.exercise, requirement=saved.requirement, level=saved.level, verdict="not-run", reason=why
    )
