"""Whether calls get a program on: what tells one that waits or works from one that only asks again and again."""

from typing import Final

from conformance.model.calls import TRANSFER
from conformance.model.constants import MSG_PEEK
from conformance.observe.pending import PendingCall

ASK: Final = frozenset({"poll", "select", "epoll_wait"})
LOOKS: Final = ASK | {"wait"}
"""Calls that look whether something is there, mostly at several descriptors: Windows waits for events, too."""
GIVE_SOMETHING: Final = TRANSFER | {"accept", "connect"} | ASK
PROGRESS_CALLS: Final = TRANSFER | {"accept", "connect", "close", "shutdown", "listen"}


def asks_without_result(pending: PendingCall, result: int) -> bool:
    """Tell whether a call asked for something that was not there: how a program polls."""
    if pending.name in ASK:
        return result == 0 and not pending.waited
    return pending.in_scope and pending.name in GIVE_SOMETHING and result < 0 and not pending.waited


def achieves(pending: PendingCall, result: int) -> bool:
    """Tell whether a call for the exercise moved something on; to look at data and leave it there does not."""
    if not pending.in_scope or pending.name not in PROGRESS_CALLS or pending.arg("message_flags") & MSG_PEEK:
        return False
    moved = result if pending.bytes_moved is None else pending.bytes_moved
    return moved >= (pending.row.moves is not None)
