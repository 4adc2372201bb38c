"""Sends back what each client sends over a Unix-domain stream socket, client after client."""

import contextlib
import errno
import socket
import sys
import time
from pathlib import Path
from typing import NoReturn

BACKLOG = 5
BUFFER_SIZE = 1024
PAUSE_SECONDS = 0.1
# What the system is short of now it may have again in a moment.
SHORTAGES = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


def accept_client(listener: socket.socket) -> socket.socket:
    while True:
        try:
            return listener.accept()[0]
        except OSError as problem:
            if problem.errno not in SHORTAGES:
                raise
            # accept would fail again at once: the pause keeps the program from trying as fast as the processor can.
            print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
            time.sleep(PAUSE_SECONDS)


def echo(connection: socket.socket) -> None:
    while chunk := connection.recv(BUFFER_SIZE):
        # send may take only a part of the data; sendall offers the rest again until nothing is left.
        connection.sendall(chunk)


def serve(path: str) -> NoReturn:
    # The socket of the last run still has its name in the folder: bind refuses a path that is there.
    with contextlib.suppress(FileNotFoundError):
        Path(path).unlink()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(path)
        listener.listen(BACKLOG)
        while True:
            with accept_client(listener) as connection:
                try:
                    echo(connection)
                except OSError as problem:
                    # A client that leaves in mid-conversation ends its own conversation, and no other.
                    print(f"{sys.argv[0]}: {problem}", file=sys.stderr)


def main() -> int:
    if len(sys.argv) != 2:
        print(f"usage: {sys.argv[0]} <path>", file=sys.stderr)
        return 1
    try:
        serve(sys.argv[1])
    except OSError as problem:
        print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
