"""Taking in a class: from a folder or a zip of a course server to what each student handed in."""

import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, Literal, NamedTuple, Self

from msgspec.structs import replace

from conformance.catalogue import catalogue
from conformance.grading import layouts, naming
from conformance.grading.archives import OF_CLASS, OF_STUDENT, Entry, can_be_opened, cannot_be_opened, unpack
from conformance.grading.errors import ClassError
from conformance.grading.ids import unique_ids
from conformance.grading.layouts import Handing, recognised
from conformance.grading.matching import matched
from conformance.grading.records import File, HandedIn, Intake, Student
from conformance.grading.relevant import (
    BUILT,
    DOCUMENTS,
    OTHER_ARCHIVES,
    SKIPPED_ENDINGS,
    ends_in,
    is_binary,
    is_skipped,
    stem_of,
)
from conformance.grading.roster import LARGEST_ROSTER, Row, read_roster, rows_of
from conformance.messages import Message, say
from conformance.messages.suggestions import with_suggestion
from conformance.observe.bounded.member_names import checked_name, decoded_name, repaired_name
from conformance.observe.regular_file import open_regular
from conformance.records.notes import shown_name
from conformance.sandbox.temporary import TemporaryFolder
from conformance.submission.languages import EXTENSIONS
from conformance.submission.manifest import LARGEST_MANIFEST, MANIFEST, SubmissionError, recipes_in
from conformance.submission.private_copy import size_in_words

__all__ = ["ClassError", "read_class"]

ROSTER: Final = "roster.csv"
"""Taken where it is in the class's folder and no other is named."""
MOST_ENTRIES: Final = 200_000
"""Names in one folder of the class."""
MOST_OF_ONE: Final = 5_000
"""Files and folders of one student."""
MOST_ARCHIVES: Final = 10
"""Of one student, that are opened."""
DEEPEST: Final = 32
NESTED_AT_MOST: Final = 4
"""How many folders that hold one folder alone are followed."""
SAID_OF_NOTHING: Final = 5
SAID_OF_STUDENT: Final = 40
SAID_OF_CLASS: Final = 50


def read_class(
    place: Path,
    *,
    layout: str = layouts.AUTO,
    exercises: tuple[str, ...] = (),
    roster: Path | None = None,
    names: Path | None = None,
) -> Intake:
    """Read what a class handed in. Raises `ClassError` where the class, or what is said of it, is wrong."""
    wrong = next((one for one in exercises if one not in catalogue().exercises), None)
    if wrong is not None:
        known = tuple(catalogue().exercises)
        complaint = with_suggestion(say("class.no-exercise", name=wrong), wrong, known)
        raise ClassError(say("joined.known", complaint=complaint, known=known))
    patterns = naming.read_names(names) if names is not None else {}
    with TemporaryFolder("class") as scratch:
        entries, notes = _entries(place, scratch.path)
        entries.sort(key=lambda one: one.name)  # whatever order a file system or an archive has
        own = next((one for one in entries if one.name.lower() == ROSTER), None)
        rows = read_roster(roster) if roster is not None else _own_roster(own)
        others = [one for one in entries if one is not own]
        found = recognised(others, place.resolve().name, layout, packed=place.is_file())
        handings, strangers = matched(found.handings, rows)
        nobodys = [say("class.nobodys", file=shown_name(one.name)) for one in found.nobodys if not is_skipped(one.name)]
        handed_in = []
        for one, unique in zip(handings, unique_ids(one.id for one in handings), strict=True):
            with _Unpacker(scratch.path / "student") as unpacker:
                handed_in.append(_handed_in(one, unique, unpacker, exercises, patterns))
    return Intake(
        layout=found.layout,
        handed_in=tuple(sorted(handed_in, key=lambda one: one.student.id)),
        notes=tuple(_bounded([*strangers, *notes, *nobodys], SAID_OF_CLASS)),
    )


def _own_roster(own: Entry | None) -> tuple[Row, ...]:
    if own is None or own.path is None:
        return ()
    with open_regular(own.path) as file:
        return rows_of(file.read(LARGEST_ROSTER + 1), Path(own.name))


def _bounded(notes: Sequence[Message], most: int) -> Iterator[Message]:
    yield from notes[:most]
    if len(notes) > most:
        yield say("class.more-notes", number=len(notes) - most)


# ---------------------------------------------------------------- the files of the class


def _entries(place: Path, scratch: Path) -> tuple[list[Entry], tuple[Message, ...]]:
    """Return all files of a class, of a folder or of an archive."""
    if place.is_dir():
        walk = _Walk(place)
        return walk.entries, tuple(walk.notes)
    if not place.is_file():
        raise ClassError(say("class.no-such-place", place=place))
    if not can_be_opened(place.name):
        raise ClassError(say("class.no-archive", place=place))
    found = unpack(place, scratch / "class", limits=OF_CLASS, nested=True)
    if not found.whole:
        raise ClassError(say("class.unpack-it", what=found.notes[-1]))
    return list(found.entries), found.notes


class _Walk:
    """A class's folder, gone through; links are not followed, since they may lead anywhere."""

    def __init__(self, root: Path) -> None:
        self.entries: list[Entry] = []
        self.notes: list[Message] = []
        self._counts: Counter[str] = Counter()
        self._students: int | None = None
        """In how many folders the students' are: above them there may be some that hold one thing alone."""
        self._folder(root, "", 0)

    def _folder(self, at: Path, above: str, depth: int) -> None:
        try:
            with os.scandir(at) as found:
                inside = sorted(islice(found, MOST_ENTRIES), key=lambda one: os.fsencode(one.name))
        except OSError as problem:
            self.notes.append(say("class.note.unreadable", file=shown_name(above), why=problem.strerror))
            return
        if self._students is None and len(inside) > 1:
            self._students = depth
        for one in inside:
            self._entry(one, above, depth)

    def _entry(self, one: os.DirEntry[str], above: str, depth: int) -> None:
        own = os.fsencode(one.name)
        given = decoded_name(own) or own.decode("utf-8", "replace")
        usable = repaired_name(given).replace("\\", "_")  # on this system it separates nothing
        name, unusable = checked_name(above + usable)
        owner = "/".join(name.split("/")[: (self._students or 0) + 1])
        if depth and is_skipped(f"{name}/"):
            return
        self._counts[owner] += 1
        if usable != given:
            self.notes.append(say("class.renamed", file=shown_name(given), name=shown_name(name)))
        if unusable is not None or self._counts[owner] > MOST_OF_ONE:
            self._leave_out(name, owner, "many" if self._counts[owner] > MOST_OF_ONE else "odd")
        elif one.is_dir(follow_symlinks=False):
            self.entries.append(Entry(name=f"{name}/", path=None))
            if depth < DEEPEST:
                self._folder(Path(one.path), f"{name}/", depth + 1)
        elif one.is_file(follow_symlinks=False):
            status = one.stat(follow_symlinks=False)
            executable = bool(status.st_mode & 0o100)
            self.entries.append(Entry(name=name, path=Path(one.path), size=status.st_size, executable=executable))
        else:  # a link too, whatever it leads to
            self._leave_out(name, owner, "odd")

    def _leave_out(self, name: str, owner: str, why: Literal["many", "odd"]) -> None:
        if why == "odd":
            self.notes.append(say("class.odd", file=shown_name(name)))
        elif self._counts[owner] == MOST_OF_ONE + 1:
            self.notes.append(say("class.many", folder=shown_name(owner), limit=MOST_OF_ONE))


# ---------------------------------------------------------------- one student


class _Unpacker:
    """Unpacks the archives of one student, each into a folder of its own, which is gone when the student is done."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.count = 0

    def __enter__(self) -> Self:
        self.scratch.mkdir()
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.scratch)

    def open(self, entry: Entry, size: int) -> tuple[list[Entry], tuple[Message, ...]]:
        """Return what is in an archive, in a folder of the archive's name, and what is to be said of it."""
        assert entry.path is not None
        self.count += 1
        limits = OF_STUDENT._replace(size=size)
        into = self.scratch / str(self.count)
        found = unpack(entry.path, into, entry.name, limits, owner=str(self.scratch))
        folder = "/".join((*entry.name.split("/")[:-1], stem_of(entry.name)))
        inside = [replace(one, name=f"{folder}/{one.name}") for one in found.entries]
        return [one for one in inside if checked_name(one.name)[1] is None], found.notes


class _Gathered(NamedTuple):
    """What was read of one student."""

    files: list[File]
    others: list[str]
    """Files that were not read: they cannot matter, or are no text."""
    notes: list[Message]


def _handed_in(
    handing: Handing, unique: str, unpacker: _Unpacker, exercises: tuple[str, ...], patterns: Mapping[str, str]
) -> HandedIn:
    """Say what of one student's files can be judged, and why nothing can be."""
    student = Student(
        id=unique,
        name=handing.name,
        email=handing.email,
        label=handing.label,
        late_days=handing.late_days,
        handed_in=handing.handed_in,
        late=handing.late,
    )
    if handing.nothing is not None:
        return HandedIn(student=student, notes=handing.notes, nothing=handing.nothing)
    gathered = _gathered(handing.entries, unpacker)
    late = [say("class.note.late")] if handing.late else []
    notes = tuple(_bounded([*late, *handing.notes, *gathered.notes], SAID_OF_STUDENT))
    above, files = _without_common_folders(_without_conflicts(gathered.files))
    try:
        declared = [one for one in _declared(files) if not exercises or one in exercises]
    except SubmissionError as problem:
        return HandedIn(student=student, files=files, notes=notes, nothing=say("class.nothing.manifest", why=problem))
    chosen = naming.choose(files, above=above, patterns=patterns, exercises=exercises, declared=declared)
    found = {**dict.fromkeys(declared, ""), **chosen.files}
    nothing = None if found else _why_nothing(gathered, files, chosen, exercises)
    told = tuple(one for one in (*chosen.notes, *notes) if one != nothing)
    return HandedIn(student=student, files=files, chosen=chosen.unsaid, found=found, notes=told, nothing=nothing)


def _gathered(entries: Iterable[Entry], unpacker: _Unpacker) -> _Gathered:
    """Read what can matter, the archives among it opened, as far as one student's files may take room.

    Sources come first: what else is there must not take their room.
    """
    gathered = _Gathered([], [], [])
    left = OF_STUDENT.size
    found = list(_opened(entries, unpacker, gathered.notes))
    for entry, packed in sorted(found, key=lambda one: not ends_in(one[0].name, EXTENSIONS)):
        said = _not_read(entry, min(left, OF_STUDENT.largest), packed=packed, full=len(gathered.files))
        if said is None:
            left -= _read(entry, gathered)
        else:
            gathered.others.append(entry.name)
            gathered.notes.extend(said)
    return gathered


def _not_read(entry: Entry, room: int, *, packed: bool, full: int) -> tuple[Message, ...] | None:
    """Return what is to be said of a file that is not read, mostly nothing; None where it is read."""
    name = entry.name
    if can_be_opened(name):  # all others were opened
        return (say("class.archive.nested" if packed else "class.archive.further", file=shown_name(name)),)
    if ends_in(name, OTHER_ARCHIVES):
        return (cannot_be_opened(name),)
    if entry.path is None or ends_in(name, SKIPPED_ENDINGS):
        return ()
    if entry.size > room or full >= OF_STUDENT.members:
        return (say("class.note.too-large", file=shown_name(name), limit=size_in_words(OF_STUDENT.largest)),)
    return None


def _opened(entries: Iterable[Entry], unpacker: _Unpacker, notes: list[Message]) -> Iterator[tuple[Entry, bool]]:
    """Yield files, those in archives in place of the archives, and whether they come from one."""
    left = OF_STUDENT.size
    for one in entries:
        if one.name.endswith("/") or is_skipped(one.name):
            continue
        if one.path is None or not can_be_opened(one.name) or unpacker.count >= MOST_ARCHIVES:
            yield one, False
            continue
        inside, said = unpacker.open(one, left)
        notes += said
        left -= sum(each.size for each in inside)
        yield from ((each, True) for each in inside if not each.name.endswith("/") and not is_skipped(each.name))


def _read(entry: Entry, gathered: _Gathered) -> int:
    """Read one file, and return how much it holds; what is no text is not kept."""
    assert entry.path is not None
    try:
        with open_regular(entry.path) as file:
            data = file.read(OF_STUDENT.largest)
    except OSError as problem:
        gathered.notes.append(say("class.note.unreadable", file=shown_name(entry.name), why=problem.strerror))
        return 0
    if is_binary(data):
        gathered.others.append(entry.name)
        return 0
    gathered.files.append(File(name=entry.name, data=data, executable=entry.executable))
    return len(data)


def _without_conflicts(files: Iterable[File]) -> tuple[File, ...]:
    """Return files by their names, without any whose name is also that of a folder, or of another file."""
    by_name = {one.name: one for one in files}
    folders = {"/".join(parts[:end]) for parts in map(_parts, by_name) for end in range(1, len(parts))}
    return tuple(by_name[name] for name in sorted(by_name) if name not in folders)


def _parts(name: str) -> list[str]:
    return name.split("/")


def _without_common_folders(files: tuple[File, ...]) -> tuple[tuple[str, ...], tuple[File, ...]]:
    """Return the folders that hold all files, and the files as the last of these sees them."""
    above: tuple[str, ...] = ()
    while len(above) < NESTED_AT_MOST and len({one.name.partition("/")[0] for one in files}) == 1:
        top, slash, _ = files[0].name.partition("/")
        if not slash:
            break
        above = (*above, top)
        files = tuple(File(name=one.name[len(top) + 1 :], data=one.data, executable=one.executable) for one in files)
    return above, files


def _declared(files: Iterable[File]) -> Iterable[str]:
    """Return the exercises of which a student's own manifest says something. Raises `SubmissionError`."""
    manifest = next((one for one in files if one.name == MANIFEST), None)
    return () if manifest is None else recipes_in(manifest.data[: LARGEST_MANIFEST + 1], Path(MANIFEST))


def _why_nothing(
    gathered: _Gathered, files: Sequence[File], chosen: naming.Chosen, exercises: tuple[str, ...]
) -> Message:
    """Return why nothing of what somebody handed in can be judged."""
    sources = tuple(shown_name(one.name) for one in files if ends_in(one.name, EXTENSIONS))
    others = tuple(map(shown_name, gathered.others[:SAID_OF_NOTHING]))
    if chosen.for_windows:
        return say("class.nothing.windows", exercises=chosen.for_windows)
    if sources:
        wanted = exercises or tuple(catalogue().exercises)
        return say("class.nothing.names", files=sources[:SAID_OF_NOTHING], exercises=wanted)
    if gathered.notes and not files:
        return gathered.notes[0]
    if others and all(ends_in(one, DOCUMENTS) for one in gathered.others):
        return say("class.nothing.documents", files=others)
    if others and all(ends_in(one, (*BUILT, *DOCUMENTS)) for one in gathered.others) and not files:
        return say("class.nothing.binaries", files=others)
    if not files and not others:
        return say("class.nothing.empty")
    return say("class.nothing.no-source", files=(*others, *(shown_name(one.name) for one in files))[:SAID_OF_NOTHING])
