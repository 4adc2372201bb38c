"""Greets each client over TLS with "Hello World!" and ends the connection."""

import errno
import socket
import ssl
import sys
import time
from typing import NoReturn

BACKLOG = 5
GREETING = b"Hello World!"
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


def greet(connection: ssl.SSLSocket) -> None:
    connection.sendall(GREETING)


def converse(context: ssl.SSLContext, plain: socket.socket) -> None:
    # The handshake is part of the conversation: who does not speak TLS ends this one only.
    with context.wrap_socket(plain, server_side=True) as connection:
        greet(connection)
        # This says close_notify, without which the client cannot tell the end from a connection that was cut off.
        connection.unwrap()


def serve(port: int, certificate: str, key: str) -> NoReturn:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    # `with` closes each socket once, at the end of its block, also when an error ends the block.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # Connections of the last run may still stand in TIME_WAIT: without this, bind refuses their port for a minute.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("", port))
        listener.listen(BACKLOG)
        while True:
            with accept_client(listener) as plain:
                try:
                    converse(context, plain)
                except OSError as problem:
                    # A client that leaves in mid-conversation ends its own conversation, and no other.
                    print(f"{sys.argv[0]}: {problem}", file=sys.stderr)


def main() -> int:
    if len(sys.argv) != 4 or not sys.argv[1].isdecimal() or not 0 < int(sys.argv[1]) < 65536:
        print(f"usage: {sys.argv[0]} <port> <certificate> <key>", file=sys.stderr)
        return 1
    try:
        serve(int(sys.argv[1]), sys.argv[2], sys.argv[3])
    except OSError as problem:
        # Calls that a signal interrupts are no problem: Python repeats them by itself.
        print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
