"""A tracer that records nothing: what the kernel's two stops of each call cost by themselves."""

import sys
import time

from conformance.observe import machine as kernel
from conformance.observe.machine import ptrace
from conformance.observe.recorder import Watch
from conformance.observe.tracer import Thread, Tracer
from conformance.stage.script import Order, Program, Scenario
from conformance.stage.worker import Worker


class OnlyStops(Tracer):
    """Lets each call go on, at its beginning and at its end."""

    def _enter(self, thread: Thread) -> None:
        ptrace(kernel.SYSCALL if thread.process.loaded else kernel.CONT, thread.tid)

    def _leave(self, thread: Thread) -> None:
        ptrace(kernel.CONT, thread.tid)


class Bare(Worker):
    """A worker whose tracer is that one."""

    def _follower(self, _order: Order, _port: int, _directory: str) -> Tracer:
        assert self.on is not None
        return OnlyStops(self.on, Watch())


def main() -> None:
    """Print how many seconds a program takes under it."""
    worker = Bare(0)
    began = time.perf_counter()
    worker.perform(Order(Program(tuple(sys.argv[1:])), Scenario(), everything=True))
    print(time.perf_counter() - began)
    worker.close()


if __name__ == "__main__":
    main()
