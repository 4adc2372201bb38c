"""Checks of descriptors: what is opened, used and closed."""

from typing import Final

from conformance.checks.common import (
    as_received,
    ended_how,
    is_conversation,
    last_failure,
    left_open,
    made_by_program,
    same_result,
)
from conformance.judgement import Broken, Judgement, Kept, NotApplicable, NotObserved
from conformance.observe.decode import text
from conformance.stage.script import Run
from conformance.words import say

STANDARD: Final = frozenset({0, 1, 2})
ON_FILES: Final = frozenset({"lseek", "ftruncate"})


def closed_once(run: Run) -> Judgement:
    """Each accepted or connected descriptor was closed by a call, once, in the process that opened it."""
    if not run.observed:
        return NotObserved()
    again = next((call for call in run.trace.named("close") if call.of_exercise and call.state == "closed"), None)
    if again is not None:
        return Broken(say("close.once"), say("close.again", descriptor=again.descriptor), again.number)
    for description in run.trace.descriptions:
        if is_conversation(description) and (left := left_open(run.trace, description)) is not None:
            return Broken(say("close.once"), say("close.never", descriptor=left), description.opened_by)
    return Kept()


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
        (call for call in run.trace.of_exercise() if call.name in ON_FILES and call.failed and made_by_program(call)),
        None,
    )
    return Kept() if wrong is None else Broken(say("kind.expected"), say("kind.seen", call=wrong.name), wrong.number)


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
        if call.process == 1 and call.succeeded and (onto or closed) and (call.number < last or made_by_program(call)):
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
    shared = [one for one in run.trace.descriptions if is_conversation(one) and one.copies > 1]
    if not shared:
        return NotApplicable(say("copies.none"))
    for description in shared:
        left = left_open(run.trace, description)
        if left is not None:
            return Broken(say("copies.expected"), say("copies.seen", descriptor=left), description.opened_by)
    return Kept()


def works_the_same(run: Run, undisturbed: Run) -> Judgement:
    """The peer receives the same, and the output is the same."""
    if run.received() != undisturbed.received():
        return Broken(
            as_received(undisturbed, undisturbed.received()),
            as_received(run, run.received()),
            last_failure(run.trace),
        )
    if not same_result(run, undisturbed):
        seen = say("prints.seen", output=text(run.stdout)) + ended_how(run)
        return Broken(say("prints.seen", output=text(undisturbed.stdout)), seen, last_failure(run.trace))
    return Kept()
