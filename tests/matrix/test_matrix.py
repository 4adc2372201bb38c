"""Every wrong program breaks what it names and nothing else, every right one nothing; all requirements have killers.

Each wrong program is judged on what it names, and one right program for each language and role on everything; `nox -s
matrix` judges every program on every requirement of its exercise.
"""

import pytest

from conformance.catalogue import catalogue
from conformance.judging.context import References
from conformance.judging.specimens import Specimen
from conformance.records.profiles import PROFILES
from conformance.submission.build import BuildDir
from conformance.suite.registry import all_tests
from tests.matrix import SEVERAL, killers_of_courses, specimens, surprises, verdicts
from tests.matrix.__main__ import killed_here

ALL = specimens()
WRONG = [one for one in ALL if one.path.parent.name == "wrong"]
ONE_OF_EACH = {
    (one.exercise, one.path.suffix): one
    for one in reversed(ALL)
    if one.path.parent.name == "right" and catalogue().exercises[one.exercise].conversation == "greeting"
}.values()
"""The first right program in each language that greets, and that is greeted; on Windows too."""


@pytest.fixture(scope="module")
def references(build_dir: BuildDir) -> References:
    """The reference programs, built and tried once for all."""
    return References(build_dir.sandbox, build_dir)


@pytest.mark.matrix
@pytest.mark.parametrize("specimen", WRONG, ids=lambda one: one.name)
def test_what_a_program_names_is_noticed(specimen: Specimen, build_dir: BuildDir, references: References) -> None:
    if not specimen.runnable:
        pytest.skip(f"no compiler or interpreter for {specimen.path.name}")
    found = verdicts(specimen, build_dir, references=references, requirements=sorted(specimen.breaks))
    assert surprises(specimen, found) == []


@pytest.mark.matrix
@pytest.mark.parametrize("specimen", ONE_OF_EACH, ids=lambda one: one.name)
def test_a_right_program_is_not_accused(specimen: Specimen, build_dir: BuildDir, references: References) -> None:
    if not specimen.runnable:
        pytest.skip(f"no compiler or interpreter for {specimen.path.name}")
    assert surprises(specimen, verdicts(specimen, build_dir, references=references, profile=PROFILES["quick"])) == []


@pytest.mark.parametrize("specimen", WRONG, ids=lambda one: one.name)
def test_one_slip_costs_one_requirement(specimen: Specimen) -> None:
    assert len(specimen.breaks) == 1 or specimen.name in SEVERAL, f"it costs {len(specimen.breaks)}"


def test_what_costs_several_is_there() -> None:
    assert set(SEVERAL) <= {one.name for one in ALL if len(one.breaks) > 1}


@pytest.mark.parametrize("name", killed_here(()))
def test_every_requirement_has_a_killer_and_a_test(name: str) -> None:
    assert any(name in specimen.breaks for specimen in ALL), "no wrong program breaks it"
    assert any(test.requirement.id == name for test in all_tests()), "no conformance test proves it"
    exercises = [exercise for exercise in catalogue().exercises if catalogue().requirements[name].concerns(exercise)]
    assert exercises, "it applies to no exercise"


@pytest.mark.parametrize("name", sorted(set(catalogue().requirements) - set(killed_here(()))))
def test_what_only_courses_judge_has_a_killer_in_a_course(name: str) -> None:
    assert any(name in specimen.breaks for specimen in killers_of_courses()), "no wrong program breaks it"
    assert any(test.requirement.id == name for test in all_tests()), "no conformance test proves it"
