"""`offhook new`: write a starter, the first file of a new program."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from conformance.catalogue import catalogue
from conformance.commands.common import known, stop
from conformance.starters import EXTENSIONS, languages, starter, write
from conformance.words import say


def new(
    exercise: Annotated[str, typer.Argument(help="The exercise, as hello_server.", metavar="EXERCISE")],
    folder: Annotated[Path, typer.Argument(help="Where to; here, if nothing is said.", metavar="[FOLDER]")] = Path(),
    *,
    language: Annotated[str, typer.Option(help="The language of the program.", metavar="|".join(EXTENSIONS))],
) -> None:
    """Write a program to begin with: it takes its arguments, explains them, and does nothing else yet.

    A file that is there already is never overwritten.
    """
    exercises = catalogue().exercises
    known([exercise], list(exercises), "exercise")
    known([language], list(EXTENSIONS), "language")
    possible = languages(exercises[exercise])
    if language not in possible:
        stop(say("starter.hides-descriptors", exercise=exercise, language=language, known=", ".join(possible)))
    made = starter(exercises[exercise], language)
    try:
        path = write(made, folder)
    except FileExistsError as problem:
        stop(say("starter.there", file=problem.filename))
    except OSError as problem:
        stop(f"{problem.filename}: {problem.strerror}")
    typer.echo(say("starter.written", file=path, folder=shlex.quote(str(folder))))
