"""Transfer: what arrives, in whatever pieces."""

from conformance.catalogue import catalogue
from conformance.checks import chat, datagrams, dialogue, dialogue_client, files, thanks, transfer
from conformance.checks.judgement import Judgement
from conformance.records.run import Run
from conformance.scenarios.baseline import BASELINE_CONVERSATION
from conformance.scenarios.chat import CHATS, LARGE_CHATS
from conformance.scenarios.datagrams import BINARY_DATAGRAMS, SHORTER
from conformance.scenarios.dialogue import (
    DIALOGUE_ENDS,
    DIALOGUES,
    HALF_CLOSED_REQUESTS,
    LARGE_DIALOGUES,
    LONG_REQUESTS,
    MANY_REQUESTS,
    REQUESTS_TOGETHER,
    SPLIT_REQUESTS,
)
from conformance.scenarios.dialogue_client import (
    ASKED_LINES,
    DIALOGUE_INPUTS,
    DIALOGUE_LAST_LINES,
    LONG_QUESTIONS,
    SPLIT_REPLIES,
)
from conformance.scenarios.echo import (
    AWAITED_ANSWERS,
    BINARY_ECHOES,
    CONVERSATIONS,
    EARLY_ENDS,
    ENDS_IN_ORDER,
    HALF_CLOSED,
    LARGE_ECHOES,
    LONG_ECHOES,
    MIDDLE_SIZED,
    OTHER_ECHOES,
    SPLIT_ECHO,
)
from conformance.scenarios.echo_client import INPUT_ENDS, LAST_LINES, LINES_IN, LONG_LINES, OTHER_LINES, SPLIT_ANSWERS
from conformance.scenarios.failing import SHORT_OUTPUTS
from conformance.scenarios.files import (
    BINARY_SENT,
    BINARY_SERVED,
    HALF_CLOSED_FILE,
    LARGE_SENT,
    LARGE_SERVED,
    NO_DATA,
    NO_FILE_SENT,
    OTHER_FILES,
    SERVED_FILES,
    SPLIT_FILES,
)
from conformance.scenarios.greeting import (
    ENDS,
    LONG_MESSAGES,
    ONE_CLIENT,
    ONE_MESSAGE,
    OTHER_MESSAGES,
    SHORT_WRITES,
    SPLIT_MESSAGE,
)
from conformance.scenarios.thanks import FILES_TO_THANK_FOR, SPLIT_THANKS, THANKING_CLIENTS, WITHOUT_THANKS
from conformance.suite.registry import requirement_test


@requirement_test("transfer.greeting", ONE_CLIENT)
def test_greeting(run: Run, _: Run) -> Judgement:
    """A client that only reads gets the greeting and the end."""
    return transfer.greets(run, catalogue().exercises[run.exercise].greeting)


@requirement_test("transfer.prints-message", ONE_MESSAGE)
def test_prints_message(run: Run, _: Run) -> Judgement:
    """What the server sent stands in the output, whatever it was."""
    return transfer.prints_message(run)


@requirement_test("transfer.any-split", SPLIT_MESSAGE, "greeting client")
def test_any_split(run: Run, whole: Run) -> Judgement:
    """The message is printed as in one piece, however it was cut."""
    return transfer.prints_as_whole(run, whole)


@requirement_test("transfer.short-writes", SHORT_WRITES, "greeting server")
def test_short_writes(run: Run, baseline: Run) -> Judgement:
    """The client receives the same bytes, however few each write took."""
    return transfer.receives_the_same(run, baseline)


@requirement_test("transfer.end-of-file", ENDS, "greeting client")
def test_end_of_file(run: Run, _: Run) -> Judgement:
    """The server ends its side after a message, after nothing, after two segments."""
    return transfer.takes_end_for_end(run)


@requirement_test("transfer.long-message", LONG_MESSAGES, "greeting client")
def test_long_message(run: Run, baseline: Run) -> Judgement:
    """Messages from 30 to 20,000 bytes."""
    return transfer.survives_long_message(run, baseline)


@requirement_test("transfer.only-received-bytes", OTHER_MESSAGES, "greeting client")
def test_only_received_bytes(run: Run, baseline: Run) -> Judgement:
    """Shorter, longer, with a NUL behind, a long piece before a short one."""
    return transfer.prints_only_received(run, baseline)


# ---------------------------------------------------------------- the echo


@requirement_test("transfer.echo-exact", CONVERSATIONS, "echo server")
def test_echo_exact(run: Run, _: Run) -> Judgement:
    """One client after the other, sends and pauses in any order."""
    return transfer.echoes(run)


@requirement_test("transfer.echo-exact", LINES_IN, "echo client")
def test_lines_echoed(run: Run, _: Run) -> Judgement:
    """Lines come in through a pipe or a terminal, go to the server and come back."""
    return transfer.echoes_lines(run)


@requirement_test("transfer.any-split", SPLIT_ECHO, "echo server")
def test_any_split_of_echo(run: Run, whole: Run) -> Judgement:
    """What the client sends comes in pieces, however it was cut."""
    return transfer.echoes_as_whole(run, whole)


@requirement_test("transfer.any-split", SPLIT_ANSWERS, "echo client")
def test_any_split_of_answers(run: Run, whole: Run) -> Judgement:
    """The answers come in pieces, however they were cut."""
    return transfer.echoes_lines_as_whole(run, whole)


@requirement_test(
    "transfer.short-writes",
    SHORT_OUTPUTS,
    "echo server",
    "echo client",
    "file server",
    "dialogue",
    "chat server",
    "thanked file client",
)
def test_short_writes_everywhere(run: Run, baseline: Run) -> Judgement:
    """The peer receives the same bytes, however few each write took."""
    return transfer.receives_the_same(run, baseline)


@requirement_test("transfer.end-of-file", EARLY_ENDS, "echo server", "dialogue server")
def test_end_of_client(run: Run, _: Run) -> Judgement:
    """The client ends its side after a conversation, after nothing, at once."""
    return transfer.ends_after_end(run)


@requirement_test("transfer.end-of-input", INPUT_ENDS, "echo client")
def test_end_of_input(run: Run, baseline: Run) -> Judgement:
    """The input ends without a Q, after lines or at once, on a pipe and on a terminal."""
    return transfer.ends_with_input(run, baseline)


@requirement_test("transfer.only-received-bytes", OTHER_ECHOES, "echo server")
def test_only_received_bytes_come_back(run: Run, _: Run) -> Judgement:
    """A short message after a long one."""
    return transfer.echoes_no_more(run)


@requirement_test("transfer.only-received-bytes", OTHER_LINES, "echo client")
def test_only_received_bytes_of_lines(run: Run, baseline: Run) -> Judgement:
    """A short line after a long one."""
    return transfer.prints_lines_alone(run, baseline)


@requirement_test("transfer.long-message", LONG_ECHOES, "echo server")
def test_long_echo(run: Run, _: Run) -> Judgement:
    """Messages from 29 to 20,000 bytes."""
    return transfer.survives_long_echo(run)


@requirement_test("transfer.long-message", LONG_LINES, "echo client")
def test_long_line(run: Run, baseline: Run) -> Judgement:
    """Lines from 29 to 10,000 bytes."""
    return transfer.survives_long_line(run, baseline)


@requirement_test("transfer.binary-safe", BINARY_ECHOES, "echo server")
def test_binary_echo(run: Run, _: Run) -> Judgement:
    """NULs, and every byte value."""
    return transfer.echoes(run)


@requirement_test("transfer.half-close", HALF_CLOSED, "echo server")
def test_half_close(run: Run, _: Run) -> Judgement:
    """The client's end comes together with its data."""
    return transfer.delivers_after_half_close(run)


@requirement_test("transfer.large", LARGE_ECHOES, "echo server")
def test_large_echo(run: Run, _: Run) -> Judgement:
    """Half a megabyte, to a client that reads at once, and to one that reads later."""
    return transfer.echoes(run)


@requirement_test("transfer.answers-a-waiting-client", AWAITED_ANSWERS, "echo server")
def test_answers_a_waiting_client(run: Run, _: Run) -> Judgement:
    """The client goes on only when its answer is there."""
    return transfer.answers_while_waited_for(run)


@requirement_test("transfer.many-messages", MIDDLE_SIZED, "echo server")
def test_many_messages(run: Run, at_once: Run) -> Judgement:
    """Messages of 997 and of 5000 bytes, each sent when the one before has come back."""
    return transfer.echoes_one_by_one(run, at_once)


@requirement_test("transfer.last-line", LAST_LINES, "echo client")
def test_last_line(run: Run, with_line_end: Run) -> Judgement:
    """The last line of the input has no line end."""
    return transfer.sends_last_line(run, with_line_end)


@requirement_test("transfer.no-reset-at-close", ENDS_IN_ORDER, "echo server")
def test_no_reset_of_echo(run: Run, _: Run) -> Judgement:
    """The client has ended its side, after all or together with its last data, and still reads."""
    return transfer.resets_nothing(run)


# ---------------------------------------------------------------- datagrams


@requirement_test("transfer.binary-safe", BINARY_DATAGRAMS, "udp server")
def test_binary_datagrams(run: Run, _: Run) -> Judgement:
    """NULs, and every byte value."""
    return datagrams.echoes_one_by_one(run)


@requirement_test("transfer.only-received-bytes", SHORTER, "udp server")
def test_only_received_bytes_of_a_datagram(run: Run, _: Run) -> Judgement:
    """A short datagram after a long one."""
    return datagrams.echoes_no_more(run)


@requirement_test("transfer.end-of-input", INPUT_ENDS, "udp client")
def test_end_of_input_over_datagrams(run: Run, baseline: Run) -> Judgement:
    """The input ends without a Q, after lines or at once, on a pipe and on a terminal."""
    return transfer.ends_with_input(run, baseline)


# ---------------------------------------------------------------- dialogues


@requirement_test("transfer.answer-exact", DIALOGUES, "dialogue server")
def test_answer_exact(run: Run, _: Run) -> Judgement:
    """The examples come one by one, in one conversation and in several."""
    return dialogue.answers(run)


@requirement_test("transfer.any-split", SPLIT_REQUESTS, "dialogue server")
def test_any_split_of_requests(run: Run, whole: Run) -> Judgement:
    """A request comes in pieces, however it was cut."""
    return dialogue.answers_as_beside(run, whole)


@requirement_test("transfer.requests-together", REQUESTS_TOGETHER)
def test_requests_together(run: Run, one_by_one: Run) -> Judgement:
    """Several requests come in one segment."""
    return dialogue.answers_as_beside(run, one_by_one)


@requirement_test("transfer.long-message", LONG_REQUESTS, "dialogue server")
def test_long_request(run: Run, baseline: Run) -> Judgement:
    """Requests from 29 to 20,000 bytes, and a usual one from the next client."""
    return dialogue.survives_long_request(run, baseline)


@requirement_test("transfer.half-close", HALF_CLOSED_REQUESTS, "dialogue server")
def test_half_close_behind_a_request(run: Run, _: Run) -> Judgement:
    """The client's end comes together with its request."""
    return dialogue.answers_after_half_close(run)


@requirement_test("transfer.large", LARGE_DIALOGUES, "dialogue server")
def test_large_dialogue(run: Run, baseline: Run) -> Judgement:
    """Half a megabyte of requests, from a client that reads at once, and from one that reads later."""
    return dialogue.answers_as_beside(run, baseline)


@requirement_test("transfer.answers-a-waiting-client", BASELINE_CONVERSATION, "dialogue server")
def test_answers_each_request(run: Run, _: Run) -> Judgement:
    """The client goes on only when its answer is there."""
    return dialogue.answers_while_waited_for(run)


@requirement_test("transfer.many-messages", MANY_REQUESTS, "dialogue server")
def test_many_requests(run: Run, baseline: Run) -> Judgement:
    """A hundred requests in one conversation."""
    return dialogue.answers_as_beside(run, baseline)


@requirement_test("transfer.no-reset-at-close", DIALOGUE_ENDS, "dialogue server")
def test_no_reset_of_dialogue(run: Run, _: Run) -> Judgement:
    """The client has ended its side, after all or together with its last request, and still reads."""
    return transfer.resets_nothing(run)


@requirement_test("transfer.asks-and-prints", ASKED_LINES)
def test_asks_and_prints(run: Run, _: Run) -> Judgement:
    """Lines come in through a pipe or a terminal, go to the server, and its answers are printed."""
    return dialogue_client.asks_and_prints(run)


@requirement_test("transfer.any-split", SPLIT_REPLIES, "dialogue client")
def test_any_split_of_replies(run: Run, whole: Run) -> Judgement:
    """The answers come in pieces, however they were cut."""
    return dialogue_client.asks_as_beside(run, whole)


@requirement_test("transfer.end-of-input", DIALOGUE_INPUTS, "dialogue client")
def test_end_of_questions(run: Run, baseline: Run) -> Judgement:
    """The input ends after lines, or at once."""
    return dialogue_client.ends_with_input(run, baseline)


@requirement_test("transfer.last-line", DIALOGUE_LAST_LINES, "dialogue client")
def test_last_question(run: Run, with_line_end: Run) -> Judgement:
    """The last line of the input has no line end."""
    return dialogue_client.asks_last_line(run, with_line_end)


@requirement_test("transfer.long-message", LONG_QUESTIONS, "dialogue client")
def test_long_question(run: Run, baseline: Run) -> Judgement:
    """Lines from 29 to 10,000 bytes."""
    return dialogue_client.survives_long_line(run, baseline)


@requirement_test("transfer.broadcast", CHATS)
def test_broadcast(run: Run, _: Run) -> Judgement:
    """Clients speak in turns, come late, leave, and come in the place of one that has left."""
    return chat.hears_everything(run)


@requirement_test("transfer.large", LARGE_CHATS, "chat server", needs_trace=True)
def test_large_chat(run: Run, _: Run) -> Judgement:
    """One client says half a megabyte, and another one reads it only then."""
    return chat.hears_all_or_is_taken_out(run)


# ---------------------------------------------------------------- files over the wire


@requirement_test("transfer.any-split", SPLIT_FILES, "file client")
def test_any_split_of_file(run: Run, whole: Run) -> Judgement:
    """The file comes in pieces, however it was cut."""
    return files.stores_as_whole(run, whole)


@requirement_test("transfer.end-of-file", NO_FILE_SENT, "file client")
def test_end_of_sent_file(run: Run, baseline: Run) -> Judgement:
    """The server ends its side after a file, after nothing, after two segments."""
    return files.takes_file_end_for_end(run, baseline)


@requirement_test("transfer.end-of-file", NO_DATA, "read alone")
def test_end_of_read_file(run: Run, baseline: Run) -> Judgement:
    """The file ends after some bytes, and at once."""
    return files.takes_file_end_for_end(run, baseline)


@requirement_test("transfer.only-received-bytes", OTHER_FILES, "file client")
def test_only_received_bytes_stored(run: Run, _: Run) -> Judgement:
    """A long piece before a short one."""
    return files.stores_no_more(run)


@requirement_test("transfer.binary-safe", BINARY_SERVED, "file server")
def test_binary_file_served(run: Run, _: Run) -> Judgement:
    """NULs, and every byte value."""
    return files.sends_file(run)


@requirement_test("transfer.binary-safe", BINARY_SENT, "file client")
def test_binary_file_stored(run: Run, _: Run) -> Judgement:
    """NULs, and every byte value."""
    return files.stores_message(run)


@requirement_test("transfer.half-close", HALF_CLOSED_FILE, "file client")
def test_half_close_by_server(run: Run, _: Run) -> Judgement:
    """The server's end comes together with the file."""
    return files.stores_and_ends(run)


@requirement_test("transfer.large", LARGE_SERVED, "file server")
def test_large_file_served(run: Run, _: Run) -> Judgement:
    """Half a megabyte, to a client that reads at once, and to one that reads later."""
    return files.sends_file(run)


@requirement_test("transfer.large", LARGE_SENT, "file client")
def test_large_file_stored(run: Run, _: Run) -> Judgement:
    """Half a megabyte."""
    return files.stores_message(run)


@requirement_test("transfer.any-split", SPLIT_THANKS, "thanked file server")
def test_any_split_of_thanks(run: Run, whole: Run) -> Judgement:
    """What the client says after the file comes in pieces, however it was cut."""
    return thanks.prints_thanks_as_beside(run, whole)


@requirement_test("transfer.end-of-file", WITHOUT_THANKS, "thanked file server")
def test_end_of_silent_client(run: Run, baseline: Run) -> Judgement:
    """A client ends its side, or leaves, without a word, and another one comes."""
    return thanks.serves_behind_a_silent_one(run, baseline)


@requirement_test("transfer.half-closed-by-server", THANKING_CLIENTS, needs_trace=True)
def test_half_closed_by_server(run: Run, _: Run) -> Judgement:
    """The client reads to the end, and then says its thanks."""
    return thanks.ends_its_own_direction(run)


@requirement_test("transfer.thanks-printed", THANKING_CLIENTS)
def test_thanks_printed(run: Run, _: Run) -> Judgement:
    """One client says its thanks, two in turn, and one behind another that leaves without a word."""
    return thanks.prints_thanks(run)


@requirement_test("transfer.thanks-after-end", FILES_TO_THANK_FOR)
def test_thanks_after_end(run: Run, _: Run) -> Judgement:
    """Files short and long, in pieces and empty, and the end of the server's side behind them."""
    return thanks.thanks_after_the_end(run)


@requirement_test("transfer.no-reset-at-close", SERVED_FILES, "file server")
def test_no_reset_after_file(run: Run, _: Run) -> Judgement:
    """The client has not read all yet when the server closes."""
    return transfer.resets_nothing(run)
