"""Descriptors: what is opened is closed."""

from conformance.checks import datagrams, descriptor
from conformance.checks.judgement import Judgement
from conformance.records.run import Run
from conformance.scenarios.baseline import BASELINE_ONLY
from conformance.scenarios.chat import CHAT_LEAKS
from conformance.scenarios.echo import FAILED_ACCEPTS, LEAKS
from conformance.scenarios.failing import LEFT_SOCKETS, NOTHING_TO_MOVE, OTHER_DESCRIPTORS
from conformance.scenarios.files import FILE_LEAKS
from conformance.suite.registry import requirement_test


@requirement_test("descriptor.closed-once", NOTHING_TO_MOVE, needs_trace=True)
def test_closed_once(run: Run, baseline: Run) -> Judgement:
    """Once all is quiet, every conversation's descriptor was closed by one call, also where nothing came."""
    return descriptor.closed_once(run, baseline)


@requirement_test("descriptor.valid-only", FAILED_ACCEPTS, needs_trace=True)
def test_valid_only(run: Run, _: Run) -> Judgement:
    """Closed is closed, and an accept that failed gave nothing."""
    return descriptor.uses_valid_descriptors(run)


@requirement_test("descriptor.right-kind", BASELINE_ONLY, needs_trace=True)
def test_right_kind(run: Run, _: Run) -> Judgement:
    """A socket has no position."""
    return descriptor.uses_right_kind(run)


@requirement_test("descriptor.standard-streams", BASELINE_ONLY, needs_trace=True)
def test_standard_streams(run: Run, _: Run) -> Judgement:
    """The streams that the program was given stay."""
    return descriptor.leaves_standard_streams(run)


@requirement_test("descriptor.copies-closed", BASELINE_ONLY, needs_trace=True)
def test_copies_closed(run: Run, _: Run) -> Judgement:
    """Who hands a connection over lets go of it."""
    return descriptor.closes_copies(run)


@requirement_test("descriptor.no-leak", LEAKS, "echo server", "dialogue server", needs_trace=True)
def test_no_leak(run: Run, few: Run) -> Judgement:
    """Clients reset, leave and stay, round after round."""
    return descriptor.leaks_nothing(run, few)


@requirement_test("descriptor.no-leak", CHAT_LEAKS, "chat server", needs_trace=True)
def test_no_leak_in_chat(run: Run, few: Run) -> Judgement:
    """One client stays, and others reset or leave, one after the other."""
    return descriptor.leaks_nothing(run, few)


@requirement_test("descriptor.no-leak", FILE_LEAKS, "file server", needs_trace=True)
def test_no_leak_of_files(run: Run, few: Run) -> Judgement:
    """Clients reset, leave and stay, round after round, with a file, with a long one, and with none."""
    return descriptor.leaks_nothing(run, few)


@requirement_test("descriptor.reports-numbers", OTHER_DESCRIPTORS, needs_trace=True)
def test_reports_numbers(run: Run, baseline: Run) -> Judgement:
    """The first free numbers are others than usual, and these are printed."""
    return descriptor.reports_numbers(run, baseline)


@requirement_test("descriptor.numbers-not-assumed", OTHER_DESCRIPTORS, "alone")
def test_numbers_not_assumed_alone(run: Run, baseline: Run) -> Judgement:
    """The first free numbers are others than usual, and the same is done with them."""
    return descriptor.works_alone_the_same(run, baseline)


@requirement_test("descriptor.numbers-not-assumed", OTHER_DESCRIPTORS, "udp")
def test_numbers_not_assumed_over_datagrams(run: Run, baseline: Run) -> Judgement:
    """The first free numbers are others than usual."""
    return datagrams.does_the_same(run, baseline)


@requirement_test("descriptor.numbers-not-assumed", OTHER_DESCRIPTORS, "server", "client")
def test_numbers_not_assumed(run: Run, baseline: Run) -> Judgement:
    """The first free numbers are others than usual."""
    return descriptor.works_the_same(run, baseline)


@requirement_test("descriptor.all-sockets-closed", LEFT_SOCKETS, needs_trace=True)
def test_all_sockets_closed(run: Run, baseline: Run) -> Judgement:
    """A set-up call fails once, and the program goes on."""
    return descriptor.closes_all_sockets(run, baseline)
