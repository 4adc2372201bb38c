"""What is held against the suite after a hostile check: each complaint names one thing that a program achieved."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

import msgspec

from conformance.records.results import Results, decode
from tests.stress.hostile.hand_in import Hostile, Promise
from tests.stress.hostile.report import Judgement, Report, Verdicts

CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What moves a terminal's cursor, colours it, or turns the direction of what is written."""
COMMAND: Final = re.compile(r"^::(?!(?:error|warning|notice)[ :])\S", re.MULTILINE)
"""A line that GitHub takes for a command, and that is no annotation."""
STOPPED: Final = re.compile(r"^::stop-commands::(\w+)$.*?^::\1::$", re.MULTILINE | re.DOTALL)
"""Lines between which GitHub takes nothing for a command: the suite writes them around what is not its own."""
FORGED: Final = "forged"
"""The name of every element and script that a submission would like to see on the page."""
REFUSED: Final = 2
MOST_QUOTED: Final = 4000
"""Characters of each stream of a command."""
KEPT: Final = frozenset({"passed", "skipped"})
"""How pytest says that a requirement is kept, or does not apply."""


def complaints(one: Hostile, report: Report, alone: Verdicts) -> list[str]:
    """Return everything that is not as promised."""
    return [
        *_of_the_check(one, report),
        *_of_the_neighbour(report, alone),
        *_of_the_session(one, report),
        *(f"leaked: {place} in {where}" for where, place in _leaks(report)),
        *_of_the_outputs(report),
        *(f"changed: {what}" for what in report.changed),
        *(f"still runs: {what}" for what in report.processes),
        *(f"still there: {what}" for what in report.objects),
    ]


def printed(check: Judgement | None) -> str:
    """Return the end of what a check has printed: why something was lost, or came otherwise."""
    return "" if check is None else check.output[-MOST_QUOTED:] + check.errors[-MOST_QUOTED:]


def _of_the_check(one: Hostile, report: Report) -> Iterator[str]:
    assert report.check is not None
    check, promise = report.check, one.promise
    if check.status is None:
        yield f"did not end within {one.within_s} s"
        return
    if check.status not in promise.status:
        yield f"status {check.status}: {_last_lines(check.errors or check.output)}"
    if "Traceback" in check.output + check.errors:
        yield f"traceback: {_last_lines(check.errors)}"
    if check.status != REFUSED:
        yield from _of_the_results(report.outputs["results.json"], promise)


def _of_the_results(text: str, promise: Promise) -> Iterator[str]:
    try:
        found = decode(text.encode())
    except msgspec.DecodeError as problem:
        yield f"results.json: {problem}"
        return
    for first in found.harness.problems[:1]:
        yield f"harness-error in {first.exercise} {first.requirement}: {first.summary[:200]}"
    errors = [one for one in found.verdicts if one.verdict == "harness-error"]
    if errors:
        yield f"{len(errors)} of {len(found.verdicts)} are harness-errors: {errors[0].reason}"
    yield from _not_as_promised(found, promise)
    if promise.built is not None:
        yield from (f"{one.exercise} built: {one.built}" for one in found.programs if one.built != promise.built)


def _not_as_promised(found: Results, promise: Promise) -> Iterator[str]:
    for requirement in promise.requirement:
        verdicts = [one.verdict for one in found.verdicts if one.requirement == requirement]
        if not verdicts or any(verdict not in promise.verdict for verdict in verdicts):
            yield f"{requirement} is {', '.join(verdicts) or 'not judged'}"


def _of_the_neighbour(report: Report, alone: Verdicts) -> Iterator[str]:
    found, status = report.neighbour_verdicts, report.neighbour.status
    if status != 0 or found != alone:
        other = {name: found.get(name, "not judged") for name in alone if found.get(name) != alone[name]}
        yield f"the neighbour's status {status}: {other}\n{printed(report.neighbour)}"


def _of_the_session(one: Hostile, report: Report) -> Iterator[str]:
    if report.session is None:
        return
    own, others = (
        {name: what for name, what in report.session_verdicts.items() if f"[{who}-" in name}
        for who in ("mallory", "anna")
    )
    wrong = {name: what for name, what in others.items() if what not in KEPT}
    if wrong or not others:
        words = _last_lines(report.session.errors or report.session.output)
        yield f"in one session, status {report.session.status}, the neighbour has {wrong or words}"
    if one.promise.requirement and own and set(own.values()) <= KEPT:
        yield "in one session it keeps everything"
    if "error" in own.values() or "INTERNALERROR" in report.session.output:
        yield f"in one session the suite fails: {_last_lines(report.session.output)}"


def _leaks(report: Report) -> Iterator[tuple[str, str]]:
    for where, text in _texts(report).items():
        plain = re.sub(r"\s+|<[^>]*>", "", text)
        yield from ((where, place) for place, secret in report.secrets.items() if secret in plain)


def _texts(report: Report) -> dict[str, str]:
    """Return all that people and programs read afterwards, by where it stands."""
    found = dict(report.outputs)
    judged = {"terminal": report.check, "session": report.session, "neighbour": report.neighbour}
    for name, judgement in judged.items():
        if judgement is not None:
            found[name] = judgement.output + judgement.errors
    return found


def _of_the_outputs(report: Report) -> Iterator[str]:
    assert report.check is not None
    terminal = report.check.output + report.check.errors
    found = CONTROLS.search(terminal)
    if found:
        yield f"on the terminal: {found[0]!r} in {terminal[max(0, found.start() - 30) : found.end() + 30]!r}"
    open_to_commands = STOPPED.sub("", terminal)
    command = COMMAND.search(open_to_commands)
    if command:
        yield f"a command of CI on the terminal: {open_to_commands[command.start() : command.start() + 60]!r}"
    yield from _Page(report.outputs["page.html"]).complaints
    yield from _of_junit(report.outputs["junit.xml"])


class _Page(HTMLParser):
    """Reads a page as a browser does."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.complaints: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Complain about an element that no page of ours has."""
        handlers = [name for name, value in attrs if name.startswith("on") and FORGED in (value or "")]
        if FORGED in tag or handlers:
            self.complaints.append(f"on the page: <{tag} {attrs}>")


def _of_junit(text: str) -> Iterator[str]:
    if not text:
        return
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as problem:
        yield f"junit.xml: {problem}"
        return
    yield from (f"in junit.xml: <{element.tag}>" for element in root.iter() if FORGED in element.tag)


def _last_lines(text: str) -> str:
    return " / ".join(text.strip().splitlines()[-2:])[-300:]
