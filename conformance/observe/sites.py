"""Which line of the program made a call: the first word on the stack that points behind a call instruction."""

import os
import struct
from pathlib import Path
from typing import Final, NamedTuple

from conformance.observe.memory import Memory
from conformance.observe.trace import Place

STACK_LOOK: Final = 2048
CHUNK: Final = 256
ELF_HEADER: Final = struct.Struct("<16sHHIQQQIHHHHHH")
PROGRAM_HEADER: Final = struct.Struct("<IIQQQQQQ")
WORD: Final = struct.Struct("<Q")
PT_LOAD, PF_EXECUTE, ET_DYN = 1, 1, 3
LARGEST_IMAGE: Final = 256 << 20


class Segment(NamedTuple):
    """One executable segment: where its bytes stand in memory and in the file."""

    low: int
    high: int
    virtual: int
    file_offset: int


class CallSites:
    """The program's own text in one process's memory; libraries and the kernel's pages are not in it."""

    def __init__(self, pid: int) -> None:
        self.file = ""
        self.segments: tuple[Segment, ...] = ()
        self._known: dict[int, Place | None] = {}
        try:
            self.file = str(Path(f"/proc/{pid}/exe").readlink())
            self.segments = tuple(_segments(pid, self.file))
        except (OSError, struct.error, ValueError):
            self.segments = ()
        self.low = min((segment.low for segment in self.segments), default=0)
        self.high = max((segment.high for segment in self.segments), default=0)

    def caller(self, memory: Memory, stack: int, instruction: int) -> Place | None:
        """Return where in the program's text a call was made from; None where no such place is found."""
        if not self.segments:
            return None
        words = memory.read(stack, CHUNK)
        return (
            self._first(words)
            or (len(words) == CHUNK and self._first(memory.read(stack + CHUNK, STACK_LOOK - CHUNK)))
            or self._place(instruction, any_instruction=True)
        ) or None

    def _first(self, stack: bytes) -> Place | None:
        """Return the first place among the words of a piece of stack."""
        low, high = self.low, self.high
        for (word,) in WORD.iter_unpack(stack[: len(stack) & ~7]):
            if low < word <= high and (place := self._place(word)) is not None:
                return place
        return None

    def _place(self, word: int, *, any_instruction: bool = False) -> Place | None:
        for segment in self.segments:
            if segment.low < word <= segment.high:
                if word not in self._known:
                    self._known[word] = self._look(segment, word, any_instruction)
                return self._known[word]
        return None

    def _look(self, segment: Segment, word: int, any_instruction: bool) -> Place | None:
        offset = word - segment.low
        with Path(self.file).open("rb") as image:
            image.seek(segment.file_offset + max(offset - 7, 0))
            before = image.read(min(offset, 7))
        if not (any_instruction or behind_a_call(before)):
            return None
        return Place(self.file, segment.virtual + offset - 1)


def behind_a_call(before: bytes) -> bool:
    """Tell whether the bytes end in a call instruction: x86 `E8 rel32` and `FF /2`, aarch64 `BL` and `BLR`."""
    if os.uname().machine == "aarch64":
        word = int.from_bytes(before[-4:], "little")
        return word >> 26 == 0x25 or word & 0xFFFF_FC1F == 0xD63F_0000
    direct = len(before) >= 5 and before[-5] == 0xE8
    indirect = any(len(before) >= n and before[-n] == 0xFF and before[-n + 1] & 0x38 == 0x10 for n in (2, 3, 4, 6, 7))
    return direct or indirect


def _segments(pid: int, file: str) -> list[Segment]:
    """Find where the executable's text is mapped, from the process's maps and the file's program headers."""
    if Path(file).stat().st_size > LARGEST_IMAGE:
        return []
    with Path(file).open("rb") as image:
        header = ELF_HEADER.unpack(image.read(ELF_HEADER.size))
        if header[0][:5] != b"\x7fELF\x02":
            return []
        image.seek(header[5])
        table = [PROGRAM_HEADER.unpack(image.read(PROGRAM_HEADER.size)) for _ in range(min(header[10], 64))]
    base = _base(pid, file) if header[1] == ET_DYN else 0
    loads = [entry for entry in table if entry[0] == PT_LOAD]
    first = min((entry[3] & ~0xFFF for entry in loads), default=0)
    shift = base - first if header[1] == ET_DYN else 0
    return [Segment(e[3] + shift, e[3] + shift + e[5], e[3], e[2]) for e in loads if e[1] & PF_EXECUTE]


def _base(pid: int, file: str) -> int:
    with Path(f"/proc/{pid}/maps").open(errors="replace") as maps:
        return next((int(line.split("-", 1)[0], 16) for line in maps if line.rstrip("\n").endswith(file)), 0)
