"""Checks of what a program does when something goes wrong."""

from typing import Final

from msgspec.structs import replace

from conformance.checks.common import (
    and_ended,
    as_wanted,
    clients_of,
    ended,
    had_conversation,
    last_failure,
    last_input,
    made_by_compiled_program,
    made_by_interpreter,
    not_printed_beside,
    not_received,
    receives_as,
    same_result,
)
from conformance.checks.judgement import Broken, Judgement, Kept, NotApplicable
from conformance.checks.showing import LONGEST_LAST_WORDS, last_words, shown_data
from conformance.messages import Message, say
from conformance.model.calls import OUTPUT
from conformance.model.descriptors import UNDER_WAY
from conformance.model.failures import TAKES_DESCRIPTOR, USES
from conformance.records.c_string import c_string
from conformance.records.run import CAME, Busy, Exited, Killed, NotStarted, Run, Waiting
from conformance.records.trace import Call, Trace

CONNECTION_TIMED_OUT: Final = "ETIMEDOUT"


def reports_failure(run: Run, baseline: Run) -> Judgement:
    """After a set-up call failed: a message, a non-zero status, no use of its result; or all went well another way."""
    failed = next((call for call in run.trace.calls if call.injected and call.failed), None)
    if failed is None:  # it never came, or beyond what a trace keeps
        return NotApplicable(say("failure.not-reached"))
    use = use_after(run.trace, failed)
    if use is not None:
        return Broken(
            say("failure.no-use", call=failed.name, error=failed.error), say("failure.used", call=use.name), use.number
        )
    if went_well(run, baseline):
        return Kept()
    if failed.name == "socket" and made_by_interpreter(failed) and isinstance(run.ending, Waiting):
        return NotApplicable(say("failure.left-out"))
    return reports_and_exits_nonzero(
        run, baseline, say("failure.cause", call=failed.name, error=failed.error), failed.number
    )


def reports_and_exits_nonzero(run: Run, baseline: Run, cause: Message | str, call: int | None = None) -> Judgement:
    """The program printed something that it does not print when all goes well, and ended with a non-zero status.

    A program that ends in the same way where nothing goes wrong did not come as far as the failure.
    """
    if not had_conversation(baseline) and run.ending == baseline.ending:
        return NotApplicable(say("failure.as-baseline"))
    expected = say("failure.expected", cause=cause)
    match run.ending:
        case Exited(status=0):
            return Broken(expected, say("failure.status-0"), call)
        case Waiting() | Busy() | NotStarted():
            return Broken(expected, and_ended(say("failure.no-end"), run), call, by_ending=True)
        case Killed(signal=name) if run.crashed:
            return Broken(expected, say("ended.killed", signal=name), call, by_ending=True)
    if _says_more(run, baseline):
        return Kept()
    seen = say("failure.nothing-new" if run.output.strip() else "failure.silent", status=run.status)
    return Broken(expected, seen, call)


def _says_more(run: Run, baseline: Run) -> bool:
    """Tell whether the program printed a line that it does not print when all goes well."""
    known = set(baseline.output.split(b"\n"))
    return any(line.strip() and line not in known for line in run.output.split(b"\n"))


def refused(run: Run, baseline: Run) -> Judgement:
    """Nobody answers: the program says so and fails."""
    return reports_and_exits_nonzero(run, baseline, say("refused.cause"), last_failure(run.trace))


def use_after(trace: Trace, failed: Call) -> Call | None:
    """Return the first call that uses what a failed call did not give; a repetition that succeeds makes it good."""
    for call in trace.calls:
        if call.number <= failed.number:
            continue
        if failed.name in ("socket", "open"):
            if call.descriptor is not None and call.descriptor < 0 and call.name in TAKES_DESCRIPTOR:
                return call
            continue
        if call.description != failed.description and call.on != failed.description:
            continue
        if call.name == failed.name and (call.succeeded or call.error in UNDER_WAY):
            return None
        if call.name in USES[failed.name]:
            return call
    return None


def went_well(run: Run, baseline: Run) -> bool:
    """Tell whether the program got there another way: the same result; where no peer shows it, as much opened."""
    opened = clients_of(baseline) or _number_opened(run.trace) >= _number_opened(baseline.trace)
    return (
        bool(opened)
        and same_result(run, baseline)
        and (isinstance(run.ending, Waiting) or run.ending == Exited(status=0))
    )


def _number_opened(trace: Trace) -> int:
    return sum(description.in_scope for description in trace.descriptions)


def explains_arguments(run: Run) -> Judgement:
    """Without arguments: words, a non-zero status, no socket."""
    opened = next((call for call in run.trace.named("socket")), None)
    if opened is not None:
        return Broken(say("arguments.expected"), say("arguments.socket"), opened.number)
    if run.crashed or run.status in (0, None) or not run.output.strip():
        said = c_string(last_words(run.stdout, run.stderr), LONGEST_LAST_WORDS)
        seen = say("arguments.seen", how=ended(run), output=said)
        return Broken(say("arguments.expected"), seen, by_ending=True)
    return Kept()


def misses_an_argument(run: Run, baseline: Run) -> Judgement:
    """One argument is missing: the program says so and fails."""
    return reports_and_exits_nonzero(run, baseline, say("few.cause"))


def reports_port_in_use(run: Run, baseline: Run) -> Judgement:
    """The port is taken: the server says so and fails."""
    return reports_and_exits_nonzero(run, baseline, say("in-use.cause", port=run.port), last_failure(run.trace))


def reports_lost_connection(run: Run, baseline: Run) -> Judgement:
    """The connection is reset, or a read fails: the client says so and fails."""
    if run.ending == Killed(signal="SIGPIPE"):
        return Kept()
    failed = next((call for call in run.trace.calls if call.injected and call.failed), None)
    if failed is not None and (_made_good(run, baseline, failed) or _read_again(run, baseline, failed)):
        return Kept()
    if failed is not None:
        cause = say("failure.cause", call=failed.name, error=failed.error)
        return reports_and_exits_nonzero(run, baseline, cause, failed.number)
    happened = [event.what for event in run.wire]
    if "peer reset" not in happened or "program ended" in happened[: happened.index("peer reset")]:
        return NotApplicable(say("reset.late"))
    return reports_and_exits_nonzero(run, baseline, say("reset.cause"), last_input(run))


def reports_failed_transfer(run: Run, baseline: Run) -> Judgement:
    """A read, a write or a close fails: the program says so and fails. SIGPIPE's status says it too."""
    failed = next((call for call in run.trace.calls if call.injected and call.failed), None)
    if failed is None:
        return NotApplicable(say("failure.not-reached"))
    if run.ending == Killed(signal="SIGPIPE") or _made_good(run, baseline, failed):
        return Kept()
    cause = say("failure.cause", call=failed.name, error=failed.error)
    return reports_and_exits_nonzero(run, baseline, cause, failed.number)


def _made_good(run: Run, baseline: Run, failed: Call) -> bool:
    """Tell whether a write that failed was made again and succeeded, so that the file lacks nothing."""
    file, whole = run.file, baseline.file
    same = file is not None and whole is not None and file.content == whole.content
    return failed.name in OUTPUT and same and run.ending == baseline.ending


def _read_again(run: Run, baseline: Run, failed: Call) -> bool:
    """Tell whether a program took ETIMEDOUT for a time-out of its own, as Python names both, and got the rest."""
    return failed.error == CONNECTION_TIMED_OUT and same_result(run, baseline) and run.ending == baseline.ending


def reports_lost_server(run: Run, baseline: Run) -> Judgement:
    """The server is gone before the answer is whole: the client says so and fails."""
    if run.ending == Killed(signal="SIGPIPE"):
        return Kept()
    gone = next((event.what for event in run.wire if event.what.startswith("peer ")), None)
    if gone is None:
        return NotApplicable(say("reset.late"))
    return reports_and_exits_nonzero(run, baseline, say("lost.cause"), last_input(run))


def is_not_disturbed(run: Run, baseline: Run) -> Judgement:
    """An interrupted call is repeated: peer, file and output get the same, and the program ends the same way."""
    if not run.faults_applied:
        return NotApplicable(say("failure.not-reached"))
    call = next((call.number for call in run.trace.calls if call.injected), None)
    if not receives_as(run, baseline):
        wanted = baseline.received()
        return not_received(run, as_wanted(run, wanted), wanted, call=call)
    if not same_result(run, baseline) or run.ending != baseline.ending:
        lacking = not_printed_beside(run, say("interrupted.expected"), baseline, call)
        return lacking if run.ending == baseline.ending else replace(lacking, by_ending=True)
    return Kept()


def waits_in_the_kernel(run: Run) -> Judgement:
    """The program does not spin while it has nothing to do."""
    if run.spun or run.ending in (Busy(limit="calls without result"), Busy(limit="processor time")):
        return Broken(say("spin.expected"), say("spin.seen"), last_input(run), by_ending=True)
    return Kept()


def calls_safe_functions(run: Run) -> Judgement:
    """No handler writes through a stream of a library: printf may be in the middle of its work when a signal comes.

    POSIX lists what a handler may call; of the others only those show that write. That a call is the program's own is
    seen where an accept is: some C libraries make each call that may be cancelled in a function of theirs, and glibc
    does so where there are threads.
    """
    threaded = {birth.process for birth in run.trace.threads}
    handled = [call for call in run.trace.calls if call.handles and call.process not in threaded]
    if not handled or not any(made_by_compiled_program(call) for call in run.trace.named("accept")):
        return NotApplicable(say("handler.none"))
    unsafe = next((call for call in handled if call.place is not None and not made_by_compiled_program(call)), None)
    if unsafe is None:
        return Kept()
    seen = say("handler.seen", signal=unsafe.handles, data=shown_data(unsafe.data))
    return Broken(say("handler.expected"), seen, unsafe.number, regardless_of_result=True)


def survives(run: Run) -> Judgement:
    """Whatever the bytes were, the program did not crash."""
    if run.crashed:
        return Broken(say("crash.expected"), ended(run), last_input(run), by_ending=True)
    return Kept()


def goes_on_after_signal(run: Run, beside: Run) -> Judgement:
    """The program's own signal came: the peer and the output get the same, and the program ends the same way."""
    if not run.happened("signal"):
        return NotApplicable(say("signal.none"))
    if same_result(run, beside) and run.ending == beside.ending:
        return Kept()
    interrupted = next((call.number for call in run.trace.calls if call.error == "EINTR"), None)
    if any(map(run.happened, CAME)):
        lacking = not_printed_beside(run, say("signal.expected"), beside, interrupted)
        return lacking if run.ending == beside.ending else replace(lacking, by_ending=True)
    return not_received(run, say("signal.expected"), beside.received(), call=interrupted)
