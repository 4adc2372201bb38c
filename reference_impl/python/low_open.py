"""Creates data.txt with the low-level calls and writes a line into it."""

import os
import sys

PATH = "data.txt"
LINE = b"Let's go!\n"


def write_all(descriptor: int, data: bytes) -> None:
    # Unlike sendall or a file's write, os.write is the bare call: it may take only a part of the data.
    while data:
        data = data[os.write(descriptor, data) :]


def write_line() -> None:
    # O_TRUNC empties an older file; without it, the end of a longer one would stay behind the new text.
    # The mode is that of a new file: Python's default would let everybody execute it.
    file = os.open(PATH, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        write_all(file, LINE)
    finally:
        # A close can fail too: some systems learn only now that the disk is full.
        os.close(file)


def main() -> int:
    try:
        write_line()
    except OSError as problem:
        # Calls that a signal interrupts are no problem: Python repeats them by itself.
        print(f"{sys.argv[0]}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
