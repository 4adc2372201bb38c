"""The model as people read it: its tables, and the states of a socket and of a descriptor as drawings."""

import errno
import os
from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple

from markupsafe import Markup

from conformance.messages import text
from conformance.model.calls import INPUT, OUTPUT, REFUSED_CALLS, SYSTEM_CALLS
from conformance.model.descriptors import CLIENT_ORDER, SERVER_ORDER, TRANSITIONS, State
from conformance.model.failures import FILE_FAILURES, INPUT_FAILURES, OPEN_FAILURES, TAKES_DESCRIPTOR, USES
from conformance.model.signals import NOTIFICATION_SIGNALS
from conformance.model.transports import TRANSPORTS

# ---------------------------------------------------------------- tables


class Table(NamedTuple):
    """A table as a page shows it; the first cell of a row names the row."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Markup, ...], ...]


def code(*names: str) -> Markup:
    """Return names as a page shows code, with commas between."""
    return Markup(", ").join(Markup("<code>{}</code>").format(name) for name in names)


def vocabulary() -> Table:
    """Return what each system call is called in the course's words, with its numbers."""
    by_word: dict[str, list[str]] = {}
    for kernel_name, call in SYSTEM_CALLS.items():
        by_word.setdefault(call.name, []).append(kernel_name)
    rows = tuple((code(word), _numbered(kernel_names)) for word, kernel_names in by_word.items())
    return Table(text("model.vocabulary"), (text("model.word"), text("model.kernel-names")), rows)


def _numbered(names: Iterable[str]) -> Markup:
    """Return system calls with their numbers; a dash where a machine does not have one."""
    pieces = (_with_numbers(name, SYSTEM_CALLS[name].x86_64, SYSTEM_CALLS[name].aarch64) for name in names)
    return Markup(", ").join(pieces)


def _with_numbers(name: str, x86_64: int | None, aarch64: int | None) -> Markup:
    first, second = ("–" if number is None else number for number in (x86_64, aarch64))
    return Markup('<code>{}</code> <span class="soft">{} / {}</span>').format(name, first, second)


def failures() -> Table:
    """Return the errors that each call is made to show, and what may not follow them."""
    tables = {**{f"{name}": one.set_up for name, one in TRANSPORTS.items()}, "": OPEN_FAILURES}
    rows = tuple(
        (
            code(call) + Markup(f" {transport}").rstrip(),
            _with_meanings(errors),
            code(*sorted(TAKES_DESCRIPTOR if call in ("socket", "open") else USES[call])),
        )
        for transport, failures in tables.items()
        for call, errors in failures.items()
    )
    return Table(text("model.failures"), (text("model.call"), text("model.errors"), text("model.may-not-follow")), rows)


def transfer_failures() -> Table:
    """Return the errors that reads, writes and closes are made to show, of a connection and of a file."""
    tables = {"connection.input": INPUT_FAILURES} | {f"file.{name}": errors for name, errors in FILE_FAILURES.items()}
    rows = tuple((Markup.escape(text(f"model.{name}")), _with_meanings(errors)) for name, errors in tables.items())
    return Table(text("model.transfer-failures"), (text("model.call"), text("model.errors")), rows)


def _with_meanings(errors: Iterable[str]) -> Markup:
    return Markup(", ").join(Markup("<code>{}</code> ({})").format(error, _meaning(error)) for error in errors)


def _meaning(error: str) -> str:
    return os.strerror(getattr(errno, error)).lower()


def refused() -> Table:
    """Return the calls that are answered with ENOSYS, and why each is."""
    rows = tuple(
        (_with_numbers(name, call.x86_64, call.aarch64), Markup.escape(text(f"refused.{name}")))
        for name, call in REFUSED_CALLS.items()
    )
    return Table(text("model.refused"), (text("model.call"), text("model.why")), rows)


def signals() -> Table:
    """Return the signals that bring news and do not ask for an end."""
    rows = tuple((code(name), Markup.escape(text(f"news.{name}"))) for name in NOTIFICATION_SIGNALS.values())
    return Table(text("model.signals"), (text("model.signal"), text("model.news")), rows)


# What leaves a socket's state as it was, and works in it. What neither this table nor TRANSITIONS has fails.
EVERYWHERE: Final = frozenset({"close", "dup", "fcntl", "setsockopt", "getsockopt", "getsockname"})
STAYS: Final[dict[State, frozenset[str]]] = {
    State.FRESH: EVERYWHERE,
    State.BOUND: EVERYWHERE,
    State.LISTENING: EVERYWHERE | {"accept", "shutdown"},
    State.CONNECTING: EVERYWHERE,
    State.CONNECTED: EVERYWHERE | INPUT | OUTPUT | {"shutdown", "getpeername"},
}

# ---------------------------------------------------------------- drawings

Path = Literal["server", "client", "other"]


class Node(NamedTuple):
    """A state in a drawing."""

    x: int
    y: int


class Edge(NamedTuple):
    """A change of state in a drawing."""

    start: str
    call: str
    end: str
    path: Path = "other"
    bend: int = 0
    """How far the middle of the arrow lies beside the straight line."""


SOCKET: Final[dict[str, Node]] = {
    "": Node(20, 220),
    State.FRESH: Node(190, 220),
    State.BOUND: Node(400, 110),
    State.LISTENING: Node(680, 110),
    State.CONNECTED: Node(860, 310),
    State.CONNECTING: Node(500, 400),
}
"""Where the states of a socket stand; "" is the time before there is one."""
BENDS: Final = {
    (State.FRESH, State.LISTENING): 40,
    (State.BOUND, State.CONNECTED): 30,
    (State.FRESH, State.CONNECTED): 20,
}
# Changes that come not from a success on the description itself: the first makes it, accept makes another one, and a
# connect that does not block goes on after it has returned.
BESIDES: Final[tuple[Edge, ...]] = (
    Edge("", "socket", State.FRESH),
    Edge(State.LISTENING, "accept", State.CONNECTED, "server"),
    Edge(State.FRESH, "connect: EINPROGRESS", State.CONNECTING, "client"),
)
DESCRIPTOR: Final[dict[str, Node]] = {
    "free": Node(70, 110),
    "open": Node(400, 110),
    "closed": Node(880, 60),
    "lost": Node(880, 160),
}
WIDTH, HALF, HIGH, CHARACTER = 960, 58, 20, 8.4


def edges() -> list[Edge]:
    """Return every change of a socket's state, with the path that it lies on."""
    server, client = set(_way(SERVER_ORDER)), set(_way(CLIENT_ORDER))
    calls: dict[tuple[State, State, Path], list[str]] = {}
    for (start, call), end in TRANSITIONS.items():
        on_client = (start, call) in client or start is State.CONNECTING
        path: Path = "server" if (start, call) in server else "client" if on_client else "other"
        calls.setdefault((start, end, path), []).append(call)
    return [
        *BESIDES,
        *(
            Edge(start, " · ".join(names), end, path, BENDS.get((start, end), 0))
            for (start, end, path), names in calls.items()
        ),
    ]


def _way(order: tuple[str, ...]) -> Iterable[tuple[State, str]]:
    """Follow an order of calls through the table, for as long as the state is this description's."""
    state = State.FRESH
    for call in order[1:]:
        if (state, call) in TRANSITIONS:
            yield state, call
            state = TRANSITIONS[state, call]


def socket_drawing() -> Markup:
    """Draw the states of a socket."""
    return _draw("socket", SOCKET, edges(), 460)


def descriptor_drawing() -> Markup:
    """Draw how a number comes to stand for a description, and how that ends."""
    arrows = (
        Edge("free", "socket · accept · open", "open"),
        Edge("open", text("drawing.copied"), "open"),
        Edge("open", text("drawing.closed"), "closed"),
        Edge("open", text("drawing.lost"), "lost"),
    )
    return _draw("descriptor", DESCRIPTOR, arrows, 200)


def _draw(name: str, nodes: Mapping[str, Node], arrows: Iterable[Edge], height: int) -> Markup:
    shapes = [_edge(name, nodes, arrow) for arrow in arrows] + [
        _node(state, place) for state, place in nodes.items() if state
    ]
    heads = Markup("").join(HEAD.format(name=name, path=path) for path in ("server", "client", "other"))
    title = text(f"drawing.{name}")
    return FRAME.format(
        width=WIDTH, height=height, name=name, title=title, heads=heads, shapes=Markup("\n").join(shapes)
    )


FRAME: Final = Markup(
    '<svg class="drawing" viewBox="0 0 {width} {height}" role="img" aria-labelledby="drawing-{name}">'
    '<title id="drawing-{name}">{title}</title><defs>{heads}</defs>\n{shapes}\n</svg>'
)
HEAD: Final = Markup(
    '<marker id="{name}-{path}" class="{path}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" '
    'markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M0 0 10 5 0 10z"/></marker>'
)
NODE: Final = Markup(
    '<g class="state"><rect x="{x}" y="{y}" width="{w}" height="{h}" rx="10"/><text x="{cx}" y="{cy}">{text}</text></g>'
)
EDGE: Final = Markup(
    '<g class="edge {path}" data-start="{start}" data-call="{call}" data-end="{end}">'
    '<path d="{line}" marker-end="url(#{name}-{path})"/>'
    '<rect x="{left}" y="{top}" width="{width}" height="18"/><text x="{x}" y="{y}">{call}</text></g>'
)


def _node(state: str, place: Node) -> Markup:
    return NODE.format(
        x=place.x - HALF,
        y=place.y - HIGH,
        w=2 * HALF,
        h=2 * HIGH,
        cx=place.x,
        cy=place.y + 5,
        text=text(f"state.{state}"),
    )


def _edge(name: str, nodes: Mapping[str, Node], arrow: Edge) -> Markup:
    shape = _loop if arrow.start == arrow.end else _curve
    line, x, y = shape(nodes[arrow.start], nodes[arrow.end], arrow)
    width = CHARACTER * len(arrow.call) + 6
    return EDGE.format(
        name=name, path=arrow.path, start=arrow.start, call=arrow.call, end=arrow.end, line=line,
        x=round(x), y=round(y) + 5, left=round(x - width / 2), top=round(y) - 9, width=round(width),
    )  # fmt: skip


def _loop(node: Node, _same: Node, _arrow: Edge) -> tuple[str, float, float]:
    """Return an arrow from a node to itself, and where its words stand."""
    x, y = node
    line = f"M{x - 25} {y - HIGH} C{x - 50} {y - 75} {x + 50} {y - 75} {x + 25} {y - HIGH}"
    return line, x, y - 68


def _curve(a: Node, b: Node, arrow: Edge) -> tuple[str, float, float]:
    """Return an arrow from one node to another, and where its words stand."""
    middle = _beside(a, b, 2 * arrow.bend)
    x1, y1 = _border(a, middle) if arrow.start else a
    x2, y2 = _border(b, middle)
    line = f"M{x1:.0f} {y1:.0f} Q{middle.x} {middle.y} {x2:.0f} {y2:.0f}"
    return line, (x1 + x2 + 2 * middle.x) / 4, (y1 + y2 + 2 * middle.y) / 4


def _beside(a: Node, b: Node, distance: int) -> Node:
    """Return the point beside the middle of a line, at a distance from it."""
    dx, dy = b.x - a.x, b.y - a.y
    length = (dx * dx + dy * dy) ** 0.5
    return Node(round((a.x + b.x) / 2 - distance * dy / length), round((a.y + b.y) / 2 + distance * dx / length))


def _border(node: Node, towards: Node) -> tuple[float, float]:
    """Return where the line from a node's middle leaves its box."""
    dx, dy = towards.x - node.x, towards.y - node.y
    part = min(HALF / abs(dx) if dx else 9.0, HIGH / abs(dy) if dy else 9.0)
    return node.x + dx * part, node.y + dy * part
