"""One exercise on two platforms: the calls of both programs beside each other, in the conversation without a fault."""

import difflib
from typing import Final

from conformance.catalogue import catalogue
from conformance.evidence import call_line
from conformance.observe.trace import Call
from conformance.reporting.results import Beside, BesideRow
from conformance.scenarios.undisturbed import ON_WINDOWS
from conformance.trial import Bench, Subject

ROWS_SHOWN: Final = 60
ALIKE: Final = {"write": "send", "read": "recv"}
"""Names that stand for the same thing on both platforms."""


def pairs(bench: Bench) -> list[Beside]:
    """Return the programs of the submission that were judged on both platforms, each with its calls."""
    found = []
    for name in catalogue().exercises:
        posix, windows = bench.judged(name), bench.judged(name + ON_WINDOWS)
        if posix is not None and windows is not None:
            found.append(Beside(name, name + ON_WINDOWS, rows(posix, windows)))
    return found


def rows(posix: Subject, windows: Subject) -> list[BesideRow]:
    """Return the calls line by line; a call that only one of them makes has nothing beside it."""
    left, right = _calls(posix), _calls(windows)
    found: list[BesideRow] = []
    matcher = difflib.SequenceMatcher(None, [_kind(one) for one in left], [_kind(one) for one in right], autojunk=False)
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            found += [
                BesideRow(_text(one, posix), _text(other, windows), _spelling(one) != _spelling(other))
                for one, other in zip(left[first:last], right[start:end], strict=True)
            ]
        else:
            found += [BesideRow(_text(one, posix), "", True) for one in left[first:last]]
            found += [BesideRow("", _text(one, windows), True) for one in right[start:end]]
    return found[:ROWS_SHOWN]


def _calls(subject: Subject) -> list[Call]:
    trace = subject.undisturbed.trace
    ours = {description.number for description in trace.descriptions if description.of_exercise}
    return [call for call in trace.calls if call.library or call.subject in ours or call.on in ours]


def _kind(call: Call) -> tuple[str, bool]:
    return ALIKE.get(call.name, call.name), call.failed


def _spelling(call: Call) -> str:
    """Return what the program's author wrote, as far as it is known: the function's name, or the call's."""
    return call.system_call.rpartition(".")[2] if call.library else call.name


def _text(call: Call, subject: Subject) -> str:
    return call_line(call, subject.built.folder, marked=False).text
