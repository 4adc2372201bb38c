"""`offhook replay`: try saved failures again on the programs as they are now."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from conformance.catalogue import catalogue
from conformance.commands.common import HARNESS, known, known_prefixes, or_stop, progress, stop
from conformance.grading.submission import read
from conformance.replay import LARGEST_FILE, NoResultsError, Outcome, Replayed, failures, read_results
from conformance.replay import replay as try_again
from conformance.reporting.results import Results
from conformance.reporting.safe import plain
from conformance.words import say

STYLES: Final[dict[Outcome, str]] = {"fixed": "green", "still": "bold red", "cannot": "yellow"}
WIDTH: Final = 11
LINE: Final = 200


def replay(
    file: Annotated[Path, typer.Argument(help="Results that `offhook check --json FILE` wrote.", metavar="FILE")],
    exercise: Annotated[list[str] | None, typer.Option(help="Only failures of this exercise.")] = None,
    requirement: Annotated[
        list[str] | None, typer.Option(help="Only failures of this requirement, or of those that begin so.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="The folder with the programs; otherwise the one that the results name.")
    ] = None,
    *,
    observer: Annotated[bool, typer.Option(help="Watch the calls, and make them fail as they did then.")] = True,
) -> None:
    """Try saved failures again, each in its own scenario, on the programs as they are now.

    Exit status: 0 all are fixed, 1 some are not, 2 wrong use, 3 the suite itself failed.
    """
    known(exercise or (), list(catalogue().exercises), "exercise")
    known_prefixes(requirement or ())
    results = _read(file)
    saved = failures(results, exercise or (), requirement or ())
    if not saved:
        typer.echo(say("replay.nothing"))
        return
    with or_stop():
        submission = read(folder or Path(results.submission.folder))
        with progress(say("command.building")) as report:
            done = try_again(submission, saved, observe=observer, progress=report)
    _show(done, Console(highlight=False))
    raise typer.Exit(_status(done))


def _read(file: Path) -> Results:
    try:
        with file.open("rb") as opened:
            return read_results(opened.read(LARGEST_FILE + 1))
    except OSError as problem:
        stop(f"{file}: {problem.strerror}")
    except NoResultsError as problem:
        stop(f"{file}: {problem}")


def _status(done: Sequence[Replayed]) -> int:
    if any(one.now.verdict == "harness-error" for one in done):
        return HARNESS
    return int(any(one.outcome != "fixed" for one in done))


def _show(done: Sequence[Replayed], console: Console) -> None:
    for one in done:
        name = f"{plain(one.saved.exercise, 60)} · {plain(one.saved.requirement, 60)}".replace("\n", "\\n")
        head = Text(f"{say(f'replay.{one.outcome}'):<{WIDTH}}  ", STYLES[one.outcome])
        console.print(Text.assemble(head, name), soft_wrap=True)
        for line in _why(one):
            console.print(Text(f"{'':{WIDTH}}  {plain(line, LINE)}".replace("\n", "\\n")), soft_wrap=True)
    counts = {outcome: sum(one.outcome == outcome for one in done) for outcome in STYLES}
    console.print(say("replay.counts", **counts), markup=False)


def _why(one: Replayed) -> list[str]:
    """Return how often it failed, what was seen and where; or why it could not be tried."""
    evidence = one.now.evidence
    if one.outcome == "fixed":
        return []
    if evidence is None:
        return [one.now.reason]
    tries = say("text.yours", failed=evidence.program.failed, tried=evidence.program.tried)
    source = evidence.source
    at = [f"{source.file}:{source.line}: {source.text}"] if source is not None else []
    return [f"{evidence.seen}; {tries}", *at]
