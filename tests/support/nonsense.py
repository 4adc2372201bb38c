"""A language of nonsense words, made from the English one: what is still English then is in no table."""

import re
import string
from collections.abc import Mapping
from typing import Final

import msgspec

from conformance import catalogue, messages
from conformance.catalogue import ExerciseWords, RequirementWords, Words
from conformance.catalogue.loading import Said
from conformance.catalogue.patterns import patterns

NAME: Final = "xx"
LETTERS: Final = str.maketrans(
    string.ascii_lowercase + string.ascii_uppercase,
    "жбцдефгхийклмнопярстувшзщэ" + "ЖБЦДЕФГХИЙКЛМНОПЯРСТУВШЗЩЭ",
)
"""No word of this language has an ASCII letter in it."""
NAMED: Final = frozenset({"verdict", "type", "what", "kind", "role", "platform", "judged_on", "limit"})
"""What in records is one of a few names, for which a table has words."""
WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.'-]*")


def add() -> None:
    """Add the language; `OFFHOOK_LANGUAGE` chooses it."""
    messages.add(NAME, table())
    catalogue.add_words(NAME, catalogue_words())


def table() -> Mapping[str, str]:
    """Return the table of messages."""
    return {key: _with_values(words) for key, words in messages.table(messages.ENGLISH).items()}


def catalogue_words() -> Words:
    """Return the words of the catalogue."""
    english = catalogue.words(messages.ENGLISH)
    return Words(
        {name: _nonsense(one, RequirementWords) for name, one in english.requirement.items()},
        {name: _nonsense(one, ExerciseWords) for name, one in english.exercise.items()},
    )


def _nonsense(one: msgspec.Struct, kind: type[Said]) -> Said:
    return kind(**{name: str(getattr(one, name)).translate(LETTERS) for name in one.__struct_fields__})


def _with_values(words: str) -> str:
    """Replace every word of a message and keep the names of its values."""
    made = ""
    for literal, name, form, _ in string.Formatter().parse(words):
        made += literal.translate(LETTERS).replace("{", "{{").replace("}", "}}")
        made += "" if name is None else f"{{{name}{':' + form if form else ''}}}"
    return made


def english(shown: str, data: frozenset[str]) -> set[str]:
    """Return the words of what is shown that are neither nonsense nor data."""
    return {word for word in WORD.findall(shown) if word not in data and word.rstrip(".'-") not in data}


def data_of(*whole: object) -> frozenset[str]:
    """Return the words of all texts in records, but for what the tables have words for; and of code that is shown."""
    code = [one for pattern in patterns() for one in pattern.code.values()]
    return frozenset(
        word for one in (*whole, code) for text in _texts(msgspec.to_builtins(one)) for word in _words(text)
    )


def _words(text: str) -> list[str]:
    found = WORD.findall(text)
    return [*found, *(word.rstrip(".'-") for word in found)]


def _texts(value: object) -> list[str]:
    match value:
        case str():
            return [value]
        case {"key": str(), "values": list() | tuple() as values}:  # a message: its values by their names
            return [text for _, one in values for text in _texts(one)]
        case {"key": str()}:
            return []
        case dict():
            return [text for name, one in value.items() if name not in NAMED for text in _texts(one)]
        case list() | tuple():
            return [text for one in value for text in _texts(one)]
    return []
