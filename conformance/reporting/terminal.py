"""The summary on a terminal: one screen."""

from collections import Counter
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from conformance.catalogue import words
from conformance.messages import render, text
from conformance.messages.escaping import escaped
from conformance.records.notes import note_in_words
from conformance.records.results import Results
from conformance.reporting import priority
from conformance.reporting.priority import Finding
from conformance.reporting.text import finding_name, name, padded, reason_in_words

VERDICT_STYLES: Final = {
    "passed": "green", "failed": "bold red", "crashed": "bold red", "hung": "bold red", "unsteady": "bold yellow",
    "not-implemented": "yellow", "not-run": "yellow", "not-applicable": "dim", "not-observed": "dim",
    "harness-error": "bold magenta",
}  # fmt: skip
FINDINGS_AT_MOST: Final = 8
TERMINAL_NOTES_AT_MOST: Final = 8
NOTE: Final = 600
LEAST_WIDTH: Final = 20
LONGEST_TERMINAL_LINE: Final = 400
"""How much is shown of what should be one line: what is expected and seen of long data is cut before, where it goes
wrong."""


def terminal_summary(results: Results, console: Console, *, debug: bool = False) -> None:
    """Print what was judged, what is wrong, and how it was judged; to debug the suite, also where it failed itself."""
    if results.harness.not_observed is not None:
        console.print(
            Text(
                escaped(text("page.not-observed", why=results.harness.not_observed), 2 * LONGEST_TERMINAL_LINE),
                "yellow",
            )
        )
    for exercise in dict.fromkeys(one.exercise for one in results.verdicts):
        _exercise(results, exercise, console)
    _notes(results, console)
    wrong = priority.wrong(results)
    said: set[str] = set()
    for finding in wrong[:FINDINGS_AT_MOST]:
        _wrong(finding, console)
        others = [one for one in priority.repaired_too(finding, wrong) if f"{finding.first.exercise} {one}" not in said]
        if others:
            _hanging(console, "", text("terminal.repairs-too", others=others))
        said |= {f"{finding.first.exercise} {one}" for one in (finding.first.requirement, *others)}
    if len(wrong) > FINDINGS_AT_MOST:
        console.print(text("terminal.more", number=len(wrong) - FINDINGS_AT_MOST), markup=False)
    if wrong and wrong[0].first.evidence is not None:
        console.print(Text("\n" + text("terminal.explain", requirement=wrong[0].first.requirement)))
    for program in results.programs:
        if not program.built:
            console.print(Text("\n" + text("terminal.not-built", exercise=program.exercise), "yellow"))
            console.print(Text(escaped(render(program.words), 600)), soft_wrap=True)
    _suite_failed(results, console, debug=debug)
    harness = results.harness
    if harness.left_out:
        console.print(Text("\n" + text("page.left-out", number=harness.left_out), "yellow"))
    observer, sandbox = (escaped(render(one), LONGEST_TERMINAL_LINE) for one in (harness.observer, harness.sandbox))
    how = text("terminal.how", runs=harness.runs, seconds=harness.seconds, observer=observer, sandbox=sandbox)
    console.print(Text(f"\n{how}", "dim"))


def _notes(results: Results, console: Console) -> None:
    """Print what is worth a remark about the submission, before what is wrong with it."""
    notes = results.submission.notes
    for note in notes[:TERMINAL_NOTES_AT_MOST]:
        console.print(Text(f"{text('terminal.note')} {escaped(note_in_words(note), NOTE)}", "yellow"), soft_wrap=True)
    if len(notes) > TERMINAL_NOTES_AT_MOST:
        console.print(Text(text("terminal.more-notes", number=len(notes) - TERMINAL_NOTES_AT_MOST), "yellow"))


def _suite_failed(results: Results, console: Console, *, debug: bool) -> None:
    number = results.count("harness-error")
    if number:
        console.print(Text("\n" + text("terminal.harness", number=number), VERDICT_STYLES["harness-error"]))
    for problem in results.harness.problems if debug else ():
        head = text("terminal.problem", requirement=problem.requirement, exercise=problem.exercise)
        console.print(Text(f"\n{escaped(head, LONGEST_TERMINAL_LINE)}", "bold"))
        console.print(Text(escaped(problem.traceback)), soft_wrap=True)


def _exercise(results: Results, exercise: str, console: Console) -> None:
    verdicts = [one for one in results.verdicts if one.exercise == exercise]
    counts: Counter[str] = Counter(one.verdict for one in verdicts)
    line = Text(f"{exercise:<16}", "bold")
    for verdict, style in VERDICT_STYLES.items():
        if counts[verdict]:
            line.append(f"  {counts[verdict]} {text(f'verdict-name.{verdict}')}", style)
    console.print(line)


def _wrong(finding: Finding, console: Console) -> None:
    verdict = finding.first
    what = (name(verdict), VERDICT_STYLES[verdict.verdict])
    level = f" ({verdict.level})" if len(finding.verdicts) == 1 else ""
    console.print(Text.assemble("\n", what, f" {verdict.exercise} · ", (finding_name(finding), "bold"), level))
    if len(finding.verdicts) == 1:
        _hanging(console, "", words().requirement[verdict.requirement].title)
    evidence = verdict.evidence
    if evidence is None:
        _hanging(console, "", escaped(reason_in_words(verdict), LONGEST_TERMINAL_LINE))
        return
    lines = [
        (text("text.expected"), escaped(render(evidence.expected), LONGEST_TERMINAL_LINE)),
        (text("text.seen"), escaped(render(evidence.seen), LONGEST_TERMINAL_LINE)),
    ]
    source = evidence.source
    if source is not None:
        head = text("text.at" if evidence.names_the_call else "text.last-seen")
        lines.append((head, f"{escaped(source.file, 60)}:{source.line}: {escaped(source.text, 80)}"))
    width = max(cell_len(head) for head, _ in lines)
    for head, line in lines:
        _hanging(console, f"{padded(head, width)}  ", line)


def _hanging(console: Console, head: str, line: str) -> None:
    """Print a line below its head: what does not fit stands below its beginning. A Korean letter takes two cells."""
    indent = cell_len(head) + 2
    for place, part in enumerate(Text(line).wrap(console, max(console.width - indent, LEAST_WIDTH))):
        console.print(Text(f"  {head}" if place == 0 else " " * indent).append_text(part), soft_wrap=True)
