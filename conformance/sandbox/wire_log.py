"""What showed on the wire, in order, with its place among the program's calls."""

from dataclasses import dataclass, field
from typing import Final

from conformance.observe.observer import Observer
from conformance.records.run import Happening, WireEvent

KEPT_BYTES: Final = 1 << 24
"""How many bytes are kept of what one run sends: the rest is read and counted, not kept."""
OF_THE_PEER: Final = frozenset(
    {
        "connected",
        "opened",
        "sent",
        "peer ended",
        "peer reset",
        "peer left",
        "peer pauses",
        "peer reads",
        "signal",
        "stranger",
        "peer notified",
        "peer updated",
        "peer alerted",
    }
)
"""What the peer does itself, while the program waits. A connection is taken as soon as it is there: whether the call
that made it has returned by then is chance."""


@dataclass(slots=True)
class WireLog:
    """The events of one run."""

    observer: Observer
    events: list[WireEvent] = field(default_factory=list)
    received: int = 0
    """How many bytes have come from the program, on all lines."""

    def note(
        self, what: Happening, client: int, data: bytes = b"", port: int = 0, host: str = "", detail: str = ""
    ) -> None:
        """Note what happens now."""
        waiting: tuple[int, ...] = ()
        if what in OF_THE_PEER:
            self.observer.note_peer_action()
            waiting = self.observer.pending_calls()
        after = self.observer.call_count
        self.events.append(
            WireEvent(
                what=what, client=client, data=data, port=port, after=after, waiting=waiting, host=host, detail=detail
            )
        )

    def note_received(self, client: int, data: bytes, port: int = 0) -> None:
        """Note what came from the program, as long as that is not too much to keep."""
        self.received += len(data)
        if self.received <= KEPT_BYTES:
            self.note("received", client, data, port)
