# Gives the built-in open an opener of its own, with the mode, and takes no buffer.
# exercise: low_open
import os
import sys


def private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


def write_line() -> None:
    rest = b"Let's go!\n"
    with open("data.txt", "wb", buffering=0, opener=private) as file:
        while rest:
            rest = rest[file.write(rest) :]


try:
    write_line()
except OSError as problem:
    sys.exit(str(problem))
