"""Sends a file to each client, ends its own direction, and prints the client's thanks."""

import errno
import os
import socket
import sys
import time
from typing import NoReturn

BACKLOG = 5
BUFFER_SIZE = 4096
PAUSE_SECONDS = 0.1
# What the system is short of now it may have again in a moment.
SHORTAGES = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


def accept_client(listener: socket.socket) -> socket.socket:
    while True:
        try:
            return listener.accept()[0]
        except ConnectionAbortedError:
            # This client gave up before its turn: that is no reason to stop waiting for the next.
            continue
        except OSError as problem:
            if problem.errno not in SHORTAGES:
                raise
            # accept would fail again at once: the pause keeps the program from trying as fast as the processor can.
            print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
            time.sleep(PAUSE_SECONDS)


def check_readable(path: str) -> None:
    # A name that is mistyped is better told at the start, to who typed it, than later to every client.
    os.close(os.open(path, os.O_RDONLY))


def write_all(descriptor: int, data: bytes) -> None:
    # Unlike sendall or a file's write, os.write is the bare call: it may take only a part of the data.
    while data:
        data = data[os.write(descriptor, data) :]


def send_file(connection: socket.socket, path: str) -> None:
    # The file is opened for each client anew: a descriptor remembers how far it was read, and from a shared one the
    # second client would get nothing.
    file = os.open(path, os.O_RDONLY)
    try:
        # A socket is a descriptor like a file's: the same read and write serve both.
        while chunk := os.read(file, BUFFER_SIZE):
            write_all(connection.fileno(), chunk)
    finally:
        os.close(file)


def print_thanks(connection: socket.socket) -> None:
    # The client reads to the end of the file, and this is what ends it. A close would end the other direction too, and
    # the thanks would be answered with a reset.
    connection.shutdown(socket.SHUT_WR)
    # The thanks may come in several parts, and their end is that of the client's side.
    thanks = b""
    while chunk := connection.recv(BUFFER_SIZE):
        thanks += chunk
    if thanks:
        print(thanks.decode(errors="replace"), flush=True)


def serve(port: int, path: str) -> NoReturn:
    check_readable(path)
    # `with` closes each socket once, at the end of its block, also when an error ends the block.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # Connections of the last run may still stand in TIME_WAIT: without this, bind refuses their port for a minute.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("", port))
        listener.listen(BACKLOG)
        while True:
            with accept_client(listener) as connection:
                try:
                    send_file(connection, path)
                    print_thanks(connection)
                except OSError as problem:
                    # What fails on a connection, or on the file meanwhile, ends that conversation and no other.
                    print(f"{sys.argv[0]}: {problem}", file=sys.stderr)


def main() -> int:
    if len(sys.argv) != 3 or not sys.argv[1].isdecimal() or not 0 < int(sys.argv[1]) < 65536:
        print(f"usage: {sys.argv[0]} <port> <path>", file=sys.stderr)
        return 1
    try:
        serve(int(sys.argv[1]), sys.argv[2])
    except OSError as problem:
        # Calls that a signal interrupts are no problem: Python repeats them by itself.
        print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
