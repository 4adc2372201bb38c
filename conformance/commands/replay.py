"""`offhook replay`: try saved failures again on the programs as they are now."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from conformance.catalogue import catalogue
from conformance.commands.common import (
    EXIT_HARNESS,
    SANDBOX,
    Courses,
    complete_exercise,
    complete_requirement,
    known,
    known_prefixes,
    known_sandbox,
    or_stop,
    progress,
    stop,
    with_courses,
)
from conformance.judging.replay import LARGEST_FILE, NoResultsError, Outcome, Replayed, failures, read_results
from conformance.judging.replay import replay as try_again
from conformance.messages import also, render, say, text
from conformance.messages.escaping import escaped
from conformance.records.results import Results
from conformance.reporting.text import padded, reason_in_words
from conformance.submission.discover import read_submission

OUTCOME_STYLES: Final[dict[Outcome, str]] = {"fixed": "green", "still": "bold red", "cannot": "yellow"}
OUTCOME_WIDTH: Final = 11
LONGEST_REPLAY_LINE: Final = 200


def replay_command(
    file: Annotated[Path, typer.Argument(help=text("help.replay.file"), metavar="FILE")],
    exercise: Annotated[
        list[str] | None,
        typer.Option(help=text("help.replay.exercise"), metavar="NAME", autocompletion=complete_exercise),
    ] = None,
    requirement: Annotated[
        list[str] | None,
        typer.Option(help=text("help.replay.requirement"), metavar="ID", autocompletion=complete_requirement),
    ] = None,
    folder: Annotated[Path | None, typer.Option(help=text("help.replay.folder"), metavar="FOLDER")] = None,
    sandbox: Annotated[str, typer.Option(help=text("help.check.sandbox"), metavar="WHICH")] = SANDBOX,
    course: Courses = None,
    *,
    observer: Annotated[bool, typer.Option(help=text("help.replay.observer"))] = True,
) -> None:
    """Try saved failures again, each in its own scenario, on the programs as they are now."""
    with_courses(course)
    exercises = known(exercise or (), list(catalogue().exercises), "exercise")
    requirements = known_prefixes(requirement or ())
    wanted = known_sandbox(sandbox)
    results = _read_results(file)
    saved = failures(results, exercises, requirements)
    if not saved:
        typer.echo(text("replay.nothing"))
        return
    with or_stop():
        submission = read_submission(folder or Path(results.submission.folder))
        with progress(text("command.building")) as report:
            done, isolation = try_again(submission, saved, observe=observer, wanted=wanted, progress=report)
    console = Console(highlight=False)
    _show(done, console)
    console.print(Text(escaped(render(isolation), LONGEST_REPLAY_LINE), "dim"))
    raise typer.Exit(_status(done))


def _read_results(file: Path) -> Results:
    try:
        with file.open("rb") as opened:
            return read_results(opened.read(LARGEST_FILE + 1))
    except OSError as problem:
        stop(f"{file}: {problem.strerror}")
    except NoResultsError as problem:
        stop(f"{file}: {problem}")


def _status(done: Sequence[Replayed]) -> int:
    if any(one.now.verdict == "harness-error" for one in done):
        return EXIT_HARNESS
    return int(any(one.outcome != "fixed" for one in done))


def _show(done: Sequence[Replayed], console: Console) -> None:
    for one in done:
        name = f"{escaped(one.saved.exercise, 60)} · {escaped(one.saved.requirement, 60)}".replace("\n", "\\n")
        head = Text(f"{padded(text(f'replay.{one.outcome}'), OUTCOME_WIDTH)}  ", OUTCOME_STYLES[one.outcome])
        console.print(Text.assemble(head, name), soft_wrap=True)
        for line in _reasons(one):
            console.print(
                Text(f"{'':{OUTCOME_WIDTH}}  {escaped(line, LONGEST_REPLAY_LINE)}".replace("\n", "\\n")), soft_wrap=True
            )
    counts = {outcome: sum(one.outcome == outcome for one in done) for outcome in OUTCOME_STYLES}
    console.print(text("replay.counts", **counts), markup=False)


def _reasons(one: Replayed) -> list[str]:
    """Return how often it failed, what was seen and where; or why it could not be tried."""
    evidence = one.now.evidence
    if one.outcome == "fixed":
        return []
    if evidence is None:
        return [reason_in_words(one.now)]
    tries = say("text.yours", failed=evidence.program.failed, tried=evidence.program.tried)
    source = evidence.source
    at = [f"{source.file}:{source.line}: {source.text}"] if source is not None else []
    return [render(also(evidence.seen, tries)), *at]
