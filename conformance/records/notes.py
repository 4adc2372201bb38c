"""What is worth a remark about how a submission was taken: data, which reporting puts into words."""

import os
import shlex
import string
from typing import Final, Literal

from msgspec import Struct

from conformance.messages import Message, render, say

FILE_VALUE, EXERCISE_VALUE, SIDE_VALUE, DEPARTURE_VALUE = "file", "exercise", "side", "departure"
NoteKind = Literal[
    # the private copy
    "link-outside", "not-a-file", "too-large", "too-many", "too-deep", "unreadable",
    # which file was taken
    "renamed", "guessed", "winsock", "other-name", "other-language", "other-version",
    # what was not
    "undecided", "near", "no-exercise", "other-extension", "unknown-language", "binary", "manifest-name", "makefile",
    "subfolder", "archive",
    # how it was built
    "together", "crlf-script", "windows-header", "posix-header", "console-header", "openssl-header",
    "backslash-include", "other-case-include",
    # how it behaved
    "unwatched",
]  # fmt: skip
Departure = Literal["peer", "file", "output", "ending"]
"""What a program does otherwise when nobody watches its calls: what its peers get, what its file holds, what it prints
of what it was given, how it ends."""
VALUES: Final[dict[NoteKind, tuple[str, ...]]] = {
    "link-outside": (FILE_VALUE,),
    "not-a-file": (FILE_VALUE,),
    "too-large": (FILE_VALUE, "size", "limit"),
    "too-many": ("limit",),
    "too-deep": (FILE_VALUE,),
    "unreadable": (FILE_VALUE, "why"),
    "renamed": (FILE_VALUE, EXERCISE_VALUE),
    "guessed": (FILE_VALUE, EXERCISE_VALUE),
    "winsock": (FILE_VALUE, EXERCISE_VALUE),
    "other-name": (FILE_VALUE, EXERCISE_VALUE, "taken"),
    "other-language": (FILE_VALUE, EXERCISE_VALUE, "taken"),
    "other-version": (FILE_VALUE, EXERCISE_VALUE, "taken"),
    "undecided": (FILE_VALUE, SIDE_VALUE, "manifest"),
    "near": (FILE_VALUE, "meant"),
    "no-exercise": (FILE_VALUE, "manifest"),
    "other-extension": (FILE_VALUE, "meant"),
    "unknown-language": (FILE_VALUE, EXERCISE_VALUE, "extension", "manifest"),
    "binary": (FILE_VALUE, EXERCISE_VALUE),
    "manifest-name": (FILE_VALUE, "manifest"),
    "makefile": (FILE_VALUE, "command", "manifest"),
    "subfolder": (FILE_VALUE, "programs"),
    "archive": (FILE_VALUE, "programs"),
    "together": (FILE_VALUE, "others"),
    "crlf-script": (FILE_VALUE,),
    "windows-header": (FILE_VALUE,),
    "posix-header": (FILE_VALUE,),
    "openssl-header": (FILE_VALUE,),
    "console-header": (FILE_VALUE,),
    "backslash-include": (FILE_VALUE, "meant"),
    "other-case-include": (FILE_VALUE, "meant"),
    "unwatched": (EXERCISE_VALUE, DEPARTURE_VALUE),
}
"""What the words of each remark show."""
LONGEST_NAME: Final = 120
PLAIN: Final = frozenset((string.ascii_letters + string.digits + "/._-").encode())


class Note(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One remark: its kind, what it is about, and the values that its words need."""

    kind: NoteKind
    file: str = ""
    values: tuple[tuple[str, str], ...] = ()
    exercise: str = ""
    """The exercise that it concerns; nothing where it concerns the whole folder."""


def described_note(note: Note) -> Message:
    """Return a remark as a message."""
    given: dict[str, object] = {FILE_VALUE: note.file, EXERCISE_VALUE: note.exercise, **dict(note.values)}
    if SIDE_VALUE in given:
        given[SIDE_VALUE] = say(f"side.{given[SIDE_VALUE]}")
    if DEPARTURE_VALUE in given:
        given[DEPARTURE_VALUE] = say(f"departure.{given[DEPARTURE_VALUE]}")
    return say(f"note.{note.kind}", **{name: given[name] for name in VALUES[note.kind]})


def note_in_words(note: Note) -> str:
    """Return a remark in the reader's language."""
    return render(described_note(note))


def quoted_word(word: str) -> str:
    """Return a word as a shell takes it; what cannot be shown, such as bytes that are no UTF-8, as bash reads it."""
    if word.isprintable():
        return shlex.quote(word)
    return "$'" + "".join(chr(one) if one in PLAIN else f"\\x{one:02x}" for one in os.fsencode(word)) + "'"


def readable(name: str | os.PathLike[str]) -> str:
    """Return a name as text that any output can hold: bytes that are no UTF-8 as `\\xff`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def shown_name(name: str | os.PathLike[str]) -> str:
    """Return a file's name as text that any output can hold, cut where it is long."""
    text = "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in readable(name))
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME // 2]}…{text[-LONGEST_NAME // 2 :]}"
