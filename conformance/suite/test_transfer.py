"""Transfer: what arrives, in whatever pieces."""

from conformance.catalogue import catalogue
from conformance.checks import files, transfer
from conformance.judgement import Judgement
from conformance.scenarios.echo import (
    BINARY_ECHOES,
    CONVERSATIONS,
    EARLY_ENDS,
    HALF_CLOSED,
    INPUT_ENDS,
    LARGE_ECHOES,
    LINES_IN,
    LONG_ECHOES,
    LONG_LINES,
    OTHER_ECHOES,
    OTHER_LINES,
    SPLIT_ANSWERS,
    SPLIT_ECHO,
)
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
from conformance.stage.script import Run
from conformance.suite.proving import proves


@proves("transfer.greeting", ONE_CLIENT)
def test_greeting(run: Run) -> Judgement:
    """A client that only reads gets the greeting and the end."""
    return transfer.greets(run, catalogue().exercises["hello_server"].greeting)


@proves("transfer.prints-message", ONE_MESSAGE)
def test_prints_message(run: Run) -> Judgement:
    """What the server sent stands in the output, whatever it was."""
    return transfer.prints_message(run)


@proves("transfer.any-split", SPLIT_MESSAGE, "hello_client")
def test_any_split(run: Run, whole: Run) -> Judgement:
    """The message is printed as in one piece, however it was cut."""
    return transfer.prints_as_whole(run, whole)


@proves("transfer.short-writes", SHORT_WRITES, "hello_server")
def test_short_writes(run: Run, undisturbed: Run) -> Judgement:
    """The client receives the same bytes, however few each write took."""
    return transfer.receives_the_same(run, undisturbed)


@proves("transfer.end-of-file", ENDS, "hello_client")
def test_end_of_file(run: Run) -> Judgement:
    """The server ends its side after a message, after nothing, after two segments."""
    return transfer.takes_end_for_end(run)


@proves("transfer.long-message", LONG_MESSAGES, "hello_client", "hello_client_win")
def test_long_message(run: Run, undisturbed: Run) -> Judgement:
    """Messages from 30 to 20,000 bytes."""
    return transfer.survives_long_message(run, undisturbed)


@proves("transfer.only-received-bytes", OTHER_MESSAGES, "hello_client", "hello_client_win")
def test_only_received_bytes(run: Run, undisturbed: Run) -> Judgement:
    """Shorter, longer, with a NUL behind, a long piece before a short one."""
    return transfer.prints_only_received(run, undisturbed)


# ---------------------------------------------------------------- the echo


@proves("transfer.echo-exact", CONVERSATIONS, "echo_server", "echo_server_win")
def test_echo_exact(run: Run) -> Judgement:
    """One client after the other, sends and pauses in any order."""
    return transfer.echoes(run)


@proves("transfer.echo-exact", LINES_IN, "echo_client", "echo_client_win")
def test_lines_echoed(run: Run) -> Judgement:
    """Lines come in through a pipe or a terminal, go to the server and come back."""
    return transfer.echoes_lines(run)


@proves("transfer.any-split", SPLIT_ECHO, "echo_server")
def test_any_split_of_echo(run: Run, whole: Run) -> Judgement:
    """What the client sends comes in pieces, however it was cut."""
    return transfer.echoes_as_whole(run, whole)


@proves("transfer.any-split", SPLIT_ANSWERS, "echo_client")
def test_any_split_of_answers(run: Run, whole: Run) -> Judgement:
    """The answers come in pieces, however they were cut."""
    return transfer.echoes_lines_as_whole(run, whole)


@proves("transfer.short-writes", SHORT_OUTPUTS, "echo_server", "echo_client", "file_server")
def test_short_writes_everywhere(run: Run, undisturbed: Run) -> Judgement:
    """The peer receives the same bytes, however few each write took."""
    return transfer.receives_the_same(run, undisturbed)


@proves("transfer.end-of-file", EARLY_ENDS, "echo_server")
def test_end_of_client(run: Run) -> Judgement:
    """The client ends its side after a conversation, after nothing, at once."""
    return transfer.ends_after_end(run)


@proves("transfer.end-of-file", INPUT_ENDS, "echo_client")
def test_end_of_input(run: Run, undisturbed: Run) -> Judgement:
    """The input ends without a Q, after lines or at once, on a pipe and on a terminal."""
    return transfer.ends_with_input(run, undisturbed)


@proves("transfer.only-received-bytes", OTHER_ECHOES, "echo_server", "echo_server_win")
def test_only_received_bytes_come_back(run: Run) -> Judgement:
    """A short message after a long one."""
    return transfer.echoes_no_more(run)


@proves("transfer.only-received-bytes", OTHER_LINES, "echo_client")
def test_only_received_bytes_of_lines(run: Run, undisturbed: Run) -> Judgement:
    """A short line after a long one."""
    return transfer.prints_lines_alone(run, undisturbed)


@proves("transfer.long-message", LONG_ECHOES, "echo_server")
def test_long_echo(run: Run) -> Judgement:
    """Messages from 29 to 20,000 bytes."""
    return transfer.survives_long_echo(run)


@proves("transfer.long-message", LONG_LINES, "echo_client")
def test_long_line(run: Run, undisturbed: Run) -> Judgement:
    """Lines from 29 to 10,000 bytes."""
    return transfer.survives_long_line(run, undisturbed)


@proves("transfer.binary-safe", BINARY_ECHOES, "echo_server", "echo_server_win")
def test_binary_echo(run: Run) -> Judgement:
    """NULs, and every byte value."""
    return transfer.echoes(run)


@proves("transfer.half-close", HALF_CLOSED, "echo_server")
def test_half_close(run: Run) -> Judgement:
    """The client's end comes together with its data."""
    return transfer.delivers_after_half_close(run)


@proves("transfer.large", LARGE_ECHOES, "echo_server")
def test_large_echo(run: Run) -> Judgement:
    """Half a megabyte, to a client that reads at once, and to one that reads later."""
    return transfer.echoes(run)


@proves("transfer.no-reset-at-close", HALF_CLOSED, "echo_server")
def test_no_reset_of_echo(run: Run) -> Judgement:
    """The client has sent all, and still reads."""
    return transfer.resets_nothing(run)


# ---------------------------------------------------------------- files over the wire


@proves("transfer.any-split", SPLIT_FILES, "file_client")
def test_any_split_of_file(run: Run, whole: Run) -> Judgement:
    """The file comes in pieces, however it was cut."""
    return files.stores_as_whole(run, whole)


@proves("transfer.end-of-file", NO_FILE_SENT, "file_client")
def test_end_of_sent_file(run: Run, undisturbed: Run) -> Judgement:
    """The server ends its side after a file, after nothing, after two segments."""
    return files.takes_file_end_for_end(run, undisturbed)


@proves("transfer.end-of-file", NO_DATA, "low_read")
def test_end_of_read_file(run: Run, undisturbed: Run) -> Judgement:
    """The file ends after some bytes, and at once."""
    return files.takes_file_end_for_end(run, undisturbed)


@proves("transfer.only-received-bytes", OTHER_FILES, "file_client")
def test_only_received_bytes_stored(run: Run) -> Judgement:
    """A long piece before a short one."""
    return files.stores_no_more(run)


@proves("transfer.binary-safe", BINARY_SERVED, "file_server")
def test_binary_file_served(run: Run) -> Judgement:
    """NULs, and every byte value."""
    return files.sends_file(run)


@proves("transfer.binary-safe", BINARY_SENT, "file_client")
def test_binary_file_stored(run: Run) -> Judgement:
    """NULs, and every byte value."""
    return files.stores_message(run)


@proves("transfer.half-close", HALF_CLOSED_FILE, "file_client")
def test_half_close_by_server(run: Run) -> Judgement:
    """The server's end comes together with the file."""
    return files.stores_and_ends(run)


@proves("transfer.large", LARGE_SERVED, "file_server")
def test_large_file_served(run: Run) -> Judgement:
    """Half a megabyte, to a client that reads at once, and to one that reads later."""
    return files.sends_file(run)


@proves("transfer.large", LARGE_SENT, "file_client")
def test_large_file_stored(run: Run) -> Judgement:
    """Half a megabyte."""
    return files.stores_message(run)


@proves("transfer.no-reset-at-close", SERVED_FILES, "file_server")
def test_no_reset_after_file(run: Run) -> Judgement:
    """The client has not read all yet when the server closes."""
    return transfer.resets_nothing(run)
