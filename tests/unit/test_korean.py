"""Korean: the tables are whole, and the particle behind a value fits its last sound."""

import io
import re
import string
from typing import Final

import pytest
from rich.cells import cell_len
from rich.console import Console

from conformance.catalogue import words
from conformance.messages import ENGLISH, KOREAN, LANGUAGE_VARIABLE, table
from conformance.messages.korean import PARTICLES, Noun
from conformance.reporting.terminal import terminal_summary
from conformance.reporting.text import padded
from tests.support import samples

FIXED: Final = re.compile(r"(?<!이라)(?<!\})\}(?:을|를|은|는|이|가|과|와|으로|로|이라|라|이나|나)(?![가-힣])")
"""A particle that was chosen before anybody knew the value."""
CODE: Final = re.compile(r"`[^`]*`")


def values(text: str) -> set[str]:
    """Return the names of the values that a message shows."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_each_message_shows_the_same_values_in_both_languages() -> None:
    english, korean = table(ENGLISH), table(KOREAN)
    assert list(korean) == list(english)
    assert [key for key in english if values(english[key]) != values(korean[key])] == []


def test_each_particle_is_one_that_is_known_and_chosen_late() -> None:
    for key, text in table(KOREAN).items():
        forms = {form for _, name, form, _ in string.Formatter().parse(text) if name and form}
        assert {form for form in forms if not form.endswith("f")} <= set(PARTICLES), key
        assert not FIXED.search(text), key


def test_code_stands_in_a_requirement_as_it_is() -> None:
    english, korean = words(ENGLISH).requirement, words(KOREAN).requirement
    for name, said in english.items():
        for field in said.__struct_fields__:
            assert set(CODE.findall(getattr(said, field))) <= set(CODE.findall(getattr(korean[name], field))), name


@pytest.mark.parametrize(
    ("value", "particle", "shown"),
    [
        ("소켓", "을", "소켓을"),
        ("서버", "을", "서버를"),
        ("포트", "은", "포트는"),
        ("연결", "은", "연결은"),
        ("연결", "으로", "연결로"),
        ("소켓", "으로", "소켓으로"),
        ("버퍼", "으로", "버퍼로"),
        ("바이트", "과", "바이트와"),
        ("“파일”", "이", "“파일”이"),
        (3, "이", "3이"),
        (7, "으로", "7로"),
        (10, "을", "10을"),
        ("write", "을", "write을(를)"),
        ("echo_server.c", "이", "echo_server.c이(가)"),
        ("", "을", "을(를)"),
        ("전부", "이라", "전부라"),
        ("값", "이나", "값이나"),
        ("값", "", "값"),
    ],
)
def test_a_particle_fits_what_stands_before_it(value: str | int, particle: str, shown: str) -> None:
    assert format(Noun(value), particle) == shown


def test_an_unknown_particle_is_a_mistake_in_a_table() -> None:
    with pytest.raises(KeyError):
        format(Noun("값"), "를")


@pytest.mark.parametrize("width", [40, 60, 80])
def test_no_line_of_the_terminal_is_too_wide(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, KOREAN)
    console = Console(record=True, width=width, file=io.StringIO())
    terminal_summary(samples.mixed(), console)
    lines = console.export_text(styles=False).splitlines()
    assert [line for line in lines if cell_len(line.rstrip()) > width] == []
    heads = [line for line in lines if re.match(r"  (기대|관찰) ", line)]
    assert {cell_len(line) - cell_len(line[2:].lstrip("기대관찰 ")) for line in heads} == {8}


@pytest.mark.parametrize("text", ["기대", "seen", ""])
def test_columns_are_as_wide_in_each_language(text: str) -> None:
    assert cell_len(padded(text, 9)) == 9
