"""Messages between the suite and its sandboxes: a length and so many bytes, through a pipe."""

import os
import struct
from typing import Final

LENGTH: Final = struct.Struct("<I")


def read_message(stream: int) -> bytearray | None:
    """Return the next message of a pipe, or None at its end."""
    head = _read_exactly(stream, LENGTH.size)
    return None if head is None else _read_exactly(stream, LENGTH.unpack(head)[0])


def _read_exactly(stream: int, size: int) -> bytearray | None:
    """Read into one buffer: with a long message, joining its many pieces takes longer than the run."""
    data = bytearray(size)
    left = memoryview(data)
    while left:
        count = os.readv(stream, [left])
        if not count:
            return None
        left = left[count:]
    return data


def write_message(stream: int, data: bytes) -> None:
    """Write one message to a pipe."""
    rest = memoryview(LENGTH.pack(len(data)) + data)
    while rest:
        rest = rest[os.write(stream, rest) :]
