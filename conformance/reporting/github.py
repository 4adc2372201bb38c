"""For GitHub Actions: annotations at the lines of the submission, and a summary of the job in Markdown.

Whatever a line of a job's log begins with `::` may be a command to the runner. So all that a program or a compiler
said is printed where commands are stopped, and what an annotation quotes of it is escaped.
"""

import re
import secrets
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from typing import Final

import typer

from conformance.catalogue import words
from conformance.messages import render, text
from conformance.messages.escaping import escaped, visible
from conformance.records.notes import note_in_words
from conformance.records.results import Results, Verdict, VerdictName
from conformance.reporting import priority
from conformance.reporting.priority import Finding
from conformance.reporting.text import finding_name, in_text, name, reason_in_words

IN_MESSAGE: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
IN_PROPERTY: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})
PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")
LONGEST_ANNOTATION_LINE: Final = 300
LONGEST_ANNOTATION: Final = 1000
DETAILS_AT_MOST: Final = 40
SUMMARY_NOTES_AT_MOST: Final = 10
SUMMARY_LIMIT: Final = 900_000
"""GitHub refuses the summary of a step beyond a mebibyte."""


@contextmanager
def commands_stopped(*, enabled: bool = True) -> Iterator[None]:
    """Let nothing that is printed meanwhile be taken for a command of the runner.

    What goes to standard error goes to standard output, since between two streams there is no order.
    """
    if not enabled:
        yield
        return
    token = secrets.token_hex(16)
    typer.echo(f"::stop-commands::{token}")
    try:
        with redirect_stderr(sys.stdout):
            yield
    finally:
        typer.echo(f"::{token}::")


# ---------------------------------------------------------------- annotations


def annotations(results: Results, workspace: Path) -> str:
    """Return the workflow commands that put what is wrong at its lines, what to fix first at the head."""
    return "".join(f"{_annotation(results, finding, workspace)}\n" for finding in priority.wrong(results))


def _annotation(results: Results, finding: Finding, workspace: Path) -> str:
    grave = any(one.level == "MUST" or one.verdict == "harness-error" for one in finding.verdicts)
    properties = {**_annotation_place(results, finding.first, workspace), "title": _title(finding)}
    inside = ",".join(
        f"{name}={visible(value, LONGEST_ANNOTATION_LINE).translate(IN_PROPERTY)}" for name, value in properties.items()
    )
    message = visible(_message(finding), LONGEST_ANNOTATION).translate(IN_MESSAGE)
    return f"::{'error' if grave else 'warning'} {inside}::{message}"


def _title(finding: Finding) -> str:
    return f"{finding.first.exercise} · {finding_name(finding)} · {name(finding.first)}"


def _message(finding: Finding) -> str:
    first = finding.first
    if len(finding.verdicts) > 1:
        return f"{reason_in_words(first)}\n{', '.join(one.requirement for one in finding.verdicts)}"
    lines = [words().requirement[first.requirement].title]
    if first.evidence is None:
        return "\n".join([*lines, reason_in_words(first)])
    return "\n".join([*lines, *in_text(first.evidence)[:2], first.evidence.repeat])


def _annotation_place(results: Results, verdict: Verdict, workspace: Path) -> dict[str, str]:
    """Return where the runner shows it: the file as the repository names it."""
    source = verdict.evidence.source if verdict.evidence is not None else None
    program = next((one for one in results.programs if one.exercise == verdict.exercise), None)
    name = source.file if source is not None else program.source if program is not None else None
    if name is None:
        return {}
    path = Path(results.submission.folder).resolve() / name
    root = workspace.resolve()
    shown = str(path.relative_to(root) if path.is_relative_to(root) else path)
    return {"file": shown, **({"line": str(source.line)} if source is not None else {})}


# ---------------------------------------------------------------- Markdown


def job_summary(results: Results, said: Sequence[str] = ()) -> str:
    """Return the summary of the job; what is said of the mark, where there is one, comes first."""
    parts = [f"## Offhook: {markdown(results.submission.name, 80)}\n"]
    parts += [f"**{markdown(line)}**\n" for line in said]
    if results.harness.not_observed is not None:
        parts.append(f"> {markdown(text('page.not-observed', why=results.harness.not_observed))}\n")
    parts += [
        f"> {markdown(note_in_words(note), 2 * LONGEST_ANNOTATION_LINE)}\n"
        for note in results.submission.notes[:SUMMARY_NOTES_AT_MOST]
    ]
    parts += [_table(results), *map(_details, priority.wrong(results)[:DETAILS_AT_MOST])]
    parts += [_build(one.exercise, render(one.words)) for one in results.programs if not one.built]
    whole = "\n".join(parts) + "\n"
    return whole if len(whole.encode()) < SUMMARY_LIMIT else "\n".join(parts[:3]) + "\n"


def _table(results: Results) -> str:
    rows = [f"| {text('github.exercise')} | {text('github.verdicts')} |", "|---|---|"]
    for exercise in dict.fromkeys(one.exercise for one in results.verdicts):
        counts = Counter(one.verdict for one in results.verdicts if one.exercise == exercise)
        rows.append(f"| {markdown(exercise)} | {_verdict_counts(counts)} |")
    return "\n".join(rows) + "\n"


def _verdict_counts(counts: Counter[VerdictName]) -> str:
    return ", ".join(f"{count} {text(f'verdict-name.{verdict}')}" for verdict, count in counts.most_common())


def _details(finding: Finding) -> str:
    first = finding.first
    lines = in_text(first.evidence) if first.evidence is not None else [reason_in_words(first)]
    titles = [words().requirement[one.requirement].title for one in finding.verdicts]
    said = "\n".join(f"- {markdown(title)}" for title in titles)
    return f"### {first.level}: {markdown(_title(finding))}\n\n{said}\n\n{fenced(lines)}"


def _build(exercise: str, said: str) -> str:
    return f"### {markdown(text('github.not-built', exercise=exercise))}\n\n{fenced(said.splitlines())}"


def markdown(shown: str, limit: int = LONGEST_ANNOTATION_LINE) -> str:
    """Return text that Markdown shows as it is, in one line."""
    return PUNCTUATION.sub(r"\\\1", escaped(shown, limit).replace("\n", " "))


def fenced(lines: list[str]) -> str:
    """Return lines as a block of code, in a fence that is longer than any in it."""
    inside = "\n".join(escaped(line, 1000) for line in lines)
    longest = max(map(len, re.findall("`+", inside)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{inside}\n{fence}\n"
