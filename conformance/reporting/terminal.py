"""The summary on a terminal: one screen."""

from collections import Counter
from typing import Final

from rich.console import Console
from rich.text import Text

from conformance.catalogue import catalogue
from conformance.reporting import gravity
from conformance.reporting.gravity import Finding
from conformance.reporting.results import Results
from conformance.reporting.safe import plain
from conformance.words import say

STYLES: Final = {
    "passed": "green", "failed": "bold red", "crashed": "bold red", "hung": "bold red", "unsteady": "bold yellow",
    "not-implemented": "yellow", "not-run": "yellow", "not-applicable": "dim", "not-observed": "dim",
    "harness-error": "bold magenta",
}  # fmt: skip
SHOWN_AT_MOST: Final = 8
LINE: Final = 160


def summary(results: Results, console: Console) -> None:
    """Print what was judged, what is wrong, and how it was judged."""
    if not results.harness.observer.startswith("linux"):
        console.print(Text(plain(say("page.not-observed", why=results.harness.observer), 2 * LINE), "yellow"))
    for exercise in dict.fromkeys(one.exercise for one in results.verdicts):
        _exercise(results, exercise, console)
    wrong = gravity.wrong(results)
    for finding in wrong[:SHOWN_AT_MOST]:
        _wrong(finding, console)
    if len(wrong) > SHOWN_AT_MOST:
        console.print(f"… and {len(wrong) - SHOWN_AT_MOST} more in the report")
    for program in results.programs:
        if not program.built:
            console.print(Text(f"\n{program.exercise} was not built:", "yellow"))
            console.print(Text(plain(program.words, 600)), soft_wrap=True)
    harness = results.harness
    console.print(
        Text(
            f"\n{harness.runs} runs in {harness.seconds:.1f} s · observer {plain(harness.observer, LINE)}"
            f" · {plain(harness.sandbox, LINE)}",
            "dim",
        )
    )


def _exercise(results: Results, exercise: str, console: Console) -> None:
    verdicts = [one for one in results.verdicts if one.exercise == exercise]
    counts: Counter[str] = Counter(one.verdict for one in verdicts)
    line = Text(f"{exercise:<16}", "bold")
    for name, style in STYLES.items():
        if counts[name]:
            line.append(f"  {counts[name]} {name}", style)
    console.print(line)


def _wrong(finding: Finding, console: Console) -> None:
    verdict, number = finding.first, len(finding.verdicts)
    what = verdict.requirement if number == 1 else f"{number} requirements"
    console.print(
        Text.assemble("\n", (verdict.verdict, STYLES[verdict.verdict]), f" {verdict.exercise} · ", (what, "bold"))
    )
    if number == 1:
        console.print(Text(f"  {catalogue().requirements[verdict.requirement].title}"))
    evidence = verdict.evidence
    if evidence is None:
        console.print(Text(f"  {plain(verdict.reason, LINE)}"))
        return
    console.print(Text(f"  expected  {plain(evidence.expected, LINE)}"))
    console.print(Text(f"  seen      {plain(evidence.seen, LINE)}"))
    if evidence.source is not None:
        source = evidence.source
        at = "at       " if evidence.names_the_call else "last seen"
        console.print(Text(f"  {at} {plain(source.file, 60)}:{source.line}: {plain(source.text, 80)}"))
