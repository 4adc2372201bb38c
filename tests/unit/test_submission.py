"""Submissions as they come: what is recognised, what is copied, and what is said of everything else."""

import os
import socket
import stat
import sys
import tempfile
import unicodedata
import zipfile
from pathlib import Path

import pytest

from conformance.records.notes import VALUES, Note, note_in_words, quoted_word, shown_name
from conformance.submission import private_copy, roles
from conformance.submission.discover import read_submission
from conformance.submission.manifest import SubmissionError
from conformance.submission.private_copy import CopyLimits
from tests.matrix import HERE, TEXTBOOK

SERVER = "#include <sys/socket.h>\nint main(void) { listen(3, 5); int c = accept(3, 0, 0); send(c, m, n, 0); }\n"
ECHO = "#include <sys/socket.h>\nint main(void) { listen(3, 5); n = read(c, buf, 9); write(c, buf, n); }\n"
CLIENT = "#include <sys/socket.h>\nint main(void) { connect(3, a, n); read(3, buf, 9); printf(buf); }\n"
ECHO_CLIENT = "#include <stdio.h>\nint main(void) { connect(3, a, n); fgets(b, 9, stdin); write(3, b, 9); }\n"
WINSOCK = '#include "Winsock2.h"\nint main(void) { connect(3, a, n); recv(3, buf, 9, 0); }\n'


NOBODY = 65534


def put(folder: Path, **files: str) -> None:
    """Write files; `__` stands for the dot before an extension."""
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


def taken(folder: Path) -> dict[str, str | None]:
    """Return which file was taken for which exercise."""
    return {name: one.source for name, one in read_submission(folder).found.items()}


def said(folder: Path) -> dict[str, str]:
    """Return the kinds of what is said, with the file of each."""
    return {note.kind: note.file for note in read_submission(folder).notes}


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("name", "text", "exercise", "kind"),
    [
        ("hello_server.c", "", "hello_server", None),
        ("HelloServer.java", "", "hello_server", None),
        ("hello-server.rs", "", "hello_server", None),
        ("Hello Server.py", "", "hello_server", None),
        ("hello_server1.c", "", "hello_server", "renamed"),
        ("echo_server_v2.c", "", "echo_server", "renamed"),
        ("hello_client (2).c", "", "hello_client", "renamed"),
        ("hello_client - 복사본.c", "", "hello_client", "renamed"),
        (unicodedata.normalize("NFD", "hello_client_최종.c"), "", "hello_client", "renamed"),
        ("my_tcp_echo_server_final.c", "", "echo_server", "renamed"),
        ("echo_client2.c", "", "echo_client", None),
        ("server.c", SERVER, "hello_server", "guessed"),
        ("tcp_server.c", ECHO, "echo_server", "guessed"),
        ("TCP_Client.c", ECHO_CLIENT, "echo_client", "guessed"),
        ("tcp_client.c", CLIENT, "hello_client", "guessed"),
        ("Client1.c", CLIENT, "hello_client", "guessed"),
        ("hello_client.c", WINSOCK, "hello_client_win", "winsock"),
        ("client.cpp", WINSOCK, "hello_client_win", "winsock"),
        ("hello_client.c", f"#ifdef _WIN32\n{WINSOCK}#else\n{CLIENT}#endif\n", "hello_client", None),
    ],
)
def test_a_name_is_recognised_and_what_is_not_plain_is_said(
    tmp_path: Path, name: str, text: str, exercise: str, kind: str | None
) -> None:
    (tmp_path / name).write_text(text)
    found = read_submission(tmp_path)
    assert {one.exercise: one.source for one in found.found.values()} == {exercise: name}
    assert kind is None or kind in {note.kind for note in found.notes}
    assert found.notes or kind is None


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("helo_server.c", SERVER, "near"),
        ("hello_sever.py", "", "near"),
        ("server.c", "int main(void) { accept(3, 0, 0); recv(c, b, 9, 0); send(c, ok, 2, 0); }", "undecided"),
        ("server.c", SERVER.replace("5);", "5); /* SOCK_STREAM, not */ SOCK_DGRAM;"), "undecided"),
        ("client.py", "import socket  # nothing yet\n", "undecided"),
        ("homework.c", SERVER, "no-exercise"),
        ("hello_server.rb", "", "unknown-language"),
        ("hello_server.c.txt", SERVER, "other-extension"),
        ("hello_server", "\x7fELF", "binary"),
        ("hello_server.exe", "MZ\0", "binary"),
        ("HelloServer.class", "", "binary"),
        ("offhook.toml.txt", "", "manifest-name"),
    ],
)
def test_what_is_not_taken_is_said(tmp_path: Path, name: str, text: str, kind: str) -> None:
    put(tmp_path, echo_server__c=ECHO)
    (tmp_path / name).write_text(text)
    assert taken(tmp_path) == {"echo_server": "echo_server.c"}
    assert said(tmp_path) == {kind: name}


def test_where_nothing_is_recognised_the_error_says_what_is_there(tmp_path: Path) -> None:
    put(tmp_path, helo_server__c=SERVER)
    with pytest.raises(SubmissionError, match=r"no program recognised.*did you mean hello_server\.c\?"):
        read_submission(tmp_path)
    (tmp_path / "helo_server.c").unlink()
    (tmp_path / "homework" / "one").mkdir(parents=True)
    put(tmp_path / "homework" / "one", hello_server__c=SERVER)
    with pytest.raises(SubmissionError, match="the folder homework/one below holds hello_server"):
        read_submission(tmp_path)


def test_a_zip_that_holds_programs_is_named_and_a_broken_one_breaks_nothing(tmp_path: Path) -> None:
    put(tmp_path, echo_server__c=ECHO)
    with zipfile.ZipFile(tmp_path / "1234.zip", "w") as archive:
        archive.writestr("1234/hello_server.c", SERVER)
    (tmp_path / "other.zip").write_bytes(b"PK\3\4" + bytes(100))
    notes = read_submission(tmp_path).notes
    assert notes == (Note(kind="archive", file="1234.zip", values=(("programs", "hello_server"),)),)


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ("hello_server.c", "hello_server.py", "other-language"),
        ("hello_server.c", "hserver.c", "other-name"),
        ("hello_server.c", "hello_server2.c", "other-name"),
        ("hello_server2.c", "hello_server1.c", "other-version"),
        ("hello_server.c", "server.c", "other-name"),
    ],
)
def test_of_two_candidates_one_is_taken_and_both_are_named(tmp_path: Path, first: str, second: str, kind: str) -> None:
    for name in (first, second):
        (tmp_path / name).write_text(SERVER)
    found = read_submission(tmp_path)
    assert found.found["hello_server"].source == first
    (note,) = [note for note in found.notes if note.kind == kind]
    assert (note.file, dict(note.values), note.exercise) == (second, {"taken": first}, "hello_server")


def test_what_a_build_leaves_behind_is_not_worth_a_remark(tmp_path: Path) -> None:
    put(tmp_path, hello_server__c=SERVER, hello_server__h="", hello_server__o="", hello_server__exe="MZ", data__txt="")
    put(tmp_path, hello_server="\x7fELF", README__md="", net__c="int helper(void) { return 1; }\n")
    assert read_submission(tmp_path).notes == ()


def test_the_text_tells_the_exercise_of_our_own_programs_or_nothing() -> None:
    wrong = {}
    for folder in (HERE / "right", HERE / "wrong", TEXTBOOK):
        for path in folder.iterdir():
            head = path.read_bytes()[:2_000]
            exercise = head.partition(b"exercise: ")[2].split(b"\n")[0].strip().decode().removesuffix("_win")
            if exercise.endswith(("server", "client")):
                found = roles.exercise_of("server" if exercise.endswith("server") else "client", path.read_bytes())
                if found not in (exercise, None):
                    wrong[path.name] = found
    assert wrong == {}


@pytest.mark.parametrize("text", ["/*", '"""', '"\\', "recv(a);", "  ", "a.", "=a.", "x=\n", "send(x ", "'"])
def test_a_hostile_source_is_read_in_bounded_time(text: str) -> None:
    roles.signs(text.encode() * roles.LARGEST_SOURCE_READ)


def test_hostile_names_are_shown_in_one_line(tmp_path: Path) -> None:
    names = ["-rf.c", "a b.c", "a'b\".c", "two\nlines.c", ";reboot.c", "$(reboot).c", "안녕.c", "x" * 250 + ".c"]
    for name in names:
        (tmp_path / name).write_text("int main(void) { return 0; }")
    (tmp_path / os.fsdecode(b"\xff\xfe.c")).write_text("int main(void) { return 0; }")
    put(tmp_path, hello_server__c=SERVER)
    notes = read_submission(tmp_path).notes
    assert len(notes) == len(names) + 1
    assert all(note_in_words(note).isprintable() for note in notes)
    assert {note.kind for note in notes} == {"no-exercise"}


def test_a_name_is_quoted_as_a_shell_takes_it() -> None:
    assert quoted_word("homework") == "homework"
    assert quoted_word("a b") == "'a b'"
    assert quoted_word(os.fsdecode(b"a\xff b'")) == r"$'a\xff\x20b\x27'"
    assert quoted_word("/a/\x1b[2J") == r"$'/a/\x1b\x5b2J'"


def test_each_remark_has_its_words() -> None:
    values = {"size": "1", "limit": "2", "why": "3", "taken": "4", "side": "client", "manifest": "6", "meant": "7"}
    values |= {"extension": ".x", "command": "8", "programs": "9", "others": "10", "departure": "peer"}
    for kind in VALUES:
        assert note_in_words(Note(kind=kind, file="file.c", values=tuple(values.items()), exercise="hello_server"))


# ---------------------------------------------------------------- the manifest


def manifest(folder: Path, text: str | bytes) -> None:
    """Write a manifest as it is."""
    (folder / "offhook.toml").write_bytes(text if isinstance(text, bytes) else text.encode())


def test_a_manifest_may_begin_with_a_mark_and_have_windows_line_ends(tmp_path: Path) -> None:
    manifest(tmp_path, b'\xef\xbb\xbf[hello_server]\r\nbuild = "make"\r\nrun = ["./a"]\r\n')
    assert read_submission(tmp_path).found["hello_server"].recipe.build == "make"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('# one\n\n[hello_server]\nrun = ["./a"]\n\nbiuld = "make"\n', "offhook.toml:6: [hello_server] biuld"),
        ('\n[hello_serve]\nrun = ["./a"]\n', "offhook.toml:2: [hello_serve] is no exercise (did you mean hello_serv"),
        ('[echo_server]\nrun = ["./a"]\n[hello_server]\nrun = "./a"\n', "offhook.toml:4: [hello_server]"),
        ("[hello_server]\nrun = []\n", "offhook.toml:2: [hello_server] run: it is empty"),
        ('[hello_server]\nbuild = "make"\n', "says neither run nor source"),
        ('[hello_server]\nsource = "other.c"\n', "hello_server: there is no file other.c"),
        ('[hello_server]\nsource = "../x.c"\n', "hello_server: there is no file ../x.c"),
        (b"\xff\xfe[\0h\0", "UTF-16"),
        (b"[hello_server]\nbuild = '\xff'\n", "offhook.toml:2: not UTF-8"),
    ],
)
def test_a_wrong_manifest_is_named_with_its_line(tmp_path: Path, text: str | bytes, words: str) -> None:
    folder = tmp_path / "homework"
    folder.mkdir()
    put(tmp_path, x__c="")
    manifest(folder, text)
    with pytest.raises(SubmissionError) as problem:
        read_submission(folder)
    assert words in str(problem.value)


def test_a_manifest_is_not_read_through_a_link_that_leads_out(tmp_path: Path) -> None:
    folder = tmp_path / "homework"
    folder.mkdir()
    put(tmp_path, secret="[hello_server]\n")
    (folder / "offhook.toml").symlink_to(tmp_path / "secret")
    with pytest.raises(SubmissionError, match="leads out of the folder"):
        read_submission(folder)


def test_a_manifest_names_the_file_of_an_exercise_and_so_does_the_command_line(tmp_path: Path) -> None:
    put(tmp_path, a__c=CLIENT, b__c=CLIENT, hello_client__c=CLIENT)
    manifest(tmp_path, '[hello_client]\nsource = ["a.c", "b.c"]\n')
    found = read_submission(tmp_path).found["hello_client"]
    assert (found.source, found.further, found.told) == ("a.c", ("b.c",), False)
    found = read_submission(tmp_path, {"hello_client": "b.c"}).found["hello_client"]
    assert (found.source, found.further, found.told) == ("b.c", (), True)


# ---------------------------------------------------------------- the private copy


def copied(folder: Path, target: Path, limits: CopyLimits = private_copy.USUAL) -> dict[str, str]:
    """Copy a folder; return what was said, by its file."""
    return {note.file: note.kind for note in private_copy.copy(folder, target, limits)}


def test_a_copy_keeps_modes_times_and_links(tmp_path: Path) -> None:
    folder, target = tmp_path / "homework", tmp_path / "copy"
    (folder / "sub").mkdir(parents=True)
    put(folder, build__sh="#!/bin/sh\n", Makefile="all:\n")
    put(folder / "sub", real__c="int x;\n")
    (folder / "build.sh").chmod(0o700)
    (folder / "Makefile").chmod(0o600)
    os.utime(folder / "Makefile", ns=(1_000_000_007, 1_234_567_890_123_456_789))
    (folder / "relative.c").symlink_to("sub/real.c")
    (folder / "absolute.c").symlink_to(folder / "sub" / "real.c")
    (folder / "sub" / "up").symlink_to("..")
    (folder / "later").symlink_to("sub/made_by_the_build")
    os.utime(folder / "sub", ns=(5, 7))
    assert copied(folder, target) == {}
    assert stat.S_IMODE((target / "build.sh").stat().st_mode) == 0o755
    assert stat.S_IMODE((target / "Makefile").stat().st_mode) == 0o644
    assert (target / "Makefile").stat().st_mtime_ns == 1_234_567_890_123_456_789
    assert (target / "sub").stat().st_mtime_ns == 7
    for name in ("relative.c", "absolute.c"):
        assert (target / name).resolve() == target / "sub" / "real.c"
    assert (target / "sub" / "up").resolve() == target
    assert (target / "later").is_symlink()


def test_what_is_no_file_of_the_folder_is_not_copied_and_is_named(tmp_path: Path) -> None:
    folder, target = tmp_path / "homework", tmp_path / "copy"
    folder.mkdir()
    put(tmp_path, secret="secret")
    put(folder, hello_server__c=SERVER)
    (folder / "outside").symlink_to(tmp_path / "secret")
    (folder / "above").symlink_to("..")
    (folder / "circle").symlink_to("circle")
    os.mkfifo(folder / "fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "socket"))
    with (folder / "sparse.bin").open("wb") as sparse:
        sparse.truncate(10 << 30)
    assert copied(folder, target) == {
        "outside": "link-outside", "above": "link-outside", "circle": "link-outside",
        "fifo": "not-a-file", "socket": "not-a-file", "sparse.bin": "too-large",
    }  # fmt: skip
    assert [path.name for path in target.iterdir() if path.name != private_copy.TEMPORARY] == ["hello_server.c"]


def test_a_copy_is_bounded_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "homework"
    folder.mkdir()
    for number in range(30):
        put(folder, **{f"file{number:02}": ""})
    put(folder, zz__c=SERVER)
    notes = private_copy.copy(folder, tmp_path / "few", CopyLimits(files=10), first=("zz.c",))
    assert [(note.kind, note.values) for note in notes] == [("too-many", (("limit", "10"),))]
    assert (tmp_path / "few" / "zz.c").is_file()
    deep = tmp_path / "deep"
    Path(deep, *["d"] * 40).mkdir(parents=True)
    assert list(copied(deep, tmp_path / "shallow", CopyLimits(depth=3)).values()) == ["too-deep"]


def test_what_may_not_be_read_is_named() -> None:
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        top.chmod(0o777)
        (top / "homework").mkdir()
        put(top / "homework", locked="")
        (top / "homework" / "locked").chmod(0)
        if root := os.geteuid() == 0:
            os.seteuid(NOBODY)  # root may read everything
        try:
            found = copied(top / "homework", top / "copy")
        finally:
            if root:
                os.seteuid(0)
    assert found == {"locked": "unreadable"}


def test_names_are_text_that_every_output_holds() -> None:
    name = os.fsdecode(b"\xffname")
    assert shown_name(name) == r"\xffname"
    assert len(shown_name("x" * 250)) < 130
    shown_name(name).encode(sys.getdefaultencoding())
