"""feedback.zip: each student's page in a folder of its own, as Moodle takes feedback for many at once."""

import io
import re
import zipfile
from collections.abc import Mapping
from typing import Final

from conformance.grading.records import Class, Student
from conformance.messages.escaping import visible

PAGE: Final = "feedback.html"
EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The first date that a zip can hold: the same pages give the same bytes on every day."""
UNIX: Final = 3
MODE: Final = 0o100644 << 16
LONGEST_FOLDER: Final = 255
"""No folder has a longer name on Linux: what Moodle wrote is never cut."""
MOODLE: Final = re.compile(r".*?_\d+_assignsubmission_file(?=_|\Z)", re.DOTALL)
"""The name of a person's folder in Moodle's download. Before Moodle 4.1 it ended in `_` and a feedback zip had to have
it so; later versions read both (mod/assign/feedback/file/importziplib.php). In the flat download the file's name
follows, which is cut off here."""


def feedback_zip(found: Class, pages: Mapping[str, str]) -> bytes:
    """Return the zip; `pages` are the students' pages by id, and students without one are left out.

    A student who does not come from Moodle gets a folder that is named by the id.
    """
    students = [one.entry.student for one in found.students if one.entry.student.id in pages]
    folders = [folder_of(student) for student in students]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for student, folder in zip(students, folders, strict=True):
            own = folder if folders.count(folder) == 1 else f"{folder}{_plain(student.id)}"
            member = zipfile.ZipInfo(f"{own}/{PAGE}", EPOCH)
            member.create_system, member.external_attr, member.compress_type = UNIX, MODE, zipfile.ZIP_DEFLATED
            archive.writestr(member, pages[student.id].encode())
    return made.getvalue()


def folder_of(student: Student) -> str:
    """Return the name of a student's folder: it cannot lead anywhere, whatever the student is called."""
    moodle = MOODLE.match(student.label)
    return _plain(f"{moodle[0]}_" if moodle else student.label or student.id)


def _plain(name: str) -> str:
    plain = re.sub(r'[/\\:*?"<>|\n\t]', "_", visible(name, LONGEST_FOLDER)).strip(" ")
    return plain if plain.strip(".") else f"_{plain}"
