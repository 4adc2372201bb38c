"""Courses for tests: a folder from the texts of its files, and the catalogue with it for as long as a test lasts."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from conformance.catalogue import lay_over


def write_course(folder: Path, files: Mapping[str, str]) -> Path:
    """Write the files of a course, each with its folders; where no `course.toml` is among them, a usual one too."""
    for name, text in {"course.toml": 'name = "A course"\nprefix = "a"\n', **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


@contextmanager
def laid_over(*folders: Path) -> Iterator[None]:
    """Lay courses over the package's catalogue; it is alone again afterwards."""
    try:
        lay_over(folders)
        yield
    finally:
        lay_over(())
