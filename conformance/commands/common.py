"""What commands share: exit status, one line for wrong use, progress, files that are written."""

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NoReturn, get_args

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from conformance.catalogue import CatalogueError, catalogue, lay_over
from conformance.judging.errors import HarnessError
from conformance.messages import text
from conformance.messages.escaping import escaped
from conformance.records.errors import SandboxError, Unusable
from conformance.sandbox.request import Wanted
from conformance.submission.discover import SubmissionError

EXIT_USAGE: Final = 2
EXIT_HARNESS: Final = 3
EXIT_INTERRUPTED: Final = 130
Nameable = Literal["exercise", "language", "profile", "sandbox"]
"""What may be named that does not exist."""
SANDBOX: Final[Wanted] = "best"
"""How much is isolated where nothing is said."""
COURSE_VARIABLE: Final = "OFFHOOK_COURSE"
Courses = Annotated[
    list[Path] | None,
    typer.Option("--course", envvar=COURSE_VARIABLE, show_envvar=False, help=text("help.course"), metavar="FOLDER"),
]
"""The courses that a command works with: `with_courses` lays them over the package's own catalogue."""
Report = Callable[[int, int, str], None]
"""Told how much is done, of how much, and what comes now."""


class OutputError(Exception):
    """What is printed cannot be written, as on a full disk; the text says why.

    It is no OSError: of that, typer makes a status that says something else.
    """


class Output(io.FileIO):
    """Standard output, of which it is known that it is what cannot be written."""

    def write(self, data: Any, /) -> int:
        """Write. Raises `OutputError`."""
        try:
            return super().write(data)
        except BlockingIOError:
            raise
        except OSError as problem:
            raise OutputError(problem.strerror) from None


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


def with_courses(folders: Courses) -> None:
    """Lay courses over the package's catalogue; end the command where one cannot be used."""
    if not folders:
        return
    try:
        lay_over(folders)
    except CatalogueError as problem:
        first, *more = str(problem).splitlines()
        stop(text("course.and-more", first=first, count=len(more)) if more else first)


def known(given: Sequence[str], what: Sequence[str], kind: Nameable) -> None:
    """End the command where something was named that does not exist."""
    wrong = next((name for name in given if name not in what), None)
    if wrong is not None:
        stop(text(f"command.unknown.{kind}", name=wrong, known=what))


def known_sandbox(name: str) -> Wanted:
    """Return how much is to be isolated; end the command where the name means nothing."""
    known((name,), get_args(Wanted), "sandbox")
    return next(one for one in get_args(Wanted) if one == name)


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
