"""Receives a file up to its end and stores it, and then says its thanks."""

import os
import socket
import sys

BUFFER_SIZE = 4096
THANKS = b"Thank you"


def write_all(descriptor: int, data: bytes) -> None:
    # Unlike sendall or a file's write, os.write is the bare call: it may take only a part of the data.
    while data:
        data = data[os.write(descriptor, data) :]


def store(connection: socket.socket, path: str) -> None:
    # O_TRUNC empties an older file; without it, the end of a longer one would stay behind the new content.
    # The mode is that of a new file: Python's default would let everybody execute it.
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        # The end of the connection is the end of the file. A reset is something else, and raises an error.
        while chunk := connection.recv(BUFFER_SIZE):
            write_all(file, chunk)
    finally:
        # A close can fail too: some systems learn only now that the disk is full.
        os.close(file)


def receive(ip: str, port: int, path: str) -> None:
    # `with` closes the socket once, at the end of the block, also when an error ends the block.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
        # The connection comes first: to open the file empties it, and a server that does not answer is no reason to
        # lose the copy of yesterday.
        connection.connect((ip, port))
        store(connection, path)
        # The server has ended its direction; this one is still open.
        connection.sendall(THANKS)


def main() -> int:
    if len(sys.argv) != 4 or not sys.argv[2].isdecimal() or not 0 < int(sys.argv[2]) < 65536:
        print(f"usage: {sys.argv[0]} <ip> <port> <path>", file=sys.stderr)
        return 1
    try:
        receive(sys.argv[1], int(sys.argv[2]), sys.argv[3])
    except OSError as problem:
        # Calls that a signal interrupts are no problem: Python repeats them by itself.
        print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
