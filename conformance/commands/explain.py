"""`offhook explain`: a requirement in words, for those who broke it."""

import difflib
from collections.abc import Iterator
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.catalogue import Requirement, catalogue, words
from conformance.commands.common import Courses, begin_as, complete_requirement, plain, stop, with_courses
from conformance.messages import Message, also, render, say, text
from conformance.messages.escaping import escaped

EXPLANATION_WIDTH: Final = 80
TITLE_WIDTH: Final = 60
LEVEL_STYLES: Final = {"MUST": "bold red", "SHOULD": "bold yellow", "MAY": "bold green"}
POSIX_STANDARD: Final = "XSH "


def explain(
    requirement: Annotated[
        str, typer.Argument(metavar="ID", help=text("help.explain.id"), autocompletion=complete_requirement)
    ],
    course: Courses = None,
) -> None:
    """Explain a requirement: what it asks, what it is good for, what else is right, the classic mistake, what to do."""
    with_courses(course)
    console = Console(highlight=False, soft_wrap=False)
    console.width = min(console.width, EXPLANATION_WIDTH)
    requirements = catalogue().requirements
    found = [requirements[one] for one in begin_as(requirement) if requirement]
    exact = [one for one in found if plain(one.id) == plain(requirement)]
    if exact:
        _explain(exact[0], console)
        return
    if not found:
        stop(_no_such(requirement))
    _list_requirements(found, console)


def _explain(one: Requirement, console: Console) -> None:
    console.print(Text.assemble((one.id, "bold"), "  ", (one.level, LEVEL_STYLES[one.level])))
    console.print(Text(words().requirement[one.id].title))
    table = Table.grid(padding=(0, 2), pad_edge=False)
    table.add_column(no_wrap=True, style="cyan")
    table.add_column(overflow="fold")
    for key, part in _parts(one):
        table.add_row("", "")
        table.add_row(text(f"explain.{key}"), Text(part))
    console.print(table)


def _parts(one: Requirement) -> Iterator[tuple[str, str]]:
    """Yield what is to be said, and under which head."""
    said = words().requirement[one.id]
    yield "why", said.why
    if said.latitude:
        yield "latitude", said.latitude
    yield "mistake", said.mistake
    yield "todo", said.todo
    yield "judged", render(_scenarios_judged(one))
    yield "exercises", ", ".join(name for name in catalogue().exercises if one.concerns(name))
    notes = (say("explain.notes", section=one.course_section),) if one.course_section else ()
    yield "sources", render(also(*map(_source_in_words, one.sources), *notes))


def _scenarios_judged(one: Requirement) -> Message | str:
    from conformance.suite.registry import all_tests  # slow to load

    tests = [test for test in all_tests() if test.requirement.id == one.id]
    alone = len({test.family.name for test in tests}) == 1
    families = {
        test.family.name: () if alone else [name for name in catalogue().exercises if test.concerns(name)]
        for test in tests
    }
    said = {say(f"family.{family}"): names for family, names in families.items()}
    shown = [say("explain.for", exercises=names, family=family) if names else family for family, names in said.items()]
    return also(*shown, say(f"judged-on.{one.judged_on}"))


def _source_in_words(source: str) -> Message | str:
    if source == "exercise":
        return say("explain.exercise")
    standard = source.startswith(POSIX_STANDARD)
    return say("explain.standard", what=source.removeprefix(POSIX_STANDARD)) if standard else source


def _list_requirements(found: list[Requirement], console: Console) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in found:
        table.add_row(Text(one.id, "bold"), Text(one.level, LEVEL_STYLES[one.level]), words().requirement[one.id].title)
    console.print(table)


def _no_such(given: str) -> str:
    """Return one line that names the ids most like what was given, whole or behind the dot."""
    ids = list(catalogue().requirements)
    short = {one.split(".", 1)[1]: one for one in ids}
    near = difflib.get_close_matches(given, ids, 3) or [short[one] for one in difflib.get_close_matches(given, short)]
    inside = [one for one in ids if given and given.lower() in one]
    key = "explain.near" if near or inside else "explain.unknown"
    shown = escaped(given, TITLE_WIDTH)
    return text(key, id=shown, near=list(dict.fromkeys([*near, *inside])))
