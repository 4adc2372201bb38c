"""The row of any call by its name in a trace: the kernel's, or library and function of a Windows program."""

from typing import Final

from conformance.model.arguments import CallRow
from conformance.model.calls import SYSTEM_CALLS
from conformance.model.winsock import OTHER, WINSOCK_CALLS

_ROWS: Final[dict[str, CallRow]] = {**SYSTEM_CALLS, **WINSOCK_CALLS}


def row(system_call: str) -> CallRow:
    """Return the row of a call; one of no known arguments where the vocabulary does not have it."""
    return _ROWS.get(system_call, OTHER)
