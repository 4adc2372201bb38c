"""Every wrong program breaks what it names and nothing else, every right one nothing; all requirements have killers."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from conformance.catalogue import catalogue
from conformance.grading.build import Workshop
from conformance.stage.handle import Stage
from conformance.suite.proving import all_proofs
from conformance.trial import References
from tests.kill_matrix import Specimen, specimens, surprises, verdicts

ALL = specimens()


@pytest.fixture(scope="module")
def references(stage: Stage) -> Iterator[References]:
    """The reference programs, built and tried once for all."""
    with closing(Workshop(stage)) as workshop:
        yield References(stage, workshop)


@pytest.mark.parametrize("specimen", ALL, ids=[specimen.name for specimen in ALL])
def test_verdicts_are_as_the_program_says(specimen: Specimen, stage: Stage, references: References) -> None:
    if not specimen.runnable:
        pytest.skip(f"no compiler or interpreter for {specimen.path.name}")
    assert surprises(specimen, verdicts(specimen, stage, references=references)) == []


@pytest.mark.parametrize("name", list(catalogue().requirements))
def test_every_requirement_has_a_killer_and_a_test(name: str) -> None:
    assert any(name in specimen.breaks for specimen in ALL), "no wrong program breaks it"
    assert any(proof.requirement.id == name for proof in all_proofs()), "no conformance test proves it"
    exercises = [exercise for exercise in catalogue().exercises if catalogue().requirements[name].concerns(exercise)]
    assert exercises, "it applies to no exercise"
