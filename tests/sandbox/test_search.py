"""Searching: Hypothesis finds what breaks a program, and gives the smallest such scenario."""

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from msgspec.structs import replace

from conformance.judging.search import smallest
from conformance.records.results import Verdict, decode
from conformance.records.scenario import Connect, End, Leave, Pause, Read, Reset, Scenario, Send, Step
from conformance.scenarios.client_machine import AT_ONCE_AT_MOST, CLIENTS_AT_MOST
from conformance.scenarios.echo import CONVERSATIONS, CROWD, LOSSES
from conformance.scenarios.family import Family
from conformance.scenarios.greeting import ONE_MESSAGE, SPLIT_MESSAGE
from tests.conftest import PROGRAMS


def sent(scenario: Scenario) -> bytes:
    return b"".join(step.data for step in scenario.steps if isinstance(step, Send))


def test_finds_and_shrinks_to_the_smallest_message() -> None:
    found = smallest(ONE_MESSAGE, lambda scenario: len(sent(scenario)) > 9, seed=3)
    assert found is not None
    assert len(sent(found)) == 10


def test_shrinks_a_split_to_one_cut() -> None:
    def has_two_segments(scenario: Scenario) -> bool:
        return sum(isinstance(step, Send) for step in scenario.steps) > 1

    found = smallest(SPLIT_MESSAGE, has_two_segments, seed=3)
    assert found is not None
    assert len(sent(found)) == 2


def test_says_when_nothing_breaks() -> None:
    assert smallest(ONE_MESSAGE, lambda _: False, seed=1) is None


def test_the_same_seed_finds_the_same() -> None:
    def breaks(scenario: Scenario) -> bool:
        return sent(scenario).count(b"a") > 1

    assert smallest(ONE_MESSAGE, breaks, seed=5) == smallest(ONE_MESSAGE, breaks, seed=5)


def test_messages_are_as_the_catalogue_allows() -> None:
    seen: list[bytes] = []

    def note(scenario: Scenario) -> bool:
        seen.append(sent(scenario))
        return False

    smallest(ONE_MESSAGE, note, seed=2)
    assert len(seen) > 50
    for message in seen:
        assert 1 <= len(message) <= 29
        assert message == message.strip(b" ")
        assert not set(message) & set(b"%\\")
        assert all(32 <= byte < 127 for byte in message)


# ---------------------------------------------------------------- conversations of several clients


def sends_most(scenario: Scenario) -> int:
    """Return how often the client that sends most often sends."""
    return max(Counter(step.client for step in scenario.steps if isinstance(step, Send)).values(), default=0)


def loses_the_second_of_two(scenario: Scenario) -> bool:
    """Tell whether a server would lose data that serves only the newest of the clients that are there."""
    there: list[int] = []
    for step in scenario.steps:
        if isinstance(step, Connect):
            there.append(step.client)
        elif isinstance(step, End):
            there.remove(step.client)
        elif isinstance(step, Send) and step.client != there[-1]:
            return True
    return False


def loses_who_stays(scenario: Scenario) -> bool:
    """Tell whether a server would lose data that ends every conversation at a reset."""
    reset = [place for place, step in enumerate(scenario.steps) if isinstance(step, Reset)]
    return any(isinstance(step, Send) for place in reset[:1] for step in scenario.steps[place:])


def pauses_while_data_comes(scenario: Scenario) -> bool:
    """Tell whether a server would hang that cannot wait for room."""
    paused: set[int] = set()
    for step in scenario.steps:
        if isinstance(step, Pause):
            paused.add(step.client)
        elif isinstance(step, Read):
            paused.discard(step.client)
        elif isinstance(step, Send) and step.client in paused:
            return True
    return False


SMALLEST: Final = b"0"
"""Hypothesis shrinks text to this."""
SHORTEST: Final[dict[str, tuple[Family, Callable[[Scenario], bool], tuple[Step, ...]]]] = {
    "three pieces": (
        CONVERSATIONS,
        lambda scenario: sends_most(scenario) >= 3,
        (Connect(client=0), *[Send(data=SMALLEST, client=0)] * 3),
    ),
    "the older of two": (
        CROWD,
        loses_the_second_of_two,
        (Connect(client=0), Connect(client=1), Send(data=SMALLEST, client=0)),
    ),
    "a client that does not read": (
        CONVERSATIONS,
        pauses_while_data_comes,
        (Connect(client=0), Pause(client=0), Send(data=SMALLEST, client=0)),
    ),
    "after a reset": (
        LOSSES,
        loses_who_stays,
        (Connect(client=0), Connect(client=1), Reset(client=0), Send(data=SMALLEST, client=1)),
    ),
    "someone leaves": (
        LOSSES,
        lambda scenario: any(isinstance(step, Leave) for step in scenario.steps),
        (Connect(client=0), Leave(client=0)),
    ),
}
"""A family, what breaks a server, and the shortest conversation that does."""


@pytest.mark.parametrize("what", SHORTEST)
@pytest.mark.parametrize("seed", [1, 7, 8])
def test_shrinks_to_the_shortest_conversation(what: str, seed: int) -> None:
    family, breaks, shortest = SHORTEST[what]
    found = smallest(family, breaks, seed)
    assert found is not None
    assert len(found.steps) == len(shortest)
    assert sorted(map(repr, found.steps)) == sorted(map(repr, shortest))


def test_conversations_keep_to_the_rules_of_the_machine() -> None:
    seen: list[Scenario] = []

    def note(scenario: Scenario) -> bool:
        seen.append(scenario)
        return False

    assert smallest(LOSSES, note, seed=2) is None
    assert len(seen) > 50
    for scenario in seen:
        open_ones: set[int] = set()
        for step in scenario.steps:
            if isinstance(step, Connect):
                assert len(open_ones) < AT_ONCE_AT_MOST
                open_ones.add(step.client)
            assert step.client in open_ones, "only who is there acts"
            if isinstance(step, End | Reset | Leave):
                open_ones.remove(step.client)
        assert sum(isinstance(step, Connect) for step in scenario.steps) <= CLIENTS_AT_MOST


# ---------------------------------------------------------------- a real server


@pytest.fixture
def loses_the_fifth(tmp_path: Path) -> Path:
    """A submission whose mistake the first fixed conversations do not show."""
    shutil.copy(PROGRAMS / "loses_the_fifth.c", tmp_path / "echo_server.c")
    return tmp_path


def judged(folder: Path, *more: str) -> tuple[int, Verdict]:
    """Judge what it sends back; return the exit status and the verdict."""
    file = folder / "results.json"
    command = [
        sys.executable, "-m", "conformance.cli", "check", str(folder), "--exercise", "echo_server",
        "--requirement", "transfer.echo-exact", "--profile", "quick", "--json", str(file), *more,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd="/")
    (verdict,) = decode(file.read_bytes()).verdicts
    return done.returncode, verdict


def test_what_a_search_finds_is_charged_once(loses_the_fifth: Path) -> None:
    """The search finds a conversation that the fixed set does not hold; another requirement shows the slip already."""
    status, verdict = judged(loses_the_fifth)
    kept = Verdict(exercise="echo_server", requirement="transfer.echo-exact", level="MUST", verdict="passed")
    assert (status, replace(verdict, seconds=0.0)) == (0, kept)
    status, verdict = judged(loses_the_fifth, "--seed", "1")
    assert (status, verdict.verdict) == (0, "not-applicable")
    assert "transfer.any-split" in str(verdict.reason)
