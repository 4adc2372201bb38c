"""What was seen, kept in conformance/model/measured.toml."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import conformance.model
from conformance.model.measured import Answers, Measured, Platform

FILE: Final = Path(conformance.model.__file__).with_name("measured.toml")
HEAD: Final = """\
# What was seen when the probes of probes.toml were last made and kept, and on which versions. Written by
# `nox -s platforms -- --write`; the documentation takes its measurements from here.
"""


def together(
    before: Measured, versions: Mapping[Platform, str], seen: Mapping[Platform, Mapping[str, Answers]]
) -> Measured:
    """Return what is to be kept: platforms that were not measured now stay as they were."""
    return Measured(
        {**before.versions, **versions}, {**before.seen, **{name: dict(made) for name, made in seen.items()}}
    )


def keep(measured: Measured) -> None:
    """Write the file."""
    FILE.write_text("".join(lines(measured)), "utf-8")


def lines(measured: Measured) -> Iterator[str]:
    """Yield the lines of the file. A JSON text of plain letters is one of TOML too."""
    yield HEAD
    yield "\n[versions]\n"
    for platform, version in measured.versions.items():
        yield f"{platform} = {json.dumps(version)}\n"
    for platform, made in measured.seen.items():
        yield f"\n[seen.{platform}]\n"
        for name, answers in made.items():
            yield f"{json.dumps(name)} = {json.dumps(answers)}\n"
