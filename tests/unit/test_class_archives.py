"""Archives that were handed in: what is good comes out, what is hostile is named, and nothing of it raises."""

import io
import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.grading.archives import OF_STUDENT, Limits, can_be_opened, read_archive, unpack
from conformance.observe.bounded.asking import READER
from conformance.observe.bounded.member_names import checked_name, decoded_name
from tests.support.make_class import tarred, zipped

QUICK = settings(
    max_examples=40, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
SOURCE = b"int main(void) { return 0; }\n"


def opened(
    tmp_path: Path, data: bytes, name: str = "hw.zip", limits: Limits = OF_STUDENT
) -> tuple[dict[str, bytes], str]:
    """Return the files of an archive, and all that is said of it."""
    (tmp_path / name).write_bytes(data)
    files, notes = read_archive(tmp_path / name, tmp_path / "scratch", limits)
    return {one.name: one.data for one in files}, "\n".join(map(str, notes))


def tar_of(*members: tarfile.TarInfo) -> bytes:
    """Return a tar of members that hold nothing, or zeros as they say."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for one in members:
            archive.addfile(one, io.BytesIO(bytes(one.size)) if one.isreg() else None)
    return made.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> tarfile.TarInfo:
    """Return a member of a tar."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size
    return info


# ---------------------------------------------------------------- what is good


@pytest.mark.parametrize(("name", "pack"), [("a.zip", zipped), ("a.tar.gz", tarred), ("a.tgz", tarred)])
def test_files_come_out_as_they_went_in(tmp_path: Path, name: str, pack: Callable[[dict[str, bytes]], bytes]) -> None:
    files = {"hello_server.c": SOURCE, "sub/한글.c": SOURCE * 9, "empty.txt": b""}
    assert opened(tmp_path, pack(files), name) == (files, "")


@pytest.mark.parametrize("encoding", ["cp949", "utf-8"])
def test_names_without_the_flag_of_utf_8_are_read_as_korean(tmp_path: Path, encoding: str) -> None:
    name = "과제/안녕.c".encode(encoding)
    data = zipped({"x" * len(name): SOURCE}).replace(b"x" * len(name), name)
    assert opened(tmp_path, data) == ({"과제/안녕.c": SOURCE}, "")


def test_backslashes_stand_between_folders(tmp_path: Path) -> None:
    assert opened(tmp_path, zipped({"a\\b\\c.c": SOURCE}))[0] == {"a/b/c.c": SOURCE}


def test_what_cannot_matter_takes_no_room(tmp_path: Path) -> None:
    """A project of Visual Studio brings more than may be unpacked, though the sources are small."""
    files = {f"hw/.vs/ipch/{number}": bytes(90_000) for number in range(20)}
    files |= {f"hw/node_modules/{number}.js": SOURCE for number in range(20)}
    files |= {"hw/Debug/a.txt": SOURCE, "hw/report.HWP": SOURCE, "hw/a.c": SOURCE}
    limits = Limits(members=2, largest=1000, size=1000)
    assert opened(tmp_path, zipped(files), limits=limits) == ({"hw/a.c": SOURCE}, "")


def test_whether_a_file_may_be_executed_is_kept(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, mode in (("run.sh", 0o755), ("a.c", 0o644)):
            info = zipfile.ZipInfo(name)
            info.external_attr = (0o100000 | mode) << 16
            archive.writestr(info, SOURCE)
    (tmp_path / "a.zip").write_bytes(made.getvalue())
    found = unpack(tmp_path / "a.zip", tmp_path / "scratch")
    assert {one.name: one.executable for one in found.entries} == {"run.sh": True, "a.c": False}


# ---------------------------------------------------------------- what is hostile


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../../etc/passwd", "outside"),
        ("a/../../b.c", "outside"),
        ("/etc/passwd", "outside"),
        ("C:\\windows\\a.c", "outside"),
        ("..\\..\\a.c", "outside"),
        ("esc\x1b[2J\nnewline.c", "cannot be used"),
        ("\u202egpj.c", "cannot be used"),
        ("x" * 300 + ".c", "cannot be used"),
        ("d/" * 40 + "a.c", "cannot be used"),
    ],
)
@pytest.mark.parametrize(("archive", "pack"), [("a.zip", zipped), ("a.tar.gz", tarred)])
def test_a_name_that_leads_elsewhere_is_left_out_and_shown_in_one_line(
    tmp_path: Path, name: str, words: str, archive: str, pack: Callable[[dict[str, bytes]], bytes]
) -> None:
    files, said = opened(tmp_path, pack({name: SOURCE, "good.c": SOURCE}), archive)
    assert files == {"good.c": SOURCE}
    assert words in said
    assert said.isprintable()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (tarfile.SYMTYPE, "a link"),
        (tarfile.LNKTYPE, "a link"),
        (tarfile.CHRTYPE, "no plain file"),
        (tarfile.BLKTYPE, "no plain file"),
        (tarfile.FIFOTYPE, "no plain file"),
    ],
)
def test_links_and_devices_in_a_tar_are_left_out(tmp_path: Path, kind: bytes, words: str) -> None:
    files, said = opened(tmp_path, tar_of(member("evil.c", kind, "/etc/passwd"), member("good.c")), "a.tar")
    assert files == {"good.c": b""}
    assert words in said


@pytest.mark.parametrize(("mode", "words"), [(0o120777, "a link"), (0o010644, "no plain file"), (0o020644, "no plain")])
def test_links_and_devices_in_a_zip_are_left_out(tmp_path: Path, mode: int, words: str) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        info = zipfile.ZipInfo("evil.c")
        info.external_attr = mode << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("good.c", SOURCE)
    files, said = opened(tmp_path, made.getvalue())
    assert files == {"good.c": SOURCE}
    assert words in said


def overlapping_bomb() -> bytes:
    """Return a zip of 42 kB whose 250 members share one stream of zeros, so that they unpack to more than 5 GB."""
    size = 21 << 20
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    stream = deflate.compress(bytes(size)) + deflate.flush()
    crc = zlib.crc32(bytes(size))
    fixed = struct.pack("<HHHHHIII", 20, 0, 8, 0, 0x21, crc, len(stream), size)
    head = b"PK\3\4" + fixed + struct.pack("<HH", 1, 0) + b"a"
    entries = b"".join(
        b"PK\1\2" + struct.pack("<H", 20) + fixed + struct.pack("<HHHHHII", 1, 0, 0, 0, 0, 0, 0) + b"a"
        for _ in range(250)
    )
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 250, 250, len(entries), len(head + stream), 0)
    return head + stream + entries + end


@pytest.mark.parametrize("largest", [4 << 20, 64 << 20])
def test_a_bomb_is_left_out(tmp_path: Path, largest: int) -> None:
    bomb = overlapping_bomb()
    assert len(bomb) < 43_000
    files, said = opened(tmp_path, bomb, limits=OF_STUDENT._replace(largest=largest))
    assert sum(map(len, files.values())) <= 64 << 20
    assert "holds more than 64 MiB" in said
    assert sum(path.stat().st_size for path in (tmp_path / "scratch").iterdir()) <= 64 << 20


def test_a_tar_that_unpacks_to_gigabytes_is_left_out(tmp_path: Path) -> None:
    blocks = zlib.compressobj(9, zlib.DEFLATED, 31)
    data = blocks.compress(tar_of(member("good.c"))[:512])
    huge = tarfile.TarInfo("huge.c")
    huge.size = 5 << 30
    data += blocks.compress(huge.tobuf()) + b"".join(blocks.compress(bytes(1 << 20)) for _ in range(8)) + blocks.flush()
    files, said = opened(tmp_path, data, "a.tar.gz")
    assert files == {"good.c": b""}
    assert "holds more than" in said


def test_too_many_members_are_left_out(tmp_path: Path) -> None:
    files, said = opened(tmp_path, zipped({f"{number}.c": b"" for number in range(3000)}))
    assert len(files) == 2000
    assert "more than 2000 files" in said


def test_a_member_that_is_too_large_leaves_the_others(tmp_path: Path) -> None:
    files, said = opened(tmp_path, zipped({"a.c": bytes(5 << 20), "b.c": SOURCE}))
    assert files == {"b.c": SOURCE}
    assert "a.c is larger than 4 MiB" in said


@pytest.mark.parametrize("size", [0, 1, 1 << 31])
def test_sizes_that_are_not_true_change_nothing(tmp_path: Path, size: int) -> None:
    data = zipped({"evil.c": SOURCE, "good.c": SOURCE})
    place = data.index(b"PK\1\2") + 24
    files, _ = opened(tmp_path, data[:place] + struct.pack("<I", size) + data[place + 4 :])
    assert files["good.c"] == SOURCE
    assert len(files.get("evil.c", b"")) <= len(SOURCE)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_members_of_one_name_the_last_is_taken(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.c", b"first")
        archive.writestr("./a.c", b"last")
    files, said = opened(tmp_path, made.getvalue())
    assert files == {"a.c": b"last"}
    assert "a.c is in it twice" in said


def test_a_member_with_a_password_is_left_out(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.c": SOURCE}))
    data[data.index(b"PK\1\2") + 8] |= 1
    assert opened(tmp_path, bytes(data)) == ({}, "hw.zip: a.c has a password: it was left out; pack it without one")


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz"])
@pytest.mark.parametrize("data", [b"", b"PK\3\4" + bytes(90), b"\x1f\x8b" + bytes(90), b"EGGA", bytes(600)])
def test_what_is_no_archive_is_a_message(tmp_path: Path, name: str, data: bytes) -> None:
    files, _ = opened(tmp_path, data, name)
    assert files == {}


@pytest.mark.parametrize(("name", "pack"), [("a.zip", zipped), ("a.tar.gz", tarred)])
@pytest.mark.parametrize("part", [0.3, 0.7, 0.95])
def test_a_cut_archive_is_said_to_be_damaged(
    tmp_path: Path, name: str, pack: Callable[[dict[str, bytes]], bytes], part: float
) -> None:
    whole = pack({f"{number}.c": os.urandom(500) for number in range(20)})
    _, said = opened(tmp_path, whole[: int(len(whole) * part)], name)
    assert "damaged" in said


@QUICK
@given(data=st.data())
def test_an_archive_may_hold_anything(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    pack = data.draw(st.sampled_from([zipped, tarred, lambda files: tar_of(*map(member, files))]))
    changed = bytearray(pack({"a.c": SOURCE, "b/한글.c": SOURCE}))
    for place, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(changed) - 1), st.integers(0, 255)), max_size=6)
    ):
        changed[place] = byte
    found, said = opened(tmp_path_factory.mktemp("any"), bytes(changed))
    assert all(checked_name(name) == (name, None) for name in found)
    assert all(line.isprintable() for line in said.split("\n"))


def test_where_no_answer_comes_nothing_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(READER, "ask", lambda *_: None)
    files, said = opened(tmp_path, zipped({"a.c": SOURCE}))
    assert files == {}
    assert "limits for time and memory" in said


@given(st.binary(max_size=60) | st.text(max_size=30).map(lambda text: text.encode("utf-8", "replace")))
def test_every_name_is_usable_or_has_a_reason(name: bytes) -> None:
    path, why = checked_name(decoded_name(name))
    if why is None:
        assert path == checked_name(path)[0]
        assert not path.startswith("/")
        assert ".." not in path.split("/")
        assert min(path) >= " "
        assert all(0 < len(part.encode()) <= 255 for part in path.split("/"))


def test_what_can_be_opened_is_told_by_the_name() -> None:
    assert [can_be_opened(name) for name in ("a.ZIP", "a.tar.gz", "a.egg", "a.7z", "zip")] == [
        True,
        True,
        False,
        False,
        False,
    ]
