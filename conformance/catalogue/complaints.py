"""What is wrong with a catalogue, each complaint with its file and line: said before anything is judged."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from conformance.catalogue.records import (
    Exercise,
    ExerciseWords,
    Requirement,
    RequirementWords,
    Words,
    selector,
    selects,
)
from conformance.messages import Message, say, text

ID: Final = re.compile(r"[a-z]+\.[a-z0-9-]+")
PLACEHOLDERS: Final = frozenset({"{ip}", "{port}", "{path}"})
TABLE_OF_REQUIREMENTS: Final = "[[requirement]]"
REQUIREMENT_TABLE, EXERCISE_TABLE = "requirement", "exercise"
OPTIONAL_WORDS: Final = frozenset({"latitude"})
"""Words that there need not be."""
Said = TypeVar("Said", RequirementWords, ExerciseWords)


class CatalogueError(Exception):
    """A catalogue cannot be used; the text has one complaint a line."""


class Source(NamedTuple):
    """One file of a catalogue."""

    name: str
    text: str

    def says(self, what: Message | str, line: int = 1) -> str:
        """Return a complaint about a line."""
        return text("complaint", place=f"{self.name}:{line}", what=what)

    def line_of_table(self, place: int) -> int:
        """Return the line of the nth table of requirements, from 0."""
        lines = (number for number, line in self._lines() if line.split("#")[0].strip() == TABLE_OF_REQUIREMENTS)
        return next((line for at, line in enumerate(lines) if at == place), 1)

    def line_of(self, beginning: str | tuple[str, ...]) -> int:
        """Return the first line that begins so."""
        return next((number for number, line in self._lines() if line.startswith(beginning)), 1)

    def _lines(self) -> Iterator[tuple[int, str]]:
        return enumerate(self.text.splitlines(), 1)


class CatalogueFiles(NamedTuple):
    """The files of a catalogue: two of facts, and one of words for each language."""

    requirements: Source
    exercises: Source
    words: Source


class Loaded(NamedTuple):
    """What the files of a catalogue hold."""

    requirements: list[Requirement]
    exercises: dict[str, Exercise]
    words: Words


def load(files: CatalogueFiles, messages: Mapping[str, str]) -> Loaded:
    """Read a catalogue. Raises `CatalogueError` with all that is wrong with it.

    `messages` is the table of messages: each group of requirements has a name there.
    """
    complaints: list[str] = []
    requirements = _load_requirements(files.requirements, complaints)
    exercises = _load_exercises(files.exercises, complaints)
    loaded = Loaded(requirements, exercises, _load_words(files.words, complaints))
    complaints += [
        *_about_requirements(files.requirements, loaded, messages),
        *_about_exercises(files.exercises, loaded),
        *_about_words(files.words, loaded.words, [one.id for one in requirements], exercises),
    ]
    if complaints:
        raise CatalogueError("\n".join(complaints))
    return loaded._replace(requirements=[_with_names(one, exercises) for one in requirements])


def _complaint(name: str, what: Message | str) -> Message:
    return say("complaint.about", name=name, what=what)


def load_words(source: Source, requirements: Iterable[str], exercises: Iterable[str]) -> Words:
    """Read the words of a catalogue in a further language. Raises `CatalogueError` with all that is wrong with them."""
    complaints: list[str] = []
    words = _load_words(source, complaints)
    complaints += _about_words(source, words, requirements, exercises)
    if complaints:
        raise CatalogueError("\n".join(complaints))
    return words


def _with_names(one: Requirement, exercises: Mapping[str, Exercise]) -> Requirement:
    """Let a requirement name the exercises that it applies to, in place of what these are."""
    names = tuple(name for name, exercise in exercises.items() if selects(one.applies, exercise))
    return msgspec.structs.replace(one, applies=names)


def _tables(source: Source, complaints: list[str]) -> dict[str, object]:
    try:
        return tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as problem:
        line = re.search(r"line (\d+)", str(problem))
        complaints.append(source.says(say("complaint.not-toml", why=str(problem)), int(line[1]) if line else 1))
        return {}


def _load_requirements(source: Source, complaints: list[str]) -> list[Requirement]:
    tables = _tables(source, complaints)
    for key in sorted(set(tables) - {REQUIREMENT_TABLE}):
        complaints.append(
            source.says(say("complaint.no-table", name=key), source.line_of((f"[{key}", f"[[{key}", key)))
        )
    found = []
    listed = tables.get(REQUIREMENT_TABLE, [])
    for place, table in enumerate(listed if isinstance(listed, list) else []):
        try:
            found.append(msgspec.convert(table, Requirement))
        except msgspec.ValidationError as problem:
            complaints.append(source.says(str(problem), source.line_of_table(place)))
    return found


def _load_exercises(source: Source, complaints: list[str]) -> dict[str, Exercise]:
    found: dict[str, Exercise] = {}
    tables = _tables(source, complaints)
    for name in tables:
        try:
            found[name] = msgspec.structs.replace(msgspec.convert(_inherited(tables, name), Exercise), name=name)
        except msgspec.ValidationError as problem:
            complaints.append(source.says(str(problem), source.line_of(f"[{name}]")))
    return found


def _inherited(tables: Mapping[str, object], name: str) -> object:
    """Return the table of an exercise, with what it takes over from the one that it is like."""
    table = tables[name]
    other = tables.get(table["like"]) if isinstance(table, dict) and "like" in table else {}
    if not isinstance(table, dict) or not isinstance(other, dict):
        return table
    return {**{key: value for key, value in other.items() if key != "source"}, **table}


def _load_words(source: Source, complaints: list[str]) -> Words:
    tables = _tables(source, complaints)
    for kind in sorted(set(tables) - {REQUIREMENT_TABLE, EXERCISE_TABLE}):
        complaints.append(source.says(say("complaint.no-table", name=kind), source.line_of((f"[{kind}", kind))))
    return Words(
        _words_of(source, REQUIREMENT_TABLE, tables, RequirementWords, complaints),
        _words_of(source, EXERCISE_TABLE, tables, ExerciseWords, complaints),
    )


def _words_of(
    source: Source, kind: str, tables: Mapping[str, object], as_what: type[Said], complaints: list[str]
) -> dict[str, Said]:
    """Return the words of all requirements, or of all exercises."""
    found, listed = {}, tables.get(kind, {})
    for name, table in listed.items() if isinstance(listed, dict) else ():
        try:
            found[name] = msgspec.convert(table, as_what)
        except msgspec.ValidationError as problem:
            complaints.append(source.says(_complaint(name, str(problem)), _line_of_words(source, kind, name)))
    return found


def _line_of_words(source: Source, kind: str, name: str) -> int:
    return source.line_of((f'[{kind}."{name}"]', f"[{kind}.{name}]"))


def _about_words(source: Source, words: Words, requirements: Iterable[str], exercises: Iterable[str]) -> Iterator[str]:
    """Say which words are missing, which are of nothing that there is, and which are empty."""
    told: tuple[tuple[str, Mapping[str, Struct], Iterable[str]], ...] = (
        (REQUIREMENT_TABLE, words.requirement, requirements),
        (EXERCISE_TABLE, words.exercise, exercises),
    )
    for kind, said, names in told:
        there = tuple(dict.fromkeys(names))
        yield from (
            source.says(_complaint(name, say(f"complaint.no-words.{kind}"))) for name in there if name not in said
        )
        for name, one in said.items():
            line = _line_of_words(source, kind, name)
            if name not in there:
                yield source.says(_complaint(name, say(f"complaint.no-such.{kind}")), line)
            yield from (
                source.says(_complaint(name, say("complaint.empty", key=key)), line)
                for key in one.__struct_fields__
                if key not in OPTIONAL_WORDS and not getattr(one, key).strip()
            )


def _about_requirements(source: Source, loaded: Loaded, messages: Mapping[str, str]) -> Iterator[str]:
    for place, one in enumerate(loaded.requirements):
        for what in _about_requirement(one, loaded, messages):
            yield source.says(_complaint(one.id, what), source.line_of(f'id = "{one.id}"'))
        if any(before.id == one.id for before in loaded.requirements[:place]):
            yield source.says(_complaint(one.id, say("complaint.second")), source.line_of_table(place))


def _about_requirement(one: Requirement, loaded: Loaded, messages: Mapping[str, str]) -> Iterator[Message]:
    if ID.fullmatch(one.id) is None:
        yield say("complaint.id")
    for which in one.applies:
        try:
            selector(which)
        except ValueError as problem:
            yield say("complaint.selector", name=which, word=str(problem))
            continue
        if not any(selects([which], exercise) for exercise in loaded.exercises.values()):
            yield say("complaint.applies-to-nothing", name=which)
    twice = [name for name, times in Counter(one.applies).items() if times > 1]
    if twice:
        yield say("complaint.applies-twice", name=twice[0])
    for key in ("applies", "sources"):
        if not getattr(one, key):
            yield say("complaint.empty", key=key)
    if f"group.{one.group}" not in messages:
        yield say("complaint.no-message", key=f"group.{one.group}")


def _about_exercises(source: Source, loaded: Loaded) -> Iterator[str]:
    owners: dict[tuple[str, str], str] = {}
    for name, one in loaded.exercises.items():
        line = source.line_of(f"[{name}]")
        if one.like and one.like not in loaded.exercises:
            yield source.says(_complaint(name, say("complaint.like-nothing", name=one.like)), line)
        for argument in one.arguments:
            if argument.startswith("{") and argument not in PLACEHOLDERS:
                yield source.says(_complaint(name, say("complaint.argument", argument=argument)), line)
        if not one.path and "{path}" in one.arguments:
            yield source.says(_complaint(name, say("complaint.no-path")), line)
        for file in one.source:
            owner = owners.setdefault((one.platform, file), name)
            if owner != name:
                yield source.says(_complaint(name, say("complaint.shared-name", file=file, owner=owner)), line)
