"""How often a thread's time-outs are let pass while nothing comes of it."""

from dataclasses import dataclass
from typing import Final, NamedTuple

PAUSES_IN_A_ROW, POLLS_IN_A_ROW = 1000, 50
"""How many pauses of one thread may be let pass while nothing comes of it: who only sleeps may count them; who asks
before each whether anything has come is given the peer's next step between two of them, and soon has seen them all."""
TIMEOUTS_IN_A_ROW: Final = {"futex": 3}
"""The same for other time-outs. Of a lock's or a condition's few: a runtime's idle threads wait so, for ever."""
OTHER_TIMEOUTS_IN_A_ROW: Final = 25
"""And of every other call: runtimes keep timers that never end."""
AT_LAST_IN_A_ROW: Final = 40
"""How many at least, when nothing else goes on: who tries again and again may give up in the end."""
ASIDE_AT_LAST_IN_A_ROW: Final = 12
"""The same for a thread that has made no call about the exercise: one that counts to ten is seen to its end. A Java
runtime has seven that wake now and then for ever, and each waking costs as much as many calls."""
MOMENT_S: Final = 0.02
"""Such a thread has as many as the others where it waits no longer than that: at its exit a Java runtime waits thirty
times for threads in a call, 10 milliseconds each time."""


class Wait(NamedTuple):
    """A wait whose time is to be let pass."""

    name: str
    """The call's."""
    lasts: float
    """Seconds from its beginning to its end."""
    pauses: bool
    """Whether it waits for nothing but time."""
    polls: bool
    """Whether the thread has asked before it for something that was not there."""


@dataclass(slots=True)
class TimeoutPolicy:
    """The time-outs of one thread that were let pass since anything was last achieved."""

    expired: int = 0
    """How many."""
    progress: int = 0
    """What the program's progress was by then."""
    takes_part: bool = False
    """Whether the thread has made a call about the exercise."""

    def allows(self, wait: Wait, progress: int, *, at_last: bool) -> bool:
        """Tell whether one more may be let pass."""
        if self.progress != progress:
            self.progress, self.expired = progress, 0
        if wait.pauses:
            most = POLLS_IN_A_ROW if wait.polls else PAUSES_IN_A_ROW
        else:
            most = TIMEOUTS_IN_A_ROW.get(wait.name, OTHER_TIMEOUTS_IN_A_ROW)
        return self.expired < max(most, self._at_last(wait) if at_last else 0)

    def _at_last(self, wait: Wait) -> int:
        return AT_LAST_IN_A_ROW if self.takes_part or wait.lasts <= MOMENT_S else ASIDE_AT_LAST_IN_A_ROW
