"""Advice for a program's own language."""

import pytest

from conformance.catalogue import catalogue, words
from conformance.reporting.advice import for_language

TODO = "Look at the result. C: call this. Python: call that, in C: too. Elsewhere: ask."


@pytest.mark.parametrize(
    ("language", "advice"),
    [
        ("C", "Look at the result. call this."),
        ("C++", "Look at the result. call this."),
        ("Python", "Look at the result. call that, in C: too."),
        ("Go", "Look at the result. ask."),
        ("", "Look at the result. ask."),
    ],
)
def test_the_own_language_is_told(language: str, advice: str) -> None:
    assert for_language(TODO, language) == advice


def test_what_is_told_for_all_alike_stays_whole() -> None:
    assert for_language("Call close.", "Go") == "Call close."


@pytest.mark.parametrize("language", ["C", "C++", "Python", "Java", "Go", "JavaScript"])
def test_each_requirement_says_something_in_each_language(language: str) -> None:
    for name in catalogue().requirements:
        assert len(for_language(words("en").requirement[name].todo, language)) > 10, name
