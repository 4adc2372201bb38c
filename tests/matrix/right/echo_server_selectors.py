# Serves many clients in one loop around a selector; what a client does not take yet waits in its own buffer.
# exercise: echo_server
import errno
import selectors
import socket
import sys
import time
from typing import NoReturn

SHORTAGES = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


def accept(selector: selectors.BaseSelector, listener: socket.socket) -> None:
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
    selector.register(connection, selectors.EVENT_READ, bytearray())


def step(connection: socket.socket, owed: bytearray) -> bool:
    """Send what is owed, or receive more; tell whether the conversation goes on."""
    try:
        if owed:
            del owed[: connection.send(owed)]
            return True
        owed += connection.recv(4096)
        return bool(owed)
    except BlockingIOError:
        return True
    except OSError as problem:
        print(problem, file=sys.stderr)
        return False


def go_on(selector: selectors.BaseSelector, connection: socket.socket, owed: bytearray) -> None:
    if step(connection, owed):
        selector.modify(connection, selectors.EVENT_WRITE if owed else selectors.EVENT_READ, owed)
    else:
        selector.unregister(connection)
        connection.close()


def serve(port: int) -> NoReturn:
    with selectors.DefaultSelector() as selector, socket.create_server(("", port)) as listener:
        listener.setblocking(False)
        selector.register(listener, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is listener:
                    accept(selector, listener)
                else:
                    go_on(selector, key.fileobj, key.data)


if len(sys.argv) != 2:
    sys.exit(f"usage: {sys.argv[0]} <port>")
try:
    serve(int(sys.argv[1]))
except OSError as problem:
    sys.exit(str(problem))
