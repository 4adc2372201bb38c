"""Results as plain lines, for the formats that know no other."""

from conformance.reporting.gravity import Finding
from conformance.reporting.results import Evidence
from conformance.words import say


def in_text(evidence: Evidence) -> list[str]:
    """Return evidence line by line, what was expected and what was seen first."""
    parts = {
        "expected": [evidence.expected],
        "seen": [evidence.seen],
        "at": [f"{evidence.source.file}:{evidence.source.line}: {evidence.source.text}"] if evidence.source else [],
        "when": evidence.scenario_words,
        "tried": [_tried(evidence)],
        "output": evidence.output.splitlines(),
        "calls": [f"{'>' if call.marked else ' '} {call.text}" for call in evidence.calls],
        "repeat": [evidence.repeat],
    }
    return [
        f"{say(f'text.{name}') if place == 0 else '':<9} {line}"
        for name, lines in parts.items()
        for place, line in enumerate(lines)
    ]


def _tried(evidence: Evidence) -> str:
    yours = say("text.yours", failed=evidence.program.failed, tried=evidence.program.tried)
    reference = evidence.reference
    beside = [say("text.reference", failed=reference.failed, tried=reference.tried)] if reference is not None else []
    return "; ".join([yours, *beside, evidence.ending])


def named(finding: Finding) -> str:
    """Return the requirement of a finding, or how many there are."""
    several = len(finding.verdicts) > 1
    return say("text.several", count=len(finding.verdicts)) if several else finding.first.requirement
