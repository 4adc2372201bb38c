"""Greets one client with "Hello World!" and ends the connection."""

import socket
import sys

GREETING = b"Hello World!"
BACKLOG = 5


def greet_one_client(port: int) -> None:
    # `with` closes each socket once, at the end of its block, also when an error ends the block.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # Connections of the last run may still stand in TIME_WAIT: without this, bind refuses their port for a minute.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("", port))
        listener.listen(BACKLOG)
        connection, _ = listener.accept()
        with connection:
            # send may take only a part of the data; sendall offers the rest again until nothing is left.
            connection.sendall(GREETING)


def main() -> int:
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal() or not 0 < int(sys.argv[1]) < 65536:
        print(f"usage: {sys.argv[0]} <port>", file=sys.stderr)
        return 1
    try:
        greet_one_client(int(sys.argv[1]))
    except OSError as problem:
        # Calls that a signal interrupts are no problem: Python repeats them by itself.
        print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
