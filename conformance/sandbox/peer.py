"""The suite's end of the line: scripted clients and servers that act when the program is quiet."""

import errno
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from conformance.observe.observer import Observer
from conformance.observe.socket_table import waiting_at
from conformance.records.run import Happening
from conformance.records.scenario import (
    LOOPBACK,
    LOOPBACK_6,
    Accept,
    Await,
    Connect,
    Echo,
    End,
    Leave,
    Pause,
    Read,
    Reset,
    Send,
    Signal,
    Step,
)
from conformance.sandbox.connections import RECEIVE_SIZE, Connection, Connections
from conformance.sandbox.script import Script
from conformance.sandbox.wire_log import WireLog

MORE_COMES: Final = getattr(socket, "MSG_MORE", 0)
"""What is sent with it goes out with the next data, or with the end: the program cannot run in between."""
RESETS: Final = frozenset({errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN, errno.ETIMEDOUT})


@dataclass(slots=True)
class Peer:
    """Plays a script; `take_step` takes the next step, `poll_io` notes what came in."""

    script: Script
    connections: Connections
    observer: Observer
    ports: Callable[[], Iterable[int]]
    """Where a client connects to: the given port first, then where else the program may listen."""
    most_echoes: int
    """After so many answers of an echo the program asks without end."""
    log: WireLog = field(init=False)
    _echoes: int = 0
    """How many times an echo has answered."""
    _keeps_for_echo: bool = False
    _stayed_away: set[int] = field(default_factory=set)
    """The clients that did not come, since others waited."""

    def __post_init__(self) -> None:
        self.log = WireLog(self.observer)
        self._keeps_for_echo = self.script.has_echo

    # -------------------------------------------------------------- what the run loop asks

    def next_is_early(self) -> bool:
        """Tell whether the next step does not wait until the program is quiet."""
        return self.script.next_is_early()

    def can_step(self) -> bool:
        """Tell whether the next step can be taken with effect."""
        return self.script.can_step(self.connections, self.observer)

    def all_acked(self) -> bool:
        """Tell whether all that the peer sent has arrived at the program's end."""
        return self.connections.all_acked()

    def has_inflight(self) -> bool:
        """Tell whether something that the program has sent is still to come."""
        return self.connections.has_inflight()

    @property
    def echoes_too_often(self) -> bool:
        """Whether the program asks an echo without end."""
        return self._echoes > self.most_echoes

    def take_step(self) -> bool:
        """Take the next step that the program can notice; tell whether there was one.

        When the script is over, the directions that are still open are ended one by one, so that the program may end
        its own.
        """
        noticed = False
        while (step := self.script.next) is not None:
            if isinstance(step, Echo) and self._answer(step):
                return True
            done = self._take(step)
            if done is None:
                return noticed
            self.script.advance()
            noticed |= done
            if noticed and not self.script.goes_with_next(step):
                return True
        return noticed or self._read_all() or self._end_one()

    def poll_io(self) -> bool:
        """Take who connects, read what came in, send what did not fit before; tell whether anything moved."""
        lines, somebody_came = self.connections.ready()
        moved = [self._move(line) for line in lines]
        if somebody_came:
            moved.append(self._take_who_connects())
        flushed = [line.flush() for line in self.connections.lines.values() if line.unsent]
        return any(moved + flushed)

    def read_rest(self) -> None:
        """Read what the program sent before its end, also on lines on which the peer had stopped reading."""
        self._read_all()
        while self.poll_io():
            pass

    # -------------------------------------------------------------- steps

    def _take(self, step: Step) -> bool | None:
        """Take a step: True, the program may notice; False, it may not; None, the step cannot be taken now."""
        match step:
            case Connect(client=client, if_room=True) if waiting_at(self.ports()):
                self._stayed_away.add(client)
                return False
            case Connect(client=client):
                return self._connect(client)
            case Accept(client=client):
                return self._accept(client)
            case Signal(name=name):
                return self._signal(name)
            case Await():
                return False
        line = self.connections.lines.get(step.client)
        if line is None:
            return False if step.client in self._stayed_away else None
        return self._take_on_line(line, step)

    def _take_on_line(self, line: Connection, step: Send | Echo | End | Reset | Leave | Pause | Read) -> bool | None:
        match step:
            case Send():
                return self._send(line, step.whole, MORE_COMES if self.script.shares_segment(line.client) else 0)
            case Echo(most=most):
                return self._is_echo_over(line, most)
            case End():
                return self._end(line)
            case Reset():
                return self._reset(line)
            case Leave():
                return self._leave(line)
            case Pause():
                return self._pause(line)
            case Read():
                return self._read(line)

    def _connect(self, client: int) -> bool:
        for port in self.ports():
            for host in (LOOPBACK, LOOPBACK_6):
                if self.connections.connect(client, host, port) is not None:
                    self.log.note("connected", client, port=port, host=host)
                    return True
        self.log.note("refused", client)
        return False

    def _accept(self, client: int) -> bool | None:
        if self.connections.accept(client) is None:
            return None
        self.log.note("accepted", client)
        return False

    def _take_who_connects(self) -> bool:
        """Take a connection as soon as it is there: a program that never waits may be over before it is ever quiet.

        A client that pauses first of all reads nothing of it.
        """
        step = self.script.next
        if not isinstance(step, Accept) or self._accept(step.client) is None:
            return False
        self.script.advance()
        after = self.script.next
        if isinstance(after, Pause):
            self._take(after)
            self.script.advance()
        self._move(self.connections.lines[step.client])
        return True

    def _send(self, line: Connection, data: bytes, flags: int = 0) -> bool:
        self.log.note("sent", line.client, data)
        line.send(data, flags)
        return True

    def _answer(self, step: Echo) -> bool:
        """Send back the next piece of what was received; tell whether there was one."""
        line = self.connections.lines.get(step.client)
        if line is not None:
            self._move(line)  # it may have been accepted just now
        if line is None or not line.echo_pending or line.returned == step.most:
            return False
        pending = line.echo_pending
        left = len(pending) if step.most is None else min(len(pending), step.most - line.returned)
        size = min(left, step.cut or left)
        piece = bytes(pending[:size].swapcase() if step.swapped else pending[:size])
        del pending[:size]
        line.returned += size
        self._echoes += 1
        return self._send(line, piece)

    def _is_echo_over(self, line: Connection, most: int | None) -> bool | None:
        """Tell that an echo is over, which the program does not notice; None where it is not."""
        over = self.script.unfinished > 1 and not line.echo_pending if most is None else line.returned >= most
        return False if line.program_ended or over else None

    def _end(self, line: Connection) -> bool:
        if line.ended:
            return False
        self.log.note("peer ended", line.client)
        line.end()
        return True

    def _leave(self, line: Connection) -> bool:
        self._move(line)  # the kernel answers with a reset at once where something was not read
        self.log.note("peer left", line.client)
        self.connections.drop(line)
        return True

    def _reset(self, line: Connection) -> bool:
        self._move(line)
        self.log.note("peer reset", line.client)
        line.reset_at_close()
        self.connections.drop(line)
        return True

    def _pause(self, line: Connection) -> bool:
        self.log.note("peer pauses", line.client)
        line.paused = True
        self.connections.stop_watching(line)
        return False

    def _read(self, line: Connection) -> bool:
        paused, line.paused = line.paused, False
        if paused:
            self.log.note("peer reads", line.client)
            self.connections.watch(line)
        return paused

    def _read_all(self) -> bool:
        """Read again on every line; tell whether any was paused."""
        paused = [self._read(line) for line in self.connections.lines.values()]
        return any(paused)

    def _signal(self, name: str) -> bool:
        sent = self.observer.signal(name)
        if sent:
            self.log.note("signal", 0, name.encode())
        return sent

    def _end_one(self) -> bool:
        return any(not line.ended and not line.unsent and self._end(line) for line in self.connections.lines.values())

    # -------------------------------------------------------------- what comes in

    def _move(self, line: Connection) -> bool:
        moved = line.flush()
        while not line.program_ended and not line.paused:
            try:
                raw = line.socket.recv(RECEIVE_SIZE)
            except BlockingIOError:
                return moved
            except OSError as problem:
                self._over(line, "program reset" if problem.errno in RESETS else "program ended")
                return True
            if not raw:
                self._over(line, "program ended")
                return True
            moved = True
            data = line.take(raw)
            if self._keeps_for_echo:
                line.echo_pending += data
            self.log.note_received(line.client, data)
        return moved

    def _over(self, line: Connection, what: Happening) -> None:
        """The program has ended its direction: note it, and end the peer's, unless it has more to do."""
        line.program_ended = True
        self.connections.stop_watching(line)
        self.log.note(what, line.client)
        if not line.ended and not self.script.has_more_for(line.client):
            self._end(line)
