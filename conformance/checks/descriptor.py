"""Checks of descriptors: what is opened, used and closed."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final

from conformance.checks.common import (
    as_received,
    clients_of,
    ended_how,
    is_conversation,
    is_owed_a_close,
    last_failure,
    left_open,
    made_by_program,
    opener_of,
    same_result,
    still_open,
)
from conformance.judgement import Broken, Judgement, Kept, NotApplicable, NotObserved
from conformance.model.descriptors import State
from conformance.observe.decode import text
from conformance.observe.trace import Description, Trace
from conformance.stage.script import Run, Waiting
from conformance.words import say

LEAK: Final = 2
"""One more may be the rest of a pool, or a client that is still looked after."""
SERIES: Final = ("socket", "open", "socket")
SERIES_LOOKED_AT: Final = 12
NUMBER: Final = re.compile(rb"-?[0-9]{1,9}")
STANDARD: Final = frozenset({0, 1, 2})
ENDINGS: Final = frozenset({"close", "shutdown", "getsockopt", "setsockopt"})
"""Calls that end what was opened, and those with which a runtime asks how that is to be done."""
ON_FILES: Final = frozenset({"lseek", "ftruncate"})


def closed_once(run: Run, undisturbed: Run) -> Judgement:
    """Each descriptor of a conversation or a file was closed by a call, once, in the process that opened it.

    Where nothing comes, a program may take that for a failure, and leave closing to its end.
    """
    if not run.observed:
        return NotObserved()
    if run.ending != undisturbed.ending:
        return NotApplicable(say("close.otherwise"))
    again = next((call for call in run.trace.named("close") if call.of_exercise and call.state == "closed"), None)
    if again is not None:
        return Broken(say("close.once"), say("close.again", descriptor=again.descriptor), again.number)
    for description in run.trace.descriptions:
        left = left_open(run.trace, description)
        if is_owed_a_close(description) and left is not None and not _is_needed_on(run, description):
            return Broken(say("close.once"), say("close.never", descriptor=left), description.opened_by)
    return Kept()


def _is_needed_on(run: Run, description: Description) -> bool:
    """Tell whether a server that stays up opened a file before its first client, to have it for all of them."""
    accepted = next((call.number for call in run.trace.named("accept") if call.succeeded), -1)
    stays = isinstance(run.ending, Waiting) and description.state == State.OPEN
    return stays and description.opened_by < accepted


def leaks_nothing(run: Run, beside: Run) -> Judgement:
    """After many clients, of which some were lost, no more is open than after two."""
    if not run.observed:
        return NotObserved()
    if not isinstance(run.ending, Waiting) or not isinstance(beside.ending, Waiting):
        return NotApplicable(say("leak.ended"))
    held = _held(run.trace)
    more = len(held) - len(_held(beside.trace))
    if more < LEAK:
        return Kept()
    last = max(held, key=lambda one: one.number)
    seen = say("leak.seen", clients=len(clients_of(run)), few=len(clients_of(beside)), more=more)
    return Broken(say("leak.expected"), seen, last.opened_by)


def _held(trace: Trace) -> list[Description]:
    """Return what must be closed and is open yet, in processes that live: the end of a process closes its own."""
    owed = filter(is_owed_a_close, trace.descriptions)
    return [one for one in owed if left_open(trace, one) is not None and opener_of(trace, one) in trace.living]


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
    """The program itself does not seek on or cut a socket, nor make a socket's calls on a file."""
    if not run.observed:
        return NotObserved()
    for call in run.trace.of_exercise():
        if call.name in ON_FILES and call.error in ("ESPIPE", "EINVAL") and made_by_program(call):
            return Broken(say("kind.expected"), say("kind.seen", call=call.name), call.number)
        if call.error == "ENOTSOCK":
            return Broken(say("kind.expected"), say("kind.on-file", call=call.name), call.number)
    return Kept()


def leaves_standard_streams(run: Run) -> Judgement:
    """The program's own process keeps 0, 1 and 2; a library may close them when all that is left to do is to close."""
    if not run.observed:
        return NotObserved()
    last = max((call.number for call in run.trace.of_exercise() if call.name not in ENDINGS), default=-1)
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


def works_alone_the_same(run: Run, undisturbed: Run) -> Judgement:
    """A program without a peer ends the same way, with the same file, and closes what it closes."""
    left = still_open(run) if run.observed else 0
    same = left <= still_open(undisturbed) and run.ending == undisturbed.ending and same_result(run, undisturbed)
    if same:
        return Kept()
    seen = say("alone.seen", left=left) + ended_how(run)
    return Broken(say("alone.expected"), seen, last_failure(run.trace))


def reports_numbers(run: Run, undisturbed: Run) -> Judgement:
    """The numbers of a socket, a file and a socket stand in order among the integers that are printed.

    Where they are all others than in the undisturbed run, something else is printed than there.
    """
    if not run.observed:
        return NotObserved()
    printed = [int(number) for number in NUMBER.findall(run.stdout)]
    given = list(_series(run))
    constant = run.stdout == undisturbed.stdout and set(given).isdisjoint(_series(undisturbed))
    if any(_is_among(numbers, printed) for numbers in given) and not constant:
        return Kept()
    if not given:
        return Broken(
            say("numbers.expected-calls"), say("numbers.no-calls", calls=_opened(run)), last_failure(run.trace)
        )
    expected = say("numbers.expected", numbers=", ".join(map(str, given[0])))
    return Broken(expected, say("prints.seen", output=text(run.stdout)) + ended_how(run))


def _series(run: Run) -> Iterator[tuple[int, ...]]:
    """Yield the numbers of each socket, file and socket that were opened in this order: a runtime may open more."""
    ours = {one.number for one in run.trace.descriptions if one.of_exercise}
    opened = [call for call in run.trace.named("socket", "open") if call.subject in ours]
    for three in combinations(opened[:SERIES_LOOKED_AT], len(SERIES)):
        if tuple(call.name for call in three) == SERIES:
            yield tuple(call.result for call in three if call.result is not None)


def _is_among(numbers: Sequence[int], printed: list[int]) -> bool:
    left = iter(printed)
    return all(number in left for number in numbers)


def _opened(run: Run) -> str:
    return ", ".join(call.name for call in run.trace.named("socket", "open")) or say("order.nothing")


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
