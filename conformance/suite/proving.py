"""How a conformance test is written: an id, a family of scenarios, and one line of judgement over a run."""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import msgspec
import pytest

from conformance import suite
from conformance.catalogue import Requirement, catalogue
from conformance.reporting.results import COUNTS_AGAINST, Verdict
from conformance.scenarios.family import Family
from conformance.trial import Bench, Check, judge

VERDICT: Final = "offhook-verdict"
"""The name under which a verdict travels in a test's report, also from a worker of pytest-xdist."""
PROVES: Final = "offhook_proves"


class Proof(NamedTuple):
    """A conformance test as data."""

    requirement: Requirement
    family: Family
    check: Check
    exercises: tuple[str, ...] = ()
    """Those that it is for; none where it is for each that the requirement applies to."""

    def concerns(self, exercise: str) -> bool:
        """Tell whether it judges the program of an exercise."""
        return self.requirement.concerns(exercise) and (not self.exercises or exercise in self.exercises)


PROOFS: Final[list[Proof]] = []
"""Every conformance test that was loaded, in the order of the files."""


def proves(requirement_id: str, family: Family, *exercises: str) -> Callable[[Check], Callable[..., None]]:
    """Make a conformance test of a check: it runs once for each exercise that the requirement applies to.

    Where exercises need different scenarios, a requirement has several tests, each for the exercises that it names.
    """
    requirement = catalogue().requirements[requirement_id]

    def decorate(check: Check) -> Callable[..., None]:
        proof = Proof(requirement, family, check, exercises)
        PROOFS.append(proof)

        def test(exercise: str, bench: Bench, record_property: Callable[[str, Any], None]) -> None:
            verdict = judge(bench, requirement, exercise, family, check)
            record_property(VERDICT, msgspec.json.encode(verdict).decode())
            report(verdict)

        test.__name__, test.__doc__, test.__module__ = check.__name__, requirement.title, check.__module__
        setattr(test, PROVES, proof)
        return test

    return decorate


def report(verdict: Verdict) -> None:
    """Say a verdict in pytest's words. Raises what pytest takes for a failure, a skip or an error."""
    __tracebackhide__ = True
    if verdict.verdict in COUNTS_AGAINST:
        pytest.fail(f"{verdict.verdict}: {verdict.reason}", pytrace=False)
    if verdict.verdict == "harness-error":
        raise RuntimeError(verdict.reason)
    if verdict.verdict != "passed":
        pytest.skip(f"{verdict.verdict}: {verdict.reason}")


def all_proofs() -> list[Proof]:
    """Load every test file of the suite and return what it proves."""
    for module in pkgutil.iter_modules(suite.__path__):
        if module.name.startswith("test_"):
            importlib.import_module(f"{suite.__name__}.{module.name}")
    return PROOFS
