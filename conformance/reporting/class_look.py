"""What a class handed in, as a table on a terminal, before anything is run: who, which files, and what is strange."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.grading.common import common_exercises
from conformance.grading.records import HandedIn, Intake, Student
from conformance.messages import Message, render, say, text
from conformance.messages.escaping import escaped

LONGEST_CELL: Final = 200
REMARKS_AT_MOST: Final = 6
CLASS_NOTES_AT_MOST: Final = 20


def class_look(intake: Intake, console: Console, exercises: Sequence[str] = ()) -> None:
    """Print the layout, a row for each student, and what belongs to nobody.

    What is missing is seen from the exercises that are asked for; where none is, from those that most students have.
    """
    wanted = tuple(exercises) or common_exercises([one.found for one in intake.handed_in])
    console.print(Text(text("class.look.layout", layout=intake.layout, students=len(intake.handed_in)), "bold"))
    table = Table(*(text(f"class.look.{column}") for column in ("student", "judged", "missing", "remarks")))
    for one in intake.handed_in:
        table.add_row(*_row(one, wanted))
    console.print(table)
    for note in intake.notes[:CLASS_NOTES_AT_MOST]:
        console.print(Text(_cell(note), "yellow"), soft_wrap=True)
    without = sum(not one.found for one in intake.handed_in)
    console.print(text("class.look.end", judged=len(intake.handed_in) - without, without=without), markup=False)


def _row(one: HandedIn, wanted: Sequence[str]) -> tuple[Text, ...]:
    student = one.student
    who = Text(escaped(student.id, LONGEST_CELL), "bold")
    if student.name:
        who.append(f"\n{escaped(student.name, LONGEST_CELL)}", "default")
    judged = "\n".join(f"{name}: {escaped(file or 'offhook.toml', LONGEST_CELL)}" for name, file in one.found.items())
    missing = "\n".join(name for name in wanted if name not in one.found)
    return who, Text(judged, "green"), Text(missing, "yellow"), _remarks(one)


def _remarks(one: HandedIn) -> Text:
    """Return why nothing is judged, and what was repaired, left out or is there twice."""
    remarks = Text(_cell(one.nothing), "bold red") if one.nothing is not None else Text()
    rest = len(one.notes) - REMARKS_AT_MOST
    shown = [*_late(one.student), *one.notes[:REMARKS_AT_MOST]]
    lines = [*map(_cell, shown), *([text("class.more-notes", number=rest)] if rest > 0 else [])]
    return Text("\n").join([one for one in (remarks, *map(Text, lines)) if one.plain])


def _late(student: Student) -> list[Message]:
    """Say how late it came, or when, where the course server tells no days: these follow from the rubric's due date."""
    if student.late_days:
        return [say("class.look.late-days", days=student.late_days)]
    return [say("class.look.handed-in", moment=student.handed_in)] if student.handed_in else []


def _cell(message: Message) -> str:
    return escaped(render(message), LONGEST_CELL).replace("\n", " ")
