"""Messages between the suite and its stages: a length and so many bytes, through a pipe."""

import os
import struct
from typing import Final

LENGTH: Final = struct.Struct("<I")


def read_message(stream: int) -> bytes | None:
    """Return the next message of a pipe, or None at its end."""
    head = _read_exactly(stream, LENGTH.size)
    return None if head is None else _read_exactly(stream, LENGTH.unpack(head)[0])


def _read_exactly(stream: int, size: int) -> bytes | None:
    data = b""
    while len(data) < size:
        piece = os.read(stream, size - len(data))
        if not piece:
            return None
        data += piece
    return data


def write_message(stream: int, data: bytes) -> None:
    """Write one message to a pipe."""
    rest = memoryview(LENGTH.pack(len(data)) + data)
    while rest:
        rest = rest[os.write(stream, rest) :]
