"""Which file of a student is which exercise: names are repaired, never silently, and the newest version is judged."""

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.grading.errors import ClassError
from conformance.grading.intake import read_class
from conformance.grading.naming import distance, read_names
from conformance.grading.records import HandedIn
from conformance.submission.discover import read_submission
from tests.support.make_class import Files, tarred, zipped

SERVER = b"#include <sys/socket.h>\nint main(void) { listen(3, 5); accept(3, 0, 0); send(4, m, n, 0); }\n"
ECHO = b"#include <sys/socket.h>\nint main(void) { listen(3, 5); n = read(c, buf, 9); write(c, buf, n); }\n"
CLIENT = b"#include <sys/socket.h>\nint main(void) { connect(3, a, n); read(3, buf, 9); printf(buf); }\n"
WINSOCK = b'#include "Winsock2.h"\nint main(void) { connect(3, a, n); recv(3, buf, 9, 0); }\n'
PART = b"int twice(int a) { return a + a; }\n"


def handed_in(tmp_path: Path, files: Files, exercises: tuple[str, ...] = (), names: str = "") -> HandedIn:
    """Return what a student handed in, who is the only one of a class."""
    for name, data in files.items():
        path = tmp_path / "class" / "kim" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    if names:
        (tmp_path / "names.toml").write_text(names)
    given_names = tmp_path / "names.toml" if names else None
    (one,) = read_class(tmp_path / "class", layout="folders", exercises=exercises, names=given_names).handed_in
    return one


def said(one: HandedIn) -> str:
    """Return all that is said of somebody."""
    return "\n".join(map(str, one.notes))


# ---------------------------------------------------------------- one file


@pytest.mark.parametrize(
    ("file", "data", "exercise", "words"),
    [
        ("hello_server.c", SERVER, "hello_server", ""),
        ("HelloServer.c", SERVER, "hello_server", ""),
        ("hello-server.c", SERVER, "hello_server", ""),
        ("Hello Server.C", SERVER, "hello_server", ""),
        ("hello_server (2).c", SERVER, "hello_server", "resembles"),
        ("hello_server-1.c", SERVER, "hello_server", "resembles"),
        ("hello_server - 복사본.c", SERVER, "hello_server", "resembles"),
        ("hello_sever.c", SERVER, "hello_server", "almost the usual one"),
        ("hellosrver.py", SERVER, "hello_server", "almost the usual one"),
        ("echo_cleint.c", CLIENT, "echo_client", "almost the usual one"),
        ("server.c", SERVER, "hello_server", "what its source does"),
        ("HelloServer/main.cpp", SERVER, "hello_server", "name of its folder"),
        ("echo_server/소스.cpp", ECHO, "echo_server", "name of its folder"),
        ("Solution/Echo Server 2/a.c", ECHO, "echo_server", "name of its folder"),
        ("a/Server/main.c", SERVER, "hello_server", "name of its folder"),
        ("HelloClient/main.cpp", WINSOCK, "hello_client_win", "headers of Windows"),
        ("hello_client.c", WINSOCK, "hello_client_win", "headers of Windows"),
        ("hello_server.c", codecs.BOM_UTF16_LE + SERVER.decode().encode("utf-16-le"), "hello_server", ""),
    ],
)
def test_a_file_is_taken_for_an_exercise_and_what_is_not_plain_is_said(
    tmp_path: Path, file: str, data: bytes, exercise: str, words: str
) -> None:
    one = handed_in(tmp_path, {file: data})
    assert list(one.found) == [exercise]
    assert (words in said(one)) if words else not one.notes
    for each in one.files:
        path = tmp_path / "copy" / each.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(each.data)
    found = read_submission(tmp_path / "copy", one.chosen).found
    assert {name: each.source for name, each in found.items()} == one.found


@pytest.mark.parametrize("file", ["eserver.c", "homework.c", "hello.c", "client_server.c", "file_sclient.h"])
def test_a_name_that_says_no_exercise_is_not_taken(tmp_path: Path, file: str) -> None:
    one = handed_in(tmp_path, {file: SERVER, "echo_server.c": ECHO})
    assert one.found == {"echo_server": "echo_server.c"}
    assert file.endswith(".h") or f"{file} was not judged: its name is of no exercise" in said(one)


def test_a_part_without_main_is_no_program_however_near_its_name(tmp_path: Path) -> None:
    one = handed_in(tmp_path, {"hello_server/main.c": SERVER, "hello_server/net.c": PART, "helo_server.c": PART})
    assert one.found == {"hello_server": "hello_server/main.c"}


@given(st.text("abc", max_size=6), st.text("abc", max_size=6), st.integers(0, 3))
def test_the_distance_is_bounded_and_the_same_both_ways(one: str, other: str, most: int) -> None:
    found = distance(one, other, most)
    assert found == distance(other, one, most) <= most + 1
    assert (found == 0) == (one == other)
    assert distance(f"{one}x", other, 9) <= distance(one, other, 9) + 1


# ---------------------------------------------------------------- several files


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("hello_server.c", "hello_server_v2.c"),
        ("hello_server.c", "hello_server (1).c"),
        ("hello_server (2).c", "hello_server (10).c"),
        ("hello_server2.c", "hello_server_final.c"),
        ("hello_server_최종.c", "hello_server_최종2.c"),
        ("v1/hello_server.c", "v2/hello_server.c"),
        ("hello_server - 복사본.c", "hello_server.c"),
        ("old2/hello_server.c", "hello_server.c"),
        ("helo_server.c", "hello_server.c"),
        ("server.c", "sub/hello_server.c"),
        ("hello_server.py", "hello_server.c"),
    ],
)
def test_of_two_candidates_the_newer_or_the_nearer_is_judged_and_both_are_named(
    tmp_path: Path, older: str, newer: str
) -> None:
    one = handed_in(tmp_path, {older: SERVER, newer: SERVER + b"\n"})
    assert one.found == {"hello_server": newer}
    assert f"{older} was not judged: {newer} was taken for hello_server" in said(one)


def test_the_same_file_twice_is_no_question(tmp_path: Path) -> None:
    one = handed_in(tmp_path, {"hello_server.c": SERVER, "hw.zip": zipped({"hello_server.c": SERVER})})
    assert one.found == {"hello_server": "hello_server.c"}
    assert "not judged" not in said(one)


def test_folders_that_hold_all_are_followed_and_what_editors_leave_is_not_there(tmp_path: Path) -> None:
    files = {f"a/b/c/{name}": SERVER for name in ("hello_server.c", ".vs/x.c", "Debug/hello_server.c", "__MACOSX/y.c")}
    one = handed_in(tmp_path, {**files, ".DS_Store": b"\0", "a/report.pdf": b"%PDF", "a/b/c/hello_server.exe": b"MZ"})
    assert (one.found, [each.name for each in one.files]) == ({"hello_server": "hello_server.c"}, ["hello_server.c"])
    assert one.chosen == {}


def test_a_file_whose_name_is_also_that_of_a_folder_is_left_out(tmp_path: Path) -> None:
    one = handed_in(tmp_path, {"a": b"text", "a.zip": zipped({"hello_server.c": SERVER})})
    assert [each.name for each in one.files] == ["hello_server.c"]


# ---------------------------------------------------------------- archives


@pytest.mark.parametrize(
    ("name", "data"),
    [("hw.zip", zipped({"hello_server.c": SERVER})), ("hw.tar.gz", tarred({"hello_server.c": SERVER}))],
)
def test_an_archive_is_opened_and_one_in_it_is_named(tmp_path: Path, name: str, data: bytes) -> None:
    one = handed_in(
        tmp_path, {name: data, "outer.zip": zipped({"inner.zip": data, "inner.tar.gz": data, "x.7z": b"7z"})}
    )
    assert list(one.found) == ["hello_server"]
    assert "outer/inner.zip is an archive in an archive" in said(one)
    assert "outer/inner.tar.gz is an archive in an archive" in said(one)
    assert "outer/x.7z is an archive that cannot be opened here" in said(one)


def test_the_name_of_an_archive_may_say_the_exercise(tmp_path: Path) -> None:
    one = handed_in(
        tmp_path, {"hello_server.zip": zipped({"main.c": SERVER}), "echo-server.zip": zipped({"a.c": ECHO})}
    )
    assert one.found == {"hello_server": "hello_server/main.c", "echo_server": "echo-server/a.c"}


def test_all_archives_of_a_student_share_one_limit(tmp_path: Path) -> None:
    text = b"x" * (4 << 20)
    full = zipped({f"{number}.txt": text for number in range(15)})
    one = handed_in(tmp_path, {"a.zip": full, "b.zip": full, "hello_server.c": SERVER})
    assert one.found == {"hello_server": "hello_server.c"}
    assert sum(len(each.data) for each in one.files) <= 64 << 20
    assert "holds more than" in said(one)


def test_of_very_many_archives_some_are_opened_and_the_others_named(tmp_path: Path) -> None:
    one = handed_in(tmp_path, {f"{number:02}.zip": zipped({"hello_server.c": SERVER}) for number in range(12)})
    assert len(one.files) == 10
    assert "10.zip was not opened" in said(one)


# ---------------------------------------------------------------- what the teacher and the student say


def test_patterns_name_what_has_no_name_of_its_own(tmp_path: Path) -> None:
    files = {"kim_TCP_server_1.c": SERVER, "echo_server.c": ECHO, "q2/answer.c": CLIENT, "my_server_part.c": PART}
    names = '"*server*" = "hello_server"\n"q2/*" = "hello_client"\n'
    one = handed_in(tmp_path, files, names=names)
    assert one.found == {
        "hello_server": "kim_TCP_server_1.c", "hello_client": "q2/answer.c", "echo_server": "echo_server.c",
    }  # fmt: skip
    assert one.chosen == {"hello_server": "kim_TCP_server_1.c", "hello_client": "q2/answer.c"}
    assert "as the patterns for names say" in said(one)


@pytest.mark.parametrize(
    ("text", "words"),
    [('"*" = "hello_serve"', "did you mean hello_server"), ('"*" = 3', "must stand for"), ('"a', "cannot be read")],
)
def test_wrong_patterns_are_said(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "names.toml").write_text(text)
    with pytest.raises(ClassError, match=words):
        read_names(tmp_path / "names.toml")
    with pytest.raises(ClassError, match="cannot be read"):
        read_names(tmp_path / "nowhere.toml")


def test_the_students_own_manifest_stays_in_force(tmp_path: Path) -> None:
    manifest = b'[hello_server]\nsource = "a.c"\n[echo_client]\nbuild = "make"\nrun = ["./e"]\n'
    files = {"hw/offhook.toml": manifest, "hw/a.c": SERVER, "hw/hello_server2.c": SERVER, "hw/Makefile": b"all:\n"}
    one = handed_in(tmp_path, files)
    assert one.found == {"hello_server": "", "echo_client": ""}
    assert (one.chosen, one.nothing) == ({}, None)
    assert handed_in(tmp_path, {}, ("echo_client",)).found == {"echo_client": ""}


def test_a_wrong_manifest_is_the_reason_with_its_line(tmp_path: Path) -> None:
    one = handed_in(tmp_path, {"offhook.toml": b"\n[hello_serve]\n", "hello_server.c": SERVER})
    assert "offhook.toml:2: [hello_serve] is no exercise" in str(one.nothing)
    assert str(tmp_path) not in str(one.nothing)


def test_only_the_exercises_that_are_asked_for_are_judged(tmp_path: Path) -> None:
    files = {"hello_server.c": SERVER, "echo_server.c": ECHO}
    assert handed_in(tmp_path, files, ("echo_server",)).found == {"echo_server": "echo_server.c"}
    with pytest.raises(ClassError, match="did you mean echo_server"):
        handed_in(tmp_path, {}, ("echo_serve",))


def test_a_lone_program_is_taken_for_the_only_exercise(tmp_path: Path) -> None:
    one = handed_in(tmp_path, {"과제.c": SERVER, "part.c": PART}, ("hello_server",))
    assert one.found == one.chosen == {"hello_server": "과제.c"}
    assert "the only program" in said(one)
    assert handed_in(tmp_path, {}, ("hello_server", "echo_server")).found == {}
    assert handed_in(tmp_path, {}).found == {}
    assert handed_in(tmp_path, {"second.c": SERVER}, ("hello_server",)).found == {}


def test_a_program_for_windows_is_not_taken_for_another_platform(tmp_path: Path) -> None:
    one = handed_in(tmp_path, {"hello_client.c": WINSOCK}, ("hello_client",))
    assert (one.found, str(one.nothing)) == (
        {},
        "there are only programs for Windows; these exercises were not asked for: hello_client_win",
    )


# ---------------------------------------------------------------- nothing to judge


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({".git/HEAD": b""}, "no file was handed in"),
        ({"과제.hwp": b"\xd0\xcf", "a.pdf": b""}, "only documents and pictures: a.pdf, 과제.hwp"),
        ({"hello_server.exe": b"MZ\0", "a.hwp": b""}, "built already: a.hwp, hello_server.exe"),
        ({"hello_server": b"\x7fELF\0"}, "no source of a program; there are hello_server"),
        ({"a.egg": b"EGGA"}, "a.egg is an archive that cannot be opened here"),
        ({"a.zip": b"PK\3\4 no"}, "a.zip is damaged"),
        ({"readme.txt": b"later"}, "no source of a program; there are readme.txt"),
        ({"homework.c": SERVER}, "no file has a name of the exercises"),
        ({"homework.c": b"\0" * 9}, "no source of a program"),
    ],
)
def test_where_nothing_can_be_judged_the_reason_is_said_once(tmp_path: Path, files: Files, words: str) -> None:
    one = handed_in(tmp_path, files)
    assert one.found == {}
    assert words in str(one.nothing)
    assert str(one.nothing) not in said(one)


def test_hostile_names_are_shown_in_one_line(tmp_path: Path) -> None:
    files = dict.fromkeys(("-rf.c", "a'b\".c", "$(reboot).c", "</script>.c", "=cmd.c", "x" * 250 + ".c"), SERVER)
    one = handed_in(tmp_path, {**files, "hello_server.c": SERVER, "two\nlines.c": SERVER, "\x1b[2J.c": SERVER})
    assert one.found == {"hello_server": "hello_server.c"}
    assert all(str(note).isprintable() for note in one.notes)
    assert len(one.files) == len(files) + 3
