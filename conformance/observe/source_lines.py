"""Source lines: from a place in a program file to the file and line that a person wrote, by `.debug_line`."""

import struct
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from conformance.observe.wine import image as winsock_image
from conformance.records.trace import CallSite

if TYPE_CHECKING:
    from elftools.dwarf.dwarfinfo import DWARFInfo

LARGEST_IMAGE: Final = 64 << 20
LineRow = tuple[int, str, int]
"""Address, file, line; a line of 0 ends a sequence."""


def source_of(place: CallSite) -> tuple[str, int] | None:
    """Return the file and line of a place in a program file; None where the file does not tell."""
    return next(sources_of(place), None)


def sources_of(place: CallSite) -> Iterator[tuple[str, int]]:
    """Yield the files and lines of a place and of its callers, as far as the program file tells them."""
    if place.line:
        yield place.file, place.line
        return
    rows = _line_rows(place.file)
    for offset in (place.offset, *place.outer_frames):
        at = bisect_right(rows, (offset, "\U0010ffff", 0)) - 1
        if at >= 0 and rows[at][2] != 0:
            yield rows[at][1], rows[at][2]


@lru_cache(maxsize=32)
def _line_rows(file: str) -> list[LineRow]:
    from elftools.common.exceptions import ELFError  # only where something is to be shown

    try:
        if Path(file).stat().st_size > LARGEST_IMAGE:
            return []
        with Path(file).open("rb") as stream:
            dwarf = _dwarf(stream)
            return sorted(_all_rows(dwarf)) if dwarf is not None else []
    except (OSError, ELFError, KeyError, IndexError, ValueError, AttributeError, struct.error):
        return []  # what a program says of itself is not trusted to be well formed


def _dwarf(stream: BinaryIO) -> "DWARFInfo | None":
    """Return a program file's debug information, in whichever of the two formats the file is."""
    from elftools.elf.elffile import ELFFile

    if stream.read(2) == winsock_image.MAGIC:
        return winsock_image.dwarf(winsock_image.MAGIC + stream.read())
    stream.seek(0)
    image = ELFFile(stream)
    # a program that is linked has no relocations left in its debug information, and to look for them takes longest
    return image.get_dwarf_info(relocate_dwarf_sections=False) if image.has_dwarf_info() else None


def _all_rows(dwarf: "DWARFInfo") -> list[LineRow]:
    found: list[LineRow] = []
    for unit in dwarf.iter_CUs():
        lines = dwarf.line_program_for_CU(unit)
        if lines is None:
            continue
        names = [_file_name(entry) for entry in lines.header["file_entry"]]
        first = 0 if lines.header["version"] >= 5 else 1
        for entry in lines.get_entries():
            state = entry.state
            if state is not None:
                index = state.file - first
                name = names[index] if 0 <= index < len(names) else "?"
                found.append((state.address, name, 0 if state.end_sequence else state.line))
    return found


def _file_name(entry: object) -> str:
    name = getattr(entry, "name", b"?")
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)
