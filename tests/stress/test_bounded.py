"""The same fuzzing as in tests/unit with many more examples, and what takes gigabytes or minutes where no limit is."""

import os
import resource
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.observe.bounded.asked import Lines, Members
from conformance.observe.bounded.asking import Reader
from conformance.submission.discover import read_submission
from conformance.submission.link_sources import further
from conformance.submission.manifest import MANIFEST, SubmissionError, read_manifest
from tests.support.elf import COMPRESSED, COMPRESSION, program

ROOT = Path(__file__).parents[2]
EXAMPLES_EACH_TIME = 500
MOST_GROWN = 512 << 10
"""KiB that the suite's own process may grow by: far less than any of these files takes."""
UNIT = struct.pack("<IHIBB", 8, 4, 0, 8, 0)
"""A compilation unit with nothing in it."""


@pytest.fixture(autouse=True)
def _grows_little() -> Iterator[None]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_GROWN


@pytest.fixture
def reader() -> Iterator[Reader]:
    """A reading process of the test's own."""
    one = Reader()
    yield one
    one.close()


def test_fuzzing_for_longer_finds_nothing_more(times: int) -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/unit/test_bounded.py",
        "-k",
        "any",
    ]
    environment = {**os.environ, "OFFHOOK_EXAMPLES": str(EXAMPLES_EACH_TIME * times)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_sections_that_unpack_to_gigabytes_tell_nothing(tmp_path: Path, reader: Reader) -> None:
    packer, piece = zlib.compressobj(1), bytes(1 << 26)
    data = b"".join([*(packer.compress(piece) for _ in range(32)), packer.flush()])
    packed = COMPRESSION.pack(1, 0, 32 << 26, 1) + data
    (tmp_path / "a").write_bytes(
        program(dict.fromkeys((".debug_info", ".debug_abbrev", ".debug_line"), packed), COMPRESSED)
    )
    answer = reader.ask(Lines(file=os.fsencode(tmp_path / "a"), offsets=(1,)), "owner")
    assert answer is None or answer.lines in ((), (None,))


@pytest.mark.parametrize("table", [b"\x01\x11\0\0\0\0", bytes(8)], ids=["empty units", "no units"])
def test_millions_of_units_tell_nothing(table: bytes, tmp_path: Path, reader: Reader) -> None:
    sections = {".debug_info": UNIT * ((48 << 20) // len(UNIT)), ".debug_abbrev": table, ".debug_line": bytes(8)}
    (tmp_path / "a").write_bytes(program(sections))
    answer = reader.ask(Lines(file=os.fsencode(tmp_path / "a"), offsets=(1,)), "owner")
    assert answer is None or answer.lines in ((), (None,))


def test_millions_of_lines_tell_nothing(tmp_path: Path, reader: Reader) -> None:
    text = '.file 1 "a.c"\n.globl _start\n_start:\n' + "".join(f".loc 1 {line}\nnop\n" for line in range(1, 1_500_000))
    (tmp_path / "a.s").write_text(text)
    subprocess.run(["gcc", "-g", "-nostdlib", "-static", "-o", "a", "a.s"], cwd=tmp_path, check=True)
    answer = reader.ask(Lines(file=os.fsencode(tmp_path / "a"), offsets=(0x401005,)), "owner")
    assert answer is None or answer.lines in ((), (None,))


def test_a_table_of_a_million_members_is_read_within_limits(tmp_path: Path, reader: Reader) -> None:
    entry = b"PK\x01\x02" + bytes(24) + struct.pack("<HHH", 1, 0, 0) + bytes(12) + b"a"
    count = (60 << 20) // len(entry)
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, count * len(entry), 0, 0)
    (tmp_path / "a.zip").write_bytes(entry * count + end)
    answer = reader.ask(Members(file=os.fsencode(tmp_path / "a.zip"), most=9), "owner")
    assert answer is None or len(answer.names) in (0, 9)


def test_a_head_of_dots_is_refused(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text(f"[{'a.' * 32_000}a]")
    for _ in range(3):
        with pytest.raises(SubmissionError):
            read_manifest(tmp_path)


def test_sources_that_take_hours_to_search_define_nothing(tmp_path: Path) -> None:
    (tmp_path / "main.c").write_text("int main(void) { return f(); }\n")
    for number in range(20):
        (tmp_path / f"{number}.c").write_text("f(" * (1 << 16))
    assert further("C", tmp_path, tmp_path / "main.c", "undefined reference to `f'", []) == []


def test_thousands_of_sources_that_are_slow_to_search_are_looked_at_in_part(tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / f"server_{number}.c").write_text('"\\' * (1 << 16))
    with pytest.raises(SubmissionError):
        read_submission(tmp_path)
