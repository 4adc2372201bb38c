"""`offhook doctor`: what this machine can judge, how far it keeps programs apart, and what would change that."""

from collections.abc import Iterator
from contextlib import closing
from typing import Annotated, Final, Literal

import msgspec
import typer
from msgspec import Struct
from rich.console import Console
from rich.text import Text

from conformance.commands.common import EXIT_INTERRUPTED, SANDBOX, known_sandbox, progress, stop
from conformance.messages import Message, as_message, render, say, text
from conformance.messages.escaping import escaped
from conformance.records.errors import SandboxError, Unusable
from conformance.reporting.text import padded
from conformance.sandbox import tiers
from conformance.sandbox.client import Sandbox, start_sandboxes
from conformance.sandbox.request import Isolation, Tier, Wanted
from conformance.submission.build import BuildDir
from conformance.submission.languages import LANGUAGES, WINSOCK_LANGUAGES, Language, find_tool

HEALTHY, LACKING = 0, 1
LONGEST_SAID: Final = 400
STATES: Final = {"good": "green", "could-be-better": "yellow", "missing": "bold red"}
NAME_WIDTH: Final = 18


class Examined(Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    what: Message
    state: Literal["good", "could-be-better", "missing"]
    """`missing` is what keeps something from being judged."""
    said: Message
    """What was found."""
    todo: tuple[Message, ...] = ()
    """What would change it."""


class Report(Struct, frozen=True, kw_only=True):
    """All of it."""

    tier: Tier | None
    """How far programs are kept apart; None where nothing can be run at all."""
    judges_everything: bool
    examined: tuple[Examined, ...]


def doctor(
    sandbox: Annotated[str, typer.Option(help=text("help.check.sandbox"), metavar="WHICH")] = SANDBOX,
    *,
    json: Annotated[bool, typer.Option("--json", help=text("help.doctor.json"))] = False,
) -> None:
    """Say what this machine can judge, and what is missing."""
    try:
        with progress(text("doctor.looking")):
            found = examine(known_sandbox(sandbox))
    except KeyboardInterrupt:
        stop(text("command.interrupted"), EXIT_INTERRUPTED)
    if json:
        typer.echo(msgspec.json.format(msgspec.json.encode(_in_words(found))))
    else:
        _show(found, Console(highlight=False))
    raise typer.Exit(HEALTHY if found.judges_everything else LACKING)


def examine(wanted: Wanted) -> Report:
    """Look at this machine: set up a sandbox, and run each compiler in it."""
    try:
        (started,) = start_sandboxes(wanted=wanted)
        with started as sandbox:
            isolation = sandbox.isolation
            found = tuple(_all(sandbox, isolation))
    except (SandboxError, Unusable) as problem:
        broken = Examined(what=say("doctor.sandbox"), state="missing", said=as_message(problem))
        return Report(tier=None, judges_everything=False, examined=(broken,))
    everything = all(one.state != "missing" for one in found)
    return Report(tier=isolation.tier, judges_everything=everything, examined=found)


def _all(sandbox: Sandbox, isolation: Isolation) -> Iterator[Examined]:
    yield _apart(isolation)
    yield _tracing(isolation)
    with closing(BuildDir(sandbox)) as build_dir:
        for language in LANGUAGES:
            yield _language(language, build_dir)
        wine = sandbox.of("winsock").isolation
        if wine.why_not is not None:
            yield Examined(what=say("doctor.wine"), state="missing", said=wine.why_not)
        else:
            yield Examined(what=say("doctor.wine"), state="good", said=say("as-it-is", text=wine.runs_on))
        for language in WINSOCK_LANGUAGES:
            yield _language(language, build_dir)


def _apart(isolation: Isolation) -> Examined:
    best = isolation.tier == "full"
    return Examined(
        what=say("doctor.sandbox"),
        state="good" if best else "could-be-better",
        said=isolation.described(),
        todo=() if best else tuple(tiers.advice(isolation)),
    )


def _tracing(isolation: Isolation) -> Examined:
    if isolation.why_not is None:
        return Examined(what=say("doctor.tracing"), state="good", said=say("doctor.traced"))
    advice = tiers.advice_on_tracing(isolation)
    todo = () if advice is None else (advice,)
    return Examined(what=say("doctor.tracing"), state="missing", said=isolation.why_not, todo=todo)


def _language(language: Language, build_dir: BuildDir) -> Examined:
    """Run a language's compiler as in a build: it may lie where the user of programs cannot reach it."""
    name, tool = say("as-it-is", text=language.name), find_tool(language)
    if tool is None:
        todo = say("doctor.install", package=language.package)
        return Examined(what=name, state="missing", said=say("doctor.no-tool", tools=language.tools), todo=(todo,))
    try:
        good, words = build_dir.try_out((tool, *language.version))
    except SandboxError as problem:
        return Examined(what=name, state="missing", said=as_message(problem))
    first = words.strip().partition("\n")[0]
    if not good:
        return Examined(what=name, state="missing", said=say("doctor.tool-fails", tool=tool, why=first))
    return Examined(what=name, state="good", said=say("doctor.tool", tool=tool, version=first))


# ---------------------------------------------------------------- shown


def _in_words(found: Report) -> dict[str, object]:
    """Return a report for programs: the sentences in words, the rest as it is."""
    return {
        "tier": found.tier,
        "judges_everything": found.judges_everything,
        "examined": [
            {
                "what": render(one.what),
                "state": one.state,
                "said": render(one.said),
                "todo": [render(advice) for advice in one.todo],
            }
            for one in found.examined
        ],
    }


def _show(found: Report, console: Console) -> None:
    for one in found.examined:
        state = text(f"doctor.state.{one.state}")
        said = escaped(render(one.said), LONGEST_SAID)
        console.print(
            Text.assemble((padded(state, 9), STATES[one.state]), f"{padded(render(one.what), NAME_WIDTH)} ", said),
            soft_wrap=True,
        )
        for advice in one.todo:
            console.print(Text(f"{'':9}{'':{NAME_WIDTH}} {text('doctor.todo', what=advice)}"), soft_wrap=True)
    summary = "doctor.everything" if found.judges_everything else "doctor.not-everything"
    console.print(Text(f"\n{text(summary)}"), soft_wrap=True)
