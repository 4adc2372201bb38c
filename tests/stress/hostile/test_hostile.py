"""Hostile submissions are judged as promised: nothing is learnt, changed, forged or left, and no neighbour notices."""

import os
import shutil
from collections import Counter
from collections.abc import Callable
from functools import cache

import pytest

from tests.conftest import Compile
from tests.stress.hostile.admitted import ADMITTED, NO_NAMESPACES, not_admitted
from tests.stress.hostile.admitted import KINDS as KINDS_APART
from tests.stress.hostile.complaints import complaints, printed
from tests.stress.hostile.confined import in_arena, memory_is_limited
from tests.stress.hostile.hand_in import KINDS, SUBMISSIONS, Hostile, submissions
from tests.stress.hostile.report import Verdicts

ALL = submissions()
LEAST_SUBMISSIONS, LEAST_OF_A_KIND = 80, 4
APART = [one for one in ALL if one.kind in KINDS_APART and one.apart]
QUICK = [one for one in ALL if not one.by_hand]
CASES = [(one, "full") for one in QUICK] + [(one, NO_NAMESPACES) for one in APART]
"""The submissions, each in the tiers in which it may make a difference."""
FURTHER_TIERS = ("plain user", "no tracing", "plain user, no tracing")
"""Where the best tier is reached by other ways: these take long, and are tried by hand (`--times` of ten or more)."""
BY_HAND = 10
"""So many times or more: all is tried. Else each second submission is left out where there are no namespaces."""
MEMORY = "memory"
CHECKS_EACH_TIME = 10


@pytest.fixture(scope="session")
def deny(compiled: Compile) -> str:
    """A program that starts another one without some system calls."""
    return str(compiled("deny"))


@pytest.fixture(scope="session")
def alone(deny: str) -> Callable[[str], Verdicts]:
    """The neighbour's verdicts in a tier where there is no hostile submission: it breaks and leaves nothing."""
    if os.getuid() != 0:
        pytest.skip("an arena takes root: it mounts file systems")

    @cache
    def judged(tier: str) -> Verdicts:
        report = in_arena("", tier, deny)
        assert report.neighbour.status == 0, report.neighbour
        assert (report.changed, report.processes, report.objects) == ([], [], [])
        return report.neighbour_verdicts

    return judged


@pytest.mark.parametrize("tier", ["full", "plain user", NO_NAMESPACES])
def test_checks_in_a_row_leave_nothing(tier: str, alone: Callable[[str], Verdicts], deny: str, times: int) -> None:
    report = in_arena("", tier, deny, before=CHECKS_EACH_TIME * times)
    assert (report.changed, report.processes, report.objects) == ([], [], [])
    assert report.neighbour_verdicts == alone(tier)


def shows(one: Hostile) -> bool:
    """Tell whether it shows without tracing what a submission is after.

    To be watched and unwatched is the same there, so that nobody is recognised by it; and no call is cut short.
    """
    return one.kind != "recognises" and "transfer.short-writes" not in one.promise.requirement


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if {"one", "tier"} <= set(metafunc.fixturenames):
        whole = metafunc.config.getoption("times") >= BY_HAND
        cases = list(CASES) if whole else CASES[: len(QUICK)] + CASES[len(QUICK) :: 2]
        if whole:
            cases += [(one, "full") for one in ALL if one.by_hand]
            cases += [(one, tier) for tier in FURTHER_TIERS for one in APART if "no tracing" not in tier or shows(one)]
        metafunc.parametrize(("one", "tier"), cases, ids=[f"{one.name}-{tier}" for one, tier in cases])


def test_it_achieves_nothing(one: Hostile, tier: str, alone: Callable[[str], Verdicts], deny: str) -> None:
    missing = [tool for tool in one.needs if tool != MEMORY and shutil.which(tool) is None]
    if missing or (MEMORY in one.needs and not memory_is_limited()):
        pytest.skip(f"it proves nothing without {', '.join(missing) or 'a limit of memory'}")
    report = in_arena(one.name, tier, deny)
    found = not_admitted(one.name, tier, complaints(one, report, alone(tier)))
    assert not found, "\n".join([one.tries, *found, printed(report.check)])


def test_there_are_enough_of_each_kind() -> None:
    kinds = Counter(one.kind for one in ALL)
    assert len(ALL) >= LEAST_SUBMISSIONS
    assert set(kinds) == set(KINDS)
    assert min(kinds.values()) >= LEAST_OF_A_KIND
    assert set(ADMITTED) <= {one.name for one, tier in CASES if tier == NO_NAMESPACES}
    assert [one.name for one in ALL if one.path.parent != SUBMISSIONS / one.kind] == []
