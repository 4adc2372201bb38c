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


class Entry(NamedTuple):
    """A requirement and all that belongs to it."""

    requirement: Requirement
    exercises: tuple[str, ...]
    to_come: tuple[str, ...]
    """Exercises that it names and that the catalogue does not have yet."""
    proof: Proof
    file: str
    family: str
    """Where its scenarios come from, in words."""
    scenarios: tuple[str, ...]
    """Those that are known without a program, in words."""
    killers: tuple[Specimen, ...]


def entries() -> Iterator[Entry]:
    """Yield the requirements in the order of the catalogue."""
    proofs: dict[str, list[Proof]] = {}
    for one in all_proofs():
        proofs.setdefault(one.requirement.id, []).append(one)
    programs = specimens()
    for requirement in catalogue().requirements.values():
        proof = proofs[requirement.id][0]
        exercises = tuple(name for name in catalogue().exercises if requirement.concerns(name))
        to_come = tuple(name for name in requirement.applies if name not in (*exercises, EVERY_POSIX_EXERCISE))
        scenarios = tuple(
            dict.fromkeys(scenario for one in proofs[requirement.id] for scenario in known_scenarios(one, exercises))
        )
        killers = tuple(one for one in programs if requirement.id in one.breaks)
        file = f"{proof.check.__module__.replace('.', '/')}.py"
        yield Entry(
            requirement, exercises, to_come, proof, file, _family(proof, scenarios),
            tuple("; ".join(in_words(one)) or say("catalogue.nothing-special") for one in scenarios), killers,
        )  # fmt: skip


def known_scenarios(proof: Proof, exercises: tuple[str, ...]) -> Iterator[Scenario]:
    """Yield the scenarios of a requirement that do not depend on the calls of a program."""
    if proof.family.derive is None:
        yield from fixed()[proof.family.name]
        return
    starts = dict.fromkeys(undisturbed_of(catalogue().exercises[name]) for name in exercises if proof.concerns(name))
    bare = (Run(start, Exited(0), observed=True, port=0, trace=Trace()) for start in starts)
    yield from dict.fromkeys(scenario for run in bare for scenario in proof.family.scenarios(run))


def _family(proof: Proof, scenarios: tuple[Scenario, ...]) -> str:
    if not scenarios:
        return say("catalogue.derived")
    return say("catalogue.fixed" if proof.family.drawn else "catalogue.enumerated", count=len(scenarios))


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
