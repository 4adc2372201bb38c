"""How late something was handed in, from what course servers and teachers write of it.

A day that was begun counts as one.
"""

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec.structs import replace

from conformance.grading.records import Student

DAY_S: Final = 24 * 3600
MOST_DAYS: Final = 10_000
LENGTH: Final = re.compile(r"(\d{1,9}):([0-5]\d):([0-5]\d)")
"""Gradescope's `Lateness (H:M:S)`."""
ON_TIME: Final = re.compile(r"submitted for grading\b", re.IGNORECASE)
MOODLE_LATE: Final = re.compile(r"(?:^|- )((?:\d{1,4} (?:year|day|hour|min|sec)s? ?){1,2})late\b", re.IGNORECASE)
"""In the column `Status` of Moodle's worksheet: `Submitted for grading - 2 days 3 hours late`, extensions allowed for
(`col_status` in mod/assign/gradingtable.php; `format_time` in lib/moodlelib.php names the two largest units)."""
MOODLE_UNIT: Final = re.compile(r"(\d+) (year|day|hour|min|sec)")
UNIT_S: Final = {"year": 365 * DAY_S, "day": DAY_S, "hour": 3600, "min": 60, "sec": 1}
MOMENT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d{1,9})? ?(?:(?P<utc>Z|UTC)|([+-]\d\d):?(\d\d))"
)
"""`2026-11-29T23:59:00Z` in GitHub's table, `2026-11-29 01:00:00.000000000 Z` and `2026-11-29 23:59:00 +0900` in
Gradescope's files. A time without a zone is no moment."""


def begun_days(seconds: float) -> int:
    """Return how many days have begun after some seconds; none before."""
    return min(max(math.ceil(seconds / DAY_S), 0), MOST_DAYS)


def days_in_number(text: str) -> int | None:
    """Return the days that a teacher gives as a number, as `2` or `1.5`; None where it is none."""
    try:
        days = float(text.replace(",", "."))
    except ValueError:
        return None
    return begun_days(days * DAY_S) if math.isfinite(days) else None


def days_in_length(text: str) -> int | None:
    """Return the days in hours, minutes and seconds; None where nothing of that kind is said."""
    found = LENGTH.fullmatch(text)
    if found is None:
        return None
    hours, minutes, seconds = map(int, found.groups())
    return begun_days(hours * 3600 + minutes * 60 + seconds)


def days_in_status(text: str) -> int | None:
    """Return the days in Moodle's status; None where it does not say that somebody handed in.

    Moodle leaves out what is smaller than the two units that it names. So `2 days` may be some minutes more: that is in
    the student's favour.
    """
    found = MOODLE_LATE.search(text)
    if found is not None:
        return begun_days(
            sum(int(number) * UNIT_S[unit.lower()] for number, unit in MOODLE_UNIT.findall(found[1].lower()))
        )
    return 0 if ON_TIME.match(text) else None


def moment_in(text: str) -> str:
    """Return a moment as `2026-11-29T14:59:00Z`; nothing where the text names none."""
    found = MOMENT.fullmatch(text.strip())
    if found is None:
        return ""
    zone = "+00:00" if found["utc"] else f"{found[4]}:{found[5]}"
    try:
        return written(datetime.fromisoformat(f"{found[1]}T{found[2]}{zone}"))
    except (ValueError, OverflowError):
        return ""


def written(moment: datetime) -> str:
    """Return a moment as it is kept."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def with_days(student: Student, due: datetime | None) -> Student:
    """Return a student with the days that follow from a due date, where the server did not tell the days itself."""
    if student.late_days is not None or due is None or not student.handed_in:
        return student
    after = datetime.fromisoformat(student.handed_in) - due
    return replace(student, late_days=begun_days(after / timedelta(seconds=1)))
