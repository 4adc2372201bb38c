"""A class in the formats of course servers: the teacher's own files are filled, and nothing else in them changes."""

import csv
import io
import json
import zipfile
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.grading.records import Class, Student
from conformance.reporting.exports import FORMATS, Refused, Setting, Written
from conformance.reporting.exports.items import title
from conformance.reporting.exports.sheet import Sheet, quoted, read_sheet, unquoted
from conformance.reporting.exports.table import FORMULA
from tests.support import graded as made
from tests.support import readers

KIM = Student(id="kim", name="Kim, Min", email="kim@example.com", label="Kim Min_101_assignsubmission_file_")
LEE = Student(id="lee", label="Lee_102_assignsubmission_file")
PARK = Student(id="103", late_days=2)
CHOI = Student(id="choi", email="Choi@Example.com")
MOODLE_4 = (
    "Identifier", "Full name", "ID number", "Email address", "Status", "Group", "Marker", "Grade", "Maximum grade",
    "Marking workflow state", "Grade can be changed", "Last modified (submission)", "Last modified (grade)",
    "Feedback comments",
)  # fmt: skip
MOODLE_2 = (
    "Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Grade can be changed",
    "Last modified (submission)", "Last modified (grade)", "Feedback comments",
)  # fmt: skip
CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (77),Quiz (78),Final Score"
CANVAS_POINTS = "    Points Possible,,,,,8.00,5.00,(read only)"


def whole() -> Class:
    """A class with a mark that is known, one of nothing, one that is open, and one that the suite failed at."""
    return made.course(made.ordinary(KIM), made.nothing(LEE), made.left_open(PARK), made.suite_failed(CHOI))


def outcome(name: str, course: Class, **setting: Any) -> Written | Refused:
    """Return what a writer makes of a class."""
    writer = FORMATS[name].of_class
    assert writer is not None
    return writer(course, Setting(title="Homework 1", **setting))


def written(name: str, course: Class, **setting: Any) -> Written:
    """Return the file that a writer makes of a class."""
    found = outcome(name, course, **setting)
    assert isinstance(found, Written), found.why
    return found


def rows(data: bytes) -> list[dict[str, str]]:
    """Read a CSV file as other programs do."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


# ---------------------------------------------------------------- CSV


def test_each_student_has_a_line_with_mark_and_verdicts() -> None:
    data = written("csv", whole()).data
    assert data.startswith(b"\xef\xbb\xbf")
    head = data.decode("utf-8-sig").splitlines()[0]
    assert head.startswith("id,name,email,mark,max,late_days,flags,date,digest,hello_server.mark,")
    kim, lee, park, choi = rows(data)
    assert (kim["id"], kim["name"], kim["mark"], kim["max"]) == ("kim", "Kim, Min", "4", "8")
    assert kim["hello_server.transfer.short-writes"] == "failed"
    assert (kim["hello_server.mark"], kim["hello_server.passed"], kim["hello_server.broken"]) == ("4", "1", "1")
    assert (lee["mark"], lee["flags"], lee["hello_server.transfer.greeting"]) == ("0", "nothing-judged", "")
    assert (park["mark"], park["hello_server.mark"]) == ("", "")
    assert park["flags"] == "open:4..8 late"
    assert (choi["mark"], choi["flags"]) == ("", "open:0..4 harness-error")


@given(name=st.text() | st.sampled_from(made.ATTACKS), email=st.text())
def test_no_cell_is_a_formula_and_no_name_makes_a_line(name: str, email: str) -> None:
    student = Student(id="kim", name=name, email=email)
    data = written("csv", made.course(made.ordinary(student), made.ordinary(LEE))).data
    assert data.count(b"\r\n") == 3
    found = rows(data)
    assert [one["id"] for one in found] == ["kim", "lee"]
    assert not any(cell[:1] in FORMULA for one in found for cell in one.values() if cell)


def test_a_name_that_is_a_formula_stays_readable() -> None:
    (one,) = rows(written("csv", made.course(made.ordinary(Student(id="a", name="=cmd|' /C calc'!A0")))).data)
    assert one["name"] == "'=cmd|' /C calc'!A0"


# ---------------------------------------------------------------- any worksheet

CELLS = st.text(st.sampled_from('ab,;\t"\r\n =가')) | st.text()


@given(
    table=st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=4),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    delimiter=st.sampled_from(",;\t"),
    end=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from(["", "\ufeff"]),
)
def test_a_worksheet_is_read_as_it_says_and_kept_as_it_is(
    table: list[list[str]], quoting: Any, delimiter: str, end: str, mark: str
) -> None:
    text = io.StringIO()
    head = ["Grade", *(f"column {number}" for number in range(3))]
    csv.writer(text, quoting=quoting, delimiter=delimiter, lineterminator=end).writerows([head, *table])
    data = (mark + text.getvalue()).encode("utf-8", "replace")
    sheet = read_sheet(data, "grade")
    assert isinstance(sheet, Sheet)
    assert sheet.filled({}) == data
    plain = text.getvalue().encode("utf-8", "replace").decode()
    expected = [row or [""] for row in csv.reader(io.StringIO(plain, newline=""), delimiter=delimiter)]
    assert [[unquoted(cell) for cell in row.cells] for row in sheet.rows] == expected


@given(st.binary() | st.text().map(str.encode))
def test_whatever_a_file_holds_it_is_kept_or_refused(data: bytes) -> None:
    sheet = read_sheet(data, "Grade")
    assert not isinstance(sheet, Sheet) or sheet.filled({}) == data
    again = read_sheet(b"Grade\n" + data, "Grade")
    assert not isinstance(again, Sheet) or again.filled({}) == b"Grade\n" + data


@given(CELLS)
def test_a_cell_says_what_was_written_into_it(text: str) -> None:
    assert unquoted(quoted(text)) == text or '"' in text[:1]


def test_a_large_cell_is_read_in_one_go() -> None:
    data = b'Grade,x\n,"' + b'a"",\n' * 1_000_000 + b'"\n'
    sheet = read_sheet(data, "Grade")
    assert isinstance(sheet, Sheet)
    assert len(sheet.rows) == 2
    assert sheet.filled({}) == data


# ---------------------------------------------------------------- Moodle


def worksheet(
    head: tuple[str, ...] = MOODLE_4,
    *,
    mark: str = "",
    end: str = "\n",
    quoting: Any = csv.QUOTE_MINIMAL,
    most: str = "8.00",
) -> bytes:
    """A worksheet as Moodle writes it, with somebody who handed in nothing."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=end, quoting=quoting)
    writer.writerow(head)
    for number, name, email in (
        ("101", "김 민", "m@x"), ("102", "=Lee", ""), ("103", 'Park "P"', ""), ("999", "Choi", "CHOI@example.com"),
        ("104", "Nobody\nat all", "n@x"),
    ):  # fmt: skip
        cells = {
            "Identifier": f"Participant {number}", "Full name": name, "Email address": email, "Grade": "-",
            "Maximum grade": most, "Maximum Grade": most, "Feedback comments": "old", "Status": "Submitted, late",
        }  # fmt: skip
        writer.writerow([cells.get(column, "") for column in head])
    return (mark + text.getvalue()).encode()


@pytest.mark.parametrize("head", [MOODLE_4, MOODLE_2])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_only_grades_and_comments_of_a_moodle_worksheet_change(
    head: tuple[str, ...], mark: str, end: str, quoting: Any
) -> None:
    before = worksheet(head, mark=mark, end=end, quoting=quoting)
    after = written("moodle", whole(), worksheet=before).data
    assert after.startswith(mark.encode())
    assert after.splitlines()[0] == before.splitlines()[0]
    assert after.count(end.encode()) == before.count(end.encode())
    filled = {"Grade", "Feedback comments"}
    old, new = rows(before), rows(after)
    assert [{k: v for k, v in row.items() if k not in filled} for row in new] == [
        {k: v for k, v in row.items() if k not in filled} for row in old
    ]
    assert [row["Grade"] for row in new] == ["4", "0", "", "", "-"]
    assert new[-1]["Feedback comments"] == "old"


def test_moodle_is_told_why_a_grade_is_empty() -> None:
    new = rows(written("moodle", whole(), worksheet=worksheet()).data)
    assert "open, between 4 and 8" in new[2]["Feedback comments"]
    assert "not a fault of the program" in new[3]["Feedback comments"]
    assert "Call write in a loop" in new[0]["Feedback comments"]


def test_rows_and_students_without_each_other_are_named() -> None:
    course = made.course(made.ordinary(KIM), made.ordinary(Student(id="555", name="\x1b[2JStray")))
    told = list(map(str, written("moodle", course, worksheet=worksheet()).remarks))
    assert [line.rpartition(": ")[2] for line in told] == [
        "Participant 102 =Lee", 'Participant 103 Park "P"', "Participant 999 Choi", "Participant 104 Nobody\\nat all",
        "555 \\x1b[2JStray",
    ]  # fmt: skip


def test_nobody_is_given_the_grade_of_one_of_two() -> None:
    twins = made.course(
        made.ordinary(Student(id="101")), made.nothing(Student(id="b", label="B_101_assignsubmission_f"))
    )
    found = written("moodle", twins, worksheet=worksheet())
    assert rows(found.data)[0]["Grade"] == "-"
    assert len(found.remarks) == 7


@pytest.mark.parametrize("most", ["100.00", "10,00"])
def test_marks_are_not_put_beside_another_maximum(most: str) -> None:
    found = outcome("moodle", whole(), worksheet=worksheet(most=most))
    assert isinstance(found, Refused)
    assert found.status == 2


@pytest.mark.parametrize("most", ["8", "8,00", "Excellent", ""])
def test_the_same_maximum_in_other_words_is_taken(most: str) -> None:
    assert isinstance(outcome("moodle", whole(), worksheet=worksheet(most=most)), Written)


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", "식별번호,성적\n참가자 1,\n".encode(), "성적".encode("cp949"), b"Grade\n1\n", b"\x00"]
)
def test_what_is_no_worksheet_is_refused_with_a_reason(data: bytes) -> None:
    for name in ("moodle", "canvas"):
        found = outcome(name, whole(), worksheet=data)
        assert isinstance(found, Refused)
        assert found.status == 2
        assert str(found.why)


class _Elements(HTMLParser):
    """The elements of a comment."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.found.add(tag)


@given(st.text() | st.sampled_from([made.ATTACK, *made.ATTACKS]))
def test_a_comment_is_html_with_line_breaks_alone(attack: str) -> None:
    course = made.course(made.ordinary(KIM, hostile=attack))
    new = rows(written("moodle", course, worksheet=worksheet()).data)
    assert len(new) == 5
    elements = _Elements()
    elements.feed(new[0]["Feedback comments"])
    assert elements.found == {"br"}
    assert new[0]["Feedback comments"][:1] not in FORMULA


def test_a_comment_names_no_hidden_requirement() -> None:
    (row, *_) = rows(written("moodle", made.course(made.with_hidden(KIM)), worksheet=worksheet()).data)
    assert "0 of 1 kept" in row["Feedback comments"]
    assert title(made.HIDDEN) not in row["Feedback comments"]


def test_a_row_that_is_too_short_is_filled_up() -> None:
    sheet = b"Identifier,Grade,Feedback comments\nParticipant 101\n"
    (row,) = rows(written("moodle", made.course(made.ordinary(KIM)), worksheet=sheet).data)
    assert row["Grade"] == "4"
    assert row["Feedback comments"]


def test_a_cell_that_was_in_quotes_stays_in_quotes() -> None:
    sheet = b'"Identifier","Grade","Other"\n"Participant 101","",x\n'
    found = written("moodle", made.course(made.ordinary(KIM)), worksheet=sheet).data
    assert found == b'"Identifier","Grade","Other"\n"Participant 101","4",x\n'


# ---------------------------------------------------------------- Canvas


def gradebook(*students: str, points: str = CANVAS_POINTS) -> bytes:
    """An export of Canvas' gradebook."""
    lines = (CANVAS, ",,,,,Manual Posting,,", points, *students)
    return "".join(f"{line}\n" for line in lines).encode()


def test_only_the_assignment_of_a_canvas_export_changes() -> None:
    before = gradebook(
        '"Kim, Min",1,kim,,Section,1.00,5.00,90', '"Lee",2,,lee,Section,,5.00,', "Park,103,,,S,7.00,,",
        "Choi,4,,choi@example.com,S,,,", '"Student, Test",9,,,S,,,',
    )  # fmt: skip
    found = written("canvas", whole(), worksheet=before)
    assert found.data == before.replace(b"Section,1.00", b"Section,4").replace(b"lee,Section,,", b"lee,Section,0,")
    told = list(map(str, found.remarks))
    assert told[0].endswith("Student, Test")
    assert [line.partition(":")[0] for line in told[1:]] == ["103", "choi"]


@pytest.mark.parametrize("said", ["EX", "N/A", "ex"])
def test_who_is_excused_stays_excused(said: str) -> None:
    before = gradebook(f"Kim,1,kim,,S,{said},,")
    found = written("canvas", made.course(made.ordinary(KIM)), worksheet=before)
    assert found.data == before
    assert len(found.remarks) == 1


@pytest.mark.parametrize("column", ["78", "Quiz", "Quiz (78)"])
def test_a_column_is_chosen_by_name_or_number(column: str) -> None:
    points = "    Points Possible,,,,,5.00,8,(read only)"
    found = written(
        "canvas", made.course(made.ordinary(KIM)), worksheet=gradebook("K,1,kim,,S,,,", points=points), column=column
    )
    assert found.data.endswith(b"K,1,kim,,S,,4,\n")


def test_another_assignment_is_not_taken_where_it_is_the_only_one() -> None:
    sheet = b"Student,ID,Section,Quiz (78)\n    Points Possible,,,8\nK,kim,S,\n"
    assert isinstance(outcome("canvas", made.course(made.ordinary(KIM)), worksheet=sheet, column="77"), Refused)
    assert written("canvas", made.course(made.ordinary(KIM)), worksheet=sheet).data.endswith(b"K,kim,S,4\n")


@pytest.mark.parametrize("column", ["Homework", "79", "Final Score"])
def test_a_column_that_is_not_there_is_not_guessed(column: str) -> None:
    found = outcome("canvas", whole(), worksheet=gradebook(), column=column)
    assert isinstance(found, Refused)
    assert "Homework 1 (77), Quiz (78)" in str(found.why)


def test_an_export_with_other_points_or_none_is_refused() -> None:
    for data in (gradebook(points="    Points Possible,,,,,100,5,"), gradebook(points="x,,,,,,,")):
        found = outcome("canvas", whole(), worksheet=data)
        assert isinstance(found, Refused)
        assert found.status == 2


# ---------------------------------------------------------------- Gradescope, JUnit


def test_gradescope_has_a_file_for_each_mark_that_is_known() -> None:
    found = written("gradescope", whole())
    with zipfile.ZipFile(io.BytesIO(found.data)) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}, "else no two are the same"
        files = {name: readers.gradescope(archive.read(name)) for name in archive.namelist()}
    assert {name: one["score"] for name, one in files.items()} == {"kim/results.json": 4, "lee/results.json": 0}
    assert [str(one).partition(":")[0] for one in found.remarks] == ["103", "choi"]


def test_a_class_is_one_junit_file_with_names_that_are_there_once() -> None:
    root = ElementTree.fromstring(
        written("junit", made.course(made.ordinary(KIM), made.ordinary(PARK), made.nothing(LEE))).data
    )
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(names) == len(set(names)) == 5
    assert ("kim.hello_server", "transfer.greeting") in names
    assert root.get("tests") == "5"
    assert root.get("failures") == "3"
    (why,) = (one.get("message") for case in root.iter("testcase") if case.get("classname") == "lee" for one in case)
    assert why == "no program"


def test_no_format_but_those_for_teachers_is_without_a_writer_for_one() -> None:
    assert {name for name, form in FORMATS.items() if form.of_one is None} == {"csv", "moodle", "canvas"}
    assert {name for name, form in FORMATS.items() if form.fills} == {"moodle", "canvas"}
    assert json.dumps(sorted(FORMATS))
