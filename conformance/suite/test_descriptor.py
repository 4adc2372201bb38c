"""Descriptors: what is opened is closed."""

from conformance import scenarios
from conformance.checks import descriptor
from conformance.judgement import Judgement
from conformance.stage.script import Run
from conformance.suite.proving import proves


@proves("descriptor.closed-once", scenarios.UNDISTURBED_ONLY)
def test_closed_once(run: Run) -> Judgement:
    """Once all is quiet, every conversation's descriptor was closed by one call."""
    return descriptor.closed_once(run)


@proves("descriptor.valid-only", scenarios.UNDISTURBED_ONLY)
def test_valid_only(run: Run) -> Judgement:
    """Closed is closed."""
    return descriptor.uses_valid_descriptors(run)


@proves("descriptor.right-kind", scenarios.UNDISTURBED_ONLY)
def test_right_kind(run: Run) -> Judgement:
    """A socket has no position."""
    return descriptor.uses_right_kind(run)


@proves("descriptor.standard-streams", scenarios.UNDISTURBED_ONLY)
def test_standard_streams(run: Run) -> Judgement:
    """The streams that the program was given stay."""
    return descriptor.leaves_standard_streams(run)


@proves("descriptor.copies-closed", scenarios.UNDISTURBED_ONLY)
def test_copies_closed(run: Run) -> Judgement:
    """Who hands a connection over lets go of it."""
    return descriptor.closes_copies(run)


@proves("descriptor.numbers-not-assumed", scenarios.OTHER_DESCRIPTORS)
def test_numbers_not_assumed(run: Run, undisturbed: Run) -> Judgement:
    """The first free numbers are others than usual."""
    return descriptor.works_the_same(run, undisturbed)
