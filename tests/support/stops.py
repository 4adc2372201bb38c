"""An observer that records nothing: what the kernel's two stops of each call cost by themselves."""

import sys
import time

from conformance.observe.linux import arch as kernel
from conformance.observe.linux.arch import ptrace_request
from conformance.observe.linux.injector import Injector
from conformance.observe.linux.observer import LinuxObserver
from conformance.observe.linux.recorder import Recorder
from conformance.observe.linux.threads import Thread
from conformance.records.scenario import Scenario
from conformance.sandbox.backends.backend import StartSpec
from conformance.sandbox.backends.linux import LinuxBackend
from conformance.sandbox.cleaning import Cleaner
from conformance.sandbox.request import Program, RunRequest
from conformance.sandbox.worker import Worker


class OnlyStops(LinuxObserver):
    """Lets each call go on, at its beginning and at its end."""

    def entered(self, thread: Thread) -> None:
        """Want the end of each call."""
        ptrace_request(kernel.SYSCALL if thread.process.loaded else kernel.CONT, thread.tid)

    def returned(self, thread: Thread) -> None:
        """Look at nothing."""
        ptrace_request(kernel.CONT, thread.tid)


class Bare(LinuxBackend):
    """A backend whose observer is that one."""

    def observer(self, spec: StartSpec) -> LinuxObserver:
        """Return one that records nothing."""
        return OnlyStops(self.arch, Recorder(spec.scope), Injector(self.arch, {}, ()))


def bare(worker: Worker) -> Bare:
    """Return such a backend, on what the worker has."""
    assert worker.host.arch is not None
    return Bare(worker.host.arch, Cleaner(worker.boxes))


def main() -> None:
    """Print how many seconds a program takes under it."""
    worker = Worker(0)
    backend = bare(worker)
    began = time.perf_counter()
    program = Program(command=tuple(sys.argv[1:]))
    worker.perform_on(RunRequest(program=program, scenario=Scenario(), everything=True), backend)
    print(time.perf_counter() - began)
    worker.close()


if __name__ == "__main__":
    main()
