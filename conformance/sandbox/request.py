"""What the sandbox is asked for: a program and one run of it; and what it keeps apart."""

from typing import Literal

from msgspec import Struct

from conformance.catalogue import Platform
from conformance.messages import Message, say
from conformance.records.scenario import Scenario


class Program(Struct, frozen=True, kw_only=True):
    """One built, startable exercise of a submission."""

    command: tuple[str, ...]
    """The command line, with `{ip}`, `{port}` and `{path}` where the sandbox puts the address and the file."""
    exercise: str = ""
    """The exercise that it is a program of; nothing for a compiler and the like."""
    role: Literal["server", "client", "alone"] = "alone"
    environment: tuple[tuple[str, str], ...] = ()
    path: str = ""
    """The file that the exercise names, in the program's directory."""
    files: bool = False
    """Whether the files in its directory are of the exercise."""
    sockets: bool = False
    """Whether every socket that it makes is."""
    platform: Platform = "posix"
    folder: str = ""
    """A folder to whose entries links stand in the directory of each start; nothing where that is empty at first."""


class RunRequest(Struct, frozen=True, kw_only=True):
    """One run, asked of the sandbox."""

    program: Program
    scenario: Scenario
    observe: bool = True
    everything: bool = False
    directory: str | None = None
    """Run here instead of in a fresh directory."""
    build: bool = False
    """A compiler: it works in the given directory, as the user who may use it."""
    tools: tuple[str, ...] = ()
    """Further compilers that it may start, as make does: shown to its user where they can be."""
    lines: str = ""
    """The folder whose source lines the program's own runtime is to name; nothing where that is not wanted."""
    hasty: bool = False
    """Whether the program has gone on without end before: then it is ended sooner."""
    hard_limit_s: float = 180.0
    """Seconds after which a program is stuck beyond doubt: bounds what is truly stuck, decides nothing else."""


class Tracing(Struct, frozen=True, tag="tracing"):
    """Calls are seen here: it was tried."""


class NoTracing(Struct, frozen=True, kw_only=True, tag="no-tracing"):
    """Calls are not seen here."""

    why: Message


class Isolation(Struct, frozen=True, kw_only=True):
    """What the sandbox keeps apart on this system."""

    network: bool
    processes: bool
    user: str
    """The user that programs run as."""
    calls: Tracing | NoTracing
    runs_on: str = ""
    """What stands in for the platform that programs are made for, with its version; nothing where none is needed."""

    @property
    def tracing(self) -> bool:
        """Whether calls are seen."""
        return isinstance(self.calls, Tracing)

    @property
    def why_not(self) -> Message | None:
        """Why there is no tracing; None where there is."""
        return self.calls.why if isinstance(self.calls, NoTracing) else None

    def described(self) -> Message:
        """Say what is isolated."""
        network = say("isolation.network" if self.network else "isolation.shared-network")
        processes = say("isolation.processes" if self.processes else "isolation.shared-processes")
        return say("isolation", network=network, processes=processes, user=self.user)
