"""The kill matrix: wrong programs that must break exactly what they name, and right ones that must break nothing.

Each program begins with a comment that says its mistake (or its shape), its exercise, the requirements that it
`breaks`, and those that it `may` break, each with a reason.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from conformance.catalogue import catalogue
from conformance.judging.context import JudgingContext, References
from conformance.judging.engine import Engine, Judged, Options, Task, plan
from conformance.judging.explanations import EXPLANATIONS
from conformance.judging.specimens import ACCUSES, Specimen, accused, missed, read_specimen
from conformance.judging.trial import judge
from conformance.records.profiles import DEFAULT_PROFILE, PROFILES, Profile
from conformance.records.results import Verdict
from conformance.sandbox.client import start_sandboxes
from conformance.submission.build import BuildDir
from conformance.submission.discover import Found, Submission
from conformance.submission.languages import EXTENSIONS
from conformance.suite.registry import all_tests

HERE = Path(__file__).parent
TEXTBOOK = HERE / "textbook"
FOLDERS = (HERE / "wrong", HERE / "right", TEXTBOOK)
SPARED = PROFILES["quick"]
TRIES_OF_A_KILLER = 3
"""What must fail is not doubted as often here: there are many of them, and steadiness has tests of its own."""
SEVERAL = {
    "wrong/server_fixed_port_taken_for_a_minute.c": "two slips: the second was not seen where the first was made",
}
"""The wrong programs that break more than one requirement, and why that is right: one slip costs one requirement."""
LAST_RUN = HERE.parents[1] / "reports" / "kill_matrix.json"


def specimens() -> list[Specimen]:
    """Return every program of the matrix."""
    return [_read(path) for folder in FOLDERS for path in sorted(folder.glob("*")) if path.suffix in EXTENSIONS]


def killers_of_courses() -> list[Specimen]:
    """Return the wrong programs of the courses here and in the package, which `offhook course check` judges."""
    homes = HERE.parent / "courses", HERE.parents[1] / "conformance" / "courses"
    folders = sorted(folder for home in homes for folder in home.glob("*/wrong"))
    return [read_specimen(path) for folder in folders for path in sorted(folder.glob("*")) if path.suffix in EXTENSIONS]


def _read(path: Path) -> Specimen:
    """Read a program's comment; what it names that stands in no catalogue is a word of its sentences."""
    found, known = read_specimen(path), set(catalogue().requirements)
    return replace(found, breaks=found.breaks & known, may=found.may & known)


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
    programs: Sequence[Specimen],
    jobs: int,
    requirements: Sequence[str] = (),
    *,
    sparing: bool = False,
) -> Iterator[tuple[Specimen, list[Judged]]]:
    """Judge programs, several at once, and yield each with its verdicts as soon as it has all of them.

    Sparing, only a part of the scenarios is played of what can be spared, and wrong programs are judged on less.
    """
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
            asked = spared(specimen, asked) if sparing else asked
            by_folder[str(alone)] = (specimen, len(asked), list[Judged]())
            tasks += asked
        for judged in engine.verdicts(tasks):
            specimen, count, found = by_folder[judged.task.submission.folder]
            found.append(judged)
            if len(found) == count:
                yield specimen, found


def spared(specimen: Specimen, tasks: Sequence[Task]) -> list[Task]:
    """Return what is judged of a program where time is short.

    A wrong one is judged on what it breaks and on what that explains. That nobody is accused of the others without
    reason is seen from the right programs. Of these, the first in each exercise and language and those of the textbook
    are judged as usual, and the others in the profile `quick`.
    """
    found = list[Task]()
    for task in tasks:
        requirement = task.test.requirement.id
        if not can_be_spared(specimen, requirement):
            found.append(task)
        elif not specimen.breaks:
            found.append(task._replace(profile=SPARED))
    return found


def can_be_spared(specimen: Specimen, requirement: str) -> bool:
    """Tell whether a program is known to be wrong, and not in this; or is right, and slow to start or one of many.

    What a slip explains that is known is judged like the slip: it is seen in scenarios of the same profile.
    """
    concerned = {requirement, *(one.requirement for one in EXPLANATIONS.get(requirement, ()))}
    return concerned.isdisjoint(specimen.breaks) and (
        bool(specimen.breaks) or _is_slow(specimen) or _is_further(specimen)
    )


def _is_slow(specimen: Specimen) -> bool:
    under_wine = catalogue().exercises[specimen.exercise].platform == "winsock"
    return under_wine or EXTENSIONS[specimen.path.suffix].runtime == "managed"


def _is_further(specimen: Specimen) -> bool:
    return specimen.path.parent != TEXTBOOK and specimen.name not in _first_of_each()


@cache
def _first_of_each() -> frozenset[str]:
    """Return the names of the first right program of each exercise in each language."""
    right = [one for one in specimens() if not one.breaks and one.path.parent != TEXTBOOK]
    return frozenset({(one.exercise, one.path.suffix): one.name for one in reversed(right)}.values())


def surprises(specimen: Specimen, found: list[Verdict]) -> list[str]:
    """Return what is not as the program's comment says: a killer that survives, an accusation that it does not name.

    A failure of the suite itself is always one: it is no kill, and nothing that a program may bring about. What was not
    run is no kill either, and no surprise of a program that is known to be wrong.
    """
    failed = [f"{one.requirement}: {one.verdict}: {one.reason}" for one in found if one.verdict == "harness-error"]
    survived = [f"{name}: not noticed" for name in missed(specimen, found)]
    unnamed = sorted(accused(specimen, found), key=lambda one: one.requirement)
    return failed + survived + [f"{one.requirement}: {one.verdict}: {one.reason}" for one in unnamed]


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
