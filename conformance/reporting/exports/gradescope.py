"""Gradescope: `results.json`, as an autograder leaves it in `/autograder/results`.

Without a valid file Gradescope reports a failed autograder, and only then: it does not look at the exit status (its
manual, "Troubleshooting"). So where no mark is known, no file may be written. The mark stands at the top, since
Gradescope adds up the tests itself where none is there, and knows neither gates nor lateness.
"""

import io
import zipfile
from typing import Final

from conformance.grading.records import Class, Graded
from conformance.messages import say
from conformance.reporting.exports.items import Item, every_item, summary, why_no_mark
from conformance.reporting.exports.plain import as_json, number
from conformance.reporting.exports.setting import Made, Refused, Setting, Written

VISIBILITY: Final = {"due_date": "after_due_date", "published": "after_published"}
"""By when the rubric lets hidden requirements be seen; anything else is never."""
NEVER: Final = "hidden"
STATUS: Final = {True: {"status": "passed"}, False: {"status": "failed"}, None: dict[str, str]()}
FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)
"""The first that a ZIP can say: the same class gives the same bytes."""


def results_json(graded: Graded, setting: Setting) -> Made:
    """Return results.json of one submission."""
    why = why_no_mark(graded)
    if why is not None:
        return Refused(why=why)
    found = graded.entry.results
    report = {
        "score": number(graded.mark.low),
        "output": "\n".join(summary(graded)),
        "stdout_visibility": "hidden",
        "extra_data": {"digest": graded.entry.digest},
        "tests": [_test(place, item, setting) for place, item in _numbered(every_item(graded))],
    }
    if found is not None:
        report["execution_time"] = number(found.harness.seconds)
        report["extra_data"] = {"digest": graded.entry.digest, "offhook": found.harness.version}
    return Written(data=as_json(report))


def of_class(course: Class, setting: Setting) -> Made:
    """Return a ZIP with `ID/results.json` of each student whose mark is known."""
    made, remarks = io.BytesIO(), []
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for graded in course.students:
            report = results_json(graded, setting)
            if isinstance(report, Refused):
                remarks.append(say("export.left-out", student=graded.entry.student.id, why=report.why))
            else:
                archive.writestr(zipfile.ZipInfo(f"{graded.entry.student.id}/results.json", FIRST_DAY), report.data)
    return Written(data=made.getvalue(), remarks=tuple(remarks))


def _numbered(items: list[Item]) -> list[tuple[str, Item]]:
    """Give each item a number: that of its exercise, and its own among the exercise's."""
    exercises: dict[str, list[Item]] = {}
    for item in items:
        exercises.setdefault(item.exercise, []).append(item)
    return [
        (f"{first}.{second}", item)
        for first, of_one in enumerate(exercises.values(), 1)
        for second, item in enumerate(of_one, 1)
    ]


def _test(place: str, item: Item, setting: Setting) -> dict[str, object]:
    return {
        "number": place,
        "name": item.name,
        "score": number(item.low),
        "max_score": number(item.points),
        **STATUS[item.kept],
        "output": "\n".join(item.lines),
        "tags": [one for one in (item.group, item.level) if one],
        "visibility": VISIBILITY.get(setting.hidden_after, NEVER) if item.hidden else "visible",
    }
