"""The interfaces as pages: commands, options of pytest, the manifest and the results, read from their own code."""

import ast
import inspect
import json
import re
import textwrap
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

import msgspec
import pytest
from markupsafe import Markup, escape
from typer.main import get_command

from conformance import plugin
from conformance.cli import COMMANDS, app
from conformance.commands.classes import EXAMPLES as CLASS_EXAMPLES
from conformance.commands.course import EXAMPLES as COURSE_EXAMPLES
from conformance.messages import text
from conformance.records.results import Results, schema
from conformance.submission.manifest import Recipe
from conformance.trace_tool.command import EXAMPLE
from docs import site
from docs.model import Table, code

FIELDS: Final = Path(__file__).parent / "fields.toml"
"""What the fields of the results mean, where their own code does not say it."""
VALUES: Final = {int: "N", str: "TEXT"}
"""What stands behind an option that does not say it."""
EXAMPLES: Final = {
    **{name: example for name, (_, example) in COMMANDS.items()},
    **CLASS_EXAMPLES,
    **COURSE_EXAMPLES,
    "trace": EXAMPLE,
}
TICKS: Final = re.compile(r"`([^`]+)`")


# ---------------------------------------------------------------- commands


class Parameter(NamedTuple):
    """An argument or an option."""

    name: str
    value: str
    """What stands behind it; nothing for a switch."""
    default: str
    words: str


class Command(NamedTuple):
    """A command, as its own help describes it."""

    name: str
    usage: str
    words: tuple[str, ...]
    """The paragraphs of its help."""
    example: str
    arguments: tuple[Parameter, ...]
    options: tuple[Parameter, ...]


@cache
def commands() -> Mapping[str, Command]:
    """Return the commands of the command line by their names."""
    found: dict[str, Any] = {}
    for name, one in cast("Any", get_command(app)).commands.items():
        inner = getattr(one, "commands", {})
        found |= {f"{name} {word}": below for word, below in inner.items()} or {name: one}
    return {name: _command(name, one) for name, one in found.items()}


def _command(name: str, found: Any) -> Command:
    arguments = [one for one in found.params if one.param_type_name == "argument"]
    options = [one for one in found.params if one.param_type_name == "option"]
    words = inspect.cleandoc(found.help).split("\n\n")
    usage = " ".join(["offhook", name, "[OPTIONS]", *map(_place, arguments)])
    return Command(
        name,
        usage,
        tuple(" ".join(one.split()) for one in words),
        EXAMPLES[name],
        tuple(Parameter(_shown(one), "", _default(one), one.help) for one in arguments),
        tuple(map(_option, options)),
    )


def _shown(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper())


def _place(argument: Any) -> str:
    """Return an argument as the usage shows it: in brackets where it may be left out."""
    shown = _shown(argument)
    return shown if argument.required or shown.startswith("[") else f"[{shown}]"


def _option(one: Any) -> Parameter:
    value = "" if one.is_flag else str(one.metavar)
    return Parameter(", ".join([*one.opts, *one.secondary_opts]), value, _default(one), one.help)


def _default(one: Any) -> str:
    if one.required:
        return text("reference.required")
    if getattr(one, "is_flag", False):
        return str(one.opts[0] if one.default else one.secondary_opts[0]) if one.secondary_opts else ""
    return "" if one.default is None else str(one.default)


def command(name: str) -> Markup:
    """Return all that the help of a command says."""
    found = commands()[name]
    tables = [(text("reference.arguments"), found.arguments), (text("reference.options"), found.options)]
    shown = [site.table(_parameters(caption, rows)) for caption, rows in tables if rows]
    return site.fragment("command", command=found, words=[_inline(one) for one in found.words], tables=shown)


def _parameters(caption: str, rows: tuple[Parameter, ...]) -> Table:
    heads = (text("reference.name"), text("reference.value"), text("reference.default"), text("reference.meaning"))
    cells = [(code(one.name), _code(one.value), _code(one.default), _inline(one.words)) for one in rows]
    if any(one.value for one in rows):
        return Table(caption, heads, tuple(cells))
    return Table(caption, heads[:1] + heads[2:], tuple(row[:1] + row[2:] for row in cells))


def _code(text: str) -> Markup:
    return code(text) if text else Markup()


def _inline(text: str) -> Markup:
    """Return a text in which names stand between backticks."""
    parts = TICKS.split(text)
    return Markup().join(code(part) if place % 2 else escape(part) for place, part in enumerate(parts))


class _Options:
    """Stands in for pytest's parser and keeps the options that the plugin adds."""

    def __init__(self) -> None:
        self.found: list[Parameter] = []

    def getgroup(self, *_: str) -> "_Options":
        """Return what options are added to."""
        return self

    def addoption(self, *names: str, help: str, default: object = None, **how: Any) -> None:
        """Note an option."""
        choices = "|".join(how.get("choices", ()))
        value = how.get("metavar") or choices or VALUES[how.get("type", str)]
        switch = how.get("action") == "store_true"
        self.found.append(
            Parameter(", ".join(names), "" if switch else value, str(default or ""), f"{help[0].upper()}{help[1:]}.")
        )


def pytest_options() -> Markup:
    """Return the options that the plugin adds to pytest."""
    return site.table(_parameters(text("reference.pytest"), added_to_pytest()))


def added_to_pytest() -> tuple[Parameter, ...]:
    """Return what the plugin adds to pytest's options."""
    options = _Options()
    plugin.pytest_addoption(cast("pytest.Parser", options))
    return tuple(options.found)


# ---------------------------------------------------------------- records


class Field(NamedTuple):
    """A field of a record, as the schema has it."""

    name: str
    type: Markup
    default: str
    words: str


class Record(NamedTuple):
    """A record of the results."""

    name: str
    words: str
    fields: tuple[Field, ...]


@cache
def records() -> tuple[Record, ...]:
    """Return the records of the results, the outermost first."""
    found = cast("dict[str, dict[str, Any]]", schema()["$defs"])
    written = tomllib.loads(FIELDS.read_text("utf-8"))
    return tuple(
        Record(name, " ".join(one["description"].split()), _fields(one, written.get(name, {}) | said(classes()[name])))
        for name, one in found.items()
    )


@cache
def classes() -> Mapping[str, type]:
    """Return the classes of the records by their names."""
    return dict(_structs(msgspec.inspect.type_info(Results)))


def _structs(part: object, seen: set[type] | None = None) -> Iterator[tuple[str, type]]:
    """Yield the classes of records of which a type consists."""
    seen = set() if seen is None else seen
    if isinstance(part, msgspec.inspect.StructType):
        if part.cls in seen:
            return
        seen.add(part.cls)
        yield part.cls.__name__, part.cls
    inside = [getattr(part, name) for name in part.__struct_fields__] if isinstance(part, msgspec.Struct) else part
    for one in inside if isinstance(inside, (list, tuple)) else ():
        yield from _structs(one, seen)


def said(record: type) -> dict[str, str]:
    """Return what the code of a record says below its fields."""
    (found,) = ast.parse(textwrap.dedent(inspect.getsource(record))).body
    body = found.body if isinstance(found, ast.ClassDef) else []
    return {
        field.target.id: " ".join(below.value.value.split())
        for field, below in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str)
    }


def _fields(record: dict[str, Any], words: Mapping[str, str]) -> tuple[Field, ...]:
    required = record.get("required", ())
    return tuple(
        Field(
            name,
            _type(one),
            text("reference.required") if name in required else json.dumps(one.get("default"), ensure_ascii=False),
            words.get(name, ""),
        )
        for name, one in record["properties"].items()
    )


def _type(one: dict[str, Any]) -> Markup:
    """Return a type of the schema in words."""
    if "$ref" in one:
        name = one["$ref"].rpartition("/")[2]
        return Markup('<a href="#{}">{}</a>').format(_id(name), name)
    if "anyOf" in one:
        return Markup(f" {text('reference.or')} ").join(_type(part) for part in one["anyOf"])
    if "enum" in one:
        return code(*(json.dumps(value) for value in one["enum"]))
    if one["type"] == "array":
        parts = one.get("prefixItems") or [one["items"]]
        kind = text("reference.array" if one.get("items") else "reference.tuple")
        return Markup("{} ").format(kind) + Markup(", ").join(map(_type, parts))
    if "contentEncoding" in one:
        return escape(text("reference.bytes"))
    return escape(one["type"])


def _id(record: str) -> str:
    return f"record-{record}"


def results() -> Markup:
    """Return each record of the results with its fields."""
    shown = [(_id(one.name), one, site.table(_record(one.name, one.fields))) for one in records()]
    return site.fragment("records", records=shown)


def _record(name: str, fields: tuple[Field, ...]) -> Table:
    heads = (text("reference.field"), text("reference.type"), text("reference.default"), text("reference.meaning"))
    rows = ((code(one.name), one.type, _value(one.default), _inline(one.words)) for one in fields)
    return Table(text("reference.fields", record=name), heads, tuple(rows))


def _value(default: str) -> Markup:
    return escape(default) if default == text("reference.required") else code(default)


def manifest() -> Markup:
    """Return the keys of a table of `offhook.toml`."""
    (found,) = msgspec.json.schema(Recipe)["$defs"].values()
    heads = (text("reference.key"), text("reference.type"), text("reference.meaning"))
    rows = (
        (code(one.name), _type({"anyOf": _without_null(found["properties"][one.name])}), _inline(one.words))
        for one in _fields(found, said(Recipe))
    )
    return site.table(Table(text("reference.manifest"), heads, tuple(rows)))


def _without_null(one: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a key may hold; TOML has no null."""
    return [part for part in one["anyOf"] if part.get("type") != "null"]


def inserts() -> dict[str, Callable[[], Markup]]:
    """Return what may stand in a page of the reference."""
    return {
        **{f"command_{name.replace(' ', '_')}": partial(command, name) for name in commands()},
        "pytest_options": pytest_options,
        "manifest": manifest,
        "results": results,
    }
