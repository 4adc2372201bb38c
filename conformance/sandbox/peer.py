"""The suite's end of the line: scripted clients and servers that act when the program is quiet."""

import errno
import socket
from dataclasses import dataclass, field
from typing import Final

from conformance.model.alerts import CLOSE_NOTIFY, alert_name
from conformance.observe.observer import Observer
from conformance.records.run import CUT_OFF, Happening
from conformance.records.scenario import (
    Accept,
    Alert,
    Await,
    Connect,
    Echo,
    End,
    Leave,
    Notify,
    Pause,
    Read,
    Reset,
    Send,
    Signal,
    Step,
    Stranger,
    Update,
    Wrap,
)
from conformance.sandbox.codec import Came
from conformance.sandbox.connections import Connections
from conformance.sandbox.lines import Line
from conformance.sandbox.script import Script
from conformance.sandbox.wire_log import WireLog

MORE_COMES: Final = getattr(socket, "MSG_MORE", 0)
"""What is sent with it goes out with the next data, or with the end: the program cannot run in between."""
OnLine = Send | Echo | End | Notify | Update | Alert | Reset | Leave | Pause | Read | Stranger
"""Steps within a conversation."""
RESETS: Final = frozenset({errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN, errno.ETIMEDOUT})


@dataclass(slots=True)
class Peer:
    """Plays a script; `take_step` takes the next step, `poll_io` notes what came in."""

    script: Script
    connections: Connections
    observer: Observer
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
        if self.connections.release():
            return True
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
            case Connect(client=client, if_room=True) if self.connections.has_waiting():
                self._stayed_away.add(client)
                return False
            case Connect(client=client, plain=plain):
                return self._connect(client, plain=plain)
            case Accept():
                return self._accept(step)
            case Signal(name=name):
                return self._signal(name)
            case Await():
                return False
        line = self.connections.lines.get(step.client)
        if line is None:
            return False if step.client in self._stayed_away else None
        return self._take_on_line(line, step)

    def _take_on_line(self, line: Line, step: OnLine) -> bool | None:
        flags = MORE_COMES if self.script.shares_segment(line.client) else 0
        match step:
            case Send():
                return self._send(line, step.whole, flags, step.wrap)
            case Update() | Alert():
                return self._control(line, step, flags)
            case Notify():
                return self._notify(line, flags)
            case End(cut_off=True):
                return self._end(line, notify=False)
            case Stranger(data=data):
                return self._intrude(line, data)
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

    def _connect(self, client: int, *, plain: bool = False) -> bool:
        found = self.connections.connect(client, plain=plain)
        if found is None:
            self.log.note("refused", client)
            return False
        self.log.note(found.line.found_as, client, port=found.port, host=found.host)
        return found.line.found_as == "connected"  # a socket that is opened is nothing that the program can notice

    def _accept(self, step: Accept) -> bool | None:
        line = self.connections.accept(step.client, plain=step.plain)
        if line is None:
            return None
        self.log.note(line.came_as, step.client)
        return False

    def _take_who_connects(self) -> bool:
        """Take a connection as soon as it is there: a program that never waits may be over before it is ever quiet.

        A client that pauses first of all reads nothing of it.
        """
        step = self.script.next
        if not isinstance(step, Accept) or self._accept(step) is None:
            return False
        self.script.advance()
        after = self.script.next
        if isinstance(after, Pause):
            self._take(after)
            self.script.advance()
        self._move(self.connections.lines[step.client])
        return True

    def _send(self, line: Line, data: bytes, flags: int = 0, wrap: Wrap | None = None) -> bool:
        self.log.note("sent", line.client, data)
        line.send(data, flags, wrap)
        return True

    def _control(self, line: Line, step: Alert | Update, flags: int) -> bool:
        if isinstance(step, Update):
            self.log.note("peer updated", line.client)
        else:
            self.log.note("peer alerted", line.client, detail=alert_name(step.number))
        line.control(step, flags)
        return True

    def _notify(self, line: Line, flags: int) -> bool:
        self.log.note("peer notified", line.client)
        line.notify(flags)
        return True

    def _intrude(self, line: Line, data: bytes) -> bool:
        """Let somebody else send a datagram; over a connection nobody can."""
        sent = self.connections.intrude(line, data)
        if sent:
            self.log.note("stranger", line.client, data)
        return sent

    def _answer(self, step: Echo) -> bool:
        """Send back what an echo sends next of what was received; tell whether there was anything."""
        line = self.connections.lines.get(step.client)
        if line is not None:
            self._move(line)  # it may have been accepted just now
        pieces = () if line is None else line.take_echo(step)
        if line is None or not pieces:
            return False
        self._echoes += 1
        for piece in pieces:
            self._send(line, piece)
        return True

    def _is_echo_over(self, line: Line, most: int | None) -> bool | None:
        """Tell that an echo is over, which the program does not notice; None where it is not."""
        over = self.script.unfinished > 1 and not line.owes_echo if most is None else line.returned >= most
        return False if line.program_ended or line.program_notified or over else None

    def _end(self, line: Line, *, notify: bool = True) -> bool:
        if line.ended:
            return False
        self.log.note("peer ended", line.client, detail="" if notify else CUT_OFF)
        if notify:
            line.notify(MORE_COMES)
        line.end()
        return True

    def _leave(self, line: Line) -> bool:
        self._move(line)  # the kernel answers with a reset at once where something was not read
        self.log.note("peer left", line.client)
        self.connections.drop(line)
        return True

    def _reset(self, line: Line) -> bool:
        if not line.resets:
            return self._leave(line)
        self._move(line)
        self.log.note("peer reset", line.client)
        line.reset_at_close()
        self.connections.drop(line)
        return True

    def _pause(self, line: Line) -> bool:
        self.log.note("peer pauses", line.client)
        line.paused = True
        self._watch_if_read(line)
        return False

    def _watch_if_read(self, line: Line) -> None:
        if line.reads_nothing:
            self.connections.stop_watching(line)

    def _read(self, line: Line) -> bool:
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
        lines = self.connections.lines.values()
        return any(
            line.half_close_at_last() or (not line.ended and not line.unsent and self._end(line)) for line in lines
        )

    # -------------------------------------------------------------- what comes in

    def _move(self, line: Line) -> bool:
        moved = line.flush()
        while not line.program_ended and not line.reads_nothing:
            try:
                raw = line.receive()
            except BlockingIOError:
                return moved
            except OSError as problem:
                self._over(line, "program reset" if problem.errno in RESETS else "program ended")
                return True
            if raw is None:
                self._over(line, "program reset" if line.was_reset else "program ended")
                return True
            moved = True
            for came in line.take(raw):
                self._note(line, came)
            self._watch_if_read(line)
        return moved

    def _note(self, line: Line, came: Came) -> None:
        """Note what came; an echo is owed what was said."""
        if came.what != "received":
            line.program_notified |= came.detail == CLOSE_NOTIFY
            self.log.note(came.what, line.client, came.data, detail=came.detail)
            return
        if self._keeps_for_echo:
            line.keep_for_echo(came.data, self.script.echo_of(line.client))
        self.log.note_received(line.client, came.data, line.came_from)

    def _over(self, line: Line, what: Happening) -> None:
        """The program has ended its direction: note it, and end the peer's, unless it has more to do."""
        line.program_ended = True
        self.connections.stop_watching(line)
        self.log.note(what, line.client)
        if not line.ended and not self.script.has_more_for(line.client):
            self._end(line)
