"""`offhook check`: judge the programs in a folder, once or whenever they change.

What is slow to load, such as pytest, is loaded where it is needed: help and wrong use answer at once.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console

from conformance.catalogue import catalogue
from conformance.commands.common import known, known_prefixes, or_stop, progress, stop, write
from conformance.grading.submission import read
from conformance.reporting import github, terminal
from conformance.reporting.results import Results, encode
from conformance.scenarios.family import DEFAULT, PROFILES
from conformance.words import say


class Files(NamedTuple):
    """What is written besides the summary."""

    json: Path | None
    html: Path | None
    junit: Path | None

    def write(self, found: Results) -> None:
        """Write all that were asked for."""
        from conformance.reporting import html, junit

        for path, text in ((self.json, encode), (self.html, html.page), (self.junit, junit.xml)):
            if path is not None:
                made = text(found)
                write(path, made.encode() if isinstance(made, str) else made)


def check(
    folder: Annotated[
        Path | None, typer.Argument(help="The folder with the programs: hello_server.c, hello_client.py …")
    ] = None,
    exercise: Annotated[list[str] | None, typer.Option(help="Judge this exercise only; may be repeated.")] = None,
    requirement: Annotated[
        list[str] | None, typer.Option(help="Judge this requirement, or those that begin so.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write the results here, as JSON.", metavar="FILE")] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="Write the page here.", metavar="FILE")] = None,
    junit_file: Annotated[
        Path | None, typer.Option("--junit", help="Write the results here, as JUnit XML.", metavar="FILE")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Also search for scenarios beyond the fixed set, beginning from this number.")
    ] = None,
    profile: Annotated[
        str, typer.Option(help="How much is tried: quick (seconds), default, or thorough (minutes).", metavar="NAME")
    ] = DEFAULT.name,
    *,
    observer: Annotated[
        bool, typer.Option(help="Watch the calls; without, only what shows on the wire is judged.")
    ] = True,
    on_github: Annotated[
        bool, typer.Option("--github", help="In GitHub Actions: annotations at the lines, and a job summary.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Judge again whenever a file changes, until Ctrl-C, and say what changed.")
    ] = False,
    list_only: Annotated[
        bool, typer.Option("--list", help="List the requirements that would be judged, and end.")
    ] = False,
) -> None:
    """Judge the programs in a folder.

    Exit status: 0 all MUST requirements are kept, 1 some are broken, 2 wrong use or nothing to judge, 3 the suite
    itself failed.
    """
    exercises, requirements = tuple(exercise or ()), tuple(requirement or ())
    known(exercises, list(catalogue().exercises), "exercise")
    known_prefixes(requirements)
    known((profile,), list(PROFILES), "profile")
    if list_only:
        _list(exercises, requirements)
        return
    if folder is None:
        stop("which folder? offhook check FOLDER")
    if watch and on_github:
        stop(say("command.not-together", one="--watch", other="--github"))
    files = Files(json, html_file, junit_file)

    def once() -> Results:
        from conformance.session import Request
        from conformance.session import check as judge

        with progress(say("command.building")) as report:
            found = judge(Request(read(folder), exercises, requirements, seed, observer, profile), report)
        files.write(found)
        return found

    with github.quoted(enabled=on_github), or_stop():
        if watch:
            from conformance.watch import watching

            read(folder)
            watching(folder, [path for path in files if path is not None], once)
            return
        found = once()
        terminal.summary(found, Console(highlight=False))
        if html_file is not None:
            typer.echo(f"page: {html_file}")
    if on_github:
        _tell_github(found)
    raise typer.Exit(found.exit_status)


def _tell_github(found: Results) -> None:
    """Print annotations, and add to the summary of the job where there is one."""
    typer.echo(github.annotations(found, Path(os.environ.get("GITHUB_WORKSPACE", "."))), nl=False)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        write(Path(summary), github.summary(found).encode(), add=True)


def _list(exercises: Sequence[str], prefixes: Sequence[str]) -> None:
    width = max(map(len, catalogue().requirements))
    for requirement in catalogue().requirements.values():
        judged = [
            name
            for name in catalogue().exercises
            if requirement.concerns(name) and (not exercises or name in exercises)
        ]
        if judged and (not prefixes or any(requirement.id.startswith(prefix) for prefix in prefixes)):
            typer.echo(f"{requirement.id:<{width}} {requirement.level:<6} {', '.join(judged)}")
