"""The start-up check of the catalogue: whatever would silently not be judged or not be said is said at once."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from conformance.catalogue import CatalogueError, Exercise, Layer, catalogue, layers, selects, words
from conformance.catalogue.loading import load
from conformance.messages import ENGLISH
from conformance.suite import registry
from conformance.suite.registry import RequirementTest, all_tests, strayed, untested
from tests.support.courses import laid_over, write_course

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


def complaints(requirements: str = REQUIREMENT, exercises: str = EXERCISE, words: str = WORDS) -> list[str]:
    """Return what is said about a small catalogue."""
    texts = {"course": 'name = "C"\n', "requirements": requirements, "exercises": exercises, "messages/en": words}
    try:
        with TemporaryDirectory() as folder:
            Path(folder, "messages").mkdir()
            for name, text in texts.items():
                Path(folder, f"{name}.toml").write_text(text, "utf-8")
            load([Layer("c", Path(folder))], MESSAGES)
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
            "c/requirements.toml:6: group.name: it applies to 'posix oen': oen is no platform, no trait, no"
            " conversation, no role and no transport",
        ),
        (
            '["server"]',
            '["server", "winsock"]',
            "c/requirements.toml:6: group.name: it applies to 'winsock', and there is no such exercise",
        ),
        ('["server"]', '["server", "server"]', "c/requirements.toml:6: group.name: it applies to server twice"),
        ('["server"]', "[]", "c/requirements.toml:6: group.name: applies is empty"),
        ('"MUST"', '"SHALL"', "c/requirements.toml:4: group.name: Invalid enum value 'SHALL' - at `$.level`"),
        ("sources", "sauces", "c/requirements.toml:8: group.name: there is no key sauces (did you mean sources?)"),
        (
            '"group.name"',
            '"Group.name"',
            "c/requirements.toml:3: Group.name: an id is a group, a dot and a name, in small letters",
        ),
        (
            "[[requirement]]",
            "[[requirements]]",
            "c/requirements.toml:2: requirements: no such table (did you mean requirement?)",
        ),
        (
            'level = "MUST"',
            'level = "MUST',
            "c/requirements.toml:4: not TOML: Illegal character '\\n' (at line 4, column 14)",
        ),
    ],
)
def test_a_wrong_requirement_is_named_with_its_line(old: str, new: str, said: str) -> None:
    assert said in complaints(REQUIREMENT.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"server"', '"host"', "c/exercises.toml:6: one: Invalid enum value 'host' - at `$.role`"),
        ("role", "stay_up = true\nrole", "c/exercises.toml:6: one: there is no key stay_up (did you mean stays_up?)"),
        (
            "{port}",
            "{prot}",
            "c/exercises.toml:5: one: nothing is known that could stand for {prot} (did you mean {port}?)",
        ),
        ("{port}", "{path}", "c/exercises.toml:5: one: {path} is an argument, and no path is given"),
    ],
)
def test_a_wrong_exercise_is_named_with_its_line(old: str, new: str, said: str) -> None:
    assert said in complaints(exercises=EXERCISE.replace(old, new, 1))


def test_a_wrong_key_of_an_example_is_named_with_its_line() -> None:
    examples = '[[one.example]]\nsend = "a"\nexpect = "b"\n\n[[one.example]]\nsend = "a"\nexpct = "b"\n'
    said = complaints(exercises=EXERCISE.replace("greeting", "dialogue") + examples)
    assert "c/exercises.toml:14: one: there is no key expct (did you mean expect?)" in said


def test_two_exercises_do_not_share_a_file_name() -> None:
    assert complaints(exercises=EXERCISE + OTHER, words=OTHER_WORDS) == []
    shared = EXERCISE + OTHER.replace('["other"]', '["other", "one"]')
    assert complaints(exercises=shared, words=OTHER_WORDS) == [
        "c/exercises.toml:11: other: a file named one is a one already"
    ]


def test_an_id_stands_for_one_requirement() -> None:
    assert complaints(REQUIREMENT * 2) == ["c/requirements.toml:10: group.name: the second requirement of this id"]


def test_words_that_are_missing_are_missed_at_once() -> None:
    assert complaints(words="") == [
        "c/messages/en.toml:1: group.name: there are no words for this requirement",
        "c/messages/en.toml:1: one: there are no words for this exercise",
    ]
    assert complaints(
        REQUIREMENT.replace("group.name", "other.name"), words=WORDS.replace("group.name", "other.name")
    ) == ["c/requirements.toml:3: other.name: no requirement here is of a group other; there are group"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("mistake", "mistakes", "c/messages/en.toml:4: group.name: there is no key mistakes (did you mean mistake?)"),
        ('todo = "do it"\n', "", "c/messages/en.toml:2: group.name: Object missing required field `todo`"),
        ('"do it"', '" "', "c/messages/en.toml:5: group.name: todo is empty"),
        ('why = "it helps"\n', "", "c/messages/en.toml:2: group.name: Object missing required field `why`"),
        ('"it helps"', '""', "c/messages/en.toml:6: group.name: why is empty"),
        ("[exercise.one]", "[exercise.oen]", "c/messages/en.toml:8: oen: there is no such exercise"),
        (
            "[exercise.one]",
            "[exercises.one]",
            "c/messages/en.toml:8: exercises: no such table (did you mean exercise?)",
        ),
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


DIALOGUE = """
[sums]
title = "Adds"
role = "server"
conversation = "dialogue"
framing = { count = 1, item = 4, tail = 1 }
answer = { fixed = 4 }
[[sums.example]]
send = { numbers = [1, 2], text = "+" }
expect = { numbers = [3] }
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("count = 1,", "counts = 1,", "c/exercises.toml:6: sums: there is no key counts (did you mean count?)"),
        ("fixed = 4", "fixd = 4", "c/exercises.toml:7: sums: there is no key fixd (did you mean fixed?)"),
        ("count = 1,", "count = 9,", "c/exercises.toml:6: sums: a framing of bytes has a count of 1 to 8 bytes"),
        ("fixed = 4", "fixed = 0", "c/exercises.toml:7: sums: a framing of bytes has a count of 1 to 8 bytes"),
        (
            "fixed = 4",
            "fixed = 4, count = 1",
            "c/exercises.toml:7: sums: a framing of bytes has a count of 1 to 8 bytes",
        ),
        ("{ numbers = [1", "{ number = [1", "c/exercises.toml:9: sums: there is no key number (did you mean numbers?)"),
        ('text = "+"', 'text = "++"', "c/exercises.toml:9: sums: this is not one message of the framing: it has 10"),
        ("numbers = [3]", 'hex = "0"', "c/exercises.toml:10: sums: no bytes can be made of this"),
        ("[1, 2]", "[1, 99999999999]", "c/exercises.toml:9: sums: no bytes can be made of this"),
        ("numbers = [3]", 'hex = "00"', "c/exercises.toml:10: sums: this is not one message of the framing: it has 1"),
        ("answer =", "exchanges = -1\nanswer =", "c/exercises.toml:7: sums: exchanges is how many requests there are"),
        ("expect =", 'type = "1"\nexpect =', "c/exercises.toml:10: sums: type belongs to the example of a client"),
        ("title =", 'thanks = "Thank you"\ntitle =', "c/exercises.toml:3: sums: thanks belong to a file"),
        (
            "title =",
            'parallel = "threads"\ntitle =',
            "c/exercises.toml:3: sums: parallel belongs to a server of an echo",
        ),
        ("title =", 'parallel = "thread"\ntitle =', "c/exercises.toml:3: sums: Invalid enum value 'thread'"),
    ],
)
def test_wrong_bytes_and_keys_of_a_conversation_are_named_with_their_line(old: str, new: str, said: str) -> None:
    assert old in DIALOGUE
    found = complaints(exercises=EXERCISE + DIALOGUE.replace(old, new, 1))
    shift = EXERCISE.count("\n")
    place, line, rest = said.split(":", 2)
    wanted = f"{place}:{int(line) + shift}:{rest}"
    assert any(one.startswith(wanted) for one in found), found


def test_every_posix_exercise_is_named_in_what_was_read() -> None:
    everywhere = next(one for one in catalogue().requirements.values() if one.id == "descriptor.closed-once")
    assert 'applies = ["posix", "udp"]' in layers()[0].source("requirements").text
    assert set(everywhere.applies) <= set(catalogue().exercises)
    assert "hello_server" in everywhere.applies


def test_each_requirement_has_one_test_for_each_exercise_that_it_applies_to() -> None:
    assert untested() == []
    assert strayed() == []


def test_what_would_silently_not_be_judged_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    one, *rest = [test for test in all_tests() if not test.on and len(test.requirement.applies) == 1]
    [name] = one.requirement.applies
    lines = layers()[0].source("requirements").text.splitlines()
    line = lines.index(f'id = "{one.requirement.id}"') + 1
    others = [test for test in all_tests() if test is not one]
    monkeypatch.setattr(registry, "ALL_TESTS", [*others, one._replace(on=("winsock",))])
    assert untested() == [
        f"conformance/catalogue/requirements.toml:{line}: {one.requirement.id}: it applies to {name}, and 0 tests judge"
        " it there; one must"
    ]
    wide: RequirementTest = rest[0]._replace(on=("winsock read alone",))
    monkeypatch.setattr(registry, "ALL_TESTS", [*others, one, wide])
    assert len(strayed()) == 1


# ---------------------------------------------------------------- transports

UDP = '[one]\nrole = "server"\nconversation = "echo"\ntransport = "udp"\nsource = ["one"]\n'


@pytest.mark.parametrize(
    ("exercise", "said"),
    [
        (UDP, None),
        (UDP + "longest = 65507\n", None),
        (
            UDP.replace("udp", "updp"),
            "c/exercises.toml:4: one: Invalid enum value 'updp' - at `$.transport` (did you mean udp?)",
        ),
        (UDP + "longest = 65508\n", "c/exercises.toml:6: one: the longest datagram has from 64 to 65507 bytes"),
        (UDP.replace("echo", "greeting"), "c/exercises.toml:4: one: over udp the conversation is one of echo"),
        (UDP.replace("udp", "unix"), "c/exercises.toml:1: one: {path} is an argument, and no path is given"),
        (UDP.replace("udp", "unix") + 'path = "a.sock"\n', None),
        (
            UDP.replace("udp", "unix").replace('"echo"', '"file"') + 'path = "a"\n',
            "c/exercises.toml:4: one: over unix the conversation is one of greeting, echo, dialogue",
        ),
        (
            UDP + 'platform = "winsock"\n',
            "c/exercises.toml:4: one: only a server or a client on POSIX has another transport than tcp",
        ),
    ],
)
def test_a_transport_is_one_that_there_is_and_fits(exercise: str, said: str | None) -> None:
    found = complaints(REQUIREMENT.replace('["server"]', '["udp server"]'), exercise)
    assert said in found if said is not None else not found


def test_datagrams_are_meant_only_where_they_are_named() -> None:
    udp = Exercise(role="server", conversation="echo", transport="udp")
    unix = Exercise(role="server", conversation="echo", transport="unix")
    assert not selects(["posix", "server", "echo server"], udp)
    assert selects(["posix udp echo server"], udp)
    assert selects(["echo server"], unix)
    assert not selects(["tcp echo server"], unix)


def test_an_exercise_like_another_takes_what_its_own_transport_starts_with(tmp_path: Path) -> None:
    text = '[a]\ntitle = "A"\nlike = "echo_server"\ntransport = "unix"\npath = "a.sock"\n'
    with laid_over(write_course(tmp_path, {"exercises.toml": text})):
        assert catalogue().exercises["a-a"].arguments == ("{path}",)
