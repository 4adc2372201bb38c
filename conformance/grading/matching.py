"""Students of a roster and what was handed in, brought together; everybody of either gets a row."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from conformance.grading.layouts import Handing
from conformance.grading.roster import Row
from conformance.messages import Message, say
from conformance.records.notes import shown_name

SHORTEST_NUMBER: Final = 4
"""So long is an id that is looked for within a folder's name, as in `20231234_kim`."""
WORD: Final = re.compile(r"[^\W_]+")
Key = Callable[[Row], str]


def matched(handings: Sequence[Handing], rows: Sequence[Row]) -> tuple[list[Handing], list[Message]]:
    """Return what everybody handed in, named as in the roster, and what is to be said of those who are not in it.

    A student of the roster who handed in nothing is there too.
    """
    if not rows:
        return list(handings), []
    finders = _finders(rows)
    found = [_row_of(one, finders) for one in handings]
    named = [one if row is None else _named(one, row) for one, row in zip(handings, found, strict=True)]
    strangers = [
        say("class.not-in-roster", student=shown_name(one.label or one.id))
        for one, row in zip(handings, found, strict=True)
        if row is None
    ]
    present = {row.id for row in found if row is not None}
    absent = [
        Handing(id=row.id, name=row.name, email=row.email, label=row.folder, nothing=say("class.nothing.not-handed-in"))
        for row in rows
        if row.id not in present
    ]
    return [*named, *absent], strangers


def _named(handing: Handing, row: Row) -> Handing:
    told = row.late_days is not None
    return replace(
        handing,
        id=row.id,
        name=row.name or handing.name,
        email=row.email or handing.email,
        late_days=row.late_days,
        handed_in="" if told else row.handed_in or handing.handed_in,
        late=handing.late and not told,
    )


def _finders(rows: Iterable[Row]) -> tuple[dict[str, Row], ...]:
    """Return the rows by their folders, ids, e-mails and names, as far as these tell one student from all others."""
    keys: tuple[Key, ...] = (lambda row: row.folder, lambda row: row.id, lambda row: row.email, lambda row: row.name)
    return tuple(_by(key, rows) for key in keys)


def _by(key: Key, rows: Iterable[Row]) -> dict[str, Row]:
    several: dict[str, list[Row]] = {}
    for row in rows:
        several.setdefault(_plain(key(row)), []).append(row)
    return {name: found[0] for name, found in several.items() if name and len(found) == 1}


def _row_of(one: Handing, finders: tuple[dict[str, Row], ...]) -> Row | None:
    """Return the student of the roster who handed something in, by the surest sign that there is."""
    folders, ids, emails, names = finders
    signs = (
        (folders, (one.label, one.id)),
        (ids, (one.id, one.label)),
        (emails, (one.email, one.id)),
        (ids, [word for word in WORD.findall(one.id) if len(word) >= SHORTEST_NUMBER]),
        (names, (one.name, one.id, *WORD.findall(one.id))),
    )
    for known, looked_for in signs:
        row = next((known[word] for word in map(_plain, looked_for) if word in known), None)
        if row is not None:
            return row
    return None


def _plain(text: str) -> str:
    """Return a name as course servers may write it: `Kim, Minsu` is `kimminsu` in Canvas's files."""
    kept = (letter for letter in unicodedata.normalize("NFC", text).casefold() if letter.isalnum() or letter in "@.")
    return "".join(kept)
