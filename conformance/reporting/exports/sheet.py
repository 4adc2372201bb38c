"""A course server's own CSV file, in which some cells are filled and every other byte stays as it was."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from msgspec import Struct

from conformance.messages import Message, say

LARGEST_SHEET: Final = 32 << 20
BYTE_ORDER_MARK: Final = "\ufeff"
DELIMITERS: Final = ",;\t"
QUOTED: Final = re.compile(r'"([^"]*(?:""[^"]*)*)"?(.*)', re.DOTALL)


class Row(NamedTuple):
    """A line of the file: its cells as they are written there, quotes and all, and what ends it."""

    cells: tuple[str, ...]
    end: str

    def value(self, column: int) -> str:
        """Return what a cell says; nothing where the line is too short."""
        return unquoted(self.cells[column]) if 0 <= column < len(self.cells) else ""


class Sheet(Struct, frozen=True):
    """The whole file."""

    mark: str
    """The byte order mark, or nothing."""
    delimiter: str
    rows: tuple[Row, ...]

    def column(self, *names: str) -> int | None:
        """Return the first column with one of these headings, in whichever case; None where there is none."""
        wanted = {name.casefold() for name in names}
        head = range(len(self.rows[0].cells)) if self.rows else ()
        return next((one for one in head if self.rows[0].value(one).strip().casefold() in wanted), None)

    def filled(self, cells: Mapping[tuple[int, int], str]) -> bytes:
        """Return the file with other text in some cells, by row and column."""
        written = [list(row.cells) for row in self.rows]
        for (row, column), text in cells.items():
            line = written[row]
            line += [""] * (column + 1 - len(line))
            line[column] = quoted(text, self.delimiter, like=line[column])
        lines = (self.delimiter.join(line) + row.end for line, row in zip(written, self.rows, strict=True))
        return (self.mark + "".join(lines)).encode()


def read_sheet(data: bytes, heading: str) -> Sheet | Message:
    """Read a file that has a column with this heading; return why that cannot be done where it cannot."""
    if len(data) > LARGEST_SHEET:
        return say("export.sheet-too-large", most=LARGEST_SHEET >> 20)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return say("export.sheet-encoding")
    mark = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
    for delimiter in DELIMITERS:
        sheet = Sheet(mark, delimiter, tuple(_rows(text.removeprefix(mark), delimiter)))
        if sheet.column(heading) is not None:
            return sheet
    return say("export.no-column", name=heading)


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    """Yield the lines; a line break within quotes belongs to its cell."""
    cell = re.compile(rf'("[^"]*(?:""[^"]*)*"?[^{delimiter}\r\n]*|[^{delimiter}\r\n]*)({delimiter}|\r\n|\r|\n|\Z)')
    cells: list[str] = []
    place, more = 0, bool(text)
    while more:
        found = cell.match(text, place)
        assert found is not None, "each cell ends at the end of the text at the latest"
        raw, end = found.groups()
        cells.append(raw)
        place = found.end()
        if end != delimiter:
            yield Row(tuple(cells), end)
            cells = []
            more = place < len(text)


def unquoted(raw: str) -> str:
    """Return what a cell says."""
    found = QUOTED.fullmatch(raw)
    return found[1].replace('""', '"') + found[2] if found is not None else raw


def quoted(text: str, delimiter: str = ",", like: str = "") -> str:
    """Return a cell that says a text: in quotes where it needs them, or where the cell before had them."""
    needed = like.startswith('"') or any(one in text for one in (delimiter, '"', "\r", "\n")) or text != text.strip()
    doubled = text.replace('"', '""')
    return f'"{doubled}"' if needed else text
