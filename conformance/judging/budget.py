"""What one program may cost: runs that go on without end are dear, and after too many of them the rest is not run.

So are runs that compute for seconds each time. The programs of one submission share what a submission may cost, by
their number alone: so what becomes of one does not depend on the others.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

from conformance.messages import Message, say
from conformance.records.errors import SandboxError, StuckError
from conformance.records.run import Busy, Run
from conformance.records.scenario import Scenario

MOST: Final = 400
FULL_SHARES: Final = 6
"""To how many programs of a submission all of it is given; more of them have less each."""
FREE_S: Final[dict[Literal["native", "managed"], float]] = {"native": 1.0, "managed": 4.0}
"""Seconds that a program may compute in each run, by whether it brings a runtime: several times what any right one
takes, also where a call that is traced is slow."""
BURNT_MOST_S: Final = 40.0
"""Seconds that it may compute beyond these in all its runs, unless somebody says otherwise."""
COSTS: Final = {
    "calls without result": 1,
    "answers": 4,
    "bytes": 10,
    "calls": 20,
    "files": 40,
    "memory": 40,
    "output": 10,
    "processes": 10,
    "processor time": 16,
    "sleep": 40,
}
"""What a run costs that was ended at a limit, in fortieths of a second of work, about: counts, so that the same program
is judged as far each time, however busy the machine is."""


class SpentError(Exception):
    """The program has cost as much as one may: nothing more is run of it."""

    def __init__(self, why: Message) -> None:
        super().__init__(why)
        self.why = why


class LostRunError(Exception):
    """The sandbox could not do a run of a program: by the program's doing, or by a fault of its own."""

    def __init__(self, scenario: Scenario, problem: SandboxError) -> None:
        super().__init__(problem)
        self.scenario, self.problem = scenario, problem


class HinderedError(Exception):
    """The program has made the sandbox fail as often as one may: nothing more is run of it."""

    def __init__(self, problem: SandboxError) -> None:
        super().__init__(problem)
        self.problem = problem


class TooLongError(Exception):
    """The clock has ended a run: it tells nothing of the program, and nothing more is run of it."""


LOSSES: Final = 10
"""How often a program may make the sandbox fail: to set up a new one takes half a second."""
COST_OF_STUCK: Final = 5
"""As how many such failures one counts that took minutes to find out."""
UNDER_WINE: Final = 20
"""How many times as much the same costs under Wine."""


@dataclass(slots=True, eq=False)
class Budget:
    """What a program has cost so far, in all its builds."""

    spent: int = 0
    endless: int = 0
    """How many of its runs were ended at a limit."""
    burnt: float = 0.0
    """Seconds that it has computed beyond what each run may take."""
    share: float = 1.0
    """The part of all this that it has, as one of the programs of a submission, or as much as was asked for."""
    too_long: bool = False
    """A run of it was ended by the clock."""
    lost: list[tuple[Scenario, SandboxError]] = field(default_factory=list)
    """The runs that the sandbox could not do."""
    hinders: bool = False
    """Whether it is known that the program has brought that about: the reference program gets through."""

    def check(self) -> None:
        """Raise `SpentError` where nothing is left, `TooLongError` where a run was ended by the clock.

        Raise `HinderedError` where the program is known to make the sandbox fail, and has done so often enough.
        """
        if self.hinders and sum(COST_OF_STUCK if isinstance(one, StuckError) else 1 for _, one in self.lost) >= LOSSES:
            raise HinderedError(self.lost[-1][1])
        if self.too_long:
            raise TooLongError
        if self.is_spent:
            raise SpentError(self._why())

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left."""
        return self.too_long or self._has_burnt_all or self.spent >= MOST * self.share

    @property
    def _has_burnt_all(self) -> bool:
        return self.burnt >= BURNT_MOST_S * self.share

    def _why(self) -> Message:
        """Say on what it was spent."""
        if self._has_burnt_all:
            return say("verdict.burnt", seconds=round(self.burnt))
        return say("verdict.spent", count=self.endless)

    @property
    def hasty(self) -> bool:
        """Whether the next run is to be ended sooner: a program that has gone on without end once does it again."""
        return self.endless > 0

    def lose(self, scenario: Scenario, problem: SandboxError) -> None:
        """Take note of a run that the sandbox could not do."""
        self.lost.append((scenario, problem))

    def charge(
        self,
        run: Run,
        *,
        under_wine: bool = False,
        watched: bool = True,
        runtime: Literal["native", "managed"] = "managed",
    ) -> Run:
        """Take note of what a run has cost, and return it. Raise `TooLongError` where the clock has ended it.

        That counts against no other run where it was one that is played once more unwatched.
        """
        if run.ending == Busy(limit="time") and not watched:
            raise TooLongError
        if run.ending == Busy(limit="time"):
            self.too_long = True
            self.check()
        self.burnt += max(run.processor_seconds - FREE_S[runtime], 0.0)
        if isinstance(run.ending, Busy):
            self.spent += COSTS[run.ending.limit] * (UNDER_WINE if under_wine else 1)
            self.endless += 1
        return run


def share_of(programs: int, seconds: float = BURNT_MOST_S) -> float:
    """Return the part of the usual budget that each of so many programs has, where one alone may compute so long."""
    return min(1.0, FULL_SHARES / max(programs, 1)) * seconds / BURNT_MOST_S
