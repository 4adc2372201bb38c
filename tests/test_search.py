"""Searching: Hypothesis finds what breaks a program, and gives the smallest such scenario."""

from conformance.scenarios.greeting import ONE_MESSAGE, SPLIT_MESSAGE, messages
from conformance.search import smallest
from conformance.stage.script import Scenario, Send


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
    assert messages() is not None
    assert len(seen) > 50
    for message in seen:
        assert 1 <= len(message) <= 29
        assert message == message.strip(b" ")
        assert not set(message) & set(b"%\\")
        assert all(32 <= byte < 127 for byte in message)
