"""Each call in each state of a socket, put to the checks themselves: which requirement says that it is wrong."""

from collections.abc import Iterator
from typing import Final, Literal

from markupsafe import Markup

from conformance.catalogue import ExerciseKind, catalogue
from conformance.checks.judgement import Broken, Judgement
from conformance.messages import text
from conformance.model.descriptors import TRANSITIONS, State
from conformance.records.run import Exited, Run, WireEvent
from conformance.records.trace import Address, Call, CallSite, Description, Trace
from conformance.scenarios.baseline import BASELINE, BASELINE_ONLY
from conformance.scenarios.echo import FAILED_ACCEPTS
from conformance.scenarios.failing import NOTHING_TO_MOVE
from conformance.scenarios.greeting import ONE_CLIENT, ONE_MESSAGE
from conformance.suite.registry import RequirementTest, all_tests
from docs.model import STAYS, Table, code

Role = Literal["server", "client"]
CLOSED: Final = "closed"
STATES: Final = (*STAYS, CLOSED)
CALLS: Final = (
    "bind", "listen", "accept", "connect", "read", "write", "recv", "send", "sendfile", "shutdown", "lseek", "close",
)  # fmt: skip
"""Of the vocabulary, the calls whose place depends on the state."""
PORT: Final = 9190
EXERCISES: Final = {"server": "hello_server", "client": "hello_client"}
ARGUMENTS: Final = {"setsockopt": (3, 1, 2), "listen": (3, 5)}
DATA: Final = {"setsockopt": b"\1\0\0\0"}
SERVER: Final = ("socket", "setsockopt", "bind", "listen", "accept", "write", "close", "close")
CLIENT: Final = ("socket", "connect", "read", "close")
UNDER_WAY: Final = ("socket", "connect, under way", "connect", "read", "close")
# Where in the life of a right program each state is reached: (role, state) -> its calls, and how many lie before.
REACHED: Final[dict[tuple[Role, str], tuple[tuple[str, ...], int]]] = {
    ("server", State.FRESH): (SERVER, 2),
    ("server", State.BOUND): (SERVER, 3),
    ("server", State.LISTENING): (SERVER, 4),
    ("server", State.CONNECTED): (SERVER, 5),
    ("server", CLOSED): (SERVER, 8),
    ("client", State.FRESH): (CLIENT, 1),
    ("client", State.BOUND): (("socket", "bind", *CLIENT[1:]), 2),
    ("client", State.CONNECTING): (UNDER_WAY, 2),
    ("client", State.CONNECTED): (CLIENT, 2),
    ("client", CLOSED): (CLIENT, 4),
}
OF_ROLE: Final[dict[str, Role]] = {"listen": "server", "accept": "server", "connect": "client"}
UNDISTURBED_FAMILIES: Final = (BASELINE_ONLY, NOTHING_TO_MOVE, FAILED_ACCEPTS, ONE_CLIENT, ONE_MESSAGE)


def table() -> Table:
    """Return what becomes of each call in each state, and which requirement it breaks."""
    heads = (text("by-state.call"), *(text(f"state.{state}") for state in STATES))
    rows = tuple((code(call), *(_cell(state, call) for state in STATES)) for call in CALLS)
    return Table(text("by-state.caption"), heads, rows)


def _cell(state: str, call: str) -> Markup:
    wrong = judged(state, call)
    lines = [Markup.escape(_what_becomes(state, call))]
    everywhere = set.intersection(*wrong.values()) if wrong else set()
    lines += [_link(name) for name in sorted(everywhere)]
    for role, names in wrong.items():
        lines += [Markup("{} {}").format(text(f"by-state.{role}"), _link(name)) for name in sorted(names - everywhere)]
    return Markup("<br>").join(lines)


def _what_becomes(state: str, call: str) -> str:
    after = TRANSITIONS.get((State(state), call)) if state != CLOSED else None
    if after is not None:
        return text("by-state.moves", state=text(f"state.{after}"))
    return text("by-state.works" if _works(state, call) else "by-state.fails")


def _works(state: str, call: str) -> bool:
    return state != CLOSED and call in STAYS[State(state)]


def _link(name: str) -> Markup:
    return Markup('<a href="requirements.html#{0}"><code>{0}</code></a>').format(name)


def judged(state: str, call: str) -> dict[Role, set[str]]:
    """Return, for each role that can come to a state, the requirements that one more call there breaks."""
    if _works(state, call):
        return {}
    moves = state != CLOSED and (State(state), call) in TRANSITIONS
    found: dict[Role, set[str]] = {}
    for (role, reached), (calls, place) in REACHED.items():
        if reached == state and not (moves and OF_ROLE.get(call, role) != role):
            rest = list(calls[place:])
            if moves and call in rest:
                rest.remove(call)
            found[role] = broken(role, (*calls[:place], call, *rest)) - broken(role, calls)
    return found


def broken(role: Role, calls: tuple[str, ...]) -> set[str]:
    """Return the requirements that a program breaks by making these calls in its baseline conversation."""
    run = tell(role, calls)
    return {test.requirement.id for test in _tests(role) if isinstance(_judged(test, run), Broken)}


def _judged(test: RequirementTest, run: Run) -> Judgement:
    """Judge a run; what is compared with the baseline run is compared with itself."""
    return test.judge(run, run)


def _tests(role: Role) -> Iterator[RequirementTest]:
    exercises = [
        name
        for name, exercise in catalogue().exercises.items()
        if exercise.role == role and exercise.platform == "posix" and not exercise.files
    ]
    for test in all_tests():
        if test.family in UNDISTURBED_FAMILIES and any(map(test.concerns, exercises)):
            yield test


def tell(role: Role, names: tuple[str, ...]) -> Run:
    """Make up the run of a program that makes these calls, with the results that the table of states gives them."""
    calls: list[Call] = []
    states: list[str] = []
    opened_by: list[int] = []
    for number, name in enumerate(names):
        about = _about(states)
        if name == "socket":
            calls.append(
                Call(
                    number=number,
                    process=1,
                    thread=1,
                    name=name,
                    system_call=name,
                    args=(2, 1),
                    result=3,
                    description=0,
                )
            )
            states.append(State.FRESH)
            opened_by.append(number)
            continue
        made = _made(number, name, about, states[about])
        calls.append(made)
        if name == "accept" and made.succeeded:
            states.append(State.CONNECTED)
            opened_by.append(number)
        elif made.succeeded:
            state = State(states[about])
            states[about] = CLOSED if name == "close" else TRANSITIONS.get((state, name), state)
        elif made.error == "EINPROGRESS":
            states[about] = State.CONNECTING
    last = [State.CONNECTED if place or role == "client" else State.LISTENING for place in range(len(states))]
    open_in = [() if state == CLOSED else ((1, 3 + place),) for place, state in enumerate(states)]
    descriptions = tuple(
        Description(
            number=place,
            kind="socket",
            state=last[place],
            in_scope=True,
            opened_by=opened_by[place],
            open_in=open_in[place],
            closes=1,
            copies=1,
        )
        for place in range(len(states))
    )
    return Run(
        scenario=BASELINE[ExerciseKind("greeting", role)],
        ending=Exited(status=0),
        observed=True,
        exercise=EXERCISES[role],
        port=PORT,
        trace=Trace(calls=tuple(calls), descriptions=descriptions),
        wire=_wire(role),
        stdout=b"Hello World!",
    )


def _about(states: list[str]) -> int:
    """Return which description the next call is about: the connection while it is open, then the listener."""
    return max((place for place, state in enumerate(states) if state != CLOSED), default=len(states) - 1)


def _made(number: int, name: str, about: int, state: str) -> Call:
    """Return one call on a description in a state."""
    under_way = name.endswith("under way")
    name = name.split(",", maxsplit=1)[0]
    works = not under_way and state != CLOSED and ((State(state), name) in TRANSITIONS or _works(state, name))
    error = None if works else "EINPROGRESS" if under_way else "EBADF" if state == CLOSED else "EINVAL"
    accepted = name == "accept" and works
    return Call(
        number=number,
        process=1,
        thread=1,
        name=name,
        system_call=name,
        args=ARGUMENTS.get(name, (3 + about, 0, 0)),
        result=0 if works else -1,
        error=error,
        descriptor=3 + about,
        description=None if state == CLOSED else about + accepted,
        on=about if accepted else None,
        state=state,
        in_scope=True,
        address=Address(family="AF_INET", host="127.0.0.1", port=PORT),
        place=CallSite(file="", offset=0, direct=True),
        data=DATA.get(name, b""),
    )


def _wire(role: Role) -> tuple[WireEvent, ...]:
    if role == "client":
        return (WireEvent(what="accepted", client=0), WireEvent(what="sent", client=0, data=b"Hello World!"))
    greeting = WireEvent(what="received", client=0, data=b"Hello World!")
    return (WireEvent(what="connected", client=0, port=PORT), greeting, WireEvent(what="program ended", client=0))
