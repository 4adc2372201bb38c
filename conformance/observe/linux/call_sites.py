"""Which line of the program made a call: the first word on the stack that points behind a call instruction."""

import contextlib
import os
import platform
import re
import struct
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, BinaryIO, Final, NamedTuple

from conformance.observe.linux.memory import Memory
from conformance.observe.regular_file import open_regular
from conformance.records.trace import CallSite

STACK_LOOK: Final = 8192
CALLERS: Final = 64
CHUNK: Final = 128
ELF_HEADER: Final = struct.Struct("<16sHHIQQQIHHHHHH")
PROGRAM_HEADER: Final = struct.Struct("<IIQQQQQQ")
SECTION_HEADER: Final = struct.Struct("<IIQQQQIIQQ")
NAMES_LIMIT: Final = 1 << 16
DEBUG_LINE_SECTION: Final = re.compile(rb"\.z?debug_line\0")
LINES_OF_ONE_PROGRAM: Final = 1 << 16
LARGEST_PLACE: Final = 1 << 47
"""Above all that lies in a program's memory, or in its file."""
ADDRESSES_KNOWN: Final = 1 << 16
"""How many addresses are looked at in one file. Programs in Go have some thousand; one that fills its stack with words
that look like addresses would have the file read for each of them, at each of its calls."""
ELF_WORD: Final = struct.Struct("<Q")
HALF: Final = ELF_WORD.size // 2
BITS_OF_HALF: Final = 8 * HALF
PT_LOAD, PF_EXECUTE, ET_DYN = 1, 1, 3
ELF_64: Final = b"\x7fELF\x02"
LONGEST_CALL: Final = 7
INTERPRETERS: Final = ("python", "perl", "ruby", "node", "java")
"""How the names of files begin that run a program and are not the program."""


class Segment(NamedTuple):
    """One executable segment of a file."""

    virtual: int
    offset: int
    size: int


class ElfImage:
    """A program file's own text; what was found out about it serves every process that runs it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.moves = False
        """Whether the system chooses where it lies in memory."""
        self.first = 0
        self.segments: tuple[Segment, ...] = ()
        self.holds_library = False
        """Whether so many lines went into it that a language's own library is among them, as with Go and Rust."""
        self._known: dict[int, bool] = {}
        with contextlib.suppress(OSError, struct.error, ValueError, IndexError):
            self._read_headers()  # the kernel looks at fewer of the headers than this: the rest may say anything

    def _read_headers(self) -> None:
        with open_regular(self.file) as image:
            header = ELF_HEADER.unpack(image.read(ELF_HEADER.size))
            if header[0][:5] != ELF_64:
                return
            image.seek(header[5])
            table = [PROGRAM_HEADER.unpack(image.read(PROGRAM_HEADER.size)) for _ in range(min(header[10], 64))]
            loads = [entry for entry in table if entry[0] == PT_LOAD and _is_possible(entry)]
            self.moves = header[1] == ET_DYN
            self.first = min((entry[3] & ~0xFFF for entry in loads), default=0)
            self.segments = tuple(Segment(entry[3], entry[2], entry[5]) for entry in loads if entry[1] & PF_EXECUTE)
            self.holds_library = _size_of_lines(image, header) > LINES_OF_ONE_PROGRAM

    def is_return(self, address: int) -> bool:
        """Tell whether an address of the file points behind a call instruction of its text."""
        known = self._known.get(address)
        if known is None and len(self._known) < ADDRESSES_KNOWN:
            known = self._known[address] = self._look(address)
        return bool(known)

    def _look(self, address: int) -> bool:
        for segment in self.segments:
            if segment.virtual < address <= segment.virtual + segment.size:
                back = min(address - segment.virtual, LONGEST_CALL)
                with contextlib.suppress(OSError), open_regular(self.file) as image:
                    image.seek(segment.offset + address - segment.virtual - back)
                    return FOLLOWS_CALL(image.read(back))
        return False


def _is_possible(entry: tuple[int, ...]) -> bool:
    """Tell whether a segment's place in the file and in memory, and its size, can be what they say."""
    return max(entry[2], entry[3], entry[5]) < LARGEST_PLACE


def _size_of_lines(image: BinaryIO, header: tuple[Any, ...]) -> int:
    """Return the size of the section that tells source lines, in bytes; 0 where there is none."""
    image.seek(header[6])
    sections = [SECTION_HEADER.unpack(image.read(SECTION_HEADER.size)) for _ in range(min(header[12], 256))]
    offset, size = sections[header[13]][4:6]
    image.seek(offset)
    names = image.read(min(size, NAMES_LIMIT))
    return max((one[5] for one in sections if DEBUG_LINE_SECTION.match(names, one[0])), default=0)


@lru_cache(maxsize=64)
def _image(file: str, _inode: int, _changed: int, _size: int) -> ElfImage:
    return ElfImage(file)


class CallSites:
    """The program's own text in one process's memory; libraries and the kernel's pages are not in it."""

    def __init__(self, pid: int) -> None:
        self.low = self.high = self.shift = 0
        self.name = ""
        """The program file's name, as text: one that is no UTF-8 names no file any more, and so no source line."""
        self._direct: dict[bytes, CallSite] = {}
        """Places by the word on top of the stack, for calls that the program makes itself: most of them."""
        try:
            self._find(pid)
        except (OSError, ValueError):
            self.high = 0

    def _find(self, pid: int) -> None:
        file = os.readlink(f"/proc/{pid}/exe")  # noqa: PTH115 (at each start of a program)
        status = os.stat(file)  # noqa: PTH116
        self.image = _image(file, status.st_ino, status.st_mtime_ns, status.st_size)
        self.name = os.fsencode(file).decode("utf-8", "backslashreplace")
        self.shift = _load_address(pid, file) - self.image.first if self.image.moves else 0
        segments = self.image.segments
        self.low = min((segment.virtual for segment in segments), default=0) + self.shift
        self.high = max((segment.virtual + segment.size for segment in segments), default=-self.shift) + self.shift

    @property
    def holds_library(self) -> bool:
        """Whether a language's own library is part of the file, so that its scheduler's calls are among these."""
        return bool(self.high) and self.image.holds_library

    def caller(self, memory: Memory, stack: int, instruction: int) -> CallSite | None:
        """Return where in the program's text a call was made from; None where no such place is found."""
        if not self.high:
            return None
        top = memory.read(stack, ELF_WORD.size)
        known = self._direct.get(top)
        if known is not None:
            return known
        place = self._search(memory, stack, instruction)
        if place is not None and place.direct and not place.outer_frames:
            self._direct[top] = place
        return place

    def _search(self, memory: Memory, stack: int, instruction: int) -> CallSite | None:
        inside = self.low < instruction <= self.high
        found = self._returns(memory.read(stack, CHUNK))
        if self.image.holds_library or not found:
            found = self._returns(memory.read(stack, STACK_LOOK))[:CALLERS]
        if found:
            offsets = [offset for _, offset in found] if self.image.holds_library else [found[0][1]]
            return CallSite(
                file=self.name,
                offset=offsets[0],
                direct=found[0][0] == 0 and not inside,
                outer_frames=tuple(offsets[1:]),
            )
        return (
            CallSite(file=self.name, offset=instruction - self.shift - 1) if inside else None
        )  # it makes its calls itself

    def _returns(self, stack: bytes) -> list[tuple[int, int]]:
        """Return the words of a piece of stack that point behind a call, as (place in it, offset of the call)."""
        found = list[tuple[int, int]]()
        for at in self._places_of_text(stack):
            (word,) = ELF_WORD.unpack_from(stack, at)
            if self.low < word <= self.high and self.image.is_return(word - self.shift):
                found.append((at // ELF_WORD.size, word - self.shift - 1))
        return found

    def _places_of_text(self, stack: bytes) -> Iterable[int]:
        """Return where words lie that may point into the text: those with its upper half, which few others have."""
        upper = self.low >> BITS_OF_HALF
        if self.high >> BITS_OF_HALF != upper:
            return range(0, len(stack) - ELF_WORD.size + 1, ELF_WORD.size)
        return _words_with(stack, upper.to_bytes(HALF, "little"))


def _words_with(stack: bytes, upper: bytes) -> Iterator[int]:
    """Yield where the words of a piece of stack lie that have this upper half: the one that comes last in memory."""
    at = stack.find(upper, HALF)
    while at != -1:
        if at % ELF_WORD.size == HALF:
            yield at - HALF
        at = stack.find(upper, at + 1)


def follows_call_x86(before: bytes) -> bool:
    """Tell whether bytes end in `E8 rel32` or `FF /2`."""
    direct = len(before) >= 5 and before[-5] == 0xE8
    lengths = (2, 3, 4, 6, 7)
    return direct or any(len(before) >= n and before[-n] == 0xFF and before[-n + 1] & 0x38 == 0x10 for n in lengths)


def follows_call_aarch64(before: bytes) -> bool:
    """Tell whether bytes end in `BL` or `BLR`."""
    word = int.from_bytes(before[-4:], "little")
    return word >> 26 == 0x25 or word & 0xFFFF_FC1F == 0xD63F_0000


FOLLOWS_CALL: Final = follows_call_aarch64 if platform.machine() in ("aarch64", "arm64") else follows_call_x86


def _load_address(pid: int, file: str) -> int:
    """Return where the first page of a file lies in a process's memory."""
    with open(f"/proc/{pid}/maps", errors="surrogateescape") as maps:  # noqa: PTH123
        return next((int(line.split("-", 1)[0], 16) for line in maps if line.rstrip("\n").endswith(file)), 0)
