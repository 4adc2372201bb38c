"""Watched and unwatched alike: a few scenarios are played once more without the observer, and must show the same.

A program can learn that it is traced (`TracerPid` and `Seccomp` in /proc/self/status, man 5 proc; PTRACE_TRACEME,
which fails then), and behave only then. Which scenarios are played is drawn by a hash of the submission: nobody who
writes a program knows them, and the same submission always gets the same ones.

A right program must not be accused because of chance. So only what is determined is compared, for programs that let no
time pass; a difference counts only where it shows in each of several tries, and where the reference program, played the
same way, shows none.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from conformance.catalogue import catalogue
from conformance.checks.common import clients_of, content_of, prints_alike, receives_as
from conformance.judging.budget import SpentError, TooLongError
from conformance.judging.case import Case, can_be_compared, is_comparable
from conformance.judging.confirm import TRIES_OF_ENDLESS
from conformance.judging.context import JudgingContext, ProgramUnderTest
from conformance.records.notes import DEPARTURE_VALUE, Departure, Note
from conformance.records.run import Busy, Run
from conformance.records.scenario import Scenario
from conformance.suite.registry import all_tests

TRIED_FOR_ONE = 3
"""How many scenarios are looked at for each that is played: in some a program lets time pass."""


def observes(context: JudgingContext, exercise: str) -> bool:
    """Tell whether the calls of an exercise's program are watched, and it can be played unwatched."""
    if not context.observe or catalogue().exercises[exercise].platform != "posix":
        return False
    return context.sandbox.isolation.tracing


def departure(case: Case) -> Departure | None:
    """Return what a program does otherwise when nobody watches its calls; None where nothing is known of it."""
    program = case.program
    if not program.was_compared:
        program.was_compared = True
        if observes(case.context, case.exercise.name):
            found = (_departure_in(case, scenario) for scenario in sample(case))
            program.departure = next(filter(None, found), None)
    return program.departure


def departures(programs: Mapping[str, ProgramUnderTest]) -> Iterator[Note]:
    """Yield a remark on each program that behaves otherwise when nobody watches."""
    for exercise, program in programs.items():
        if program.departure is not None:
            yield Note(kind="unwatched", values=((DEPARTURE_VALUE, program.departure),), exercise=exercise)


# ---------------------------------------------------------------- which scenarios


def sample(case: Case) -> Iterator[Scenario]:
    """Yield the scenarios that are played unwatched: the baseline one, and a few that are drawn by the submission."""
    program = case.program
    first, wanted = program.baseline.scenario, case.context.profile.unwatched
    if is_comparable(first, program):
        yield first
    for scenario in _drawn(case, first)[: wanted * TRIED_FOR_ONE]:
        if wanted and is_comparable(scenario, program):
            wanted -= 1
            yield scenario


def _drawn(case: Case, first: Scenario) -> list[Scenario]:
    """Return one scenario for each requirement that can be judged without calls, in an order of the submission's."""
    digest = f"{case.program.built.digest} {case.exercise.name} ".encode()

    def place(scenario: Scenario) -> bytes:
        return hashlib.sha256(digest + msgspec.json.encode(scenario)).digest()

    found = dict[Scenario, bytes]()
    for test in all_tests():
        if not test.needs_trace and test.concerns(case.exercise.name):
            others = [one for one in case.of(test).scenarios if one != first and can_be_compared(one)]
            places = {one: place(one) for one in others}
            found |= dict(sorted(places.items(), key=lambda one: one[1])[:1])
    return sorted(found, key=lambda one: found[one])


# ---------------------------------------------------------------- what they show


def _departure_in(case: Case, scenario: Scenario) -> Departure | None:
    """Return what a program does otherwise in a scenario: each time, and other than the reference program."""
    try:
        found = _each_time(case.program, scenario, case.context.tries)
    except (SpentError, TooLongError):
        return None
    if found is None:
        return None
    reference = case.context.reference(case.exercise.name)
    if reference is None:
        return None
    ours = reference.run(scenario)
    alike = all(differs(ours, reference.unwatched.run_anew(scenario)) is None for _ in range(case.context.tries))
    return found if alike else None


def _each_time(program: ProgramUnderTest, scenario: Scenario, tries: int) -> Departure | None:
    """Return what is otherwise in each of several tries, of which no unwatched one shows what a watched one does.

    What differs from one watched run to the next is not determined. The first difference is the one that is told.
    """
    first = differs(program.run(scenario), program.unwatched.run(scenario))
    if first is None:
        return None
    watched, unwatched = [program.run(scenario)], [program.unwatched.run(scenario)]
    times = TRIES_OF_ENDLESS if watched[0].endless or unwatched[0].endless else tries
    while len(watched) < times:
        watched.append(program.run_anew(scenario))
        unwatched.append(program.unwatched.run_anew(scenario))
        determined = differs(watched[0], watched[-1]) is None
        if not determined or _any_alike(watched, unwatched[-1:]):
            return None
    return first


def _any_alike(watched: Iterable[Run], unwatched: Iterable[Run]) -> bool:
    return any(differs(one, other) is None for one in watched for other in unwatched)


def differs(watched: Run, unwatched: Run) -> Departure | None:
    """Return what shows otherwise in two runs of one scenario, of what is determined; None where nothing does.

    Other output may vary from run to run: a client's port, a process's number, the time. Of a program that computed up
    to its limit unwatched nobody can tell whether it waits in its own way.
    """
    if unwatched.ending == Busy(limit="processor time"):
        return None
    clients = clients_of(watched)
    if any(_gives_otherwise(watched, unwatched, client) for client in clients):
        return "peer"
    if any(_is_over(watched, client) != _is_over(unwatched, client) for client in clients):
        return "peer"
    if content_of(watched) != content_of(unwatched):
        return "file"
    if not prints_alike(unwatched, watched):
        return "output"
    return "ending" if watched.ending != unwatched.ending else None


def _gives_otherwise(watched: Run, unwatched: Run, client: int) -> bool:
    """Tell whether a client gets something else.

    A reset discards what was not sent yet (RFC 9293, 3.10.7, ABORT): how much that is, is chance.
    """
    if watched.happened("program reset", client):
        return False
    return not receives_as(unwatched, watched, client)


def _is_over(run: Run, client: int) -> bool:
    """Tell whether the program has ended a conversation; whether by an end or a reset may be chance."""
    return run.happened("program ended", client) or run.happened("program reset", client)
