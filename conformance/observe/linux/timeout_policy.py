"""How often a thread's time-outs are let pass while nothing comes of it."""

from dataclasses import dataclass
from typing import Final

PAUSES_IN_A_ROW, POLLS_IN_A_ROW = 1000, 50
"""How many pauses of one thread may be let pass while nothing comes of it: who only sleeps may count them; who asks
before each whether anything has come is given the peer's next step between two of them, and soon has seen them all."""
TIMEOUTS_IN_A_ROW: Final = {"futex": 3}
"""The same for other time-outs. Of a lock's or a condition's few: a runtime's idle threads wait so, for ever."""
OTHER_TIMEOUTS_IN_A_ROW: Final = 25
"""And of every other call: runtimes keep timers that never end."""
AT_LAST_IN_A_ROW: Final = 40
"""How many at least, when nothing else goes on: at its exit a Java runtime waits thirty times for threads in a call."""


@dataclass(slots=True)
class TimeoutPolicy:
    """The time-outs of one thread that were let pass since anything was last achieved."""

    expired: int = 0
    """How many."""
    progress: int = 0
    """What the program's progress was by then."""

    def allows(self, name: str, progress: int, *, at_last: bool, pauses: bool, polls: bool) -> bool:
        """Tell whether one more may be let pass: a time-out, or a pause, before which the thread asked or did not."""
        if self.progress != progress:
            self.progress, self.expired = progress, 0
        if pauses:
            most = POLLS_IN_A_ROW if polls else PAUSES_IN_A_ROW
        else:
            most = TIMEOUTS_IN_A_ROW.get(name, OTHER_TIMEOUTS_IN_A_ROW)
        return self.expired < max(most, AT_LAST_IN_A_ROW if at_last else 0)
