# Waits for clients in select, half a second at most, again and again.
# exercise: hello_server
import select
import socket
import sys


def greet(listener: socket.socket) -> None:
    try:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"Hello World!")
    except OSError as problem:
        print(problem, file=sys.stderr)


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: server_select_timeout.py <port>")
    with socket.create_server(("", int(sys.argv[1]))) as listener:
        while True:
            ready, _, _ = select.select([listener], [], [], 0.5)
            if ready:
                greet(listener)


main()
