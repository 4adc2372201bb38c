"""What commands share: exit status, one line for wrong use, progress, files that are written."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from conformance.catalogue import catalogue
from conformance.grading.submission import SubmissionError
from conformance.reporting.safe import plain
from conformance.stage.handle import StageError
from conformance.trial import HarnessError
from conformance.words import say

USAGE: Final = 2
HARNESS: Final = 3
INTERRUPTED: Final = 130
Report = Callable[[int, int, str], None]
"""Told how much is done, of how much, and what comes now."""


def stop(why: str, status: int = USAGE) -> NoReturn:
    """End the command: in one line, unless the suite itself failed."""
    text = plain(why) if status == HARNESS else plain(why).strip().replace("\n", " ")
    typer.echo(f"offhook: {text}", err=True)
    sys.exit(status)


def write(path: Path, text: bytes, *, add: bool = False) -> None:
    """Write a file that was asked for, with its folders; or add to its end."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab" if add else "wb") as file:
            file.write(text)
    except OSError as problem:
        stop(f"{path}: {problem.strerror}")


def known(given: Sequence[str], what: Sequence[str], kind: str) -> None:
    """End the command where something was named that does not exist."""
    wrong = next((name for name in given if name not in what), None)
    if wrong is not None:
        stop(say("command.unknown", name=wrong, kind=kind, known=", ".join(what)))


def known_prefixes(prefixes: Sequence[str]) -> None:
    """End the command where no requirement begins as one of these."""
    ids = catalogue().requirements
    wrong = next((prefix for prefix in prefixes if not any(one.startswith(prefix) for one in ids)), None)
    if wrong is not None:
        stop(say("command.no-such-prefix", prefix=wrong))


@contextmanager
def or_stop() -> Iterator[None]:
    """Where there is nothing to judge, the suite fails or somebody interrupts it, end the command."""
    try:
        yield
    except (SubmissionError, OSError) as problem:
        stop(str(problem))
    except KeyboardInterrupt:
        stop(say("command.interrupted"), INTERRUPTED)
    except (HarnessError, StageError) as problem:
        stop(say("command.suite-failed", why=problem), HARNESS)


@contextmanager
def progress(first: str) -> Iterator[Report]:
    """Show on a terminal how far it is."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(first, total=None)
        yield lambda done, total, what: bar.update(task, completed=done, total=total, description=what)
