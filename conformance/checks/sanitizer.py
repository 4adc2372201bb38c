"""Writes outside of the program's buffers, as AddressSanitizer and UndefinedBehaviorSanitizer report them.

Only writes count, and uses of memory that was given back: what is read behind the end of a buffer and then printed or
sent is judged by `transfer.only-received-bytes`. The other kinds of undefined behaviour do no harm on the machines that
are judged. The sanitizers run in a build of their own, whose calls are not judged.
"""

import re
from typing import Final

from conformance.checks.judgement import Broken, Judgement, Kept
from conformance.messages import Message, say
from conformance.records.run import Run
from conformance.records.sanitizers import LOG

REPORT: Final = re.compile(r"ERROR: AddressSanitizer: (?P<what>[^\n]*)\n(?P<rest>.*?)(?=\n=====|\Z)", re.DOTALL)
INDEX: Final = re.compile(
    r"^(?P<file>/[^\n]*?):(?P<line>\d{1,9}):\d+: runtime error: index (?P<index>-?\d+) out of bounds "
    r"for type '(?P<type>[^']+)'",
    re.MULTILINE,
)
FRAME: Final = re.compile(r"^ +#\d+ 0x[0-9a-f]+ in [^\n/]*(/[^\n]*?):(\d{1,9})(?::\d+)?$", re.MULTILINE)
ASAN_WRITE: Final = re.compile(r"\AWRITE of size (\d+)")
ASAN_VARIABLE: Final = re.compile(
    r"'(?P<name>[^'\n]+)'(?: \(line \d+\))? <== Memory access at offset -?\d+ (?P<how>\w+)"
)
GLOBAL: Final = re.compile(
    r"bytes (?P<how>to the right|to the left|after|before)(?: of)? global variable '(?P<name>[^']+)'"
)
HEAP: Final = re.compile(r"bytes (?P<how>to the right|to the left|after|before)(?: of)? (?P<size>\d+)-byte region")
LARGEST_REPORT: Final = 1 << 16
"""Bytes that are read of one log. A report takes some ten thousand, and only the first of a log is asked for."""
LONGEST_LINE: Final = 1_000
"""Characters: the patterns look at each line again and again."""
UNDERFLOW_WORDS: Final = frozenset({"underflows", "to the left", "before"})
OTHERS: Final = {
    "heap-use-after-free": "freed",
    "attempting double-free": "freed-twice",
    "attempting free on address": "not-from-malloc",
    "negative-size-param": "negative-size",
}
"""What is wrong without being a write outside of an object, by how the report begins: the name of its message."""


def stays_in_its_buffers(run: Run) -> Judgement:
    """Return what the sanitizers have reported of the run that is wrong; the first of it."""
    texts = (*(file.content for file in run.files if file.name.startswith(LOG)), run.stderr)
    logs = [_readable(text) for text in texts]
    found = (
        broken for log in logs for broken in (*map(_address, REPORT.finditer(log)), *map(_index, INDEX.finditer(log)))
    )
    return next((broken for broken in found if broken is not None), Kept())


def _readable(log: bytes) -> str:
    """Return what may be a report, cut: the program can write anything of any length in its place."""
    lines = log[:LARGEST_REPORT].decode("utf-8", "replace").split("\n")
    return "\n".join(line[:LONGEST_LINE] for line in lines)


def _address(report: re.Match[str]) -> Broken | None:
    seen = _what(report["what"], report["rest"])
    stack = report["rest"].split("\n\n", 1)[0]
    places = tuple((file, int(line)) for file, line in FRAME.findall(stack))
    return Broken(say("bounds.expected"), seen, places=places) if seen is not None else None


def _what(what: str, rest: str) -> Message | None:
    """Say what a report says; None where it is nothing that is judged."""
    other = next((name for begin, name in OTHERS.items() if what.startswith(begin)), None)
    if other is not None:
        return say(f"bounds.by.{other}")
    write = ASAN_WRITE.match(rest)
    return say("bounds.write", size=write[1], where=_where(rest)) if write else None


def _where(rest: str) -> Message:
    """Say where a write goes."""
    if (found := ASAN_VARIABLE.search(rest) or GLOBAL.search(rest)) is not None:
        return say("bounds.before" if found["how"] in UNDERFLOW_WORDS else "bounds.behind", name=found["name"])
    if (found := HEAP.search(rest)) is not None:
        return say(
            "bounds.before-heap" if found["how"] in UNDERFLOW_WORDS else "bounds.behind-heap", size=found["size"]
        )
    return say("bounds.elsewhere")


def _index(report: re.Match[str]) -> Broken:
    seen = say("bounds.index", index=report["index"], type=report["type"])
    return Broken(say("bounds.expected"), seen, places=((report["file"], int(report["line"])),))
