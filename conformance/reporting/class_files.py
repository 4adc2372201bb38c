"""The files that a class leaves for people: its page, a page for each student, the marks, the feedback for Moodle."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from conformance.grading.records import Class
from conformance.grading.statistics import statistics
from conformance.reporting.class_page import class_page
from conformance.reporting.exports import FORMATS, Setting, Written
from conformance.reporting.feedback_zip import feedback_zip
from conformance.reporting.near_page import CLASS_PAGE, NEAR_PAGE, near_page
from conformance.reporting.student_page import student_page

PAGE, MARKS, FEEDBACK = CLASS_PAGE, "marks.csv", "feedback.zip"
MOODLE = "moodle"
"""The layout whose teacher can upload the pages of all students at once."""


class ClassFile(NamedTuple):
    """A file to be written."""

    name: str
    """Its place in the folder of the class."""
    data: bytes


def class_files(found: Class, *, rubric_title: str, hidden: Collection[str], layout: str) -> Iterator[ClassFile]:
    """Yield the files of a class that was marked; `hidden` are the requirements that students may not see."""
    beside = near_page(found)
    yield ClassFile(PAGE, class_page(found, statistics(found), beside.shown, NEAR_PAGE).encode())
    yield ClassFile(NEAR_PAGE, beside.text.encode())
    pages = {
        one.entry.student.id: student_page(one, title=found.title, date=found.date, rubric=rubric_title, hidden=hidden)
        for one in found.students
    }
    for student, page in pages.items():
        yield ClassFile(f"students/{student}.html", page.encode())
    made = FORMATS["csv"].of_class
    marks = made(found, Setting(title=rubric_title, date=found.date)) if made is not None else None
    if isinstance(marks, Written):
        yield ClassFile(MARKS, marks.data)
    if layout == MOODLE:
        yield ClassFile(FEEDBACK, feedback_zip(found, pages))
