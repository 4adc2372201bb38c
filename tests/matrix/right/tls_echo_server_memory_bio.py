# One loop around a selector; TLS works between two buffers in memory, and the sockets carry what these hold.
# exercise: tls_echo_server
import errno
import selectors
import socket
import ssl
import sys
import time
from typing import NoReturn

SHORTAGES = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
AT_ONCE = 1 << 16


class Client:
    def __init__(self, connection: socket.socket, context: ssl.SSLContext) -> None:
        self.connection = connection
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        self.owed = bytearray()
        self.shook_hands = self.is_over = False

    def take(self, data: bytes) -> None:
        """Take what came; nothing means that the other side has ended."""
        if data:
            self.incoming.write(data)
        else:
            self.incoming.write_eof()
        try:
            self.go_on()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as problem:
            print(problem, file=sys.stderr)
            self.is_over = True
        self.owed += self.outgoing.read()

    def go_on(self) -> None:
        if not self.shook_hands:
            self.tls.do_handshake()
            self.shook_hands = True
        while said := self.tls.read(AT_ONCE):
            self.tls.write(said)
        self.is_over = True
        self.tls.unwrap()


def accept(selector: selectors.BaseSelector, listener: socket.socket, context: ssl.SSLContext) -> None:
    try:
        connection, _ = listener.accept()
    except (BlockingIOError, ConnectionAbortedError):
        return
    except OSError as problem:
        if problem.errno not in SHORTAGES:
            raise
        time.sleep(0.1)
        return
    connection.setblocking(False)
    selector.register(connection, selectors.EVENT_READ, Client(connection, context))


def step(client: Client) -> bool:
    """Send what is owed, or take more; tell whether the conversation goes on."""
    try:
        if not client.owed:
            client.take(client.connection.recv(AT_ONCE))
        if client.owed:
            del client.owed[: client.connection.send(client.owed)]
    except BlockingIOError:
        return True
    except OSError as problem:
        print(problem, file=sys.stderr)
        return False
    return bool(client.owed) or not client.is_over


def serve(port: int, context: ssl.SSLContext) -> NoReturn:
    with selectors.DefaultSelector() as selector, socket.create_server(("", port)) as listener:
        listener.setblocking(False)
        selector.register(listener, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                client = key.data
                if client is None:
                    accept(selector, listener, context)
                elif step(client):
                    selector.modify(key.fileobj, selectors.EVENT_WRITE if client.owed else selectors.EVENT_READ, client)
                else:
                    selector.unregister(key.fileobj)
                    client.connection.close()


if len(sys.argv) != 4:
    sys.exit(f"usage: {sys.argv[0]} <port> <certificate> <key>")
try:
    shown = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    shown.load_cert_chain(sys.argv[2], sys.argv[3])
    serve(int(sys.argv[1]), shown)
except OSError as problem:
    sys.exit(str(problem))
