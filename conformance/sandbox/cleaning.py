"""The end of everything that a run has started, however it hides: only then may its files be touched."""

import os
import signal

from conformance.observe import descendants
from conformance.observe.observer import TICK_S
from conformance.sandbox.box import Boxes


class Cleaner:
    """Ends what is below this process, but for those that stay from run to run."""

    def __init__(self, boxes: Boxes | None = None) -> None:
        self._boxes = boxes

    @property
    def residents(self) -> tuple[int, ...]:
        """The processes that stay."""
        return self._boxes.residents() if self._boxes is not None else ()

    def end_all(self) -> None:
        """End what is left of a run, until nothing is left of it.

        The first process of a process namespace has the orphans as its children, and only it can end all at once (kill
        with -1), so that nothing escapes by forking faster than it is killed.
        """
        residents, first = self.residents, self._boxes.first if self._boxes is not None else None
        descendants.reap(residents)
        # one child of the namespace's first process is the program itself, ended and not reaped
        more = first is not None and len(descendants.children(first.pid)) > 1
        while left := descendants.below(os.getpid(), residents):
            more = True
            if first is not None:
                first.kill_all()
            descendants.kill(left)
            signal.sigtimedwait([signal.SIGCHLD], TICK_S)
            descendants.reap(residents)
        if first is not None and more:
            first.kill_all()  # it also lets go of orphans that have ended
