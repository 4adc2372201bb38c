"""Sends what each client says to all clients that are there."""

import errno
import selectors
import socket
import sys
import time
from typing import NoReturn

BACKLOG = 5
BUFFER_SIZE = 1024
PAUSE_SECONDS = 0.1
WAITS_AT_MOST = 4 << 20
# What the system is short of now it may have again in a moment.
SHORTAGES = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


class Client:
    """One of the clients that are there, and what it has not taken yet."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.waiting = b""


class Chat:
    """One thread waits for all clients. It must never wait for one: no socket blocks, and each client has a queue."""

    def __init__(self, listener: socket.socket) -> None:
        self.selector = selectors.DefaultSelector()
        self.listener = listener
        self.clients: dict[int, Client] = {}
        listener.setblocking(False)
        self.selector.register(listener, selectors.EVENT_READ)

    def accept(self) -> None:
        try:
            connection = self.listener.accept()[0]
        except (ConnectionAbortedError, BlockingIOError):
            # This client gave up before its turn: that is no reason to stop waiting for the next.
            return
        except OSError as problem:
            if problem.errno not in SHORTAGES:
                raise
            # accept would fail again at once: the pause keeps the program from trying as fast as the processor can.
            print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
            time.sleep(PAUSE_SECONDS)
            return
        connection.setblocking(False)
        self.clients[connection.fileno()] = Client(connection)
        self.selector.register(connection, selectors.EVENT_READ)

    def take_out(self, client: Client) -> None:
        number = client.connection.fileno()
        if self.clients.pop(number, None) is not None:
            self.selector.unregister(client.connection)
            client.connection.close()

    def send_waiting(self, client: Client) -> None:
        try:
            while client.waiting:
                client.waiting = client.waiting[client.connection.send(client.waiting) :]
        except BlockingIOError:
            pass
        except OSError:
            self.take_out(client)
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.waiting else 0)
        self.selector.modify(client.connection, wanted)

    def say_to_all(self, data: bytes) -> None:
        for client in list(self.clients.values()):
            client.waiting += data
            if len(client.waiting) > WAITS_AT_MOST:
                self.take_out(client)
            else:
                self.send_waiting(client)

    def hear(self, client: Client) -> None:
        try:
            data = client.connection.recv(BUFFER_SIZE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        # An end and a lost connection are the same here: this client has left.
        if data:
            self.say_to_all(data)
        else:
            self.take_out(client)

    def serve_once(self) -> None:
        for key, events in self.selector.select():
            client = self.clients.get(key.fd)
            if key.fileobj is self.listener:
                self.accept()
            elif client is not None and client.connection is key.fileobj:
                if events & selectors.EVENT_WRITE:
                    self.send_waiting(client)
                if events & selectors.EVENT_READ and key.fd in self.clients:
                    self.hear(client)


def serve(port: int) -> NoReturn:
    # `with` closes each socket once, at the end of its block, also when an error ends the block.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # Connections of the last run may still stand in TIME_WAIT: without this, bind refuses their port for a minute.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("", port))
        listener.listen(BACKLOG)
        chat = Chat(listener)
        while True:
            chat.serve_once()


def main() -> int:
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal() or not 0 < int(sys.argv[1]) < 65536:
        print(f"usage: {sys.argv[0]} <port>", file=sys.stderr)
        return 1
    try:
        serve(int(sys.argv[1]))
    except OSError as problem:
        # Calls that a signal interrupts are no problem: Python repeats them by itself.
        print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
