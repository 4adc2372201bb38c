"""Sends back what each client sends, with a child process for each client."""

import errno
import os
import signal
import socket
import sys
import time
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
        except ConnectionAbortedError:
            # This client gave up before its turn: that is no reason to stop waiting for the next.
            continue
        except OSError as problem:
            if problem.errno not in SHORTAGES:
                raise
            # accept would fail again at once: the pause keeps the program from trying as fast as the processor can.
            print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
            time.sleep(PAUSE_SECONDS)


def echo(connection: socket.socket) -> None:
    # What was received goes out before more is read: when the client ends its side, nothing is owed to it any more.
    while chunk := connection.recv(BUFFER_SIZE):
        # send may take only a part of the data; sendall offers the rest again until nothing is left.
        connection.sendall(chunk)


def serve_in_child(listener: socket.socket, connection: socket.socket) -> None:
    try:
        child = os.fork()
    except OSError as problem:
        print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
        return
    if child:
        return
    try:
        # The listener is the parent's. As long as a child holds it, the port is taken.
        listener.close()
        echo(connection)
    except OSError as problem:
        # A client that leaves in mid-conversation ends its own conversation, and no other.
        print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
    finally:
        connection.close()
        # Without it the child would go back to accept, as its parent does.
        os._exit(0)


def serve(port: int) -> NoReturn:
    # The system itself takes away children that have ended, where nobody wants to know how.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # `with` closes each socket once, at the end of its block, also when an error ends the block.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # Connections of the last run may still stand in TIME_WAIT: without this, bind refuses their port for a minute.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("", port))
        listener.listen(BACKLOG)
        while True:
            # `with` closes the parent's copy of the connection: the child has its own.
            with accept_client(listener) as connection:
                serve_in_child(listener, connection)


def main() -> int:
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal() or not 0 < int(sys.argv[1]) < 65536:
        print(f"usage: {sys.argv[0]} <port>", file=sys.stderr)
        return 1
    try:
        serve(int(sys.argv[1]))
    except OSError as problem:
        # Calls that a signal interrupts are no problem: Python repeats them by itself.
        print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
