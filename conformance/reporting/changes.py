"""What became of the verdicts from one check to the next, in a short block."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from rich.console import Console
from rich.text import Text

from conformance.messages import render, text
from conformance.messages.escaping import escaped
from conformance.records.results import COUNTS_AGAINST, Results, Verdict
from conformance.reporting.priority import Finding, together
from conformance.reporting.text import finding_name, name, reason_in_words

NAMES_SHOWN: Final = 3
CHANGES_AT_MOST: Final = 8
LONGEST_CHANGE_LINE: Final = 160
LONGEST_PROGRAM_NOTE: Final = 600


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


def show_changes(names: Sequence[str], before: Results, after: Results, console: Console) -> None:
    """Print which files changed and what that did."""
    found = changes(before, after)
    more = text("watch.more", count=len(names) - NAMES_SHOWN) if len(names) > NAMES_SHOWN else ""
    files = ", ".join(_one_line(file, 60) for file in names[:NAMES_SHOWN]) + more
    console.print(Text(f"\n{text('watch.changed', names=files)}", "bold"))
    for mark, style, findings in (
        ("+", "green", [Finding((one,)) for one in found.passed]),
        ("-", "bold red", together(found.broken)),
        ("!", "bold magenta", together(found.suite)),
    ):
        _list_findings(mark, style, findings, console)
    for program in after.programs:
        if not program.built and found.broken:
            console.print(Text(escaped(render(program.words), LONGEST_PROGRAM_NOTE).rstrip()), soft_wrap=True)
    if not (found.passed or found.broken):
        console.print(f"  {text('watch.same')}")
    console.print(f"  {text('watch.left' if found.still else 'watch.nothing-left', count=len(found.still))}")


def _list_findings(mark: str, style: str, findings: list[Finding], console: Console) -> None:
    for finding in findings[:CHANGES_AT_MOST]:
        first = finding.first
        why = f": {_one_line(reason_in_words(first), LONGEST_CHANGE_LINE)}" if first.reason else ""
        what = f"{name(first)} {first.exercise} · {finding_name(finding)}"
        console.print(Text.assemble(f"  {mark} ", (what, style), why), soft_wrap=True)
    if len(findings) > CHANGES_AT_MOST:
        console.print(f"  {mark}{text('watch.more', count=len(findings) - CHANGES_AT_MOST)}")


def _one_line(shown: str, limit: int) -> str:
    return escaped(shown, limit).replace("\n", "\\n")
