"""Patterns of repairs: each fits its requirements, and a page shows the right one once for each cause."""

from collections import Counter

import pytest

from conformance.catalogue import catalogue
from conformance.catalogue.patterns import WINSOCK, pattern_of, patterns
from conformance.reporting import html, priority
from tests.support import samples

LANGUAGES = {"C", WINSOCK, "Python", "Java", "JavaScript", "Go", "Rust"}
MOST_LINES, MOST_COLUMNS = 8, 76


def test_each_requirement_has_one_pattern_at_most() -> None:
    named = Counter(one for pattern in patterns() for one in pattern.repairs)
    assert set(named) <= set(catalogue().requirements)
    assert max(named.values()) == 1
    assert len(named) > 80


@pytest.mark.parametrize("pattern", patterns(), ids=lambda one: one.name)
def test_a_pattern_is_a_few_short_lines(pattern: object) -> None:
    (one,) = (found for found in patterns() if found is pattern)
    assert set(one.code) <= LANGUAGES
    for code in one.code.values():
        lines = code.strip("\n").splitlines()
        assert 1 <= len(lines) <= MOST_LINES
        assert max(map(len, lines)) <= MOST_COLUMNS


@pytest.mark.parametrize(
    ("exercise", "language", "requirement", "part"),
    [
        ("echo_server", "C", "transfer.short-writes", "write("),
        ("echo_server", "C++", "transfer.short-writes", "write("),
        ("echo_server_win", "C", "transfer.short-writes", "send("),
        ("echo_server", "Python", "transfer.short-writes", "sendall"),
        ("tls_echo_server", "C", "transfer.short-writes", ""),
        ("tls_hello_client", "C", "tls.name-verified", "SSL_set1_host"),
    ],
)
def test_a_program_is_shown_the_code_of_its_language(exercise: str, language: str, requirement: str, part: str) -> None:
    pattern = pattern_of(requirement)
    assert pattern is not None
    code = pattern.for_program(catalogue().exercises[exercise], language)
    assert part in code
    assert bool(code) == bool(part)


def test_a_page_shows_code_beside_the_words() -> None:
    assert '<figure class="pattern">' in html.page(samples.mixed())


def test_what_has_one_cause_stands_together() -> None:
    found = priority.wrong(samples.mixed())
    places = [
        (one.first.exercise, pattern.name)
        for one in found
        if one.first.evidence is not None and (pattern := pattern_of(one.first.requirement)) is not None
    ]
    assert all(places.index(one) + places.count(one) > place for place, one in enumerate(places))
