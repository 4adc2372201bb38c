"""Descriptors: what is opened is closed."""

from conformance.checks import descriptor
from conformance.judgement import Judgement
from conformance.scenarios.echo import LEAKS
from conformance.scenarios.failing import OTHER_DESCRIPTORS
from conformance.scenarios.undisturbed import UNDISTURBED_ONLY
from conformance.stage.script import Run
from conformance.suite.proving import proves

WITH_PEERS = ("hello_server", "hello_client", "echo_server", "echo_client", "file_server", "file_client")


@proves("descriptor.closed-once", UNDISTURBED_ONLY)
def test_closed_once(run: Run) -> Judgement:
    """Once all is quiet, every conversation's descriptor was closed by one call."""
    return descriptor.closed_once(run)


@proves("descriptor.valid-only", UNDISTURBED_ONLY)
def test_valid_only(run: Run) -> Judgement:
    """Closed is closed."""
    return descriptor.uses_valid_descriptors(run)


@proves("descriptor.right-kind", UNDISTURBED_ONLY)
def test_right_kind(run: Run) -> Judgement:
    """A socket has no position."""
    return descriptor.uses_right_kind(run)


@proves("descriptor.standard-streams", UNDISTURBED_ONLY)
def test_standard_streams(run: Run) -> Judgement:
    """The streams that the program was given stay."""
    return descriptor.leaves_standard_streams(run)


@proves("descriptor.copies-closed", UNDISTURBED_ONLY)
def test_copies_closed(run: Run) -> Judgement:
    """Who hands a connection over lets go of it."""
    return descriptor.closes_copies(run)


@proves("descriptor.no-leak", LEAKS)
def test_no_leak(run: Run, few: Run) -> Judgement:
    """Clients reset, leave and stay, round after round."""
    return descriptor.leaks_nothing(run, few)


@proves("descriptor.reports-numbers", OTHER_DESCRIPTORS)
def test_reports_numbers(run: Run) -> Judgement:
    """The first free numbers are others than usual, and these are printed."""
    return descriptor.reports_numbers(run)


@proves("descriptor.numbers-not-assumed", OTHER_DESCRIPTORS, "low_open", "low_read", "fd_seri")
def test_numbers_not_assumed_alone(run: Run, undisturbed: Run) -> Judgement:
    """The first free numbers are others than usual, and the same is done with them."""
    return descriptor.works_alone_the_same(run, undisturbed)


@proves("descriptor.numbers-not-assumed", OTHER_DESCRIPTORS, *WITH_PEERS)
def test_numbers_not_assumed(run: Run, undisturbed: Run) -> Judgement:
    """The first free numbers are others than usual."""
    return descriptor.works_the_same(run, undisturbed)
