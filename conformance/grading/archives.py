"""Archives that were handed in: unpacked by another process within limits, and what was left out is said."""

import os
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import Struct

from conformance.grading.errors import ClassError
from conformance.grading.records import File
from conformance.grading.relevant import ARCHIVES, OTHER_ARCHIVES, SKIPPED_ENDINGS, SKIPPED_FOLDERS
from conformance.messages import Message, say
from conformance.observe.bounded.asked import Answer, LeftOut, Unpack
from conformance.observe.bounded.asking import READER
from conformance.records.notes import shown_name
from conformance.submission.private_copy import size_in_words

SAID_AT_MOST: Final = 5
"""Members of one archive that are named as left out; of the others the number is said."""


class Limits(NamedTuple):
    """How much of an archive is unpacked."""

    members: int
    largest: int
    """Bytes of one file."""
    size: int
    """Bytes in all."""


OF_STUDENT: Final = Limits(members=2_000, largest=4 << 20, size=64 << 20)
OF_CLASS: Final = Limits(members=20_000, largest=64 << 20, size=1 << 30)


class Entry(Struct, frozen=True, kw_only=True):
    """A file that was handed in, where it is on this machine."""

    name: str
    """Its place among what was handed in, with `/` between folders; a folder, which has no path, ends in one."""
    path: Path | None
    """None where it cannot matter, so that nobody unpacked it."""
    size: int = 0
    executable: bool = False


class Unpacked(Struct, frozen=True, kw_only=True):
    """What became of an archive."""

    entries: tuple[Entry, ...] = ()
    notes: tuple[Message, ...] = ()
    whole: bool = True
    """Whether it was gone through to its end."""


def can_be_opened(name: str) -> bool:
    """Tell from its name whether something is an archive that is opened here."""
    return name.lower().endswith(ARCHIVES)


def unpack(
    archive: Path,
    into: Path,
    name: str = "",
    limits: Limits = OF_STUDENT,
    *,
    nested: bool = False,
    owner: str | None = None,
) -> Unpacked:
    """Unpack an archive into a folder that is made; `name` is what it is called where that is not the file's name.

    Archives in it are unpacked where they are `nested`, as in that of a class, so that they can be opened in turn. Of
    an `owner` whose archives have twice taken all time or memory, none is opened any more. Raises `ClassError` where
    there is no room.
    """
    into.mkdir()
    called = shown_name(name or archive.name)
    endings = SKIPPED_ENDINGS if nested else (*SKIPPED_ENDINGS, *ARCHIVES, *OTHER_ARCHIVES)
    asked = Unpack(
        file=os.fsencode(archive),
        into=os.fsencode(into),
        skipped_folders=tuple(sorted(SKIPPED_FOLDERS)),
        skipped_endings=endings,
        members=limits.members,
        largest=limits.largest,
        size=limits.size,
        repaired=nested,
    )
    answer = READER.ask(asked, owner or str(into))
    if answer is None or not answer.unpacked:
        return Unpacked(notes=(say("class.archive.too-costly", file=called),), whole=False)
    if any(one.why == "no-room" for one in answer.left_out):
        raise ClassError(say("class.archive.no-room", file=called, folder=into.parent))
    whole = all(one.name for one in answer.left_out)
    return Unpacked(entries=_entries(answer, into), notes=_notes(answer, called, limits), whole=whole)


def read_archive(
    archive: Path, scratch: Path, limits: Limits = OF_STUDENT
) -> tuple[tuple[File, ...], tuple[Message, ...]]:
    """Return the files of an archive, and what is to be said of it; `scratch` is a folder that does not exist yet."""
    found = unpack(archive, scratch, limits=limits)
    files = (
        File(name=one.name, data=one.path.read_bytes(), executable=one.executable)
        for one in found.entries
        if one.path is not None
    )
    return tuple(files), found.notes


def cannot_be_opened(name: str) -> Message:
    """Say that an archive is of a kind that is not opened here."""
    return say("class.archive.other", file=shown_name(name), known=ARCHIVES)


def _entries(answer: Answer, into: Path) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            name=one.name,
            path=None if one.number is None else into / str(one.number),
            size=one.size,
            executable=one.executable,
        )
        for one in answer.members
    )


def _notes(answer: Answer, called: str, limits: Limits) -> tuple[Message, ...]:
    named = [one for one in answer.left_out if one.name]
    said = [
        *(_left_out(one, called, limits) for one in named[:SAID_AT_MOST]),
        *([say("class.archive.more", file=called, number=len(named) - SAID_AT_MOST)] if named[SAID_AT_MOST:] else []),
        *(_left_out(one, called, limits) for one in answer.left_out if not one.name),
    ]
    return tuple(said)


def _left_out(one: LeftOut, called: str, limits: Limits) -> Message:
    """Say what was left out of an archive, and why."""
    member = shown_name(one.name)
    match one.why:
        case "too-large":
            return say("class.archive.too-large", file=called, member=member, limit=size_in_words(limits.largest))
        case "too-much":
            return say("class.archive.too-much", file=called, limit=size_in_words(limits.size))
        case "too-many":
            return say("class.archive.too-many", file=called, limit=limits.members)
        case "broken" | "no-room":
            return say("class.archive.broken", file=called)
    return say(f"class.archive.member.{one.why}", file=called, member=member)
