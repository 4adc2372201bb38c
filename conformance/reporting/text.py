"""Results as plain lines, for the formats that know no other."""

from collections.abc import Iterable

from conformance.reporting.results import Evidence, Verdict
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


def alike(verdicts: Iterable[Verdict]) -> list[list[Verdict]]:
    """Return verdicts in groups that are told of together: one program, one reason, and no evidence apart."""
    groups: dict[tuple[str, ...], list[Verdict]] = {}
    for one in verdicts:
        own = (one.requirement,) if one.evidence is not None else ()
        groups.setdefault((one.exercise, one.verdict, one.reason, *own), []).append(one)
    return list(groups.values())


def named_together(group: list[Verdict]) -> str:
    """Return the requirement of a group, or how many there are."""
    return group[0].requirement if len(group) == 1 else say("text.several", count=len(group))
