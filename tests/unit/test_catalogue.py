"""The start-up check of the catalogue: whatever would silently not be judged or not be said is said at once."""

from collections.abc import Callable

import pytest

from conformance.catalogue import CatalogueError, catalogue, files, words
from conformance.catalogue.complaints import CatalogueFiles, Source, load
from conformance.messages import ENGLISH
from conformance.suite import registry
from conformance.suite.registry import RequirementTest, all_tests, strayed, untested

REQUIREMENT = """
[[requirement]]
id = "group.name"
level = "MUST"
judged_on = "all"
applies = ["server"]
course_section = "1-1"
sources = ["XSH read"]
"""
EXERCISE = """
[one]
course_section = "1-1"
source = ["one"]
arguments = ["{port}"]
role = "server"
conversation = "greeting"
"""
OTHER = EXERCISE.replace("[one]", "[other]").replace('["one"]', '["other"]')
WORDS = """
[requirement."group.name"]
title = "A sentence."
mistake = "a mistake"
todo = "do it"
why = "it helps"

[exercise.one]
title = "Does something"
"""
OTHER_WORDS = WORDS + '[exercise.other]\ntitle = "Does something else"\n'
MESSAGES = {"group.group": "a group"}
Change = Callable[[str], str]


def complaints(requirements: str = REQUIREMENT, exercises: str = EXERCISE, words: str = WORDS) -> list[str]:
    """Return what is said about a small catalogue."""
    try:
        load(
            CatalogueFiles(Source("r.toml", requirements), Source("e.toml", exercises), Source("en.toml", words)),
            MESSAGES,
        )
    except CatalogueError as problem:
        return str(problem).splitlines()
    return []


def test_a_whole_catalogue_is_taken_without_a_word() -> None:
    assert complaints() == []
    assert complaints(REQUIREMENT.replace('["server"]', '["posix"]')) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            '["server"]',
            '["server", "posix oen"]',
            "r.toml:3: group.name: it applies to 'posix oen': oen is no platform, no conversation and no role",
        ),
        (
            '["server"]',
            '["server", "winsock"]',
            "r.toml:3: group.name: it applies to 'winsock', and there is no such exercise",
        ),
        ('["server"]', '["server", "server"]', "r.toml:3: group.name: it applies to server twice"),
        ('["server"]', "[]", "r.toml:3: group.name: applies is empty"),
        ('"MUST"', '"SHALL"', "r.toml:2: Invalid enum value 'SHALL' - at `$.level`"),
        ("sources", "sauces", "r.toml:2: Object contains unknown field `sauces`"),
        ('"group.name"', '"Group.name"', "r.toml:3: Group.name: an id is a group, a dot and a name, in small letters"),
        ("[[requirement]]", "[[requirements]]", "r.toml:2: requirements: no such table"),
        ('level = "MUST"', 'level = "MUST', "r.toml:4: not TOML: Illegal character '\\n' (at line 4, column 14)"),
    ],
)
def test_a_wrong_requirement_is_named_with_its_line(old: str, new: str, said: str) -> None:
    assert said in complaints(REQUIREMENT.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"server"', '"host"', "e.toml:2: Invalid enum value 'host' - at `$.role`"),
        ("role", "stays_up = true\nrole", "e.toml:2: Object contains unknown field `stays_up`"),
        ("{port}", "{prot}", "e.toml:2: one: nothing is known that could stand for {prot}"),
        ("{port}", "{path}", "e.toml:2: one: {path} is an argument, and no path is given"),
    ],
)
def test_a_wrong_exercise_is_named_with_its_line(old: str, new: str, said: str) -> None:
    assert said in complaints(exercises=EXERCISE.replace(old, new, 1))


def test_two_exercises_do_not_share_a_file_name() -> None:
    assert complaints(exercises=EXERCISE + OTHER, words=OTHER_WORDS) == []
    shared = EXERCISE + OTHER.replace('["other"]', '["other", "one"]')
    assert complaints(exercises=shared, words=OTHER_WORDS) == ["e.toml:9: other: a file named one is a one already"]


def test_an_id_stands_for_one_requirement() -> None:
    assert complaints(REQUIREMENT * 2) == ["r.toml:10: group.name: the second requirement of this id"]


def test_words_that_are_missing_are_missed_at_once() -> None:
    assert complaints(words="") == [
        "en.toml:1: group.name: there are no words for this requirement",
        "en.toml:1: one: there are no words for this exercise",
    ]
    assert complaints(
        REQUIREMENT.replace("group.name", "other.name"), words=WORDS.replace("group.name", "other.name")
    ) == ["r.toml:3: other.name: there are no words for group.other"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("mistake", "mistakes", "en.toml:2: group.name: Object contains unknown field `mistakes`"),
        ('todo = "do it"\n', "", "en.toml:2: group.name: Object missing required field `todo`"),
        ('"do it"', '" "', "en.toml:2: group.name: todo is empty"),
        ('why = "it helps"\n', "", "en.toml:2: group.name: Object missing required field `why`"),
        ('"it helps"', '""', "en.toml:2: group.name: why is empty"),
        ("[exercise.one]", "[exercise.oen]", "en.toml:8: oen: there is no such exercise"),
        ("[exercise.one]", "[exercises.one]", "en.toml:8: exercises: no such table"),
    ],
)
def test_wrong_words_are_named_with_their_line(old: str, new: str, said: str) -> None:
    assert said in complaints(words=WORDS.replace(old, new, 1))


@pytest.mark.parametrize("requirement", catalogue().requirements)
def test_what_a_requirement_is_good_for_is_said_once_and_in_words_of_its_own(requirement: str) -> None:
    said = words(ENGLISH).requirement[requirement]
    assert said.why.endswith("."), "whole sentences"
    assert said.why not in (said.title, said.latitude, said.mistake, said.todo)
    assert [name for name, one in words(ENGLISH).requirement.items() if one.why == said.why] == [requirement]


def test_all_complaints_come_together() -> None:
    two = REQUIREMENT + REQUIREMENT.replace("group.name", "group.other").replace('"MUST"', '"SHALL"')
    wrong = EXERCISE.replace('"server"', '"host"')
    assert len(complaints(two, wrong, WORDS.replace("exercise.one", "exercise.oen"))) == 4


def test_every_posix_exercise_is_named_in_what_was_read() -> None:
    everywhere = next(one for one in catalogue().requirements.values() if one.id == "descriptor.closed-once")
    assert 'applies = ["posix"]' in files().requirements.text
    assert set(everywhere.applies) <= set(catalogue().exercises)
    assert "hello_server" in everywhere.applies


def test_each_requirement_has_one_test_for_each_exercise_that_it_applies_to() -> None:
    assert untested() == []
    assert strayed() == []


def test_what_would_silently_not_be_judged_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    one, *rest = [test for test in all_tests() if not test.on and len(test.requirement.applies) == 1]
    [name] = one.requirement.applies
    line = files().requirements.line_of(f'id = "{one.requirement.id}"')
    others = [test for test in all_tests() if test is not one]
    monkeypatch.setattr(registry, "ALL_TESTS", [*others, one._replace(on=("winsock",))])
    assert untested() == [
        f"conformance/catalogue/requirements.toml:{line}: {one.requirement.id}: it applies to {name}, and 0 tests judge"
        " it there; one must"
    ]
    wide: RequirementTest = rest[0]._replace(on=("winsock read alone",))
    monkeypatch.setattr(registry, "ALL_TESTS", [*others, one, wide])
    assert len(strayed()) == 1
