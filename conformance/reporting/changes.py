"""What became of the verdicts from one check to the next, in a short block."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from rich.console import Console
from rich.text import Text

from conformance.reporting.gravity import Finding, together
from conformance.reporting.results import COUNTS_AGAINST, Results, Verdict
from conformance.reporting.safe import plain
from conformance.reporting.text import named
from conformance.words import say

NAMES_SHOWN: Final = 3
SHOWN_AT_MOST: Final = 8
LINE: Final = 160
WORDS: Final = 600


class Changes(NamedTuple):
    """Verdicts of the later check, apart by what became of them."""

    passed: list[Verdict]
    """Passed now, and not before."""
    broken: list[Verdict]
    """Against the program now, and not before."""
    still: list[Verdict]
    """Against it before and now."""
    suite: list[Verdict]
    """Where the suite failed."""


def changes(before: Results, after: Results) -> Changes:
    """Compare two checks."""
    was = {(one.exercise, one.requirement): one.verdict for one in before.verdicts}

    def now(names: frozenset[str], *, earlier: bool) -> list[Verdict]:
        return [
            one
            for one in after.verdicts
            if one.verdict in names and (was.get((one.exercise, one.requirement)) in names) == earlier
        ]

    return Changes(
        now(frozenset({"passed"}), earlier=False),
        now(COUNTS_AGAINST, earlier=False),
        now(COUNTS_AGAINST, earlier=True),
        [one for one in after.verdicts if one.verdict == "harness-error"],
    )


def show(names: Sequence[str], before: Results, after: Results, console: Console) -> None:
    """Print which files changed and what that did."""
    found = changes(before, after)
    more = say("watch.more", count=len(names) - NAMES_SHOWN) if len(names) > NAMES_SHOWN else ""
    files = ", ".join(_one_line(name, 60) for name in names[:NAMES_SHOWN]) + more
    console.print(Text(f"\n{say('watch.changed', names=files)}", "bold"))
    for mark, style, findings in (
        ("+", "green", [Finding((one,)) for one in found.passed]),
        ("-", "bold red", together(found.broken)),
        ("!", "bold magenta", together(found.suite)),
    ):
        _list(mark, style, findings, console)
    for program in after.programs:
        if not program.built and found.broken:
            console.print(Text(plain(program.words, WORDS).rstrip()), soft_wrap=True)
    if not (found.passed or found.broken):
        console.print(f"  {say('watch.same')}")
    console.print(f"  {say('watch.left' if found.still else 'watch.nothing-left', count=len(found.still))}")


def _list(mark: str, style: str, findings: list[Finding], console: Console) -> None:
    for finding in findings[:SHOWN_AT_MOST]:
        first = finding.first
        why = f": {_one_line(first.reason, LINE)}" if first.reason else ""
        what = f"{first.verdict} {first.exercise} · {named(finding)}"
        console.print(Text.assemble(f"  {mark} ", (what, style), why), soft_wrap=True)
    if len(findings) > SHOWN_AT_MOST:
        console.print(f"  {mark}{say('watch.more', count=len(findings) - SHOWN_AT_MOST)}")


def _one_line(text: str, limit: int) -> str:
    return plain(text, limit).replace("\n", "\\n")
