"""How course servers lay out a class: recognised from the names of folders and files, and taken apart by student."""

import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import PurePath
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from conformance.catalogue import catalogue
from conformance.grading.archives import Entry, can_be_opened
from conformance.grading.errors import ClassError
from conformance.grading.gradescope_metadata import LARGEST_METADATA, LONGEST_LINE, METADATA, Submitter, submitters
from conformance.grading.relevant import OTHER_ARCHIVES, ends_in, stem_of
from conformance.messages import Message, say
from conformance.messages.suggestions import with_suggestion
from conformance.observe.regular_file import open_regular
from conformance.records.notes import shown_name
from conformance.submission.names import by_plain_name, plain_stem

AUTO: Final = "auto"
DEEPEST: Final = 4
"""How many folders that hold one folder alone are followed to the class."""
MOODLE: Final = re.compile(
    r"(?P<label>(?P<name>.+)_(?P<id>\d{1,20})_assignsubmission_(?P<kind>[a-z]+))(?:_(?P<file>.*))?"
)
"""mod/assign/locallib.php: `clean_filename(fullname_uniqueid)`, then the plugin's type, and in a download without
folders the file's name. `file` is what was uploaded, `onlinetext` what was typed."""
CANVAS: Final = re.compile(
    r"(?:(?P<name>\w+?)_)??(?P<late>LATE_)?(?:(?P<anonymous>anon_[^\W_]{1,20})|(?P<id>\d{1,20}))"
    r"(?:_(?P<typed>text|link)\.html|_\d{1,20}_(?P<file>.+))"
)
"""lib/content_zipper.rb: `name[_LATE]_USERID_FILEID_FILE`, or `[LATE_]anon_ID_FILEID_FILE`; what was typed, and links,
end in `_text.html` and `_link.html`."""
RESUBMITTED: Final = re.compile(r"(?P<stem>.+)-(?P<number>\d{1,2})(?P<extension>\.[^.]*|)")
"""How Canvas tells files of one name apart: `hello_server-1.c` was handed in after `hello_server.c`."""
GRADESCOPE: Final = re.compile(r"submission_\d{1,20}")
GITHUB: Final = "-submissions"
"""`gh classroom clone student-repos` makes `SLUG-submissions/SLUG-USER`."""


class Handing(Struct, frozen=True, kw_only=True):
    """What one student handed in, as the layout tells; the roster may know more of the student."""

    id: str
    name: str = ""
    email: str = ""
    label: str = ""
    late_days: int | None = None
    handed_in: str = ""
    late: bool = False
    """For these three see `Student`."""
    entries: tuple[Entry, ...] = ()
    notes: tuple[Message, ...] = ()
    nothing: Message | None = None
    """Why there is nothing, where that is known already."""


class Recognised(Struct, frozen=True, kw_only=True):
    """A class, taken apart."""

    layout: str
    handings: tuple[Handing, ...]
    nobodys: tuple[Entry, ...] = ()
    """What belongs to no student."""


Reader = Callable[[Sequence[Entry], str], Recognised | None]


def recognised(entries: Sequence[Entry], name: str, layout: str = AUTO, *, packed: bool = False) -> Recognised:
    """Take a class apart; `name` is what its folder is called. Raises `ClassError` where no layout fits.

    Above a class there may be folders that hold nothing else. With plain folders that could also be the only student:
    so they are followed only where the class was `packed` into an archive, as a folder mostly is.
    """
    known = (AUTO, *LAYOUTS)
    if layout not in known:
        complaint = with_suggestion(say("class.layout.unknown", layout=layout), layout, known)
        raise ClassError(say("joined.known", complaint=complaint, known=known))
    if not entries:
        raise ClassError(say("class.layout.empty", folder=shown_name(name)))
    readers = LAYOUTS if layout == AUTO else {layout: LAYOUTS[layout]}
    places = list(_places(entries, name))
    for read in readers.values():
        likely = places if read is not _folders else places[::-1] if packed else places[:1]
        for inside, called in likely:
            if (found := read(inside, called)) is not None:
                return found
    key = "class.layout.none" if layout == AUTO else "class.layout.not-this"
    raise ClassError(say(key, folder=shown_name(name), layout=layout))


def _places(entries: Sequence[Entry], name: str) -> Iterator[tuple[Sequence[Entry], str]]:
    """Yield the files of a class, seen from its folder and from each that is the only thing in the one above."""
    for _ in range(DEEPEST):
        yield entries, name
        tops = {one.name.partition("/")[0] for one in entries}
        if len(tops) != 1 or any("/" not in one.name for one in entries):
            return
        (name,) = tops
        entries = _inside(entries)


# ---------------------------------------------------------------- Moodle


def _moodle(entries: Sequence[Entry], _name: str) -> Recognised | None:
    by_student: dict[str, Handing] = {}
    nobodys: list[Entry] = []
    for top, below in _by_top(entries):
        found = MOODLE.fullmatch(top)
        if found is None:
            nobodys += below
            continue
        flat = found["file"] if "/" not in below[0].name else None
        inside = _inside(below) if flat is None else [replace(below[0], name=flat or top)]
        label = top if flat is None else found["label"]
        before = by_student.get(found["id"]) or Handing(id=found["id"], name=found["name"], label=label)
        if found["kind"] == "file":
            by_student[found["id"]] = replace(before, label=label, entries=(*before.entries, *inside))
        else:  # what was typed, and comments, are no programs; but somebody handed in
            by_student[found["id"]] = replace(before, notes=(*before.notes, say("class.note.typed")))
    return _found("moodle", by_student, nobodys)


# ---------------------------------------------------------------- Canvas


def _canvas(entries: Sequence[Entry], _name: str) -> Recognised | None:
    by_student: dict[str, Handing] = {}
    nobodys: list[Entry] = []
    for one in entries:
        found = CANVAS.fullmatch(one.name)
        if found is None or (found["name"] is None and found["anonymous"] is None):
            nobodys.append(one)
            continue
        student = found["id"] or found["anonymous"]
        before = by_student.get(student) or Handing(
            id=student,
            name=found["name"] or "",
            label=student,
            late=bool(found["late"]),
        )
        if found["typed"]:
            by_student[student] = replace(before, notes=(*before.notes, say("class.note.typed")))
        else:
            by_student[student] = replace(before, entries=(*before.entries, replace(one, name=found["file"])))
    handings = {name: _resubmitted(one) for name, one in by_student.items()}
    return _found("canvas", handings, nobodys) if len(nobodys) <= len(entries) // 2 else None


def _resubmitted(handing: Handing) -> Handing:
    """Give files that were handed in again their own names, and leave out what they replace.

    A name of another file may end in a number too, as `part-1.c` beside `part-2.c`: what stands alone is renamed, and
    of several the last is taken only where they are surely versions of one.
    """
    groups: dict[str, list[tuple[int, Entry]]] = {}
    for entry in handing.entries:
        found = RESUBMITTED.fullmatch(entry.name)
        own, number = (f"{found['stem']}{found['extension']}", int(found["number"])) if found else (entry.name, 0)
        groups.setdefault(own, []).append((number, entry))
    entries, notes = list[Entry](), list[Message]()
    for own, versions in groups.items():
        number, last = max(versions, key=lambda one: (one[0], one[1].name))
        if len(versions) > 1 and not (min(versions, key=lambda one: one[0])[0] == 0 or _is_program_name(own)):
            entries += [entry for _, entry in versions]
            continue
        entries.append(replace(last, name=own))
        if number:
            notes.append(say("class.note.resubmitted", file=shown_name(last.name), own=shown_name(own)))
    return replace(handing, entries=tuple(entries), notes=(*handing.notes, *notes))


def _is_program_name(name: str) -> bool:
    return plain_stem(PurePath(name).stem) in by_plain_name(catalogue().exercises.values()) or can_be_opened(name)


# ---------------------------------------------------------------- Gradescope


def _gradescope(entries: Sequence[Entry], _name: str) -> Recognised | None:
    metadata = next((one for one in entries if one.name == METADATA), None)
    if metadata is None and not all(GRADESCOPE.fullmatch(one.name.partition("/")[0]) for one in entries):
        return None
    people = _submitters(metadata) if metadata is not None else {}
    folders = {top: below for top, below in _by_top(entries) if GRADESCOPE.fullmatch(top) and "/" in below[0].name}
    handings: dict[str, Handing] = {}
    for folder in dict.fromkeys((*folders, *people)):
        inside = tuple(_inside(folders.get(folder, [])))
        together = people.get(folder) or (Submitter(),)
        for place, one in enumerate(together):
            names = tuple(shown_name(other.name or other.email or other.sid) for other in together if other is not one)
            handings[f"{folder}/{place}"] = Handing(
                id=one.sid or one.email or folder,
                name=one.name,
                email=one.email,
                label=folder,
                handed_in=one.handed_in,
                entries=inside,
                notes=(say("class.note.together", others=names),) if names else (),
            )
    nobodys = [one for one in entries if one is not metadata and one.name.partition("/")[0] not in folders]
    return _found("gradescope", handings, nobodys)


def _submitters(metadata: Entry) -> dict[str, tuple[Submitter, ...]]:
    if metadata.path is None:
        return {}
    with open_regular(metadata.path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="\n")
        return submitters(_short_lines(text))


def _short_lines(text: io.TextIOWrapper) -> Iterator[str]:
    """Yield the lines of a file, of long ones only the beginnings: a program may have printed one of any length."""
    left, begins = LARGEST_METADATA, True
    while left > 0 and (line := text.readline(LONGEST_LINE)):
        left -= len(line)
        if begins:
            yield line.rstrip("\r\n")
        begins = line.endswith("\n")


# ---------------------------------------------------------------- GitHub


def _github(entries: Sequence[Entry], name: str) -> Recognised | None:
    if not name.endswith(GITHUB):
        return None
    slug = name.removesuffix(GITHUB)
    handings: dict[str, Handing] = {}
    nobodys: list[Entry] = []
    for top, below in _by_top(entries):
        user = top.removeprefix(f"{slug}-")
        if "/" not in below[0].name or user == top:
            nobodys += below
        else:
            handings[top] = Handing(id=user, label=top, entries=tuple(_inside(below)))
    return _found("github", handings, nobodys)


# ---------------------------------------------------------------- plain folders


def _folders(entries: Sequence[Entry], _name: str) -> Recognised | None:
    """Take each folder, and each archive beside them, for one student's."""
    handings: dict[str, Handing] = {}
    nobodys: list[Entry] = []
    for top, below in _by_top(entries):
        if "/" in below[0].name:
            handings[top] = Handing(id=top, label=top, entries=tuple(_inside(below)))
        elif can_be_opened(top) or ends_in(top, OTHER_ARCHIVES):
            handings[top] = Handing(id=stem_of(top), label=top, entries=tuple(below))
        else:
            nobodys += below
    return _found("folders", handings, nobodys)


LAYOUTS: Final[dict[str, Reader]] = {
    "moodle": _moodle,
    "gradescope": _gradescope,
    "github": _github,
    "canvas": _canvas,
    "folders": _folders,
}
"""The readers of the layouts, in the order in which they are tried: the names that are least likely by chance first."""


# ---------------------------------------------------------------- what they share


def _found(layout: str, handings: dict[str, Handing], nobodys: Iterable[Entry]) -> Recognised | None:
    if not handings:
        return None
    return Recognised(layout=layout, handings=tuple(handings.values()), nobodys=tuple(nobodys))


def _by_top(entries: Sequence[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    """Yield what is in each folder at the top, and each file there, by their names."""
    for (top, _), below in groupby(sorted(entries, key=_top_of), key=_top_of):
        yield top, list(below)


def _top_of(entry: Entry) -> tuple[str, bool]:
    top, slash, _ = entry.name.partition("/")
    return top, bool(slash)


def _inside(entries: Sequence[Entry]) -> list[Entry]:
    """Return entries as their folder sees them, without the folder itself."""
    inside = (replace(one, name=one.name.partition("/")[2]) for one in entries)
    return [one for one in inside if one.name]
