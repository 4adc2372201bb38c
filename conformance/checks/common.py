"""What the checks share: looking things up in a run, and saying what was seen."""

from conformance.model.calls import INPUT, TRANSFER
from conformance.model.descriptors import CLIENT_ORDER, SERVER_ORDER, State
from conformance.observe.decode import text
from conformance.observe.trace import Call, Description, Trace
from conformance.stage.script import Busy, Exited, Killed, NotStarted, Run, Send, Waiting
from conformance.words import say


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


def as_received(run: Run, data: bytes) -> str:
    """Return in words what a client received."""
    return say("received.nothing") + ended_how(run) if not data else say("received", data=text(data))


def left_open(trace: Trace, description: Description) -> int | None:
    """Return the number that the process which opened a description still had for it, if any.

    A child of fork may leave its copy to its end; a process that opened a descriptor closes it.
    """
    opener = next((call.process for call in trace.calls if call.number == description.opened_by), 1)
    return next((number for process, number in description.open_in if process == opener), None)


def is_conversation(description: Description) -> bool:
    """Tell whether a description is an accepted or connected socket of the exercise."""
    return description.of_exercise and description.state == State.CONNECTED


def message_of(run: Run) -> bytes:
    """Return what the peer sent in a run, whole."""
    return b"".join(step.data for step in run.scenario.steps if isinstance(step, Send))


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
    """Tell whether the base conversation took place: the peers met, and something was delivered."""
    return run.happened("accepted") or bool(run.received())


def same_result(run: Run, undisturbed: Run) -> bool:
    """Tell whether the peer received the same, and the message is printed if it is otherwise.

    Whatever else is printed may vary from run to run: a client's port, a descriptor, the time.
    """
    message = message_of(run).rstrip(b"\0")
    printed = message in run.stdout or message not in undisturbed.stdout
    return run.received() == undisturbed.received() and printed
