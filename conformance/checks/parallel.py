"""Checks of servers that are to serve several clients at once, each in a process or a thread of its own."""

from conformance.checks.children import served_by_children
from conformance.checks.clients import had_all
from conformance.checks.common import and_ended, connections, last_output, made_by_interpreter
from conformance.checks.judgement import Broken, Judgement, Kept, NotApplicable
from conformance.messages import say
from conformance.model.calls import OUTPUT
from conformance.model.descriptors import State
from conformance.records.run import Run


def serves_beside_a_silent_one(run: Run) -> Judgement:
    """The second client has its answer while the first one is connected and says nothing."""
    if had_all(run, 1, until=0):
        return Kept()
    return Broken(say("silent.expected"), and_ended(say("silent.seen"), run), last_output(run))


def serves_by_processes(run: Run) -> Judgement:
    """Clients that are there together are served by different processes."""
    served = _servers(run)
    for client, (process, _) in served.items():
        shared = next((other for other in served if other < client and served[other][0] == process), None)
        if shared is not None:
            return Broken(say("processes.expected"), say("processes.seen", one=shared + 1, other=client + 1))
    return Kept() if len(served) > 1 else NotApplicable(say("crossed.none"))


def serves_by_threads(run: Run) -> Judgement:
    """Clients that are there together are served by different threads of one process."""
    served = _servers(run)
    for client, (process, thread) in served.items():
        shared = next((other for other in served if other < client and served[other][1] == thread), None)
        if shared is not None:
            return Broken(say("own-threads.expected"), say("own-threads.seen", one=shared + 1, other=client + 1))
        if process != next(iter(served.values()))[0]:
            return Broken(say("own-threads.expected"), say("own-threads.processes"))
    return Kept() if len(served) > 1 else NotApplicable(say("crossed.none"))


def _servers(run: Run) -> dict[int, tuple[int, int]]:
    """Return which process and thread answered each client first."""
    clients = connections(run)
    found: dict[int, tuple[int, int]] = {}
    for call in run.trace.named(*OUTPUT):
        if call.in_scope and call.moved and call.description in clients:
            found.setdefault(clients[call.description], (call.process, call.thread))
    return dict(sorted(found.items()))


def children_close_the_listener(run: Run) -> Judgement:
    """A child that was given a connection does not hold the listener when it waits, or ends.

    That Python's ForkingTCPServer keeps it is no decision of the program's.
    """
    served = served_by_children(run.trace)
    if not served:
        return NotApplicable(say("children.none"))
    if any(map(made_by_interpreter, run.trace.named("listen"))):
        return NotApplicable(say("child-listener.library"))
    for one in run.trace.descriptions:
        held = [number for process, number in one.open_in if process in served]
        if one.in_scope and one.state == State.LISTENING and held:
            return Broken(say("child-listener.expected"), say("child-listener.seen", descriptor=held[0]), one.opened_by)
    return Kept()
