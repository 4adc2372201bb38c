"""Sends each line of standard input to an echo server over a Unix-domain socket, and prints what comes back."""

import socket
import sys

BUFFER_SIZE = 1024


def print_answer(connection: socket.socket, owed: int) -> None:
    # The answer is as long as the line, and may come in several parts. No more is asked for than is owed.
    while owed > 0:
        chunk = connection.recv(min(owed, BUFFER_SIZE))
        if not chunk:
            raise ConnectionError("the server ended the connection in the middle of its answer")
        sys.stdout.buffer.write(chunk)
        owed -= len(chunk)
    # A person waits for the answer before typing on.
    sys.stdout.buffer.flush()


def converse(path: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(path)
        for line in sys.stdin.buffer:
            if line.rstrip(b"\n") in (b"Q", b"q"):
                break
            connection.sendall(line)
            print_answer(connection, len(line))


def main() -> int:
    if len(sys.argv) != 2:
        print(f"usage: {sys.argv[0]} <path>", file=sys.stderr)
        return 1
    try:
        converse(sys.argv[1])
    except OSError as problem:
        print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
