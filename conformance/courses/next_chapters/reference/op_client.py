"""Reads a count, so many integers and an operator from standard input, sends them, and prints the result."""

import socket
import struct
import sys


def ask_request() -> bytes:
    # The numbers and the operator stand on lines, or several on one: any white space is between them.
    words = iter(sys.stdin.read().split())
    try:
        count = int(next(words))
        operands = [int(next(words)) for _ in range(count)]
        sign = next(words)
        # "=" stands for the byte order of this machine, "B" for one byte, "i" for an integer of four bytes.
        return struct.pack(f"=B{count}i", count, *operands) + sign.encode()
    except (StopIteration, ValueError, struct.error):
        raise ValueError("the input is a count, so many integers and an operator") from None


def receive_all(connection: socket.socket, size: int) -> bytes:
    # The answer may come in several parts.
    data = b""
    while len(data) < size:
        chunk = connection.recv(size - len(data))
        if not chunk:
            raise ConnectionError("the server ended the connection in the middle of its answer")
        data += chunk
    return data


def converse(ip: str, port: int) -> None:
    # `with` closes the socket once, at the end of the block, also when an error ends the block.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
        connection.connect((ip, port))
        # send may take only a part of the data; sendall offers the rest again until nothing is left.
        connection.sendall(ask_request())
        (result,) = struct.unpack("=i", receive_all(connection, 4))
    print(f"result: {result}")


def main() -> int:
    if len(sys.argv) != 3 or not sys.argv[2].isdecimal() or not 0 < int(sys.argv[2]) < 65536:
        print(f"usage: {sys.argv[0]} <ip> <port>", file=sys.stderr)
        return 1
    try:
        converse(sys.argv[1], int(sys.argv[2]))
    except (OSError, ValueError) as problem:
        # Calls that a signal interrupts are no problem: Python repeats them by itself.
        print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
