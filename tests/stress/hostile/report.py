"""What a check of a hostile submission left behind, as the arena reports it to the test."""

from msgspec import Struct

Verdicts = dict[str, str]
"""`exercise requirement` -> verdict."""


class Judgement(Struct, frozen=True, kw_only=True):
    """One command's end."""

    status: int | None
    """None where it did not end within its time."""
    seconds: float
    output: str
    errors: str


class Report(Struct, frozen=True, kw_only=True):
    """All that was seen."""

    check: Judgement | None
    """Of the hostile submission; None where the neighbour was alone."""
    outputs: dict[str, str]
    """The files that it wrote: `results.json`, `page.html`, `junit.xml`; an empty one was not written."""
    session: Judgement | None
    """Of both in one session, where that was asked for."""
    session_verdicts: Verdicts
    """All in it, by pytest's names, `[anna-` or `[mallory-` in them: `passed`, or how pytest says that it is not."""
    neighbour: Judgement
    """The neighbour's own check, at the same time."""
    neighbour_verdicts: Verdicts
    secrets: dict[str, str]
    """Where a secret lay -> the secret."""
    changed: list[str]
    """Files and folders of the machine that are no longer as they were, or are new."""
    processes: list[str]
    """What still runs."""
    objects: list[str]
    """System V and POSIX objects that are new."""
