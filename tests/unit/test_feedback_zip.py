"""feedback.zip: Moodle finds the student of each page in it, and no name leads out of it."""

import io
import zipfile
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from conformance.grading.records import Class, Student
from conformance.reporting.feedback_zip import feedback_zip, folder_of
from tests.support import class_records

FOUND: Final = class_records.class_of(5)


def members(found: Class, pages: dict[str, str]) -> list[zipfile.ZipInfo]:
    with zipfile.ZipFile(io.BytesIO(feedback_zip(found, pages))) as archive:
        assert archive.testzip() is None
        return archive.infolist()


def pages_of(found: Class) -> dict[str, str]:
    return {one.entry.student.id: f"<p>{one.entry.student.name}" for one in found.students}


def participant(name: str) -> tuple[str, str] | None:
    """Return the participant's number and the name of the feedback, as Moodle reads them from a member's name.

    Each part of a path is cut at its first four `_`; the plugin is one of the submission's.
    """
    parts = name.split("/")
    while parts:
        pieces = parts.pop(0).split("_", 4)
        if len(pieces) >= 4 and pieces[1].isdecimal() and pieces[2:4] == ["assignsubmission", "file"]:
            return pieces[1], "/".join([*pieces[4:], *parts]).lstrip("/")
    return None


def participant_before_4_1(name: str) -> tuple[str, str] | None:
    """Return the same as earlier versions of Moodle read it: the whole path is cut at its first four `_`."""
    pieces = name.split("_", 4)
    fits = len(pieces) == 5 and pieces[1].isdecimal() and pieces[2:4] == ["assignsubmission", "file"]
    return (pieces[1], pieces[4].lstrip("/")) if fits else None


@pytest.mark.parametrize("read", [participant, participant_before_4_1])
@pytest.mark.parametrize("ending", ["", "_", "_hello_server.c"])
def test_moodle_finds_each_student(read: Callable[[str], tuple[str, str] | None], ending: str) -> None:
    students = tuple(
        structs.replace(
            one,
            entry=structs.replace(
                one.entry,
                student=structs.replace(one.entry.student, label=f"김 민수_{place}_assignsubmission_file{ending}"),
            ),
        )
        for place, one in enumerate(FOUND.students)
    )
    found = structs.replace(FOUND, students=students)
    told = [read(one.filename) for one in members(found, pages_of(found))]
    assert told == [(str(place), "feedback.html") for place in range(5)]


def test_the_same_pages_give_the_same_bytes() -> None:
    made = feedback_zip(FOUND, pages_of(FOUND))
    assert made == feedback_zip(FOUND, dict(reversed(pages_of(FOUND).items())))
    for one in members(FOUND, pages_of(FOUND)):
        assert one.date_time == (1980, 1, 1, 0, 0, 0)
        assert one.external_attr >> 16 == 0o100644


def test_a_student_without_a_page_is_left_out() -> None:
    assert len(members(FOUND, {FOUND.students[2].entry.student.id: "page"})) == 1


def test_two_of_one_label_keep_both_pages() -> None:
    students = tuple(
        structs.replace(one, entry=structs.replace(one.entry, student=structs.replace(one.entry.student, label="same")))
        for one in FOUND.students
    )
    names = [one.filename for one in members(structs.replace(FOUND, students=students), pages_of(FOUND))]
    assert len(set(names)) == 5


@pytest.mark.parametrize(
    ("student", "folder"),
    [
        (Student(id="7", label="김민수_7_assignsubmission_file"), "김민수_7_assignsubmission_file_"),
        (Student(id="7", label="../../etc"), ".._.._etc"),
        (Student(id="7", label=".."), "_.."),
        (Student(id="7", label="/etc/passwd"), "_etc_passwd"),
        (Student(id="7", label="C:\\Windows"), "C__Windows"),
        (Student(id="7", label="a\x1b\n\u202eb"), "a_x1b__u202eb"),
        (Student(id="7"), "7"),
    ],
)
def test_a_folder_leads_nowhere_else(student: Student, folder: str) -> None:
    assert folder_of(student) == folder


@given(st.text(min_size=1, max_size=300))
def test_whatever_a_label_is_the_folder_is_one_plain_name(label: str) -> None:
    folder = folder_of(Student(id="x", label=label))
    assert folder.strip(".")
    assert not set(folder) & set('/\\\0\n\t:*?"<>|')
