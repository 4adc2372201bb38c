"""Checks of what a program does when something goes wrong."""

from typing import Final

from conformance.checks.common import (
    as_received,
    clients_of,
    ended_how,
    is_left_of,
    last_failure,
    last_input,
    last_output,
    lost_clients,
    same_result,
)
from conformance.judgement import Broken, Judgement, Kept, NotApplicable, NotObserved
from conformance.model.calls import OUTPUT
from conformance.model.descriptors import UNDER_WAY
from conformance.model.failures import USES, USES_OF_NOTHING
from conformance.observe.decode import text
from conformance.observe.trace import Call, Trace
from conformance.stage.script import Busy, Exited, Killed, NotStarted, Run, Waiting
from conformance.words import say

GONE: Final = frozenset({"program ended", "program reset", "peer reset", "peer left"})


def reports_failure(run: Run, undisturbed: Run) -> Judgement:
    """After a set-up call failed: a message, a non-zero status, no use of its result; or all went well another way."""
    if not run.faults_applied:
        return NotApplicable(say("failure.not-reached"))
    failed = next(call for call in run.trace.calls if call.injected and call.failed)
    use = use_after(run.trace, failed)
    if use is not None:
        return Broken(
            say("failure.no-use", call=failed.name, error=failed.error), say("failure.used", call=use.name), use.number
        )
    if went_well(run, undisturbed):
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
            return Broken(expected, say("failure.no-end") + ended_how(run), call)
        case Killed(name) if run.crashed:
            return Broken(expected, say("ended.killed", signal=name), call)
    known = set(undisturbed.output.split(b"\n"))
    if not any(line.strip() and line not in known for line in run.output.split(b"\n")):
        return Broken(expected, say("failure.silent", status=run.status), call)
    return Kept()


def refused(run: Run, undisturbed: Run) -> Judgement:
    """Nobody answers: the program says so and fails."""
    return says_so_and_fails(run, undisturbed, say("refused.cause"), last_failure(run.trace))


def use_after(trace: Trace, failed: Call) -> Call | None:
    """Return the first call that uses what a failed call did not give; a repetition that succeeds makes it good."""
    for call in trace.calls:
        if call.number <= failed.number:
            continue
        if failed.name in ("socket", "open"):
            if call.descriptor is not None and call.descriptor < 0 and call.name in USES_OF_NOTHING:
                return call
            continue
        if call.subject != failed.subject and call.on != failed.subject:
            continue
        if call.name == failed.name and (call.succeeded or call.error in UNDER_WAY):
            return None
        if call.name in USES[failed.name]:
            return call
    return None


def went_well(run: Run, undisturbed: Run) -> bool:
    """Tell whether the program got there another way: the same result; where no peer shows it, as much opened."""
    opened = clients_of(undisturbed) or _opened(run.trace) >= _opened(undisturbed.trace)
    return (
        bool(opened) and same_result(run, undisturbed) and (isinstance(run.ending, Waiting) or run.ending == Exited(0))
    )


def _opened(trace: Trace) -> int:
    return sum(description.of_exercise for description in trace.descriptions)


def explains_arguments(run: Run) -> Judgement:
    """Without arguments: words, a non-zero status, no socket."""
    opened = next((call for call in run.trace.named("socket")), None)
    if opened is not None:
        return Broken(say("arguments.expected"), say("arguments.socket"), opened.number)
    if run.crashed or run.status in (0, None) or not run.output.strip():
        return Broken(say("arguments.expected"), say("arguments.seen", how=_how(run), output=text(run.output[:200])))
    return Kept()


def _how(run: Run) -> str:
    return ended_how(run).removeprefix("; ") or say("ended.zero")


def reports_port_in_use(run: Run, undisturbed: Run) -> Judgement:
    """The port is taken: the server says so and fails."""
    return says_so_and_fails(run, undisturbed, say("in-use.cause", port=run.port), last_failure(run.trace))


def reports_lost_connection(run: Run, undisturbed: Run) -> Judgement:
    """The connection is reset, or a read fails: the client says so and fails."""
    if run.ending == Killed("SIGPIPE"):
        return Kept()
    failed = next((call for call in run.trace.calls if call.injected and call.failed), None)
    if failed is not None and _made_good(run, undisturbed, failed):
        return Kept()
    if failed is not None:
        cause = say("failure.cause", call=failed.name, error=failed.error)
        return says_so_and_fails(run, undisturbed, cause, failed.number)
    happened = [event.what for event in run.wire]
    if "peer reset" not in happened or "program ended" in happened[: happened.index("peer reset")]:
        return NotApplicable(say("reset.late"))
    return says_so_and_fails(run, undisturbed, say("reset.cause"), last_input(run))


def reports_failed_transfer(run: Run, undisturbed: Run) -> Judgement:
    """A read, a write or a close fails: the program says so and fails. SIGPIPE's status says it too."""
    failed = next((call for call in run.trace.calls if call.injected and call.failed), None)
    if failed is None:
        return NotApplicable(say("failure.not-reached"))
    if run.ending == Killed("SIGPIPE") or _made_good(run, undisturbed, failed):
        return Kept()
    cause = say("failure.cause", call=failed.name, error=failed.error)
    return says_so_and_fails(run, undisturbed, cause, failed.number)


def _made_good(run: Run, undisturbed: Run, failed: Call) -> bool:
    """Tell whether a write that failed was made again and succeeded, so that the file lacks nothing."""
    file, whole = run.file, undisturbed.file
    same = file is not None and whole is not None and file.content == whole.content
    return failed.name in OUTPUT and same and run.ending == undisturbed.ending


def reports_lost_server(run: Run, undisturbed: Run) -> Judgement:
    """The server is gone before the answer is whole: the client says so and fails."""
    if run.ending == Killed("SIGPIPE"):
        return Kept()
    gone = next((event.what for event in run.wire if event.what.startswith("peer ")), None)
    if gone is None:
        return NotApplicable(say("reset.late"))
    return says_so_and_fails(run, undisturbed, say("lost.cause"), last_input(run))


def serves_the_others(run: Run, beside: Run) -> Judgement:
    """Whoever stays gets what he gets when nobody is lost and no call fails."""
    stay = [one for one in clients_of(beside) if beside.received(one) and one not in lost_clients(run)]
    if run.scenario.faults and not run.faults_applied:
        return NotApplicable(say("failure.not-reached"))
    if not stay:
        return NotApplicable(say("others.not-beside"))
    for client in stay:
        if run.received(client) != beside.received(client):
            seen = as_received(run, run.received(client), client)
            return Broken(say("others.expected"), seen, last_failure_of_exercise(run))
    return Kept()


def serves_again(run: Run, beside: Run) -> Judgement:
    """Descriptors had run out: one client may be turned away, and whoever comes later is served as ever."""
    if not run.faults_applied:
        return NotApplicable(say("failure.not-reached"))
    served = [one for one in clients_of(beside) if beside.received(one)]
    away = [one for one in served if run.received(one) != beside.received(one)]
    if len(served) < 2:
        return NotApplicable(say("others.not-beside"))
    if not away or (len(away) == 1 and not run.received(away[0]) and away[0] != served[-1]):
        return Kept()
    seen = say("others.seen", client=away[-1] + 1, received=as_received(run, run.received(away[-1])))
    return Broken(say("again.expected"), seen, last_failure_of_exercise(run))


def last_failure_of_exercise(run: Run) -> int | None:
    """Return the number of the last call of the exercise that failed."""
    failed = [call.number for call in run.trace.of_exercise() if call.failed]
    return failed[-1] if failed else None


def is_not_disturbed(run: Run, undisturbed: Run) -> Judgement:
    """An interrupted call is repeated: peer, file and output get the same, and the program ends the same way."""
    if not run.faults_applied:
        return NotApplicable(say("failure.not-reached"))
    call = next((call.number for call in run.trace.calls if call.injected), None)
    if run.received() != undisturbed.received():
        return Broken(as_received(undisturbed, undisturbed.received()), as_received(run, run.received()), call)
    if not same_result(run, undisturbed) or run.ending != undisturbed.ending:
        return Broken(say("interrupted.expected"), say("prints.seen", output=text(run.output)) + ended_how(run), call)
    return Kept()


def waits_in_the_kernel(run: Run) -> Judgement:
    """The program does not spin while it has nothing to do."""
    if run.spun or run.ending in (Busy("calls in vain"), Busy("processor time")):
        return Broken(say("spin.expected"), say("spin.seen"), last_input(run))
    return Kept()


def survives(run: Run) -> Judgement:
    """Whatever the bytes were, the program did not crash."""
    if run.crashed:
        return Broken(say("crash.expected"), ended_how(run).removeprefix("; "), last_input(run))
    return Kept()


def goes_on_after_signal(run: Run, beside: Run) -> Judgement:
    """The program's own signal came: the peer and the output get the same, and the program ends the same way."""
    if not run.happened("signal"):
        return NotApplicable(say("signal.none"))
    if same_result(run, beside) and run.ending == beside.ending:
        return Kept()
    interrupted = next((call.number for call in run.trace.calls if call.error == "EINTR"), None)
    printed = say("prints.seen", output=text(run.output)) + ended_how(run)
    seen = printed if run.happened("accepted") else as_received(run, run.received())
    return Broken(say("signal.expected"), seen, interrupted)


def keeps_echoes_apart(run: Run, beside: Run) -> Judgement:
    """Each client gets back what it sent itself; ended children do not grow with the number of clients."""
    if not run.observed:
        return NotObserved()
    came = clients_of(run)
    if len(came) < 2:
        return NotApplicable(say("crossed.none"))
    for client in came:
        sent, received = run.sent(client), run.received(client)
        if not is_left_of(received, sent):
            seen = say("crossed.seen", count=len(came), client=client + 1, data=text(received))
            return Broken(say("crossed.expected-echo", data=text(sent)), seen, last_output(run))
    return _reaps(run, beside, len(came))


def keeps_clients_apart(run: Run, beside: Run) -> Judgement:
    """Each accepted client receives what one alone does; ended children do not grow with the number of clients."""
    if not run.observed:
        return NotObserved()
    accepted = [call for call in run.trace.named("accept") if call.of_exercise and call.succeeded]
    came = [event.client for event in run.wire if event.what == "connected"][: len(accepted)]
    if len(came) < 2:
        return NotApplicable(say("crossed.none"))
    alone = beside.received()
    for client in came:
        if run.received(client) != alone:
            seen = say("crossed.seen", count=len(came), client=client + 1, data=text(run.received(client)))
            return Broken(say("crossed.expected", data=text(alone)), seen, last_output(run))
    return _reaps(run, beside, len(came))


def _reaps(run: Run, beside: Run, clients: int) -> Judgement:
    """Judged on clients in turn: of those that come at once, many children may end before anybody can wait for them."""
    if _at_once(run) or run.zombies <= beside.zombies + 1:
        return Kept()
    return Broken(say("zombies.expected"), say("zombies.seen", clients=clients, count=run.zombies))


def _at_once(run: Run) -> bool:
    """Tell whether a client came before the one before it was served."""
    there = set[int]()
    for event in run.wire:
        if event.what == "connected":
            if there:
                return True
            there.add(event.client)
        elif event.what in GONE:
            there.discard(event.client)
    return False
