"""Robustness: what a program does when a call fails, or nobody answers."""

from conformance.checks import children, clients, robust
from conformance.checks.judgement import Judgement
from conformance.records.run import Run
from conformance.scenarios.baseline import BASELINE_ONLY
from conformance.scenarios.echo import ABORTED, CROWD, HOSTILE_CLIENTS, LOSSES, MANY_CLIENTS, NO_DESCRIPTORS
from conformance.scenarios.echo_client import FAILED_ANSWERS, HOSTILE_ANSWERS, LOST_SERVER
from conformance.scenarios.failing import (
    FAILED_SET_UP,
    FAILED_TRANSFERS,
    HANDLED_SIGNALS,
    INTERRUPTIONS,
    NO_ARGUMENTS,
    NOBODY_LISTENS,
    OWN_SIGNALS,
    PORT_TAKEN,
    TOO_FEW_ARGUMENTS,
)
from conformance.scenarios.files import (
    FAILED_READS,
    FAILED_WRITES,
    FILE_CROWDS,
    FILE_LOSSES,
    HOSTILE_CONTENTS,
    HOSTILE_FILES,
    LOST_FILES,
    LOST_TRANSFERS,
)
from conformance.scenarios.greeting import CROWDS, HOSTILE_BYTES
from conformance.scenarios.serving import ENDING_TOGETHER, FULL_TABLE, SLOW_CLIENTS, UNREAD
from conformance.scenarios.winsock import WINDOWS_LOSSES
from conformance.suite.registry import requirement_test


@requirement_test("robust.failed-setup-reported", FAILED_SET_UP)
def test_failed_setup_reported(run: Run, baseline: Run) -> Judgement:
    """Each set-up call is made to fail with each error of the model's table, one at a time."""
    return robust.reports_failure(run, baseline)


@requirement_test("robust.connection-refused", NOBODY_LISTENS)
def test_connection_refused(run: Run, baseline: Run) -> Judgement:
    """Nobody listens at the address."""
    return robust.refused(run, baseline)


@requirement_test("robust.failed-transfer-reported", FAILED_TRANSFERS, "greeting client")
def test_failed_transfer_reported(run: Run, baseline: Run) -> Judgement:
    """A real reset comes before, in or after the message; or a read fails otherwise."""
    return robust.reports_lost_connection(run, baseline)


@requirement_test("robust.failed-transfer-reported", FAILED_ANSWERS, "echo client")
def test_failed_answer_reported(run: Run, baseline: Run) -> Judgement:
    """A read or a write of the conversation fails."""
    return robust.reports_failed_transfer(run, baseline)


@requirement_test("robust.failed-transfer-reported", LOST_TRANSFERS, "file client")
def test_failed_storing_reported(run: Run, baseline: Run) -> Judgement:
    """A real reset comes before, in or after the file; or the disk is full."""
    return robust.reports_lost_connection(run, baseline)


@requirement_test("robust.failed-transfer-reported", FAILED_WRITES, "write alone")
def test_failed_write_reported(run: Run, baseline: Run) -> Judgement:
    """The disk is full, at once or after some bytes."""
    return robust.reports_failed_transfer(run, baseline)


@requirement_test("robust.failed-transfer-reported", FAILED_READS, "read alone")
def test_failed_read_reported(run: Run, baseline: Run) -> Judgement:
    """The disk gives an error, or it is a folder that was opened."""
    return robust.reports_failed_transfer(run, baseline)


@requirement_test("robust.lost-server-detected", LOST_SERVER, "echo client")
def test_lost_server_detected(run: Run, baseline: Run) -> Judgement:
    """The answer stops in the middle, by an end or a reset; or none comes."""
    return robust.reports_lost_server(run, baseline)


@requirement_test("robust.lost-server-detected", LOST_FILES, "file client")
def test_lost_file_detected(run: Run, baseline: Run) -> Judgement:
    """The connection is reset before, in or after the file."""
    return robust.reports_lost_connection(run, baseline)


@requirement_test("robust.client-reset", LOSSES, "posix echo server")
def test_client_reset(run: Run, nobody_lost: Run) -> Judgement:
    """Clients reset or leave in mid-conversation, and others go on."""
    return clients.serves_the_others(run, nobody_lost)


@requirement_test("robust.client-reset", WINDOWS_LOSSES, "winsock echo server")
def test_client_reset_on_windows(run: Run, nobody_lost: Run) -> Judgement:
    """Clients reset or leave, or a transfer is told of a reset, and others go on."""
    return clients.serves_the_others(run, nobody_lost)


# Without tracing it is chance whether a reset reaches the server before its next write, or only when the file is sent.
@requirement_test("robust.client-reset", FILE_LOSSES, "file server", needs_trace=True)
def test_client_reset_in_mid_file(run: Run, nobody_lost: Run) -> Judgement:
    """Clients leave before, in and after the file, and others come."""
    return clients.serves_the_others(run, nobody_lost)


@requirement_test("robust.aborted-connection", ABORTED)
def test_aborted_connection(run: Run, nothing_fails: Run) -> Judgement:
    """accept returns ECONNABORTED once, for the first or the second client."""
    return clients.serves_the_others(run, nothing_fails)


@requirement_test("robust.descriptor-limit", NO_DESCRIPTORS)
def test_descriptor_limit(run: Run, nothing_fails: Run) -> Judgement:
    """accept returns EMFILE once, for the first or the second client."""
    return clients.serves_again(run, nothing_fails)


@requirement_test("robust.interrupted-calls", INTERRUPTIONS)
def test_interrupted_calls(run: Run, baseline: Run) -> Judgement:
    """The first calls of each kind are interrupted, one at a time."""
    return robust.is_not_disturbed(run, baseline)


@requirement_test("robust.port-in-use", PORT_TAKEN)
def test_port_in_use(run: Run, baseline: Run) -> Judgement:
    """Somebody else has the port."""
    return robust.reports_port_in_use(run, baseline)


@requirement_test("robust.arguments", NO_ARGUMENTS)
def test_arguments(run: Run, _: Run) -> Judgement:
    """The program is started with no arguments."""
    return robust.explains_arguments(run)


@requirement_test("robust.no-busy-wait", BASELINE_ONLY)
def test_no_busy_wait(run: Run, _: Run) -> Judgement:
    """While nothing comes, nothing is asked."""
    return robust.waits_in_the_kernel(run)


@requirement_test("robust.no-crash", HOSTILE_BYTES, "greeting client")
def test_no_crash(run: Run, _: Run) -> Judgement:
    """Formats, control characters, every byte value."""
    return robust.survives(run)


@requirement_test("robust.no-crash", HOSTILE_CLIENTS, "echo server")
def test_no_crash_of_server(run: Run, _: Run) -> Judgement:
    """Formats, control characters, every byte value from a client."""
    return robust.survives(run)


@requirement_test("robust.no-crash", HOSTILE_ANSWERS, "echo client")
def test_no_crash_by_answers(run: Run, _: Run) -> Judgement:
    """Formats, control characters, every byte value in place of what was sent."""
    return robust.survives(run)


@requirement_test("robust.no-crash", HOSTILE_FILES, "file server", "file client")
def test_no_crash_by_files(run: Run, _: Run) -> Judgement:
    """Formats, control characters, every byte value in a file, and from a client."""
    return robust.survives(run)


@requirement_test("robust.no-crash", HOSTILE_CONTENTS, "read alone")
def test_no_crash_by_contents(run: Run, _: Run) -> Judgement:
    """Formats, control characters, every byte value in the file that is printed."""
    return robust.survives(run)


@requirement_test("robust.own-signals", OWN_SIGNALS)
def test_own_signals(run: Run, without: Run) -> Judgement:
    """Each signal that the program handles comes while it waits."""
    return robust.goes_on_after_signal(run, without)


@requirement_test("robust.crossed-clients", CROWDS, "greeting server", needs_trace=True)
def test_crossed_clients(run: Run, two_in_turn: Run) -> Judgement:
    """Three clients at once, then six in turn."""
    return clients.keeps_clients_apart(run, two_in_turn)


@requirement_test("robust.crossed-clients", FILE_CROWDS, "file server")
def test_crossed_files(run: Run, beside: Run) -> Judgement:
    """A client stops reading in mid-file, and another one comes; then six in turn."""
    return clients.keeps_files_apart(run, beside)


@requirement_test("robust.crossed-clients", CROWD, "echo server", needs_trace=True)
def test_crossed_echoes(run: Run, in_turn: Run) -> Judgement:
    """Several clients are there at once and speak in any order; five come one after the other."""
    return clients.keeps_echoes_apart(run, in_turn)


@requirement_test("robust.children-end", BASELINE_ONLY, needs_trace=True)
def test_children_end(run: Run, _: Run) -> Judgement:
    """A client is served by a child, and leaves."""
    return children.children_end(run)


@requirement_test("robust.children-reaped-at-once", ENDING_TOGETHER, needs_trace=True)
def test_children_reaped_at_once(run: Run, _: Run) -> Judgement:
    """Clients come and go together, round after round."""
    return children.reaps_at_once(run)


@requirement_test("robust.too-few-arguments", TOO_FEW_ARGUMENTS)
def test_too_few_arguments(run: Run, baseline: Run) -> Judgement:
    """The last argument is missing."""
    return robust.misses_an_argument(run, baseline)


@requirement_test("robust.slow-client", SLOW_CLIENTS)
def test_slow_client(run: Run, silent: Run) -> Judgement:
    """A client does not read, or begins a line and waits; another one wants its answer."""
    return clients.serves_beside_a_slow_one(run, silent)


@requirement_test("robust.full-table-waits", FULL_TABLE)
def test_full_table_waits(run: Run, silent: Run) -> Judgement:
    """More clients come together than a table holds, and one after they have gone."""
    return clients.serves_beyond_its_table(run, silent)


@requirement_test("robust.bounded-backlog", UNREAD, needs_trace=True)
def test_bounded_backlog(run: Run, silent: Run) -> Judgement:
    """A client sends eight megabytes, and reads nothing."""
    return clients.keeps_little(run, silent)


@requirement_test("robust.threads-end", MANY_CLIENTS, needs_trace=True)
def test_threads_end(run: Run, _: Run) -> Judgement:
    """A hundred clients come, one after the other, and leave no thread behind."""
    return children.threads_end(run)


@requirement_test("robust.handler-safe", HANDLED_SIGNALS, needs_trace=True)
def test_handler_safe(run: Run, _: Run) -> Judgement:
    """A signal comes, and its handler runs."""
    return robust.calls_safe_functions(run)
