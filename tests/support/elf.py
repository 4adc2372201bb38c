"""Program files for tests that no compiler makes: with sections of any content, and headers that contradict it."""

import struct
from collections.abc import Mapping

HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
SECTION = struct.Struct("<IIQQQQIIQQ")
COMPRESSED = 1 << 11
"""SHF_COMPRESSED."""
COMPRESSION = struct.Struct("<IIQQ")
"""Elf64_Chdr: how, a reserved word, the size of what comes out, and how it is aligned."""


def program(sections: Mapping[str, bytes], flags: int = 0) -> bytes:
    """Return a file with these sections, which the kernel would not start."""
    names = b"\0" + b"".join(name.encode() + b"\0" for name in (*sections, ".shstrtab"))
    body, rows, at = b"", [SECTION.pack(*[0] * 10)], HEADER.size
    for name, data in (*sections.items(), (".shstrtab", names)):
        kind, given = (3, 0) if name == ".shstrtab" else (1, flags)
        rows.append(SECTION.pack(names.index(name.encode() + b"\0"), kind, given, 0, at, len(data), 0, 0, 1, 0))
        body, at = body + data, at + len(data)
    ident = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    head = HEADER.pack(ident, 2, 62, 1, 0, 0, at, 0, HEADER.size, 0, 0, SECTION.size, len(rows), len(rows) - 1)
    return head + body + b"".join(rows)
