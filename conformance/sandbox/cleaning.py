"""The end of everything that a run has started, however it hides: only then may its files be touched."""

import os
import signal
from dataclasses import dataclass

from conformance.observe import descendants
from conformance.observe.observer import TICK_S
from conformance.sandbox.fork_server import ForkServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaner:
    """Ends what is below this process, but for those that stay from run to run."""

    residents: tuple[int, ...] = ()
    first: ForkServer | None = None
    """The first process of a namespace of their own, if there is one: orphans are its children, and only it can end
    all at once (kill with -1), so that nothing escapes by forking faster than it is killed."""

    def end_all(self) -> None:
        """End what is left of a run, until nothing is left of it."""
        descendants.reap(self.residents)
        # one child of the namespace's first process is the program itself, ended and not reaped
        more = self.first is not None and len(descendants.children(self.first.pid)) > 1
        while left := descendants.below(os.getpid(), self.residents):
            more = True
            if self.first is not None:
                self.first.kill_all()
            descendants.kill(left)
            signal.sigtimedwait([signal.SIGCHLD], TICK_S)
            descendants.reap(self.residents)
        if self.first is not None and more:
            self.first.kill_all()  # it also lets go of orphans that have ended
