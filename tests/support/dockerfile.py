"""A Dockerfile's steps, stage by stage, and the Debian packages that they install."""

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

CONTINUED: Final = re.compile(r"\\\n\s*")
COMMENT: Final = re.compile(r"^\s*#.*\n", re.MULTILINE)


class Step(NamedTuple):
    """One instruction and what stands behind it."""

    name: str
    words: str


def steps(file: Path, target: str) -> list[Step]:
    """Return what is done for a target, those of the stages that it stands on first."""
    stages: dict[str, list[Step]] = {}
    inside: list[Step] = []
    for step in _all_steps(file):
        if step.name == "FROM":
            base, _, stage = step.words.partition(" AS ")
            inside = stages[stage] = list(stages.get(base, []))
        else:
            inside.append(step)
    return stages[target]


def _all_steps(file: Path) -> Iterator[Step]:
    text = CONTINUED.sub(" ", COMMENT.sub("", file.read_text("utf-8")))
    for line in filter(None, text.splitlines()):
        name, _, words = line.partition(" ")
        yield Step(name, words)


def installed(found: Sequence[Step]) -> list[str]:
    """Return the Debian packages that the steps install."""
    commands = (shlex.split(one) for step in found if step.name == "RUN" for one in step.words.split("&&"))
    lists = (words[2:] for words in commands if words[:2] == ["apt-get", "install"])
    return [word for words in lists for word in words if not word.startswith("-")]
