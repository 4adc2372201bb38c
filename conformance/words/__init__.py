"""All words for people, in one table for each language."""

import os
import tomllib
from functools import cache
from importlib import resources
from typing import Final

FALLBACK: Final = "en"


@cache
def table(language: str) -> dict[str, str]:
    """Load the words of a language; what it lacks is said in English."""
    file = resources.files(__package__).joinpath(f"{language}.toml")
    words: dict[str, str] = tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}
    return words if language == FALLBACK else {**table(FALLBACK), **words}


def language() -> str:
    """Return the language that is spoken: `OFFHOOK_LANGUAGE`, or English."""
    return os.environ.get("OFFHOOK_LANGUAGE", FALLBACK)


def say(key: str, **values: object) -> str:
    """Return the words behind a key, with the values put in."""
    return table(language())[key].format(**values)
