"""Layouts of course servers: each is recognised by itself, and everybody gets a row, with files or with a reason."""

import io
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Console

from conformance.grading import intake
from conformance.grading.errors import ClassError
from conformance.grading.gradescope_metadata import Submitter, submitters
from conformance.grading.ids import LONGEST_ID, id_of, unique_ids
from conformance.grading.intake import read_class
from conformance.grading.layouts import LAYOUTS
from conformance.grading.records import HandedIn, Intake, Student
from conformance.grading.roster import Row, rows_of
from conformance.reporting.class_look import class_look
from conformance.sandbox import temporary
from conformance.submission.discover import read_submission
from tests.support.make_class import LAYOUTS as MADE
from tests.support.make_class import STUDENTS, Files, class_files, handed_files, make_class, zipped

SOURCE = b"#include <sys/socket.h>\nint main(void) { listen(3, 5); accept(3, 0, 0); send(4, m, n, 0); }\n"
ROSTER = Path("roster.csv")


def put(folder: Path, files: Files) -> Path:
    """Write files with their folders."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def students(taken: Intake) -> dict[str, HandedIn]:
    """Return what was handed in by the students' ids."""
    return {one.student.id: one for one in taken.handed_in}


def said(one: HandedIn | Intake) -> str:
    """Return all that is said."""
    return "\n".join(map(str, one.notes))


# ---------------------------------------------------------------- a class of 120 in each layout


@pytest.fixture(scope="module", params=sorted(MADE))
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A class in each layout."""
    folder = tmp_path_factory.mktemp("class")
    make_class(request.param, folder)
    return request.param, folder


def test_everybody_gets_a_row_with_programs_or_with_a_reason(made: tuple[str, Path]) -> None:
    layout, folder = made
    taken = read_class(folder)
    assert (taken.layout, len(taken.handed_in), taken.notes) == (layout, STUDENTS, ())
    by_account = {one.student.id[-8:]: one for one in taken.handed_in}
    for wanted in handed_files():
        account = wanted.account if layout != "folders" else None
        one = by_account[account] if account is not None else students(taken)[f"{wanted.account}_{id_of(wanted.name)}"]
        expected = set() if wanted.kind == "nothing" else {"hello_server", "hello_client"}
        assert set(one.found) == expected, (wanted.kind, said(one))
        assert (one.nothing is None) == bool(expected)


def test_a_submission_reads_what_was_taken_in_as_the_same_programs(made: tuple[str, Path], tmp_path: Path) -> None:
    """The files and the choice of the intake are what a judgement gets."""
    for one in read_class(made[1]).handed_in[:60]:
        if one.found:
            folder = put(tmp_path / one.student.id, {file.name: file.data for file in one.files})
            found = read_submission(folder, one.chosen).found
            assert {name: each.source for name, each in found.items()} == one.found


def test_a_zip_of_a_class_is_the_same_class(made: tuple[str, Path], tmp_path: Path) -> None:
    layout, folder = made
    (tmp_path / "class.zip").write_bytes(zipped(class_files(layout)))
    assert read_class(tmp_path / "class.zip").handed_in == read_class(folder).handed_in


def test_a_layout_may_be_forced_and_a_wrong_one_is_said(made: tuple[str, Path]) -> None:
    layout, folder = made
    assert read_class(folder, layout=layout).layout == layout
    with pytest.raises(ClassError, match=r"no such layout.*did you mean moodle"):
        read_class(folder, layout="moodel")
    other = next(one for one in LAYOUTS if one not in (layout, "folders"))
    with pytest.raises(ClassError, match=f"not the layout {other}"):
        read_class(folder, layout=other)


# ---------------------------------------------------------------- each server's own ways


def test_moodle_folders_flat_files_typed_text_and_zips(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "김 민수_101_assignsubmission_file_/hello_server.c": SOURCE,
            "김 민수_101_assignsubmission_onlinetext_/onlinetext.html": b"<p>hello</p>",
            "Group A-Li_Wei_102_assignsubmission_file_hw_1.zip": zipped({"hw/hello_server.c": SOURCE}),
            "Kim_103_assignsubmission_onlinetext/onlinetext.html": b"<p>later</p>",
            "grades.csv": b"",
        },
    )
    taken = read_class(tmp_path)
    found = students(taken)
    assert (taken.layout, sorted(found)) == ("moodle", ["101", "102", "103"])
    assert found["101"].student.label == "김 민수_101_assignsubmission_file_"
    assert found["102"].student.name == "Group A-Li_Wei"
    assert [one.found for one in found.values()] == [{"hello_server": "hello_server.c"}] * 2 + [{}]
    assert "typed" in said(found["103"])
    assert said(taken) == "grades.csv belongs to no student: it was not read"


def test_canvas_late_anonymous_typed_and_handed_in_again(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "kimminsu_LATE_501_7001_hello_server.c": SOURCE,
            "leewei_502_7002_hello_server.c": b"old",
            "leewei_502_7003_hello_server-1.c": b"newer",
            "leewei_502_7004_hello_server-10.c": SOURCE,
            "leewei_502_7005_net-1.h": b"int x;\n",
            "leewei_502_7006_part-1.c": b"int a;\n",
            "leewei_502_7007_part-2.c": b"int b;\n",
            "anon_Ab3dE_7006_hello_server.c": SOURCE,
            "LATE_anon_Zz9yX_7007_hello_server.c": SOURCE,
            "o_503_text.html": b"<p/>",
        },
    )
    taken = read_class(tmp_path)
    found = students(taken)
    assert (taken.layout, sorted(found)) == ("canvas", ["501", "502", "503", "anon_Ab3dE", "anon_Zz9yX"])
    names = {one.name: one.data for one in found["502"].files}
    assert sorted(names) == ["hello_server.c", "net.h", "part-1.c", "part-2.c"]
    assert names["hello_server.c"] == SOURCE
    assert "hello_server-10.c was handed in again" in said(found["502"])
    assert "came late" in said(found["501"]) and "came late" in said(found["anon_Zz9yX"])
    assert found["503"].nothing is not None


def test_gradescope_groups_quotes_and_what_a_program_printed(tmp_path: Path) -> None:
    metadata = """---
submission_1:
  :submitters:
  - :name: Pair, One
    :sid: '0012'
    :email: one@example.org
  - :name: "Pair \\u00e9 \\"Two\\""
    :sid:
    :email: two@example.org
  :created_at: 2026-11-29 01:00:00.000000000 Z
  :results:
    output: |
      submission_3:
        :submitters:
        - :name: Evil
    more: "submission_4:
      :submitters:"
submission_2:
  :submitters:
  - :name: 'O''Brien: x'
    :sid: !binary |-
      AAAA
    :email:
"""
    put(tmp_path, {"submission_metadata.yml": metadata.encode(), "submission_1/hello_server.c": SOURCE})
    taken = read_class(tmp_path)
    found = students(taken)
    assert (taken.layout, sorted(found)) == ("gradescope", ["0012", "submission_2", "two@example.org"])
    assert found["two@example.org"].student.name == 'Pair é "Two"'
    assert found["two@example.org"].files == found["0012"].files
    assert "together with Pair, One" in said(found["two@example.org"])
    assert found["submission_2"].student.name == "O'Brien: x"
    assert str(found["submission_2"].nothing) == "no file was handed in that could be read"


@given(st.lists(st.text(alphabet=" -:'\"|>\nsubmission_1metrsd", max_size=40), max_size=20))
def test_metadata_may_hold_anything(lines: list[str]) -> None:
    submitters(iter(lines))


def test_metadata_of_one_submitter() -> None:
    lines = ["submission_7:", "  :submitters:", "  - :name: A", "    :sid: '1'", "  :score: 1.0", "    :name: B"]
    assert submitters(iter(lines)) == {"submission_7": (Submitter(name="A", sid="1"),)}


def test_github_without_what_git_keeps(tmp_path: Path) -> None:
    put(
        tmp_path / "hw1-submissions",
        {"hw1-kim/.git/config": b"", "hw1-kim/src/hello_server.c": SOURCE, "hw1-lee/.git/HEAD": b"", "notes.txt": b""},
    )
    for place in (tmp_path, tmp_path / "hw1-submissions"):
        found = students(read_class(place))
        assert sorted(found) == ["kim", "lee"]
        assert found["kim"].found == {"hello_server": "hello_server.c"}
        assert found["lee"].nothing is not None


def test_plain_folders_archives_and_files_of_nobody(tmp_path: Path) -> None:
    put(tmp_path, {"kim/a/b/hello_server.c": SOURCE, "lee.zip": zipped({"hello_server.c": SOURCE}), "x.txt": b""})
    put(tmp_path, {"park.egg": b"EGGA"})
    (tmp_path / "choi").mkdir()
    (tmp_path / "link").symlink_to("/etc")
    os.mkfifo(tmp_path / "kim" / "hello_client.c")
    found = students(read_class(tmp_path))
    assert {name: bool(one.found) for name, one in found.items()} == {
        "kim": True, "lee": True, "park": False, "choi": False,
    }  # fmt: skip
    assert "cannot be opened here" in str(found["park"].nothing)
    assert said(read_class(tmp_path)).splitlines() == [
        "kim/hello_client.c was not read: it is a link or no plain file, or its name cannot be used",
        "link was not read: it is a link or no plain file, or its name cannot be used",
        "x.txt belongs to no student: it was not read",
    ]


@pytest.mark.parametrize("above", ["", "hw1-submissions/hw1-"])
def test_one_student_with_very_many_files_costs_nobody_else_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, above: str
) -> None:
    monkeypatch.setattr(intake, "MOST_OF_ONE", 20)
    put(tmp_path, {f"{above}kim/{number}/a.txt": b"" for number in range(30)})
    put(tmp_path, {f"{above}lee/hello_server.c": SOURCE})
    found = read_class(tmp_path)
    assert sorted(students(found)) == ["kim", "lee"]
    assert students(found)["lee"].found
    assert said(found) == f"{above}kim holds more than 20 files and folders: the others were not read"


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("nowhere", None, "no such folder or archive"),
        ("class.rar", b"Rar!", "neither a folder nor an archive"),
        ("class.zip", b"PK\3\4 and nothing", "unpack the class yourself"),
        ("class", {}, "there is no file in it"),
        ("class", {"hello_server.c": SOURCE}, "no layout of a class was recognised"),
    ],
)
def test_what_is_no_class_is_said(tmp_path: Path, name: str, data: bytes | Files | None, words: str) -> None:
    if isinstance(data, bytes):
        (tmp_path / name).write_bytes(data)
    elif data is not None:
        (tmp_path / name).mkdir()
        put(tmp_path / name, data)
    with pytest.raises(ClassError, match=words):
        read_class(tmp_path / name)


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(temporary, "temporary_root", lambda: tmp_path / "scratch")
    (tmp_path / "scratch").mkdir()
    put(tmp_path / "class", {"lee.zip": zipped({"hello_server.c": SOURCE})})
    assert read_class(tmp_path / "class").handed_in[0].found
    assert list((tmp_path / "scratch").iterdir()) == []


# ---------------------------------------------------------------- the roster


@pytest.mark.parametrize(
    "data",
    [
        "id,name,email,folder\n2026001,김민수,kim@example.org,kim\n".encode("utf-8-sig"),
        "학번;이름;이메일;폴더\r\n2026001;김민수;kim@example.org;kim\r\n".encode("cp949"),
        'Email,"Name","ID","folder"\nkim@example.org,"김민수","\'2026001",kim\n'.encode("utf-16"),
    ],
)
def test_a_roster_is_read_however_it_was_saved(data: bytes) -> None:
    assert rows_of(data, ROSTER) == (Row(id="2026001", name="김민수", email="kim@example.org", folder="kim"),)


def test_the_tables_of_course_servers_are_rosters() -> None:
    moodle = "Identifier,Full name,ID number,Email address,Status,Grade\nParticipant 101,Kim,77,k@x.org,Submitted,\n"
    canvas = (
        "Student,ID,SIS User ID,SIS Login ID,Section,HW (1)\n    Points Possible,,,,,100\n"
        '"Kim, Minsu",501,77,k@x.org,A,\n'
    )
    github = "identifier,github_username,github_id,name\nkim77,kimgit,9,\n"
    assert rows_of(moodle.encode(), ROSTER) == (Row(id="101", name="Kim", email="k@x.org"),)
    assert rows_of(canvas.encode(), ROSTER) == (Row(id="501", name="Kim, Minsu", email="k@x.org"),)
    assert rows_of(github.encode(), ROSTER) == (Row(id="kim77", folder="kimgit"),)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"name,mail\na,b\n", "no column for the id"),
        (b"\xff\xff\xff", "CP949"),
        (b'id\n"' + b"x" * 200_000, "no table"),
    ],
)
def test_a_wrong_roster_is_said(data: bytes, words: str) -> None:
    with pytest.raises(ClassError, match=words):
        rows_of(data, ROSTER)


@given(st.binary(max_size=200))
@example(b"id\0,name\n1,2\n")
def test_a_roster_may_hold_anything(data: bytes) -> None:
    try:
        rows_of(data, ROSTER)
    except ClassError as problem:
        assert str(problem)


def test_the_roster_names_students_and_those_who_handed_in_nothing(tmp_path: Path) -> None:
    put(
        tmp_path / "class",
        {f"{name}/hello_server.c": SOURCE for name in ("20260001_kim", "lee", "Park Min", "c@x.org", "stranger")},
    )
    put(
        tmp_path / "class",
        {
            "roster.csv": b"id,name,email,folder\n20260001,Kim,k@x.org,\n20260002,Lee,,lee\n20260003,Park Min,,\n"
            b"20260004,Choi,c@x.org,\n20260005,Jung,j@x.org,\n"
        },
    )
    taken = read_class(tmp_path / "class")
    found = students(taken)
    assert {name: bool(one.found) for name, one in found.items()} == {
        "20260001": True, "20260002": True, "20260003": True, "20260004": True, "20260005": False, "stranger": True,
    }  # fmt: skip
    assert (found["20260001"].student.email, found["20260001"].student.label) == ("k@x.org", "20260001_kim")
    assert str(found["20260005"].nothing) == "nothing was handed in"
    assert said(taken) == "stranger handed in, and is not in the roster"
    (tmp_path / "other.csv").write_bytes(b"id,name\nstranger,Stranger\n")
    named = students(read_class(tmp_path / "class", roster=tmp_path / "other.csv"))
    assert named["stranger"].student.name == "Stranger"


# ---------------------------------------------------------------- ids


@given(st.lists(st.text(max_size=120) | st.sampled_from([".", "..", "", "a/b", "A", "a", "é", "e\u0301", "한" * 60])))
def test_ids_are_unique_and_safe_as_names_of_files(texts: list[str]) -> None:
    ids = list(unique_ids(texts))
    assert len({one.casefold() for one in ids}) == len(texts)
    for one in ids:
        assert one not in ("", ".", "..")
        assert all(letter.isalnum() or letter in "._@-" for letter in one)
        assert len(one.encode()) <= LONGEST_ID
        assert one[0] not in ".-"


def test_ids_stay_what_they_are_where_they_may() -> None:
    assert [id_of(text) for text in (".bashrc", "-rf", "...a...", "--")] == ["bashrc", "rf", "a", "student"]
    assert list(unique_ids(["20260001", "김민수", "a@x.org", "a b/c", "..", "김민수", "kim", "KIM"])) == [
        "20260001", "김민수", "a@x.org", "a_b_c", "student", "김민수-2", "kim", "KIM-2",
    ]  # fmt: skip


# ---------------------------------------------------------------- the table


def test_the_table_shows_who_what_and_what_is_missing_in_safe_letters(tmp_path: Path) -> None:
    put(tmp_path, {"kim/HelloSever.c": SOURCE, "[red]lee/hello_server.c": SOURCE, "park/과제.hwp": b""})
    put(tmp_path, {"lee\x1b[2J/hello_server.c": SOURCE, "roster.csv": b"id,name\nkim,K\x1b[2Jim\npark,P\n"})
    printed = io.StringIO()
    class_look(read_class(tmp_path), Console(file=printed, width=200), ("hello_server", "hello_client"))
    text = printed.getvalue()
    assert r"lee\x1b[2J has characters that cannot be shown: it is called lee_[2J here" in text
    assert text.startswith("Layout: folders; 4 students\n")
    assert "\x1b" not in text
    for words in (
        "hello_server: HelloSever.c",
        "almost the usual one",
        "hello_client",
        "only documents",
        "_red_lee",
        "lee__2J",
    ):
        assert words in text
    assert text.endswith("3 students have a program that can be judged, 1 have none.\n")


def test_the_table_says_how_late_something_came_or_when() -> None:
    late = (
        HandedIn(student=Student(id="kim", late_days=2)),
        HandedIn(student=Student(id="lee", late_days=0)),
        HandedIn(student=Student(id="park", handed_in="2026-11-29T14:59:00Z")),
    )
    printed = io.StringIO()
    class_look(Intake(layout="folders", handed_in=late), Console(file=printed, width=200))
    rows = {line.split()[1]: line for line in printed.getvalue().splitlines() if "│" in line}
    assert "late, days: 2" in rows["kim"]
    assert "late" not in rows["lee"]
    assert "handed in 2026-11-29T14:59:00Z" in rows["park"]


def test_a_class_zip_keeps_students_whose_files_do_not_matter(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.mkdir("hw/empty")
        archive.writestr("hw/git/.git/HEAD", b"")
        archive.writestr("hw/kim/hello_server.c", SOURCE)
        archive.writestr("hw/exe/a.exe", b"MZ")
        archive.writestr("hw/lee\u200d\x1b/hello_server.c", SOURCE)
    (tmp_path / "class.zip").write_bytes(made.getvalue())
    assert sorted(students(read_class(tmp_path / "class.zip"))) == ["empty", "exe", "git", "kim", "lee__"]
