"""Reading catalogues that are laid over each other: that of the package and those of courses go the same way."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar, get_args, get_type_hints

import msgspec
from msgspec import Struct

from conformance.catalogue.complaints import (
    about_course,
    about_exercises,
    about_requirements,
    about_words,
    complaint,
)
from conformance.catalogue.records import (
    Course,
    Data,
    Example,
    Exercise,
    ExerciseWords,
    Pair,
    Requirement,
    RequirementWords,
    Role,
    Shape,
    Words,
    selects,
)
from conformance.catalogue.source import COURSE, EXERCISES, REQUIREMENTS, CatalogueError, Layer, Source
from conformance.messages import Message, say
from conformance.messages.suggestions import with_suggestion

REQUIREMENT_TABLE, EXERCISE_TABLE = "requirement", "exercise"
JOINT: Final = "-"
"""Stands between the prefix of a course and the name of its exercise."""
USUAL_ARGUMENTS: Final[dict[Role, tuple[str, ...]]] = {
    "server": ("{port}",),
    "client": ("{ip}", "{port}"),
    "alone": (),
}
OVER_TLS: Final[dict[Role, tuple[str, ...]]] = {
    "server": ("{port}", "{certificate}", "{key}"),
    "client": ("{ip}", "{port}", "{name}", "{authority}"),
    "alone": (),
}
JUDGED_OTHERWISE_OVER_TLS: Final = (
    "transfer.any-split", "transfer.short-writes", "transfer.half-close", "robust.interrupted-calls",
    "robust.client-reset", "robust.failed-transfer-reported", "robust.lost-server-detected",
)  # fmt: skip
"""What requirements of TLS judge, or leave free, is not judged by those of plain TCP too: pieces by tls.any-record,
interruptions by tls.interrupted-calls, lost peers by tls.lost-client, tls.end-is-close-notify and
tls.short-answer-detected."""
BY_PATH: Final = ("{path}",)
"""Where a socket has a path, that says all."""
NOT_INHERITED: Final = frozenset({"source", "title"})
EXAMPLE, ANSWERS = "example", "answers"
SET_BY_LOADING: Final = frozenset({"name", "digest"})
"""Fields of records that no file says."""
Record = TypeVar("Record", bound=Struct)
Said = TypeVar("Said", RequirementWords, ExerciseWords)


class Loaded(NamedTuple):
    """What catalogues hold that are laid over each other."""

    requirements: dict[str, Requirement]
    exercises: dict[str, Exercise]
    words: Words
    courses: tuple[Course, ...]
    homes: dict[str, Layer]
    """Exercise -> the catalogue that it stands in."""


def load(layers: Sequence[Layer], messages: Mapping[str, str]) -> Loaded:
    """Read catalogues, the lowest first. Raises `CatalogueError` with all that is wrong with the first that is wrong.

    `messages` is the table of messages: each group of requirements has a name there, or is a course's own.
    """
    loaded = Loaded({}, {}, Words({}, {}), (), {})
    for layer in layers:
        loaded = _Reading(layer, loaded, messages).result()
    package = layers[0]
    own = {  # what a course asks, it asks of its own exercises
        layer: {name: one for name, one in loaded.exercises.items() if layer in (package, loaded.homes[name])}
        for layer in layers
    }
    named = {name: _with_names(one, own[loaded.homes[name]]) for name, one in loaded.requirements.items()}
    return loaded._replace(requirements=named)


def load_words(layers: Sequence[Layer], language: str, loaded: Loaded) -> Words:
    """Read the words of a further language; what a course does not say in it stays in English.

    Raises `CatalogueError` with all that is wrong with them.
    """
    found = loaded.words
    for layer, course in zip(layers, loaded.courses, strict=True):
        complaints: list[str] = []
        source = layer.words(language)
        said = _words(source, complaints)
        if layer is layers[0]:  # the package's own words are whole in each language
            known = [name for name, home in loaded.homes.items() if home is layer]
            complaints += about_words(source, said, known)
        if complaints:
            raise CatalogueError("\n".join(complaints))
        found = _both(found, _prefixed(said, course.prefix))
    return found


def full_name(prefix: str, name: str) -> str:
    """Return the name of an exercise with the prefix of its course."""
    return f"{prefix}{JOINT}{name}" if prefix else name


def _with_names(one: Requirement, exercises: Mapping[str, Exercise]) -> Requirement:
    """Let a requirement name the exercises that it applies to, in place of what these are."""
    names = (name for name, exercise in exercises.items() if _applies(one, exercise))
    return msgspec.structs.replace(one, applies=tuple(names))


def _applies(one: Requirement, exercise: Exercise) -> bool:
    left_out = one.id.startswith(exercise.without) if exercise.without else False
    return selects(one.applies, exercise) and not left_out and (exercise.stays_up or not one.stays_up)


class _Reading:
    """The reading of one catalogue, over those that are there already."""

    def __init__(self, layer: Layer, below: Loaded, messages: Mapping[str, str]) -> None:
        self.layer, self.below = layer, below
        self.complaints: list[str] = []
        self.course = self._course()
        self.groups = {key.removeprefix("group.") for key in messages if key.startswith("group.")}

    def result(self) -> Loaded:
        """Return all catalogues up to this one. Raises `CatalogueError` with all that is wrong with it."""
        source, exercises_source, words_source = (
            self.layer.source(REQUIREMENTS),
            self.layer.source(EXERCISES),
            self.layer.words(),
        )
        requirements, exercises = self._requirements(source), self._exercises(exercises_source)
        titles = {name: ExerciseWords(one.title) for name, one in exercises.items() if one.title}
        words = _both(Words({}, titles), _words(words_source, self.complaints))
        known = [*self.below.requirements, *(one.id for one in requirements)]
        self.complaints += [
            *about_requirements(source, requirements, {**self.below.exercises, **exercises}, self._own_groups()),
            *about_exercises(exercises_source, exercises, known),
            *about_words(words_source, words, [*(one.id for one in requirements), *exercises]),
        ]
        if self.complaints:
            raise CatalogueError("\n".join(self.complaints))
        return self._over(requirements, exercises, words)

    def _own_groups(self) -> Collection[str]:
        """Return the groups that its requirements may be of: in a course the course's own."""
        return [self.course.prefix] if self.course.prefix else self.groups

    def _over(self, requirements: list[Requirement], exercises: dict[str, Exercise], words: Words) -> Loaded:
        prefix, below = self.course.prefix, self.below
        own = {
            full_name(prefix, name): msgspec.structs.replace(
                one, name=full_name(prefix, name), like=self._full_like(one, exercises)
            )
            for name, one in exercises.items()
        }
        ids = {one.id: one for one in requirements}
        return Loaded(
            {**below.requirements, **ids},
            {**below.exercises, **own},
            _both(below.words, _prefixed(words, prefix)),
            (*below.courses, self.course),
            {**below.homes, **dict.fromkeys([*ids, *own], self.layer)},
        )

    def _full_like(self, one: Exercise, own: Collection[str]) -> str:
        """Return the name of the exercise that one is like, with the prefix of its course."""
        is_own = one.like in own and one.like != one.name
        return full_name(self.course.prefix, one.like) if is_own else one.like

    def _course(self) -> Course:
        source = self.layer.source(COURSE)
        found = record(source, source.tables(self.complaints), Course, self.complaints)
        if found is not None:
            self.complaints += about_course(source, found, [one.prefix for one in self.below.courses])
        return Course(name="") if found is None else found

    def _requirements(self, source: Source) -> list[Requirement]:
        tables = _known_tables(source, (REQUIREMENT_TABLE,), self.complaints)
        listed = tables.get(REQUIREMENT_TABLE, [])
        found = (
            record(source, table, Requirement, self.complaints, REQUIREMENT_TABLE, str(place))
            for place, table in enumerate(listed if isinstance(listed, list) else [])
        )
        return [one for one in found if one is not None]

    def _exercises(self, source: Source) -> dict[str, Exercise]:
        tables = source.tables(self.complaints)
        found = {
            name: record(source, self._whole(tables, name), Exercise, self.complaints, name)
            for name, table in tables.items()
            if self._is_like_another(source, tables, name, table)
        }
        return {name: _settled(name, one) for name, one in found.items() if one is not None}

    def _is_like_another(self, source: Source, tables: Collection[str], name: str, table: object) -> bool:
        """Tell whether the exercise that one is like is there, if it says so; complain where it is not."""
        like = table.get("like", "") if isinstance(table, dict) else ""
        others = {*self.below.exercises, *tables} - ({name} - {*self.below.exercises})
        if not isinstance(like, str) or not like or like in others:
            return True
        what = with_suggestion(say("complaint.like-nothing", name=like), like, sorted(others))
        self.complaints.append(source.says(complaint(name, what), name, "like"))
        return False

    def _whole(self, tables: Mapping[str, object], name: str, seen: tuple[str, ...] = ()) -> object:
        """Return the table of an exercise, with what it takes over from the one that it is like."""
        table = tables[name]
        if not isinstance(table, dict) or "like" not in table:
            return table
        like = table["like"]
        if isinstance(like, str) and like in tables and like not in (*seen, name):
            other = self._whole(tables, like, (*seen, name))
        else:
            other = _as_table(self.below.exercises.get(like)) if isinstance(like, str) else {}
        taken = other if isinstance(other, dict) else {}
        changed = {"arguments"} if table.get("transport", taken.get("transport")) != taken.get("transport") else set()
        left_out = NOT_INHERITED | changed
        return {**{key: value for key, value in taken.items() if key not in left_out}, **table}


def record(source: Source, table: object, as_what: type[Record], complaints: list[str], *place: str) -> Record | None:
    """Return a table as a record; None and a complaint, with its line, where it is none."""
    known = [
        key for key in as_what.__struct_fields__ if key not in SET_BY_LOADING or (key, as_what) == ("name", Course)
    ]
    there = table if isinstance(table, dict) else {}
    about = str(there.get("id", place[-1] if place else ""))
    unknown = [*_unknown(there, known, place)]
    for where, under, its in _inside(there):
        unknown += _unknown(under, its.__struct_fields__, (*place, *where))
    for key, near, where in unknown:
        what = with_suggestion(say("complaint.no-key", key=key), key, near)
        complaints.append(source.says(complaint(about, what), *where, key))
    if unknown:
        return None
    try:
        return msgspec.convert(table, as_what)
    except msgspec.ValidationError as problem:
        inside = re.findall(r"\w+", str(problem).rpartition("at `$")[2])
        complaints.append(source.says(complaint(about, _of_values(str(problem), as_what, inside)), *place, *inside))
        return None


def _of_values(problem: str, as_what: type[Struct], inside: Sequence[str]) -> Message | str:
    """Return a complaint about a value; where it is one of few words, with the nearest of them."""
    wrong = re.match(r"Invalid enum value '(.*)' - at ", problem)
    values = get_args(get_type_hints(as_what).get(inside[-1])) if wrong and inside else ()
    return with_suggestion(say("as-it-is", text=problem), wrong[1], map(str, values)) if wrong and values else problem


def _unknown(
    table: Mapping[str, object], known: Collection[str], place: tuple[str, ...]
) -> Iterator[tuple[str, Collection[str], tuple[str, ...]]]:
    """Yield each key that nobody knows, with those that are known there, and the place of its table."""
    yield from ((key, known, place) for key in table if key not in known)


def _inside(table: Mapping[str, object]) -> Iterator[tuple[tuple[str, ...], Mapping[str, object], type[Struct]]]:
    """Yield each table inside that of an exercise, with its place and what it is read as; nothing of what is none."""
    for key in (EXAMPLE, ANSWERS):
        listed = table.get(key)
        for number, one in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(one, dict):
                yield (key, str(number)), one, Example if key == EXAMPLE else Pair
                yield from _tables(one, ("send", "expect"), Data, key, str(number))
    by_text = table.get(ANSWERS)
    yield from _tables(by_text, by_text, Data, ANSWERS) if isinstance(by_text, dict) else ()
    yield from _tables(table, ("framing", "answer"), Shape)


def _tables(
    table: Mapping[str, object], keys: Iterable[str], as_what: type[Struct], *place: str
) -> Iterator[tuple[tuple[str, ...], Mapping[str, object], type[Struct]]]:
    for key in keys:
        one = table.get(key)
        if isinstance(one, dict):
            yield (*place, key), one, as_what


def _settled(name: str, one: Exercise) -> Exercise:
    """Return an exercise with what is usual where its table says nothing."""
    rule_of_lines = bool(one.answers) and one.conversation == "echo"
    return msgspec.structs.replace(
        one,
        name=name,
        source=one.source or (name,),
        arguments=one.arguments or _usual_arguments(one),
        conversation="dialogue" if rule_of_lines else one.conversation,
        without=tuple(dict.fromkeys((*one.without, *_judged_otherwise(one)))),
    )


def _judged_otherwise(one: Exercise) -> tuple[str, ...]:
    return JUDGED_OTHERWISE_OVER_TLS if one.transport == "tls" else ()


def _usual_arguments(one: Exercise) -> tuple[str, ...]:
    if one.transport == "unix":
        return BY_PATH
    return (OVER_TLS if one.transport == "tls" else USUAL_ARGUMENTS)[one.role]


def _as_table(one: Exercise | None) -> dict[str, Any]:
    """Return an exercise of another catalogue as a table, without what is not its own to hand on."""
    if one is None:
        return {}
    said: dict[str, Any] = msgspec.to_builtins(one)
    defaults = msgspec.to_builtins(Exercise(role=one.role, conversation=one.conversation))
    kept = {key: value for key, value in said.items() if value != defaults[key] and key not in SET_BY_LOADING}
    return {**kept, "role": one.role, "conversation": one.conversation}


def _known_tables(source: Source, known: Collection[str], complaints: list[str]) -> dict[str, object]:
    """Return the tables of a file, and complain of those that nobody knows."""
    tables = source.tables(complaints)
    for name in tables:
        if name not in known:
            complaints.append(source.says(with_suggestion(say("complaint.no-table", name=name), name, known), name))
    return tables


def _words(source: Source, complaints: list[str]) -> Words:
    tables = _known_tables(source, (REQUIREMENT_TABLE, EXERCISE_TABLE), complaints)
    return Words(
        _words_of(source, REQUIREMENT_TABLE, tables, RequirementWords, complaints),
        _words_of(source, EXERCISE_TABLE, tables, ExerciseWords, complaints),
    )


def _words_of(
    source: Source, kind: str, tables: Mapping[str, object], as_what: type[Said], complaints: list[str]
) -> dict[str, Said]:
    """Return the words of all requirements, or of all exercises."""
    listed = tables.get(kind, {})
    found = {
        name: record(source, table, as_what, complaints, kind, name)
        for name, table in (listed.items() if isinstance(listed, dict) else ())
    }
    return {name: one for name, one in found.items() if one is not None}


def _both(one: Words, other: Words) -> Words:
    return Words({**one.requirement, **other.requirement}, {**one.exercise, **other.exercise})


def _prefixed(words: Words, prefix: str) -> Words:
    return Words(words.requirement, {full_name(prefix, name): one for name, one in words.exercise.items()})
