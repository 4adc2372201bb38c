"""What one thread of a traced program is doing: the call that it is in, those that were interrupted, how it waits."""

import errno
from dataclasses import dataclass, field
from typing import Final

from conformance.observe.linux import arch as kernel
from conformance.observe.linux.threads import Thread
from conformance.observe.linux.timeout_policy import TimeoutPolicy
from conformance.observe.linux.timers import Timer
from conformance.observe.pending import PendingCall

INTERRUPTED_RESULTS: Final = kernel.RESTART_RESULTS | {-errno.EINTR}
NOT_ASKED: Final = -1


@dataclass(slots=True, eq=False)
class CallState:
    """One thread, as its calls show it."""

    thread: Thread
    entry: PendingCall | None = None
    """The call that it is in."""
    interrupted: list[PendingCall] = field(default_factory=list)
    """Calls that a signal interrupted and that may be begun again."""
    given_up: list[PendingCall] = field(default_factory=list)
    """Of them, those after which the thread went on to another call: a handler's, or because they gave EINTR."""
    handles: tuple[int, int] | None = None
    """The last signal that it handles, and where its stack stood when that came."""
    expiring: bool = False
    """It was interrupted so that the time-out of its call is over."""
    rings: Timer | None = None
    """It was interrupted so that its call, which waits for a signal, tells of this timer."""
    parked_before: PendingCall | None = None
    """The short pause before which it stands still."""
    asked: int = NOT_ASKED
    """How many steps the peer had taken when it last asked the exercise for something, if nothing was there."""
    policy: TimeoutPolicy = field(default_factory=TimeoutPolicy)

    @property
    def was_interrupted(self) -> bool:
        """Whether its call was interrupted so that it ends."""
        return self.expiring or self.rings is not None

    @property
    def polls(self) -> bool:
        """Whether it has just asked for something that was not there."""
        return self.asked != NOT_ASKED

    def take_resumed(self, name: str, arguments: tuple[int, ...]) -> PendingCall | None:
        """Return the interrupted call that the kernel begins again, if this is one.

        After a handler it is made anew with the arguments it had (ERESTARTSYS), or as restart_syscall where a length
        of time must be counted on from where it stood (ERESTART_RESTARTBLOCK).
        """
        for entry in reversed(self.interrupted):
            if name == "restart_syscall" or (entry.system_call == name and entry.args == arguments):
                self.interrupted.remove(entry)
                return entry
        return None
