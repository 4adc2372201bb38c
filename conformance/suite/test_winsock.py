"""Winsock: what a program must do on Windows beyond what POSIX asks, judged under Wine."""

from conformance.checks import lifecycle, transfer, winsock
from conformance.judgement import Judgement
from conformance.scenarios.echo import MANY, SPLIT_ANSWERS, SPLIT_ECHO
from conformance.scenarios.greeting import SPLIT_MESSAGE
from conformance.scenarios.undisturbed import UNDISTURBED_ONLY
from conformance.scenarios.winsock import FAILED_CALLS, FAILED_STARTUP
from conformance.stage.script import Run
from conformance.suite.proving import proves


@proves("winsock.startup-first", UNDISTURBED_ONLY)
def test_startup_first(run: Run) -> Judgement:
    """Nothing comes before WSAStartup."""
    return winsock.starts_first(run)


@proves("winsock.startup-checked", FAILED_STARTUP)
def test_startup_checked(run: Run, undisturbed: Run) -> Judgement:
    """WSAStartup returns the reason why there will be no sockets."""
    return winsock.reports_failed_startup(run, undisturbed)


@proves("winsock.cleanup-balanced", UNDISTURBED_ONLY)
def test_cleanup_balanced(run: Run) -> Judgement:
    """One WSACleanup for each WSAStartup, at the end."""
    return winsock.cleans_up(run)


@proves("winsock.call-order", UNDISTURBED_ONLY, "hello_server_win", "echo_server_win")
def test_server_call_order(run: Run) -> Judgement:
    """Each listener goes through socket, bind, listen and accept, and carries no data."""
    return winsock.server_calls_in_order(run)


@proves("winsock.call-order", UNDISTURBED_ONLY, "hello_client_win", "echo_client_win")
def test_client_call_order(run: Run) -> Judgement:
    """The socket is connected before data goes over it."""
    return lifecycle.client_calls_in_order(run)


@proves("winsock.closesocket", UNDISTURBED_ONLY, "hello_server_win", "hello_client_win", "echo_client_win")
def test_closesocket(run: Run) -> Judgement:
    """A socket is no handle to close, and no file."""
    return winsock.closes_with_closesocket(run)


@proves("winsock.closesocket", MANY, "echo_server_win")
def test_closesocket_of_each_client(run: Run) -> Judgement:
    """A hundred clients come, one after the other, and leave nothing behind."""
    return winsock.closes_conversations(run)


@proves("winsock.send-recv", UNDISTURBED_ONLY)
def test_send_recv(run: Run) -> Judgement:
    """A socket is not read from and written to."""
    return winsock.talks_as_a_socket(run)


@proves("winsock.failures-tested", FAILED_CALLS)
def test_failures_tested(run: Run, undisturbed: Run) -> Judgement:
    """Each call fails with each error of the model's table, one at a time."""
    return winsock.tests_results(run, undisturbed)


@proves("winsock.error-code", FAILED_CALLS)
def test_error_code(run: Run) -> Judgement:
    """The number comes from where Winsock leaves it."""
    return winsock.asks_winsock_for_the_reason(run)


@proves("winsock.any-split", SPLIT_MESSAGE, "hello_client_win")
def test_any_split(run: Run, whole: Run) -> Judgement:
    """The message is printed as in one piece, however it was cut."""
    return transfer.prints_as_whole(run, whole)


@proves("winsock.any-split", SPLIT_ECHO, "echo_server_win")
def test_any_split_of_what_a_client_sends(run: Run, whole: Run) -> Judgement:
    """The client gets back what it gets when it sends in one piece."""
    return transfer.echoes_as_whole(run, whole)


@proves("winsock.any-split", SPLIT_ANSWERS, "echo_client_win")
def test_any_split_of_answers(run: Run, whole: Run) -> Judgement:
    """The answers are printed as in one piece, however they were cut."""
    return transfer.echoes_lines_as_whole(run, whole)


@proves("winsock.handle-width", UNDISTURBED_ONLY)
def test_handle_width(run: Run) -> Judgement:
    """A SOCKET has 64 bits."""
    return winsock.keeps_whole_handles(run)
