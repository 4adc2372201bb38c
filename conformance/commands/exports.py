"""One submission as the system around it reads that: `--rubric R --as gradescope=FILE`, `--as sarif=FILE`."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import typer

from conformance.commands.common import stop, write_output
from conformance.grading.errors import ClassError
from conformance.grading.points import Rubric
from conformance.grading.records import Entry, Graded, Mark, Student
from conformance.grading.rubric import read_rubric
from conformance.grading.scoring import score
from conformance.messages import Message, say, text
from conformance.messages.escaping import escaped
from conformance.records.results import Results
from conformance.submission.manifest import SubmissionError

if TYPE_CHECKING:
    from conformance.reporting.exports import Setting

STANDARD_OUTPUT: Final = "-"
REPOSITORY: Final = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""The variables in which GitHub and GitLab tell where the repository lies."""


class Export(NamedTuple):
    """A file that is asked for."""

    form: str
    file: str
    """`-` is standard output."""


def exports_of(words: Iterable[str]) -> tuple[Export, ...]:
    """Read `FORMAT=FILE`; end the command where it says something else."""
    from conformance.reporting.exports import FORMATS

    known = [name for name, one in FORMATS.items() if one.of_one is not None]
    asked = tuple(Export(form, file) for form, _, file in (one.partition("=") for one in words))
    for one in asked:
        if one.form not in known:
            stop(text("check.unknown-format", name=one.form, known=known))
        if not one.file:
            stop(text("check.which-file", name=one.form))
    if sum(one.file == STANDARD_OUTPUT for one in asked) > 1:
        stop(text("check.one-output"))
    return asked


def known_rubric(name: str, exports: Sequence[Export]) -> Rubric | None:
    """Return the rubric, None where none is given; end the command where it cannot be used, or where one is needed."""
    from conformance.reporting.exports import FORMATS

    if name and not exports:
        stop(text("check.rubric-and-as"))
    marked = next((one.form for one in exports if FORMATS[one.form].marked), None)
    if marked is not None and not name:
        stop(text("check.which-rubric", name=marked))
    try:
        return read_rubric(name) if name else None
    except ClassError as problem:
        stop(str(problem))


def nothing_judged(folder: Path, rubric: Rubric, asked: Sequence[str], why: SubmissionError) -> Graded:
    """Mark a submission in which nothing is there that could be judged: it lacks what was asked for."""
    said = why.args[0] if isinstance(why.args[0], Message) else say("as-it-is", text=str(why))
    entry = Entry(student=Student(id=folder.resolve().name), nothing=said)
    return Graded(entry=entry, mark=score(rubric, entry, rubric.counted(asked, ())))


def marked(found: Results, rubric: Rubric | None, asked: Sequence[str]) -> Graded:
    """Mark a submission; without a rubric there is nothing to reach."""
    entry = Entry(student=Student(id=found.submission.name), results=found)
    if rubric is None:
        return Graded(entry=entry, mark=Mark(points=0.0, low=0.0, high=0.0))
    names = rubric.counted(asked, [one.exercise for one in found.programs])
    return Graded(entry=entry, mark=score(rubric, entry, names))


def setting_of(folder: Path, rubric: Rubric | None, *, strict: bool) -> "Setting":
    """Return what the writers are told besides the marks."""
    from conformance.reporting.exports import Setting

    return Setting(
        title=rubric.title if rubric is not None else "",
        date=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        hidden_after=rubric.hidden.after if rubric is not None else "",
        folder=_in_repository(folder.resolve()),
        strict=strict,
        environment=dict(os.environ),
    )


def _in_repository(folder: Path) -> str:
    """Return where the folder is in its repository; nothing where it lies outside of it."""
    places = (os.environ.get(name) for name in REPOSITORY)
    root = Path(next(filter(None, places), "")).resolve()
    return folder.relative_to(root).as_posix() if folder.is_relative_to(root) else ""


def write_exports(graded: Graded, setting: "Setting", exports: Sequence[Export]) -> int:
    """Write what is asked for, and return the exit status: 0 whatever the mark, if that is known."""
    from conformance.reporting.exports import FORMATS, Refused, exit_status

    status = 0
    for one in exports:
        writer = FORMATS[one.form].of_one
        assert writer is not None
        made = writer(graded, setting)
        status = max(status, exit_status(graded, made))
        if isinstance(made, Refused):
            typer.echo(escaped(f"offhook: {made.why}"), err=True)
            _remove(one.file)
            continue
        for line in _remarks(made.remarks):
            typer.echo(line, err=True)
        _write(one.file, made.data)
    return status


def _remarks(remarks: Iterable[object]) -> Iterator[str]:
    return (escaped(str(one)) for one in remarks)


def _remove(file: str) -> None:
    """Take away what an earlier run has written there: Gradescope looks at the file alone, and would take its mark."""
    if file != STANDARD_OUTPUT:
        Path(file).unlink(missing_ok=True)


def _write(file: str, data: bytes) -> None:
    if file != STANDARD_OUTPUT:
        write_output(Path(file), data)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
