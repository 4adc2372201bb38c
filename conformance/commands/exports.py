"""One submission that is marked, as the system around it reads that: `--rubric R --as gradescope=FILE`."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import typer

from conformance.commands.common import stop, write_output
from conformance.grading.errors import ClassError
from conformance.grading.points import Rubric
from conformance.grading.records import Entry, Graded, Student
from conformance.grading.rubric import read_rubric
from conformance.grading.scoring import score
from conformance.messages import text
from conformance.messages.escaping import escaped
from conformance.records.results import Results

STANDARD_OUTPUT: Final = "-"


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


def known_rubric(name: str) -> Rubric:
    """Return a rubric; end the command where it cannot be used."""
    try:
        return read_rubric(name)
    except ClassError as problem:
        stop(str(problem))


def write_exports(found: Results, rubric: Rubric, asked: Sequence[str], exports: Sequence[Export]) -> int:
    """Mark a submission, write what is asked for, and return the exit status: 0 whatever its mark, if that is known."""
    from conformance.reporting.exports import FORMATS, Refused, Setting, exit_status

    names = rubric.counted(asked, [one.exercise for one in found.programs])
    entry = Entry(student=Student(id=found.submission.name), results=found)
    graded = Graded(entry=entry, mark=score(rubric, entry, names))
    setting = Setting(
        title=rubric.title,
        date=found.harness.began or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        hidden_after=rubric.hidden.after,
        environment=dict(os.environ),
    )
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
