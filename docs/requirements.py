"""The catalogue as a page: each requirement with its test, its scenarios and the programs that break it on purpose."""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

from conformance.catalogue import Requirement, RequirementWords, catalogue, words
from conformance.judging.specimens import Specimen
from conformance.messages import text
from conformance.records.run import Exited, Run
from conformance.records.scenario import Scenario
from conformance.records.scenario_in_words import scenario_in_words
from conformance.records.trace import Trace
from conformance.scenarios.baseline import baseline_of
from conformance.scenarios.family import fixed
from conformance.suite.registry import RequirementTest, all_tests
from docs import site
from tests.matrix import specimens


class Test(NamedTuple):
    """One test of a requirement, for the exercises that its scenarios fit."""

    test: RequirementTest
    exercises: tuple[str, ...]

    @property
    def file(self) -> str:
        """Where it stands."""
        return f"{self.test.check.__module__.replace('.', '/')}.py"

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Those that are known without a program, in words."""
        found = dict.fromkeys("; ".join(scenario_in_words(one)) for one in known_scenarios(self.test, self.exercises))
        return tuple(one or text("catalogue.nothing-special") for one in found)

    @property
    def family(self) -> str:
        """Where its scenarios come from, in words."""
        if not self.scenarios:
            return text("catalogue.derived")
        how = "catalogue.fixed" if self.test.family.derive is None else "catalogue.enumerated"
        return text(how, count=len(self.scenarios))


class Entry(NamedTuple):
    """A requirement and all that belongs to it."""

    requirement: Requirement
    words: RequirementWords
    exercises: tuple[str, ...]
    tests: tuple[Test, ...]
    killers: tuple[Specimen, ...]

    @property
    def killers_by_exercise(self) -> list[tuple[str, list[Specimen]]]:
        """Its killers, exercise by exercise."""
        return [(name, [one for one in self.killers if one.exercise == name]) for name in self.exercises]


def entries() -> Iterator[Entry]:
    """Yield the requirements in the order of the catalogue."""
    by_requirement: dict[str, list[RequirementTest]] = {}
    for one in all_tests():
        by_requirement.setdefault(one.requirement.id, []).append(one)
    programs = specimens()
    for requirement in catalogue().requirements.values():
        exercises = tuple(name for name in catalogue().exercises if requirement.concerns(name))
        tests = tuple(Test(one, tuple(filter(one.concerns, exercises))) for one in by_requirement[requirement.id])
        killers = tuple(one for one in programs if requirement.id in one.breaks)
        yield Entry(requirement, words().requirement[requirement.id], exercises, tests, killers)


def known_scenarios(test: RequirementTest, exercises: tuple[str, ...]) -> Iterator[Scenario]:
    """Yield the scenarios of a requirement that do not depend on the calls of a program."""
    if test.family.derive is None:
        yield from fixed()[test.family.name]
        return
    starts = dict.fromkeys(baseline_of(catalogue().exercises[name]) for name in exercises if test.concerns(name))
    bare = (Run(scenario=start, ending=Exited(status=0), observed=True, port=0, trace=Trace()) for start in starts)
    yield from dict.fromkeys(scenario for run in bare for scenario in test.family.scenarios(run))


def index() -> Markup:
    """Return the sentences of the catalogue, group by group."""
    return site.fragment("index_of_requirements", groups=_groups())


def in_full() -> Markup:
    """Return all that is known of each requirement."""
    return site.fragment("requirements", groups=_groups())


def _groups() -> list[tuple[str, list[Entry]]]:
    return [(name, list(found)) for name, found in groupby(entries(), lambda one: one.requirement.group)]


def latitudes() -> Markup:
    """Return what each requirement leaves free."""
    return site.fragment("latitudes", said=words().requirement)


def exercises() -> Markup:
    """Return what is judged: the exercises, as the catalogue has them."""
    return site.fragment("exercises", exercises=catalogue().exercises.values(), said=words().exercise)
