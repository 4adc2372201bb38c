"""Which row of a worksheet is about which student, and what is said where that is not known."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from conformance.grading.records import Class, Graded, Student
from conformance.messages import Message, say
from conformance.records.notes import shown_name


class Keys(NamedTuple):
    """Students by something that a worksheet knows of them too."""

    students: dict[str, list[Graded]]

    def only(self, key: str) -> Graded | None:
        """Return the one student with a key; None where there is nobody, or where it could be several."""
        found = self.students.get(key, [])
        return found[0] if len(found) == 1 else None


def keys(course: Class, of: Callable[[Student], Iterable[str]]) -> Keys:
    """Return the students of a class by some keys of theirs; a key that is empty is none."""
    found: dict[str, list[Graded]] = {}
    for graded in course.students:
        for key in {*of(graded.entry.student)} - {""}:
            found.setdefault(key, []).append(graded)
    return Keys(found)


def nobodys(rows: Iterable[str]) -> Iterator[Message]:
    """Say which rows are about nobody in the class, by what stands in them; a row without a name is none."""
    return (say("export.row-without-student", row=shown_name(row)) for row in rows if row.strip())


def without_row(course: Class, found: Iterable[Graded]) -> Iterator[Message]:
    """Say which students of the class are in no row."""
    there = {graded.entry.student.id for graded in found}
    students = (graded.entry.student for graded in course.students)
    return (
        say("export.student-without-row", student=shown_name(" ".join(filter(None, (one.id, one.name)))))
        for one in students
        if one.id not in there
    )
