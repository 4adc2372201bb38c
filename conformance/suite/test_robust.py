"""Robustness: what a program does when a call fails, or nobody answers."""

from conformance import checks, scenarios
from conformance.judgement import Judgement
from conformance.stage.script import Run
from conformance.suite.proving import proves


@proves("robust.failed-setup-reported", scenarios.FAILED_SET_UP)
def test_failed_setup_reported(run: Run, undisturbed: Run) -> Judgement:
    """Each set-up call is made to fail with each error of the model's table, one at a time."""
    return checks.reports_failure(run, undisturbed)


@proves("robust.connection-refused", scenarios.NOBODY_LISTENS)
def test_connection_refused(run: Run, undisturbed: Run) -> Judgement:
    """Nobody listens at the address."""
    return checks.refused(run, undisturbed)
