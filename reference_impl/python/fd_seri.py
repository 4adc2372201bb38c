"""Opens a socket, a file and a socket, and prints the three descriptors."""

import os
import socket
import sys

PATH = "test.dat"


def print_descriptors() -> None:
    # `with` closes each socket once, at the end of the block, also when an error ends the block.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as first:
        # os.open returns the number itself, and so somebody has to remember to close it.
        second = os.open(PATH, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as third:
                for place, descriptor in enumerate([first.fileno(), second, third.fileno()], 1):
                    print(f"file descriptor {place}: {descriptor}")
        finally:
            os.close(second)


def main() -> int:
    try:
        print_descriptors()
    except OSError as problem:
        print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
