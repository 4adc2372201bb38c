"""Names of files: which exercise a name says, without the differences that do not matter."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePath
from typing import Final, Literal, NamedTuple

from conformance.catalogue import Exercise

Side = Literal["server", "client"]
SIDES: Final[dict[str, Side]] = {
    "server": "server", "serv": "server", "srv": "server",
    "client": "client", "clnt": "client", "cli": "client",
}  # fmt: skip
"""Names that say a side and no exercise, as `server.py`: what the source does decides."""
FILLERS: Final = frozenset({"tcp", "socket", "sock", "my", "simple", "basic", "test", "new", "final", "the", "java"})
"""Words in a name that say nothing about the exercise: `tcp_echo_server` is `echo_server`."""
VERSION: Final = re.compile(
    r"(?:[ _.-]*+(?:\((?P<in>\d++)\)|v?(?P<number>\d++)|final|new|last|copy|fixed|복사본|사본|최종|수정))+$",
    re.IGNORECASE,
)
"""What is put after a name to tell versions apart: `_v2`, ` (1)`, `_final`, ` - 복사본`."""
NAME_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")


class Name(NamedTuple):
    """What the name of a file says."""

    plain: str
    """Without case, `_`, `-` and spaces: `HelloServer` is `helloserver`."""
    bare: str
    """And without fillers and version: `my_hello_server_v2` is `helloserver`."""
    version: int
    extension: str


def name_of(file: str) -> Name:
    """Read the name of a file."""
    path = PurePath(unicodedata.normalize("NFC", file))
    stem = path.stem
    version = VERSION.search(stem)
    core = stem[: version.start()] if version is not None else stem
    words = [word.lower() for word in NAME_WORD.findall(core)]
    kept = "".join(word for word in words if word not in FILLERS) or plain_stem(core)
    for filler in sorted(FILLERS):
        kept = kept.removeprefix(filler) or kept
    numbers = [int(one) for one in version.group("in", "number") if one] if version is not None else []
    return Name(plain_stem(stem), kept, max(numbers, default=0), path.suffix.lower())


def plain_stem(stem: str) -> str:
    """Return a name without the differences that do not matter."""
    return re.sub(r"[\s_-]", "", unicodedata.normalize("NFC", stem)).lower()


def by_plain_name(exercises: Iterable[Exercise]) -> dict[str, tuple[str, int]]:
    """Return the usual names, each with its exercise and its place among that exercise's names."""
    return {
        plain_stem(name): (exercise.name, place) for exercise in exercises for place, name in enumerate(exercise.source)
    }
