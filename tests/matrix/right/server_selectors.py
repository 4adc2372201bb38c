# Serves many clients in one loop of the selectors module, with sockets that do not block.
# exercise: hello_server
import selectors
import socket
import sys

GREETING = b"Hello World!"


def accept(listener: socket.socket, selector: selectors.BaseSelector) -> None:
    try:
        connection, _ = listener.accept()
    except (BlockingIOError, ConnectionAbortedError):
        return
    connection.setblocking(False)
    selector.register(connection, selectors.EVENT_WRITE, GREETING)


def go_on(connection: socket.socket, unsent: bytes, selector: selectors.BaseSelector) -> None:
    try:
        count = connection.send(unsent)
    except BlockingIOError:
        return
    except OSError as problem:
        print(problem, file=sys.stderr)
        count = len(unsent)
    if count < len(unsent):
        selector.modify(connection, selectors.EVENT_WRITE, unsent[count:])
    else:
        selector.unregister(connection)
        connection.close()


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} <port>")
    with selectors.DefaultSelector() as selector, socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("0.0.0.0", int(sys.argv[1])))
        listener.listen()
        listener.setblocking(False)
        selector.register(listener, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is listener:
                    accept(listener, selector)
                elif isinstance(key.fileobj, socket.socket):
                    go_on(key.fileobj, key.data, selector)


main()
