"""Transfer: what arrives, in whatever pieces."""

from conformance import scenarios
from conformance.catalogue import catalogue
from conformance.checks import transfer
from conformance.judgement import Judgement
from conformance.stage.script import Run
from conformance.suite.proving import proves


@proves("transfer.greeting", scenarios.ONE_CLIENT)
def test_greeting(run: Run) -> Judgement:
    """A client that only reads gets the greeting and the end."""
    return transfer.greets(run, catalogue().exercises["hello_server"].greeting)


@proves("transfer.prints-message", scenarios.ONE_MESSAGE)
def test_prints_message(run: Run) -> Judgement:
    """What the server sent stands in the output, whatever it was."""
    return transfer.prints_message(run)


@proves("transfer.any-split", scenarios.SPLIT_MESSAGE, "hello_client")
def test_any_split(run: Run, whole: Run) -> Judgement:
    """The message is printed as in one piece, however it was cut."""
    return transfer.prints_as_whole(run, whole)


@proves("transfer.short-writes", scenarios.SHORT_WRITES, "hello_server")
def test_short_writes(run: Run, undisturbed: Run) -> Judgement:
    """The client receives the same bytes, however few each write took."""
    return transfer.receives_the_same(run, undisturbed)


@proves("transfer.end-of-file", scenarios.ENDS, "hello_client")
def test_end_of_file(run: Run) -> Judgement:
    """The server ends its side after a message, after nothing, after two segments."""
    return transfer.takes_end_for_end(run)


@proves("transfer.long-message", scenarios.LONG_MESSAGES, "hello_client", "hello_client_win")
def test_long_message(run: Run, undisturbed: Run) -> Judgement:
    """Messages from 30 to 20,000 bytes."""
    return transfer.survives_long_message(run, undisturbed)


@proves("transfer.only-received-bytes", scenarios.OTHER_MESSAGES, "hello_client", "hello_client_win")
def test_only_received_bytes(run: Run, undisturbed: Run) -> Judgement:
    """Shorter, longer, with a NUL behind, a long piece before a short one."""
    return transfer.prints_only_received(run, undisturbed)
