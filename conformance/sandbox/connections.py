"""The peer's sockets in one run: what waits for the program, its ends of conversations, and which have something."""

import select
import socket

from conformance.sandbox.lines import Line
from conformance.sandbox.transports.interface import Found, Transport


class Connections:
    """All of the peer's in one run."""

    def __init__(self, transport: Transport) -> None:
        self.lines: dict[int, Line] = {}
        """The conversations, by client."""
        self._transport = transport
        self._listeners: list[socket.socket] = []
        self._epoll = select.epoll()
        """The lines from which something may come: with many of them, few have anything at once."""
        self._watched: dict[int, Line] = {}

    def listen(self) -> None:
        """Wait for the program."""
        self._wait_at(self._transport.listen())

    def occupy(self) -> None:
        """Hold the program's address."""
        self._wait_at(self._transport.occupy())

    def leave_behind(self) -> None:
        """Leave at the program's address what an earlier run leaves there, and nobody who listens."""
        for listener in self._transport.occupy():
            listener.close()

    def _wait_at(self, listeners: list[socket.socket]) -> None:
        for listener in listeners:
            listener.setblocking(False)
            self._listeners.append(listener)
            self._epoll.register(listener, select.EPOLLIN)

    def accept(self, client: int, *, plain: bool = False) -> Line | None:
        """Take a conversation that the program has begun, or without encryption; None where there is none."""
        for listener in self._listeners:
            line = self._transport.accept(client, listener)
            if line is not None:
                if line.socket is listener:  # datagrams go on coming there
                    self._listeners.remove(listener)
                    self._epoll.unregister(listener)
                self._add(line, plain=plain)
                return line
        return None

    def connect(self, client: int, *, plain: bool = False) -> Found | None:
        """Begin a conversation with the program, or without encryption; None where nobody is there."""
        found = self._transport.connect(client)
        if found is not None:
            self._add(found.line, plain=plain)
        return found

    def _add(self, line: Line, *, plain: bool) -> None:
        self.lines[line.client] = line
        self.watch(line)
        line.greet(plain=plain)

    def watch(self, line: Line) -> None:
        """Look for what comes."""
        if line.socket.fileno() not in self._watched:
            self._watched[line.socket.fileno()] = line
            self._epoll.register(line.socket, select.EPOLLIN)

    def stop_watching(self, line: Line) -> None:
        """Look no more for what comes."""
        if self._watched.pop(line.socket.fileno(), None) is not None:
            self._epoll.unregister(line.socket)

    def drop(self, line: Line) -> None:
        """Close a conversation, and forget it."""
        self.stop_watching(line)
        line.socket.close()
        del self.lines[line.client]

    def ready(self) -> tuple[list[Line], bool]:
        """Return the lines on which something has come, and whether anybody has come to a listener."""
        numbers = [number for number, _ in self._epoll.poll(0)]
        lines = [self._watched[number] for number in numbers if number in self._watched]
        return lines, len(lines) < len(numbers)

    def intrude(self, line: Line, data: bytes) -> bool:
        """Let a stranger send to the program's socket of a conversation; tell whether the transport lets him."""
        return self._transport.intrude(line, data)

    def has_waiting(self) -> bool:
        """Tell whether a client waits to be accepted by the program."""
        return self._transport.has_waiting()

    def holds_segments(self) -> bool:
        """Tell whether something is sent in pieces, of which one is still to go out."""
        return any(line.held for line in self.lines.values())

    def release(self) -> bool:
        """Send the next segment of what is sent in pieces; tell whether there was one."""
        return any(line.release() for line in self.lines.values())

    def all_acked(self) -> bool:
        """Tell whether all that the peer sent has arrived at the program's end."""
        return all(line.program_ended or not self._transport.has_unacked(line) for line in self.lines.values())

    def has_inflight(self) -> bool:
        """Tell whether something that the program has sent is still to come.

        What is sent to a peer that reads no more does not count.
        """
        return self._transport.has_inflight(
            line for line in self.lines.values() if not line.program_ended and not line.reads_nothing
        )

    def close(self) -> None:
        """Let go of everything."""
        self._epoll.close()
        for line in self.lines.values():
            line.socket.close()
        for listener in self._listeners:
            listener.close()
        self._transport.close()
