"""What the sandbox needs of whatever follows a program, on any platform: the one seam between running and seeing.

An observer that sees no calls answers for them as a program would look that made none: it counts none, has none
pending, and lets no time pass.
"""

from enum import Enum, auto
from typing import Final, Protocol

from conformance.records.trace import Trace

TICK_S: Final = 0.001
"""Seconds after which any wait is broken off to look again: nobody is told that a program falls asleep, that a server
begins to listen, or that an orphan ends."""


class Activity(Enum):
    """What waiting for a program has shown."""

    MOVED = auto()
    """Something happened: a call, an end."""
    ASLEEP = auto()
    """Every thread sleeps in the kernel."""
    RUNNING = auto()
    """Some thread computes; nothing was seen of it meanwhile."""
    GONE = auto()
    """No thread is left."""


class Polling(Enum):
    """How a program asks for what is not there."""

    NOT = auto()
    """It waits or works."""
    RESTS = auto()
    """It asks at each tick of its own clock, which is so busy that it is never seen asleep."""
    SPINS = auto()
    """Call after call gives nothing, and it does not rest between them: a busy-wait."""


class Observer(Protocol):
    """Follows one program from its start to its end."""

    @property
    def exit_status(self) -> int | None:
        """The wait status of the program's own process, once it has ended."""

    # -------------------------------------------------------------- following

    def wait(self) -> Activity:
        """Handle what is due; else look whether the program sleeps; else wait a moment for a change."""

    def release_delayed(self) -> bool:
        """Let one thread go on that was held back; tell whether there was one."""

    def signal(self, name: str) -> bool:
        """Send the program's own process a signal, if it is known to handle it; tell whether it was sent."""

    def end(self) -> None:
        """End what is left of the program, and wait until nothing that is followed lives any more."""

    # -------------------------------------------------------------- the peer

    def note_peer_action(self) -> None:
        """Take note that the peer does something, whether the program can notice it or not."""

    def note_peer_step(self) -> None:
        """Take note that the peer has taken a step that the program can notice."""

    def listens(self) -> bool:
        """Tell whether a connect would find the program."""

    def pending_calls(self) -> tuple[int, ...]:
        """Return the numbers of the calls that were entered and have not returned."""

    # -------------------------------------------------------------- time

    def skip_timeout(self, *, pauses_only: bool = False, at_last: bool = False) -> bool:
        """Let the shortest time-out pass at once, as if its time had gone by; tell whether there was one.

        With `pauses_only`, only pauses that wait for nothing but time, and not for the peer, a few between two of its
        steps; `at_last`, also one that has passed often.
        """

    # -------------------------------------------------------------- what is counted

    @property
    def call_count(self) -> int:
        """How many calls stand in the trace by now."""

    @property
    def busy_calls(self) -> int:
        """How many calls of interest were made, as the limit of a run counts them."""

    @property
    def thread_count(self) -> int:
        """How many threads are followed at the moment."""

    @property
    def faults_applied(self) -> int:
        """How often a fault has had its effect."""

    @property
    def seconds_passed(self) -> float:
        """How much time was let pass."""

    @property
    def looks_at_a_sleeper(self) -> int:
        """How often in a row it was seen that the program only sleeps for a time, which cannot be let pass."""

    def polling(self) -> Polling:
        """Tell how a program has asked for what is not there since this was last asked; begin to count anew."""

    def slices(self) -> tuple[bytes, ...]:
        """Return how often each thread of the program was given a processor: the same again where none has run since.

        Threads are looked at one after the other. One that wakes another and falls asleep itself may be seen asleep in
        its place, and so all of them, though one was awake all the time.
        """

    def is_about_to_run(self) -> bool:
        """Tell whether a thread is said to sleep that only waits for a processor: it goes on by itself."""

    def zombies(self) -> int:
        """Return how many children of the program have ended without anybody having waited for them."""

    def processes(self) -> set[int]:
        """Return the system's numbers of the program's processes."""

    # -------------------------------------------------------------- afterwards

    def trace(self) -> Trace:
        """Return what was recorded; call it when the program is gone."""
