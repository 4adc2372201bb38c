"""`offhook new`: write a starter, the first file of a new program."""

import shlex
from pathlib import Path
from typing import Annotated, Final

import typer

from conformance.catalogue import catalogue, words
from conformance.commands.common import Courses, complete_exercise, known, stop, with_courses
from conformance.messages import text
from conformance.submission.skeletons import SKELETON_EXTENSIONS, skeleton_languages, starter, write_skeleton

ALSO_CALLED: Final = {
    "c++": "cpp", "cxx": "cpp", "golang": "go", "javascript": "node", "js": "node", "node.js": "node", "py": "python",
    "python3": "python", "rs": "rust",
}  # fmt: skip
"""What people call languages, too."""


def new(
    exercise: Annotated[
        str, typer.Argument(help=text("help.new.exercise"), metavar="EXERCISE", autocompletion=complete_exercise)
    ],
    folder: Annotated[Path, typer.Argument(help=text("help.new.folder"), metavar="FOLDER")] = Path(),
    course: Courses = None,
    *,
    language: Annotated[str, typer.Option(help=text("help.new.language"), metavar="|".join(SKELETON_EXTENSIONS))],
) -> None:
    """Write a program to begin with; a file that is there already is never overwritten."""
    with_courses(course)
    exercises = catalogue().exercises
    (exercise,) = known([exercise], list(exercises), "exercise")
    (language,) = known([ALSO_CALLED.get(language.lower(), language)], list(SKELETON_EXTENSIONS), "language")
    possible = skeleton_languages(exercises[exercise])
    if language not in possible:
        if exercises[exercise].transport == "tls":
            stop(text("starter.no-tls", exercise=exercise, language=language, known=possible))
        stop(text("starter.hides-descriptors", exercise=exercise, language=language, known=possible))
    made = starter(exercises[exercise], language, words().exercise[exercise].title)
    try:
        path = write_skeleton(made, folder)
    except FileExistsError as problem:
        stop(text("starter.there", file=problem.filename))
    except OSError as problem:
        stop(f"{problem.filename}: {problem.strerror}")
    typer.echo(text("starter.written", file=path, folder=shlex.quote(str(folder))))
