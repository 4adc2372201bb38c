"""For GitHub Actions: annotations at the lines of the submission, and a summary of the job in Markdown.

Whatever a line of a job's log begins with `::` may be a command to the runner. So all that a program or a compiler
said is printed where commands are stopped, and what an annotation quotes of it is escaped.
"""

import re
import secrets
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from typing import Final

import typer

from conformance.catalogue import catalogue
from conformance.reporting import gravity
from conformance.reporting.gravity import Finding
from conformance.reporting.results import Results, Verdict
from conformance.reporting.safe import plain
from conformance.reporting.text import in_text, named
from conformance.words import say

IN_MESSAGE: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
IN_PROPERTY: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})
PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")
LINE: Final = 300
MESSAGE: Final = 1000
DETAILS_AT_MOST: Final = 40
SUMMARY_LIMIT: Final = 900_000
"""GitHub refuses the summary of a step beyond a mebibyte."""


@contextmanager
def quoted(*, enabled: bool = True) -> Iterator[None]:
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
    """Return the workflow commands that put what is wrong at its lines, what to mend first at the head."""
    return "".join(f"{_annotation(results, finding, workspace)}\n" for finding in gravity.wrong(results))


def _annotation(results: Results, finding: Finding, workspace: Path) -> str:
    grave = any(one.level == "MUST" or one.verdict == "harness-error" for one in finding.verdicts)
    properties = {**_place(results, finding.first, workspace), "title": _title(finding)}
    inside = ",".join(f"{name}={plain(value, LINE).translate(IN_PROPERTY)}" for name, value in properties.items())
    return f"::{'error' if grave else 'warning'} {inside}::{plain(_message(finding), MESSAGE).translate(IN_MESSAGE)}"


def _title(finding: Finding) -> str:
    return f"{finding.first.exercise} · {named(finding)} · {finding.first.verdict}"


def _message(finding: Finding) -> str:
    first = finding.first
    if len(finding.verdicts) > 1:
        return f"{first.reason}\n{', '.join(one.requirement for one in finding.verdicts)}"
    lines = [catalogue().requirements[first.requirement].title]
    if first.evidence is None:
        return "\n".join([*lines, first.reason])
    return "\n".join([*lines, *in_text(first.evidence)[:2], first.evidence.repeat])


def _place(results: Results, verdict: Verdict, workspace: Path) -> dict[str, str]:
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


def summary(results: Results) -> str:
    """Return the summary of the job."""
    parts = [f"## Offhook: {markdown(results.submission.name, 80)}\n"]
    if not results.harness.observer.startswith("linux"):
        parts.append(f"> {markdown(say('page.not-observed', why=results.harness.observer))}\n")
    parts += [_table(results), *map(_details, gravity.wrong(results)[:DETAILS_AT_MOST])]
    parts += [_build(one.exercise, one.words) for one in results.programs if not one.built]
    text = "\n".join(parts) + "\n"
    return text if len(text.encode()) < SUMMARY_LIMIT else "\n".join(parts[:3]) + "\n"


def _table(results: Results) -> str:
    rows = [f"| {say('github.exercise')} | {say('github.verdicts')} |", "|---|---|"]
    for exercise in dict.fromkeys(one.exercise for one in results.verdicts):
        counts = Counter(one.verdict for one in results.verdicts if one.exercise == exercise)
        rows.append(
            f"| {markdown(exercise)} | {', '.join(f'{count} {name}' for name, count in counts.most_common())} |"
        )
    return "\n".join(rows) + "\n"


def _details(finding: Finding) -> str:
    first = finding.first
    lines = in_text(first.evidence) if first.evidence is not None else [first.reason]
    titles = [catalogue().requirements[one.requirement].title for one in finding.verdicts]
    said = "\n".join(f"- {markdown(title)}" for title in titles)
    return f"### {first.level}: {markdown(_title(finding))}\n\n{said}\n\n{fenced(lines)}"


def _build(exercise: str, words: str) -> str:
    return f"### {markdown(say('github.not-built', exercise=exercise))}\n\n{fenced(words.splitlines())}"


def markdown(text: str, limit: int = LINE) -> str:
    """Return text that Markdown shows as it is, in one line."""
    return PUNCTUATION.sub(r"\\\1", plain(text, limit).replace("\n", " "))


def fenced(lines: list[str]) -> str:
    """Return lines as a block of code, in a fence that is longer than any in it."""
    text = "\n".join(plain(line, 1000) for line in lines)
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}\n"
