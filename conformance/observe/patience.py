"""How a thread waits: which of its time-outs may be let pass at once, and which are for a clock of its own."""

import time
from dataclasses import dataclass
from typing import Final

from conformance.observe import waits
from conformance.observe.memory import Memory
from conformance.observe.recorder import Entry

TELLS: Final = 0.005
"""Seconds after which the rest of a wait can be told from a wait that begins anew."""
BEARABLE: Final = 5.0
"""Seconds that a program's own deadline may lie ahead."""
OFTEN: Final = {"sleep": 1000, "poll": 25, "select": 25, "epoll_wait": 25, "futex": 3}
"""How many time-outs of one thread are let pass while nothing comes of it: runtimes keep timers that never end."""
AT_LAST: Final = 40
"""How many at least, when nothing else goes on: at its exit a Java runtime waits thirty times for threads in a call."""
ENOUGH_TO_TELL: Final = 25
"""How many are let pass before a thread may be taken for one that asks its own clock."""


@dataclass(slots=True)
class Patience:
    """The time-outs of one thread that were let pass since anything was last achieved."""

    expired: int = 0
    """How many."""
    progress: int = 0
    """What the tracer's progress was by then."""
    since: float = 0.0
    """When the first of them was let pass, by the system's clock."""
    due: float = 0.0
    """When that one would have been over."""
    patient: Entry | None = None
    """The wait that is let last as long as it does."""

    def left(self, memory: Memory, entry: Entry, progress: int, *, at_last: bool = False) -> float | None:
        """Return the seconds that a wait still lasts, if it may be let pass; None where it has no end or may not."""
        left = waits.time_given(memory, entry)
        if left is None:
            return None
        now = time.monotonic()
        if self.progress != progress or not self.expired:
            self.progress, self.expired = progress, 0
            self.since, self.due = now, now + left
        if self.expired >= ENOUGH_TO_TELL and self.has_a_deadline(memory, entry, progress):
            return None
        often = max(OFTEN[entry.name], AT_LAST if at_last else 0)
        return left if self.expired < often or now - self.since < TELLS else None

    def has_a_deadline(self, memory: Memory, entry: Entry, progress: int) -> bool:
        """Tell whether the thread asks its own clock, and waits for a time that only the system's clock will bring.

        It begins the same wait again and again, each time for the rest; a pause that is repeated begins anew.
        """
        if not self.expired or self.progress != progress:
            return False
        left, now = waits.time_given(memory, entry), time.monotonic()
        passed = now - self.since
        if left is not None and left < BEARABLE and passed > TELLS and now + left - self.due < passed / 2:
            self.patient = entry
        return self.patient is entry
