"""Reads program files that a fuzzer makes, by coverage: ELF, Windows programs and their debug information.

    nox -s fuzz                           so many runs as are said here
    nox -s fuzz -- -max_total_time=3600   an hour; all of libFuzzer's options

Whatever stands in a file, a reader answers or says nothing. An exception for which the reading process has no answer
ends this with a traceback, and the input is left in reports/fuzz/ for a test of its own. Inputs that reached something
new are kept in reports/fuzz/corpus, from where the next run goes on.
"""

import contextlib
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import Final

import atheris

with atheris.instrument_imports(include=["elftools", "conformance.observe"]):
    import elftools.dwarf.dwarfinfo  # before anything brings it uninstrumented
    import elftools.elf.elffile  # noqa: F401

    from conformance.observe.bounded import line_tables
    from conformance.observe.linux.call_sites import ElfImage
    from conformance.observe.wine.image import bytes_at, image_of

SOURCE: Final = "int twice(int a)\n{\n    return a + a;\n}\n\nint start(void)\n{\n    return twice(0);\n}\n"
COMPILERS: Final = (("gcc", "-g", "-gdwarf-5"), ("gcc", "-g", "-gdwarf-4", "-gz"), ("x86_64-w64-mingw32-gcc", "-g"))
BARE: Final = ("-nostdlib", "-Wl,-e,start")
NO_ANSWER: Final = (MemoryError, RecursionError, OverflowError)
"""What the reading process answers nothing for."""
PLACES: Final = struct.Struct("<QQ")
LARGEST: Final = 1 << 15
FOUND: Final = Path(__file__).parents[2] / "reports" / "fuzz"
USUAL: Final = ("-runs=100000", "-timeout=10", "-rss_limit_mb=2048")


class Reading:
    """One file, in which each input is written and read in each way in which the suite reads one."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __call__(self, data: bytes) -> None:
        """Read one input: the places that are asked for, and the file."""
        if len(data) < PLACES.size:
            return
        offsets = PLACES.unpack_from(data)
        self._file.write_bytes(data[PLACES.size :])
        name = str(self._file)
        image = ElfImage(name)
        image_of(name)
        line_tables._units.cache_clear()
        for offset in offsets:
            image.is_return(offset)
            bytes_at(self._file, offset, 4)
        with contextlib.suppress(*NO_ANSWER):
            line_tables.lines_of(os.fsencode(name), offsets)


def seeds(folder: Path) -> None:
    """Write small programs in a folder, as the compilers that are here make them."""
    source = folder / "small.c"
    source.write_text(SOURCE)
    for number, compiler in enumerate(COMPILERS):
        if shutil.which(compiler[0]) is None:
            continue
        output = folder / f"{number}.seed"
        subprocess.run([*compiler, *BARE, "-o", output, source], check=True)
        output.write_bytes(PLACES.pack(0x401004, 0x1004) + output.read_bytes())
    source.unlink()


def main() -> None:
    """Fuzz until an input breaks a reader, or until libFuzzer's limits are reached; this ends the process."""
    corpus = FOUND / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    seeds(corpus)
    options = [*USUAL, f"-max_len={LARGEST}", f"-artifact_prefix={FOUND}/", *sys.argv[1:], str(corpus)]
    atheris.Setup([sys.argv[0], *options], Reading(FOUND / "program"))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
