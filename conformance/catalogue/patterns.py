"""Patterns: a few lines of code in each language that repair what one cause has broken."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

import msgspec
from msgspec import Struct

from conformance.catalogue.records import Exercise

FILE: Final = "patterns.toml"
REPAIRS: Final = "repairs"
WINSOCK: Final = "Winsock"
"""Stands for C where a program is for Windows."""
LIKE: Final = {"C++": "C"}
OF_OTHER_CALLS: Final = {"tls": "tls.", "udp": "datagram."}
"""How the requirements begin whose patterns fit a transport on which the usual calls are others."""


class Pattern(Struct, frozen=True, kw_only=True):
    """One change, and what it repairs."""

    name: str
    repairs: tuple[str, ...]
    """Ids of requirements."""
    code: Mapping[str, str]
    """By language."""

    def for_program(self, exercise: Exercise, language: str) -> str:
        """Return its code for a program; nothing where it has none for its language, or for its transport."""
        begins = OF_OTHER_CALLS.get(exercise.transport, "")
        if not any(one.startswith(begins) for one in self.repairs):
            return ""
        own = LIKE.get(language, language)
        return self.code.get(WINSOCK if own == "C" and exercise.platform == "winsock" else own, "")


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return all patterns, those first that a beginner should know first."""
    tables = tomllib.loads(resources.files(__package__).joinpath(FILE).read_text("utf-8"))
    return tuple(_pattern(name, table) for name, table in tables.items())


def _pattern(name: str, table: dict[str, object]) -> Pattern:
    repairs = msgspec.convert(table.pop(REPAIRS), tuple[str, ...])
    return Pattern(name=name, repairs=repairs, code=msgspec.convert(table, dict[str, str]))


@cache
def pattern_of(requirement: str) -> Pattern | None:
    """Return the pattern that repairs a requirement, where there is one."""
    return next((one for one in patterns() if requirement in one.repairs), None)
