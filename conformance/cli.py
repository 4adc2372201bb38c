"""The command line: `offhook check FOLDER` and its like."""

import signal
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from conformance import __version__
from conformance.catalogue import catalogue
from conformance.grading import submission as submissions
from conformance.reporting import html, results, terminal
from conformance.session import HarnessError, Request, check
from conformance.tracing import command as tracing

app = typer.Typer(
    name="offhook",
    help="Judges socket programs: watches every call, plays the other end, says what is right and what is not.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
USAGE, HARNESS, INTERRUPTED = 2, 3, 130


@app.callback(invoke_without_command=True)
def offhook(*, version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False) -> None:
    """Judges socket programs: watches every call, plays the other end, says what is right and what is not."""
    if version:
        typer.echo(f"offhook {__version__}")
        raise typer.Exit


@app.command("check", epilog="Example: offhook check my_homework --exercise hello_server")
def check_command(
    folder: Annotated[
        Path | None, typer.Argument(help="The folder with the programs: hello_server.c, hello_client.py …")
    ] = None,
    exercise: Annotated[list[str] | None, typer.Option(help="Judge this exercise only; may be repeated.")] = None,
    requirement: Annotated[
        list[str] | None, typer.Option(help="Judge this requirement, or those that begin so.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write the results here, as JSON.", metavar="FILE")] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="Write the page here.", metavar="FILE")] = None,
    seed: Annotated[
        int | None, typer.Option(help="Also search for scenarios beyond the fixed set, beginning from this number.")
    ] = None,
    *,
    observer: Annotated[
        bool, typer.Option(help="Watch the calls; without, only what shows on the wire is judged.")
    ] = True,
    list_only: Annotated[
        bool, typer.Option("--list", help="List the requirements that would be judged, and end.")
    ] = False,
) -> None:
    """Judge the programs in a folder.

    Exit status: 0 all MUST requirements are kept, 1 some are broken, 2 wrong use or nothing to judge, 3 the suite
    itself failed.
    """
    _known(exercise or [], list(catalogue().exercises), "exercise")
    _known_prefixes(requirement or [])
    if list_only:
        _list(exercise or [], requirement or [])
        return
    if folder is None:
        _stop("which folder? offhook check FOLDER")
    try:
        submission = submissions.read(folder)
    except (submissions.SubmissionError, OSError) as problem:
        _stop(str(problem))
    request = Request(submission, tuple(exercise or ()), tuple(requirement or ()), seed, observer)
    found = _with_progress(request)
    _write(json, results.encode(found))
    _write(html_file, html.page(found).encode())
    terminal.summary(found, Console(highlight=False))
    if html_file is not None:
        typer.echo(f"page: {html_file}")
    raise typer.Exit(found.exit_status)


tracing.register(app)


def _with_progress(request: Request) -> results.Results:
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task("building", total=None)
        try:
            return check(
                request, lambda done, total, what: bar.update(task, completed=done, total=total, description=what)
            )
        except KeyboardInterrupt:
            bar.stop()
            _stop("interrupted; what was started is ended, nothing is left", INTERRUPTED)
        except HarnessError as problem:
            bar.stop()
            _stop(f"the suite failed: {problem}", HARNESS)


def _write(path: Path | None, text: bytes) -> None:
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    except OSError as problem:
        _stop(f"{path}: {problem.strerror}")


def _list(exercises: list[str], prefixes: list[str]) -> None:
    for requirement in catalogue().requirements.values():
        judged = [
            name
            for name in catalogue().exercises
            if requirement.concerns(name) and (not exercises or name in exercises)
        ]
        if judged and (not prefixes or any(requirement.id.startswith(prefix) for prefix in prefixes)):
            typer.echo(f"{requirement.id:<34} {requirement.level:<6} {', '.join(judged)}")


def _known(given: list[str], known: list[str], what: str) -> None:
    wrong = next((name for name in given if name not in known), None)
    if wrong is not None:
        _stop(f"{wrong}: no such {what}; there are {', '.join(known)}")


def _known_prefixes(prefixes: list[str]) -> None:
    wrong = next(
        (prefix for prefix in prefixes if not any(one.startswith(prefix) for one in catalogue().requirements)), None
    )
    if wrong is not None:
        _stop(f"{wrong}: no requirement begins so; offhook check --list shows them")


def _stop(why: str, status: int = USAGE) -> NoReturn:
    typer.echo(f"offhook: {why}", err=True)
    sys.exit(status)


def main() -> None:
    """Run the command line; a termination is taken as an interruption, so that it cleans up too."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app()


if __name__ == "__main__":
    main()
