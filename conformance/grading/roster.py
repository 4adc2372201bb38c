"""The roster of a class: who should have handed in, from a table of the teacher's or one that a course server gives."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from conformance.grading.errors import ClassError
from conformance.grading.lateness import days_in_length, days_in_number, days_in_status, moment_in
from conformance.messages import say
from conformance.observe.regular_file import open_regular
from conformance.records.notes import shown_name

LARGEST_ROSTER: Final = 4 << 20
MOST_ROWS: Final = 20_000
DELIMITERS: Final = ",;\t"
"""Excel writes `;` where a comma stands in numbers."""
ENCODINGS: Final = ("utf-8-sig", "cp949")
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
COLUMNS: Final = {
    "id": ("id", "identifier", "sid", "student id", "student number", "id number", "roster_identifier", "학번"),
    "name": ("name", "full name", "student", "student name", "이름", "성명"),
    "email": ("email", "e-mail", "email address", "e-mail address", "sis login id", "이메일", "이메일 주소"),
    "first": ("first name",),
    "last": ("last name",),
    "folder": ("folder", "github_username", "폴더"),
    "late_days": ("late_days", "late days", "days late", "지각 일수"),
    "lateness": ("lateness (h:m:s)",),
    "status": ("status",),
    "handed_in": ("handed_in", "submission_timestamp", "submission time", "제출 시각"),
}
"""What the columns are called in small letters, the first that is there counts: in a teacher's own table, in Moodle's
grading worksheet, in Canvas's export of its gradebook, in Gradescope's table of grades, and in GitHub Classroom's
roster and its table of grades."""
PARTICIPANT: Final = re.compile(r"\D+ (\d+)")
"""How Moodle's worksheet names somebody: `Participant 123`, in the site's language."""


class Row(Struct, frozen=True, kw_only=True):
    """One student of a roster."""

    id: str
    name: str = ""
    email: str = ""
    folder: str = ""
    """What the student's folder is called, where it is not the id."""
    late_days: int | None = None
    """How many days too late it came, where the table tells that."""
    handed_in: str = ""
    """When it came, as `2026-11-29T14:59:00Z`, where the table tells that."""


def read_roster(path: Path) -> tuple[Row, ...]:
    """Read a roster. Raises `ClassError` where it is none."""
    try:
        with open_regular(path) as file:
            data = file.read(LARGEST_ROSTER + 1)
    except OSError as problem:
        raise ClassError(say("class.roster.unreadable", file=path, why=problem.strerror or problem)) from None
    return rows_of(data, path)


def rows_of(data: bytes, path: Path) -> tuple[Row, ...]:
    """Return the rows of a roster's text; `path` is what it is called. Raises `ClassError` where it is none."""
    if len(data) > LARGEST_ROSTER:
        raise ClassError(say("class.roster.too-large", file=path, limit=LARGEST_ROSTER))
    lines = _lines(_text_of(data, path), path)
    if not lines:
        raise ClassError(say("class.roster.empty", file=path))
    columns = _columns(lines[0])
    if "id" not in columns:
        raise ClassError(say("class.roster.no-id", file=path, known=COLUMNS["id"]))
    return tuple(_rows(lines[1:], columns, path))


def _text_of(data: bytes, path: Path) -> str:
    for encoding in ("utf-16",) if data.startswith(UTF_16) else ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ClassError(say("class.roster.encoding", file=path))


def _lines(text: str, path: Path) -> list[list[str]]:
    head = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter)
    try:
        return [line for line, _ in zip(reader, range(MOST_ROWS), strict=False) if any(map(str.strip, line))]
    except csv.Error as problem:
        raise ClassError(say("class.roster.no-table", file=path, line=reader.line_num, why=problem)) from None


def _columns(head: Sequence[str]) -> dict[str, int]:
    """Return in which column each thing is."""
    names = [" ".join(one.split()).lower() for one in head]
    found = ((what, next((names.index(one) for one in known if one in names), None)) for what, known in COLUMNS.items())
    return {what: place for what, place in found if place is not None}


def _rows(lines: Iterable[Sequence[str]], columns: dict[str, int], path: Path) -> Iterator[Row]:
    for line in lines:
        cells = dict.fromkeys(COLUMNS, "") | {what: _cell(line, place) for what, place in columns.items()}
        participant = PARTICIPANT.fullmatch(cells["id"])
        one = Row(
            id=participant[1] if participant is not None else cells["id"] or cells["folder"],
            name=cells["name"] or f"{cells['first']} {cells['last']}".strip(),
            email=cells["email"],
            folder=cells["folder"],
            late_days=_late_days(cells, path),
            handed_in=moment_in(cells["handed_in"]),
        )
        if one.id:  # the second row of Canvas's export, with the points, has none
            yield one


def _late_days(cells: dict[str, str], path: Path) -> int | None:
    """Return how late somebody was, by the surest column that says it. Raises `ClassError` where that is no number."""
    told = cells["late_days"]
    if not told:
        days = days_in_length(cells["lateness"])
        return days if days is not None else days_in_status(cells["status"])
    days = days_in_number(told)
    if days is None:
        raise ClassError(say("class.roster.late", file=path, student=shown_name(cells["id"]), value=shown_name(told)))
    return days


def _cell(line: Sequence[str], place: int) -> str:
    """Return a cell in one line; `'` before a number is how spreadsheets say that it is a text."""
    text = unicodedata.normalize("NFC", " ".join(line[place].split())) if place < len(line) else ""
    return text.removeprefix("'")
