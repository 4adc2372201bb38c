"""PrairieLearn: `results.json`, as an external grader leaves it in `/grade/results`.

What is not `gradable` costs neither points nor an attempt (its manual, "External grading"). So that is what is said
where no mark is known, and where nothing could be built.
"""

from typing import Final

from conformance.grading.records import Graded
from conformance.messages import render
from conformance.reporting.exports.items import Item, shown_items, summary, why_no_mark
from conformance.reporting.exports.plain import as_json, number, one_line
from conformance.reporting.exports.setting import Made, Setting, Written

LARGEST: Final = 1_000_000
"""PrairieLearn takes no file beyond a megabyte."""
SHORTER: Final = (10_000, 1_000, 200, 0)
"""How many characters of an item's lines are kept, less and less until all of it is small enough."""
COMPLAINTS_AT_MOST: Final = 20


def results_json(graded: Graded, _: Setting) -> Made:
    """Return results.json of one submission."""
    complaints = _complaints(graded)
    if complaints:
        return Written(data=as_json({"gradable": False, "format_errors": complaints}))
    items = shown_items(graded)
    sizes = (as_json(_report(graded, [_test(item, limit) for item in items])) for limit in SHORTER)
    small = (data for data in sizes if len(data) <= LARGEST)
    return Written(data=next(small, as_json(_report(graded, []))))


def _complaints(graded: Graded) -> list[str]:
    """Return why there is nothing that could be marked."""
    if why_no_mark(graded) is not None:
        return summary(graded)
    found = graded.entry.results
    if found is None or any(program.built for program in found.programs):
        return summary(graded) if found is None else []
    lines = [line for program in found.programs for line in render(program.words).splitlines() if line.strip()]
    return [*summary(graded), *(one_line(line) for line in lines[:COMPLAINTS_AT_MOST])]


def _report(graded: Graded, tests: list[dict[str, object]]) -> dict[str, object]:
    mark = graded.mark
    return {
        "gradable": True,
        "score": max(0.0, min(1.0, mark.low / mark.points)) if mark.points else 0.0,
        "message": "\n".join(summary(graded)),
        "tests": tests,
    }


def _test(item: Item, limit: int) -> dict[str, object]:
    return {
        "name": item.name,
        "points": number(item.low),
        "max_points": number(item.points),
        "output": "\n".join(item.lines)[:limit],
    }
