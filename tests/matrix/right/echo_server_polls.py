# Asks every socket without blocking, and sleeps a hundredth of a second when nothing has moved.
# exercise: echo_server
import socket
import sys
import time


def step(connection: socket.socket, owed: bytearray) -> bool:
    """Move what can be moved; tell whether anything was. The end and losses are errors."""
    if owed:
        del owed[: connection.send(owed)]
        return True
    data = connection.recv(4096)
    if not data:
        raise EOFError
    owed += data
    return True


def go_on(clients: dict[socket.socket, bytearray], connection: socket.socket) -> bool:
    try:
        return step(connection, clients[connection])
    except BlockingIOError:
        return False
    except (EOFError, OSError):
        connection.close()
        del clients[connection]
        return True


def welcome(clients: dict[socket.socket, bytearray], listener: socket.socket) -> bool:
    try:
        connection, _ = listener.accept()
    except BlockingIOError:
        return False
    except OSError as problem:
        print(problem, file=sys.stderr)
        return False
    connection.setblocking(False)
    clients[connection] = bytearray()
    return True


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: echo_server_polls.py <port>")
    with socket.create_server(("", int(sys.argv[1]))) as listener:
        listener.setblocking(False)
        clients: dict[socket.socket, bytearray] = {}
        while True:
            moved = welcome(clients, listener)
            for connection in list(clients):
                moved |= go_on(clients, connection)
            if not moved:
                time.sleep(0.01)


main()
