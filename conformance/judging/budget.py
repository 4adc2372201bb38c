"""What one program may cost: runs that go on without end are dear, and after too many of them the rest is not run."""

from dataclasses import dataclass
from typing import Final

from conformance.records.run import Busy, Run

MOST: Final = 400
COSTS: Final = {
    "calls without result": 1,
    "answers": 4,
    "calls": 10,
    "output": 10,
    "processes": 10,
    "processor time": 16,
}
"""What a run costs that was ended at a limit, in fortieths of a second of work, about: counts, so that the same program
is judged as far each time, however busy the machine is."""


class SpentError(Exception):
    """The program has cost as much as one may: nothing more is run of it."""

    def __init__(self, endless: int) -> None:
        super().__init__()
        self.endless = endless
        """How many of its runs were ended at a limit."""


class TooLongError(Exception):
    """The clock has ended a run: it tells nothing of the program, and nothing more is run of it."""


UNDER_WINE: Final = 20
"""How many times as much the same costs under Wine."""


@dataclass(slots=True, eq=False)
class Budget:
    """What a program has cost so far, in all its builds."""

    spent: int = 0
    endless: int = 0
    """How many of its runs were ended at a limit."""
    too_long: bool = False
    """A run of it was ended by the clock."""

    def check(self) -> None:
        """Raise `SpentError` where nothing is left, `TooLongError` where a run was ended by the clock."""
        if self.too_long:
            raise TooLongError
        if self.is_spent:
            raise SpentError(self.endless)

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left."""
        return self.too_long or self.spent >= MOST

    @property
    def hasty(self) -> bool:
        """Whether the next run is to be ended sooner: a program that has gone on without end once does it again."""
        return self.endless > 0

    def charge(self, run: Run, *, under_wine: bool) -> Run:
        """Take note of what a run has cost, and return it. Raise `TooLongError` where the clock has ended it."""
        if run.ending == Busy(limit="time"):
            self.too_long = True
            self.check()
        if isinstance(run.ending, Busy):
            self.spent += COSTS[run.ending.limit] * (UNDER_WINE if under_wine else 1)
            self.endless += 1
        return run
