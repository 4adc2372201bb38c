"""The table of platforms is what is seen, again and again; and what is wrong in it is found."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

import tests.platforms.__main__ as command
from conformance.messages import ENGLISH, table
from conformance.model.measured import PLATFORMS, Answers, Measured, Platform, Probes, measured, probes
from conformance.model.platforms import Topic, topics
from tests.platforms import probing
from tests.platforms.driver import Driver, DriverError, Launch
from tests.platforms.keeping import FILE, lines, together
from tests.platforms.probing import Seen, against_measured, against_notes, against_probes, make, unmade
from tests.platforms.targets import Target, lacking

PROCESSOR_SECONDS = 10.0
LEAST_TOPICS = 19
MADE_ON_LINUX, MADE_UNDER_WINE = 20, 3
wine = pytest.mark.wine
WrongNote = Callable[[Topic], Topic]


def with_answers(topic: str, platform: Platform, *answers: str) -> Probes:
    """Return the probes, with the first one of a topic expecting something else."""
    changed = next(one for one in probes().probe if one.topic == topic)
    other = replace(changed, **{platform: answers})
    return replace(probes(), probe=tuple(other if one is changed else one for one in probes().probe))


def with_topic(name: str, **fields: object) -> tuple[Topic, ...]:
    return tuple(replace(one, **fields) if one.id == name else one for one in topics())


def is_said(found: Iterable[object], *words: str) -> bool:
    """Tell whether one thing is found, and its sentence has all the words."""
    sentences = [str(one) for one in found]
    return len(sentences) == 1 and all(word in sentences[0] for word in words)


# ---------------------------------------------------------------- the files


def test_each_probe_is_of_a_topic_has_a_name_of_its_own_and_an_answer_for_each_call() -> None:
    names = [one.name for one in probes().probe]
    assert len(set(names)) == len(names)
    for one in probes().probe:
        assert one.topic in {topic.id for topic in topics()}
        assert not one.start or one.start in probes().start
        assert {len(answers) for answers in (one.linux, one.wine, one.windows)} <= {0, len(one.asked)}
        assert not one.no_note or one.windows != one.wine


def test_most_topics_are_measured() -> None:
    for platform in PLATFORMS:
        shown = {one.topic for one in probes().probe if one.name in measured().seen[platform]}
        assert len(shown) >= LEAST_TOPICS


def test_what_is_kept_is_written_as_it_is_read() -> None:
    assert "".join(lines(measured())) == FILE.read_text("utf-8")
    assert msgspec.toml.decode("".join(lines(measured())), type=Measured) == measured()


def test_a_platform_that_was_not_measured_stays_as_it_was() -> None:
    both = together(measured(), {"linux": "9.9"}, {"linux": {}})
    assert both.versions == {**measured().versions, "linux": "9.9"}
    assert both.seen == {"linux": {}, "wine": measured().seen["wine"]}


# ---------------------------------------------------------------- what is seen


def test_linux_answers_as_it_is_said_and_the_same_each_time(linux: Target) -> None:
    made = [make(linux, probes()) for _ in range(MADE_ON_LINUX)]
    assert all(one == made[0] for one in made)
    assert made[0] == measured().seen["linux"]


@wine
def test_wine_answers_as_it_is_said_and_the_same_each_time(under_wine: Target) -> None:
    made = [make(under_wine, probes()) for _ in range(MADE_UNDER_WINE)]
    assert all(one == made[0] for one in made)
    assert made[0] == measured().seen["wine"]


@wine
def test_the_whole_succeeds_within_seconds() -> None:
    missing = lacking("linux") or lacking("wine")
    if missing:
        pytest.skip(missing)
    before = os.times()
    done = subprocess.run([sys.executable, "-m", "tests.platforms"], capture_output=True, text=True, check=False)
    after = os.times()
    assert (done.returncode, done.stderr) == (0, "")
    assert "\ndifferences: 0\n" in done.stdout
    used = after.children_user + after.children_system - before.children_user - before.children_system
    assert used < PROCESSOR_SECONDS


def test_a_call_that_must_succeed_and_fails_is_an_error(linux: Target) -> None:
    broken = replace(probes(), probe=(replace(probes().probe[0], before=("listen a",)),))
    with pytest.raises(DriverError, match="'listen a' comes before what is asked, and fails with EBADF"):
        make(linux, broken)


def test_a_driver_that_ends_instead_of_answering_is_an_error(tmp_path: Path) -> None:
    with Driver(Launch(("/bin/sh", "-c", "read line"), tmp_path)) as driver:
        for _ in range(2):
            with pytest.raises(DriverError, match="has ended"):
                driver.ask("socket a")


# ---------------------------------------------------------------- what is wrong on purpose


@wine
def test_nothing_is_found_where_all_is_right(seen: Seen) -> None:
    assert list(command.findings(seen, probes())) == []


@wine
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_wrong_expectation_is_found(seen: Seen, platform: Platform) -> None:
    wrong = with_answers("listen-without-bind", platform, "EPERM")
    assert is_said(against_probes(seen, wrong), "listen-without-bind", "'listen a'", "probes.toml says EPERM")


@wine
def test_a_wrong_measurement_is_found_and_one_that_is_missing(seen: Seen) -> None:
    name = "listen-without-bind.at-once"
    for kept, said in (({name: ("EPERM",)}, "EPERM"), ({name: ()}, "nothing")):
        other = replace(measured(), seen={**measured().seen, "linux": {**measured().seen["linux"], **kept}})
        assert is_said(against_measured(seen, probes(), other), name, f"measured.toml says {said}")


def test_a_measurement_of_no_probe_is_found() -> None:
    fewer = replace(probes(), probe=probes().probe[1:])
    assert len(list(unmade(fewer, measured()))) == len(PLATFORMS)


@wine
@pytest.mark.parametrize("topic", [one.id for one in topics() if one.touched is not None])
def test_a_note_that_is_missing_is_found(seen: Seen, topic: str) -> None:
    found = against_notes(seen, probes(), with_topic(topic, touched=None))
    assert is_said(found, f"{topic}: Wine does otherwise", "has no note of it")


@wine
@pytest.mark.parametrize("topic", ["end", "headers"])
def test_a_note_of_what_wine_does_alike_is_found(seen: Seen, topic: str) -> None:
    found = against_notes(seen, probes(), with_topic(topic, touched="connects to nowhere"))
    assert is_said(found, topic, "no probe shows it")


@wine
@pytest.mark.parametrize(
    ("key", "was", "instead", "said"),
    [
        ("on-listener.posix", "EPIPE", "EBADF", ("on-listener: ", "says EBADF")),
        ("nowhere.wine", "WSAECONNREFUSED", "WSAETIMEDOUT", ("says WSAETIMEDOUT", "Wine answers WSAECONNREFUSED")),
        ("bind.wine", "WSAEACCES", "an error", ("Wine answers WSAEACCES",)),
    ],
)
def test_wrong_words_are_found(
    seen: Seen, monkeypatch: pytest.MonkeyPatch, key: str, was: str, instead: str, said: tuple[str, ...]
) -> None:
    words = dict(table(ENGLISH))
    words[f"platform.{key}"] = words[f"platform.{key}"].replace(was, instead)
    monkeypatch.setattr(probing, "table", lambda language: words if language == ENGLISH else table(language))
    found = "\n".join(against_notes(seen, probes(), topics()))
    assert all(word in found for word in said)


@wine
def test_the_command_fails_where_a_note_is_wrong(
    seen: dict[Platform, dict[str, Answers]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "measure", lambda platform, _: ("1", seen[platform]))
    assert command.main([]) == 0
    monkeypatch.setattr(command, "topics", lambda: with_topic("bind", touched=None))
    assert command.main([]) == 1
    assert "differences: 1" in capsys.readouterr().out
