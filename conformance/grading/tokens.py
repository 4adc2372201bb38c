"""The tokens of a program in any of the languages, as they are compared: all names, numbers and texts are the same."""

import re
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple
from zlib import crc32

from conformance.model.calls import SYSTEM_CALLS
from conformance.submission.roles import COMMENTS

GRAM: Final = 8
"""Tokens: one or two lines of C."""
CODE: Final = 4
"""Bytes that stand for one token."""
MOST_TOKENS: Final = 6_000
"""Of one program. The suite's longest reference has 800."""
TOKENS: Final = re.compile(
    r""""(?:[^"\\\n]|\\.){0,300}"?|'(?:[^'\\\n]|\\.){0,300}'?|[^\W\d]\w{0,99}|\d[\w.]{0,99}|\S"""
)
INCLUDES: Final = re.compile(r"^[ \t]*\#[ \t]*include\b.*$", re.MULTILINE)
NOT_NEW_LINE: Final = re.compile(r"[^\n]")
LANGUAGE_WORDS: Final = """
    auto break case catch char class const continue def default defer do double elif else enum except extern finally
    float fn for func go goto if impl import in int let long loop match mut new pass raise return short signed sizeof
    static struct switch throw try typedef union unsigned var void volatile while with yield
    recv send exit fork fgets fputs fprintf printf perror puts memcpy memset strlen
"""
KEPT_WORDS: Final = frozenset(SYSTEM_CALLS) | frozenset(LANGUAGE_WORDS.split())
"""Words that tell what a program does. All others are names that a student may choose."""


class Token(NamedTuple):
    """A word, a number, a text or a sign of a program."""

    code: bytes
    """What it counts as: all of one length, so that they can be put together."""
    begin: int
    """Where it stands in the text."""
    end: int


def tokens(text: str) -> list[Token]:
    """Return the tokens of a program; comments and lines that include a file have none."""
    code = COMMENTS.sub(lambda found: found["text"] or _blank(found), INCLUDES.sub(_blank, text))
    found = islice(TOKENS.finditer(code), MOST_TOKENS)
    return [Token(_code(one[0]), one.start(), one.end()) for one in found]


def _blank(found: re.Match[str]) -> str:
    """Return as much empty space as something took, so that what comes behind it keeps its place."""
    return NOT_NEW_LINE.sub(" ", found[0])


@lru_cache(maxsize=4_096)
def _code(token: str) -> bytes:
    return crc32(_kind(token).encode()).to_bytes(CODE, "little")


def _kind(token: str) -> str:
    """Return a token itself only where it tells what the program does."""
    if token[0] in "\"'":
        return "a text"
    if token[0].isdigit():
        return "a number"
    return "a name" if token.isidentifier() and token not in KEPT_WORDS else token
