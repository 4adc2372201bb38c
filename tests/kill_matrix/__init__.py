"""The kill matrix: wrong programs that must break exactly what they name, and right ones that must break nothing.

Each program begins with a comment that says its lie (or its shape), its exercise, the requirements that it `breaks`,
and those that it `may` break, each with a reason.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from conformance.catalogue import catalogue
from conformance.grading.build import Workshop
from conformance.grading.languages import EXTENSIONS, find_tool, languages_of
from conformance.grading.submission import Found, Submission
from conformance.reporting.results import COUNTS_AGAINST, Verdict
from conformance.stage.handle import Stage
from conformance.suite.proving import all_proofs
from conformance.trial import Bench, References, judge

HERE = Path(__file__).parent
TEXTBOOK = HERE.parent / "textbook"
FOLDERS = (HERE / "wrong", HERE / "right", TEXTBOOK)
LEADING = re.compile(r"^\s*(?:/\*+|\*+/?|//+|#+)?\s*")
ID = re.compile(r"[a-z]+\.[a-z-]+")
REASON = re.compile(rf"({ID.pattern}) \(([^)]*)\)")
TRIES_OF_A_KILLER = 3
"""What must fail is not doubted as often here: there are many of them, and steadiness has tests of its own."""
LAST_RUN = HERE.parent.parent / "reports" / "kill_matrix.json"


@dataclass(frozen=True, slots=True)
class Specimen:
    """One program of the matrix."""

    path: Path
    exercise: str
    lie: str
    breaks: frozenset[str]
    may: frozenset[str]
    reasons: tuple[tuple[str, str], ...] = ()
    """Why it may break each of those."""

    @property
    def name(self) -> str:
        """The folder and the file, as the table names it."""
        return f"{self.path.parent.name}/{self.path.name}"

    @property
    def runnable(self) -> bool:
        """Whether its language is there."""
        if catalogue().exercises[self.exercise].platform == "winsock" and shutil.which("wine") is None:
            return False
        return find_tool(languages_of(catalogue().exercises[self.exercise])[self.path.suffix]) is not None


def specimens() -> list[Specimen]:
    """Return every program of the matrix."""
    return [_read(path) for folder in FOLDERS for path in sorted(folder.glob("*")) if path.suffix in EXTENSIONS]


def _read(path: Path) -> Specimen:
    """Read the comment at the top: a sentence, then `key: values`; a value may go on in the next line."""
    entries: dict[str, str] = {"lie": ""}
    key = "lie"
    for line in _comment(path):
        name, colon, rest = line.partition(":")
        if colon and name in ("exercise", "breaks", "may"):
            key, line = name, rest
        entries[key] = f"{entries.get(key, '')} {line}".strip()
    known = set(catalogue().requirements)
    breaks, may = (frozenset(ID.findall(re.sub(r"\([^)]*\)", "", entries.get(key, "")))) for key in ("breaks", "may"))
    reasons = tuple(REASON.findall(entries.get("may", "")))
    return Specimen(path, entries["exercise"], entries["lie"], breaks & known, may & known, reasons)


def _comment(path: Path) -> Iterator[str]:
    for line in path.read_bytes().decode("utf-8", "replace").splitlines():
        text = line.strip()
        if not text.startswith(("/*", "*", "//", "#")) or text.startswith(("#include", "#define", "#!")):
            if text.startswith("#!"):
                continue
            return
        yield LEADING.sub("", text).removesuffix("*/").strip()


def verdicts(
    specimen: Specimen,
    stage: Stage,
    *,
    observe: bool = True,
    references: References | None = None,
    tries: int = TRIES_OF_A_KILLER,
) -> list[Verdict]:
    """Judge a program on every requirement of its exercise; references may be shared by those of one stage."""
    found = Found(specimen.exercise, specimen.path.name)
    with TemporaryDirectory() as folder, closing(Workshop(stage)) as workshop:
        shutil.copy(specimen.path, folder)  # alone: a build takes the whole folder with it
        submission = Submission(folder, {specimen.exercise: found})
        bench = Bench(submission, stage, workshop, observe=observe, references=references, tries=tries)
        return [
            judge(bench, proof.requirement, specimen.exercise, proof.family, proof.check)
            for proof in all_proofs()
            if proof.concerns(specimen.exercise)
        ]


def surprises(specimen: Specimen, found: list[Verdict]) -> list[str]:
    """Return what is not as the program's comment says: a killer that survives, a word too many."""
    broken = {one.requirement: one for one in found if one.verdict in COUNTS_AGAINST or one.verdict == "harness-error"}
    missed = [f"{name}: not noticed" for name in sorted(specimen.breaks - set(broken))]
    accused = [
        f"{name}: {broken[name].verdict}: {broken[name].reason}"
        for name in sorted(set(broken) - specimen.breaks - specimen.may)
    ]
    return missed + accused


class LastRun(msgspec.Struct, frozen=True):
    """What a real run of the matrix found."""

    catalogue: str
    """The digest of the catalogue that it judged by."""
    verdicts: dict[str, dict[str, str]]
    """Program -> requirement -> verdict."""


def keep_last_run(verdicts: dict[str, dict[str, str]]) -> None:
    """Write down what a run found; of an earlier one with this catalogue, the programs that were not judged stay."""
    earlier = read_last_run()
    digest = catalogue().digest
    known = earlier.verdicts if earlier is not None and earlier.catalogue == digest else {}
    LAST_RUN.write_bytes(msgspec.json.format(msgspec.json.encode(LastRun(digest, {**known, **verdicts}))) + b"\n")


def read_last_run() -> LastRun | None:
    """Return what the last run found, or None where there was none."""
    return msgspec.json.decode(LAST_RUN.read_bytes(), type=LastRun) if LAST_RUN.is_file() else None
