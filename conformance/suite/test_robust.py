"""Robustness: what a program does when a call fails, or nobody answers."""

from conformance.checks import robust
from conformance.judgement import Judgement
from conformance.scenarios.echo import (
    ABORTED,
    CROWD,
    FAILED_ANSWERS,
    HOSTILE_ANSWERS,
    HOSTILE_CLIENTS,
    LOSSES,
    LOST_SERVER,
    NO_DESCRIPTORS,
)
from conformance.scenarios.failing import (
    FAILED_SET_UP,
    FAILED_TRANSFERS,
    INTERRUPTIONS,
    NO_ARGUMENTS,
    NOBODY_LISTENS,
    OWN_SIGNALS,
    PORT_TAKEN,
)
from conformance.scenarios.files import (
    FAILED_READS,
    FAILED_WRITES,
    FILE_CROWDS,
    FILE_LOSSES,
    HOSTILE_FILES,
    LOST_FILES,
    LOST_TRANSFERS,
)
from conformance.scenarios.greeting import CROWDS, HOSTILE_BYTES
from conformance.scenarios.undisturbed import UNDISTURBED_ONLY
from conformance.stage.script import Run
from conformance.suite.proving import proves


@proves("robust.failed-setup-reported", FAILED_SET_UP)
def test_failed_setup_reported(run: Run, undisturbed: Run) -> Judgement:
    """Each set-up call is made to fail with each error of the model's table, one at a time."""
    return robust.reports_failure(run, undisturbed)


@proves("robust.connection-refused", NOBODY_LISTENS)
def test_connection_refused(run: Run, undisturbed: Run) -> Judgement:
    """Nobody listens at the address."""
    return robust.refused(run, undisturbed)


@proves("robust.failed-transfer-reported", FAILED_TRANSFERS, "hello_client")
def test_failed_transfer_reported(run: Run, undisturbed: Run) -> Judgement:
    """A real reset comes before, in or after the message; or a read fails otherwise."""
    return robust.reports_lost_connection(run, undisturbed)


@proves("robust.failed-transfer-reported", FAILED_ANSWERS, "echo_client")
def test_failed_answer_reported(run: Run, undisturbed: Run) -> Judgement:
    """A read or a write of the conversation fails."""
    return robust.reports_failed_transfer(run, undisturbed)


@proves("robust.failed-transfer-reported", LOST_TRANSFERS, "file_client")
def test_failed_storing_reported(run: Run, undisturbed: Run) -> Judgement:
    """A real reset comes before, in or after the file; or the disk is full."""
    return robust.reports_lost_connection(run, undisturbed)


@proves("robust.failed-transfer-reported", FAILED_WRITES, "low_open")
def test_failed_write_reported(run: Run, undisturbed: Run) -> Judgement:
    """The disk is full, at once or after some bytes."""
    return robust.reports_failed_transfer(run, undisturbed)


@proves("robust.failed-transfer-reported", FAILED_READS, "low_read")
def test_failed_read_reported(run: Run, undisturbed: Run) -> Judgement:
    """The disk gives an error, or it is a folder that was opened."""
    return robust.reports_failed_transfer(run, undisturbed)


@proves("robust.lost-server-detected", LOST_SERVER, "echo_client")
def test_lost_server_detected(run: Run, undisturbed: Run) -> Judgement:
    """The answer stops in the middle, by an end or a reset; or none comes."""
    return robust.reports_lost_server(run, undisturbed)


@proves("robust.lost-server-detected", LOST_FILES, "file_client")
def test_lost_file_detected(run: Run, undisturbed: Run) -> Judgement:
    """The connection is reset before, in or after the file."""
    return robust.reports_lost_connection(run, undisturbed)


@proves("robust.client-reset", LOSSES, "echo_server")
def test_client_reset(run: Run, nobody_lost: Run) -> Judgement:
    """Clients reset or leave in mid-conversation, and others go on."""
    return robust.serves_the_others(run, nobody_lost)


@proves("robust.client-reset", FILE_LOSSES, "file_server")
def test_client_reset_in_mid_file(run: Run, nobody_lost: Run) -> Judgement:
    """Clients leave before, in and after the file, and others come."""
    return robust.serves_the_others(run, nobody_lost)


@proves("robust.aborted-connection", ABORTED)
def test_aborted_connection(run: Run, nothing_fails: Run) -> Judgement:
    """accept returns ECONNABORTED once, for the first or the second client."""
    return robust.serves_the_others(run, nothing_fails)


@proves("robust.descriptor-limit", NO_DESCRIPTORS)
def test_descriptor_limit(run: Run, nothing_fails: Run) -> Judgement:
    """accept returns EMFILE once, for the first or the second client."""
    return robust.serves_again(run, nothing_fails)


@proves("robust.interrupted-calls", INTERRUPTIONS)
def test_interrupted_calls(run: Run, undisturbed: Run) -> Judgement:
    """The first calls of each kind are interrupted, one at a time."""
    return robust.is_not_disturbed(run, undisturbed)


@proves("robust.port-in-use", PORT_TAKEN)
def test_port_in_use(run: Run, undisturbed: Run) -> Judgement:
    """Somebody else has the port."""
    return robust.reports_port_in_use(run, undisturbed)


@proves("robust.arguments", NO_ARGUMENTS)
def test_arguments(run: Run) -> Judgement:
    """The program is started with no arguments."""
    return robust.explains_arguments(run)


@proves("robust.no-busy-wait", UNDISTURBED_ONLY)
def test_no_busy_wait(run: Run) -> Judgement:
    """While nothing comes, nothing is asked."""
    return robust.waits_in_the_kernel(run)


@proves("robust.no-crash", HOSTILE_BYTES, "hello_client")
def test_no_crash(run: Run) -> Judgement:
    """Formats, control characters, every byte value."""
    return robust.survives(run)


@proves("robust.no-crash", HOSTILE_CLIENTS, "echo_server")
def test_no_crash_of_server(run: Run) -> Judgement:
    """Formats, control characters, every byte value from a client."""
    return robust.survives(run)


@proves("robust.no-crash", HOSTILE_ANSWERS, "echo_client")
def test_no_crash_by_answers(run: Run) -> Judgement:
    """Formats, control characters, every byte value in place of what was sent."""
    return robust.survives(run)


@proves("robust.no-crash", HOSTILE_FILES, "file_server", "file_client")
def test_no_crash_by_files(run: Run) -> Judgement:
    """Formats, control characters, every byte value in a file, and from a client."""
    return robust.survives(run)


@proves("robust.own-signals", OWN_SIGNALS)
def test_own_signals(run: Run, without: Run) -> Judgement:
    """Each signal that the program handles comes while it waits."""
    return robust.goes_on_after_signal(run, without)


@proves("robust.crossed-clients", CROWDS, "hello_server")
def test_crossed_clients(run: Run, two_in_turn: Run) -> Judgement:
    """Three clients at once, then six in turn."""
    return robust.keeps_clients_apart(run, two_in_turn)


@proves("robust.crossed-clients", FILE_CROWDS, "file_server")
def test_crossed_files(run: Run, beside: Run) -> Judgement:
    """A client stops reading in mid-file, and another one comes; then six in turn."""
    return robust.keeps_files_apart(run, beside)


@proves("robust.crossed-clients", CROWD, "echo_server")
def test_crossed_echoes(run: Run, two_in_turn: Run) -> Judgement:
    """Several clients are there at once and speak in any order; five come one after the other."""
    return robust.keeps_echoes_apart(run, two_in_turn)
