"""The hostile submissions: what each tries and what it is promised, from the head of its first file.

A submission is a file or a folder below `submissions/KIND/`. A file `prepare.py` in a folder makes what no repository
can hold (FIFOs, names that are no UTF-8, folders that are too deep) and is not handed in itself. Two words stand for
places that are known only when it is handed in: `@SUITE@` for the suite's own folder, `@PYTHON@` for its Python.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from msgspec import Struct

from conformance.records.results import COUNTS_AGAINST

HERE: Final = Path(__file__).parent
SUITE: Final = HERE.parents[2]
SUBMISSIONS: Final = HERE / "submissions"
COMMON: Final = HERE / "common"
"""Headers and modules that submissions share: those that a submission names are handed in with it."""
PREPARE: Final = "prepare.py"
INERT: Final = ".inert"
KINDS: Final = {
    "links": "symbolic links where the suite writes or reads, children that outlive a run",
    "builds": "what a compiler or a build line reads, writes and uses up",
    "neighbours": "other submissions, and what all programs of a machine share",
    "references": "the suite's own programs handed in as one's own",
    "charged": "what a program does to the suite so that it fails",
    "calls": "calls that nobody sees",
    "recognises": "good behaviour only where the suite seems to watch",
    "bombs": "more than there is, of everything",
    "attacks": "the suite's own processes",
    "forges": "results, and what pages and terminals would take for their own",
}
LEADING: Final = re.compile(r"^\s*(?:/\*+|\*+/?|//+|#+)?\s?")
FIELD: Final = re.compile(r"(kind|apart|exercise|tries|promise|needs|judged|arguments|beside|within|tried):(.*)")
WITHIN_S: Final = 300
"""How long a check may take where the submission's head names no other time: fifty times as long as an honest one, and
more than the suite lets any build or run go on. It decides nothing else than that a check has no end."""


class Promise(Struct, frozen=True, kw_only=True):
    """What holds whatever the program tries, beside what holds for all."""

    status: tuple[int, ...] = (0, 1)
    """The exit statuses, one of which it is."""
    requirement: tuple[str, ...] = ()
    """The requirements that it does not keep."""
    verdict: tuple[str, ...] = tuple(sorted(COUNTS_AGAINST - {"not-implemented", "not-run"}))
    """The verdicts, one of which each of these gets: it was built and run, or nothing would be shown by it."""
    built: bool | None = None
    """Whether it could be built; None where that may be or not."""


class Hostile(Struct, frozen=True, kw_only=True):
    """One submission."""

    path: Path
    kind: str
    exercise: str
    """Nothing where the names of its files or its manifest tell."""
    tries: str
    promise: Promise
    needs: tuple[str, ...] = ()
    """Commands without which it proves nothing; `memory` is a limit of memory around all."""
    judged: tuple[str, ...] = ()
    """The requirements, or beginnings of them; nothing where all are judged."""
    arguments: tuple[str, ...] = ()
    """Further words for the command."""
    in_one_session: bool = False
    """Whether it is judged once more together with the neighbour in one session, as a course's pytest does it."""
    within_s: int = WITHIN_S
    apart: bool = True
    """Whether it may matter what a program is kept apart from."""
    by_hand: bool = False
    """Whether it takes so long that it is only tried where there is time."""

    @property
    def name(self) -> str:
        """As tests name it."""
        return f"{self.path.parent.name}/{self.path.stem}"


def submissions() -> list[Hostile]:
    """Return all of them."""
    paths = (path for kind in KINDS for path in sorted((SUBMISSIONS / kind).iterdir()))
    return [read(path) for path in paths if path.name != "__pycache__"]


def path_of(name: str) -> Path:
    """Return where the submission of a name lies."""
    kind, _, stem = name.partition("/")
    return next(path for path in (SUBMISSIONS / kind).iterdir() if path.stem == stem)


def read(path: Path) -> Hostile:
    """Read the head of a submission: `key: value`, where a value may go on in the next line."""
    fields = _fields(path if path.is_file() else next(file for file in _files(path) if _fields(file)))
    missing = {"kind", "tries", "promise"} - set(fields)
    assert not missing, f"{path} does not say {missing}"
    return Hostile(
        path=path,
        kind=fields["kind"],
        exercise=fields.get("exercise", ""),
        tries=fields["tries"],
        promise=_promise(fields["promise"]),
        needs=_words(fields.get("needs", "")),
        judged=_words(fields.get("judged", "")),
        arguments=_words(fields.get("arguments", "")),
        in_one_session=fields.get("beside", "process") == "session",
        within_s=int(fields.get("within", WITHIN_S)),
        apart=fields.get("apart", "yes") == "yes",
        by_hand=fields.get("tried") == "by hand",
    )


def hand_in(one: Hostile, folder: Path) -> None:
    """Put a submission into a folder, as a student would hand it in."""
    folder.mkdir(parents=True)
    names = {one.path: f"{one.exercise}{one.path.suffix}"}
    if one.path.is_dir():
        names = {file: str(file.relative_to(one.path)).removesuffix(INERT) for file in _files(one.path)}
    for file, name in names.items():
        _put(file, folder / name)
    prepare = one.path / PREPARE
    if prepare.is_file():
        subprocess.run([sys.executable, str(prepare)], cwd=folder, check=True)


def _put(file: Path, target: Path) -> None:
    if file.name == PREPARE:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    text = file.read_text().replace("@SUITE@", str(SUITE)).replace("@PYTHON@", sys.executable)
    target.write_text(text)
    shutil.copymode(file, target)
    for common in COMMON.iterdir():
        if common.name in text or (common.suffix == ".py" and f"from {common.stem} import" in text):
            shutil.copyfile(common, target.parent / common.name)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.parent.name != "__pycache__")


def _fields(file: Path) -> dict[str, str]:
    fields, key = dict[str, str](), ""
    for line in file.read_text().splitlines():
        if not line.lstrip().startswith(("/*", "*", "//", "# ")):
            break
        words = LEADING.sub("", line).removesuffix("*/").strip()
        found = FIELD.fullmatch(words)
        if found is not None:
            key, words = found[1], found[2].strip()
        if key:
            fields[key] = f"{fields.get(key, '')} {words}".strip()
    return fields


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


def _promise(text: str) -> Promise:
    """Read `status=1 verdict=failed,hung requirement=transfer.greeting built=yes`."""
    parts = dict(word.partition("=")[::2] for word in text.split())
    assert set(parts) <= set(Promise.__struct_fields__), f"nobody knows what is promised: {text}"
    usual = Promise()
    return Promise(
        status=tuple(map(int, parts["status"].split(","))) if "status" in parts else usual.status,
        requirement=tuple(parts["requirement"].split(",")) if "requirement" in parts else (),
        verdict=tuple(parts["verdict"].split(",")) if "verdict" in parts else usual.verdict,
        built=parts["built"] == "yes" if "built" in parts else None,
    )
