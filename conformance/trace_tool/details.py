"""What the arguments of a call point to beside its data: addresses, options, and what came back."""

from collections.abc import Callable
from typing import Final

from conformance.observe.linux import transfers
from conformance.observe.linux.decode import ADDRESS_LIMIT, flags, socket_address
from conformance.observe.linux.memory import Memory
from conformance.observe.linux.wait_arguments import POLL_EVENTS, poll_entries, sets
from conformance.observe.pending import PendingCall
from conformance.records.trace import Address

OPTION_SHOWN: Final = 16


def given_address(memory: Memory, pending: PendingCall) -> Address | None:
    """Return the address that a call is given, if it takes one."""
    if pending.row.has("address"):
        return socket_address(memory.read(pending.arg("address"), min(pending.arg("address_length"), ADDRESS_LIMIT)))
    return transfers.message_address(memory, pending) if pending.row.moves == "out" else None


def address_back(memory: Memory, pending: PendingCall) -> Address | None:
    """Return the address that a call gave back; None where nobody asked for it."""
    if pending.row.moves == "in" and not pending.row.has("address_back"):
        return transfers.message_address(memory, pending)
    place = pending.arg("address_back")
    if not place:
        return None
    return socket_address(memory.read(place, min(_int_at(memory, pending.arg("address_length_back")), ADDRESS_LIMIT)))


def option_value(memory: Memory, pending: PendingCall) -> bytes:
    """Return the value of a socket option: what it is set to, or what came back."""
    asked = pending.row.has("value_length_back")
    length = _int_at(memory, pending.arg("value_length_back")) if asked else pending.uint_arg("value_length")
    return memory.read(pending.arg("value"), min(length, OPTION_SHOWN))


def _int_at(memory: Memory, place: int) -> int:
    return int.from_bytes(memory.read(place, 4), "little")


def _ready_of_poll(memory: Memory, pending: PendingCall) -> str:
    answers = [(number, flags(seen & 0xFFFF, POLL_EVENTS)) for number, _, seen in poll_entries(memory, pending)]
    return ", ".join(f"{number} {seen}" for number, seen in answers if seen != "0")


def _ready_of_select(memory: Memory, pending: PendingCall) -> str:
    return ", ".join(sets(memory, pending))


def _descriptor_pair(memory: Memory, pending: PendingCall) -> str:
    place = pending.arg("pair_back")
    return f"{_int_at(memory, place)}, {_int_at(memory, place + 4)}"


BACK: Final[dict[str, Callable[[Memory, PendingCall], str]]] = {
    "poll": _ready_of_poll,
    "ppoll": _ready_of_poll,
    "select": _ready_of_select,
    "pselect6": _ready_of_select,
    "socketpair": _descriptor_pair,
}
"""What a call that succeeded gave back beside its result."""
