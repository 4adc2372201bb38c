"""The kill matrix as a page: which program must break which requirement, which it may, and what the last run found."""

from functools import cache
from typing import Final, NamedTuple

from markupsafe import Markup

from conformance.catalogue import catalogue
from conformance.judging.specimens import ACCUSES, Specimen
from conformance.messages import also, render, say, text
from docs import site
from tests.matrix import LastRun, costs, read_last_run, specimens
from tests.matrix.__main__ import SIGNS

FOLDERS: Final = ("wrong", "textbook", "right")


class Cell(NamedTuple):
    """One program and one requirement."""

    kind: str
    """`breaks`, `may` or `kept`."""
    words: str
    verdict: str
    surprise: bool

    @property
    def sign(self) -> str:
        """The last run's verdict as one letter."""
        return SIGNS.get(self.verdict, "")


class Row(NamedTuple):
    """One program."""

    specimen: Specimen
    cells: tuple[Cell, ...]

    @property
    def cost(self) -> int:
        """How many requirements it costs: as the last run found, else as the program says."""
        found = last()
        judged = found.verdicts.get(self.specimen.name) if found is not None else None
        return len(self.specimen.breaks) if judged is None else costs(judged.values())


class Group(NamedTuple):
    """The programs of one exercise and one folder: `wrong`, `textbook` or `right`."""

    exercise: str
    folder: str
    programs: tuple[Specimen, ...]

    @property
    def id(self) -> str:
        """Where the page tells of them."""
        return f"{self.folder}-{self.exercise}"

    @property
    def rows(self) -> tuple[Row, ...]:
        """Those that break something or may, beside the requirements of the exercise."""
        names = requirements_of(self.exercise)
        told = (one for one in self.programs if one.breaks or one.may)
        return tuple(Row(one, tuple(cell(one, name) for name in names)) for one in told)


class Grid(NamedTuple):
    """The programs of one exercise against its requirements."""

    exercise: str
    requirements: tuple[str, ...]
    groups: tuple[Group, ...]


@cache
def last() -> LastRun | None:
    """Return the last real run, where there was one with this catalogue."""
    found = read_last_run()
    return found if found is not None and found.catalogue == catalogue().digest else None


def cell(specimen: Specimen, requirement: str) -> Cell:
    """Return what a program says of a requirement, and what the last run found."""
    kind = "breaks" if requirement in specimen.breaks else "may" if requirement in specimen.may else "kept"
    reason = dict(specimen.reasons).get(requirement, "")
    found = last()
    verdict = found.verdicts.get(specimen.name, {}).get(requirement, "") if found is not None else ""
    surprise = bool(verdict) and is_surprise(kind, verdict, wrong=bool(specimen.breaks))
    said = [say(f"matrix.{kind}", reason=reason)]
    said += [say("matrix.surprise" if surprise else "matrix.found", verdict=verdict)] if verdict else []
    return Cell(kind, render(also(*said)), verdict, surprise)


def is_surprise(kind: str, verdict: str, *, wrong: bool = False) -> bool:
    """Tell whether a verdict is not what the program's comment says; a failure of the suite itself never is."""
    if verdict == "harness-error":
        return True
    if kind == "kept" and verdict == "not-run":
        return not wrong
    return kind != "may" and (verdict in ACCUSES) != (kind == "breaks")


def requirements_of(exercise: str) -> tuple[str, ...]:
    """Return the requirements that an exercise is judged on."""
    return tuple(name for name, one in catalogue().requirements.items() if one.concerns(exercise))


@cache
def group(exercise: str, folder: str) -> Group:
    """Return the programs of an exercise that lie in a folder."""
    found = (one for one in specimens() if one.exercise == exercise and one.path.parent.name == folder)
    return Group(exercise, folder, tuple(found))


def grids() -> list[Grid]:
    """Return one grid for each exercise, its programs folder by folder."""
    return [
        Grid(exercise, requirements_of(exercise), tuple(group(exercise, folder) for folder in FOLDERS))
        for exercise in catalogue().exercises
    ]


def index() -> Markup:
    """Return how many programs each exercise has, with links to them."""
    return site.fragment("index_of_programs", grids=grids())


def drawn() -> Markup:
    """Return the grids."""
    return site.fragment("matrix", grids=grids())


def last_run() -> Markup:
    """Return a sentence about the last real run."""
    found = last()
    if found is None:
        why = text("matrix.no-run" if read_last_run() is None else "matrix.other-catalogue")
        return site.fragment("note", note=why)
    cells = [cell(one, name) for one in specimens() for name in found.verdicts.get(one.name, ())]
    kept = sum(not one.surprise for one in cells)
    return site.fragment("note", note=text("matrix.run", count=len(found.verdicts), kept=kept, all=len(cells)))


def wrong_programs() -> Markup:
    """Return the minimal wrong programs with their lies, and the reasons for what they may break."""
    return _told("wrong")


def textbook_programs() -> Markup:
    """Return the programs as beginners write them, with what they break."""
    return _told("textbook")


def right_programs() -> Markup:
    """Return the right programs with their shapes."""
    return _told("right")


def _told(folder: str) -> Markup:
    return site.fragment("programs", groups=[group(exercise, folder) for exercise in catalogue().exercises])
