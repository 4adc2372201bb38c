"""Korean: the particle behind a value fits its last sound, and each sentence of the tables has the right ones."""

import pytest

from conformance.messages.korean import Noun


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
