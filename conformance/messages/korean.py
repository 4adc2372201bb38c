"""Korean particles: which form stands behind a value depends on the sound with which it ends.

In a table `{call:을}` shows a value with 을 or 를, whichever is right behind it.
"""

from typing import Final, NamedTuple

FIRST_SYLLABLE, LAST_SYLLABLE, FINALS = ord("가"), ord("힣"), 28
"""Unicode 3.12: syllables stand in the order of their parts; the last part is one of 28, the first of them none."""
RIEUL: Final = 8
"""The final ㄹ, behind which 로 stands like behind none."""
DIGITS: Final = {"0": 21, "1": RIEUL, "2": 0, "3": 16, "4": 0, "5": 0, "6": 1, "7": RIEUL, "8": RIEUL, "9": 0}
"""The finals of digits as they are read: 영, 일, 이, 삼, 사, 오, 육, 칠, 팔, 구."""


class Forms(NamedTuple):
    """A particle."""

    closed: str
    """Behind a final consonant."""
    open: str
    """Behind none."""

    @property
    def both(self) -> str:
        """What is written where nobody can tell how a value is read."""
        return f"{self.closed}({self.open})"


PARTICLES: Final = {
    "을": Forms("을", "를"),
    "은": Forms("은", "는"),
    "이": Forms("이", "가"),
    "과": Forms("과", "와"),
    "으로": Forms("으로", "로"),
    "이라": Forms("이라", "라"),
    "이나": Forms("이나", "나"),
}


class Noun(str):
    """A value in a Korean sentence."""

    __slots__ = ()

    def __format__(self, particle: str) -> str:
        """Return it, and behind it the particle that the table names."""
        return f"{self!s}{_form(self, PARTICLES[particle])}" if particle else str(self)


def _form(text: str, forms: Forms) -> str:
    final = _final(text)
    if final is None:
        return forms.both
    is_open = final == 0 or (final == RIEUL and forms.open == "로")
    return forms.open if is_open else forms.closed


def _final(text: str) -> int | None:
    """Return the number of the final consonant that a text ends with, 0 for none; None where its sound is not known."""
    last = next((letter for letter in reversed(text) if letter.isalnum()), "")
    if FIRST_SYLLABLE <= ord(last or " ") <= LAST_SYLLABLE:
        return (ord(last) - FIRST_SYLLABLE) % FINALS
    return DIGITS.get(last)
