"""The files that other systems read: one small writer for each format."""

from typing import Final, NamedTuple

from conformance.grading.records import Class, Graded
from conformance.messages import say
from conformance.reporting import junit
from conformance.reporting.exports import (
    autolab,
    canvas,
    classroom50,
    ctrf,
    gradescope,
    lines,
    moodle,
    prairielearn,
    sarif,
    table,
    vpl,
)
from conformance.reporting.exports.items import harness_errors, shown_results
from conformance.reporting.exports.setting import ClassWriter, Made, OneWriter, Refused, Setting, Written

__all__ = ["FORMATS", "Format", "Made", "Refused", "Setting", "Written", "exit_status"]
EXIT_HARNESS: Final = 3


class Format(NamedTuple):
    """A format: how a class is written in it, and one submission; None where that makes no sense."""

    of_class: ClassWriter | None = None
    of_one: OneWriter | None = None
    fills: bool = False
    """Whether it fills the teacher's own worksheet."""
    timed: bool = False
    """Whether it tells how long it took."""
    marked: bool = True
    """Whether it holds a mark, and so needs a rubric; the others tell verdicts."""


def _junit_of_class(course: Class, _: Setting) -> Made:
    entries = [graded.entry for graded in course.students]
    nothing = say("export.nothing")
    return Written(data=junit.xml_of_class((one.student.id, one.results or one.nothing or nothing) for one in entries))


def _junit_of_one(graded: Graded, setting: Setting) -> Made:
    results = shown_results(graded)
    if results is None:
        return Written(
            data=junit.xml_of_class([(graded.entry.student.id, graded.entry.nothing or say("export.nothing"))])
        )
    return Written(data=junit.xml(results, strict=setting.strict))


FORMATS: Final = {
    "csv": Format(table.of_class),
    "moodle": Format(moodle.worksheet, fills=True),
    "canvas": Format(canvas.gradebook, fills=True),
    "gradescope": Format(gradescope.of_class, gradescope.results_json),
    "prairielearn": Format(of_one=prairielearn.results_json),
    "autolab": Format(of_one=autolab.output),
    "vpl": Format(of_one=vpl.output),
    "classroom50": Format(of_one=classroom50.result_json),
    "ctrf": Format(ctrf.of_class, ctrf.of_one, timed=True, marked=False),
    "sarif": Format(sarif.of_class, sarif.of_one, marked=False),
    "junit": Format(_junit_of_class, _junit_of_one, timed=True, marked=False),
    "lines": Format(of_one=lines.of_one, marked=False),
}


def exit_status(graded: Graded, made: Made) -> int:
    """Return the exit status after one submission was written: 0 whatever its mark, where the suite did not fail."""
    if isinstance(made, Refused):
        return made.status
    results = graded.entry.results
    elsewhere = results.count("harness-error") if results is not None else 0
    return EXIT_HARNESS if elsewhere or harness_errors(graded) else 0
