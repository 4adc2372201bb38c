"""The Linux backend: the fork server starts programs, and the kernel's ptrace tells what they do."""

from dataclasses import replace

from conformance.messages import Message
from conformance.observe.linux.arch import Arch
from conformance.observe.linux.observer import LinuxObserver, observe
from conformance.observe.linux.seccomp import Filter
from conformance.sandbox import spawn
from conformance.sandbox.backends.backend import Running, StartSpec
from conformance.sandbox.cleaning import Cleaner
from conformance.sandbox.fork_server import ForkServer


class LinuxBackend:
    """Starts programs under the filter, and traces them."""

    sees_calls = True

    def __init__(self, arch: Arch, cleaner: Cleaner) -> None:
        self.arch, self._cleaner = arch, cleaner
        self._filter = Filter(arch)

    def start(self, spec: StartSpec) -> Running:
        """See `Backend`. A program that Landlock keeps apart is started by a fork: its files are others each time."""
        observer = self.observer(spec)
        if spec.launch.ruleset is not None:
            return self._fork(spec, observer)
        server = spec.box.fork_server
        assert server is not None
        stdout, stderr = server.start(spec.launch)
        observer.attach_to(server, spec.launch.open_at_start)
        return Running(
            observer=observer, stdout=stdout, stderr=stderr, exec_error=lambda: _exec_error(observer, server)
        )

    def observer(self, spec: StartSpec) -> LinuxObserver:
        """Return the observer of one run."""
        return observe(self.arch, spec.scope, spec.faults)

    def _fork(self, spec: StartSpec, observer: LinuxObserver) -> Running:
        child = spawn.start_in_sandbox(replace(spec.launch, filter=self._filter))
        observer.attach(child.pid, spec.launch.open_at_start)
        child.release()
        return Running(observer=observer, stdout=child.stdout, stderr=child.stderr, exec_error=child.why_not_started)

    def normalize(self, output: bytes) -> bytes:
        """See `Backend`."""
        return output

    def end_all(self) -> None:
        """See `Backend`."""
        self._cleaner.end_all()

    def check_intact(self) -> None:
        """Nothing of it can be reached from a program: it runs as another user, or in other namespaces."""


def _exec_error(observer: LinuxObserver, server: ForkServer) -> Message | str | None:
    if observer.thread_count:  # it lives, so it was started
        return None
    server.wait_idle()
    return server.exec_error()
