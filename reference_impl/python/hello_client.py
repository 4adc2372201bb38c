"""Connects to a server, reads its message to the end and prints it."""

import socket
import sys

BUFFER_SIZE = 1024


def print_message(ip: str, port: int) -> None:
    # `with` closes the socket once, at the end of the block, also when an error ends the block.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
        connection.connect((ip, port))
        # One recv may return any part of the message; only an empty one means that the server has ended it.
        while chunk := connection.recv(BUFFER_SIZE):
            # The bytes go out as they came: as text, they might be cut in mid-character.
            sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()


def main() -> int:
    if len(sys.argv) != 3 or not sys.argv[2].isdecimal() or not 0 < int(sys.argv[2]) < 65536:
        print(f"usage: {sys.argv[0]} <ip> <port>", file=sys.stderr)
        return 1
    try:
        print_message(sys.argv[1], int(sys.argv[2]))
    except OSError as problem:
        # Calls that a signal interrupts are no problem: Python repeats them by itself.
        print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
