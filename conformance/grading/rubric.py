"""Reads a rubric from a TOML file, and checks that it adds up before anything is marked by it."""

import re
from collections.abc import Collection, Iterator, Mapping
from fnmatch import fnmatchcase
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import msgspec

from conformance.catalogue import catalogue
from conformance.catalogue.toml_lines import TomlPath, line_of, lines_of
from conformance.grading.errors import ClassError
from conformance.grading.points import (
    REST,
    Hidden,
    Part,
    Points,
    Rubric,
    Whole,
    Worth,
    concerned,
    exact,
    pool_of,
    shares,
)
from conformance.messages import Message, say, told
from conformance.messages.suggestions import with_suggestion
from conformance.records.notes import shown_name
from conformance.submission.manifest import SubmissionError, read_toml

__all__ = ["Rubric", "RubricError", "read_rubric", "ready_rubrics"]
RUBRICS: Final = Path(__file__).parent / "rubrics"
ENDING: Final = ".toml"
TABLES: Final = ("rubric", "exercise", "level", "verdict", "gate", "hidden")
LEVELS: Final[dict[str, float]] = {"MUST": 1, "SHOULD": 0.5, "MAY": 0}
"""What requirements weigh where a rubric says nothing else. A MUST is what the others are measured by."""
VERDICTS: Final[dict[str, float]] = {"unsteady": 0}
"""The verdicts of which a rubric may say what they keep. All others keep everything, nothing, or are open."""
Read = TypeVar("Read")
Record = TypeVar("Record", bound=msgspec.Struct)


class RubricError(ClassError):
    """A rubric cannot be used; the text says what is wrong, in which line, and what to do."""


def ready_rubrics() -> tuple[str, ...]:
    """Return the names of the rubrics that come with the package."""
    return tuple(sorted(path.stem for path in RUBRICS.glob(f"*{ENDING}")))


def read_rubric(name_or_path: str) -> Rubric:
    """Read a rubric that comes with the package, or one in a file. Raises `RubricError` where it cannot be used."""
    is_ready = name_or_path in ready_rubrics()
    path = RUBRICS / f"{name_or_path}{ENDING}" if is_ready else Path(name_or_path)
    if not path.is_file():
        complaint = with_suggestion(say("rubric.no-such", name=shown_name(name_or_path)), name_or_path, ready_rubrics())
        raise RubricError(say("joined.known", complaint=complaint, known=ready_rubrics()))
    try:
        text, tables = read_toml(path)
    except SubmissionError as problem:
        raise RubricError(told(problem)) from None
    except OSError as problem:
        raise RubricError(say("rubric.unreadable", place=shown_name(name_or_path), why=problem.strerror)) from None
    source = _Source(shown_name(name_or_path), lines_of(text))
    rubric = _rubric(source, path.stem, tables)
    first = next(_complaints(rubric), None)
    if first is not None:
        raise source.error(first.what, *first.place)
    return rubric


# ---------------------------------------------------------------- from tables to records


class _Source(NamedTuple):
    """A rubric's file, to say where something in it is wrong."""

    name: str
    lines: Mapping[TomlPath, int]

    def error(self, what: Message, *place: str) -> RubricError:
        """Return an error with the line of a table, or of a key in it."""
        return RubricError(say("rubric.at", place=f"{self.name}:{line_of(place, self.lines)}", what=what))

    def table(self, value: object, known: Collection[str], *place: str) -> dict[str, Any]:
        """Return a table all of whose keys are known."""
        if not isinstance(value, dict):
            raise self.error(say("rubric.no-table", name=_dotted(place)), *place)
        unknown = next((key for key in value if key not in known), None)
        if unknown is None:
            return value
        complaint = with_suggestion(say("rubric.unknown", name=_dotted((*place, unknown))), unknown, known)
        listed = [one for one in known if "." not in one]  # requirements are too many to be listed
        raise self.error(
            say("joined.known", complaint=complaint, known=listed) if listed else complaint, *place, unknown
        )

    def numbers(self, value: object, as_what: Any, known: Collection[str], *place: str) -> dict[str, float]:
        """Return a table of numbers."""
        for key, inside in value.items() if isinstance(value, dict) else ():
            if isinstance(inside, dict):  # `transfer.any-split = 10` without quotes is a table in a table
                raise self.error(say("rubric.quotes", name=_dotted((*place, key))), *place, key)
        table = self.table(value, known, *place)
        return {key: self.read(number, as_what, *place, key) for key, number in table.items()}

    def record(self, value: object, as_what: type[Record], *place: str) -> Record:
        """Return a table as a record, whose fields are its keys."""
        return self.read(self.table(value, as_what.__struct_fields__, *place), as_what, *place)

    def read(self, value: object, as_what: type[Read], *place: str) -> Read:
        """Return a value as what it should be."""
        try:
            return msgspec.convert(value, as_what)
        except msgspec.ValidationError as problem:
            inside = re.findall(r"[$.](\w+)", str(problem).rpartition("at `$")[2])
            raise self.error(say("rubric.invalid", name=_dotted(place), why=str(problem)), *place, *inside) from None


def _dotted(place: TomlPath) -> str:
    """Return a place as TOML names it."""
    return ".".join(f'"{one}"' if "." in one or one == REST else shown_name(one) for one in place)


def _rubric(source: _Source, name: str, tables: Mapping[str, object]) -> Rubric:
    tables = source.table(tables, TABLES)
    exercises = source.table(tables.get("exercise", {}), (*catalogue().exercises, REST), "exercise")
    levels = [one for one in LEVELS if one != "MUST"]
    return Rubric(
        name=name,
        whole=source.record(tables.get("rubric", {}), Whole, "rubric"),
        exercises={name: _worth(source, name, table) for name, table in exercises.items()},
        level={**LEVELS, **source.numbers(tables.get("level", {}), Part, levels, "level")},
        verdict={**VERDICTS, **source.numbers(tables.get("verdict", {}), Part, VERDICTS, "verdict")},
        gate=source.numbers(tables.get("gate", {}), Part, catalogue().requirements, "gate"),
        hidden=source.record(tables.get("hidden", {}), Hidden, "hidden"),
    )


def _worth(source: _Source, name: str, table: object) -> Worth:
    place = ("exercise", name)
    requirements = concerned(name) if name != REST else [*catalogue().requirements.values()]
    known = (*dict.fromkeys(one.group for one in requirements), *(one.id for one in requirements))
    read = source.table(table, Worth.__struct_fields__, *place)
    group = source.numbers(read.get("group", {}), Points, known, *place, "group")
    return source.read({**read, "group": group}, Worth, *place)


# ---------------------------------------------------------------- does it add up?


class _Complaint(NamedTuple):
    """What does not add up, and where."""

    what: Message
    place: TomlPath


def _complaints(rubric: Rubric) -> Iterator[_Complaint]:
    yield from _about_exercises(rubric)
    yield from _about_the_whole(rubric)
    for name, one in rubric.exercises.items():
        if name != REST and one.group:
            yield from _about_groups(rubric, name, one)
    for name in catalogue().exercises:
        if (name in rubric.exercises or REST in rubric.exercises) and not shares(rubric, name):
            place = name if name in rubric.exercises else REST
            yield _Complaint(say("rubric.gives-nothing", exercise=name), ("exercise", place))
    for pattern in rubric.hidden.requirements:
        if not any(fnmatchcase(one, pattern) for one in catalogue().requirements):
            complaint = with_suggestion(say("rubric.hides-nothing", pattern=pattern), pattern, catalogue().requirements)
            yield _Complaint(complaint, ("hidden", "requirements"))


def _about_exercises(rubric: Rubric) -> Iterator[_Complaint]:
    if not rubric.exercises:
        yield _Complaint(say("rubric.no-exercise"), ("exercise",))
    for name, one in rubric.exercises.items():
        if name == REST and one.points is not None:
            yield _Complaint(say("rubric.points-of-others"), ("exercise", name, "points"))
        if name != REST and one.points is None:
            yield _Complaint(say("rubric.no-points", exercise=name), ("exercise", name))


def _about_the_whole(rubric: Rubric) -> Iterator[_Complaint]:
    whole = exact(rubric.whole.points)
    named = sum((exact(one.points) for one in rubric.exercises.values() if one.points is not None), Fraction(0))
    place = ("rubric", "points")
    if REST not in rubric.exercises and named != whole:
        yield _Complaint(say("rubric.exercises-sum", sum=_number(named), points=_number(whole)), place)
    if REST in rubric.exercises and named >= whole:
        yield _Complaint(say("rubric.nothing-left", sum=_number(named), points=_number(whole)), place)
    if whole % exact(rubric.whole.round):
        step = _number(exact(rubric.whole.round))
        yield _Complaint(say("rubric.step", step=step, points=_number(whole)), ("rubric", "round"))


def _about_groups(rubric: Rubric, name: str, one: Worth) -> Iterator[_Complaint]:
    place = ("exercise", name, "group")
    points, total = exact(one.points or 0), sum(map(exact, one.group.values()), Fraction(0))
    if total != points:
        yield _Complaint(say("rubric.groups-sum", exercise=name, sum=_number(total), points=_number(points)), place)
    given = shares(rubric, name)
    for pool, share in one.group.items():
        members = [given.get(member.id) for member in concerned(name) if pool_of(member, one.group) == pool]
        if share and not any(members):
            yield _Complaint(say("rubric.group-gives-nothing", exercise=name, group=pool), (*place, pool))


def _number(value: Fraction) -> str:
    return f"{float(value):.10g}"
