"""The vocabulary of checks: each reads a run and says what it judges; none starts anything."""

import re
from collections.abc import Sequence
from typing import Final

from conformance.judgement import Broken, Judgement, Kept, NotApplicable, NotObserved
from conformance.model.calls import INPUT, TRANSFER
from conformance.model.descriptors import CLIENT_ORDER, SERVER_ORDER, State
from conformance.model.failures import USES, USES_OF_NO_SOCKET
from conformance.observe.decode import signed, text
from conformance.observe.trace import Call, Description, Trace
from conformance.stage.ports import swapped
from conformance.stage.script import Busy, Exited, Killed, NotStarted, Run, Send, Waiting, WireEvent
from conformance.words import say

INTERNET_FAMILIES: Final = frozenset({"AF_INET", "AF_INET6"})
SOL_SOCKET, SO_REUSEADDR = 1, 2
STANDARD: Final = frozenset({0, 1, 2})
ON_FILES: Final = frozenset({"lseek", "ftruncate"})

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


# ---------------------------------------------------------------- addresses and ends


def bound_to_reachable_address(run: Run) -> Judgement:
    """The client reached the server, whose listener was bound with an address of a family that it has."""
    ours = {description.number for description in run.trace.descriptions if description.of_exercise}
    binds = [call for call in run.trace.named("bind") if call.subject in ours or call.failed]
    odd = next((call for call in binds if call.address is None or call.address.family not in INTERNET_FAMILIES), None)
    if odd is not None:
        return Broken(
            say("reach.family"), say("reach.odd-family", family=odd.address.family if odd.address else "?"), odd.number
        )
    if run.happened("connected"):
        return Kept()
    failed = binds[-1].number if binds else _last_failure(run.trace)
    return Broken(say("reach.expected"), say("reach.nobody") + _ended_how(run), failed)


def bound_once(run: Run) -> Judgement:
    """No listener's descriptor is bound again after a bind that succeeded."""
    if not run.observed:
        return NotObserved()
    bound: set[int | None] = set()
    for call in run.trace.named("bind"):
        if call.subject in bound:
            return Broken(say("bind.once"), say("bind.again"), call.number)
        if call.succeeded:
            bound.add(call.subject)
    return Kept()


def accepted_on_listener(run: Run) -> Judgement:
    """accept is called on a listener, and data goes elsewhere."""
    if not run.observed:
        return NotObserved()
    for call in run.trace.of_exercise():
        if call.name == "accept" and call.state == State.CONNECTED:
            return Broken(say("listener.accept"), say("listener.accept-on-connection"), call.number)
        if call.name in TRANSFER and call.state == State.LISTENING:
            return Broken(say("listener.data"), say("listener.data-on-listener", call=call.name), call.number)
    return Kept()


def listens_with_backlog(run: Run) -> Judgement:
    """listen is given a backlog of at least 1."""
    if not run.observed:
        return NotObserved()
    for call in run.trace.named("listen"):
        if signed(call.words[1]) < 1:
            return Broken(say("backlog.expected"), say("backlog.seen", number=signed(call.words[1])), call.number)
    return Kept()


def reuses_address(run: Run) -> Judgement:
    """SO_REUSEADDR was set on each listener before it was bound."""
    if not run.observed:
        return NotObserved()
    reusing: set[int | None] = set()
    for call in run.trace.calls:
        if call.name == "setsockopt" and call.succeeded and call.words[1:3] == (SOL_SOCKET, SO_REUSEADDR):
            reusing.add(call.subject)
        elif call.name == "bind" and call.succeeded and call.of_exercise and call.subject not in reusing:
            return Broken(say("reuse.expected"), say("reuse.missing"), call.number)
    return Kept()


def server_ends_cleanly(run: Run) -> Judgement:
    """A server that ends by itself closed its listener and ends with status 0."""
    if isinstance(run.ending, Waiting):
        return NotApplicable(say("ends.stays-up"))
    if run.ending != Exited(0):
        return Broken(say("ends.expected"), say("ends.seen", how=_ended_how(run).removeprefix("; ")), None)
    for description in run.trace.descriptions:
        if description.of_exercise and description.state == State.LISTENING:
            left = _left_open(run.trace, description)
            if left is not None:
                return Broken(say("ends.listener"), say("close.never", descriptor=left), description.opened_by)
    return Kept()


def client_ends_cleanly(run: Run) -> Judgement:
    """A client that got its answer ends with status 0."""
    if run.ending == Exited(0):
        return Kept()
    return Broken(say("ends.expected"), say("ends.seen", how=_ended_how(run).removeprefix("; ")), None)


def connected_to_given_address(run: Run) -> Judgement:
    """Each socket of the exercise is connected once, to the given port."""
    if not run.observed:
        return NotObserved()
    ours = [call for call in run.trace.named("connect") if call.of_exercise]
    if not ours:
        return Broken(say("connect.expected", port=run.port), say("connect.none"), _last_failure(run.trace))
    connected: set[int | None] = set()
    for call in ours:
        if call.address is not None and call.address.port != run.port:
            seen = say(
                "port.swapped-connect" if call.address.port == swapped(run.port) else "port.other-connect",
                port=call.address.port,
            )
            return Broken(say("connect.expected", port=run.port), seen, call.number)
        if call.subject in connected:
            return Broken(say("connect.once"), say("connect.again"), call.number)
        if call.succeeded:
            connected.add(call.subject)
    return Kept()


def leaves_bind_to_the_system(run: Run) -> Judgement:
    """The client's socket is not bound by the program."""
    if not run.observed:
        return NotObserved()
    ours = {description.number for description in run.trace.descriptions if description.of_exercise}
    bind = next((call for call in run.trace.named("bind") if call.subject in ours), None)
    return (
        Kept()
        if bind is None
        else Broken(say("bind.none"), say("bind.seen", port=bind.address.port if bind.address else 0), bind.number)
    )


# ---------------------------------------------------------------- the end of the data, and much of it


def takes_end_for_end(run: Run) -> Judgement:
    """The client ends after the end of the data: it neither goes on reading nor calls the end an error."""
    if run.endless or isinstance(run.ending, Waiting):
        return Broken(say("eof.expected"), say("eof.goes-on") + _ended_how(run), _last_input(run))
    if run.crashed or (run.status and run.stderr.strip() and message_of(run)):
        return Broken(say("eof.expected"), say("eof.error") + _ended_how(run), _last_input(run))
    return Kept()


def survives_long_message(run: Run, undisturbed: Run) -> Judgement:
    """No crash, no hang, and nothing printed that was not sent.

    Numbers around the message may differ: a program may count what it read.
    """
    if undisturbed.endless or isinstance(undisturbed.ending, Waiting):
        return NotApplicable(say("long.endless-anyway"))
    if run.crashed or run.endless or isinstance(run.ending, Waiting):
        return Broken(say("long.expected"), say("long.seen") + _ended_how(run), _last_input(run))
    fault = next((call.number for call in run.trace.of_exercise() if call.error == "EFAULT"), None)
    if fault is not None:  # no right program gives the kernel an address that is not its own
        return Broken(say("long.expected"), say("long.overrun"), fault)
    before, _, behind = undisturbed.stdout.partition(message_of(undisturbed))
    message, shown = message_of(run), run.stdout.removeprefix(before)
    same = _length_in_common(shown, message)
    rest = _without_numbers(shown[same:])
    if not same or run.status != 0 or _without_numbers(behind).endswith(rest):
        return Kept()
    return Broken(say("long.bytes"), say("long.foreign", output=text(shown[same:])), _last_input(run))


def _length_in_common(one: bytes, other: bytes) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _without_numbers(data: bytes) -> bytes:
    return re.sub(rb"[0-9]+", b"0", data).strip(b" \0\r\n")


def prints_only_received(run: Run, undisturbed: Run) -> Judgement:
    """What stands around the message is the same, whatever the message is."""
    message, usual = message_of(run).rstrip(b"\0"), message_of(undisturbed)
    if message not in run.stdout or usual not in undisturbed.stdout:
        return NotApplicable(say("around.not-printed"))
    if _around(run.stdout, message) == _around(undisturbed.stdout, usual):
        return Kept()
    return Broken(say("around.expected"), say("prints.seen", output=text(run.stdout)), _last_input(run))


def _around(output: bytes, message: bytes) -> tuple[bytes, bytes]:
    before, _, behind = output.partition(message)
    return _without_numbers(before), re.sub(rb"[0-9]+", b"0", behind.removeprefix(b"\0"))


def survives(run: Run) -> Judgement:
    """Whatever the bytes were, the program did not crash."""
    if run.crashed:
        return Broken(say("crash.expected"), _ended_how(run).removeprefix("; "), _last_input(run))
    return Kept()


# ---------------------------------------------------------------- descriptors that are used


def uses_valid_descriptors(run: Run) -> Judgement:
    """No call on a descriptor that is closed, or on -1."""
    if not run.observed:
        return NotObserved()
    for call in run.trace.calls:
        stale = call.of_exercise and call.state == "closed" and call.error == "EBADF"
        nothing = call.descriptor is not None and call.descriptor < 0 and call.error == "EBADF"
        if call.name != "close" and (stale or nothing):
            return Broken(
                say("valid.expected"), say("valid.seen", call=call.name, descriptor=call.descriptor), call.number
            )
    return Kept()


def uses_right_kind(run: Run) -> Judgement:
    """The program itself does not seek on or cut a socket."""
    if not run.observed:
        return NotObserved()
    wrong = next(
        (call for call in run.trace.of_exercise() if call.name in ON_FILES and call.failed and _own(call)), None
    )
    return Kept() if wrong is None else Broken(say("kind.expected"), say("kind.seen", call=wrong.name), wrong.number)


def _own(call: Call) -> bool:
    return call.place is not None and call.place.direct


def leaves_standard_streams(run: Run) -> Judgement:
    """The program's own process keeps 0, 1 and 2; a library may close them after the last call of the exercise."""
    if not run.observed:
        return NotObserved()
    last = max((call.number for call in run.trace.of_exercise()), default=-1)
    for call in run.trace.calls:
        onto = (
            call.name == "dup" and call.system_call != "fcntl" and call.result in STANDARD and call.system_call != "dup"
        )
        closed = call.name == "close" and call.descriptor in STANDARD
        if call.process == 1 and call.succeeded and (onto or closed) and (call.number < last or _own(call)):
            return Broken(
                say("streams.expected"),
                say("streams.seen", number=call.result if onto else call.descriptor),
                call.number,
            )
    return Kept()


def closes_copies(run: Run) -> Judgement:
    """The process that accepted a connection does not keep it once another process serves it."""
    if not run.observed:
        return NotObserved()
    shared = [one for one in run.trace.descriptions if _is_conversation(one) and one.copies > 1]
    if not shared:
        return NotApplicable(say("copies.none"))
    for description in shared:
        left = _left_open(run.trace, description)
        if left is not None:
            return Broken(say("copies.expected"), say("copies.seen", descriptor=left), description.opened_by)
    return Kept()


# ---------------------------------------------------------------- more that goes wrong


def explains_arguments(run: Run) -> Judgement:
    """Without arguments: words, a non-zero status, no socket."""
    opened = next((call for call in run.trace.named("socket")), None)
    if opened is not None:
        return Broken(say("arguments.expected"), say("arguments.socket"), opened.number)
    if run.crashed or run.status in (0, None) or not run.output.strip():
        return Broken(say("arguments.expected"), say("arguments.seen", how=_how(run), output=text(run.output[:200])))
    return Kept()


def _how(run: Run) -> str:
    return _ended_how(run).removeprefix("; ") or say("ended.zero")


def reports_port_in_use(run: Run, undisturbed: Run) -> Judgement:
    """The port is taken: the server says so and fails."""
    return says_so_and_fails(run, undisturbed, say("in-use.cause", port=run.port), _last_failure(run.trace))


def reports_reset(run: Run, undisturbed: Run) -> Judgement:
    """The connection is reset before the end: the client says so and fails."""
    happened = [event.what for event in run.wire]
    if "peer reset" not in happened or "program ended" in happened[: happened.index("peer reset")]:
        return NotApplicable(say("reset.late"))
    return says_so_and_fails(run, undisturbed, say("reset.cause"), _last_input(run))


def is_not_disturbed(run: Run, undisturbed: Run) -> Judgement:
    """An interrupted call is repeated: the peer and the output get the same, and the program ends the same way."""
    if not run.faults_applied:
        return NotApplicable(say("failure.not-reached"))
    call = next((call.number for call in run.trace.calls if call.injected), None)
    if run.received() != undisturbed.received():
        return Broken(_received(undisturbed, undisturbed.received()), _received(run, run.received()), call)
    if run.stdout != undisturbed.stdout or run.ending != undisturbed.ending:
        return Broken(say("interrupted.expected"), say("prints.seen", output=text(run.output)) + _ended_how(run), call)
    return Kept()


def works_the_same(run: Run, undisturbed: Run) -> Judgement:
    """The peer receives the same, and the output is the same."""
    if run.received() != undisturbed.received():
        return Broken(
            _received(undisturbed, undisturbed.received()), _received(run, run.received()), _last_failure(run.trace)
        )
    if run.stdout != undisturbed.stdout:
        seen = say("prints.seen", output=text(run.stdout)) + _ended_how(run)
        return Broken(say("prints.seen", output=text(undisturbed.stdout)), seen, _last_failure(run.trace))
    return Kept()


def waits_in_the_kernel(run: Run) -> Judgement:
    """The program does not spin while it has nothing to do."""
    if run.spun or run.ending in (Busy("calls in vain"), Busy("processor time")):
        return Broken(say("spin.expected"), say("spin.seen"), _last_input(run))
    return Kept()


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
