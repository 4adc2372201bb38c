"""The folder of a class: what was judged, kept so that a run which was killed goes on where it was.

    class.json            who handed in, and what was judged of each: the digest of it
    judged/DIGEST.json    what came of a submission; equal submissions have one
    before.json           class.json as it was before this run
    students/ID/          results.json of each student, and the page
    times/DIGEST.json     when it was judged, and how long that took
    near.json             the sources that are nearly the same, to be shown side by side

Each file is written beside its place and renamed: it is there whole, or not at all.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from conformance.grading.errors import ClassError
from conformance.grading.job import Done, Times
from conformance.grading.records import Entry, Near, Source, Student
from conformance.messages import Message, say
from conformance.records.profiles import ProfileName
from conformance.records.results import encode

FORMAT: Final = 1
"""The form of class.json."""
CLASS, BEFORE, NEAR, LOCK = "class.json", "before.json", "near.json", ".lock"
JUDGED, TIMES, STUDENTS, RESULTS = "judged", "times", "students", "results.json"
UNFINISHED: Final = ".new"
"""How the name of a file ends that is not written to its end."""


class StoreError(ClassError):
    """The folder of a class cannot be used; the text says why, and what to do."""


class Row(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one student handed in, and where what came of it is kept."""

    student: Student
    notes: tuple[Message, ...] = ()
    digest: str = ""
    """Nothing where there was nothing to judge."""
    nothing: Message | None = None


class Roll(Struct, frozen=True, kw_only=True):
    """class.json: who is in the class, and how it was judged."""

    format: int = FORMAT
    title: str
    layout: str
    date: str
    """When it was last judged, as `2026-11-30T09:00:00Z`."""
    exercises: tuple[str, ...]
    """Those that were asked for; nothing where none was."""
    common: tuple[str, ...] = ()
    """Those that most students have."""
    profile: ProfileName
    rows: tuple[Row, ...]
    near: tuple[Near, ...] = ()


class Store:
    """The folder of one class."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other run out of the folder. Raises `StoreError` where one is at work in it."""
        for name in (JUDGED, TIMES, STUDENTS):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        with (self.folder / LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StoreError(say("class.locked", folder=self.folder)) from None
            for left in self.folder.glob(f"**/*{UNFINISHED}"):
                left.unlink()
            yield

    # ---------------------------------------------------------------- what was judged

    def has(self, digest: str) -> bool:
        """Tell whether a submission was judged already. Where the suite itself failed, it is judged again."""
        done = self.done(digest)
        return (
            done is not None and not done.problem and (done.results is None or not done.results.count("harness-error"))
        )

    def keep(self, digest: str, done: Done) -> None:
        """Keep what came of a submission; the time that it took is kept apart, since it differs from run to run."""
        write(self._times(digest), msgspec.json.encode(done.times))
        write(self._judged(digest), msgspec.json.encode(msgspec.structs.replace(done, times=Times())))

    def times(self, digest: str) -> Times:
        """Return when a submission was judged, and how long that took; nothing where it was not kept."""
        path = self._times(digest)
        return msgspec.json.decode(path.read_bytes(), type=Times) if digest and path.is_file() else Times()

    def done(self, digest: str) -> Done | None:
        """Return what came of a submission; None where it was not judged yet."""
        path = self._judged(digest)
        return msgspec.json.decode(path.read_bytes(), type=Done) if path.is_file() else None

    def forget(self, digests: Iterable[str] = ()) -> None:
        """Forget what was judged of all submissions but these."""
        kept = {f"{digest}.json" for digest in digests}
        for folder in (JUDGED, TIMES):
            for path in (self.folder / folder).iterdir():
                if path.name not in kept:
                    path.unlink()

    def _judged(self, digest: str) -> Path:
        return self.folder / JUDGED / f"{digest}.json"

    def _times(self, digest: str) -> Path:
        return self.folder / TIMES / f"{digest}.json"

    # ---------------------------------------------------------------- the class

    def write_roll(self, roll: Roll) -> None:
        """Write class.json; the one that was there is kept, if it is of another run."""
        earlier = self.roll()
        if earlier is not None and earlier != roll:
            write(self.folder / BEFORE, _encoded(earlier))
        write(self.folder / CLASS, _encoded(roll))

    def roll(self, name: str = CLASS) -> Roll | None:
        """Read class.json, or the one of the run before; None where there is none.

        Raises `StoreError` where it is none.
        """
        path = self.folder / name
        if not path.is_file():
            return None
        try:
            found = msgspec.json.decode(path.read_bytes(), type=Roll)
        except msgspec.DecodeError as problem:
            raise StoreError(say("class.no-roll", file=path, why=problem)) from None
        if found.format != FORMAT:
            raise StoreError(say("class.other-format", file=path, format=found.format, known=FORMAT))
        return found

    def write_sources(self, sources: tuple[Source, ...]) -> None:
        """Keep the sources that are nearly the same."""
        write(self.folder / NEAR, msgspec.json.format(msgspec.json.encode(sources)) + b"\n")

    def sources(self) -> tuple[Source, ...]:
        """Return the sources that are nearly the same; none where they were not kept."""
        path = self.folder / NEAR
        try:
            return msgspec.json.decode(path.read_bytes(), type=tuple[Source, ...]) if path.is_file() else ()
        except msgspec.DecodeError as problem:
            raise StoreError(say("class.no-roll", file=path, why=problem)) from None

    def entries(self, roll: Roll) -> tuple[Entry, ...]:
        """Return what came of each student's submission, as far as it was judged."""
        return tuple(map(self._entry, roll.rows))

    def _entry(self, row: Row) -> Entry:
        done = self.done(row.digest) if row.digest else None
        if done is None:
            nothing = row.nothing if not row.digest else say("class.not-yet")
            return Entry(student=row.student, notes=row.notes, nothing=nothing)
        return Entry(
            student=row.student,
            notes=row.notes,
            results=done.results,
            nothing=done.nothing,
            problem=done.problem,
            digest=row.digest,
        )

    def write_results(self, entries: Iterable[Entry]) -> None:
        """Write each student's results.json, where something was judged."""
        for entry in entries:
            path = self.folder / STUDENTS / entry.student.id / RESULTS
            if entry.results is not None:
                path.parent.mkdir(exist_ok=True)
                write(path, encode(entry.results))
            elif path.is_file():
                path.unlink()


def write(path: Path, data: bytes) -> None:
    """Write a file whole."""
    unfinished = path.with_name(f"{path.name}{UNFINISHED}")
    unfinished.write_bytes(data)
    os.replace(unfinished, path)  # noqa: PTH105 (it says what it is about)


def _encoded(roll: Roll) -> bytes:
    return msgspec.json.format(msgspec.json.encode(roll)) + b"\n"
