"""Checks of the processes and threads that a server makes for its clients: each ends, and leaves nothing behind."""

from typing import Final

from conformance.checks.common import opener_of
from conformance.checks.judgement import Broken, Judgement, Kept, NotApplicable
from conformance.messages import say
from conformance.model.calls import INPUT, SYSTEM_CALLS, TRANSFER
from conformance.model.descriptors import State
from conformance.records.run import Run
from conformance.records.scenario import TEXTBOOK_BACKLOG, Connect
from conformance.records.trace import Birth, Call, Description, Fork, Trace

ASKS_FOR_CLIENTS: Final = frozenset({"poll", "select", "epoll_wait"})
ASKS_FOR_WORK: Final = ASKS_FOR_CLIENTS | {"accept", "futex", "sigwait", *INPUT}
"""In these a thread of a pool waits for what it is to do next."""
SERVED_ENOUGH: Final = 20
"""How many threads have to have served before their stacks tell: a few are kept for the next ones, or still in use."""


def children_end(run: Run) -> Judgement:
    """A child that was given a connection and has served it does not ask for the next client."""
    served = served_by_children(run.trace)
    if not served:
        return NotApplicable(say("children.none"))
    for child in served:
        back = _goes_back(run.trace, child, served[child])
        if back is not None:
            return Broken(
                say("children.expected"), say("children.seen", call=back.name), back.number, regardless_of_result=True
            )
    return Kept()


def served_by_children(trace: Trace) -> dict[int, int]:
    """Return the children that served a connection which another process had accepted before they were made.

    With each stands the number of its last transfer over it. A child that accepts by itself, as in a pool of them, is
    none of these.
    """
    accepted = {one.number: one for one in trace.descriptions if one.in_scope and one.state == State.CONNECTED}
    born = {fork.child: fork for fork in trace.forks}
    return {
        call.process: call.number
        for call in trace.named(*TRANSFER)
        if call.process in born
        and call.description in accepted
        and _was_given(trace, accepted[call.description], born[call.process])
    }


def _was_given(trace: Trace, connection: Description, birth: Fork) -> bool:
    return connection.opened_by < birth.after and opener_of(trace, connection) != birth.child


def _goes_back(trace: Trace, child: int, last: int) -> Call | None:
    """Return the call in which a child asks for the next client after its last transfer, if it does."""
    later = [call for call in trace.calls if call.process == child and call.number > last]
    accepts = next((call for call in later if call.name == "accept" and call.in_scope), None)
    if accepts is not None or child not in trace.living or not later or not _has_listener_alone(trace, child):
        return accepts
    return later[-1] if later[-1].name in ASKS_FOR_CLIENTS and later[-1].result is None else None


def _has_listener_alone(trace: Trace, child: int) -> bool:
    """Tell whether a process holds a listener of the exercise, and no connection any more."""
    held = {one.state for one in trace.descriptions if one.in_scope and child in dict(one.open_in)}
    return held == {State.LISTENING}


def reaps_at_once(run: Run) -> Judgement:
    """However many children end in one moment, no more are left at the end than one such moment brings."""
    if run.zombies <= TEXTBOOK_BACKLOG + 1:
        return Kept()
    clients = sum(isinstance(step, Connect) for step in run.scenario.steps)
    seen = say("zombies.seen", clients=clients, count=run.zombies)
    return Broken(say("together.expected", count=TEXTBOOK_BACKLOG), seen)


def threads_end(run: Run) -> Judgement:
    """After many clients no thread that has served one is left with nothing to wait for, nor its stack.

    The C library gives a new thread the stack of one that has ended, if that one was detached or joined. So one thread
    after the other has another stack only where nobody did so.
    """
    served = _threads_that_served(run.trace)
    if not served:
        return NotApplicable(say("threads.none"))
    clients = sum(isinstance(step, Connect) for step in run.scenario.steps)
    left = _idle(run.trace) & {birth.thread for birth in served}
    if len(left) > TEXTBOOK_BACKLOG:
        return Broken(say("threads.expected"), say("threads.left", clients=clients, count=len(left)))
    still = {one.thread for one in run.trace.left}
    ended = [birth for birth in served if birth.thread not in still]
    stacks = {(birth.process, birth.stack) for birth in ended}
    if len(ended) >= SERVED_ENOUGH and len(stacks) > len(ended) // 2:
        return Broken(say("threads.expected"), say("threads.stacks", clients=clients, count=len(stacks)))
    return Kept()


def _threads_that_served(trace: Trace) -> list[Birth]:
    """Return the threads that moved data over a connection, each begun for it: as a rule one for each client."""
    moved = {call.thread for call in trace.named(*TRANSFER) if call.in_scope}
    return [birth for birth in trace.threads if birth.thread in moved]


def _idle(trace: Trace) -> set[int]:
    """Return the threads that are left, and wait in no call by which they could be given something to do."""
    return {one.thread for one in trace.left if _course_name(one.waits_in) not in ASKS_FOR_WORK}


def _course_name(system_call: str) -> str:
    """Return the course's name of a system call; nothing for one that is of no interest."""
    known = SYSTEM_CALLS.get(system_call)
    return known.name if known is not None else ""
