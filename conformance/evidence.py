"""Making evidence: from a run and what is wrong with it to what a person is shown."""

from pathlib import Path
from typing import Final

from conformance.judgement import Broken
from conformance.observe import decode
from conformance.observe.lines import sources_of
from conformance.observe.trace import Call
from conformance.reporting.results import CallLine, Evidence, SourceLine, Tries, WireLine
from conformance.scenarios import in_words
from conformance.stage.script import Run
from conformance.words import say

CALLS_SHOWN: Final = 60
OUTPUT_SHOWN: Final = 2000
SOURCE_LINE_LIMIT: Final = 200


def evidence(run: Run, broken: Broken, folder: str, tries: tuple[Tries, Tries | None], repeat: str) -> Evidence:
    """Put together why a run breaks a requirement."""
    calls = around(run.trace.calls, broken.call)
    lines = [call_line(call, folder, marked=call.number == broken.call) for call in calls]
    wrong = next((line.source for line in lines if line.marked), None)
    return Evidence(
        expected=broken.expected,
        seen=broken.seen,
        scenario_words=in_words(run.scenario),
        scenario=run.scenario,
        calls=lines,
        wire=[
            WireLine(event.what, event.client, decode.text(event.data) if event.data else "", event.after)
            for event in run.wire[:200]
        ],
        output=run.output[:OUTPUT_SHOWN].decode("utf-8", "replace"),
        ending=ending_in_words(run),
        program=tries[0],
        reference=tries[1],
        source=wrong,
        repeat=repeat,
    )


def around(calls: tuple[Call, ...], marked: int | None) -> tuple[Call, ...]:
    """Return the calls that are shown: all of a short trace, else those around the one that went wrong."""
    if len(calls) <= CALLS_SHOWN:
        return calls
    place = next((place for place, call in enumerate(calls) if call.number == marked), 0)
    start = max(0, min(place - CALLS_SHOWN // 2, len(calls) - CALLS_SHOWN))
    return calls[start : start + CALLS_SHOWN]


def call_line(call: Call, folder: str, *, marked: bool) -> CallLine:
    """Return a call as a line of C with its result."""
    result = "…" if call.result is None else f"-1 {call.error}" if call.error else str(call.result)
    text = f"{call.name}({', '.join(decode.arguments(call))}) = {result}"
    return CallLine(call.number, call.process, text, source_line(call, folder), call.injected, marked)


def source_line(call: Call, folder: str) -> SourceLine | None:
    """Return the line of the submission that made a call, with its text."""
    found = sources_of(call.place) if call.place is not None else ()
    return next((one for name, line in found if (one := _line_of(folder, name, line)) is not None), None)


def _line_of(folder: str, name: str, line: int) -> SourceLine | None:
    """Return a line of a file of the submission; None where it is none."""
    path = next(
        (path for path in (Path(folder) / name, Path(name)) if path.is_relative_to(folder) and path.is_file()), None
    )
    lines = path.read_bytes().splitlines() if path is not None else []
    if not 0 < line <= len(lines):
        return None
    text = lines[line - 1].decode("utf-8", "replace").strip()[:SOURCE_LINE_LIMIT]
    return SourceLine(str(path.relative_to(folder)) if path else name, line, text)


def ending_in_words(run: Run) -> str:
    """Return how the program ended."""
    return say(
        f"ending.{run.ending.__struct_config__.tag}",
        **{name: getattr(run.ending, name) for name in run.ending.__struct_fields__},
    )
