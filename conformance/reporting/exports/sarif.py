"""SARIF 2.1.0: what is broken, at its lines, as code scanning of GitHub and others shows it.

A place is a file of the repository. What has no line of its own is shown at the first line of its program.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote

from conformance import __version__
from conformance.catalogue import Level, catalogue, words
from conformance.grading.records import Class, Graded
from conformance.records.results import COUNTS_AGAINST, Verdict
from conformance.reporting.exports.items import Place, hidden_names, place_of, title, todo, what_to_do
from conformance.reporting.exports.plain import as_json, one_line
from conformance.reporting.exports.setting import Made, Setting, Written

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: Final[dict[Level, str]] = {"MUST": "error", "SHOULD": "warning", "MAY": "note"}
FINGERPRINT: Final = "offhook/v1"
NO_NAME: Final = frozenset({"", ".", ".."})
LINK, NO_LINK = "](", "] ("
"""SARIF lets a message hold links, `[text](target)`; nothing that a program printed may become one (3.11.6)."""


def of_one(graded: Graded, setting: Setting) -> Made:
    """Return what one submission breaks, but for what is hidden."""
    return _log(_results(graded, setting.folder, hidden_names(graded)))


def of_class(course: Class, setting: Setting) -> Made:
    """Return what all submissions of a class break; each is a folder with the student's id as its name."""
    folders = ((one, f"{setting.folder}/{one.entry.student.id}") for one in course.students)
    return _log(result for one, folder in folders for result in _results(one, folder, set()))


def _log(results: Iterable[dict[str, object]]) -> Made:
    found = list(results)
    broken = {result["ruleId"] for result in found}
    rules = [_rule(name) for name in catalogue().requirements if name in broken]
    driver = {"name": "offhook", "version": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "results": found, "columnKind": "unicodeCodePoints"}
    return Written(data=as_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}))


def _rule(requirement: str) -> dict[str, object]:
    said = words().requirement[requirement]
    return {
        "id": requirement,
        "shortDescription": {"text": title(requirement)},
        "fullDescription": {"text": one_line(said.why, 2_000)},
        "help": {"text": todo(requirement)},
        "defaultConfiguration": {"level": LEVELS[catalogue().requirements[requirement].level]},
    }


def _results(graded: Graded, folder: str, hidden: set[tuple[str, str]]) -> Iterator[dict[str, object]]:
    results = graded.entry.results
    for verdict in results.verdicts if results is not None else ():
        place = place_of(results, verdict) if results is not None else None
        if verdict.verdict in COUNTS_AGAINST and place is not None and _key(verdict) not in hidden:
            yield _result(verdict, place, folder)


def _key(verdict: Verdict) -> tuple[str, str]:
    return verdict.exercise, verdict.requirement


def _result(verdict: Verdict, place: Place, folder: str) -> dict[str, object]:
    uri = _uri(f"{folder}/{place.file}")
    message = "\n".join((title(verdict.requirement), *what_to_do(verdict.requirement, verdict)))
    location = {"artifactLocation": {"uri": uri}, "region": {"startLine": place.line}}
    return {
        "ruleId": verdict.requirement,
        "level": LEVELS[verdict.level],
        "message": {"text": message.replace(LINK, NO_LINK)},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {FINGERPRINT: _fingerprint(verdict, uri, place)},
    }


def _uri(path: str) -> str:
    """Return a path in the repository as a relative URI that cannot lead out of it."""
    return "/".join(quote(one, safe="", errors="backslashreplace") for one in path.split("/") if one not in NO_NAME)


def _fingerprint(verdict: Verdict, uri: str, place: Place) -> str:
    """Return what stays the same while lines above are added or taken away."""
    same = "\0".join((verdict.exercise, verdict.requirement, uri, place.text.strip()))
    return hashlib.sha256(same.encode("utf-8", "backslashreplace")).hexdigest()
