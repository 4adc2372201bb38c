"""Why a build failed, in one line: the first error among all that compilers, linkers, make and the shell said."""

import re
from typing import Final, NamedTuple

LONGEST_SHOWN_ERROR: Final = 200
LONGEST_SEARCHED_LINE: Final = 1_000
"""A line is searched up to here, so that no text makes the search slow."""
EMPTY_LINES: Final = re.compile(r"(?:[ \t]*\n){10,}")
"""So many that no tool writes them, and patterns that skip white space would go over them again and again."""
UNSEEN: Final = re.compile(r"(?:\S*/)?(?:cc|go-build)\w+\.o:|\(\.text[^)]*\):? ?")
"""Names of temporary object files and places in them, which tell a reader nothing."""


class ErrorFormat(NamedTuple):
    """One way in which a tool tells of an error, and how it is said in one line."""

    pattern: re.Pattern[str]
    shown: str
    """With the groups of the pattern put in."""


def _error_format(pattern: str, shown: str) -> ErrorFormat:
    return ErrorFormat(re.compile(pattern, re.MULTILINE), shown)


FILE_AND_LINE: Final = r"^(?P<file>[^\s:][^:\n]*):(?P<line>\d+)"
# The order counts: what names a file and a line comes before what does not, and a tool's own words before those of
# make, which only repeat that something went wrong.
KINDS: Final = (
    # gcc, g++, clang, mingw, javac
    _error_format(FILE_AND_LINE + r"(?::\d+)?: (?P<what>(?:fatal )?error: .*)$", "{file}:{line}: {what}"),
    # rustc: the message, and below it the place
    _error_format(
        r"^(?P<what>error(?:\[E\d+\])?: .*)\n\s*--> (?P<file>[^:\n]+):(?P<line>\d+):\d+$",
        "{file}:{line}: {what}",
    ),
    # Python: the place, the text with a mark below, and the name of the error. py_compile says some in one line.
    _error_format(
        r'^\s*File "(?P<file>[^"\n]+)", line (?P<line>\d+)\n(?:[ \t]+.*\n){0,3}(?P<what>\w*Error: .*)$',
        "{file}:{line}: {what}",
    ),
    _error_format(r"^Sorry: (?P<what>\w+: .*) \((?P<file>[^,()\n]+), line (?P<line>\d+)\)", "{file}:{line}: {what}"),
    # Node
    _error_format(FILE_AND_LINE + r"\n(?:.*\n){0,8}?(?P<what>\w*Error(?: \[\w+\])?: .*)$", "{file}:{line}: {what}"),
    # Go
    _error_format(
        r"^(?:\./)?(?P<file>[^\s:][^:\n]*\.go):(?P<line>\d+)(?::\d+)?: (?P<what>.*)$", "{file}:{line}: {what}"
    ),
    # ld, where there is debug information and where there is none
    _error_format(
        FILE_AND_LINE + r": (?P<what>(?:undefined reference|multiple definition).*)$", "{file}:{line}: {what}"
    ),
    _error_format(r"^.*?(?P<what>(?:undefined reference to|multiple definition of|undefined symbol:) .*)$", "{what}"),
    _error_format(r"^.*?\bld(?:\.\w+)?: (?P<what>cannot find .*)$", "{what}"),
    # make's own, and the shell's
    _error_format(r"^(?P<file>[^\s:]+):(?P<line>\d+): \*\*\* (?P<what>.*)$", "{file}:{line}: {what}"),
    _error_format(
        r"^\S*(?P<what>(?:sh|bash|make): .*(?:not found|No such file or directory|Permission denied))$", "{what}"
    ),
    _error_format(r"^(?P<what>\S+: line \d+: .*)$", "{what}"),
    _error_format(r"^(?P<what>make(?:\[\d+\])?: \*\*\* No .*)$", "{what}"),
    # any tool's
    _error_format(r"^(?P<what>.*\b[Ee]rror\b(?! ignored).*)$", "{what}"),
)


def first_error(words: str) -> str:
    """Return the first error in a build's words, with file and line where it has them, in one line."""
    text = "\n".join(line[:LONGEST_SEARCHED_LINE] for line in words.replace("\r", "").split("\n"))
    text = EMPTY_LINES.sub("\n" * 10, text)
    found = next((shown for kind in KINDS if (shown := _first_match(kind, text))), None)
    shown = found if found is not None else next((line for line in text.splitlines() if line.strip()), "")
    shown = UNSEEN.sub("", shown).strip()
    return shown if len(shown) <= LONGEST_SHOWN_ERROR else f"{shown[: LONGEST_SHOWN_ERROR - 1]}…"


def _first_match(kind: ErrorFormat, text: str) -> str | None:
    found = kind.pattern.search(text)
    return kind.shown.format(**found.groupdict()) if found is not None else None
