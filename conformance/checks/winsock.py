"""Checks of what Winsock asks for beyond POSIX: its beginning and end, sockets that are no files, reasons."""

import re
from pathlib import Path
from typing import Final

from conformance.checks import lifecycle
from conformance.checks.common import clients_of, ended_how
from conformance.checks.descriptor import LEAK
from conformance.checks.robust import says_so_and_fails, use_after, went_well
from conformance.judgement import Broken, Judgement, Kept, NotApplicable, NotObserved
from conformance.model.calls import TRANSFER
from conformance.model.descriptors import State
from conformance.model.failures import USES, USES_OF_NOTHING
from conformance.model.winsock import FOR_FILES, NUMBERS
from conformance.observe.trace import Call, Description, Trace
from conformance.observe.winsock.image import bytes_at
from conformance.observe.winsock.recorder import plain
from conformance.stage.script import Exited, Run, Waiting
from conformance.words import say

ENDINGS: Final = frozenset({"cleanup", "reason"})
"""What may follow a WSAStartup that failed."""
WITH_ONE_CLIENT: Final = frozenset({"accept", "recv", "send"})
ENDING: Final = frozenset({"shutdown", "close"})
GOING_ON: Final = TRANSFER | ENDING
"""What a conversation goes on with, or ends with."""
NUMBER: Final = re.compile(rb"[0-9]+")
NOT_STARTED: Final = "WSANOTINITIALISED"
MOVE, SOURCE, RAX = 0x89, 0x38, 0
"""`mov` from a register; which one, in the byte behind it; and the register in which a result comes."""
EXTENDED: Final = (b"\x48\x98", b"\x48\x63\xc0", b"\x48\x63\xd0", b"\x48\x63\xc8")
"""`cltq` and its like, which make 64 bits of 32."""


def starts_first(run: Run) -> Judgement:
    """WSAStartup succeeded before any other call of the library that needs it."""
    if not run.observed:
        return NotObserved()
    for call in _of_library(run.trace):
        if call.name == "startup" and call.succeeded:
            return Kept()
        if call.name not in ("startup", "reason"):
            late = say("startup.late", call=plain(call.system_call))
            return Broken(say("startup.expected"), late, call.number, by_calling=True)
    return Broken(say("startup.expected"), say("startup.never") + ended_how(run))


def _of_library(trace: Trace) -> list[Call]:
    return [call for call in trace.calls if call.system_call not in FOR_FILES]


def reports_failed_startup(run: Run, undisturbed: Run) -> Judgement:
    """WSAStartup failed: a message, a non-zero status, and no other call."""
    failed = next((call for call in run.trace.calls if call.injected), None)
    if failed is None:
        return NotApplicable(say("failure.not-reached")) if run.observed else NotObserved()
    later = (call for call in _of_library(run.trace) if call.number > failed.number and call.name not in ENDINGS)
    use = next(later, None)
    if use is not None:
        seen = say("failure.used", call=plain(use.system_call))
        return Broken(say("startup.no-use", error=failed.error), seen, use.number)
    cause = say("failure.cause", call="WSAStartup", error=failed.error)
    return says_so_and_fails(run, undisturbed, cause, failed.number)


def server_calls_in_order(run: Run) -> Judgement:
    """The order of the POSIX lifecycle; and data goes over what accept gave, never over the listener."""
    wrong = next((call for call in run.trace.named(*TRANSFER) if call.state == State.LISTENING), None)
    if wrong is not None:
        seen = say("order.data-on-listener", call=plain(wrong.system_call))
        return Broken(say("order.server"), seen, wrong.number, by_calling=True)
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
    if run.ending != Exited(0) and not run.crashed:
        return NotApplicable(say("winsock.gave-up"))
    return None


def closes_with_closesocket(run: Run) -> Judgement:
    """Each socket was given to closesocket once, and to nothing else that closes."""
    closes = [call for call in run.trace.named("close") if call.subject is not None or call.state == "closed"]
    wrong = next((call for call in closes if call.system_call in FOR_FILES), None)
    if wrong is not None:
        seen = say("closesocket.other", call=plain(wrong.system_call))
        return Broken(say("closesocket.expected"), seen, wrong.number, by_calling=True)
    if (reason := _not_judged_at_the_end(run)) is not None:
        return reason
    if (again := _closed_again(closes)) is not None:
        return again
    left = next((one for one in run.trace.descriptions if _is_left(one, closes)), None)
    if left is not None:
        return Broken(say("closesocket.expected"), say("closesocket.never", number=_handle(run, left)), left.opened_by)
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
    accepted = {call.subject for call in run.trace.named("accept") if call.succeeded and call.of_exercise}
    left = [one for one in run.trace.descriptions if one.number in accepted and not one.closes]
    if len(left) <= LEAK:
        return Kept()
    seen = say("closesocket.left", left=len(left), clients=len(clients_of(run)))
    return Broken(say("closesocket.expected"), seen, left[-1].opened_by)


def _is_left(one: Description, closes: list[Call]) -> bool:
    """Tell whether a socket was not closed; that closing came too late, behind WSACleanup, is judged elsewhere."""
    tried = any(call.subject == one.number and call.error in (None, NOT_STARTED) for call in closes)
    return one.kind == "socket" and one.opened_by >= 0 and not one.closes and not tried


def _handle(run: Run, one: Description) -> int | None:
    return next((call.result for call in run.trace.calls if call.number == one.opened_by), None)


def talks_as_a_socket(run: Run) -> Judgement:
    """Nothing that is made for files is given a socket to read from or write to."""
    if not run.observed:
        return NotObserved()
    for call in run.trace.calls:
        if call.name in TRANSFER and call.system_call in FOR_FILES and (call.subject is not None or call.of_exercise):
            seen = say("socket-io.seen", call=plain(call.system_call))
            return Broken(say("socket-io.expected"), seen, call.number, by_calling=True)
    return Kept()


def tests_results(run: Run, undisturbed: Run) -> Judgement:
    """A call failed: its result is not used, and the program says so and fails; or all went well another way."""
    failed = next((call for call in run.trace.calls if call.injected and call.failed), None)
    if failed is None:
        return NotApplicable(say("failure.not-reached"))
    use = _use_after(run.trace, failed)
    name = plain(failed.system_call)
    if use is not None:
        expected = say("failure.no-use", call=name, error=failed.error)
        return Broken(expected, say("failure.used", call=plain(use.system_call)), use.number, by_calling=True)
    goes_on = isinstance(run.ending, Waiting) and isinstance(undisturbed.ending, Waiting)
    if goes_on and failed.name in WITH_ONE_CLIENT:
        return _ended_that_conversation(run, undisturbed, failed)
    if went_well(run, undisturbed):
        return Kept()
    return says_so_and_fails(run, undisturbed, say("failure.cause", call=name, error=failed.error), failed.number)


def _ended_that_conversation(run: Run, undisturbed: Run, failed: Call) -> Judgement:
    """A server that stays up ended the conversation in which something failed, or said so, and waits for the next one.

    Who goes on with a connection over which nothing could be sent, and says nothing, did not notice.
    """
    later = (call for call in run.trace.calls if call.number > failed.number and call.subject == failed.subject)
    use = next((call for call in later if call.name in GOING_ON), None)
    if failed.name != "send" or use is None or use.name in ENDING or _speaks_of(failed, run, undisturbed):
        return Kept()
    expected = say("failure.no-use", call=plain(failed.system_call), error=failed.error)
    return Broken(expected, say("failure.used", call=plain(use.system_call)), use.number)


def _speaks_of(failed: Call, run: Run, undisturbed: Run) -> bool:
    """Tell whether a line is printed only after the failure; that a number is another one, as a port, says nothing."""
    known = {NUMBER.sub(b"", line) for line in undisturbed.output.split(b"\n")}
    lines = run.output.split(b"\n")
    reason = str(NUMBERS.get(failed.error or "", "")).encode()
    return any(NUMBER.sub(b"", line) not in known or (reason and reason in line) for line in lines if line.strip())


def _use_after(trace: Trace, failed: Call) -> Call | None:
    """Return the first call that uses what a failed one did not give."""
    if failed.name in USES:
        return use_after(trace, failed)
    if failed.name not in ("socket", "accept"):
        return None
    later = (call for call in trace.calls if call.number > failed.number)
    return next((call for call in later if call.descriptor == -1 and call.name in USES_OF_NOTHING), None)


def asks_winsock_for_the_reason(run: Run) -> Judgement:
    """After a failure the program asks WSAGetLastError, not errno."""
    failed = next((call for call in run.trace.calls if call.injected and call.failed), None)
    if failed is None:
        return NotApplicable(say("failure.not-reached"))
    later = [call for call in run.trace.calls if call.number > failed.number]
    wrong = next((call for call in later if call.name == "errno"), None)
    if wrong is not None:
        return Broken(say("reason.expected"), say("reason.errno", call=plain(wrong.system_call)), wrong.number)
    if any(call.name == "reason" for call in later):
        return Kept()
    return NotApplicable(say("reason.none"))


def keeps_whole_handles(run: Run) -> Judgement:
    """What socket and accept gave was kept whole: the instruction behind the call stores 64 bits."""
    if not run.observed:
        return NotObserved()
    made = [call for call in run.trace.named("socket", "accept") if call.succeeded and call.place is not None]
    if not made:
        return NotApplicable(say("failure.not-reached"))
    cut = next((call for call in made if _is_cut(call)), None)
    if cut is not None:
        return Broken(
            say("handle.expected"), say("handle.cut", call=plain(cut.system_call)), cut.number, by_calling=True
        )
    return Kept()


def _is_cut(call: Call) -> bool:
    assert call.place is not None
    behind = bytes_at(Path(call.place.file), call.place.offset + 1, 4)
    return behind.startswith(EXTENDED) or _moves_half(behind)


def _moves_half(code: bytes) -> bool:
    """Tell whether machine code begins with a `mov` of %eax: with a prefix it would be one of all 64 bits of %rax."""
    return len(code) > 1 and code[0] == MOVE and code[1] & SOURCE == RAX
