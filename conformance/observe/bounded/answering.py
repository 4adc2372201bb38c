"""The reading process: answers questions about files that may be made to fill the memory or to take for ever.

Python is told no limits, so that the kernel keeps them: where memory is refused there is no answer, and where the
processor time is used up the process is ended. The one who asks takes both for a file that says nothing.
"""

import gc
import re
import resource
import struct
import sys
from collections.abc import Iterator, Sequence
from typing import Final
from zipfile import BadZipFile, ZipFile

import msgspec

from conformance.observe.bounded.asked import (
    Answer,
    Asked,
    Lines,
    Members,
    Search,
    Toml,
    Unpack,
    receive,
    send,
    toml,
)
from conformance.observe.regular_file import open_regular

MEMORY: Final = 1 << 30
"""Bytes of address space: the tables of a program of 64 MiB in Go take a third."""
PROCESSOR_TIME_S: Final[dict[type[Asked], int]] = {Lines: 10, Toml: 2, Search: 2, Members: 5, Unpack: 30}
"""Seconds for one answer. The lines of a program in Go or Rust, with its library, take one or two, all else less."""


def answer_questions() -> None:
    """Answer the questions on standard input on standard output, until the input ends."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, MEMORY)
    while (message := receive(sys.stdin.fileno())) is not None:
        asked = msgspec.msgpack.decode(message, type=Asked)
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + PROCESSOR_TIME_S[type(asked)])
        send(sys.stdout.fileno(), _answer(asked))


def _limit(what: int, most: int) -> None:
    """Lower one limit of this process; one that is lower already stays."""
    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _answer(asked: Asked) -> bytes:
    try:
        return msgspec.msgpack.encode(_read(asked))
    except (MemoryError, RecursionError, OverflowError):
        gc.collect()
        return msgspec.msgpack.encode(Answer())


def _read(asked: Asked) -> Answer:
    match asked:
        case Lines(file=file, offsets=offsets):
            from conformance.observe.bounded.line_tables import lines_of  # brings elftools

            return Answer(lines=lines_of(file, offsets))
        case Toml(text=text):
            tables, why = toml(text)
            return Answer(tables=tables, wrong=why)
        case Search(patterns=patterns, texts=texts):
            compiled = [re.compile(pattern, re.MULTILINE) for pattern in patterns]
            return Answer(found=tuple(tuple(_places(one, texts)) for one in compiled))
        case Members(file=file, most=most):
            return Answer(names=tuple(_members(file, most)))
        case Unpack():
            from conformance.observe.bounded.unpacking import unpacked  # brings tarfile

            return unpacked(asked)


def _places(pattern: re.Pattern[str], texts: Sequence[str]) -> Iterator[int]:
    return (place for place, text in enumerate(texts) if pattern.search(text))


def _members(path: bytes, most: int) -> Iterator[str]:
    """Yield names in a zip, as far as it is one: what it says of itself may be of any kind and any length."""
    try:
        with open_regular(path) as file, ZipFile(file) as archive:
            for name in archive.namelist()[:most]:
                yield name.encode("utf-8", "replace").decode()
    except (OSError, BadZipFile, NotImplementedError, ValueError, struct.error):
        return


if __name__ == "__main__":
    answer_questions()
