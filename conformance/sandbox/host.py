"""What a worker has on this machine, whatever it runs: the processor's architecture, a user, a folder, namespaces."""

from dataclasses import dataclass

from conformance.observe.linux.arch import Arch
from conformance.sandbox.request import Isolation, NoTracing, Tracing, Wanted
from conformance.sandbox.uids import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One worker's."""

    arch: Arch | None
    """None where the system or the processor is none that an observer knows."""
    identity: Identity | None
    """The user that programs run as; None where that is this process's own."""
    user: int
    """The number of the one or the other."""
    folder: str
    """Where all that it writes lies."""
    has_namespaces: bool
    """Whether network and processes are its own."""
    has_threads: bool = True
    """Whether this process can have another thread: under an old container's filter the C library makes none."""
    own_root: bool = False
    """Whether each program has a view of files of its own."""
    landlock: bool = False
    """Whether each start is kept to the files that it needs by Landlock, where it has no namespaces."""
    wanted: Wanted = "best"
    """What was asked for."""

    def isolation(self, calls: Tracing | NoTracing, runs_on: str = "") -> Isolation:
        """Return what is isolated here, where calls are seen or not."""
        return Isolation(
            network=self.has_namespaces,
            processes=self.has_namespaces,
            files="own-root" if self.own_root else "landlock" if self.landlock else "shared",
            wanted=self.wanted,
            user=str(self.user),
            calls=calls,
            runs_on=runs_on,
        )
