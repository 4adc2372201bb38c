"""Programs that a catalogue is tried on: wrong ones that break what they name, and right ones that break nothing.

Each begins with a comment that says its mistake (or its shape), its exercise, the requirements that it `breaks`, and
those that it `may` break, each with a reason.
"""

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.catalogue import catalogue
from conformance.records.results import COUNTS_AGAINST, Verdict
from conformance.submission.languages import find_tool, languages_of

LEADING: Final = re.compile(r"^\s*(?:/\*+|\*+/?|//+|#+)?\s*")
ID: Final = re.compile(r"[a-z][a-z0-9]*\.[a-z0-9-]+")
REASON: Final = re.compile(rf"({ID.pattern}) \(([^)]*)\)")
ACCUSES: Final = COUNTS_AGAINST - {"not-run"}
"""Verdicts that say a program breaks a requirement: each is charged to it."""


@dataclass(frozen=True, slots=True)
class Specimen:
    """One program that a catalogue is tried on."""

    path: Path
    exercise: str
    summary: str
    """Its mistake, or what is special about its shape, in one sentence."""
    breaks: frozenset[str]
    may: frozenset[str]
    reasons: tuple[tuple[str, str], ...] = ()
    """Why it may break each of those."""

    @property
    def name(self) -> str:
        """The folder and the file, as a table names it."""
        return f"{self.path.parent.name}/{self.path.name}"

    @property
    def runnable(self) -> bool:
        """Whether its language is there."""
        one = catalogue().exercises[self.exercise]
        if one.platform == "winsock" and shutil.which("wine") is None:
            return False
        return find_tool(languages_of(one)[self.path.suffix]) is not None


def read_specimen(path: Path) -> Specimen:
    """Read the comment at the top: a sentence, then `key: values`; a value may go on in the next line."""
    entries: dict[str, str] = {"summary": ""}
    key = "summary"
    for line in _comment(path):
        name, colon, rest = line.partition(":")
        if colon and name in ("exercise", "breaks", "may"):
            key, line = name, rest
        entries[key] = f"{entries.get(key, '')} {line}".strip()
    breaks, may = (frozenset(ID.findall(re.sub(r"\([^)]*\)", "", entries.get(key, "")))) for key in ("breaks", "may"))
    reasons = tuple(REASON.findall(entries.get("may", "")))
    return Specimen(path, entries.get("exercise", ""), entries["summary"], breaks, may, reasons)


def _comment(path: Path) -> Iterator[str]:
    for line in path.read_bytes().decode("utf-8", "replace").splitlines():
        text = line.strip()
        if not text.startswith(("/*", "*", "//", "#")) or text.startswith(("#include", "#define", "#!")):
            if text.startswith("#!"):
                continue
            return
        yield LEADING.sub("", text).removesuffix("*/").strip()


def missed(specimen: Specimen, found: Sequence[Verdict]) -> list[str]:
    """Return the requirements that a program says it breaks, and that were judged and not found broken."""
    broken = {one.requirement for one in found if one.verdict in ACCUSES}
    return sorted(specimen.breaks & {one.requirement for one in found} - broken)


def accused(specimen: Specimen, found: Sequence[Verdict]) -> list[Verdict]:
    """Return what a program is accused of that it does not name.

    What was not run is no surprise of a program that is known to be wrong.
    """
    counts = ACCUSES if specimen.breaks else COUNTS_AGAINST
    return [one for one in found if one.verdict in counts and one.requirement not in specimen.breaks | specimen.may]
