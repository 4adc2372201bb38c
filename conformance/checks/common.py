"""What the checks share: looking things up in a run, and saying what was seen."""

from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path

from conformance.catalogue import catalogue
from conformance.catalogue.framing import frames_of
from conformance.checks.judgement import Broken
from conformance.checks.showing import LONGEST_LAST_WORDS, crux, difference, last_words, shown_data
from conformance.messages import Message, say
from conformance.model.calls import INPUT, TRANSFER
from conformance.model.descriptors import CLIENT_ORDER, SERVER_ORDER, State
from conformance.model.typed import asked_for, printed_of, says_what_is_typed
from conformance.observe.linux.call_sites import INTERPRETERS
from conformance.records.c_string import c_string
from conformance.records.run import CAME, FOUND, Busy, Exited, Killed, NotStarted, Run, Waiting, limit_of
from conformance.records.scenario import Accept, Echo, Send
from conformance.records.trace import Call, Description, Trace


def lifecycle_summary(trace: Trace) -> Message | str:
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
    calls = [call.number for call in run.trace.in_scope() if call.name in INPUT]
    return calls[-1] if calls else None


def last_typed(run: Run) -> int | None:
    """Return the number of the last read of standard input."""
    calls = [call.number for call in run.trace.calls if call.name in INPUT and call.descriptor == 0]
    return calls[-1] if calls else None


def last_output(run: Run) -> int | None:
    """Return the number of the last write of the exercise."""
    calls = [call.number for call in run.trace.in_scope() if call.name in TRANSFER - INPUT]
    return calls[-1] if calls else None


def as_received(run: Run, data: bytes, client: int = 0, wanted: bytes | None = None) -> Message:
    """Say what a peer received, around the place where it is not what was wanted."""
    peer = peer_of(run, client)
    if not data:
        return and_ended(say("received.nothing", peer=peer), run)
    at = None if wanted is None else difference(data, wanted)
    broke_off = wanted is not None and at == len(data) < len(wanted) and not isinstance(run.ending, Waiting)
    seen = say("received", peer=peer, data=shown_data(data, at))
    return and_ended(seen, run) if broke_off else seen


def not_received(run: Run, expected: Message, wanted: bytes, client: int = 0, call: int | None = None) -> Broken:
    """Say that a peer received something else; where what it received is only too short, the ending may be why."""
    received = run.received(client)
    seen = as_received(run, received, client, wanted)
    return Broken(expected, seen, call, by_ending=wanted.startswith(received))


def as_wanted(run: Run, wanted: bytes, client: int = 0, received: bytes | None = None) -> Message:
    """Say what a peer was to receive, around the place where something else came."""
    came = run.received(client) if received is None else received
    return say("received", peer=peer_of(run, client), data=shown_data(wanted, difference(wanted, came)))


def as_printed(run: Run, at: int | None = None) -> Message:
    """Say what was printed, around a place in it, and how the program ended."""
    return and_ended(say("prints.seen", output=shown_data(run.stdout, len(run.stdout) if at is None else at)), run)


def not_printed(run: Run, expected: Message, at: int, call: int | None = None) -> Broken:
    """Say that the output goes wrong at a place; where nothing stands behind that, the ending may be why."""
    return Broken(expected, as_printed(run, at), call, by_ending=at == len(run.stdout))


def not_printed_beside(run: Run, expected: Message, baseline: Run, call: int | None = None) -> Broken:
    """Say that the output lacks what is printed in the baseline run."""
    wanted = [piece for piece in _to_print(run) if piece in baseline.stdout]
    return not_printed(run, expected, crux(wanted, run.stdout).at, call)


def peer_of(run: Run, client: int = 0) -> Message:
    """Return what a peer is called: the server, or a client, by its number where there are several."""
    if any(isinstance(step, Accept) for step in run.scenario.steps):
        return say("peer.server")
    alone = all(step.client == 0 for step in run.scenario.steps)
    return say("peer.only-client") if alone else say("peer.client", client=client + 1)


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
    return description.in_scope and description.state == State.CONNECTED


def is_owed_a_close(description: Description) -> bool:
    """Tell whether a program must close a description: a conversation, a file, a socket that is there to be counted."""
    return description.in_scope and description.state in (State.CONNECTED, State.OPEN, State.FRESH)


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


def requests_in(run: Run) -> tuple[bytes, ...]:
    """Return the requests that a client of a dialogue makes of what it was given to send."""
    exercise = catalogue().exercises[run.exercise]
    if says_what_is_typed(exercise):
        return asked_for(exercise, run.scenario.start.input)
    return tuple(map(frames_of(exercise).whole, lines_of(run)))[: exercise.exchanges or None]


def replies_in(run: Run) -> tuple[bytes, ...]:
    """Return what a client of a dialogue prints of the answers that it is given, one for each request that it makes."""
    echo = next((step for step in run.scenario.steps if isinstance(step, Echo) and step.answers), None)
    if echo is None:
        return ()
    exercise = catalogue().exercises[run.exercise]
    return tuple(printed_of(exercise, one) for one in echo.answers[: len(requests_in(run))])


def clients_of(run: Run) -> tuple[int, ...]:
    """Return the clients that came into a conversation with the program, in order."""
    return tuple(dict.fromkeys(event.client for event in run.wire if event.what in FOUND | CAME))


def accepted_clients(run: Run) -> tuple[int, ...]:
    """Return those of them that the program took: those that waited when it ended are judged elsewhere."""
    taken = sum(call.succeeded and call.in_scope for call in run.trace.named("accept"))
    seen = run.observed and not accepts_otherwise(run)
    return clients_of(run)[:taken] if seen else clients_of(run)


def accepts_otherwise(run: Run) -> bool:
    """Tell whether a Windows program never calls accept: AcceptEx may be called through a pointer, and is not seen."""
    return any(call.library for call in run.trace.calls) and not run.trace.named("accept")


def lost_clients(run: Run) -> frozenset[int]:
    """Return the clients that reset their connection or left without reading to the end.

    One is lost to the program also where a transfer with it is made to fail by a reset.
    """
    gone = {event.client for event in run.wire if event.what in ("peer reset", "peer left")}
    told = {call.description for call in run.trace.calls if call.injected and call.error == "WSAECONNRESET"}
    return frozenset(gone | {client for description, client in connections(run).items() if description in told})


def connections(run: Run) -> dict[int | None, int]:
    """Return which client each connection leads to: they are accepted in the order in which they came."""
    made = (call for call in run.trace.named("accept", "connect") if call.in_scope and call.succeeded)
    return dict(zip((call.description for call in made), clients_of(run), strict=False))


def stopped_reading(run: Run) -> frozenset[int]:
    """Return the clients that had stopped reading when the run ended: what they did not fetch may lie there."""
    stopped = set[int]()
    for event in run.wire:
        if event.what == "peer pauses":
            stopped.add(event.client)
        elif event.what == "peer reads":
            stopped.discard(event.client)
    return frozenset(stopped)


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


def made_by_compiled_program(call: Call) -> bool:
    """Tell the same of a program that was compiled: what an interpreter calls, it decides for itself."""
    return made_by_program(call) and not made_by_interpreter(call)


def made_by_interpreter(call: Call) -> bool:
    """Tell whether the program is run by an interpreter, whose library makes its calls."""
    return call.place is not None and Path(call.place.file).name.startswith(INTERPRETERS)


def and_ended(seen: Message, run: Run) -> Message:
    """Add how an unusual run ended to what was seen of it; nothing where it ended as programs do."""
    return seen if run.ending == Exited(status=0) else say("joined.ending", seen=seen, ending=ended(run))


def ended(run: Run) -> Message:
    """Say how a run ended."""
    match run.ending:
        case Killed(signal=name):
            return say("ended.killed", signal=name)
        case Exited(status=status) if status:
            said = c_string(last_words(run.stdout, run.stderr), LONGEST_LAST_WORDS)
            return say("ended.status", status=status, output=said)
        case Busy() as ending:
            return say("ended.busy", limit=limit_of(ending))
        case NotStarted(reason=reason):
            return say("ended.not-started", reason=reason)
        case Waiting():
            return say("ended.waiting")
    return say("ended.zero")


def had_conversation(run: Run) -> bool:
    """Tell whether the base conversation took place: the peers met, and something was delivered.

    Of a program that has no peer: it opened, printed or wrote something.
    """
    did_something = any(call.succeeded for call in run.trace.in_scope()) or run.stdout or _wrote(run)
    return any(map(run.happened, CAME)) or bool(run.received()) or (not run.scenario.steps and bool(did_something))


def took_an_end(run: Run) -> bool:
    """Tell whether a read of the exercise returned 0; where calls were not observed, or too many, it may have."""
    if not run.observed or run.trace.truncated:
        return True
    return any(call.name in (*INPUT, "sendfile") and call.moved == 0 for call in run.trace.in_scope())


def reads_on(run: Run) -> bool:
    """Tell whether the program read again where a read had returned 0, or went on without end."""
    if not run.observed or run.endless:
        return True
    ended = set[int | None]()
    for call in run.trace.in_scope():
        if call.name in INPUT and call.description in ended:
            return True
        if call.name in INPUT and call.moved == 0:
            ended.add(call.description)
    return False


def _wrote(run: Run) -> bool:
    """Tell whether a file lies there that was not there before, or holds something else."""
    laid_down = {(file.name, file.whole) for file in run.scenario.start.files}
    return any((file.name, file.content) not in laid_down for file in run.files)


def same_result(run: Run, baseline: Run) -> bool:
    """Tell whether each peer received the same, the file is the same, and what is printed otherwise is printed.

    Whatever else is printed may vary from run to run: a client's port, a descriptor, the time.
    """
    received = all(receives_as(run, baseline, client) for client in clients_of(baseline))
    return received and prints_alike(run, baseline) and content_of(run) == content_of(baseline)


def receives_as(run: Run, beside: Run, client: int = 0) -> bool:
    """Tell whether a peer receives what it receives in another run; of answers whose text is free, right ones."""
    received, wanted = run.received(client), beside.received(client)
    if received == wanted:
        return True
    owed, other = run.owed_to(client), beside.owed_to(client)
    return owed.free and owed == other and owed.is_paid(received) and owed.is_paid(wanted)


def prints_alike(run: Run, baseline: Run) -> bool:
    """Tell whether a run prints all that the other one prints of what an exercise may ask to print."""
    return all(piece in run.stdout or piece not in baseline.stdout for piece in _to_print(run))


def _to_print(run: Run) -> tuple[bytes, ...]:
    """Return what an exercise may ask to print: the lines that came back, the message, what a file holds."""
    held = (file.whole.rstrip(b"\0") for file in run.scenario.start.files)
    return (*lines_of(run), *replies_in(run), message_of(run).rstrip(b"\0"), *held)


def content_of(run: Run) -> bytes | None:
    """Return what the file holds that the exercise names; None where there is none."""
    return None if run.file is None else run.file.content
