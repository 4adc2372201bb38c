"""Starters: the first file of a new program, made from one template for each language and the exercise's own data."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from conformance.catalogue import Exercise
from conformance.messages import text

if TYPE_CHECKING:
    from jinja2 import Environment

SKELETON_EXTENSIONS: Final = {
    "c": ".c", "cpp": ".cpp", "python": ".py", "java": ".java", "go": ".go", "rust": ".rs", "node": ".js",
}  # fmt: skip
"""The languages in which there are starters, and how their files' names end."""
ON_WINSOCK: Final = ("c", "cpp")
NAMED_BY_CLASS: Final = frozenset({"java"})
HIDE_DESCRIPTORS: Final = frozenset({"java", "node"})
"""Languages that do not tell a program the numbers of its sockets."""
WITHOUT_TLS: Final = frozenset({"rust"})
"""Languages whose own library has no TLS."""
KNOWN_ARGUMENTS: Final = frozenset({"ip", "port", "path", "name", "authority", "certificate", "key"})


class ExplainedArgument(Struct, frozen=True):
    """One argument of a program, as its starter explains it."""

    place: int
    name: str
    meaning: str


class Skeleton(Struct, frozen=True):
    """A file for a student to begin with."""

    name: str
    text: str


def skeleton_languages(exercise: Exercise) -> list[str]:
    """Return those of the `SKELETON_EXTENSIONS` in which an exercise can be done."""
    if exercise.platform == "winsock":
        return list(ON_WINSOCK)
    without = HIDE_DESCRIPTORS if "{descriptor}" in exercise.prints else frozenset()
    without |= WITHOUT_TLS if exercise.transport == "tls" else frozenset()
    return [language for language in SKELETON_EXTENSIONS if language not in without]


def starter(exercise: Exercise, language: str, title: str) -> Skeleton:
    """Return the starter of an exercise in one of its `skeleton_languages`, with the sentence on what it is to do."""
    stem = _stem(exercise, language)
    arguments = [_argument(place, word.strip("{}")) for place, word in enumerate(exercise.arguments, 1)]
    made = (
        _templates()
        .get_template("winsock.jinja" if exercise.platform == "winsock" else f"{language}.jinja")
        .render(
            name=stem,
            title=title,
            usage="".join(f" <{one.name}>" for one in arguments),
            arguments=arguments,
            steps=_steps(exercise, language),
            todo=text("starter.todo"),
        )
    )
    return Skeleton(f"{stem}{SKELETON_EXTENSIONS[language]}", made)


def write_skeleton(made: Skeleton, folder: Path) -> Path:
    """Write a starter into a folder, which is made if need be. Raises `FileExistsError` rather than overwrite."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / made.name
    with path.open("x", encoding="utf-8") as file:
        file.write(made.text)
    return path


def _templates() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # slow to load, for one command

    # Nothing here comes from a submission, and what is made is no page: there is nothing to escape.
    return Environment(
        loader=PackageLoader("conformance.submission.skeletons", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _stem(exercise: Exercise, language: str) -> str:
    """Return the file's name as `offhook check` finds it, in the manner of the language."""
    name = exercise.source[0]
    return "".join(word.capitalize() for word in name.split("_")) if language in NAMED_BY_CLASS else name


def _argument(place: int, name: str) -> ExplainedArgument:
    return ExplainedArgument(place, name, text(f"starter.argument.{name if name in KNOWN_ARGUMENTS else 'other'}"))


def _steps(exercise: Exercise, language: str) -> list[str]:
    """Return what to do next, in the words of the course, and where the language has these calls."""
    if exercise.platform == "winsock":
        steps = text(f"starter.steps.winsock.{exercise.role}").splitlines()
        return [*steps, *text("starter.calls.winsock").splitlines()]
    if exercise.transport == "tls":
        steps = text(f"starter.steps.tls.{exercise.role}").splitlines()
        return [*steps, *text(f"starter.calls.tls.{language}.{exercise.role}").splitlines()]
    steps = text(f"starter.steps.{exercise.role}").splitlines()
    return [*steps, *text(f"starter.calls.{language}.{exercise.role}").splitlines()]
