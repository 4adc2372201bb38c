"""Numbers, lines and JSON as all of the formats write them, so that no text can be more than text there."""

from typing import Final

import msgspec

from conformance.messages.escaping import escaped

LONGEST_LINE: Final = 400
"""How much is shown of what should be one line."""
DIGITS: Final = 2
"""Course servers keep two digits of a mark."""
BREAKS: Final = str.maketrans({"\n": "\\n", "\t": " "})
IN_JSON: Final = ((b"<", b"\\u003c"), (b">", b"\\u003e"), (b"&", b"\\u0026"))
"""JSON may say any character by its number. So nothing in it ends a script, or is a mark of another format."""


def one_line(text: str, limit: int = LONGEST_LINE) -> str:
    """Return text as one line in which nothing steers a terminal, a page or CI."""
    return escaped(text, limit).translate(BREAKS).strip()


def number(value: float) -> int | float:
    """Return points as they are written: two digits, none where there is nothing to say."""
    short = round(value, DIGITS)
    return int(short) if short == int(short) else short


def points(value: float) -> str:
    """Return points as text."""
    return str(number(value))


def as_json(value: object, *, lines: bool = True) -> bytes:
    """Return JSON, in lines for people or as one line."""
    made = msgspec.json.encode(value)
    for character, said in IN_JSON:
        made = made.replace(character, said)
    return (msgspec.json.format(made) if lines else made) + b"\n"
