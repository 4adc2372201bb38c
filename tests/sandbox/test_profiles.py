"""Profiles: quick plays a part of what default plays, and that a part of what thorough plays; results name it."""

from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from conformance.catalogue import catalogue
from conformance.judging import engine, trial
from conformance.judging.context import JudgingContext, References
from conformance.records.profiles import PROFILES
from conformance.records.results import Verdict, decode
from conformance.records.run import Run, Waiting
from conformance.records.scenario import Connect, Scenario
from conformance.sandbox.client import Sandbox, start_sandboxes
from conformance.scenarios.baseline import baseline_of
from conformance.scenarios.family import Family, sample_evenly
from conformance.submission.build import BuildDir
from conformance.submission.discover import Found, Submission
from conformance.suite.registry import RequirementTest, all_tests
from tests.matrix import TEXTBOOK
from tests.support.offhook import offhook

QUICK, DEFAULT, THOROUGH = (PROFILES[name] for name in ("quick", "default", "thorough"))
EXERCISES = list(catalogue().exercises)
TIMES_AS_MANY = 1.4
"""Over all exercises: those over TLS have many families that are short tables, played nearly whole in each profile."""


@pytest.fixture(scope="module")
def baseline(sandbox: Sandbox) -> Iterator[dict[str, Run]]:
    """The reference programs' runs in which nothing goes wrong."""
    with closing(BuildDir(sandbox)) as build_dir:
        references = References(sandbox, build_dir)
        found = {name: references.program(name) for name in EXERCISES}
        yield {name: one.baseline for name, one in found.items() if one is not None}


def families(exercise: str) -> dict[str, Family]:
    """Return every family in which a program of an exercise is judged."""
    tests: list[RequirementTest] = [one for one in all_tests() if one.concerns(exercise)]
    return {one.family.name: one.family for one in tests}


@pytest.mark.parametrize("exercise", EXERCISES)
def test_each_profile_is_a_part_of_the_next(exercise: str, baseline: dict[str, Run]) -> None:
    run = baseline[exercise]
    assert run.scenario == baseline_of(catalogue().exercises[exercise])
    for family in families(exercise).values():
        quick, default, thorough = (family.scenarios(run, one) for one in (QUICK, DEFAULT, THOROUGH))
        assert set(quick) <= set(default) <= set(thorough), family.name
        assert quick[:1] == default[:1] == thorough[:1], "the simplest comes first"
        assert not default or quick, "no family is left out altogether"


def test_quick_is_less_and_thorough_is_more(baseline: dict[str, Run]) -> None:
    counts = [
        sum(len(family.scenarios(baseline[name], one)) for name in EXERCISES for family in families(name).values())
        for one in (QUICK, DEFAULT, THOROUGH)
    ]
    assert counts[0] < counts[1] / TIMES_AS_MANY
    assert counts[1] < counts[2] / TIMES_AS_MANY


def test_only_thorough_plays_what_takes_seconds() -> None:
    light, heavy = Scenario(steps=(Connect(client=0),)), Scenario(steps=(Connect(client=1),))
    family = Family("heavy", derive=lambda _: (light,), heavy=lambda _: (heavy,))
    run = Run(scenario=light, ending=Waiting(), observed=True, port=1)
    assert [family.scenarios(run, one) for one in (QUICK, DEFAULT, THOROUGH)] == [(light,), (light,), (light, heavy)]


@pytest.mark.parametrize("count", [1, 2, 5, 6, 7, 12, 13, 100])
def test_what_is_played_is_spread_over_all(count: int) -> None:
    all_of_them = tuple(Scenario(steps=(Connect(client=number),)) for number in range(count))
    some = sample_evenly(all_of_them, 6)
    assert len(some) <= 6
    assert len(some) >= min(count, 4)
    assert some[0] == all_of_them[0]
    places = [all_of_them.index(one) for one in some]
    assert len({after - before for before, after in pairwise(places)}) <= 1, "evenly"


def test_a_task_may_ask_for_a_profile_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[str]()

    def judge(context: JudgingContext, test: RequirementTest, exercise: str) -> Verdict:
        asked.append(context.profile.name)
        return trial.judge(context, test, exercise)

    monkeypatch.setattr(engine, "judge", judge)
    (tmp_path / "low_open.py").write_text("")
    submission = Submission(str(tmp_path), {"low_open": Found("low_open", "low_open.py")})
    first, second, *_ = engine.plan(submission)
    with engine.Engine(start_sandboxes(1), engine.Options(profile=THOROUGH)) as judging:
        found = list(judging.verdicts([first._replace(profile=QUICK), second]))
    assert asked == ["quick", "thorough"]
    assert [one.problem for one in found] == [None, None]


def test_an_unknown_profile_is_wrong_use(tmp_path: Path) -> None:
    done = offhook("check", tmp_path, "--profile", "nonsense", status=2)
    assert "nonsense" in done.stderr
    assert all(name in done.stderr for name in PROFILES)


@pytest.mark.parametrize("name", PROFILES)
def test_results_name_the_profile(name: str, tmp_path: Path) -> None:
    (tmp_path / "low_open.c").write_bytes((TEXTBOOK / "low_open_plain.c").read_bytes())
    file = tmp_path / "results.json"
    asked = () if name == DEFAULT.name else ("--profile", name)
    chosen = ("--requirement", "file.", "--json", file)
    done = offhook("check", tmp_path, *chosen, *asked)
    assert done.returncode in (0, 1), done.stderr
    assert decode(file.read_bytes()).harness.profile == name
