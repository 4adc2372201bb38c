"""Reads data.txt with the low-level calls and prints it."""

import os
import sys

PATH = "data.txt"
BUFFER_SIZE = 1024


def write_all(descriptor: int, data: bytes) -> None:
    # Unlike sendall or a file's write, os.write is the bare call: it may take only a part of the data.
    while data:
        data = data[os.write(descriptor, data) :]


def print_file() -> None:
    file = os.open(PATH, os.O_RDONLY)
    try:
        # One read may return any part of the file; only an empty one means that the end is reached.
        while chunk := os.read(file, BUFFER_SIZE):
            # The bytes go out as they came: as text, they might be cut in mid-character.
            write_all(sys.stdout.fileno(), chunk)
    finally:
        os.close(file)


def main() -> int:
    try:
        print_file()
    except OSError as problem:
        # Calls that a signal interrupts are no problem: Python repeats them by itself.
        print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
