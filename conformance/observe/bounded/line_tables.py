"""From a place in a program file to the source file and line that a person wrote, by `.debug_line`."""

import os
import struct
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from elftools.common.exceptions import DWARFError, ELFError

from conformance.observe.regular_file import open_regular
from conformance.observe.wine import image as winsock_image

if TYPE_CHECKING:
    from elftools.dwarf.compileunit import CompileUnit
    from elftools.dwarf.dwarfinfo import DWARFInfo

LARGEST_IMAGE: Final = 64 << 20
LARGEST_UNIT: Final = 512 << 10
"""Bytes of the table of lines of one compilation unit: some 200,000 lines, which take seconds to read."""
MOST_UNITS: Final = 20_000
"""Compilation units of one file: Go and Rust have some thousand."""
MALFORMED: Final = (
    ELFError, DWARFError, LookupError, ValueError, TypeError, ArithmeticError, AttributeError, AssertionError,
    NotImplementedError, struct.error, zlib.error,
)  # fmt: skip
"""What reading raises: what a program says of itself is not trusted to be well formed."""
LineRow = tuple[int, str, int]
"""Address, file, line; a line of 0 ends a sequence."""


def lines_of(file: bytes, offsets: Iterable[int]) -> tuple[tuple[str, int] | None, ...]:
    """Return the source file and line of each place in a program file; None where that does not tell."""
    try:
        with open_regular(file) as stream:
            status = os.fstat(stream.fileno())
            units = _units(file, status.st_ino, status.st_mtime_ns, status.st_size)
    except OSError:
        units = []
    return tuple(_line_of(units, offset) for offset in offsets)


def _line_of(units: "Iterable[_Unit]", offset: int) -> tuple[str, int] | None:
    found = (unit.source_of(offset) for unit in units)
    return next((one for one in found if one is not None), None)


class _Unit:
    """The lines of one compilation unit, which are read only for an address in it: Go and Rust have a whole library."""

    def __init__(self, dwarf: "DWARFInfo", unit: "CompileUnit") -> None:
        self._dwarf, self._unit = dwarf, unit
        self._spans = _spans(dwarf, unit)

    def source_of(self, address: int) -> tuple[str, int] | None:
        """Return the file and line of an address; None where it is not in this unit."""
        if self._spans is not None and not any(first <= address < end for first, end in self._spans):
            return None
        at = bisect_right(self._rows, (address, "\U0010ffff", 0)) - 1
        return self._rows[at][1:] if at >= 0 and self._rows[at][2] != 0 else None

    @cached_property
    def _rows(self) -> list[LineRow]:
        try:
            return sorted(_rows(self._dwarf, self._unit))
        except MALFORMED:
            return []


@lru_cache(maxsize=32)
def _units(file: bytes, _inode: int, _changed: int, size: int) -> list[_Unit]:
    try:
        if size > LARGEST_IMAGE:
            return []
        with open_regular(file) as stream:
            dwarf = _dwarf(stream)
            return [] if dwarf is None else [_Unit(dwarf, unit) for unit in islice(dwarf.iter_CUs(), MOST_UNITS)]
    except (OSError, *MALFORMED):
        return []


def _spans(dwarf: "DWARFInfo", unit: "CompileUnit") -> list[tuple[int, int]] | None:
    """Return the addresses of a unit, as (first, end); None where it does not tell (DWARF 5, section 2.17)."""
    told = unit.get_top_DIE().attributes
    low, high, ranges = (told.get(f"DW_AT_{name}") for name in ("low_pc", "high_pc", "ranges"))
    base = low.value if low is not None else 0
    lists = dwarf.range_lists() if ranges is not None else None
    if ranges is not None and lists is not None:
        return list(_spans_of_ranges(lists.get_range_list_at_offset(ranges.value, unit), base))
    if low is None or high is None:
        return None
    return [(base, high.value if high.form == "DW_FORM_addr" else base + high.value)]


def _spans_of_ranges(entries: Iterable[Any], base: int) -> Iterator[tuple[int, int]]:
    for entry in entries:
        if hasattr(entry, "base_address"):  # those behind it are relative to this one
            base = entry.base_address
        else:
            shift = 0 if entry.is_absolute else base
            yield entry.begin_offset + shift, entry.end_offset + shift


def _dwarf(stream: BinaryIO) -> "DWARFInfo | None":
    """Return a program file's debug information, in whichever of the two formats the file is."""
    from elftools.elf.elffile import ELFFile

    if stream.read(2) == winsock_image.MAGIC:
        return winsock_image.dwarf(winsock_image.MAGIC + stream.read())
    stream.seek(0)
    image = ELFFile(stream)
    # linked programs have no relocations left in their debug information, and to look for them takes longest
    return image.get_dwarf_info(relocate_dwarf_sections=False) if image.has_dwarf_info() else None


def _rows(dwarf: "DWARFInfo", unit: "CompileUnit") -> Iterator[LineRow]:
    lines = dwarf.line_program_for_CU(unit)
    if lines is None or lines.header["unit_length"] > LARGEST_UNIT:
        return
    names = [_file_name(entry) for entry in lines.header["file_entry"]]
    first = 0 if lines.header["version"] >= 5 else 1
    for entry in lines.get_entries():
        state = entry.state
        if state is not None:
            index = state.file - first
            name = names[index] if 0 <= index < len(names) else "?"
            yield state.address, name, 0 if state.end_sequence else state.line


def _file_name(entry: object) -> str:
    name = getattr(entry, "name", b"?")
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)
