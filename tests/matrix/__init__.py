"""The kill matrix: wrong programs that must break exactly what they name, and right ones that must break nothing.

Each program begins with a comment that says its mistake (or its shape), its exercise, the requirements that it
`breaks`, and those that it `may` break, each with a reason.
"""

import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from conformance.catalogue import catalogue
from conformance.judging.context import JudgingContext, References
from conformance.judging.engine import Engine, Judged, Options, Task, plan
from conformance.judging.trial import judge
from conformance.records.profiles import DEFAULT_PROFILE, Profile
from conformance.records.results import COUNTS_AGAINST, Verdict
from conformance.sandbox.client import start_sandboxes
from conformance.submission.build import BuildDir
from conformance.submission.discover import Found, Submission
from conformance.submission.languages import EXTENSIONS, find_tool, languages_of
from conformance.suite.registry import all_tests

HERE = Path(__file__).parent
TEXTBOOK = HERE / "textbook"
FOLDERS = (HERE / "wrong", HERE / "right", TEXTBOOK)
LEADING = re.compile(r"^\s*(?:/\*+|\*+/?|//+|#+)?\s*")
ID = re.compile(r"[a-z]+\.[a-z-]+")
REASON = re.compile(rf"({ID.pattern}) \(([^)]*)\)")
TRIES_OF_A_KILLER = 3
"""What must fail is not doubted as often here: there are many of them, and steadiness has tests of its own."""
ACCUSES = COUNTS_AGAINST - {"not-run"}
"""Verdicts that say a program breaks a requirement: each is charged to it."""
SEVERAL = {
    "wrong/server_fixed_port_taken_for_a_minute.c": "two slips: the second was not seen where the first was made",
}
"""The wrong programs that break more than one requirement, and why that is right: one slip costs one requirement."""
LAST_RUN = HERE.parents[1] / "reports" / "kill_matrix.json"


@dataclass(frozen=True, slots=True)
class Specimen:
    """One program of the matrix."""

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
    entries: dict[str, str] = {"summary": ""}
    key = "summary"
    for line in _comment(path):
        name, colon, rest = line.partition(":")
        if colon and name in ("exercise", "breaks", "may"):
            key, line = name, rest
        entries[key] = f"{entries.get(key, '')} {line}".strip()
    known = set(catalogue().requirements)
    breaks, may = (frozenset(ID.findall(re.sub(r"\([^)]*\)", "", entries.get(key, "")))) for key in ("breaks", "may"))
    reasons = tuple(REASON.findall(entries.get("may", "")))
    return Specimen(path, entries["exercise"], entries["summary"], breaks & known, may & known, reasons)


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
    build_dir: BuildDir,
    *,
    observe: bool = True,
    references: References | None = None,
    tries: int = TRIES_OF_A_KILLER,
    requirements: Sequence[str] = (),
    profile: Profile = DEFAULT_PROFILE,
) -> list[Verdict]:
    """Judge a program on its exercise's requirements, or on those whose ids begin with one of `requirements`.

    References may be shared by the programs of one sandbox.
    """
    found = Found(specimen.exercise, specimen.path.name)
    with TemporaryDirectory() as folder:
        shutil.copy(specimen.path, folder)  # alone: a build takes the whole folder with it
        submission = Submission(folder, {specimen.exercise: found})
        context = JudgingContext(
            submission,
            build_dir.sandbox,
            build_dir,
            observe=observe,
            references=references,
            tries=tries,
            profile=profile,
        )
        return [
            judge(context, test, specimen.exercise)
            for test in all_tests()
            if test.concerns(specimen.exercise) and test.requirement.id.startswith(tuple(requirements) or "")
        ]


def judge_all(
    programs: Sequence[Specimen], jobs: int, requirements: Sequence[str] = ()
) -> Iterator[tuple[Specimen, list[Judged]]]:
    """Judge programs, several at once, and yield each with its verdicts as soon as it has all of them."""
    options = Options(tries=TRIES_OF_A_KILLER)
    with TemporaryDirectory() as folder, Engine(start_sandboxes(jobs), options) as engine:
        by_folder = {}
        tasks: list[Task] = []
        for number, specimen in enumerate(programs):
            alone = Path(folder, str(number))  # a build takes the whole folder with it
            alone.mkdir()
            shutil.copy(specimen.path, alone)
            taken = {specimen.exercise: Found(specimen.exercise, specimen.path.name)}
            asked = plan(Submission(str(alone), taken), prefixes=requirements)
            by_folder[str(alone)] = (specimen, len(asked), list[Judged]())
            tasks += asked
        for judged in engine.verdicts(tasks):
            specimen, count, found = by_folder[judged.task.submission.folder]
            found.append(judged)
            if len(found) == count:
                yield specimen, found


def surprises(specimen: Specimen, found: list[Verdict]) -> list[str]:
    """Return what is not as the program's comment says: a killer that survives, an accusation that it does not name.

    A failure of the suite itself is always one: it is no kill, and nothing that a program may bring about. What was not
    run is no kill either, and no surprise of a program that is known to be wrong.
    """
    counts = ACCUSES if specimen.breaks else COUNTS_AGAINST
    broken = {one.requirement: one for one in found if one.verdict in counts}
    judged = {one.requirement for one in found}
    failed = [f"{one.requirement}: {one.verdict}: {one.reason}" for one in found if one.verdict == "harness-error"]
    missed = [f"{name}: not noticed" for name in sorted(specimen.breaks & judged - set(broken))]
    accused = [
        f"{name}: {broken[name].verdict}: {broken[name].reason}"
        for name in sorted(set(broken) - specimen.breaks - specimen.may)
    ]
    return failed + missed + accused


def costs(found: Iterable[str]) -> int:
    """Return how many requirements these verdicts charge to a program."""
    return sum(verdict in ACCUSES for verdict in found)


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
    return read_run(LAST_RUN) if LAST_RUN.is_file() else None


def read_run(path: Path) -> LastRun:
    """Return what an earlier run found."""
    return msgspec.json.decode(path.read_bytes(), type=LastRun)
