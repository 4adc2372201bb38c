"""The Wine backend: programs for Windows run under Wine, whose relay tells what they call."""

from conformance.observe.linux.arch import Arch
from conformance.observe.wine.observer import WineObserver
from conformance.sandbox import spawn
from conformance.sandbox.backends.backend import Running, StartSpec
from conformance.sandbox.cleaning import Cleaner
from conformance.sandbox.wine import WineSession


class WineBackend:
    """Starts programs beside Wine's server, and traces them.

    It does so also where no calls are to be shown: else nobody would know when the server sleeps.
    """

    sees_calls = True

    def __init__(self, arch: Arch, cleaner: Cleaner) -> None:
        self._arch, self._cleaner = arch, cleaner
        self._session: WineSession | None = None
        """The one in which the last run began."""
        self._settings: set[bytes] = set()
        """What the relay said of itself in the last run."""

    def start(self, spec: StartSpec) -> Running:
        """See `Backend`."""
        session = self._session = spec.box.wine
        assert session is not None
        observer = WineObserver(
            self._arch,
            spec.scope,
            spec.faults,
            program=spec.launch.command[0],
            server=session.slices,
            idle_sites=session.idle_sites,
        )
        self._settings = observer.settings
        launch = session.wrap(spec.launch)
        child = spawn.start_in_sandbox(launch)
        observer.attach(child.pid, launch.open_at_start)
        child.release()
        return Running(observer=observer, stdout=child.stdout, stderr=child.stderr, exec_error=child.why_not_started)

    def normalize(self, output: bytes) -> bytes:
        """See `Backend`: the text mode of Windows writes each line's end as two characters."""
        return output.replace(b"\r\n", b"\n")

    def end_all(self) -> None:
        """See `Backend`."""
        self._cleaner.end_all()

    def check_intact(self) -> None:
        """See `Backend`. Raises `WineError`."""
        if self._session is not None:
            self._session.check_intact(self._settings)
