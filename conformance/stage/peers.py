"""The suite's end of the line: scripted clients and servers that act when the program is quiet."""

import contextlib
import errno
import select
import socket
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from conformance.stage.lines import NOTHING, Line, dial, shut, under_way
from conformance.stage.ports import sending
from conformance.stage.script import (
    LOOPBACK,
    Accept,
    Connect,
    Echo,
    End,
    Happening,
    Leave,
    Pause,
    Read,
    Reset,
    Send,
    Signal,
    Step,
    WireEvent,
)

LOOPBACK_6: Final = "::1"
RECEIVE: Final = 1 << 16
KEPT: Final = 1 << 24
"""How many bytes are kept of what one run sends: the rest is read and counted, not kept."""
OF_THE_PEER: Final = frozenset(
    {"connected", "accepted", "sent", "peer ended", "peer reset", "peer left", "peer pauses", "peer reads", "signal"}
)
"""What the peer does itself, while the program waits."""
MORE_COMES: Final = getattr(socket, "MSG_MORE", 0)
"""What is sent with it goes out with the next data, or with the end: the program cannot run in between."""
RESETS: Final = frozenset({errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN, errno.ETIMEDOUT})


@dataclass(slots=True)
class Peer:
    """Plays a script; `act` takes the next step, `pump` notes what came in."""

    steps: tuple[Step, ...]
    ports: Callable[[], Iterable[int]]
    """Where a client connects to: the given port first, then where else the program may listen."""
    count_calls: Callable[[], int]
    under_way: Callable[[], tuple[int, ...]]
    """The calls in which the program waits, by their numbers."""
    somebody_listens: Callable[[], bool]
    """Whether a connect would find anyone."""
    signal: Callable[[str], bool]
    """Sends the program a signal that it handles; tells whether it does."""
    listeners: list[socket.socket] = field(default_factory=list)
    lines: dict[int, Line] = field(default_factory=dict)
    wire: list[WireEvent] = field(default_factory=list)
    received: int = 0
    place: int = 0
    echoes: bool = False
    """Whether the script has an echo, so that what comes is kept for it."""
    answers: int = 0
    """How many times an echo has answered."""
    answers_at_most: int = 1 << 30
    """After so many the program asks without end."""

    _watched: select.epoll = field(default_factory=select.epoll)
    """The lines from which something may come: with many of them, few have anything at once."""
    _by_number: dict[int, Line] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.echoes = any(isinstance(step, Echo) for step in self.steps)

    def listen(self, addresses: tuple[tuple[socket.AddressFamily, str, int], ...]) -> None:
        """Wait for the program at these addresses."""
        for family, host, port in addresses:
            listener = socket.socket(family, socket.SOCK_STREAM)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind((host, port))
            listener.listen(16)
            listener.setblocking(False)
            self.listeners.append(listener)

    def occupy(self, port: int) -> None:
        """Hold a port on every address, so that nobody else can bind it, with SO_REUSEADDR or without."""
        for family, host in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            holder = socket.socket(family, socket.SOCK_STREAM)
            if family == socket.AF_INET6:
                holder.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            holder.bind((host, port))
            holder.listen(16)
            self.listeners.append(holder)

    @property
    def unfinished(self) -> int:
        """How many steps are still to be taken."""
        return len(self.steps) - self.place

    def act(self) -> bool:
        """Take the next step that the program can notice; tell whether there was one.

        When the script is over, the directions that are still open are ended one by one, so that the program may end
        its own.
        """
        noticed = False
        while self.place < len(self.steps):
            step = self.steps[self.place]
            if isinstance(step, Echo) and self._answer(step):
                return True
            done = self._take(step)
            if done is None:
                return noticed
            self.place += 1
            noticed |= done
            if noticed and not self._together(step):
                return True
        return noticed or self._read_all() or self._end_one()

    @property
    def flooded(self) -> bool:
        """Whether the program asks an echo without end."""
        return self.answers > self.answers_at_most

    def hurries(self) -> bool:
        """Tell whether the next step does not wait until the program is quiet."""
        step = self._next()
        return isinstance(step, Connect) and step.early

    def _together(self, step: Step) -> bool:
        """Tell whether the next step is taken together with this one; who pauses first of all reads nothing before."""
        after = self._next()
        if isinstance(after, Pause):
            return isinstance(step, Connect) and step.client == after.client
        return isinstance(after, Connect | Send | End | Reset | Leave) and after.early

    def _goes_on(self, client: int) -> bool:
        """Tell whether the step after this one is taken together with it, so that one segment holds both."""
        after = self.steps[self.place + 1 : self.place + 2]
        return any(isinstance(step, Send | End | Leave) and step.early and step.client == client for step in after)

    def _next(self) -> Step | None:
        return self.steps[self.place] if self.place < len(self.steps) else None

    def ready(self) -> bool:
        """Tell whether the next step can be taken with effect: there is somebody to connect to, or to answer, and
        nothing comes that it would break off.
        """
        match self._next():
            case Connect():
                return self.somebody_listens()
            case Echo(client):
                line = self.lines.get(client)
                return line is not None and (line.program_ended or bool(line.owed))
            case Reset() | Leave():
                return not self.awaits()  # what is under way would be lost, or answered otherwise
        return True

    def settled(self) -> bool:
        """Tell whether all that the peer sent has arrived at the program's end."""
        return all(line.program_ended or not under_way(line.socket) for line in self.lines.values())

    def awaits(self) -> bool:
        """Tell whether something that the program has sent is still to come: a busy kernel delivers it later.

        An end that was sent counts too; what is sent to a peer that reads no more does not.
        """
        read = {line.ports() for line in self.lines.values() if not line.program_ended and not line.paused}
        return bool(read) and not read.isdisjoint(sending())

    def pump(self) -> bool:
        """Read what came in, send what did not fit before; tell whether anything moved."""
        ready = [self._by_number[number] for number, _ in self._watched.poll(0)]
        moved = [self._move(line) for line in ready]
        flushed = [self._flush(line) for line in self.lines.values() if line.unsent]
        return any(moved + flushed)

    def close(self) -> None:
        """Let go of everything."""
        self._watched.close()
        for line in self.lines.values():
            line.close()
        for listener in self.listeners:
            listener.close()

    # -------------------------------------------------------------- steps

    def _take(self, step: Step) -> bool | None:
        """Take a step: True, the program may notice; False, it may not; None, the step cannot be taken now."""
        match step:
            case Connect(client):
                return self._connect(client)
            case Accept(client):
                return self._accept(client)
            case Signal(name):
                return self._signal(name)
            case Send(client=client):
                held = MORE_COMES if self._goes_on(client) else 0
                return self._on(client, lambda line: self._send(line, step.whole, held))
            case Echo(client=client, most=most):
                return self._on(client, lambda line: self._echoed(line, most))
            case _:
                return self._on(step.client, STEPS[type(step)].__get__(self))

    def _on(self, client: int, action: Callable[[Line], bool | None]) -> bool | None:
        line = self.lines.get(client)
        return None if line is None else action(line)

    def _connect(self, client: int) -> bool | None:
        for port in self.ports():
            for host in (LOOPBACK, LOOPBACK_6):
                line = dial(host, port)
                if line is not None:
                    self._begin(client, line)
                    self._note("connected", client, port=port)
                    return True
        self._note("refused", client)
        return False

    def _accept(self, client: int) -> bool | None:
        for listener in self.listeners:
            with contextlib.suppress(BlockingIOError):
                line, _ = listener.accept()
                line.setblocking(False)
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._begin(client, line)
                self._note("accepted", client)
                return False
        return None

    def _begin(self, client: int, connection: socket.socket) -> None:
        line = self.lines[client] = Line(client, connection)
        self._by_number[connection.fileno()] = line
        self._watched.register(connection, select.EPOLLIN)

    def _forget(self, line: Line) -> None:
        """Look no more for what comes."""
        if self._by_number.pop(line.socket.fileno(), None) is not None:
            self._watched.unregister(line.socket)

    def _send(self, line: Line, data: bytes, held: int = 0) -> bool:
        self._note("sent", line.client, data)
        line.unsent = memoryview(bytes(line.unsent) + data) if line.unsent else memoryview(data)
        self._flush(line, held)
        return True

    def _flush(self, line: Line, held: int = 0) -> bool:
        if not line.unsent:
            return False
        try:
            count = line.socket.send(line.unsent, held)
        except BlockingIOError:
            return False
        except OSError:
            line.unsent = NOTHING
            return False
        line.unsent = line.unsent[count:]
        if line.ended and not line.unsent:
            shut(line.socket)
        return True

    def _answer(self, step: Echo) -> bool:
        """Send back the next piece of what was received; tell whether there was one."""
        line = self.lines.get(step.client)
        if line is not None:
            self._move(line)  # it may have been accepted just now
        if line is None or not line.owed or line.returned == step.most:
            return False
        left = len(line.owed) if step.most is None else min(len(line.owed), step.most - line.returned)
        size = min(left, step.cut or left)
        piece = bytes(line.owed[:size].swapcase() if step.swapped else line.owed[:size])
        del line.owed[:size]
        line.returned += size
        self.answers += 1
        return self._send(line, piece)

    def _echoed(self, line: Line, most: int | None) -> bool | None:
        """Tell that an echo is over, which the program does not notice; None where it is not."""
        over = self.unfinished > 1 and not line.owed if most is None else line.returned >= most
        return False if line.program_ended or over else None

    def _end(self, line: Line) -> bool:
        if line.ended:
            return False
        line.ended = True
        self._note("peer ended", line.client)
        if not line.unsent:
            shut(line.socket)
        return True

    def _leave(self, line: Line) -> bool:
        self._move(line)  # the kernel answers with a reset at once where something was not read
        self._note("peer left", line.client)
        self._forget(line)
        line.close()
        del self.lines[line.client]
        return True

    def _pause(self, line: Line) -> bool:
        self._note("peer pauses", line.client)
        line.paused = True
        self._forget(line)
        return False

    def _read(self, line: Line) -> bool:
        paused, line.paused = line.paused, False
        if paused:
            self._note("peer reads", line.client)
            self._by_number[line.socket.fileno()] = line
            self._watched.register(line.socket, select.EPOLLIN)
        return paused

    def _read_all(self) -> bool:
        """Read again on every line; tell whether any was paused."""
        return any(list(map(self._read, self.lines.values())))

    def _reset(self, line: Line) -> bool:
        self._move(line)
        self._note("peer reset", line.client)
        line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._forget(line)
        line.close()
        del self.lines[line.client]
        return True

    def _signal(self, name: str) -> bool:
        sent = self.signal(name)
        if sent:
            self._note("signal", 0, name.encode())
        return sent

    def _end_one(self) -> bool:
        return any(not line.ended and not line.unsent and self._end(line) for line in self.lines.values())

    # -------------------------------------------------------------- what comes in

    def _move(self, line: Line) -> bool:
        moved = self._flush(line)
        while not line.program_ended and not line.paused:
            try:
                data = line.socket.recv(RECEIVE)
            except BlockingIOError:
                return moved
            except OSError as problem:
                self._over(line, "program reset" if problem.errno in RESETS else "program ended")
                return True
            if not data:
                self._over(line, "program ended")
                return True
            self.received += len(data)
            line.owed += data if self.echoes else b""
            moved = True
            if self.received <= KEPT:
                self._note("received", line.client, data)
        return moved

    def _over(self, line: Line, what: Happening) -> None:
        """The program has ended its direction: note it, and end the peer's, unless it has more to do."""
        line.program_ended = True
        self._forget(line)
        self._note(what, line.client)
        if not line.ended and all(step.client != line.client for step in self.steps[self.place :]):
            self._end(line)

    def _note(self, what: Happening, client: int, data: bytes = b"", port: int = 0) -> None:
        waiting = self.under_way() if what in OF_THE_PEER else ()
        self.wire.append(WireEvent(what, client, data, port, self.count_calls(), waiting))


STEPS: Final[dict[type[Step], Callable[[Peer, Line], bool]]] = {
    End: Peer._end,
    Reset: Peer._reset,
    Leave: Peer._leave,
    Pause: Peer._pause,
    Read: Peer._read,
}
"""What is done on the line of the step's client, for the steps that need no more."""
