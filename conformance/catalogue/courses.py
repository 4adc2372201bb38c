"""Where courses are: a folder of a teacher's, or one that comes with the package and has a short name."""

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from conformance.catalogue.source import COURSE, CatalogueError, Layer
from conformance.messages import say, text
from conformance.messages.suggestions import with_suggestion

HOME: Final = "courses"
"""The folder of the package in which those lie that come with it."""


@cache
def bundled_courses() -> dict[str, Path]:
    """Return the courses that come with the package, by their short names: `next-chapters` lies in `next_chapters`."""
    home = Path(str(resources.files("conformance"))) / HOME
    found = sorted(home.iterdir()) if home.is_dir() else []
    return {one.name.replace("_", "-"): one for one in found if _is_course(one)}


def course_folder(named: Path) -> Path:
    """Return the folder of a course that is named by its folder or its short name; a course in a folder comes first."""
    return named if _is_course(named) else bundled_courses().get(str(named), named)


def course_layer(named: Path, shown: str = "") -> Layer:
    """Return the layer of a course, which people are shown under the name that was given, or another one.

    Raises `CatalogueError` where there is none.
    """
    folder = course_folder(named)
    if not _is_course(folder):
        what = with_suggestion(say("course.none", file=f"{COURSE}.toml"), str(named), bundled_courses())
        raise CatalogueError(text("complaint", place=named, what=what))
    return Layer(shown or str(named), folder)


def _is_course(folder: Path) -> bool:
    return (folder / f"{COURSE}.toml").is_file()
