"""VPL for Moodle: standard output, of which VPL takes the comments and the last line that begins with `Grade :=>>`.

VPL looks for that line everywhere, within comments too (`vpl_submission.class.php`, `proposedgrade`). So each line
here begins with a mark of our own: `-` for a title, `>` for text that is shown as it is. Where no mark is known, there
is no such line, and VPL proposes no grade.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Final

from conformance.grading.records import Graded, Mark
from conformance.messages import text
from conformance.reporting.exports.items import Item, shown_items, summary, why_no_mark
from conformance.reporting.exports.plain import one_line, points
from conformance.reporting.exports.setting import Made, Setting, Written

BEGIN: Final = "<|--"
END: Final = "--|>"
GRADE: Final = "Grade :=>> "
FROM, TO = "VPL_GRADEMIN", "VPL_GRADEMAX"


def output(graded: Graded, setting: Setting) -> Made:
    """Return standard output."""
    lines = [BEGIN, *_titled(text("export.all"), summary(graded))]
    for item in shown_items(graded):
        lines += _item(item)
    return Written(data="".join(f"{line}\n" for line in (*lines, END, *_grade(graded, setting.environment))).encode())


def _item(item: Item) -> list[str]:
    """Return an item as a comment; what is kept has nothing to be told."""
    return _titled(item.name, item.lines) if item.lines and (not item.kept or not item.requirement) else []


def _titled(title: str, lines: tuple[str, ...] | list[str]) -> list[str]:
    return [f"-{one_line(title)}", *(f">{one_line(line)}" for line in lines)]


def _grade(graded: Graded, environment: Mapping[str, str]) -> Iterator[str]:
    low, high = _end(environment, FROM, 0.0), _end(environment, TO, graded.mark.points)
    if why_no_mark(graded) is None and low < high:
        yield f"{GRADE}{points(low + (high - low) * _share(graded.mark))}"


def _share(mark: Mark) -> float:
    return max(0.0, min(1.0, mark.low / mark.points)) if mark.points else 0.0


def _end(environment: Mapping[str, str], name: str, otherwise: float) -> float:
    """Return one end of the activity's grades."""
    try:
        value = float(environment.get(name, ""))
    except ValueError:
        return otherwise
    return value if math.isfinite(value) else otherwise
