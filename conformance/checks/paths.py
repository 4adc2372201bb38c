"""Checks of sockets that have a path: whether it is the given one, and what is done where it is there already."""

from conformance.checks.common import and_ended, last_failure
from conformance.checks.judgement import Broken, Judgement, Kept
from conformance.checks.robust import reports_and_exits_nonzero, went_well
from conformance.messages import say
from conformance.records.run import Run


def bound_to_given_path(run: Run) -> Judgement:
    """The client reached the server at the path that the server was given."""
    if run.happened("connected"):
        return Kept()
    bound = next((call for call in run.trace.named("bind") if call.succeeded and call.address is not None), None)
    if bound is None or bound.address is None:
        seen = and_ended(say("path.nobody", path=run.path), run)
        return Broken(say("path.expected", path=run.path), seen, last_failure(run.trace), by_ending=True)
    return Broken(say("path.expected", path=run.path), say("path.other", path=bound.address.host), bound.number)


def connected_to_given_path(run: Run) -> Judgement:
    """The client came to the path that it was given."""
    if run.happened("accepted"):
        return Kept()
    tried = next((call for call in run.trace.named("connect") if call.address is not None), None)
    seen = say("connect.none") if tried is None or tried.address is None else say("path.went", path=tried.address.host)
    number = last_failure(run.trace) if tried is None else tried.number
    return Broken(say("path.expected-connect", path=run.path), seen, number)


def reports_path_in_use(run: Run, baseline: Run) -> Judgement:
    """The path is there already: the server says so and fails, or puts its own socket in its place and serves."""
    if went_well(run, baseline):
        return Kept()
    cause = say("path.cause" if run.scenario.start.port_taken else "path.left-behind", path=run.path)
    return reports_and_exits_nonzero(run, baseline, cause, last_failure(run.trace))
