"""Autolab: standard output, whose last line has the scores and whose last but one has what is shown of them.

Autolab gives 0 to a submission whose last line it cannot read, or in whose last line no score stands; `null` leaves a
score open (`assessment_autograde_core.rb`, `saveAutograde`). It takes off for lateness itself, so that here the scores
of the exercises stand without it.
"""

import math

from conformance.grading.records import ExerciseMark, Graded
from conformance.messages import render, text
from conformance.records.results import ProgramReport
from conformance.reporting.exports.items import Item, harness_errors, shown_items, summary
from conformance.reporting.exports.plain import as_json, number, one_line
from conformance.reporting.exports.setting import Made, Setting, Written


def output(graded: Graded, _: Setting) -> Made:
    """Return standard output: what is to be said of the whole, what is open, and the two lines."""
    items = shown_items(graded)
    left_open = [line for item in items if item.kept is None for line in _named(item)]
    said = "".join(f"{one_line(line)}\n" for line in (*summary(graded), *left_open)).encode()
    return Written(data=said + as_json(_stages(graded, items), lines=False) + as_json(_scores(graded), lines=False))


def _named(item: Item) -> list[str]:
    """Return the lines of an item, each with its name."""
    name = f"{item.exercise} {item.requirement}" if item.requirement else item.name
    return [text("export.about", exercise=name, what=line) for line in item.lines]


def _scores(graded: Graded) -> dict[str, object]:
    failed = {line.exercise for line in harness_errors(graded)}
    return {"scores": {one.exercise: None if one.exercise in failed else _score(one) for one in graded.mark.exercises}}


def _score(exercise: ExerciseMark) -> int | float | None:
    return number(exercise.low) if math.isclose(exercise.low, exercise.high) else None


def _stages(graded: Graded, items: list[Item]) -> dict[str, object]:
    """Return what was built, and exercise by exercise what was judged."""
    results = graded.entry.results
    build = text("export.build")
    stages: dict[str, object] = {build: {one.exercise: _built(one) for one in results.programs}} if results else {}
    for item in items:
        if item.kept is not None:
            stage = stages.setdefault(item.exercise, {})
            assert isinstance(stage, dict)
            stage[item.requirement or item.name] = _test(item)
    return {"_presentation": "semantic", "stages": list(stages), **stages}


def _built(program: ProgramReport) -> dict[str, object]:
    if program.built:
        return {"passed": True}
    return {"passed": False, "hint": one_line(render(program.words))}


def _test(item: Item) -> dict[str, object]:
    return {"passed": bool(item.kept), **({"hint": "\n".join(item.lines)} if item.lines else {})}
