"""Checks of descriptors: what is opened, used and closed."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final

from conformance.checks.common import (
    and_ended,
    as_printed,
    as_wanted,
    clients_of,
    is_conversation,
    is_owed_a_close,
    last_failure,
    left_open,
    made_by_program,
    not_printed_beside,
    not_received,
    opener_of,
    receives_as,
    same_result,
    still_open,
)
from conformance.checks.judgement import Broken, Judgement, Kept, NotApplicable
from conformance.checks.showing import difference
from conformance.messages import Message, say
from conformance.model.descriptors import UNDER_WAY, DescriptorKind, State
from conformance.records.run import Exited, Run, Waiting
from conformance.records.trace import Description, Trace

LEAK: Final = 2
"""One more may be the rest of a pool, or a client that is still looked after."""
SERIES: Final = ("socket", "open", "socket")
SERIES_LOOKED_AT: Final = 12
PRINTED_NUMBER: Final = re.compile(rb"-?[0-9]{1,9}")
STANDARD_STREAMS: Final = frozenset({0, 1, 2})
CLOSING_CALLS: Final = frozenset({"close", "shutdown", "getsockopt", "setsockopt"})
"""Calls that end what was opened, and those with which a runtime asks how that is to be done."""
PASSING: Final = UNDER_WAY | {"EAGAIN", "EINTR"}
"""What says of a call that it is to be made again, or goes on by itself: no failure."""
ASKING: Final = frozenset({"close", "fcntl", "lseek", "getsockname", "getpeername", "getsockopt", "dup"})
"""Calls with which a runtime may ask what a number stands for; and a second close, which is judged elsewhere."""
ON_FILES: Final = frozenset({"lseek", "ftruncate"})


def closed_once(run: Run, baseline: Run) -> Judgement:
    """Each descriptor of a conversation or a file was closed by a call, once, in the process that opened it.

    Where nothing comes, a program may take that for a failure, and leave closing to its end.
    """
    if run.ending != baseline.ending:
        return NotApplicable(say("close.otherwise"))
    if _ended_by_failure(run):
        return NotApplicable(say("close.after-failure"))
    again = next((call for call in run.trace.named("close") if call.in_scope and call.state == "closed"), None)
    if again is not None:
        return Broken(say("close.once"), say("close.again", descriptor=again.descriptor), again.number)
    for description in run.trace.descriptions:
        left = left_open(run.trace, description)
        if is_owed_a_close(description) and left is not None and not _is_needed_on(run, description):
            return Broken(say("close.once"), say("close.never", descriptor=left), description.opened_by)
    return Kept()


def _ended_by_failure(run: Run) -> bool:
    """Tell whether the program reported a failure and ended with its status: closing is left to its end then."""
    if not isinstance(run.ending, Exited) or not run.ending.status:
        return False
    refused = any(call.failed and call.error not in PASSING for call in run.trace.in_scope())
    return refused or bool(run.stderr.strip())


def _is_needed_on(run: Run, description: Description) -> bool:
    """Tell whether a server that stays up opened a file before its first client, to have it for all of them."""
    accepted = next((call.number for call in run.trace.named("accept") if call.succeeded), -1)
    stays = isinstance(run.ending, Waiting) and description.state == State.OPEN
    return stays and description.opened_by < accepted


def closes_all_sockets(run: Run, baseline: Run) -> Judgement:
    """A socket that never conversed is closed too where the program goes on, or ends as it does when all goes well.

    What a failure ends need not be closed; conversations, listeners and the sockets of an exercise that is about
    sockets alone are judged elsewhere.
    """
    if run.ending != baseline.ending or not isinstance(run.ending, Waiting | Exited) or not same_result(run, baseline):
        return NotApplicable(say("close.otherwise"))
    for description in run.trace.descriptions:
        left = left_open(run.trace, description)
        if left is not None and _never_conversed(description, after_failure=run.faults_applied > 0):
            return Broken(say("sockets.expected"), say("close.never", descriptor=left), description.opened_by)
    return Kept()


def _never_conversed(description: Description, *, after_failure: bool) -> bool:
    """Tell whether a description is a socket over which nothing went; of the exercise, only where a call failed."""
    fresh = description.kind == DescriptorKind.SOCKET and description.state in (
        State.FRESH,
        State.BOUND,
        State.CONNECTING,
    )
    return fresh and (after_failure or not description.in_scope)


def leaks_nothing(run: Run, beside: Run) -> Judgement:
    """After many clients, of which some were lost, no more is open than after two."""
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
    for call in run.trace.calls:
        stale = call.in_scope and call.state == "closed" and call.error == "EBADF"
        nothing = call.descriptor is not None and call.descriptor < 0 and call.error == "EBADF"
        if call.name not in ASKING and (stale or nothing):
            return Broken(
                say("valid.expected"), say("valid.seen", call=call.name, descriptor=call.descriptor), call.number
            )
    return Kept()


def uses_right_kind(run: Run) -> Judgement:
    """The program itself does not seek on or cut a socket, nor make a socket's calls on a file."""
    for call in run.trace.in_scope():
        if call.name in ON_FILES and call.error in ("ESPIPE", "EINVAL") and made_by_program(call):
            return Broken(say("kind.expected"), say("kind.seen", call=call.name), call.number)
        if call.error == "ENOTSOCK":
            seen = say("kind.no-socket", call=call.name, descriptor=call.descriptor)
            return Broken(say("kind.expected-socket"), seen, call.number)
    return Kept()


def leaves_standard_streams(run: Run) -> Judgement:
    """The program's own process keeps 0, 1 and 2; a library may close them when all that is left to do is to close."""
    last = max((call.number for call in run.trace.in_scope() if call.name not in CLOSING_CALLS), default=-1)
    for call in run.trace.calls:
        onto = (
            call.name == "dup"
            and call.system_call != "fcntl"
            and call.result in STANDARD_STREAMS
            and call.system_call != "dup"
        )
        closed = call.name == "close" and call.descriptor in STANDARD_STREAMS
        if call.process == 1 and call.succeeded and (onto or closed) and (call.number < last or made_by_program(call)):
            return Broken(
                say("streams.expected"),
                say("streams.seen", number=call.result if onto else call.descriptor),
                call.number,
            )
    return Kept()


def closes_copies(run: Run) -> Judgement:
    """The process that accepted a connection does not keep it once another process serves it."""
    shared = [one for one in run.trace.descriptions if is_conversation(one) and _was_handed_over(run.trace, one)]
    if not shared:
        return NotApplicable(say("copies.none"))
    for description in shared:
        left = left_open(run.trace, description)
        if left is not None:
            return Broken(say("copies.expected"), say("copies.seen", descriptor=left), description.opened_by)
    return Kept()


def _was_handed_over(trace: Trace, description: Description) -> bool:
    """Tell whether another process got a connection: a second number in the same one is judged by its closing."""
    opener = opener_of(trace, description)
    heirs = any(fork.parent == opener and fork.after > description.opened_by for fork in trace.forks)
    others = any(call.process != opener for call in trace.about(description.number))
    return description.copies > 1 and (heirs or others)


def works_alone_the_same(run: Run, baseline: Run) -> Judgement:
    """A program without a peer ends the same way, with the same file, and closes what it closes."""
    left = still_open(run) if run.observed else 0
    same = left <= still_open(baseline) and run.ending == baseline.ending and same_result(run, baseline)
    if same:
        return Kept()
    seen = and_ended(say("alone.seen", left=left), run)
    return Broken(say("alone.expected"), seen, last_failure(run.trace), by_ending=True)


def reports_numbers(run: Run, baseline: Run) -> Judgement:
    """The numbers of a socket, a file and a socket stand in order among the integers that are printed.

    Where they are all others than in the baseline run, something else is printed than there.
    """
    printed = [int(number) for number in PRINTED_NUMBER.findall(run.stdout)]
    given = list(_series(run))
    constant = run.stdout == baseline.stdout and set(given).isdisjoint(_series(baseline))
    if any(_is_among(numbers, printed) for numbers in given) and not constant:
        return Kept()
    if not given:
        return Broken(
            say("numbers.expected-calls"), say("numbers.no-calls", calls=_opening_calls(run)), last_failure(run.trace)
        )
    expected = say("numbers.expected", numbers=given[0])
    return Broken(expected, as_printed(run), by_ending=True)


def _series(run: Run) -> Iterator[tuple[int, ...]]:
    """Yield the numbers of each socket, file and socket that were opened in this order: a runtime may open more."""
    ours = {one.number for one in run.trace.descriptions if one.in_scope}
    opened = [call for call in run.trace.named("socket", "open") if call.description in ours]
    for three in combinations(opened[:SERIES_LOOKED_AT], len(SERIES)):
        if tuple(call.name for call in three) == SERIES:
            yield tuple(call.result for call in three if call.result is not None)


def _is_among(numbers: Sequence[int], printed: list[int]) -> bool:
    left = iter(printed)
    return all(number in left for number in numbers)


def _opening_calls(run: Run) -> Message | str:
    return ", ".join(call.name for call in run.trace.named("socket", "open")) or say("order.nothing")


def works_the_same(run: Run, baseline: Run) -> Judgement:
    """The peer receives the same, and the output is the same."""
    if not receives_as(run, baseline):
        wanted = baseline.received()
        return not_received(run, as_wanted(run, wanted), wanted, call=last_failure(run.trace))
    if not same_result(run, baseline):
        expected = as_printed(baseline, difference(baseline.stdout, run.stdout))
        return not_printed_beside(run, expected, baseline, last_failure(run.trace))
    return Kept()
