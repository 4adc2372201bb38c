"""Receives a count, so many integers and an operator, and answers with the result, client after client."""

import errno
import functools
import operator
import socket
import struct
import sys
import time
from typing import NoReturn

BACKLOG = 5
OPERATORS = {b"+": operator.add, b"-": operator.sub, b"*": operator.mul}
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


def receive_all(connection: socket.socket, size: int) -> bytes:
    # TCP keeps no boundaries: so many bytes may come in any number of parts.
    data = b""
    while len(data) < size:
        chunk = connection.recv(size - len(data))
        if not chunk:
            raise ConnectionError("the client ended its side in the middle of a request")
        data += chunk
    return data


def converse(connection: socket.socket) -> None:
    (count,) = receive_all(connection, 1)
    # "=" stands for the byte order of this machine, "i" for an integer of four bytes.
    operands = struct.unpack(f"={count}i", receive_all(connection, 4 * count))
    calculate = OPERATORS.get(receive_all(connection, 1))
    # A request that is none has no answer, and the client is let go.
    if operands and calculate is not None:
        result = functools.reduce(calculate, operands)
        # Numbers have no end in Python. Of four bytes there are only so many: a larger result keeps its low bits.
        connection.sendall(struct.pack("=I", result & 0xFFFFFFFF))


def serve(port: int) -> NoReturn:
    # `with` closes each socket once, at the end of its block, also when an error ends the block.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # Connections of the last run may still stand in TIME_WAIT: without this, bind refuses their port for a minute.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("", port))
        listener.listen(BACKLOG)
        while True:
            with accept_client(listener) as connection:
                try:
                    converse(connection)
                except OSError as problem:
                    # A client that leaves in mid-conversation ends its own conversation, and no other.
                    print(f"{sys.argv[0]}: {problem}", file=sys.stderr)


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
