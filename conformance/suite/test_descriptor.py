"""Descriptors: what is opened is closed."""

from conformance.checks import descriptor
from conformance.judgement import Judgement
from conformance.scenarios.echo import FAILED_ACCEPTS, LEAKS
from conformance.scenarios.failing import NOTHING_TO_MOVE, OTHER_DESCRIPTORS
from conformance.scenarios.files import FILE_LEAKS
from conformance.scenarios.undisturbed import UNDISTURBED_ONLY
from conformance.stage.script import Run
from conformance.suite.proving import proves

WITH_PEERS = ("hello_server", "hello_client", "echo_server", "echo_client", "file_server", "file_client")


@proves("descriptor.closed-once", NOTHING_TO_MOVE)
def test_closed_once(run: Run, undisturbed: Run) -> Judgement:
    """Once all is quiet, every conversation's descriptor was closed by one call, also where nothing came."""
    return descriptor.closed_once(run, undisturbed)


@proves("descriptor.valid-only", FAILED_ACCEPTS)
def test_valid_only(run: Run) -> Judgement:
    """Closed is closed, and an accept that failed gave nothing."""
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


@proves("descriptor.no-leak", LEAKS, "echo_server")
def test_no_leak(run: Run, few: Run) -> Judgement:
    """Clients reset, leave and stay, round after round."""
    return descriptor.leaks_nothing(run, few)


@proves("descriptor.no-leak", FILE_LEAKS, "file_server")
def test_no_leak_of_files(run: Run, few: Run) -> Judgement:
    """Clients reset, leave and stay, round after round, with a file, with a long one, and with none."""
    return descriptor.leaks_nothing(run, few)


@proves("descriptor.reports-numbers", OTHER_DESCRIPTORS)
def test_reports_numbers(run: Run, undisturbed: Run) -> Judgement:
    """The first free numbers are others than usual, and these are printed."""
    return descriptor.reports_numbers(run, undisturbed)


@proves("descriptor.numbers-not-assumed", OTHER_DESCRIPTORS, "low_open", "low_read", "fd_seri")
def test_numbers_not_assumed_alone(run: Run, undisturbed: Run) -> Judgement:
    """The first free numbers are others than usual, and the same is done with them."""
    return descriptor.works_alone_the_same(run, undisturbed)


@proves("descriptor.numbers-not-assumed", OTHER_DESCRIPTORS, *WITH_PEERS)
def test_numbers_not_assumed(run: Run, undisturbed: Run) -> Judgement:
    """The first free numbers are others than usual."""
    return descriptor.works_the_same(run, undisturbed)
