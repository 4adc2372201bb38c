"""The kill matrix as a page: which program must break which requirement, which it may, and what the last run found."""

from functools import cache
from typing import NamedTuple

from markupsafe import Markup

from conformance.catalogue import catalogue
from conformance.reporting.results import COUNTS_AGAINST
from conformance.words import say
from docs import site
from tests.kill_matrix import LastRun, Specimen, read_last_run, specimens
from tests.kill_matrix.__main__ import SIGNS


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


class Grid(NamedTuple):
    """The programs of one exercise against its requirements."""

    exercise: str
    requirements: tuple[str, ...]
    rows: tuple[Row, ...]


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
    surprise = bool(verdict) and is_surprise(kind, verdict)
    words = [say(f"matrix.{kind}", reason=reason)]
    words += [say("matrix.surprise" if surprise else "matrix.found", verdict=verdict)] if verdict else []
    return Cell(kind, "; ".join(words), verdict, surprise)


def is_surprise(kind: str, verdict: str) -> bool:
    """Tell whether a verdict is not what the program's comment says."""
    broken = verdict in COUNTS_AGAINST or verdict == "harness-error"
    return broken != (kind == "breaks") if kind != "may" else False


def grids() -> list[Grid]:
    """Return one grid for each exercise, with the programs that break something."""
    found = []
    for exercise in catalogue().exercises:
        names = tuple(name for name, one in catalogue().requirements.items() if one.concerns(exercise))
        wrong = [one for one in specimens() if one.exercise == exercise and one.breaks]
        rows = tuple(Row(one, tuple(cell(one, name) for name in names)) for one in wrong)
        found.append(Grid(exercise, names, rows))
    return found


def drawn() -> Markup:
    """Return the grids."""
    return site.fragment("matrix", grids=grids())


def last_run() -> Markup:
    """Return a sentence about the last real run."""
    found = last()
    if found is None:
        return site.fragment("note", text=say("matrix.no-run" if read_last_run() is None else "matrix.other-catalogue"))
    cells = [cell(one, name) for one in specimens() for name in found.verdicts.get(one.name, ())]
    kept = sum(not one.surprise for one in cells)
    return site.fragment("note", text=say("matrix.run", count=len(found.verdicts), kept=kept, all=len(cells)))


def wrong_programs() -> Markup:
    """Return the wrong programs with their lies, and the reasons for what they may break."""
    return site.fragment("wrong", programs=[one for one in specimens() if one.breaks])


def right_programs() -> Markup:
    """Return the right programs with their shapes."""
    return site.fragment("right", programs=[one for one in specimens() if not one.breaks])
