"""What a writer is told besides the marks, and what it gives back."""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from conformance.grading.records import Class, Graded
from conformance.messages import Message


class Setting(Struct, frozen=True, kw_only=True):
    """What only the rubric, the command line or the system around it know; each format needs little of it."""

    title: str = ""
    """The rubric's."""
    date: str = ""
    """When it was judged, for what was not: results say it themselves."""
    hidden_after: str = ""
    """When hidden requirements may be seen, as the rubric says it: `due_date` or `published`; else never."""
    worksheet: bytes = b""
    """The teacher's own file that is to be filled, as the course server gave it."""
    column: str = ""
    """The assignment's name or number in that file, where it holds several."""
    folder: str = ""
    """Where the submission's folder is in its repository, with `/` between the names."""
    strict: bool = False
    """Whether a SHOULD that is broken is a failure in JUnit XML."""
    environment: dict[str, str] = {}
    """Variables of the system that runs this."""


class Written(Struct, frozen=True, kw_only=True):
    """A file, ready to be written."""

    data: bytes
    remarks: tuple[Message, ...] = ()
    """What a person has to know about it: students without a row, rows without a student."""


class Refused(Struct, frozen=True, kw_only=True):
    """There is no such file: what it would say is not known, or it was asked for wrongly."""

    why: Message
    status: Literal[2, 3] = 3
    """The exit status: 2 for wrong use, 3 where nobody may take the file for a mark."""


Made = Written | Refused
ClassWriter = Callable[[Class, Setting], Made]
OneWriter = Callable[[Graded, Setting], Made]


def wrong_use(why: Message) -> Refused:
    """Return the refusal of what was asked for wrongly."""
    return Refused(why=why, status=2)
