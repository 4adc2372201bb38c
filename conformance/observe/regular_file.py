"""Opening files that a program can replace while the suite runs: nobody waits for a FIFO, and no device is read."""

import os
import stat
from typing import BinaryIO


def open_regular(path: str | bytes | os.PathLike[str]) -> BinaryIO:
    """Open a plain file to read. Raises OSError where there is none, or something else of that name.

    Without O_NONBLOCK the open of a FIFO waits for somebody who writes into it (man 7 fifo).
    """
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise FileNotFoundError(f"{os.fsdecode(path)} is no plain file")
    return os.fdopen(number, "rb")
