"""Late days: what each course server tells of them, what follows from a due date, and what is said of unknown ones."""

from datetime import datetime
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.grading.environment import Environment
from conformance.grading.errors import ClassError
from conformance.grading.intake import read_class
from conformance.grading.job import Done
from conformance.grading.lateness import days_in_length, days_in_number, days_in_status, moment_in, with_days
from conformance.grading.marking import marked
from conformance.grading.records import Class, HandedIn, Student
from conformance.grading.roster import rows_of
from conformance.grading.rubric import RubricError, read_rubric
from conformance.grading.running import Asked
from conformance.grading.running import rows_of as roll_rows
from conformance.grading.statistics import statistics
from conformance.grading.store import Roll, Store
from conformance.reporting.class_page import class_page
from conformance.reporting.exports import FORMATS, Setting, Written
from tests.support import samples

SOURCE: Final = b"#include <sys/socket.h>\nint main(void) { listen(3, 5); accept(3, 0, 0); send(4, m, n, 0); }\n"
RUBRIC: Final = """[rubric]
points = 10
round = 1
late = {{per_day = 2, at_most = 5{due}}}
[exercise.hello_server]
points = 10
"""
DUE: Final = ", due = 2026-11-29T23:59:59+09:00"
PLACE: Final = Environment(version="1", catalogue="", scenarios="", tools={})


# ---------------------------------------------------------------- what is written


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Submitted for grading", 0),
        ("Submitted for grading - Graded", 0),
        ("Submitted for grading - 2 days 3 hours late", 3),
        ("Submitted for grading - 2 days late - Graded", 2),
        ("Submitted for grading - 1 day 1 hour late", 2),
        ("Submitted for grading - 5 mins 3 secs late", 1),
        ("Submitted for grading - 1 sec late", 1),
        ("Submitted for grading - 1 year 1 day late", 366),
        ("Draft (not submitted) - 3 hours 20 mins late", 1),
        ("No submission", None),
        ("No submission - Assignment is overdue by: 3 days 2 hours", None),
        ("Missing", None),
        ("Graded", None),
        ("", None),
        ("채점을 위해 제출됨 - 2 일 3 시간 늦음", None),
        ("Submitted for grading - Extension granted until: Monday, 7 December 2026, 11:59 PM", 0),
        ("translate", None),
    ],
)
def test_what_the_status_of_moodle_says(text: str, days: int | None) -> None:
    assert days_in_status(text) == days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("00:00:00", 0),
        ("00:00:01", 1),
        ("24:00:00", 1),
        ("24:00:01", 2),
        ("123:04:05", 6),
        ("", None),
        ("1:99:00", None),
    ],
)
def test_what_the_lateness_of_gradescope_says(text: str, days: int | None) -> None:
    assert days_in_length(text) == days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("0", 0),
        ("2", 2),
        ("1.5", 2),
        ("0,5", 1),
        ("-3", 0),
        ("nan", None),
        ("inf", None),
        ("two", None),
        ("1e9", 10_000),
    ],
)
def test_what_a_teacher_writes(text: str, days: int | None) -> None:
    assert days_in_number(text) == days


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-29T14:59:00Z", "2026-11-29T14:59:00Z"),
        ("2026-11-29 01:00:00.000000000 Z", "2026-11-29T01:00:00Z"),
        ("2026-11-29 23:59:00 +0900", "2026-11-29T14:59:00Z"),
        ("2026-11-29 07:00:00 -08:00", "2026-11-29T15:00:00Z"),
        ("2026-11-29 14:59:00 UTC", "2026-11-29T14:59:00Z"),
        ("2026-11-29 14:59:00", ""),
        ("2026-13-29T14:59:00Z", ""),
        ("0001-01-01T00:00:00+23:59", ""),
        ("yesterday", ""),
    ],
)
def test_moments(text: str, moment: str) -> None:
    assert moment_in(text) == moment


@given(st.text(alphabet="0123456789:-+TZ. late dyshour"))
def test_anything_may_be_written(text: str) -> None:
    for read in (days_in_status, days_in_length, days_in_number, moment_in):
        read(text)


def test_a_due_date_counts_begun_days_and_never_what_the_server_counted() -> None:
    due = datetime.fromisoformat("2026-11-29T23:59:59+09:00")
    days = [
        with_days(Student(id="a", handed_in=when), due).late_days
        for when in ("2026-11-29T14:59:59Z", "2026-11-29T15:00:00Z", "2026-11-30T14:59:59Z", "2026-12-01T15:00:00Z", "")
    ]
    assert days == [0, 1, 1, 3, None]
    assert with_days(Student(id="a", late_days=1, handed_in="2027-01-01T00:00:00Z"), due).late_days == 1


# ---------------------------------------------------------------- rosters


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("id,late_days\na,2\nb,\nc,0\n", {"a": 2, "b": None, "c": 0}),
        ("학번,이름,지각 일수\na,김,1.5\n", {"a": 2}),
        ("Identifier,Full name,Status\nParticipant 7,Kim,Submitted for grading - 1 day 2 hours late\n", {"7": 2}),
        (
            "First Name,Last Name,SID,Status,Lateness (H:M:S)\nMin,Kim,a,Graded,25:00:00\nX,Y,b,Missing,\n",
            {"a": 2, "b": None},
        ),
        ("id,status,late_days\na,Submitted for grading - 3 days 1 hour late,1\n", {"a": 1}),
    ],
)
def test_rosters_tell_days(table: str, expected: dict[str, int | None]) -> None:
    assert {row.id: row.late_days for row in rows_of(table.encode(), Path("roster.csv"))} == expected


def test_a_table_of_grades_of_github_tells_the_time() -> None:
    table = (
        "assignment_name,github_username,roster_identifier,submission_timestamp,points_awarded\n"
        "hw1,kim-git,kim,2026-11-30T01:00:00Z,3\nhw1,lee-git,,,0\n"
    )
    rows = rows_of(table.encode(), Path("grades.csv"))
    assert [(one.id, one.folder, one.handed_in) for one in rows] == [
        ("kim", "kim-git", "2026-11-30T01:00:00Z"),
        ("lee-git", "lee-git", ""),
    ]


def test_days_that_are_no_number_are_refused_with_the_student() -> None:
    with pytest.raises(ClassError, match="late_days of kim is two"):
        rows_of(b"id,late_days\nkim,two\n", Path("roster.csv"))


def test_names_in_two_columns_are_one_name() -> None:
    (row,) = rows_of(b"First Name,Last Name,SID\nMin,Kim,7\n", Path("grades.csv"))
    assert row.name == "Min Kim"


# ---------------------------------------------------------------- layouts


def put(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def taken(folder: Path, roster: str = "") -> dict[str, HandedIn]:
    table = folder.parent / "table.csv"
    table.write_text(roster)
    found = read_class(folder, roster=table if roster else None)
    return {one.student.id: one for one in found.handed_in}


def facts(one: HandedIn) -> tuple[int | None, str, bool]:
    return one.student.late_days, one.student.handed_in, one.student.late


def test_canvas_says_late_and_a_roster_says_how_late(tmp_path: Path) -> None:
    files = {"kim_LATE_501_7_hello_server.c": SOURCE, "lee_502_8_hello_server.c": SOURCE}
    folder = put(tmp_path / "hw", files)
    found = taken(folder)
    assert [facts(found[name]) for name in ("501", "502")] == [(None, "", True), (None, "", False)]
    assert "came late" in str(found["501"].notes[0]) and not found["502"].notes
    found = taken(folder, "ID,Student,late_days\n501,Kim,2\n502,Lee,\n")
    assert [facts(found[name]) for name in ("501", "502")] == [(2, "", False), (None, "", False)]
    assert not found["501"].notes


def test_gradescope_tells_the_time_and_its_table_the_days(tmp_path: Path) -> None:
    metadata = (
        b"---\nsubmission_1:\n  :submitters:\n  - :name: Kim\n    :sid: 'a'\n  :created_at: 2026-11-30 01:00:00.0 Z\n"
        b"submission_2:\n  :submitters:\n  - :sid: 'b'\n  :created_at: !ruby/object {}\n"
    )
    folder = put(tmp_path / "hw", {"submission_metadata.yml": metadata, "submission_1/hello_server.c": SOURCE})
    found = taken(folder)
    assert [facts(found[name]) for name in "ab"] == [(None, "2026-11-30T01:00:00Z", False), (None, "", False)]
    found = taken(folder, "SID,Email,Lateness (H:M:S)\na,x@y.z,00:00:00\n")
    assert facts(found["a"]) == (0, "", False), "an extension counts, which Gradescope knows of"


def test_the_worksheet_of_moodle_tells_the_days(tmp_path: Path) -> None:
    folder = put(tmp_path / "hw", {"김_7_assignsubmission_file/hello_server.c": SOURCE})
    status = "Submitted for grading - 1 day 2 hours late"
    sheet = f"Identifier,Full name,Status\nParticipant 7,김,{status}\nParticipant 8,이,No submission\n"
    found = taken(folder, sheet)
    assert [facts(found[name]) for name in "78"] == [(2, "", False), (None, "", False)]


def test_folders_of_github_and_a_table_of_grades(tmp_path: Path) -> None:
    folder = put(tmp_path / "hw1-submissions", {"hw1-kim-git/hello_server.c": SOURCE})
    table = "github_username,roster_identifier,submission_timestamp\nkim-git,kim,2026-11-30T01:00:00Z\n"
    assert facts(taken(folder, table)["kim"]) == (None, "2026-11-30T01:00:00Z", False)


# ---------------------------------------------------------------- marks


def marked_class(folder: Path, due: str, *students: Student) -> Class:
    """Mark a class in which everybody keeps every requirement."""
    store = Store(folder)
    handed_in = [HandedIn(student=one, found={"hello_server": "hello_server.c"}) for one in students]
    rows = roll_rows(handed_in, Asked(), PLACE)
    with store.locked():
        for row in rows:
            store.keep(
                row.digest,
                Done(results=samples.results([samples.verdict("hello_server", "transfer.greeting", "passed")])),
            )
    rubric = folder / "rubric.toml"
    rubric.write_text(RUBRIC.format(due=due) + '[exercise.hello_server.group]\n"transfer.greeting" = 10\n')
    roll = Roll(title="t", layout="folders", date="", exercises=("hello_server",), profile="default", rows=rows)
    return marked(store, roll, read_rubric(str(rubric)))


def csv_of(found: Class) -> str:
    made = FORMATS["csv"].of_class
    assert made is not None
    written = made(found, Setting(title="t", date=""))
    assert isinstance(written, Written)
    return written.data.decode("utf-8-sig")


def test_days_that_are_told_and_days_that_follow_from_a_time_are_taken_off(tmp_path: Path) -> None:
    students = (
        Student(id="a", late_days=1),
        Student(id="b", late_days=0),
        Student(id="c", handed_in="2026-12-20T00:00:00Z"),
        Student(id="d", handed_in="2026-11-29T00:00:00Z"),
    )
    found = marked_class(tmp_path, DUE, *students)
    assert [one.mark.high for one in found.students] == [8, 10, 5, 10]
    assert [one.entry.student.late_days for one in found.students] == [1, 0, 21, 0]
    assert not found.notes
    cells = [line.split(",")[5:7] for line in csv_of(found).splitlines()[1:]]
    assert cells == [["1", "late"], ["0", ""], ["21", "late"], ["0", ""]]


def test_who_is_late_for_an_unknown_time_loses_nothing_in_silence(tmp_path: Path) -> None:
    found = marked_class(tmp_path, "", Student(id="a", late=True), Student(id="b"))
    assert [one.mark.high for one in found.students] == [10, 10]
    assert "1 (a)" in str(found.notes[0]) and "late_days" in str(found.notes[0])
    assert [line.split(",")[5:7] for line in csv_of(found).splitlines()[1:]] == [["", "late"], ["", ""]]
    page = class_page(found, statistics(found))
    assert page.count("late: days unknown") == 2, "at the student, and in the filter"
    assert "Nothing is taken off for that" in page


@pytest.mark.parametrize(
    ("student", "said"),
    [(Student(id="a"), "nothing says who was late"), (Student(id="a", handed_in="2026-11-30T00:00:00Z"), "was due")],
)
def test_a_rubric_whose_days_nothing_tells_says_so(student: Student, said: str, tmp_path: Path) -> None:
    (note,) = marked_class(tmp_path, "", student).notes
    assert said in str(note)


@pytest.mark.parametrize("due", [", due = 2026-11-29T23:59:59", ", due = 2026-11-29", ', due = "soon"'])
def test_a_due_date_needs_a_time_and_a_zone(due: str, tmp_path: Path) -> None:
    with pytest.raises(RubricError, match="due"):
        marked_class(tmp_path, due, Student(id="a"))
