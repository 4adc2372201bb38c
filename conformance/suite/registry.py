"""How a conformance test is written: an id, a family of scenarios, and one line of judgement over a run."""

import importlib.util
import pkgutil
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from conformance import suite
from conformance.catalogue import Requirement, catalogue, layers, selects
from conformance.catalogue.records import selector
from conformance.catalogue.source import REQUIREMENTS
from conformance.checks.judgement import Judgement, NotObserved
from conformance.messages import say, text
from conformance.records.run import Run
from conformance.scenarios.family import Family

Check = Callable[[Run, Run], Judgement]
"""Reads a run and its control run: see `Family.control`."""


class RequirementTest(NamedTuple):
    """A conformance test as data."""

    id: str
    """The requirement's."""
    family: Family
    check: Check
    on: tuple[str, ...] = ()
    """Selectors of the exercises that it is for; none where it is for each that the requirement applies to."""
    needs_trace: bool = False
    """Whether it can be judged only where the calls are observed."""

    @property
    def requirement(self) -> Requirement:
        """What it proves."""
        return catalogue().requirements[self.id]

    def concerns(self, exercise: str) -> bool:
        """Tell whether it judges the program of an exercise."""
        if not self.requirement.concerns(exercise):
            return False
        return not self.on or selects(self.on, catalogue().exercises[exercise])

    def judge(self, run: Run, control: Run) -> Judgement:
        """Judge a run beside its control run."""
        return NotObserved() if self.needs_trace and not run.observed else self.check(run, control)


ALL_TESTS: Final[list[RequirementTest]] = []
"""Every conformance test that was loaded, in the order of the files."""


def judging_test(requirement: str, exercise: str) -> RequirementTest | None:
    """Return the test that judges the program of an exercise on a requirement, if it is loaded and there is one."""
    known = catalogue().requirements
    found = (one for one in ALL_TESTS if one.id == requirement and one.id in known and one.concerns(exercise))
    return next(found, None)


def requirement_test(
    requirement_id: str, family: Family, *on: str, needs_trace: bool = False
) -> Callable[[Check], RequirementTest]:
    """Make a conformance test of a check: it judges each exercise that the requirement applies to.

    Where conversations need different scenarios, a requirement has several tests, each for the exercises that its
    selectors stand for, as `echo server`.
    """

    def decorate(check: Check) -> RequirementTest:
        one = RequirementTest(requirement_id, family, check, on, needs_trace)
        ALL_TESTS.append(one)
        return one

    return decorate


def untested() -> list[str]:
    """Return a complaint for each requirement that applies to an exercise and has no test for it, or several."""
    found: Counter[tuple[str, str]] = Counter()
    for test in all_tests():
        found.update((test.requirement.id, name) for name in catalogue().exercises if test.concerns(name))
    return [
        _badly_tested(one.id, name, found[one.id, name])
        for one in catalogue().requirements.values()
        for name in one.applies
        if found[one.id, name] != 1
    ]


def _badly_tested(requirement: str, exercise: str, count: int) -> str:
    home = catalogue().homes.get(requirement, layers()[0])
    source = home.source(REQUIREMENTS)
    ids = [one.id for one in catalogue().requirements.values() if catalogue().homes.get(one.id, layers()[0]) is home]
    what = say("complaint.tests", id=requirement, name=exercise, count=count)
    return source.says(what, "requirement", str(ids.index(requirement)), "id")


def strayed() -> list[str]:
    """Return a complaint for each selector of a test by which it judges no exercise at all."""
    return [
        text("complaint.strayed", test=_test_name(one), id=one.id, words=words)
        for one in all_tests()
        for words in one.on
        if not selector(words).is_for_courses
        and not any(selects([words], catalogue().exercises[name]) for name in one.requirement.applies)
    ]


def _test_name(test: RequirementTest) -> str:
    return f"{test.check.__module__}.{test.check.__name__}"


def all_tests() -> list[RequirementTest]:
    """Return the conformance tests of every file of the suite, and of the courses that are laid over the catalogue."""
    _load_all()
    for course in layers()[1:]:
        _load_course(Path(str(course.folder)))
    known = catalogue().requirements
    return [one for one in ALL_TESTS if one.id in known]


@cache
def _load_course(folder: Path) -> None:
    for file in sorted(folder.glob("test_*.py")):
        spec = importlib.util.spec_from_file_location(f"offhook_course_{folder.name}_{file.stem}", file)
        assert spec is not None and spec.loader is not None
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


@cache
def _load_all() -> None:
    for module in pkgutil.iter_modules(suite.__path__):
        if module.name.startswith("test_"):
            importlib.import_module(f"{suite.__name__}.{module.name}")
