"""Robustness: what a program does when a call fails, or nobody answers."""

from conformance.checks import chat, children, clients, datagrams, dialogue, parallel, paths, robust
from conformance.checks.judgement import Judgement
from conformance.records.run import Run
from conformance.scenarios.baseline import BASELINE_ONLY
from conformance.scenarios.chat import CHAT_LOSSES, CHATS_TOGETHER, HOSTILE_CHATS, SLOW_CHATS
from conformance.scenarios.datagrams import HOSTILE_DATAGRAMS, HOSTILE_IN_RETURN
from conformance.scenarios.dialogue import CROSSED_DIALOGUES, DIALOGUE_LOSSES, HOSTILE_REQUESTS, SLOW_DIALOGUES
from conformance.scenarios.dialogue_client import HOSTILE_REPLIES, LOST_REPLIES
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
    PATH_TAKEN,
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
from conformance.scenarios.serving import (
    BESIDE_A_SILENT_ONE,
    ENDING_TOGETHER,
    FULL_TABLE,
    IN_TURNS,
    SLOW_CLIENTS,
    UNREAD,
)
from conformance.scenarios.winsock import WINDOWS_LOSSES
from conformance.suite.registry import requirement_test


@requirement_test("robust.failed-setup-reported", FAILED_SET_UP)
def test_failed_setup_reported(run: Run, baseline: Run) -> Judgement:
    """Each set-up call is made to fail with each error of the model's table, one at a time."""
    return robust.reports_failure(run, baseline)


@requirement_test("robust.connection-refused", NOBODY_LISTENS, "client")
def test_connection_refused(run: Run, baseline: Run) -> Judgement:
    """Nobody listens at the address."""
    return robust.refused(run, baseline)


@requirement_test("robust.connection-refused", NOBODY_LISTENS, "udp client")
def test_nobody_there(run: Run, baseline: Run) -> Judgement:
    """Nobody has the port, and a connected socket is told."""
    return datagrams.refused(run, baseline)


@requirement_test("robust.failed-transfer-reported", FAILED_ANSWERS, "udp client")
def test_failed_datagram_reported(run: Run, baseline: Run) -> Judgement:
    """A send or a receive of the conversation fails."""
    return datagrams.reports_failed_transfer(run, baseline)


@requirement_test("robust.failed-transfer-reported", FAILED_TRANSFERS, "greeting client")
def test_failed_transfer_reported(run: Run, baseline: Run) -> Judgement:
    """A real reset comes before, in or after the message; or a read fails otherwise."""
    return robust.reports_lost_connection(run, baseline)


@requirement_test("robust.failed-transfer-reported", FAILED_ANSWERS, "echo client", "dialogue client")
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


@requirement_test("robust.lost-server-detected", LOST_REPLIES, "dialogue client")
def test_lost_reply_detected(run: Run, baseline: Run) -> Judgement:
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


@requirement_test("robust.client-reset", DIALOGUE_LOSSES, "dialogue server")
def test_client_reset_in_mid_request(run: Run, nobody_lost: Run) -> Judgement:
    """Clients reset or leave before, in and after a request, and others go on."""
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


@requirement_test("robust.client-reset", CHAT_LOSSES, "chat server")
def test_client_reset_in_chat(run: Run, nobody_lost: Run) -> Judgement:
    """A client resets or leaves, in silence or with its last line, and others speak."""
    return clients.serves_the_others(run, nobody_lost)


@requirement_test("robust.aborted-connection", ABORTED)
def test_aborted_connection(run: Run, nothing_fails: Run) -> Judgement:
    """accept returns ECONNABORTED once, for the first or the second client."""
    return clients.serves_the_others(run, nothing_fails)


@requirement_test("robust.descriptor-limit", NO_DESCRIPTORS)
def test_descriptor_limit(run: Run, nothing_fails: Run) -> Judgement:
    """accept returns EMFILE once, for the first or the second client."""
    return clients.serves_again(run, nothing_fails)


@requirement_test("robust.interrupted-calls", INTERRUPTIONS, "udp")
def test_interrupted_calls_over_datagrams(run: Run, baseline: Run) -> Judgement:
    """The first calls of each kind are interrupted, one at a time."""
    return datagrams.is_not_interrupted(run, baseline)


@requirement_test("robust.interrupted-calls", INTERRUPTIONS, "posix")
def test_interrupted_calls(run: Run, baseline: Run) -> Judgement:
    """The first calls of each kind are interrupted, one at a time."""
    return robust.is_not_disturbed(run, baseline)


@requirement_test("robust.port-in-use", PORT_TAKEN)
def test_port_in_use(run: Run, baseline: Run) -> Judgement:
    """Somebody else has the port."""
    return robust.reports_port_in_use(run, baseline)


@requirement_test("robust.path-in-use", PATH_TAKEN)
def test_path_in_use(run: Run, baseline: Run) -> Judgement:
    """A socket is at the path: that of an earlier run, or that of somebody else who listens."""
    return paths.reports_path_in_use(run, baseline)


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


@requirement_test("robust.no-crash", HOSTILE_REQUESTS, "dialogue server")
def test_no_crash_by_requests(run: Run, baseline: Run) -> Judgement:
    """Formats, control characters, every byte value as a request, and a usual one from the next client."""
    return dialogue.survives_nasty_request(run, baseline)


@requirement_test("robust.no-crash", HOSTILE_ANSWERS, "echo client")
def test_no_crash_by_answers(run: Run, _: Run) -> Judgement:
    """Formats, control characters, every byte value in place of what was sent."""
    return robust.survives(run)


@requirement_test("robust.no-crash", HOSTILE_REPLIES, "dialogue client")
def test_no_crash_by_replies(run: Run, _: Run) -> Judgement:
    """Formats, control characters, every byte value and a long text as answers."""
    return robust.survives(run)


@requirement_test("robust.no-crash", HOSTILE_CHATS, "chat server")
def test_no_crash_in_chat(run: Run, _: Run) -> Judgement:
    """Formats, control characters, every byte value and a long text from a client, and a line from another one."""
    return robust.survives(run)


@requirement_test("robust.no-crash", HOSTILE_FILES, "file server", "file client")
def test_no_crash_by_files(run: Run, _: Run) -> Judgement:
    """Formats, control characters, every byte value in a file, and from a client."""
    return robust.survives(run)


@requirement_test("robust.no-crash", HOSTILE_CONTENTS, "read alone")
def test_no_crash_by_contents(run: Run, _: Run) -> Judgement:
    """Formats, control characters, every byte value in the file that is printed."""
    return robust.survives(run)


@requirement_test("robust.no-crash", HOSTILE_DATAGRAMS, "udp server")
def test_no_crash_by_datagrams(run: Run, _: Run) -> Judgement:
    """Formats, control characters, every byte value in a datagram."""
    return robust.survives(run)


@requirement_test("robust.no-crash", HOSTILE_IN_RETURN, "udp client")
def test_no_crash_by_datagrams_in_return(run: Run, _: Run) -> Judgement:
    """Formats, control characters, every byte value, nothing and very much in place of what was sent."""
    return robust.survives(run)


@requirement_test("robust.own-signals", OWN_SIGNALS, "udp")
def test_own_signals_over_datagrams(run: Run, without: Run) -> Judgement:
    """Each signal that the program handles comes while it waits."""
    return datagrams.goes_on_after_signal(run, without)


@requirement_test("robust.own-signals", OWN_SIGNALS, "posix")
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


@requirement_test("robust.crossed-clients", CROSSED_DIALOGUES, "dialogue server", needs_trace=True)
def test_crossed_dialogues(run: Run, in_turn: Run) -> Judgement:
    """Several clients are there at once, also in the middle of their requests; five come one after the other."""
    return dialogue.keeps_dialogues_apart(run, in_turn)


@requirement_test("robust.crossed-clients", CHATS_TOGETHER, "chat server", needs_trace=True)
def test_crossed_chats(run: Run, _: Run) -> Judgement:
    """Several clients speak at the same moment, round after round."""
    return chat.hears_each_sender(run)


@requirement_test("robust.children-end", BASELINE_ONLY, needs_trace=True)
def test_children_end(run: Run, _: Run) -> Judgement:
    """A client is served by a child, and leaves."""
    return children.children_end(run)


@requirement_test("robust.serves-at-once", BESIDE_A_SILENT_ONE)
def test_serves_at_once(run: Run, _: Run) -> Judgement:
    """One client is connected and says nothing; another one wants its answer."""
    return parallel.serves_beside_a_silent_one(run)


@requirement_test("robust.process-for-each", IN_TURNS, needs_trace=True)
def test_process_for_each(run: Run, _: Run) -> Judgement:
    """Three clients are there at once, and speak in turns."""
    return parallel.serves_by_processes(run)


@requirement_test("robust.thread-for-each", IN_TURNS, needs_trace=True)
def test_thread_for_each(run: Run, _: Run) -> Judgement:
    """Three clients are there at once, and speak in turns."""
    return parallel.serves_by_threads(run)


@requirement_test("descriptor.listener-closed-in-child", IN_TURNS, needs_trace=True)
def test_listener_closed_in_child(run: Run, _: Run) -> Judgement:
    """Three clients are there at once, each with a child of its own."""
    return parallel.children_close_the_listener(run)


@requirement_test("robust.children-reaped-at-once", ENDING_TOGETHER, needs_trace=True)
def test_children_reaped_at_once(run: Run, _: Run) -> Judgement:
    """Clients come and go together, round after round."""
    return children.reaps_at_once(run)


@requirement_test("robust.too-few-arguments", TOO_FEW_ARGUMENTS)
def test_too_few_arguments(run: Run, baseline: Run) -> Judgement:
    """The last argument is missing."""
    return robust.misses_an_argument(run, baseline)


@requirement_test("robust.slow-client", SLOW_DIALOGUES, "dialogue server")
def test_slow_request(run: Run, silent: Run) -> Judgement:
    """A client begins a request and waits; another one wants its answer."""
    return dialogue.answers_beside_a_slow_one(run, silent)


@requirement_test("robust.slow-client", SLOW_CLIENTS, "echo server")
def test_slow_client(run: Run, silent: Run) -> Judgement:
    """A client does not read, or begins a line and waits; another one wants its answer."""
    return clients.serves_beside_a_slow_one(run, silent)


@requirement_test("robust.slow-client", SLOW_CHATS, "chat server")
def test_slow_chat(run: Run, _: Run) -> Judgement:
    """A client does not read; another one speaks much, and a third one wants to hear it."""
    return chat.hears_beside_a_silent_reader(run)


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
