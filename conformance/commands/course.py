"""`offhook course`: begin a course of exercises of one's own, and say what is wrong with one."""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from conformance.catalogue import CatalogueError, course_folder, lay_over
from conformance.commands.common import (
    EXIT_HARNESS,
    EXIT_USAGE,
    SANDBOX,
    known_sandbox,
    or_stop,
    stop,
)
from conformance.messages import text
from conformance.messages.escaping import escaped
from conformance.sandbox.client import start_sandboxes

if TYPE_CHECKING:
    from conformance.judging.course_check import Tried

TEMPLATE: Final = Path(__file__).parent / "new_course"
EXAMPLES: Final = {
    "course new": "offhook course new my_course",
    "course check": "offhook course check my_course",
}
"""Each command, with an example of its use."""


def _example(name: str) -> str:
    return text("help.example", command=EXAMPLES[f"course {name}"])


app: Final = typer.Typer(name="course", no_args_is_help=True, help=text("help.course-group"))


@app.command("new", help=text("help.course.new"), epilog=_example("new"))
def new(folder: Annotated[Path, typer.Argument(help=text("help.course.new-folder"), metavar="FOLDER")]) -> None:
    """Write a course to begin with; a folder that is there already is never written into."""
    try:
        shutil.copytree(TEMPLATE, folder)
    except FileExistsError:
        stop(text("course.there", folder=folder))
    except OSError as problem:
        stop(f"{folder}: {problem.strerror}")
    typer.echo(text("course.written", folder=folder))


@app.command("check", help=text("help.course.check"), epilog=_example("check"))
def check(
    folder: Annotated[Path, typer.Argument(help=text("help.course.folder"), metavar="FOLDER")],
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", help=text("help.check.jobs"), metavar="N", min=1)] = None,
    program: Annotated[list[str] | None, typer.Option(help=text("help.course.program"), metavar="TEXT")] = None,
    sandbox: Annotated[str, typer.Option(help=text("help.check.sandbox"), metavar="WHICH")] = SANDBOX,
) -> None:
    """Say everything that is wrong with a course, and try its solutions and its wrong programs."""
    wanted = known_sandbox(sandbox)
    try:
        lay_over([folder])
    except CatalogueError as problem:
        _complain(str(problem).splitlines())
    from conformance.judging.course_check import complaints, programs, tried

    found = programs(course_folder(folder))
    wrong = list(complaints(found))
    if wrong:
        _complain(wrong)
    named = [one for one in found if not program or any(part in one.specimen.name for part in program)]
    if found and not named:
        stop(text("course.no-such-program", name=", ".join(program or ())))
    runnable = [one for one in named if one.specimen.runnable]
    if not runnable:
        typer.echo(text("course.nothing-to-try"))
        return
    surprises = failed = 0
    with or_stop():
        sandboxes = start_sandboxes(min(jobs or len(os.sched_getaffinity(0)), len(runnable)), wanted=wanted)
        for one in tried(runnable, sandboxes):
            typer.echo(escaped(_in_one_line(one)))
            for what in one.surprises:
                typer.echo(escaped(f"  {what}"))
            surprises += bool(one.surprises)
            failed += any(verdict.verdict == "harness-error" for verdict in one.verdicts)
    typer.echo(text("course.summary", tried=len(runnable), surprises=surprises))
    raise typer.Exit(EXIT_HARNESS if failed else int(surprises > 0))


def _in_one_line(one: "Tried") -> str:
    """Say of a program whether it is what it should be."""
    program, specimen = one.program, one.program.specimen
    if one.surprises:
        return text(f"course.{program.kind}.surprise", program=specimen.name)
    if specimen.breaks:
        return text("course.breaks", program=specimen.name, breaks=sorted(specimen.breaks))
    return text("course.keeps-all", program=specimen.name, passed=one.passed)


def _complain(complaints: list[str]) -> None:
    """End the command with each complaint in a line of its own."""
    for one in complaints:
        typer.echo(escaped(one), err=True)
    raise typer.Exit(EXIT_USAGE)
