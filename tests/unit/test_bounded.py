"""What a program or a submission wrote is read within limits, and never raises: whatever stands there, by fuzzing."""

import os
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from elftools.elf.elffile import ELFFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.checks.sanitizer import stays_in_its_buffers
from conformance.judging import evidence
from conformance.judging.replay import NoResultsError, _bounded, read_results
from conformance.observe.bounded.asked import Lines, Members, Search, Toml
from conformance.observe.bounded.asking import LOSSES, READER, Reader
from conformance.observe.linux.call_sites import ElfImage
from conformance.observe.runtime_lines import HEAD, SLOT, RuntimeLines
from conformance.observe.source_lines import source_of
from conformance.observe.wine.image import bytes_at, image_of
from conformance.records.results import SourceLine, encode
from conformance.records.run import Exited, Run
from conformance.records.sanitizers import LOG
from conformance.records.scenario import File, Scenario
from conformance.records.trace import CallSite
from conformance.sandbox import safe_files
from conformance.sandbox.workdirs import collect_files
from conformance.submission.build_hints import hints
from conformance.submission.discover import read_submission
from conformance.submission.languages import java_main
from conformance.submission.link_sources import further
from conformance.submission.manifest import MANIFEST, SubmissionError, read_manifest
from conformance.submission.private_copy import USUAL, walked
from tests.support.elf import COMPRESSED, COMPRESSION, program

EXAMPLES = int(os.environ.get("OFFHOOK_EXAMPLES", "60"))
QUICK = settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=EXAMPLES == 60,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
SOURCE = "int twice(int a)\n{\n    return a + a;\n}\n\nint main(void)\n{\n    return twice(0);\n}\n"
DWARF = (".debug_info", ".debug_abbrev", ".debug_line", ".debug_str", ".debug_ranges", ".debug_line_str")
ODD_NUMBERS = st.sampled_from(
    [0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 47, (1 << 63) - 1, (1 << 64) - 1]
)
ODD_NAMES = st.text(st.characters(codec=None), max_size=30) | st.sampled_from(
    ["loop", "dangling", "strange", "long/" * 2000, "../secret", "fifo", "folder", "x" * 300, "a\0b", "/dev/zero"]
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A real program with debug information."""
    if shutil.which("gcc") is None:
        pytest.skip("no gcc here")
    folder = tmp_path_factory.mktemp("small")
    (folder / "small.c").write_text(SOURCE)
    command = ["gcc", "-g", "-nostdlib", "-static", "-Wl,-e,main", "-o", "small", "small.c"]
    subprocess.run(command, cwd=folder, check=True)
    return (folder / "small").read_bytes()


@pytest.fixture
def reader() -> Iterator[Reader]:
    """A reading process of the test's own."""
    one = Reader()
    yield one
    one.close()


# ---------------------------------------------------------------- program files


@st.composite
def patches(draw: st.DrawFn, size: int) -> list[tuple[int, bytes]]:
    """Draw bytes that are put in place of others: numbers at the edges, in the headers and anywhere."""
    place = st.integers(0, 0x3F) | st.integers(size - 0x900, size) | st.integers(0, size)
    number = st.tuples(ODD_NUMBERS, st.sampled_from([1, 2, 4, 8])).map(lambda of: of[0].to_bytes(8, "little")[: of[1]])
    return draw(st.lists(st.tuples(place, number | st.binary(max_size=8)), min_size=1, max_size=4))


@QUICK
@given(data=st.data())
def test_a_program_file_may_hold_anything(data: st.DataObject, small: bytes) -> None:
    changed = bytearray(small)
    for place, piece in data.draw(patches(len(small))):
        changed[place : place + len(piece)] = piece
    look_into(bytes(changed[: data.draw(st.integers(0, len(changed)) | st.just(len(changed)))]), data)


@QUICK
@given(data=st.data())
def test_debug_information_may_hold_anything(data: st.DataObject) -> None:
    sections = data.draw(st.dictionaries(st.sampled_from(DWARF), st.binary(max_size=200), min_size=1))
    look_into(program({".debug_info": b"", ".debug_abbrev": b"", ".debug_line": b"", **sections}), data)


@QUICK
@given(head=st.binary(max_size=64), rest=st.binary(max_size=400), at=ODD_NUMBERS)
def test_a_windows_program_may_hold_anything(head: bytes, rest: bytes, at: int) -> None:
    start = (b"MZ" + head).ljust(0x3C, b"\0")[:0x3C] + (at & 0xFF).to_bytes(4, "little")
    file = scratch(start + b"PE\0\0" + rest)
    image_of(str(file))
    bytes_at(file, at, 4)
    READER.ask(Lines(file=os.fsencode(file), offsets=(at,)), str(at))


def look_into(text: bytes, data: st.DataObject) -> None:
    """Read a program file in each way in which one is read."""
    file = scratch(text)
    image = ElfImage(str(file))
    for address in (0, 0x401000, 0x401010, (1 << 64) - 1):
        image.is_return(address)
    offsets = data.draw(st.lists(ODD_NUMBERS | st.integers(0x401000, 0x401100), min_size=1, max_size=4))
    answer = READER.ask(Lines(file=os.fsencode(file), offsets=tuple(offsets)), f"{hash(text)}")
    assert answer is None or len(answer.lines) in (0, len(offsets))


def scratch(text: bytes) -> Path:
    """Write a file."""
    file = Path(os.environ["OFFHOOK_SCRATCH"])
    file.write_bytes(text)
    return file


@pytest.fixture(autouse=True, scope="module")
def _scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    os.environ["OFFHOOK_SCRATCH"] = str(tmp_path_factory.mktemp("scratch") / "file")
    yield
    del os.environ["OFFHOOK_SCRATCH"]


def test_lines_of_an_honest_program_are_told(small: bytes, tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(small)
    first = ElfImage(str(tmp_path / "small")).segments[0].virtual
    found = source_of(CallSite(file=str(tmp_path / "small"), offset=first + 4))
    assert found is not None
    assert found[0].endswith("small.c")


@pytest.mark.parametrize("version", [0, 1, 6, 99, 0xFFFF])
@pytest.mark.parametrize("section", [".debug_info", ".debug_line"])
def test_an_unknown_version_of_dwarf_tells_nothing_or_a_line(
    version: int, section: str, small: bytes, tmp_path: Path, reader: Reader
) -> None:
    found = ELFFile(BytesIO(small)).get_section_by_name(section)
    assert found is not None
    place = found["sh_offset"] + 4
    (tmp_path / "odd").write_bytes(small[:place] + version.to_bytes(2, "little") + small[place + 2 :])
    first = ElfImage(str(tmp_path / "odd")).segments[0].virtual
    answer = reader.ask(Lines(file=os.fsencode(tmp_path / "odd"), offsets=(first + 4,)), "owner")
    assert answer is not None
    assert len(answer.lines) == 1
    assert answer.lines == (None,) or section == ".debug_line"


@pytest.mark.parametrize("what", ["fifo", "folder", "nothing", "zero", "a name that is no text"])
def test_only_a_plain_file_is_read(what: str, tmp_path: Path, reader: Reader) -> None:
    file = tmp_path / "program"
    match what:
        case "fifo":
            os.mkfifo(file)
        case "folder":
            file.mkdir()
        case "zero":
            file.symlink_to("/dev/zero")
        case "a name that is no text":
            file = tmp_path / os.fsdecode(b"\xff")
            file.write_bytes(b"no program")
    answer = reader.ask(Lines(file=os.fsencode(file), offsets=(1,)), "owner")
    assert answer is not None
    assert answer.lines == (None,)
    assert reader.ask(Members(file=os.fsencode(file), most=9), "owner") is not None


def test_a_section_that_says_it_unpacks_to_gigabytes_tells_nothing(tmp_path: Path, reader: Reader) -> None:
    packed = COMPRESSION.pack(1, 0, 1 << 40, 1) + zlib.compress(bytes(1 << 20))
    sections = dict.fromkeys((".debug_info", ".debug_abbrev", ".debug_line"), packed)
    (tmp_path / "packed").write_bytes(program(sections, COMPRESSED))
    answer = reader.ask(Lines(file=os.fsencode(tmp_path / "packed"), offsets=(1,)), "owner")
    assert answer is not None
    assert answer.lines == (None,)


# ---------------------------------------------------------------- the reading process


def test_what_takes_for_ever_is_given_up(reader: Reader) -> None:
    assert reader.ask(Search(patterns=("(a|a)*b",), texts=("a" * 5000,)), "hostile") is None
    answer = reader.ask(Search(patterns=("b",), texts=("a", "ab")), "honest")
    assert answer is not None
    assert answer.found == ((1,),)


def test_an_owner_whose_files_have_ended_the_process_is_asked_no_more(reader: Reader) -> None:
    for _ in range(LOSSES):
        assert reader.ask(Toml(text=""), "honest") is not None
        assert reader._process is not None
        reader._process.kill()
        reader._process.wait()
        assert reader.ask(Toml(text=""), "hostile") is None
    assert reader.ask(Toml(text=""), "hostile") is None
    assert reader._process is None
    assert reader.ask(Toml(text=""), "honest") is not None


def test_what_the_process_cannot_pass_on_is_no_answer(reader: Reader) -> None:
    answer = reader.ask(Toml(text=f"a = {'9' * 30}"), "owner")
    assert answer is not None
    assert answer.tables is None
    assert reader.ask(Toml(text="a = 1"), "owner") is not None


# ---------------------------------------------------------------- manifests


@QUICK
@given(
    st.lists(
        st.sampled_from(
            ["[hello_server]\n", "run", "build", "source", " = ", '["./a", "{port}"]', '"a.c"', '"\\u0000"', "[", "]",
             "{", "}", ".", "a", "\n", ",", '"""', "'", "1979-05-27", "0x", "9" * 5000, "nan", "#", "é", "\0", "=",
             '""', "a." * 300, "[" * 300],
        ),
        max_size=12,
    ).map("".join)
)  # fmt: skip
def test_a_manifest_may_hold_anything(text: str) -> None:
    manifest(text)


@pytest.mark.parametrize(
    "text",
    [
        f"[hello_server]\n{'a.' * 32_000}a = 1",
        f"[hello_server]\nrun = {'[' * 60_000}",
        f"[hello_server]\nrun = {'{a=' * 20_000}",
        f"[hello_server]\nrun = {'9' * 6_000}",
        '[hello_server]\nrun = ["./a\\u0000b"]',
        '[hello_server]\nbuild = "a\\u0000b"',
        '[hello_server]\nsource = "a\\u0000.c"',
        '[hello_server]\nrun = [""]',
        "[hello_server]\nrun = []",
    ],
    ids=[
        "dots",
        "lists",
        "tables",
        "digits",
        "NUL",
        "NUL in build",
        "NUL in source",
        "no word",
        "none",
    ],
)
def test_a_hostile_manifest_is_refused_in_one_line(text: str) -> None:
    assert "\n" not in (manifest(text) or "\n")


def test_a_long_manifest_is_read_as_a_short_one_is(tmp_path: Path) -> None:
    text = '[hello_server]\nbuild = "make"\nrun = ["./server", "{port}"]\n'
    (tmp_path / MANIFEST).write_text(text)
    short = read_manifest(tmp_path)
    (tmp_path / MANIFEST).write_text(f"{text}# {'...' * 100}\n")
    assert read_manifest(tmp_path) == short != {}


def manifest(text: str) -> str | None:
    """Read a manifest; return why it is refused."""
    folder = Path(os.environ["OFFHOOK_SCRATCH"]).parent
    (folder / MANIFEST).write_bytes(text.encode())
    try:
        read_manifest(folder)
    except SubmissionError as problem:
        return str(problem)
    return None


# ---------------------------------------------------------------- names, sources, folders


@QUICK
@given(name=ODD_NAMES, line=st.integers(-1, 1 << 64))
def test_a_place_that_a_program_names_may_be_any(name: str, line: int) -> None:
    folder = Path(os.environ["OFFHOOK_SCRATCH"]).parent / "named"
    if not folder.exists():
        folder.mkdir()
        (folder / "loop").symlink_to("loop")
        (folder / "dangling").symlink_to("nowhere")
        (folder / os.fsdecode(b"\xff.c")).write_text("int a;\n")
        (folder / "strange").symlink_to(os.fsdecode(b"\xff.c"))
        os.mkfifo(folder / "fifo")
        (folder / "folder").mkdir()
    for number in (line, 1):
        found = evidence._line_of(str(folder), name, number)
        if found is not None:
            shown = evidence.with_lines_around(found, str(folder))
            assert msgspec.json.decode(msgspec.json.encode(shown), type=SourceLine) == shown


def test_a_source_of_any_size_is_read_in_part(tmp_path: Path) -> None:
    (tmp_path / "line.c").write_bytes(b"x" * (8 << 20))
    (tmp_path / "lines.c").write_bytes(b"\n" * (8 << 20))
    with (tmp_path / "huge.c").open("wb") as file:
        file.truncate(1 << 40)
    for name in ("line.c", "lines.c", "huge.c"):
        lines = evidence._lines(tmp_path / name)
        assert len(lines) <= evidence.MOST_LINES
        assert max(map(len, lines), default=0) <= evidence.SOURCE_LINE_LIMIT


@QUICK
@given(names=st.lists(st.binary(min_size=1, max_size=60).filter(lambda name: not {0, 0x2F} & {*name}), max_size=5))
def test_a_file_may_have_any_name(names: list[bytes]) -> None:
    folder = Path(os.environ["OFFHOOK_SCRATCH"]).parent / "files"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in names:
        if name not in (b".", b".."):
            os.close(os.open(os.fsencode(folder) + b"/" + name, os.O_CREAT | os.O_WRONLY))
    found = collect_files(str(folder))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=tuple[File, ...]) == found
    with pytest.raises(SubmissionError):
        read_submission(folder)


def test_no_more_of_a_built_folder_is_looked_at_than_is_ever_copied(tmp_path: Path) -> None:
    at = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1100):
        os.mkdir("inner", dir_fd=at)
        at, above = os.open("inner", os.O_RDONLY, dir_fd=at), at
        os.close(above)
    os.close(at)
    for number in range(100):
        (tmp_path / f"{number}.c").touch()
    assert sum(1 for _ in walked(tmp_path)) == 100 + USUAL.depth + 1
    assert sum(1 for _ in walked(tmp_path, USUAL._replace(files=50))) == 50
    assert further("C", tmp_path, tmp_path / "0.c", "undefined reference to `nothing'", []) == []
    assert list(hints("fatal error: 'nothing.h' file not found", tmp_path, "hello_server")) == []
    safe_files.remove(str(tmp_path))


@pytest.mark.parametrize("piece", [b"/*", b'"\\', b'/*"', b"class A{", b"'\\", b'"""'])
def test_a_java_source_of_any_kind_is_read_at_once(piece: bytes, tmp_path: Path) -> None:
    source = tmp_path / "Main.java"
    source.write_bytes(piece * (1 << 17))
    assert java_main(source) == "Main"


# ---------------------------------------------------------------- what a runtime and the sanitizers say


class Bytes:
    """A memory in which the same lies everywhere."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def read(self, _address: int, size: int) -> bytes:
        """Return it."""
        return self.data[:size]


@QUICK
@given(told=st.binary(max_size=30) | st.just(b"4096"), line=ODD_NUMBERS, size=ODD_NUMBERS, name=st.binary(max_size=500))
def test_the_file_of_a_runtimes_lines_may_hold_anything(told: bytes, line: int, size: int, name: bytes) -> None:
    file = Path(os.environ["OFFHOOK_SCRATCH"])
    lines = RuntimeLines(str(file))
    file.write_bytes(told)
    tid = os.getpid()
    number = int(Path("/proc/self/status").read_text().partition("NSpid:")[2].split("\n")[0].split()[-1])
    slot = HEAD.pack(number, line & 0xFFFF_FFFF, size & 0xFFFF) + name
    found = lines.place(Bytes(slot.ljust(SLOT, b"\0")), tid)  # type: ignore[arg-type]
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=CallSite | None) == found


@pytest.mark.parametrize("what", ["fifo", "folder", "nothing"])
def test_the_file_of_a_runtimes_lines_may_be_gone(what: str, tmp_path: Path) -> None:
    lines = RuntimeLines(str(tmp_path / "lines"))
    (tmp_path / "lines").unlink()
    if what == "fifo":
        os.mkfifo(tmp_path / "lines")
    elif what == "folder":
        (tmp_path / "lines").mkdir()
    assert lines.place(Bytes(bytes(SLOT)), os.getpid()) is None  # type: ignore[arg-type]


REPORT = (
    "ERROR: AddressSanitizer: ", "stack-buffer-overflow", "WRITE of size ", "\n", "\n\n", "    #0 0x1 in main /a.c:",
    "9" * 6000, ":1", "/a.c:1:1: runtime error: index 9 out of bounds for type 'int'", "=====", "\0", "/", ":", "é",
    "'x' <== Memory access at offset 1 overflows", "5-byte region", "bytes after ", "heap-use-after-free",
)  # fmt: skip


@QUICK
@given(st.lists(st.sampled_from(REPORT), max_size=20).map("".join))
def test_a_report_may_say_anything(text: str) -> None:
    stays_in_its_buffers(reporting(text.encode()))


@pytest.mark.parametrize(
    "piece", ["ERROR: AddressSanitizer: ", "/a:1", "    #0 0x1 in ", "\n    #0 0x1 in /:1", "/:1:"]
)
def test_a_report_of_any_length_is_read_at_once(piece: str) -> None:
    stays_in_its_buffers(reporting((piece * (1 << 21)).encode()[: 1 << 24]))
    stays_in_its_buffers(reporting(b"ERROR: AddressSanitizer: x\n" + (piece * (1 << 21)).encode()[: 1 << 24]))


def reporting(log: bytes) -> Run:
    """Return a run that has left a log in place of the sanitizers' own."""
    return Run(
        scenario=Scenario(), ending=Exited(status=0), observed=True, port=9190, stderr=log,
        files=(File(name=f"{LOG}.1", content=log),),
    )  # fmt: skip


# ---------------------------------------------------------------- results


@QUICK
@given(st.binary(max_size=200) | st.just(b"[" * 100_000) | st.just(b'{"format": 2, "a": ' + b"[" * 100_000))
def test_a_file_of_results_may_hold_anything(text: bytes) -> None:
    try:
        encode(read_results(text))
    except NoResultsError as problem:
        assert "\n" not in str(problem)


@pytest.mark.parametrize(
    "text",
    [
        '{"start": {"files": [{"name": "../x"}]}}',
        '{"start": {"files": [{"name": "a\\u0000b"}]}}',
        '{"start": {"files": [{"name": ""}]}}',
        '{"start": {"files": [{"name": "a", "mode": -1}]}}',
        '{"start": {"files": [{"name": "a", "content": "YQ==", "times": 1000000000000}]}}',
        '{"start": {"ip": "8.8.8.8"}}',
        '{"steps": [{"type": "signal", "name": "SIGNOTHING"}]}',
        '{"steps": [{"type": "send", "data": "YQ==", "times": 1000000000000}]}',
        '{"start": {"descriptors": -1}}',
    ],
)
def test_a_saved_scenario_that_no_check_has_made_is_not_tried(text: str) -> None:
    assert not _bounded(msgspec.json.decode(text, type=Scenario))
