"""The untraced backend: programs are started by a plain fork, and only what everybody may see of them is seen."""

from dataclasses import replace

from conformance.observe.linux.seccomp import Filter, refusing
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
        self._filter = Filter(host.arch, code=refusing(host.arch)) if host.arch is not None else None
        if self._filter is not None and not self._filter.is_allowed():
            self._filter = None

    def start(self, spec: StartSpec) -> Running:
        """See `Backend`."""
        observer = UntracedObserver(self._cleaner.residents, spec.is_found, awaits_all=spec.awaits_all)
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
