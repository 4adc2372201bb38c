"""One exercise on two platforms: the calls of both programs beside each other, in the conversation without a fault."""

import difflib
from collections.abc import Mapping
from typing import Final

from conformance.catalogue import catalogue
from conformance.judging.context import ProgramUnderTest
from conformance.judging.evidence import call_line
from conformance.records.results import CallPair, SideBySide
from conformance.records.trace import Call

ROWS_SHOWN: Final = 60
ALIKE: Final = {"write": "send", "read": "recv"}
"""Names that stand for the same thing on both platforms."""


def pairs(programs: Mapping[str, ProgramUnderTest]) -> list[SideBySide]:
    """Return the programs of a submission that were judged on both platforms, each with its calls."""
    found = []
    for name in catalogue().exercises:
        other = catalogue().counterpart(name, "winsock")
        posix, windows = programs.get(name), programs.get(other or "")
        if other is not None and posix is not None and windows is not None and _are_seen(posix, windows):
            found.append(SideBySide(posix=name, windows=other, rows=rows(posix, windows)))
    return found


def _are_seen(*programs: ProgramUnderTest) -> bool:
    """Tell whether all of them were started, and their calls were observed."""
    return all(one.has_conversed and one.baseline.observed for one in programs)


def rows(posix: ProgramUnderTest, windows: ProgramUnderTest) -> list[CallPair]:
    """Return the calls line by line; a call that only one of them makes has nothing beside it."""
    left, right = _calls(posix), _calls(windows)
    found: list[CallPair] = []
    matcher = difflib.SequenceMatcher(None, [_kind(one) for one in left], [_kind(one) for one in right], autojunk=False)
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            found += [
                CallPair(
                    posix=_text(one, posix), windows=_text(other, windows), differs=_spelling(one) != _spelling(other)
                )
                for one, other in zip(left[first:last], right[start:end], strict=True)
            ]
        else:
            found += [CallPair(posix=_text(one, posix), windows="", differs=True) for one in left[first:last]]
            found += [CallPair(posix="", windows=_text(one, windows), differs=True) for one in right[start:end]]
    return found[:ROWS_SHOWN]


def _calls(program: ProgramUnderTest) -> list[Call]:
    trace = program.baseline.trace
    ours = {description.number for description in trace.descriptions if description.in_scope}
    return [call for call in trace.calls if call.library or call.description in ours or call.on in ours]


def _kind(call: Call) -> tuple[str, bool]:
    return ALIKE.get(call.name, call.name), call.failed


def _spelling(call: Call) -> str:
    """Return what the program's author wrote, as far as it is known: the function's name, or the call's."""
    return call.system_call.rpartition(".")[2] if call.library else call.name


def _text(call: Call, program: ProgramUnderTest) -> str:
    return call_line(call, program.built.folder, marked=False).text
