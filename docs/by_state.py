"""Each call in each state of a socket, put to the checks themselves: which requirement says that it is wrong."""

import inspect
from collections.abc import Iterator
from typing import Final, Literal

from markupsafe import Markup

from conformance.catalogue import catalogue
from conformance.judgement import Broken, Judgement
from conformance.model.descriptors import TRANSITIONS, State
from conformance.observe.trace import Address, Call, Description, Place, Trace
from conformance.reporting.model import STAYS, Table, code
from conformance.scenarios.echo import FAILED_ACCEPTS
from conformance.scenarios.failing import NOTHING_TO_MOVE
from conformance.scenarios.greeting import ONE_CLIENT, ONE_MESSAGE
from conformance.scenarios.undisturbed import UNDISTURBED, UNDISTURBED_ONLY
from conformance.stage.script import Exited, Run, WireEvent
from conformance.suite.proving import Proof, all_proofs
from conformance.words import say

Role = Literal["server", "client"]
CLOSED: Final = "closed"
STATES: Final = (*STAYS, CLOSED)
CALLS: Final = (
    "bind", "listen", "accept", "connect", "read", "write", "recv", "send", "sendfile", "shutdown", "lseek", "close",
)  # fmt: skip
"""Of the vocabulary, the calls whose place depends on the state."""
PORT: Final = 9190
WORDS: Final = {"setsockopt": (3, 1, 2), "listen": (3, 5)}
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
UNDISTURBED_FAMILIES: Final = (UNDISTURBED_ONLY, NOTHING_TO_MOVE, FAILED_ACCEPTS, ONE_CLIENT, ONE_MESSAGE)


def table() -> Table:
    """Return what becomes of each call in each state, and which requirement it breaks."""
    heads = (say("by-state.call"), *(say(f"state.{state}") for state in STATES))
    rows = tuple((code(call), *(_cell(state, call) for state in STATES)) for call in CALLS)
    return Table(say("by-state.caption"), heads, rows)


def _cell(state: str, call: str) -> Markup:
    wrong = judged(state, call)
    lines = [Markup.escape(_what_becomes(state, call))]
    everywhere = set.intersection(*wrong.values()) if wrong else set()
    lines += [_link(name) for name in sorted(everywhere)]
    for role, names in wrong.items():
        lines += [Markup("{} {}").format(say(f"by-state.{role}"), _link(name)) for name in sorted(names - everywhere)]
    return Markup("<br>").join(lines)


def _what_becomes(state: str, call: str) -> str:
    after = TRANSITIONS.get((State(state), call)) if state != CLOSED else None
    if after is not None:
        return say("by-state.moves", state=say(f"state.{after}"))
    return say("by-state.works" if _works(state, call) else "by-state.fails")


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
    """Return the requirements that a program breaks by making these calls in its undisturbed conversation."""
    run = tell(role, calls)
    return {proof.requirement.id for proof in _proofs(role) if isinstance(_judged(proof, run), Broken)}


def _judged(proof: Proof, run: Run) -> Judgement:
    """Judge a run; what is compared with the undisturbed run is compared with itself."""
    return proof.check(*[run] * len(inspect.signature(proof.check).parameters))


def _proofs(role: Role) -> Iterator[Proof]:
    exercises = [
        name
        for name, exercise in catalogue().exercises.items()
        if exercise.role == role and exercise.platform == "posix" and not exercise.files
    ]
    for proof in all_proofs():
        if proof.family in UNDISTURBED_FAMILIES and any(map(proof.concerns, exercises)):
            yield proof


def tell(role: Role, names: tuple[str, ...]) -> Run:
    """Make up the run of a program that makes these calls, with the results that the table of states gives them."""
    calls: list[Call] = []
    states: list[str] = []
    opened_by: list[int] = []
    for number, name in enumerate(names):
        about = _about(states)
        if name == "socket":
            calls.append(Call(number, 1, 1, name, name, (2, 1), 3, subject=0))
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
        Description(place, "socket", last[place], True, opened_by[place], open_in[place], 1, 1)
        for place in range(len(states))
    )
    return Run(
        UNDISTURBED[role], Exited(0), observed=True, port=PORT, trace=Trace(tuple(calls), descriptions),
        wire=_wire(role), stdout=b"Hello World!",
    )  # fmt: skip


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
        number, 1, 1, name, name, WORDS.get(name, (3 + about, 0, 0)), 0 if works else -1, error, 3 + about,
        None if state == CLOSED else about + accepted, about if accepted else None, state, of_exercise=True,
        address=Address("AF_INET", "127.0.0.1", PORT), place=Place("", 0, direct=True), data=DATA.get(name, b""),
    )  # fmt: skip


def _wire(role: Role) -> tuple[WireEvent, ...]:
    if role == "client":
        return (WireEvent("accepted", 0), WireEvent("sent", 0, b"Hello World!"))
    greeting = WireEvent("received", 0, b"Hello World!")
    return (WireEvent("connected", 0, port=PORT), greeting, WireEvent("program ended", 0))
