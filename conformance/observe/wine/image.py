"""Windows program files: where the text lies in memory, and the sections that tell source lines."""

import io
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from conformance.observe.regular_file import open_regular

if TYPE_CHECKING:
    from elftools.dwarf.dwarfinfo import DebugSectionDescriptor, DWARFInfo

MAGIC: Final = b"MZ"
SECTION: Final = struct.Struct("<8sIIIIIIHHI")
SYMBOL_SIZE: Final = 18
PE32_PLUS_MAGIC: Final = 0x20B
"""The magic number of a 64-bit program's optional header."""
SECTIONS: Final = (
    "debug_info", "debug_aranges", "debug_abbrev", "debug_frame", "debug_str", "debug_loc", "debug_ranges",
    "debug_line", "debug_addr", "debug_str_offsets", "debug_line_str", "debug_loclists", "debug_rnglists",
)  # fmt: skip
ABSENT: Final = ("eh_frame_sec", "debug_pubtypes_sec", "debug_pubnames_sec", "debug_sup_sec", "gnu_debugaltlink_sec",
                 "debug_types_sec")  # fmt: skip


class Section(NamedTuple):
    """One section of a file, under its whole name."""

    name: str
    virtual: int
    size: int
    offset: int


class PeImage(NamedTuple):
    """A program file's headers."""

    base: int
    """Where it wants to lie in memory, and does."""
    size: int
    sections: tuple[Section, ...]

    def holds(self, address: int) -> bool:
        """Tell whether an address lies in the program."""
        return self.base <= address < self.base + self.size


def read_image(data: bytes) -> PeImage:
    """Read the headers of a file. Raises ValueError or struct.error where it is no 64-bit Windows program."""
    at = int.from_bytes(data[0x3C:0x40], "little")
    if data[:2] != MAGIC or data[at : at + 4] != b"PE\0\0":
        raise ValueError("not a Windows program")
    count, symbols, symbol_count, optional = struct.unpack_from("<2xH4xIIH", data, at + 4)
    if int.from_bytes(data[at + 24 : at + 26], "little") != PE32_PLUS_MAGIC:
        raise ValueError("not a 64-bit program")
    base, size = struct.unpack_from("<Q24xI", data, at + 48)[:2]
    strings = symbols + symbol_count * SYMBOL_SIZE
    first = at + 24 + optional
    headers = [SECTION.unpack_from(data, first + place * SECTION.size) for place in range(min(count, 96))]
    return PeImage(base, size, tuple(_section(data, header, strings) for header in headers))


def image_of(file: str) -> PeImage | None:
    """Read a file's headers; None where it is no program that could run here."""
    try:
        with open_regular(file) as stream:
            return read_image(stream.read(1 << 16))
    except (OSError, ValueError, struct.error):
        return None


def bytes_at(file: Path, address: int, size: int) -> bytes:
    """Return bytes of a program as they lie in memory at an address; nothing where the file has none there."""
    try:
        with open_regular(file) as stream:
            image = read_image(stream.read(1 << 16))
            for one in image.sections:
                if 0 <= (inside := address - image.base - one.virtual) < one.size:
                    stream.seek(one.offset + inside)
                    return stream.read(min(size, one.size - inside))
    except (OSError, ValueError, struct.error):
        pass
    return b""


def _section(data: bytes, header: tuple[Any, ...], strings: int) -> Section:
    name, virtual_size, virtual, raw_size, offset = header[:5]
    text = name.rstrip(b"\0").decode("ascii", "replace")
    if text.startswith("/") and text[1:].isdigit():
        start = strings + int(text[1:])
        text = data[start : start + 64].split(b"\0", 1)[0].decode("ascii", "replace")
    return Section(text, virtual, min(raw_size, virtual_size or raw_size), offset)


def dwarf(data: bytes) -> "DWARFInfo | None":
    """Return the debug information of a Windows program; None where it has none."""
    from elftools.dwarf.dwarfinfo import DwarfConfig, DWARFInfo  # only where something is to be shown

    sections = {section.name.lstrip("."): section for section in read_image(data).sections}
    if "debug_info" not in sections or "debug_line" not in sections:
        return None
    found = {f"{name}_sec": _descriptor(data, sections.get(name)) for name in SECTIONS}
    config = DwarfConfig(little_endian=True, default_address_size=8, machine_arch="x64")
    return DWARFInfo(config=config, **found, **dict.fromkeys(ABSENT))


def _descriptor(data: bytes, section: Section | None) -> "DebugSectionDescriptor | None":
    from elftools.dwarf.dwarfinfo import DebugSectionDescriptor

    if section is None:
        return None
    raw = data[section.offset : section.offset + section.size]
    return DebugSectionDescriptor(
        stream=io.BytesIO(raw), name=section.name, global_offset=section.offset, size=len(raw), address=section.virtual
    )
