"""Lines as compilers write them, `file:line: error: message [requirement]`: every editor has a reader for these.

A reader takes what stands before the first colon for the file. So a colon in a name is spelled out, and no name can
pretend to be another place.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from conformance.catalogue import Level
from conformance.grading.records import Graded
from conformance.messages import render, text
from conformance.messages.escaping import spelled
from conformance.records.results import COUNTS_AGAINST, Results
from conformance.reporting.exports.items import place_of, shown_results, title
from conformance.reporting.exports.plain import one_line
from conformance.reporting.exports.setting import Made, Setting, Written
from conformance.reporting.priority import Finding, wrong
from conformance.reporting.text import finding_name, reason_in_words

SEVERITY: Final[dict[Level, str]] = {"MUST": "error", "SHOULD": "warning", "MAY": "note"}
NO_NAME: Final = frozenset({"", ".", ".."})
LONGEST_PATH: Final = 4096


def of_one(graded: Graded, _: Setting) -> Made:
    """Return what one submission breaks, what to fix first at the head; files as seen from where the command runs."""
    results = shown_results(graded)
    found = _lines(results) if results is not None else ()
    return Written(data="".join(f"{line}\n" for line in found).encode())


def _lines(results: Results) -> Iterator[str]:
    for finding in wrong(results):
        if finding.first.verdict in COUNTS_AGAINST:
            yield f"{_place(results, finding)}: {_severity(finding)}: {_message(finding)} [{finding_name(finding)}]"


def _place(results: Results, finding: Finding) -> str:
    """Return the file below the folder as it was given, so that a path that was relative stays it, and the line."""
    place = place_of(results, finding.first)
    inside = [one for one in place.file.split("/") if one not in NO_NAME] if place is not None else []
    path = PurePosixPath(results.submission.folder).joinpath(*inside)
    return f"{one_line(str(path), LONGEST_PATH).replace(':', spelled(':'))}:{place.line if place is not None else 1}"


def _severity(finding: Finding) -> str:
    levels = {one.level for one in finding.verdicts}
    return next(word for level, word in SEVERITY.items() if level in levels)


def _message(finding: Finding) -> str:
    first = finding.first
    if len(finding.verdicts) > 1:
        return text("export.about", exercise=first.exercise, what=one_line(reason_in_words(first)))
    evidence = first.evidence
    said = (
        [one_line(reason_in_words(first))]
        if evidence is None
        else [
            text("export.expected", what=one_line(render(evidence.expected))),
            text("export.seen", what=one_line(render(evidence.seen))),
        ]
    )
    return "; ".join((title(first.requirement), *said))
