"""The untraced backend: programs are started by a plain fork, and only what everybody may see of them is seen."""

from dataclasses import replace

from conformance.observe.linux.seccomp import Filter, clone3_is_forbidden, without_clone3
from conformance.observe.untraced import UntracedObserver
from conformance.sandbox import spawn
from conformance.sandbox.backends.backend import Running, StartSpec
from conformance.sandbox.cleaning import Cleaner
from conformance.sandbox.host import Host


class UntracedBackend:
    """Starts programs, and looks on."""

    sees_calls = False

    def __init__(self, host: Host, cleaner: Cleaner) -> None:
        self._host, self._cleaner = host, cleaner
        forbidden = host.arch is not None and clone3_is_forbidden()
        self._filter = Filter(host.arch, code=without_clone3(host.arch)) if host.arch and forbidden else None

    def start(self, spec: StartSpec) -> Running:
        """See `Backend`."""
        ports = () if self._host.has_namespaces else spec.scope.ports
        observer = UntracedObserver(self._cleaner.residents, ports, awaits_all=spec.awaits_all)
        child = spawn.start_in_sandbox(replace(spec.launch, filter=self._filter))
        observer.attach(child.pid)
        child.release()
        return Running(observer=observer, stdout=child.stdout, stderr=child.stderr, exec_error=child.why_not_started)

    def normalize(self, output: bytes) -> bytes:
        """See `Backend`."""
        return output

    def end_all(self) -> None:
        """See `Backend`."""
        self._cleaner.end_all()

    def check_intact(self) -> None:
        """Nothing of it stays from run to run that a program could change."""
