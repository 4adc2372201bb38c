"""The catalogue as a page: each requirement with its test, its scenarios and the programs that break it on purpose."""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

from conformance.catalogue import EVERY_POSIX_EXERCISE, Requirement, catalogue
from conformance.observe.trace import Trace
from conformance.scenarios.family import fixed
from conformance.scenarios.undisturbed import undisturbed_of
from conformance.scenarios.words import in_words
from conformance.stage.script import Exited, Run, Scenario
from conformance.suite.proving import Proof, all_proofs
from conformance.words import say
from docs import site
from tests.kill_matrix import Specimen, specimens


class Test(NamedTuple):
    """One test of a requirement, for the exercises that its scenarios fit."""

    proof: Proof
    exercises: tuple[str, ...]

    @property
    def file(self) -> str:
        """Where it stands."""
        return f"{self.proof.check.__module__.replace('.', '/')}.py"

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Those that are known without a program, in words."""
        found = dict.fromkeys("; ".join(in_words(one)) for one in known_scenarios(self.proof, self.exercises))
        return tuple(words or say("catalogue.nothing-special") for words in found)

    @property
    def family(self) -> str:
        """Where its scenarios come from, in words."""
        if not self.scenarios:
            return say("catalogue.derived")
        return say("catalogue.fixed" if self.proof.family.drawn else "catalogue.enumerated", count=len(self.scenarios))


class Entry(NamedTuple):
    """A requirement and all that belongs to it."""

    requirement: Requirement
    exercises: tuple[str, ...]
    to_come: tuple[str, ...]
    """Exercises that it names and that the catalogue does not have yet."""
    tests: tuple[Test, ...]
    killers: tuple[Specimen, ...]

    @property
    def killers_by_exercise(self) -> list[tuple[str, list[Specimen]]]:
        """Its killers, exercise by exercise."""
        return [(name, [one for one in self.killers if one.exercise == name]) for name in self.exercises]


def entries() -> Iterator[Entry]:
    """Yield the requirements in the order of the catalogue."""
    proofs: dict[str, list[Proof]] = {}
    for one in all_proofs():
        proofs.setdefault(one.requirement.id, []).append(one)
    programs = specimens()
    for requirement in catalogue().requirements.values():
        exercises = tuple(name for name in catalogue().exercises if requirement.concerns(name))
        to_come = tuple(name for name in requirement.applies if name not in (*exercises, EVERY_POSIX_EXERCISE))
        tests = tuple(Test(one, tuple(filter(one.concerns, exercises))) for one in proofs[requirement.id])
        yield Entry(
            requirement, exercises, to_come, tests, tuple(one for one in programs if requirement.id in one.breaks)
        )


def known_scenarios(proof: Proof, exercises: tuple[str, ...]) -> Iterator[Scenario]:
    """Yield the scenarios of a requirement that do not depend on the calls of a program."""
    if proof.family.derive is None:
        yield from fixed()[proof.family.name]
        return
    starts = dict.fromkeys(undisturbed_of(catalogue().exercises[name]) for name in exercises if proof.concerns(name))
    bare = (Run(start, Exited(0), observed=True, port=0, trace=Trace()) for start in starts)
    yield from dict.fromkeys(scenario for run in bare for scenario in proof.family.scenarios(run))


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
    return site.fragment("latitudes", requirements=catalogue().requirements.values())


def exercises() -> Markup:
    """Return what is judged: the exercises, as the catalogue has them."""
    return site.fragment("exercises", exercises=catalogue().exercises.values())
