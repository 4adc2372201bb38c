"""The vocabulary of checks: each reads a run and says what it judges; none starts anything."""

from collections.abc import Sequence

from conformance.judgement import Broken, Judgement, Kept, NotApplicable, NotObserved
from conformance.model.calls import INPUT, TRANSFER
from conformance.model.descriptors import CLIENT_ORDER, SERVER_ORDER, State
from conformance.model.failures import USES, USES_OF_NO_SOCKET
from conformance.observe.decode import text
from conformance.observe.trace import Call, Description, Trace
from conformance.stage.ports import swapped
from conformance.stage.script import Busy, Exited, Killed, NotStarted, Run, Send, Waiting, WireEvent
from conformance.words import say

# ---------------------------------------------------------------- the order of the calls


def server_calls_in_order(run: Run) -> Judgement:
    """One descriptor goes through socket, bind, listen and accept; every listener is bound first."""
    if not run.observed:
        return NotObserved()
    listeners = {call.on for call in run.trace.named("accept") if call.succeeded} | _subjects(run.trace, "listen")
    orders = {
        subject: _first_successes(run.trace, subject, SERVER_ORDER) for subject in listeners if subject is not None
    }
    for subject, order in orders.items():
        if order != SERVER_ORDER[: len(order)]:
            return _wrong_order(run.trace, subject, SERVER_ORDER, order)
    if SERVER_ORDER not in orders.values():
        return Broken(
            " → ".join(SERVER_ORDER), say("order.incomplete", calls=_summary(run.trace)), _last_failure(run.trace)
        )
    return Kept()


def client_calls_in_order(run: Run) -> Judgement:
    """One descriptor goes through socket and connect, and only then carries data."""
    if not run.observed:
        return NotObserved()
    ours = {description.number for description in run.trace.descriptions if description.of_exercise}
    early = next(
        (call for call in run.trace.named(*TRANSFER) if call.subject in ours and call.state == State.FRESH), None
    )
    if early is not None:
        return Broken(say("order.client"), say("order.data-before-connect", call=early.name), early.number)
    if not any(_first_successes(run.trace, subject, CLIENT_ORDER) == CLIENT_ORDER for subject in ours):
        return Broken(say("order.client"), say("order.incomplete", calls=_summary(run.trace)), _last_failure(run.trace))
    return Kept()


def _subjects(trace: Trace, name: str) -> set[int | None]:
    return {call.subject for call in trace.named(name) if call.succeeded}


def _first_successes(trace: Trace, subject: int, names: Sequence[str]) -> tuple[str, ...]:
    """Return the calls of these names in the order in which each first succeeded; a connect under way counts."""
    done = (call.name for call in trace.about(subject) if call.succeeded or call.error == "EINPROGRESS")
    return tuple(dict.fromkeys(name for name in done if name in names))


def _wrong_order(trace: Trace, subject: int, wanted: Sequence[str], order: Sequence[str]) -> Broken:
    wrong = next(name for place, name in enumerate(order) if name != wanted[place])
    call = next(call for call in trace.about(subject) if call.name == wrong and call.succeeded)
    return Broken(" → ".join(wanted), " → ".join(order), call.number)


def _summary(trace: Trace) -> str:
    """Return the calls of the lifecycle that were made, with the errors of those that failed."""
    made = [call for call in trace.calls if call.name in {*SERVER_ORDER, *CLIENT_ORDER}][:12]
    return " → ".join(f"{call.name} ({call.error})" if call.error else call.name for call in made) or say(
        "order.nothing"
    )


def _last_failure(trace: Trace) -> int | None:
    failed = [call.number for call in trace.calls if call.failed and call.name in {*SERVER_ORDER, *CLIENT_ORDER}]
    return failed[-1] if failed else None


def bound_to_given_port(run: Run) -> Judgement:
    """The client reached the server at the port that the server was given."""
    reached = next((event.port for event in run.wire if event.what == "connected"), None)
    if reached == run.port:
        return Kept()
    bind = next(
        (call.number for call in run.trace.named("bind") if call.address and call.address.port == reached), None
    )
    if reached is None:
        return Broken(
            say("port.expected", port=run.port),
            say("port.nobody", port=run.port) + _ended_how(run),
            _last_failure(run.trace),
        )
    seen = say("port.swapped" if reached == swapped(run.port) else "port.other", port=reached)
    return Broken(say("port.expected", port=run.port), seen, bind)


# ---------------------------------------------------------------- data


def greets(run: Run, greeting: str) -> Judgement:
    """The peer received the greeting, and the end of the connection, without having done anything."""
    before = _before_peer_ended(run)
    received = b"".join(event.data for event in before if event.what == "received")
    if _plain(received) != greeting.casefold():
        return Broken(say("greeting.expected", greeting=greeting), _received(run, received), _last_output(run))
    if not any(event.what == "program ended" for event in before):
        return Broken(say("greeting.end"), say("greeting.no-end"), _last_output(run))
    return Kept()


def _before_peer_ended(run: Run) -> Sequence[WireEvent]:
    place = next((place for place, event in enumerate(run.wire) if event.what == "peer ended"), len(run.wire))
    return run.wire[:place]


def _plain(data: bytes) -> str:
    return data.decode("utf-8", "replace").strip(" \t\r\n\0").casefold()


def message_of(run: Run) -> bytes:
    """Return what the peer sent in a run, whole."""
    return b"".join(step.data for step in run.scenario.steps if isinstance(step, Send))


def prints_message(run: Run) -> Judgement:
    """The message that the peer sent stands in standard output."""
    message = message_of(run).rstrip(b"\0")
    if message in run.stdout:
        return Kept()
    return Broken(
        say("prints.expected", message=text(message)),
        say("prints.seen", output=text(run.stdout)) + _ended_how(run),
        _last_input(run),
    )


def prints_as_whole(run: Run, whole: Run) -> Judgement:
    """The message is printed as it is when it comes in one piece; what is printed then is judged elsewhere."""
    message = message_of(run).rstrip(b"\0")
    if message not in whole.stdout:
        return Kept()
    return prints_message(run)


def receives_the_same(run: Run, undisturbed: Run) -> Judgement:
    """The peer received exactly what it receives when nothing disturbs the program."""
    if run.received() == undisturbed.received():
        return Kept()
    shortened = [call.number for call in run.trace.calls if call.injected]
    return Broken(
        _received(undisturbed, undisturbed.received()),
        _received(run, run.received()),
        shortened[0] if shortened else None,
    )


def _received(run: Run, data: bytes) -> str:
    return say("received.nothing") + _ended_how(run) if not data else say("received", data=text(data))


def _last_output(run: Run) -> int | None:
    calls = [call.number for call in run.trace.of_exercise() if call.name in TRANSFER - INPUT]
    return calls[-1] if calls else None


def _last_input(run: Run) -> int | None:
    calls = [call.number for call in run.trace.of_exercise() if call.name in INPUT]
    return calls[-1] if calls else None


# ---------------------------------------------------------------- descriptors


def closed_once(run: Run) -> Judgement:
    """Each accepted or connected descriptor was closed by a call, once, in the process that opened it."""
    if not run.observed:
        return NotObserved()
    again = next((call for call in run.trace.named("close") if call.of_exercise and call.state == "closed"), None)
    if again is not None:
        return Broken(say("close.once"), say("close.again", descriptor=again.descriptor), again.number)
    for description in run.trace.descriptions:
        if _is_conversation(description) and (left := _left_open(run.trace, description)) is not None:
            return Broken(say("close.once"), say("close.never", descriptor=left), description.opened_by)
    return Kept()


def _is_conversation(description: Description) -> bool:
    return description.of_exercise and description.state == State.CONNECTED


def _left_open(trace: Trace, description: Description) -> int | None:
    """Return the number that the process which opened a description still had for it, if any.

    A child of fork may leave its copy to its end; a process that opened a descriptor closes it.
    """
    opener = next((call.process for call in trace.calls if call.number == description.opened_by), 1)
    return next((number for process, number in description.open_in if process == opener), None)


# ---------------------------------------------------------------- failures


def reports_failure(run: Run, undisturbed: Run) -> Judgement:
    """After a set-up call failed: a message, a non-zero status, no use of its result; or all went well another way."""
    if not run.faults_applied:
        return NotApplicable(say("failure.not-reached"))
    failed = next(call for call in run.trace.calls if call.injected)
    use = _use_after(run.trace, failed)
    if use is not None:
        return Broken(
            say("failure.no-use", call=failed.name, error=failed.error), say("failure.used", call=use.name), use.number
        )
    if _went_well(run, undisturbed):
        return Kept()
    return says_so_and_fails(
        run, undisturbed, say("failure.cause", call=failed.name, error=failed.error), failed.number
    )


def says_so_and_fails(run: Run, undisturbed: Run, cause: str, call: int | None = None) -> Judgement:
    """The program printed something that it does not print when all goes well, and ended with a non-zero status."""
    expected = say("failure.expected", cause=cause)
    match run.ending:
        case Exited(0):
            return Broken(expected, say("failure.status-0"), call)
        case Waiting() | Busy() | NotStarted():
            return Broken(expected, say("failure.no-end") + _ended_how(run), call)
        case Killed(name) if run.crashed:
            return Broken(expected, say("ended.killed", signal=name), call)
    known = set(undisturbed.output.split(b"\n"))
    if not any(line.strip() and line not in known for line in run.output.split(b"\n")):
        return Broken(expected, say("failure.silent", status=run.status), call)
    return Kept()


def refused(run: Run, undisturbed: Run) -> Judgement:
    """Nobody answers: the program says so and fails."""
    return says_so_and_fails(run, undisturbed, say("refused.cause"), _last_failure(run.trace))


def _use_after(trace: Trace, failed: Call) -> Call | None:
    """Return the first call that uses what a failed call did not give; a repetition that succeeds makes it good."""
    for call in trace.calls[failed.number + 1 :]:
        if failed.name == "socket":
            if call.descriptor is not None and call.descriptor < 0 and call.name in USES_OF_NO_SOCKET:
                return call
            continue
        if call.subject != failed.subject and call.on != failed.subject:
            continue
        if call.name == failed.name and (call.succeeded or call.error == "EINPROGRESS"):
            return None
        if call.name in USES[failed.name]:
            return call
    return None


def _went_well(run: Run, undisturbed: Run) -> bool:
    same = run.received() == undisturbed.received() and run.stdout == undisturbed.stdout
    return same and (isinstance(run.ending, Waiting) or run.ending == Exited(0))


def conversed(run: Run) -> bool:
    """Tell whether the base conversation took place: the peers met, and something was delivered."""
    return run.happened("accepted") or bool(run.received())


# ---------------------------------------------------------------- words


def _ended_how(run: Run) -> str:
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
