"""What the checks share: looking things up in a run, and saying what was seen."""

from collections.abc import Iterable
from itertools import takewhile
from typing import Final

from conformance.model.calls import INPUT, TRANSFER
from conformance.model.descriptors import CLIENT_ORDER, SERVER_ORDER, State
from conformance.observe.decode import text
from conformance.observe.trace import Call, Description, Trace
from conformance.stage.script import Accept, Busy, Exited, Killed, NotStarted, Run, Send, Waiting
from conformance.words import say

SHOWN_WHOLE: Final = 64
"""Longer data is told by its beginning and its size."""
BEGINNING: Final = 16


def summary(trace: Trace) -> str:
    """Return the calls of the lifecycle that were made, with the errors of those that failed."""
    made = [call for call in trace.calls if call.name in {*SERVER_ORDER, *CLIENT_ORDER}][:12]
    return " → ".join(f"{call.name} ({call.error})" if call.error else call.name for call in made) or say(
        "order.nothing"
    )


def last_failure(trace: Trace) -> int | None:
    """Return the number of the last call of the lifecycle that failed."""
    failed = [call.number for call in trace.calls if call.failed and call.name in {*SERVER_ORDER, *CLIENT_ORDER}]
    return failed[-1] if failed else None


def last_input(run: Run) -> int | None:
    """Return the number of the last read of the exercise."""
    calls = [call.number for call in run.trace.of_exercise() if call.name in INPUT]
    return calls[-1] if calls else None


def last_output(run: Run) -> int | None:
    """Return the number of the last write of the exercise."""
    calls = [call.number for call in run.trace.of_exercise() if call.name in TRANSFER - INPUT]
    return calls[-1] if calls else None


def as_received(run: Run, data: bytes, client: int = 0) -> str:
    """Return in words what a peer received."""
    peer = peer_of(run, client)
    return say("received", peer=peer, data=shown(data)) if data else say("received.nothing", peer=peer) + ended_how(run)


def peer_of(run: Run, client: int = 0) -> str:
    """Return what a peer is called: the server, or a client, by its number where there are several."""
    if any(isinstance(step, Accept) for step in run.scenario.steps):
        return say("peer.server")
    alone = all(step.client == 0 for step in run.scenario.steps)
    return say("peer.only-client") if alone else say("peer.client", client=client + 1)


def shown(data: bytes) -> str:
    """Return data as a C string, or a long one by its beginning and its size."""
    return text(data) if len(data) <= SHOWN_WHOLE else say("data.times", data=text(data[:BEGINNING]), size=len(data))


def left_open(trace: Trace, description: Description) -> int | None:
    """Return the number that the process which opened a description still had for it, if any.

    A child of fork may leave its copy to its end; a process that opened a descriptor closes it.
    """
    opener = opener_of(trace, description)
    return next((number for process, number in description.open_in if process == opener), None)


def opener_of(trace: Trace, description: Description) -> int:
    """Return the process that opened a description."""
    return next((call.process for call in trace.calls if call.number == description.opened_by), 1)


def is_conversation(description: Description) -> bool:
    """Tell whether a description is an accepted or connected socket of the exercise."""
    return description.of_exercise and description.state == State.CONNECTED


def is_owed_a_close(description: Description) -> bool:
    """Tell whether a program must close a description: a conversation, a file, a socket that is there to be counted."""
    return description.of_exercise and description.state in (State.CONNECTED, State.OPEN, State.FRESH)


def still_open(run: Run) -> int:
    """Return how many descriptions that must be closed were open at the end, in the processes that opened them."""
    owed = filter(is_owed_a_close, run.trace.descriptions)
    return sum(left_open(run.trace, description) is not None for description in owed)


def message_of(run: Run) -> bytes:
    """Return what the peer sent in a run, whole."""
    return b"".join(step.whole for step in run.scenario.steps if isinstance(step, Send))


def lines_of(run: Run) -> tuple[bytes, ...]:
    """Return the lines that a client was given to send, up to the one that ends it."""
    lines = takewhile(lambda line: line.upper() != b"Q", run.scenario.start.input.split(b"\n"))
    return tuple(line for line in lines if line)


def clients_of(run: Run) -> tuple[int, ...]:
    """Return the clients that came into a conversation with the program, in order."""
    return tuple(dict.fromkeys(event.client for event in run.wire if event.what in ("connected", "accepted")))


def accepted_clients(run: Run) -> tuple[int, ...]:
    """Return those of them that the program took: those that waited when it ended are judged elsewhere."""
    taken = sum(call.succeeded and call.of_exercise for call in run.trace.named("accept"))
    return clients_of(run)[:taken] if run.observed else clients_of(run)


def lost_clients(run: Run) -> frozenset[int]:
    """Return the clients that reset their connection or left without reading to the end."""
    return frozenset(event.client for event in run.wire if event.what in ("peer reset", "peer left"))


def in_order(pieces: Iterable[bytes], data: bytes) -> bool:
    """Tell whether the pieces stand in data one after the other, with anything between."""
    at = 0
    for piece in pieces:
        at = data.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return True


def is_left_of(found: bytes, data: bytes) -> bool:
    """Tell whether found is data with pieces left out: nothing stands in it that is not from there, in order."""
    left = iter(data)
    return all(byte in left for byte in found)


def is_the_file(found: bytes, content: bytes) -> bool:
    """Tell whether bytes are a file's content; one NUL behind it is allowed, and it may lack one that it has."""
    return found == content or found + b"\0" == content or found == content + b"\0"


def made_by_program(call: Call) -> bool:
    """Tell whether a call stands in the program's own text, with no library between."""
    return call.place is not None and call.place.direct


def ended_how(run: Run) -> str:
    """Return how an unusual run ended, as an addition to a sentence; nothing for an ordinary end."""
    match run.ending:
        case Killed(name):
            return "; " + say("ended.killed", signal=name)
        case Exited(status) if status:
            return "; " + say("ended.status", status=status, output=text(run.output[-200:]))
        case Busy(limit):
            return "; " + say("ended.busy", limit=limit)
        case NotStarted(reason):
            return "; " + say("ended.not-started", reason=reason)
        case Waiting():
            return "; " + say("ended.waiting")
    return ""


def conversed(run: Run) -> bool:
    """Tell whether the base conversation took place: the peers met, and something was delivered.

    Of a program that has no peer: it opened, printed or wrote something.
    """
    alone = not run.scenario.steps and bool(run.trace.of_exercise() or run.stdout or _wrote(run))
    return run.happened("accepted") or bool(run.received()) or alone


def _wrote(run: Run) -> bool:
    """Tell whether a file lies there that was not there before, or holds something else."""
    laid_down = {(file.name, file.whole) for file in run.scenario.start.files}
    return any((file.name, file.content) not in laid_down for file in run.files)


def same_result(run: Run, undisturbed: Run) -> bool:
    """Tell whether each peer received the same, the file is the same, and what is printed otherwise is printed.

    Whatever else is printed may vary from run to run: a client's port, a descriptor, the time.
    """
    printed = all(piece in run.stdout or piece not in undisturbed.stdout for piece in _to_print(run))
    received = all(run.received(client) == undisturbed.received(client) for client in clients_of(undisturbed))
    return received and printed and content_of(run) == content_of(undisturbed)


def _to_print(run: Run) -> tuple[bytes, ...]:
    """Return what an exercise may ask to print: the lines that came back, the message, what a file holds."""
    held = (file.whole.rstrip(b"\0") for file in run.scenario.start.files)
    return (*lines_of(run), message_of(run).rstrip(b"\0"), *held)


def content_of(run: Run) -> bytes | None:
    """Return what the file holds that the exercise names; None where there is none."""
    return None if run.file is None else run.file.content
