"""Results as plain lines, for the formats that know no other."""

from typing import Final

from rich.cells import cell_len

from conformance.messages import also, render, say, text
from conformance.records.results import Evidence, Verdict
from conformance.records.run import described_ending
from conformance.records.scenario_in_words import scenario_in_words
from conformance.reporting.priority import Finding

HEADS: Final = 9
"""How wide the heads of evidence are."""


def padded(words: str, width: int) -> str:
    """Return words, and spaces up to the width of a column of a terminal: a Korean letter takes two of its cells."""
    return words + " " * (width - cell_len(words))


def in_text(evidence: Evidence) -> list[str]:
    """Return evidence line by line, what was expected and what was seen first."""
    parts = {
        "expected": [render(evidence.expected)],
        "seen": [render(evidence.seen)],
        "at": [f"{evidence.source.file}:{evidence.source.line}: {evidence.source.text}"] if evidence.source else [],
        "when": scenario_in_words(evidence.scenario),
        "tried": [_tried(evidence)],
        "output": evidence.output.splitlines(),
        "calls": [f"{'>' if call.marked else ' '} {call.text}" for call in evidence.calls],
        "repeat": [evidence.repeat],
    }
    return [
        f"{padded(text(f'text.{name}') if place == 0 else '', HEADS)} {line}"
        for name, lines in parts.items()
        for place, line in enumerate(lines)
    ]


def _tried(evidence: Evidence) -> str:
    yours = say("text.yours", failed=evidence.program.failed, tried=evidence.program.tried)
    reference = evidence.reference
    beside = [say("text.reference", failed=reference.failed, tried=reference.tried)] if reference is not None else []
    return render(also(yours, *beside, described_ending(evidence.ending)))


def finding_name(finding: Finding) -> str:
    """Return the requirement of a finding, or how many there are."""
    several = len(finding.verdicts) > 1
    return text("text.several", count=len(finding.verdicts)) if several else finding.first.requirement


def reason_in_words(verdict: Verdict) -> str:
    """Return why a verdict is not `passed`, in words; nothing where it is."""
    return render(verdict.reason or "")


def name(verdict: Verdict) -> str:
    """Return a verdict's name as people read it."""
    return text(f"verdict-name.{verdict.verdict}")
