"""All words for people: what is said is a key with values, and one table for each language puts it into words.

`say` makes a message, which a judgement and results.json hold as data. `render` puts one into words when it is shown,
and `text` does both at once for what is shown at once.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from functools import cache, reduce
from importlib import resources
from typing import Final

import msgspec
from msgspec import Struct

from conformance.messages.korean import Noun

ENGLISH, KOREAN = "en", "ko"
LANGUAGE_VARIABLE: Final = "OFFHOOK_LANGUAGE"
LOCALE_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The first of them that is set counts."""
LANGUAGE_OPTION: Final = "--language"
UNKNOWN: Final = "?"
"""Stands for a value that is not known."""


class Message(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One sentence, or a part of one, in no language."""

    key: str
    """What is said, as the tables name it."""
    values: "tuple[tuple[str, str | int | Message | tuple[str | int | Message, ...]], ...]" = ()
    """What its words show, by name: data, further messages, or a list of these."""

    def __str__(self) -> str:
        """Put it into words, so that nobody is ever shown the data."""
        return render(self)


Value = str | int | Message | tuple[str | int | Message, ...]

# ---------------------------------------------------------------- tables

_added_tables: Final[dict[str, Mapping[str, str]]] = {}


def add(language: str, words: Mapping[str, str]) -> None:
    """Add the table of a language that does not come with the package."""
    _added_tables[language] = words


def table(language: str) -> Mapping[str, str]:
    """Return the words of a language by their keys; none where there is no such table."""
    return _added_tables[language] if language in _added_tables else _packaged_table(language)


@cache
def _packaged_table(language: str) -> Mapping[str, str]:
    file = resources.files(__package__).joinpath(f"{language}.toml")
    return tomllib.loads(file.read_text("utf-8")) if language.isidentifier() and file.is_file() else {}


def known_languages() -> list[str]:
    """Return the languages that have a table."""
    packaged = (file.name.partition(".toml")[0] for file in resources.files(__package__).iterdir())
    return sorted({*_added_tables, *filter(_packaged_table, packaged)})


def current_language() -> str:
    """Return the language that is spoken: what `OFFHOOK_LANGUAGE` names, or the system's locale; or else English."""
    wanted = os.environ.get(LANGUAGE_VARIABLE) or _language_of_locale()
    return wanted if table(wanted) else ENGLISH


def _language_of_locale() -> str:
    """Return the language of messages, as the C library finds it (man 7 locale): ko where that is ko_KR.UTF-8."""
    return re.split("[_.@]", next(filter(None, map(os.environ.get, LOCALE_VARIABLES)), ENGLISH))[0]


def take_option(words: list[str]) -> list[str]:
    """Return a command line without the language that is to be spoken, which is spoken from here on.

    Help is put into words while the commands are loaded: so this comes before. What else `--language` may name (a
    programming language, for `new`) stays.
    """
    for place, word in enumerate(words[: _end_of_options(words)]):
        option, given, value = word.partition("=")
        value = value if given else next(iter(words[place + 1 :]), "")
        if option == LANGUAGE_OPTION and value in known_languages():
            os.environ[LANGUAGE_VARIABLE] = value
            return words[:place] + words[place + (1 if given else 2) :]
    return words


def _end_of_options(words: list[str]) -> int:
    return words.index("--") if "--" in words else len(words)


# ---------------------------------------------------------------- messages


def say(key: str, /, **values: object) -> Message:
    """Return a message: a key of the tables, and the values that its words show."""
    return Message(key=key, values=tuple((name, _packed_value(values[name])) for name in sorted(values)))


def also(first: Message | str, *more: Message | str) -> Message | str:
    """Return statements that stand beside each other as one."""
    return reduce(lambda before, one: say("joined.also", first=before, next=one), more, first)


def told(problem: BaseException) -> Message | str:
    """Return what an exception says: the message that it carries, or its own words."""
    carried = [one for one in problem.args if isinstance(one, Message)]
    return carried[0] if carried else str(problem)


def as_message(problem: BaseException) -> Message:
    """Return what an exception says, as a message in any case."""
    words = told(problem)
    return words if isinstance(words, Message) else say("as-it-is", text=words)


def packed(words: Message | str) -> bytes:
    """Return a message as bytes, to be passed on between processes."""
    return msgspec.msgpack.encode(words)


def unpacked(data: bytes | bytearray) -> Message | str:
    """Read a message that was packed."""
    return msgspec.msgpack.decode(data, type=Message | str)


def _packed_value(value: object) -> Value:
    return tuple(map(_piece, value)) if isinstance(value, tuple | list) else _piece(value)


def _piece(value: object) -> str | int | Message:
    """Return a value as a message can hold it, and JSON too."""
    match value:
        case Message():
            return value
        case int():
            return int(value)
        case None:
            return UNKNOWN
        case BaseException():
            return _piece(told(value))
        case str() | os.PathLike():
            return os.fspath(value).encode("utf-8", "backslashreplace").decode()
    raise TypeError(f"no message can hold a {type(value).__name__}")


# ---------------------------------------------------------------- words


def render(message: Message | str, language: str | None = None) -> str:
    """Return a message in words; what is text already stays as it is.

    Results of another version may hold a key that this one does not know: then the key and the values are shown.
    """
    if isinstance(message, str):
        return message
    spoken = language or current_language()
    values = {name: _shown(value, spoken) for name, value in message.values}
    words = table(spoken).get(message.key)
    return words.format_map(values) if words is not None else f"{message.key} {values}"


def text(key: str, language: str | None = None, /, **values: object) -> str:
    """Return the words behind a key at once, with the values put in."""
    spoken = language or current_language()
    return table(spoken)[key].format_map({name: _shown(value, spoken) for name, value in values.items()})


def _shown(value: object, language: str) -> object:
    """Return a value as a sentence of a language takes it up."""
    shown = _in_language(value, language)
    return Noun(shown) if language == KOREAN and isinstance(shown, str | int) else shown


def _in_language(value: object, language: str) -> object:
    """Return a value as a table's words show it: messages in words, and of lists one after the other."""
    match value:
        case Message():
            return render(value, language)
        case BaseException():
            return render(told(value), language)
        case tuple() | list():
            pieces = [str(_in_language(one, language)) for one in value]
            return reduce(lambda before, one: text("joined.list", language, first=before, next=one), pieces or [""])
    return value
