"""What a call that has returned did to the descriptors: followed in the tables, the same on every platform.

Sources: POSIX.1 XSH, and the Linux manual pages for close, close_range, dup and unix(7).
"""

import struct
from collections.abc import Callable
from typing import Final

from conformance.catalogue.records import DATAGRAMS
from conformance.model.calls import CLOSE_RANGE_CLOEXEC, DUPLICATES, SystemCall
from conformance.model.constants import SOCK_DGRAM, SOCKET_TYPE_MASK, SOL_SOCKET
from conformance.model.descriptors import UNDER_WAY, DescriptorKind, OpenFile, State
from conformance.observe.pending import PendingCall
from conformance.observe.recording import Process, Recording

RECEIVE_TIMES, SEND_TIMES = (20, 66), (21, 67)
"""SO_RCVTIMEO and SO_SNDTIMEO, by their old and their new numbers."""
TIMEVAL: Final = struct.Struct("<qq")
CONNECTED_STATE, OPEN_STATE = State.CONNECTED, State.OPEN
BAD_DESCRIPTOR: Final = "EBADF"


def follow(
    recording: Recording, process: Process, pending: PendingCall, result: int, error: str | None
) -> OpenFile | None:
    """Follow a call that has returned; return the description that it has made, if any."""
    if error is not None:
        _follow_failed(process, pending, error)
        return None
    effect = EFFECTS.get(pending.name)
    made = effect(recording, process, pending, result) if effect is not None else None
    file = pending.file
    if file is not None and file.state is not CONNECTED_STATE and file.state is not OPEN_STATE:
        file.advance(pending.name)
    return made


def _follow_failed(process: Process, pending: PendingCall, error: str) -> None:
    """Follow the two calls that change something also where they fail.

    On Linux the descriptor is gone whatever else close has to report (man 2 close); a closesocket that fails has closed
    nothing.
    """
    if pending.name == "connect" and error in UNDER_WAY and pending.file is not None:
        pending.file.state = State.CONNECTING
    elif pending.name == "close" and error != BAD_DESCRIPTOR and isinstance(pending.row, SystemCall):
        _close(process, pending)


def send_along(recording: Recording, process: Process, numbers: list[int]) -> None:
    """Note which descriptors a message carries: they are in flight until a process receives them."""
    carried = (process.table.entries.get(number) for number in numbers)
    recording.in_flight += [file for file in carried if file is not None]


def arrive(recording: Recording, process: Process, numbers: list[int]) -> None:
    """Let the numbers that came with a message stand for the descriptions that were longest in flight."""
    for number in numbers:
        process.table.drop(number)
        if recording.in_flight:
            file = recording.in_flight.pop(0)
            process.table.put(number, file)
            file.copies += 1


def _socket(recording: Recording, process: Process, pending: PendingCall, result: int) -> OpenFile:
    made = recording.new_file(DescriptorKind.SOCKET, State.FRESH, pending.number)
    made.in_scope = recording.scope.sockets
    made.datagrams = pending.arg("type") & SOCKET_TYPE_MASK == SOCK_DGRAM
    process.table.put(result, made)
    return made


def _accept(recording: Recording, process: Process, pending: PendingCall, result: int) -> OpenFile:
    made = recording.new_file(DescriptorKind.SOCKET, State.CONNECTED, pending.number)
    listener = pending.file
    if listener is not None:
        made.in_scope = listener.in_scope
        made.receives_for, made.sends_for = listener.receives_for, listener.sends_for
    process.table.put(result, made)
    return made


def _open(recording: Recording, process: Process, pending: PendingCall, result: int) -> OpenFile:
    made = recording.new_file(DescriptorKind.FILE, State.OPEN, pending.number)
    made.in_scope = pending.in_scope
    process.table.put(result, made)
    return made


def _setsockopt(_recording: Recording, process: Process, pending: PendingCall, _result: int) -> None:
    file, option = pending.file, pending.arg("option")
    if file is None or pending.arg("level") != SOL_SOCKET or option not in (*RECEIVE_TIMES, *SEND_TIMES):
        return
    raw = process.memory.read(pending.arg("value"), TIMEVAL.size)
    seconds, rest = TIMEVAL.unpack(raw) if len(raw) == TIMEVAL.size else (0, 0)
    if option in RECEIVE_TIMES:
        file.receives_for = seconds + rest / 1e6
    else:
        file.sends_for = seconds + rest / 1e6


def _listen(_recording: Recording, _process: Process, pending: PendingCall, _result: int) -> None:
    if pending.file is not None:
        # A server that listens elsewhere than it was told is still the exercise's: one slip costs one requirement.
        pending.file.in_scope = pending.in_scope = True


def _bind(recording: Recording, _process: Process, pending: PendingCall, _result: int) -> None:
    if pending.file is not None and pending.file.datagrams and recording.scope.transport in DATAGRAMS:
        pending.file.in_scope = pending.in_scope = True  # as a listener is, wherever it is


def _closes(_recording: Recording, process: Process, pending: PendingCall, _result: int) -> None:
    _close(process, pending)


def _close(process: Process, pending: PendingCall) -> None:
    file, number = pending.file, pending.descriptor
    if file is None or number is None:
        return
    file.closes += 1
    # The kernel frees the number before the call returns: another thread may have got it meanwhile.
    if process.table.entries.get(number) is file:
        process.table.drop(number)


def _close_range(_recording: Recording, process: Process, pending: PendingCall, _result: int) -> None:
    if pending.arg("flags") & CLOSE_RANGE_CLOEXEC:
        return
    low, high = pending.uint_arg("first"), pending.uint_arg("last")
    for number in [number for number in process.table.entries if low <= number <= high]:
        gone = process.table.drop(number)
        if gone is not None:
            gone.closes += 1


def _dup(_recording: Recording, process: Process, pending: PendingCall, result: int) -> None:
    replaced = process.table.entries.get(result)
    if replaced is not None and pending.descriptor != result:
        replaced.closes += 1  # dup2 closes what its second number stood for
    if pending.descriptor is not None:
        process.table.copy(pending.descriptor, result)


def _fcntl(recording: Recording, process: Process, pending: PendingCall, result: int) -> None:
    if pending.arg("command") in DUPLICATES:
        _dup(recording, process, pending, result)


EFFECTS: Final[dict[str, Callable[[Recording, Process, PendingCall, int], OpenFile | None]]] = {
    "socket": _socket,
    "setsockopt": _setsockopt,
    "accept": _accept,
    "open": _open,
    "listen": _listen,
    "bind": _bind,
    "close": _closes,
    "close_range": _close_range,
    "dup": _dup,
    "fcntl": _fcntl,
}
"""What calls that succeeded do beside taking a description from one state to the next."""
