"""Who handed in what on Gradescope: read from `submission_metadata.yml`, as far as it is needed.

Only lines at the places at which Gradescope writes them count. The file is written by Ruby's library for YAML, which
begins no line of a text further left than the key that the text belongs to: so nothing that a program has printed, and
that the file repeats, looks like a submission or a submitter. All else in it, which may be many megabytes, is not
read. A submission of which nothing is understood keeps its number as its id, so that nobody is lost.
"""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from conformance.grading.lateness import moment_in

METADATA: Final = "submission_metadata.yml"
LARGEST_METADATA: Final = 256 << 20
LONGEST_LINE: Final = 1_000
SUBMISSION: Final = re.compile(r"""["']?(submission_\w{1,60})["']?:\s*""")
SUBMITTERS: Final = re.compile(r"  :submitters:\s*")
CREATED: Final = re.compile(r"  :created_at: (.*)")
FIELD: Final = re.compile(r" {2,6}(-)? {1,3}:(name|sid|email): (.*)")
ESCAPE: Final = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
NO_TEXT: Final = ("!", "&", "*", "|", ">")
"""How a value begins that is something other than plain text or text in quotes."""


class Submitter(Struct, frozen=True, kw_only=True):
    """One person of those who handed in together."""

    name: str = ""
    sid: str = ""
    email: str = ""
    handed_in: str = ""
    """When it came, as `2026-11-29T14:59:00Z`; nothing where that is not understood."""


def submitters(lines: Iterator[str]) -> dict[str, tuple[Submitter, ...]]:
    """Return who handed in each submission, by the names of their folders."""
    found: dict[str, list[dict[str, str]]] = {}
    people: list[dict[str, str]] = []
    inside, name = False, ""
    times: dict[str, str] = {}
    for line in lines:
        if (head := SUBMISSION.fullmatch(line)) is not None:
            name, inside = head[1], False
            people = found.setdefault(name, [])
        elif (created := CREATED.fullmatch(line)) is not None:
            times[name], inside = moment_in(_scalar(created[1].strip())), False
        elif line.startswith("  ") and line[2:3] not in ("", " ", "-"):
            inside = SUBMITTERS.fullmatch(line) is not None
        elif inside and (field := FIELD.fullmatch(line)) is not None:
            if field[1] or not people:
                people.append({})
            people[-1][field[2]] = _scalar(field[3].strip())
    return {
        name: tuple(Submitter(**one, handed_in=times.get(name, "")) for one in everybody)
        for name, everybody in found.items()
    }


def _scalar(text: str) -> str:
    """Return a value in YAML as text; nothing where it is no text of one line."""
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if len(text) > 1 and text[0] == text[-1] == '"':
        return ESCAPE.sub(_unescaped, text[1:-1])
    return "" if text.startswith((*NO_TEXT, "'", '"')) or text in ("~", "null", "") else text


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code is None:
        return found[4] if found[4] in '"\\/ ' else " "
    number = int(code, 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "?"
