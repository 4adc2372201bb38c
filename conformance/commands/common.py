"""What commands share: exit status, one line for wrong use, progress, files that are written."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from conformance.catalogue import catalogue
from conformance.judging.errors import HarnessError
from conformance.messages import text
from conformance.messages.escaping import escaped
from conformance.records.errors import SandboxError, Unusable
from conformance.submission.discover import SubmissionError

EXIT_USAGE: Final = 2
EXIT_HARNESS: Final = 3
EXIT_INTERRUPTED: Final = 130
Nameable = Literal["exercise", "language", "profile"]
"""What may be named that does not exist."""
Report = Callable[[int, int, str], None]
"""Told how much is done, of how much, and what comes now."""


def stop(why: str, status: int = EXIT_USAGE) -> NoReturn:
    """End the command: in one line, unless the suite itself failed."""
    shown = escaped(why) if status == EXIT_HARNESS else escaped(why).strip().replace("\n", " ")
    typer.echo(f"offhook: {shown}", err=True)
    sys.exit(status)


def write_output(path: Path, data: bytes, *, add: bool = False) -> None:
    """Write a file that was asked for, with its folders; or add to its end."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab" if add else "wb") as file:
            file.write(data)
    except OSError as problem:
        stop(f"{path}: {problem.strerror}")


def known(given: Sequence[str], what: Sequence[str], kind: Nameable) -> None:
    """End the command where something was named that does not exist."""
    wrong = next((name for name in given if name not in what), None)
    if wrong is not None:
        stop(text(f"command.unknown.{kind}", name=wrong, known=what))


def known_prefixes(prefixes: Sequence[str]) -> None:
    """End the command where no requirement begins as one of these."""
    ids = catalogue().requirements
    wrong = next((prefix for prefix in prefixes if not any(one.startswith(prefix) for one in ids)), None)
    if wrong is not None:
        stop(text("command.no-such-prefix", prefix=wrong))


@contextmanager
def or_stop() -> Iterator[None]:
    """Where there is nothing to judge, the suite fails or somebody interrupts it, end the command."""
    try:
        yield
    except (SubmissionError, OSError) as problem:
        stop(str(problem))
    except KeyboardInterrupt:
        stop(text("command.interrupted"), EXIT_INTERRUPTED)
    except (HarnessError, SandboxError, Unusable) as problem:
        stop(text("command.suite-failed", why=problem), EXIT_HARNESS)


@contextmanager
def progress(first: str) -> Iterator[Report]:
    """Show on a terminal how far it is."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(first, total=None)
        yield lambda done, total, what: bar.update(task, completed=done, total=total, description=what)
