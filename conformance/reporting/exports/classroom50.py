"""Classroom 50: `result.json`, as an autograder leaves it in its working directory.

Scores are whole numbers there, and a status that is not 0 tells of a failure of the machinery, not of the student
(`runner.py`, `validate_result`). So where no mark is known, no file is written.
"""

from typing import Final

from conformance.grading.records import Graded
from conformance.messages import say
from conformance.reporting.exports.items import Item, judged_at, shown_items, why_no_mark
from conformance.reporting.exports.plain import as_json
from conformance.reporting.exports.setting import Made, Refused, Setting, Written, wrong_use

SCHEMA: Final = "classroom50/result/v1"
VARIABLES: Final = {
    "classroom": "CLASSROOM", "assignment": "ASSIGNMENT", "submission": "SUBMISSION_TAG", "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
}  # fmt: skip
"""The fields that the runner tells in its environment."""


def result_json(graded: Graded, setting: Setting) -> Made:
    """Return result.json of one submission."""
    lacking = next((name for name in VARIABLES.values() if not setting.environment.get(name)), None)
    if lacking is not None:
        return wrong_use(say("export.no-variable", name=lacking))
    why = why_no_mark(graded)
    if why is not None:
        return Refused(why=why)
    mark = graded.mark
    if not (mark.low.is_integer() and mark.points.is_integer()):
        return wrong_use(say("export.not-whole"))
    return Written(data=as_json(_result(graded, setting)))


def _result(graded: Graded, setting: Setting) -> dict[str, object]:
    environment = setting.environment
    told = {field: environment[name] for field, name in VARIABLES.items()}
    return {
        "schema": SCHEMA,
        **told,
        "review": environment.get("REVIEW_URL") or told["commit"],
        "datetime": judged_at(graded, setting),
        "score": int(graded.mark.low),
        "max-score": int(graded.mark.points),
        "tests": [_test(item) for item in shown_items(graded)],
    }


def _test(item: Item) -> dict[str, object]:
    most = round(item.points)
    return {"test-name": item.name, "passed": bool(item.kept), "score": min(round(item.low), most), "max-score": most}
