"""Winsock: what a program must do on Windows beyond what POSIX asks, judged under Wine."""

from conformance.checks import lifecycle, transfer, winsock
from conformance.checks.judgement import Judgement
from conformance.records.run import Run
from conformance.scenarios.baseline import BASELINE_ONLY
from conformance.scenarios.echo import MANY_CLIENTS, SPLIT_ECHO
from conformance.scenarios.echo_client import SPLIT_ANSWERS
from conformance.scenarios.greeting import SPLIT_MESSAGE
from conformance.scenarios.winsock import ENDS_OF_CLIENTS, FAILED_CALLS, FAILED_STARTUP
from conformance.suite.registry import requirement_test


@requirement_test("winsock.startup-first", BASELINE_ONLY, needs_trace=True)
def test_startup_first(run: Run, _: Run) -> Judgement:
    """Nothing comes before WSAStartup."""
    return winsock.starts_first(run)


@requirement_test("winsock.startup-checked", FAILED_STARTUP)
def test_startup_checked(run: Run, baseline: Run) -> Judgement:
    """WSAStartup returns the reason why there will be no sockets."""
    return winsock.reports_failed_startup(run, baseline)


@requirement_test("winsock.cleanup-balanced", BASELINE_ONLY, "server", "greeting client")
def test_cleanup_balanced(run: Run, _: Run) -> Judgement:
    """One WSACleanup for each WSAStartup, at the end."""
    return winsock.cleans_up(run)


@requirement_test("winsock.cleanup-balanced", ENDS_OF_CLIENTS, "echo client")
def test_cleanup_balanced_at_the_end_of_input(run: Run, _: Run) -> Judgement:
    """Input ends with a letter that says so, or without."""
    return winsock.cleans_up(run)


@requirement_test("winsock.call-order", BASELINE_ONLY, "server", needs_trace=True)
def test_server_call_order(run: Run, _: Run) -> Judgement:
    """Each listener goes through socket, bind, listen and accept, and carries no data."""
    return winsock.winsock_server_calls_in_order(run)


@requirement_test("winsock.call-order", BASELINE_ONLY, "client", needs_trace=True)
def test_client_call_order(run: Run, _: Run) -> Judgement:
    """The socket is connected before data goes over it."""
    return lifecycle.client_calls_in_order(run)


@requirement_test("winsock.closesocket", BASELINE_ONLY, "greeting server", "greeting client")
def test_closesocket(run: Run, _: Run) -> Judgement:
    """A socket is no handle to close, and no file."""
    return winsock.closes_with_closesocket(run)


@requirement_test("winsock.closesocket", ENDS_OF_CLIENTS, "echo client")
def test_closesocket_at_the_end_of_input(run: Run, _: Run) -> Judgement:
    """Input ends with a letter that says so, or without."""
    return winsock.closes_with_closesocket(run)


@requirement_test("winsock.closesocket", MANY_CLIENTS, "echo server")
def test_closesocket_of_each_client(run: Run, _: Run) -> Judgement:
    """A hundred clients come, one after the other, and leave nothing behind."""
    return winsock.closes_conversations(run)


@requirement_test("winsock.send-recv", BASELINE_ONLY, needs_trace=True)
def test_send_recv(run: Run, _: Run) -> Judgement:
    """A socket is not read from and written to."""
    return winsock.talks_as_a_socket(run)


@requirement_test("winsock.failures-tested", FAILED_CALLS)
def test_failures_tested(run: Run, baseline: Run) -> Judgement:
    """Each call fails with each error of the model's table, one at a time."""
    return winsock.tests_results(run, baseline)


@requirement_test("winsock.error-code", FAILED_CALLS)
def test_error_code(run: Run, _: Run) -> Judgement:
    """The number comes from where Winsock leaves it."""
    return winsock.asks_winsock_for_the_reason(run)


@requirement_test("winsock.any-split", SPLIT_MESSAGE, "greeting client")
def test_any_split(run: Run, whole: Run) -> Judgement:
    """The message is printed as in one piece, however it was cut."""
    return transfer.prints_as_whole(run, whole)


@requirement_test("winsock.any-split", SPLIT_ECHO, "echo server")
def test_any_split_of_what_a_client_sends(run: Run, whole: Run) -> Judgement:
    """The client gets back what it gets when it sends in one piece."""
    return transfer.echoes_as_whole(run, whole)


@requirement_test("winsock.any-split", SPLIT_ANSWERS, "echo client")
def test_any_split_of_answers(run: Run, whole: Run) -> Judgement:
    """The answers are printed as in one piece, however they were cut."""
    return transfer.echoes_lines_as_whole(run, whole)


@requirement_test("winsock.handle-width", BASELINE_ONLY, needs_trace=True)
def test_handle_width(run: Run, _: Run) -> Judgement:
    """A SOCKET has 64 bits."""
    return winsock.keeps_whole_handles(run)
