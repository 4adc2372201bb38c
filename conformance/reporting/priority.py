"""What to fix first: what is wrong in the order of its gravity, with verdicts that share one reason together."""

from functools import cache
from typing import Final, NamedTuple

from conformance.catalogue import catalogue
from conformance.catalogue.patterns import pattern_of
from conformance.records.results import COUNTS_AGAINST, Results, Verdict, VerdictName

LEVELS_GRAVEST_FIRST: Final = ("MUST", "SHOULD", "MAY")
WEIGHT: Final[dict[VerdictName, int]] = {
    "crashed": 0,
    "hung": 1,
    "failed": 2,
    "unsteady": 3,
    "not-implemented": 4,
    "not-run": 5,
    "harness-error": 6,
    "not-observed": 7,
    "not-applicable": 8,
    "passed": 9,
}
"""The gravest first."""
WORST: Final = WEIGHT["hung"]
"""Up to here the level plays no part: a program that crashes or hangs is not judged further."""
NO_CALL: Final = 1 << 30


class Finding(NamedTuple):
    """One thing to fix or to know: a verdict with its evidence, or the verdicts that share one reason."""

    verdicts: tuple[Verdict, ...]

    @property
    def first(self) -> Verdict:
        """The verdict that speaks for all."""
        return self.verdicts[0]


def wrong(results: Results) -> list[Finding]:
    """Return what is wrong, what to fix first at the head."""
    found = [one for one in results.verdicts if one.verdict in COUNTS_AGAINST or one.verdict == "harness-error"]
    return by_cause(together(by_priority(found, unbuilt(results))))


def by_cause(findings: list[Finding]) -> list[Finding]:
    """Put what the same change repairs in one program behind the first of it."""
    causes: dict[tuple[str, str], list[Finding]] = {}
    for place, found in enumerate(findings):
        pattern = pattern_of(found.first.requirement) if found.first.evidence is not None else None
        cause = pattern.name if pattern is not None else str(place)
        causes.setdefault((found.first.exercise, cause), []).append(found)
    return [found for together in causes.values() for found in together]


def repaired_too(finding: Finding, findings: list[Finding]) -> list[str]:
    """Return the other requirements of the same program that the change repairs which repairs this one."""
    pattern, first = pattern_of(finding.first.requirement), finding.first
    if pattern is None or first.evidence is None:
        return []
    others = (one.first for one in findings if one is not finding and one.first.evidence is not None)
    return [one.requirement for one in others if one.exercise == first.exercise and one.requirement in pattern.repairs]


def not_judged(results: Results) -> list[Finding]:
    """Return what was not judged, with the reasons."""
    judged = ("passed", "failed", "crashed", "hung", "unsteady")
    return together([one for one in results.verdicts if one.verdict not in judged])


def unbuilt(results: Results) -> frozenset[str]:
    """Return the exercises whose program is there and was not built."""
    return frozenset(program.exercise for program in results.programs if not program.built)


def by_priority(verdicts: list[Verdict], unbuilt: frozenset[str] = frozenset()) -> list[Verdict]:
    """Return verdicts in the order in which to fix them: see `_gravity`."""
    return sorted(verdicts, key=lambda one: (*_gravity(one, unbuilt), *_sort_key(one)))


def together(verdicts: list[Verdict]) -> list[Finding]:
    """Put verdicts of one exercise that share their reason together; evidence stands alone."""
    groups: dict[tuple[object, ...], list[Verdict]] = {}
    for one in verdicts:
        own = (one.requirement,) if one.evidence is not None else ()
        groups.setdefault((one.exercise, one.verdict, one.reason, *own), []).append(one)
    return [Finding(tuple(group)) for group in groups.values()]


def _gravity(one: Verdict, unbuilt: frozenset[str]) -> tuple[int, int, bool]:
    """Return a sort key: what ends everything, then by level, then what breaks without a disturbance."""
    weight = WEIGHT[one.verdict]
    if one.exercise in unbuilt:
        return -1, weight, False
    if one.verdict not in COUNTS_AGAINST:
        return len(LEVELS_GRAVEST_FIRST), weight, False
    level = 0 if weight <= WORST else LEVELS_GRAVEST_FIRST.index(one.level)
    return level, weight, catalogue().requirements[one.requirement].judged_on == "faults"


def _sort_key(one: Verdict) -> tuple[int, int, int]:
    """Return a sort key: the exercise, how early in the conversation the wrong call is, the catalogue's order."""
    calls = one.evidence.calls if one.evidence is not None else []
    wrong = next((call.number for call in calls if call.marked), NO_CALL)
    return _exercise_places().get(one.exercise, NO_CALL), wrong, _requirement_places()[one.requirement]


@cache
def _exercise_places() -> dict[str, int]:
    return {name: place for place, name in enumerate(catalogue().exercises)}


@cache
def _requirement_places() -> dict[str, int]:
    return {name: place for place, name in enumerate(catalogue().requirements)}
