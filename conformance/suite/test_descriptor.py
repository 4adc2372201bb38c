"""Descriptors: what is opened is closed."""

from conformance import checks, scenarios
from conformance.judgement import Judgement
from conformance.stage.script import Run
from conformance.suite.proving import proves


@proves("descriptor.closed-once", scenarios.UNDISTURBED_ONLY)
def test_closed_once(run: Run) -> Judgement:
    """Once all is quiet, every conversation's descriptor was closed by one call."""
    return checks.closed_once(run)
