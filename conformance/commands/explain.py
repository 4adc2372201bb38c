"""`offhook explain`: a requirement in words, for those who broke it."""

import difflib
from collections.abc import Iterator
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.catalogue import Requirement, catalogue
from conformance.commands.common import stop
from conformance.reporting.safe import plain
from conformance.words import say

WIDTH: Final = 80
SHOWN: Final = 60
STYLES: Final = {"MUST": "bold red", "SHOULD": "bold yellow", "MAY": "bold green"}
STANDARD: Final = "XSH "


def explain(
    requirement: Annotated[str, typer.Argument(metavar="ID", help="A requirement's id, or how several begin.")],
) -> None:
    """Explain a requirement: what it asks, what else is right, the classic mistake, and what to do about it."""
    console = Console(highlight=False, soft_wrap=False)
    console.width = min(console.width, WIDTH)
    requirements = catalogue().requirements
    if requirement in requirements:
        _explain(requirements[requirement], console)
        return
    found = [one for one in requirements.values() if requirement and one.id.startswith(requirement)]
    if not found:
        stop(_no_such(requirement))
    _list(found, console)


def _explain(one: Requirement, console: Console) -> None:
    console.print(Text.assemble((one.id, "bold"), "  ", (one.level, STYLES[one.level])))
    console.print(Text(one.title))
    table = Table.grid(padding=(0, 2), pad_edge=False)
    table.add_column(no_wrap=True, style="cyan")
    table.add_column(overflow="fold")
    for key, text in _parts(one):
        table.add_row("", "")
        table.add_row(say(f"explain.{key}"), Text(text))
    console.print(table)


def _parts(one: Requirement) -> Iterator[tuple[str, str]]:
    """Yield what is to be said, and under which head."""
    if one.latitude:
        yield "latitude", one.latitude
    yield "mistake", one.mistake
    yield "todo", say(f"todo.{one.id}")
    yield "judged", _judged(one)
    yield "exercises", ", ".join(name for name in catalogue().exercises if one.concerns(name))
    yield "sources", "; ".join([*map(_source, one.sources), say("explain.notes", section=one.seed)])


def _judged(one: Requirement) -> str:
    from conformance.suite.proving import all_proofs  # brings pytest

    proofs = [proof for proof in all_proofs() if proof.requirement.id == one.id]
    alone = len({proof.family.name for proof in proofs}) == 1
    families = {f"family.{proof.family.name}": () if alone else proof.exercises for proof in proofs}
    said = [f"{', '.join(names)}: {say(key)}" if names else say(key) for key, names in families.items()]
    return "; ".join([*said, say(f"judged-on.{one.judged_on}")])


def _source(source: str) -> str:
    if source == "exercise":
        return say("explain.exercise")
    standard = source.startswith(STANDARD)
    return f"{say('explain.standard')}: {source.removeprefix(STANDARD)}" if standard else source


def _list(found: list[Requirement], console: Console) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in found:
        table.add_row(Text(one.id, "bold"), Text(one.level, STYLES[one.level]), one.title)
    console.print(table)


def _no_such(given: str) -> str:
    """Return one line that names the ids most like what was given, whole or behind the dot."""
    ids = list(catalogue().requirements)
    short = {one.split(".", 1)[1]: one for one in ids}
    near = difflib.get_close_matches(given, ids, 3) or [short[one] for one in difflib.get_close_matches(given, short)]
    inside = [one for one in ids if given and given.lower() in one]
    key = "explain.near" if near or inside else "explain.unknown"
    shown = plain(given, SHOWN)
    return say(key, id=shown, near=", ".join(dict.fromkeys([*near, *inside])))
