"""The bytes of a transfer, and what else its messages hold: where they lie in the program's memory, or in a file.

Sources: man 2 recvmsg, sendmmsg and sendfile, and man 3 cmsg; layouts are those of the headers of 64-bit Linux.
"""

import contextlib
import os
import stat
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from conformance.model.arguments import signed
from conformance.model.constants import SCM_RIGHTS, SOL_SOCKET
from conformance.observe.libc import copy_of
from conformance.observe.linux import decode
from conformance.observe.linux.memory import LARGEST_READ, Memory
from conformance.observe.pending import PendingCall
from conformance.records.trace import Address

VECTOR_ENTRY: Final = struct.Struct("<QQ")
"""struct iovec."""
MSGHDR: Final = struct.Struct("<QIxxxxQQQQ")
"""struct msghdr up to its flags: the address and its length, the vector and its length, the control data and its."""
SIZE_OF_HEADER: Final = 56
SIZE_OF_MESSAGE: Final = 64
"""struct mmsghdr is a struct msghdr, and behind it the number of bytes that were moved."""
PIECES_AT_MOST: Final = 64
CONTROL: Final = struct.Struct("<QII")
CONTROL_AT_MOST: Final = 4096
Piece = tuple[int, int]
"""The address and the size of a buffer."""


class Header(NamedTuple):
    """One struct msghdr."""

    address: int
    address_length: int
    vector: int
    vector_length: int
    control: int
    control_length: int


def header(memory: Memory, place: int) -> Header | None:
    """Read a struct msghdr; None where nothing lies there."""
    raw = memory.read(place, SIZE_OF_HEADER)
    return Header(*MSGHDR.unpack_from(raw)) if len(raw) == SIZE_OF_HEADER else None


def headers(memory: Memory, pending: PendingCall, count: int | None = None) -> Iterator[tuple[Header, int]]:
    """Yield the messages of a call, of several the first `count`, each with the number of bytes that it moved."""
    if pending.row.has("message"):
        one = header(memory, pending.arg("message"))
        yield from [] if one is None else [(one, 0)]
    if pending.row.has("messages"):
        wanted = pending.uint_arg("count") if count is None else count
        raw = memory.read(pending.arg("messages"), min(SIZE_OF_MESSAGE * wanted, LARGEST_READ))
        for at in range(0, len(raw) - SIZE_OF_MESSAGE + 1, SIZE_OF_MESSAGE):
            yield Header(*MSGHDR.unpack_from(raw, at)), int.from_bytes(raw[at + SIZE_OF_HEADER :][:4], "little")


def bytes_moved(memory: Memory, pending: PendingCall, result: int) -> int:
    """Return how many bytes a call has moved whose result counts messages."""
    return sum(moved for _, moved in headers(memory, pending, result))


def offered(memory: Memory, pending: PendingCall, limit: int) -> list[Piece]:
    """Return the program's buffers for the first `limit` bytes that a transfer is asked to move."""
    row = pending.row
    if row.has("buffer"):
        return [(pending.arg("buffer"), min(pending.arg("length"), limit))]
    if row.has("vector"):
        return _iovec_pieces(memory, pending.arg("vector"), pending.arg("count"), limit)
    found: list[Piece] = []
    for one, _ in headers(memory, pending):
        found += _iovec_pieces(memory, one.vector, one.vector_length, limit - sum(size for _, size in found))
    return found


def moved(memory: Memory, pending: PendingCall, result: int, limit: int) -> bytes:
    """Return the bytes that a transfer has moved, at most `limit` of them."""
    at, args = pending.row.at, pending.args
    if "buffer" in at:  # most transfers, and the hot path of a trace; with MSG_TRUNC the result may be the larger one
        return memory.read(args[at["buffer"]], min(args[at["length"]], result, limit))
    if pending.row.has("source"):
        return _copied(memory, pending, result, limit)
    if pending.row.has("messages"):
        return _of_messages(memory, pending, result, limit)
    return gathered(memory, offered(memory, pending, min(result, limit)))


def gathered(memory: Memory, pieces: list[Piece]) -> bytes:
    """Return what lies in buffers."""
    return b"".join([memory.read(base, size) for base, size in pieces])


def _of_messages(memory: Memory, pending: PendingCall, result: int, limit: int) -> bytes:
    data = b""
    for one, size in headers(memory, pending, result):
        if len(data) < limit:
            data += gathered(memory, _iovec_pieces(memory, one.vector, one.vector_length, min(size, limit - len(data))))
    return data


def _entries(memory: Memory, vector: int, count: int) -> Iterator[Piece]:
    raw = memory.read(vector, VECTOR_ENTRY.size * min(count, PIECES_AT_MOST))
    yield from VECTOR_ENTRY.iter_unpack(raw[: len(raw) // VECTOR_ENTRY.size * VECTOR_ENTRY.size])


def _iovec_pieces(memory: Memory, vector: int, count: int, limit: int) -> list[Piece]:
    """Return the buffers of a struct iovec's first entries, up to so many bytes."""
    found: list[Piece] = []
    for base, size in _entries(memory, vector, count):
        if size and limit > 0:
            found.append((base, min(size, limit)))
            limit -= min(size, limit)
    return found


# ---------------------------------------------------------------- messages: sizes, addresses and descriptors


def message_size(memory: Memory, one: Header) -> int:
    """Return how many bytes a message holds, or has room for."""
    return sum(length for _, length in _entries(memory, one.vector, one.vector_length))


def set_moved(memory: Memory, pending: PendingCall, count: int) -> None:
    """Write, as the kernel does at the end of the call, how many bytes of its first message were moved."""
    memory.write(pending.arg("messages") + SIZE_OF_HEADER, count.to_bytes(4, "little"))


def message_address(memory: Memory, pending: PendingCall) -> Address | None:
    """Return the address in a call's first message: to whom it goes, or from whom it came."""
    first = next(headers(memory, pending), None)
    if first is None or not first[0].address:
        return None
    size = min(first[0].address_length, decode.ADDRESS_LIMIT)
    return decode.socket_address(memory.read(first[0].address, size))


def passed(memory: Memory, pending: PendingCall, count: int | None = None) -> list[int]:
    """Return the descriptors that a call's messages carry by SCM_RIGHTS, of several those of the first `count`."""
    return [number for one, _ in headers(memory, pending, count) for number in _rights(memory, one)]


def _rights(memory: Memory, one: Header) -> list[int]:
    found: list[int] = []
    data, at = memory.read(one.control, min(one.control_length, CONTROL_AT_MOST)), 0
    while at + CONTROL.size <= len(data):
        length, level, kind = CONTROL.unpack_from(data, at)
        if length < CONTROL.size:
            break
        if (level, kind) == (SOL_SOCKET, SCM_RIGHTS):
            count = min((length - CONTROL.size) // 4, (len(data) - at - CONTROL.size) // 4)
            found += struct.unpack_from(f"<{count}i", data, at + CONTROL.size)
        at += (length + 7) & ~7
    return found


# ---------------------------------------------------------------- sendfile: from a file


def position(memory: Memory, pending: PendingCall) -> int | None:
    """Return where in its file a sendfile begins to read, before it does; None where that cannot be known."""
    place = pending.arg("offset")
    if place:
        raw = memory.read(place, 8)
        return int.from_bytes(raw, "little") if len(raw) == 8 else None
    with contextlib.suppress(OSError, ValueError):
        text = Path(f"/proc/{memory.pid}/fdinfo/{pending.int_arg('source')}").read_text()
        return int(text.split(maxsplit=2)[1])  # its first line is `pos:` and the number
    return None


def _copied(memory: Memory, pending: PendingCall, result: int, limit: int) -> bytes:
    """Return the bytes that a sendfile took out of a regular file; nothing where they cannot be known.

    They are known only if its position has moved by just as much: else another thread reads from the same description.
    """
    before = pending.position
    if before is None or position(memory, pending) != before + result:
        return b""
    with contextlib.suppress(OSError, OverflowError), _borrowed(memory.pid, signed(pending.arg("source"))) as file:
        if stat.S_ISREG(os.fstat(file).st_mode):
            return os.pread(file, min(result, limit), before)
    return b""


@contextlib.contextmanager
def _borrowed(pid: int, number: int) -> Iterator[int]:
    """Take a copy of a program's descriptor; raise OSError where the kernel gives none.

    To open it anew through /proc could wait, as a FIFO does, or set off what a device does when it is opened. A copy
    does neither, stands also for a file without a name, and pread leaves the position that both share where it is.
    """
    process = os.pidfd_open(pid)
    try:
        copy = copy_of(process, number)
    finally:
        os.close(process)
    if copy < 0:
        raise OSError("the kernel gives no copy of the descriptor")
    try:
        yield copy
    finally:
        os.close(copy)
