"""Explanations: they name requirements that stand in the catalogue, and none explains another in a circle."""

from graphlib import TopologicalSorter
from itertools import product

import pytest

from conformance.catalogue import Exercise, ExerciseKind, catalogue, selects
from conformance.judging.explanations import (
    EXPLANATIONS,
    Explanation,
    any_scenario,
    ending_at_once,
    in_one_piece,
    in_pieces,
    long,
    of_bytes,
    of_text,
    plain,
    short,
    unusual,
)
from conformance.records.scenario import Connect, End, Scenario, Send
from conformance.scenarios.baseline import BASELINE
from conformance.suite.registry import all_tests, judging_test


def test_explanations_name_requirements_of_the_catalogue() -> None:
    names = set(EXPLANATIONS) | {
        explanation.requirement for explanations in EXPLANATIONS.values() for explanation in explanations
    }
    assert names <= set(catalogue().requirements)


KINDS = (*BASELINE, ExerciseKind("dialogue", "server"))
NEVER_USUAL = (of_bytes, ending_at_once, in_pieces, unusual, long)
"""Kinds to which no usual scenario belongs."""
USUAL = (plain, in_one_piece, short)


def holds(explanation: Explanation, silent: bool, kind: ExerciseKind) -> bool:
    """Tell whether it may explain a failure in a usual scenario, of a silent program or of one that conversed."""
    if explanation.only and not selects(explanation.only, Exercise(conversation=kind.conversation, role=kind.role)):
        return False
    judged = [one for one in all_tests() if one.requirement.id == explanation.requirement]
    told_of_silent = any(not one.family.needs_baseline for one in judged)
    return explanation.own not in NEVER_USUAL and (told_of_silent if silent else not explanation.if_silent)


def test_nothing_is_explained_in_a_circle() -> None:
    """Two may point at each other where one is looked at in usual scenarios only, and the other never in these."""
    for silent, kind in product((False, True), KINDS):
        graph = {
            name: {one.requirement for one in explanations if holds(one, silent, kind)}
            for name, explanations in EXPLANATIONS.items()
        }
        tuple(TopologicalSorter(graph).static_order())
    backward = [
        (name, one) for name, explanations in EXPLANATIONS.items() for one in explanations if one.own in NEVER_USUAL
    ]
    for name, one in backward:
        back = [explanation for explanation in EXPLANATIONS.get(one.requirement, ()) if explanation.requirement == name]
        assert all(explanation.its in USUAL for explanation in back), (name, one.requirement)


def test_no_must_is_explained_by_less() -> None:
    """What a program must keep is not hidden behind what it should."""
    level = {name: one.level for name, one in catalogue().requirements.items()}
    assert [
        (name, one.requirement)
        for name, explanations in EXPLANATIONS.items()
        for one in explanations
        if level[name] == "MUST" != level[one.requirement]
    ] == []


def test_each_explanation_may_come_to_use() -> None:
    """There is an exercise that both requirements apply to; of those that are for courses alone there is none here."""
    all_tests()
    here = {name for name, one in catalogue().requirements.items() if one.applies}
    for name, explanations in EXPLANATIONS.items():
        for explanation in explanations:
            if not {name, explanation.requirement} <= here:
                continue
            shared = [
                one
                for one in catalogue().exercises
                if judging_test(name, one) and judging_test(explanation.requirement, one)
            ]
            if len({one.requirement for one in explanations}) == len(explanations) and explanation.its is any_scenario:
                assert shared or explanation.if_silent or name.startswith("robust."), (
                    f"{name}: {explanation.requirement}"
                )


@pytest.mark.parametrize("scenario", BASELINE.values())
def test_undisturbed_conversations_are_plain(scenario: Scenario) -> None:
    assert plain(scenario)


def test_kinds_of_scenarios() -> None:
    pieces = Scenario(steps=(Connect(), Send(data=b"one"), Send(data=b"two"), End()))
    assert in_pieces(pieces)
    assert not in_pieces(Scenario(steps=(Connect(), Send(data=b"one"), End())))
    assert not of_text(Scenario(steps=(Connect(), Send(data=b"a\0b"), End())))
    assert ending_at_once(Scenario(steps=(Connect(), Send(data=b"one"), End(early=True))))
