"""Watched and unwatched alike: which scenarios are played once more, and what counts as a difference."""

from typing import Final, cast

import pytest
from msgspec.structs import replace

from conformance.catalogue import catalogue
from conformance.judging.case import Case, can_be_compared
from conformance.judging.context import JudgingContext, ProgramUnderTest
from conformance.judging.unwatched import differs, sample
from conformance.records.faults import Fail
from conformance.records.notes import Departure
from conformance.records.profiles import PROFILES
from conformance.records.run import Busy, Exited, Killed, Run, Waiting, WireEvent
from conformance.records.scenario import Accept, Connect, End, File, Reset, Scenario, Send, Signal, Start
from conformance.sandbox.client import Sandbox
from conformance.sandbox.request import Program
from conformance.scenarios.baseline import baseline_of
from conformance.submission.build import BuildDir, Built
from conformance.submission.discover import Submission
from conformance.suite.registry import all_tests

SENDS: Final = Scenario(steps=(Accept(), Send(data=b"Hello"), End()))
MET: Final = (
    WireEvent(what="accepted", client=0),
    WireEvent(what="received", client=0, data=b"Hel"),
    WireEvent(what="received", client=0, data=b"lo"),
    WireEvent(what="program ended", client=0),
)
WATCHED: Final = Run(
    scenario=SENDS,
    ending=Exited(status=0),
    observed=True,
    port=9190,
    path="out.txt",
    wire=MET,
    stdout=b"from port 4711: Hello\n",
    files=(File(name="out.txt", content=b"Hello"),),
)


@pytest.mark.parametrize(
    ("unwatched", "seen"),
    [
        (WATCHED, None),
        (replace(WATCHED, stdout=b"from port 4712: Hello\n"), None),
        (replace(WATCHED, wire=(MET[0], WireEvent(what="received", client=0, data=b"Hello"), MET[3])), None),
        (replace(WATCHED, wire=(*MET[:3], WireEvent(what="program reset", client=0))), None),
        (replace(WATCHED, wire=MET[:3]), "peer"),
        (replace(WATCHED, wire=(MET[0], MET[1], MET[3])), "peer"),
        (replace(WATCHED, files=()), "file"),
        (replace(WATCHED, stdout=b"from port 4711: Hell\n"), "output"),
        (replace(WATCHED, ending=Exited(status=1)), "ending"),
        (replace(WATCHED, ending=Killed(signal="SIGSEGV")), "ending"),
        (replace(WATCHED, ending=Waiting()), "ending"),
    ],
)
def test_only_what_is_determined_is_a_difference(unwatched: Run, seen: Departure | None) -> None:
    assert differs(WATCHED, unwatched) == seen


def test_what_a_reset_discards_is_chance() -> None:
    reset = replace(WATCHED, wire=(*MET[:3], WireEvent(what="program reset", client=0)))
    assert differs(reset, replace(WATCHED, wire=(MET[0], WireEvent(what="program reset", client=0)))) is None
    assert differs(WATCHED, replace(WATCHED, wire=(MET[0], WireEvent(what="program reset", client=0)))) == "peer"


@pytest.mark.parametrize(
    ("scenario", "comparable"),
    [
        (Scenario(), True),
        (SENDS, True),
        (Scenario(start=Start(descriptors=3, holes=True)), True),
        (replace(SENDS, faults=(Fail(call="connect", error="EINTR"),)), False),
        (Scenario(steps=(Connect(), Reset())), False),
        (Scenario(steps=(Connect(), Signal(name="SIGUSR1"))), False),
        (Scenario(steps=(Connect(), Connect(client=1))), False),
        (Scenario(start=Start(terminal=True)), False),
        (Scenario(steps=(Connect(), Send(data=b"x" * 1000, times=1000), End())), False),
    ],
)
def test_what_chance_or_tracing_decides_is_not_compared(scenario: Scenario, comparable: bool) -> None:
    assert can_be_compared(scenario) == comparable


# ---------------------------------------------------------------- the sample


class Plays(ProgramUnderTest):
    """A program that does the same in each scenario."""

    does = WATCHED

    def run_anew(self, scenario: Scenario) -> Run:
        """Return the same run, as of this scenario."""
        return replace(self.does, scenario=scenario)


def drawn(digest: str, exercise: str = "hello_client", profile: str = "default", does: Run = WATCHED) -> list[Scenario]:
    built = Built(exercise, "a.c", Program(command=("a",)), "/nowhere", digest=digest)
    program = Plays(built, cast("Sandbox", None))
    program.does = does
    context = JudgingContext(
        Submission("/nowhere", {}), cast("Sandbox", None), cast("BuildDir", None), profile=PROFILES[profile]
    )
    test = next(one for one in all_tests() if one.concerns(exercise))
    return list(sample(Case(context, test, program)))


def test_the_same_submission_always_gets_the_same_sample() -> None:
    assert drawn("a") == drawn("a")


def test_nobody_knows_the_sample_beforehand() -> None:
    first = baseline_of(catalogue().exercises["hello_client"])
    found = [drawn(str(number)) for number in range(20)]
    assert all(one[0] == first and len(one) == 1 + PROFILES["default"].unwatched for one in found)
    assert len({one[1] for one in found}) > 5


@pytest.mark.parametrize("exercise", [name for name, one in catalogue().exercises.items() if one.platform == "posix"])
def test_each_profile_draws_as_many_as_it_says_and_none_that_chance_decides(exercise: str) -> None:
    for name, profile in PROFILES.items():
        found = drawn("a", exercise, name)
        assert len(found) <= 1 + profile.unwatched
        assert len(set(found)) == len(found)
        assert all(map(can_be_compared, found))


@pytest.mark.parametrize("does", [replace(WATCHED, seconds_passed=0.1), replace(WATCHED, ending=Busy(limit="calls"))])
def test_a_program_that_pauses_or_goes_on_without_end_is_left_alone(does: Run) -> None:
    assert drawn("a", does=does) == []
