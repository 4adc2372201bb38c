"""What became of the verdicts from one check to the next, in a short block."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from rich.console import Console
from rich.text import Text

from conformance.reporting.results import COUNTS_AGAINST, Results, Verdict
from conformance.reporting.safe import plain
from conformance.words import say

NAMES_SHOWN: Final = 3
LINE: Final = 160


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
    files = ", ".join(plain(name, 60).replace("\n", "\\n") for name in names[:NAMES_SHOWN]) + more
    console.print(Text(f"\n{say('watch.changed', names=files)}", "bold"))
    for mark, style, verdicts in (("+", "green", found.passed), ("-", "bold red", found.broken)):
        for one in verdicts:
            console.print(Text.assemble(f"  {mark} ", (_verdict(one), style)), soft_wrap=True)
    for one in found.suite:
        console.print(Text.assemble("  ! ", (_verdict(one), "bold magenta")), soft_wrap=True)
    if not (found.passed or found.broken):
        console.print(f"  {say('watch.same')}")
    console.print(f"  {say('watch.left' if found.still else 'watch.nothing-left', count=len(found.still))}")


def _verdict(one: Verdict) -> str:
    name = f"{one.verdict:<10} {one.exercise} · {one.requirement}"
    reason = plain(one.reason, LINE).replace("\n", " ")
    return name if one.verdict == "passed" else f"{name}: {reason}"
