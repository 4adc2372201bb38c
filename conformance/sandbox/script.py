"""The peer's script: which step comes next, and which steps belong together."""

from dataclasses import dataclass

from conformance.observe.observer import Observer
from conformance.records.scenario import (
    Alert,
    Await,
    Connect,
    Echo,
    End,
    Leave,
    Notify,
    Pause,
    Reset,
    Send,
    Step,
    Update,
)
from conformance.sandbox.connections import Connections


@dataclass(slots=True)
class Script:
    """A list of steps, and how far it has been played."""

    steps: tuple[Step, ...]
    place: int = 0

    @property
    def unfinished(self) -> int:
        """How many steps are still to be taken."""
        return len(self.steps) - self.place

    @property
    def has_echo(self) -> bool:
        """Whether there is an echo in it, so that what comes is kept for it."""
        return any(isinstance(step, Echo) for step in self.steps)

    def echo_of(self, client: int) -> Echo | None:
        """Return the echo that a client hears."""
        return next((step for step in self.steps if isinstance(step, Echo) and step.client == client), None)

    @property
    def next(self) -> Step | None:
        """The next step; None at the end."""
        return self.steps[self.place] if self.place < len(self.steps) else None

    def advance(self) -> None:
        """The next step was taken."""
        self.place += 1

    def next_is_early(self) -> bool:
        """Tell whether the next step does not wait until the program is quiet."""
        step = self.next
        return isinstance(step, Connect) and step.early

    def can_step(self, connections: Connections, observer: Observer) -> bool:
        """Tell whether the next step can be taken with effect: there is somebody to connect to, or to answer, and
        nothing comes that it would break off.
        """
        if connections.holds_segments():
            return True
        match self.next:
            case Connect():
                return observer.listens()
            case Echo(client=client):
                line = connections.lines.get(client)
                return line is not None and (line.program_ended or line.program_notified or line.owes_echo)
            case Send(client=client) | End(client=client):
                line = connections.lines.get(client)
                return line is None or line.is_open  # behind a handshake that is still to be made it would wait
            case Await(client=client):
                line = connections.lines.get(client)
                return line is None or line.program_ended or line.came >= line.sent
            case Reset() | Leave():
                return not connections.has_inflight()  # what is under way would be lost, or answered otherwise
        return True

    def goes_with_next(self, step: Step) -> bool:
        """Tell whether the next step is taken together with the one that was taken just now.

        Who pauses first of all reads nothing before.
        """
        after = self.next
        if isinstance(after, Pause):
            return isinstance(step, Connect) and step.client == after.client
        return isinstance(after, Connect | Send | End | Notify | Update | Alert | Reset | Leave) and after.early

    def shares_segment(self, client: int) -> bool:
        """Tell whether the step after the next is taken together with it, so that one segment holds both."""
        after = self.steps[self.place + 1 : self.place + 2]
        joined = Send | End | Notify | Update | Alert | Leave
        return any(isinstance(step, joined) and step.early and step.client == client for step in after)

    def has_more_for(self, client: int) -> bool:
        """Tell whether a step of this client's is still to be taken."""
        return any(step.client == client for step in self.steps[self.place :])
