"""Checks of what Winsock asks for beyond POSIX: its beginning and end, sockets that are no files, reasons."""

import re
from pathlib import Path
from typing import Final

from conformance.checks import lifecycle
from conformance.checks.common import accepts_otherwise, and_ended, clients_of
from conformance.checks.descriptor import LEAK
from conformance.checks.judgement import Broken, Judgement, Kept, NotApplicable, NotObserved
from conformance.checks.robust import reports_and_exits_nonzero, use_after, went_well
from conformance.messages import say
from conformance.model.calls import TRANSFER
from conformance.model.descriptors import State
from conformance.model.failures import TAKES_DESCRIPTOR, USES
from conformance.model.winsock import FOR_FILES, WINSOCK_ERROR_NUMBERS
from conformance.observe.wine.image import bytes_at
from conformance.observe.wine.recorder import function_name
from conformance.records.run import Exited, Run, Waiting
from conformance.records.trace import Call, Description, Trace

AFTER_FAILED_STARTUP: Final = frozenset({"cleanup", "reason"})
"""What may follow a WSAStartup that failed."""
WITH_ONE_CLIENT: Final = frozenset({"accept", "recv", "send"})
ENDING: Final = frozenset({"shutdown", "close"})
GOING_ON: Final = TRANSFER | ENDING
"""What a conversation goes on with, or ends with."""
DIGITS: Final = re.compile(rb"[0-9]+")
NOT_STARTED: Final = "WSANOTINITIALISED"
MOVE, SOURCE, RAX = 0x89, 0x38, 0
"""`mov` from a register; which one, in the byte behind it; and the register in which a result comes."""
EXTENDED: Final = (b"\x48\x98", b"\x48\x63\xc0", b"\x48\x63\xd0", b"\x48\x63\xc8")
"""`cltq` and its like, which make 64 bits of 32."""


def starts_first(run: Run) -> Judgement:
    """WSAStartup succeeded before any other call of the library that needs it."""
    for call in _of_library(run.trace):
        if call.name == "startup" and call.succeeded:
            return Kept()
        if call.name not in ("startup", "reason"):
            late = say("startup.late", call=function_name(call.system_call))
            return Broken(say("startup.expected"), late, call.number, regardless_of_result=True)
    return Broken(say("startup.expected"), and_ended(say("startup.never"), run), by_ending=True)


def _of_library(trace: Trace) -> list[Call]:
    return [call for call in trace.calls if call.system_call not in FOR_FILES]


def reports_failed_startup(run: Run, baseline: Run) -> Judgement:
    """WSAStartup failed: a message, a non-zero status, and no other call."""
    failed = next((call for call in run.trace.calls if call.injected), None)
    if failed is None:
        return NotApplicable(say("failure.not-reached")) if run.observed else NotObserved()
    later = (
        call for call in _of_library(run.trace) if call.number > failed.number and call.name not in AFTER_FAILED_STARTUP
    )
    use = next(later, None)
    if use is not None:
        seen = say("failure.used", call=function_name(use.system_call))
        return Broken(say("startup.no-use", error=failed.error), seen, use.number)
    cause = say("failure.cause", call="WSAStartup", error=failed.error)
    return reports_and_exits_nonzero(run, baseline, cause, failed.number)


def winsock_server_calls_in_order(run: Run) -> Judgement:
    """The order of the POSIX lifecycle; and data goes over what accept gave, never over the listener."""
    wrong = next((call for call in run.trace.named(*TRANSFER) if call.state == State.LISTENING), None)
    if wrong is not None:
        seen = say("order.data-on-listener", call=function_name(wrong.system_call))
        return Broken(say("order.server"), seen, wrong.number, regardless_of_result=True)
    early = next((call for call in run.trace.named("listen") if call.state == State.FRESH), None)
    if early is not None:
        return Broken(say("order.server"), say("order.listen-before-bind"), early.number, regardless_of_result=True)
    if accepts_otherwise(run) and run.received():
        return Kept()
    return lifecycle.server_calls_in_order(run)


def cleans_up(run: Run) -> Judgement:
    """As many WSACleanup as successful WSAStartup, the last behind the last closesocket."""
    if (reason := _not_judged_at_the_end(run)) is not None:
        return reason
    starts = [call for call in run.trace.named("startup") if call.succeeded]
    cleanups = run.trace.named("cleanup")
    if len(cleanups) != len(starts):
        seen = say("cleanup.count", starts=len(starts), cleanups=len(cleanups))
        return Broken(say("cleanup.expected"), seen, cleanups[-1].number if cleanups else None)
    late = next((call for call in run.trace.named("close") if cleanups and call.number > cleanups[-1].number), None)
    if late is not None:
        return Broken(say("cleanup.last"), say("cleanup.early"), cleanups[-1].number)
    return Kept()


def _not_judged_at_the_end(run: Run) -> Judgement | None:
    """Return why a program's end is not judged: it was not seen, it was stopped, or it gave up and said so."""
    if not run.observed:
        return NotObserved()
    if isinstance(run.ending, Waiting):
        return NotApplicable(say("winsock.stopped"))
    if run.ending != Exited(status=0) and not run.crashed:
        return NotApplicable(say("winsock.gave-up"))
    return None


def closes_with_closesocket(run: Run) -> Judgement:
    """Each socket was given to closesocket once, and to nothing else that closes."""
    closes = [call for call in run.trace.named("close") if call.description is not None or call.state == "closed"]
    wrong = next((call for call in closes if call.system_call in FOR_FILES), None)
    if wrong is not None:
        seen = say("closesocket.other", call=function_name(wrong.system_call))
        return Broken(say("closesocket.expected"), seen, wrong.number, regardless_of_result=True)
    if (reason := _not_judged_at_the_end(run)) is not None:
        return reason
    if (again := _closed_again(closes)) is not None:
        return again
    left = next((one for one in run.trace.descriptions if _is_left(one, closes)), None)
    if left is not None:
        return Broken(
            say("closesocket.expected"), say("closesocket.never", number=_handle_of(run, left)), left.opened_by
        )
    return Kept()


def _closed_again(closes: list[Call]) -> Broken | None:
    again = next((call for call in closes if call.state == "closed"), None)
    if again is None:
        return None
    return Broken(say("closesocket.expected"), say("close.again", descriptor=again.descriptor), again.number)


def closes_conversations(run: Run) -> Judgement:
    """Of many clients that have come and gone no more than a few have left a socket; and all as for one client."""
    judgement = closes_with_closesocket(run)
    if isinstance(judgement, Broken) or not run.observed or not isinstance(run.ending, Waiting):
        return judgement
    if (again := _closed_again(list(run.trace.named("close")))) is not None:
        return again
    accepted = {call.description for call in run.trace.named("accept") if call.succeeded and call.in_scope}
    left = [one for one in run.trace.descriptions if one.number in accepted and not one.closes]
    if len(left) <= LEAK:
        return Kept()
    seen = say("closesocket.left", left=len(left), clients=len(clients_of(run)))
    return Broken(say("closesocket.expected"), seen, left[-1].opened_by)


def _is_left(one: Description, closes: list[Call]) -> bool:
    """Tell whether a socket was not closed; that closing came too late, behind WSACleanup, is judged elsewhere."""
    tried = any(call.description == one.number and call.error in (None, NOT_STARTED) for call in closes)
    return one.kind == "socket" and one.opened_by >= 0 and not one.closes and not tried


def _handle_of(run: Run, one: Description) -> int | None:
    return next((call.result for call in run.trace.calls if call.number == one.opened_by), None)


def talks_as_a_socket(run: Run) -> Judgement:
    """Nothing that is made for files is given a socket to read from or write to."""
    for call in run.trace.calls:
        if call.name in TRANSFER and call.system_call in FOR_FILES and (call.description is not None or call.in_scope):
            seen = say("socket-io.seen", call=function_name(call.system_call))
            return Broken(say("socket-io.expected"), seen, call.number, regardless_of_result=True)
    return Kept()


def tests_results(run: Run, baseline: Run) -> Judgement:
    """A call failed: its result is not used, and the program says so and fails; or all went well another way."""
    failed = next((call for call in run.trace.calls if call.injected and call.failed), None)
    if failed is None:
        return NotApplicable(say("failure.not-reached"))
    use = _use_after(run.trace, failed)
    name = function_name(failed.system_call)
    if use is not None:
        expected = say("failure.no-use", call=name, error=failed.error)
        return Broken(
            expected, say("failure.used", call=function_name(use.system_call)), use.number, regardless_of_result=True
        )
    goes_on = isinstance(run.ending, Waiting) and isinstance(baseline.ending, Waiting)
    if goes_on and failed.name in WITH_ONE_CLIENT:
        return _ended_that_conversation(run, baseline, failed)
    if went_well(run, baseline):
        return Kept()
    return reports_and_exits_nonzero(run, baseline, say("failure.cause", call=name, error=failed.error), failed.number)


def _ended_that_conversation(run: Run, baseline: Run, failed: Call) -> Judgement:
    """A server that stays up ended the conversation in which something failed, or said so, and waits for the next one.

    Who goes on with a connection over which nothing could be sent, and says nothing, did not notice.
    """
    later = (call for call in run.trace.calls if call.number > failed.number and call.description == failed.description)
    use = next((call for call in later if call.name in GOING_ON), None)
    if failed.name != "send" or use is None or use.name in ENDING or _speaks_of(failed, run, baseline):
        return Kept()
    expected = say("failure.no-use", call=function_name(failed.system_call), error=failed.error)
    return Broken(expected, say("failure.used", call=function_name(use.system_call)), use.number)


def _speaks_of(failed: Call, run: Run, baseline: Run) -> bool:
    """Tell whether a line is printed only after the failure; that a number is another one, as a port, says nothing."""
    known = {DIGITS.sub(b"", line) for line in baseline.output.split(b"\n")}
    lines = run.output.split(b"\n")
    reason = str(WINSOCK_ERROR_NUMBERS.get(failed.error or "", "")).encode()
    return any(DIGITS.sub(b"", line) not in known or (reason and reason in line) for line in lines if line.strip())


def _use_after(trace: Trace, failed: Call) -> Call | None:
    """Return the first call that uses what a failed one did not give."""
    if failed.name in USES:
        return use_after(trace, failed)
    if failed.name not in ("socket", "accept"):
        return None
    later = (call for call in trace.calls if call.number > failed.number)
    return next((call for call in later if call.descriptor == -1 and call.name in TAKES_DESCRIPTOR), None)


def asks_winsock_for_the_reason(run: Run) -> Judgement:
    """After a failure the program asks WSAGetLastError, not errno."""
    failed = next((call for call in run.trace.calls if call.injected and call.failed), None)
    if failed is None:
        return NotApplicable(say("failure.not-reached"))
    later = [call for call in run.trace.calls if call.number > failed.number]
    wrong = next((call for call in later if call.name == "errno"), None)
    if wrong is not None:
        return Broken(say("reason.expected"), say("reason.errno", call=function_name(wrong.system_call)), wrong.number)
    if any(call.name == "reason" for call in later):
        return Kept()
    return NotApplicable(say("reason.none"))


def keeps_whole_handles(run: Run) -> Judgement:
    """What socket and accept gave was kept whole: the instruction behind the call stores 64 bits."""
    made = [call for call in run.trace.named("socket", "accept") if call.succeeded and call.place is not None]
    if not made:
        return NotApplicable(say("failure.not-reached"))
    cut = next((call for call in made if _is_cut(call)), None)
    if cut is not None:
        return Broken(
            say("handle.expected"),
            say("handle.cut", call=function_name(cut.system_call)),
            cut.number,
            regardless_of_result=True,
        )
    return Kept()


def _is_cut(call: Call) -> bool:
    assert call.place is not None
    behind = bytes_at(Path(call.place.file), call.place.offset + 1, 4)
    return behind.startswith(EXTENDED) or _moves_half(behind)


def _moves_half(code: bytes) -> bool:
    """Tell whether machine code begins with a `mov` of %eax: with a prefix it would be one of all 64 bits of %rax."""
    return len(code) > 1 and code[0] == MOVE and code[1] & SOURCE == RAX
