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
Nameable = Literal["exercise", "language", "profile", "sandbox", "spoken"]
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


def known(given: Sequence[str], what: Sequence[str], kind: Nameable) -> tuple[str, ...]:
    """Return names as they are known, however they are spelled; end the command where one does not exist."""
    spelled = {plain(name): name for name in what}
    wrong = next((name for name in given if plain(name) not in spelled), None)
    if wrong is not None:
        stop(text(f"command.unknown.{kind}", name=wrong, known=what))
    return tuple(spelled[plain(name)] for name in given)


def known_sandbox(name: str) -> Wanted:
    """Return how much is to be isolated; end the command where the name means nothing."""
    (found,) = known((name,), get_args(Wanted), "sandbox")
    return next(one for one in get_args(Wanted) if one == found)


def known_prefixes(prefixes: Sequence[str]) -> tuple[str, ...]:
    """Return how ids begin, as they are known; end the command where no requirement begins as one of these."""
    found = {prefix: next(begin_as(prefix), None) for prefix in prefixes}
    wrong = next((prefix for prefix, one in found.items() if one is None), None)
    if wrong is not None:
        stop(text("command.no-such-prefix", prefix=wrong))
    return tuple(one[: len(prefix)] for prefix, one in found.items() if one is not None)


def begin_as(prefix: str) -> Iterator[str]:
    """Yield the ids of the requirements that begin as this, however it is spelled."""
    return (one for one in catalogue().requirements if plain(one).startswith(plain(prefix)))


def plain(name: str) -> str:
    """Return a name without what people do not keep in mind of it: capitals, and whether - or _ joins its words."""
    return name.lower().replace("-", "_")


def complete_exercise(incomplete: str) -> list[str]:
    """Return the exercises that begin so, for a shell."""
    return [name for name in catalogue().exercises if plain(name).startswith(plain(incomplete))]


def complete_requirement(incomplete: str) -> list[str]:
    """Return the groups of requirements and the requirements that begin so, for a shell."""
    groups = dict.fromkeys(one.group for one in catalogue().requirements.values())
    return [*(one for one in groups if one.startswith(plain(incomplete))), *begin_as(incomplete)]


Requirements = Annotated[
    list[str] | None,
    typer.Option(
        "--requirement", help=text("help.check.requirement"), metavar="ID", autocompletion=complete_requirement
    ),
]


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
