"""Making evidence: from a run and what is wrong with it to what a person is shown."""

from functools import lru_cache
from pathlib import Path
from typing import Final

from msgspec import structs

from conformance.catalogue import catalogue
from conformance.checks.judgement import Broken
from conformance.model.calls import TRANSFER
from conformance.model.tls_records import described
from conformance.observe.linux import decode
from conformance.observe.regular_file import open_regular
from conformance.observe.source_lines import sources_of
from conformance.observe.wine import decode as winsock
from conformance.observe.wine.recorder import function_name
from conformance.records.c_string import c_string
from conformance.records.notes import readable
from conformance.records.results import CallLine, Evidence, SourceLine, Tries, WireLine
from conformance.records.run import Exited, Run, WireEvent
from conformance.records.trace import Call

MESSAGES: Final = frozenset({"sent", "received", "stranger"})
"""Events with data, which may be empty where that is a datagram."""
CALLS_SHOWN: Final = 60
OUTPUT_SHOWN: Final = 2000
"""Of longer output the beginning and the end are shown."""
SOURCE_LINE_LIMIT: Final = 200
SOURCE_LIMIT: Final = 1 << 22
MOST_LINES: Final = 100_000
"""Of one source: the last few files are kept."""
LONGEST_NAME: Final = 4096
"""PATH_MAX of Linux: no file has a longer one."""
LINES_AROUND: Final = 3


def evidence(run: Run, broken: Broken, folder: str, tries: tuple[Tries, Tries | None], repeat: str) -> Evidence:
    """Put together why a run breaks a requirement."""
    calls = around(run.trace.calls, broken.call)
    encrypted = _is_encrypted(run)
    lines = [call_line(call, folder, marked=call.number == broken.call, encrypted=encrypted) for call in calls]
    return Evidence(
        expected=broken.expected,
        seen=broken.seen,
        scenario=run.scenario,
        calls=lines,
        wire=[
            WireLine(
                what=event.what,
                client=event.client,
                data=_data_of(event),
                after=event.after,
                waiting=event.waiting,
                detail=event.detail,
            )
            for event in run.wire[:200]
        ],
        output=_some(run.output).decode("utf-8", "replace"),
        ending=run.ending,
        program=tries[0],
        reference=tries[1],
        source=_where_said(broken, folder) or where(run, lines, folder),
        repeat=repeat,
    )


def _data_of(event: WireEvent) -> str:
    """Return what was sent or said, as it is shown; a message that is empty is one too."""
    shown = event.what in MESSAGES or (event.data and event.what != "certificates")
    return c_string(event.data) if shown else ""


def _some(output: bytes) -> bytes:
    """Return output; of a long one its beginning and its end, which is where a program says why it ends."""
    if len(output) <= OUTPUT_SHOWN:
        return output
    half = OUTPUT_SHOWN // 2
    return output[:half] + f"\n… {len(output) - 2 * half} B …\n".encode() + output[-half:]


def around(calls: tuple[Call, ...], marked: int | None) -> tuple[Call, ...]:
    """Return the calls that are shown: all of a short trace, else those around the one that went wrong, or the last."""
    if len(calls) <= CALLS_SHOWN:
        return calls
    place = next((place for place, call in enumerate(calls) if call.number == marked), len(calls))
    start = max(0, min(place - CALLS_SHOWN // 2, len(calls) - CALLS_SHOWN))
    return calls[start : start + CALLS_SHOWN]


def _is_encrypted(run: Run) -> bool:
    one = catalogue().exercises.get(run.exercise)
    return one is not None and one.transport == "tls"


def call_line(call: Call, folder: str, *, marked: bool, encrypted: bool = False) -> CallLine:
    """Return a call as a line of C with its result; of encrypted bytes, what they are."""
    result = "…" if call.result is None else f"-1 {call.error}" if call.error else str(call.result)
    name = function_name(call.system_call) if call.library else call.name
    arguments = winsock.winsock_call_arguments(call) if call.library else decode.system_call_arguments(call)
    shown = described(call.data) if encrypted and call.in_scope and call.name in TRANSFER else None
    if shown is not None:
        arguments = tuple(shown if one == c_string(call.data) else one for one in arguments)
    text = f"{name}({', '.join(arguments)}) = {result}"
    return CallLine(
        number=call.number,
        process=call.process,
        text=text,
        source=source_line(call, folder),
        injected=call.injected,
        marked=marked,
    )


def where(run: Run, calls: list[CallLine], folder: str) -> SourceLine | None:
    """Return where the call that went wrong stands, with the lines around it.

    Where no call is named, and the program did not end by itself, the last one tells how far it came.
    """
    ended = isinstance(run.ending, Exited)
    marked = [call.source for call in calls if call.marked]
    found = marked or [call.source for call in calls if call.source is not None and not ended][-1:]
    return with_lines_around(found[0], folder) if found and found[0] is not None else None


def _where_said(broken: Broken, folder: str) -> SourceLine | None:
    """Return the first place of the submission's own that the program itself has named."""
    lines = (_line_of(folder, name, line) for name, line in broken.places)
    found = next((line for line in lines if line is not None), None)
    return None if found is None else structs.replace(with_lines_around(found, folder), named=True)


def source_line(call: Call, folder: str) -> SourceLine | None:
    """Return the line of the submission that made a call, with its text."""
    found = sources_of(call.place, folder) if call.place is not None else ()
    return next((one for name, line in found if (one := _line_of(folder, name, line)) is not None), None)


def _line_of(folder: str, name: str, line: int) -> SourceLine | None:
    """Return a line of a file of the submission; None where it is none."""
    home = Path(folder).resolve()
    path = _inside(home, name)
    lines = _lines(path) if path is not None else ()
    if path is None or not 0 < line <= len(lines):
        return None
    return SourceLine(file=readable(path.relative_to(home)), line=line, text=lines[line - 1].strip())


def _inside(home: Path, name: str) -> Path | None:
    """Return the file of a folder that a name stands for; None where there is none: a program may name anything."""
    if len(name) > LONGEST_NAME or "\0" in name:
        return None
    try:
        path = (home / name).resolve()
    except (OSError, RuntimeError, ValueError):  # a circle of links is a RuntimeError up to Python 3.12
        return None
    return path if path.is_relative_to(home) else None


def with_lines_around(source: SourceLine, folder: str) -> SourceLine:
    """Add the lines that stand before and after a line."""
    first = max(1, source.line - LINES_AROUND)
    around = _lines(Path(folder).resolve() / source.file)[first - 1 : source.line + LINES_AROUND]
    return structs.replace(source, first=first, around=around) if around else source


@lru_cache(maxsize=4)
def _lines(path: Path) -> tuple[str, ...]:
    """Return the lines of a source file, each cut where it gets long; a build's copy of it does not change."""
    try:
        if not path.is_file():
            return ()
        with open_regular(path) as stream:
            lines = stream.read(SOURCE_LIMIT).splitlines()
    except (OSError, ValueError):
        return ()
    return tuple(line[:SOURCE_LINE_LIMIT].decode("utf-8", "replace").rstrip() for line in lines[:MOST_LINES])
