"""What the sandbox is asked for: a program and one run of it; and what it keeps apart."""

from typing import Literal

from msgspec import Struct

from conformance.catalogue import Platform
from conformance.catalogue.records import TransportName
from conformance.messages import Message, say
from conformance.records.scenario import Scenario

FileView = Literal["own-root", "landlock", "shared"]
"""What a program sees of files: a view of its own, what rules leave it of the system's, or what every user sees."""


class Program(Struct, frozen=True, kw_only=True):
    """One built, startable exercise of a submission."""

    command: tuple[str, ...]
    """The command line, with `{ip}`, `{port}`, `{path}` and others where the sandbox puts addresses and files."""
    exercise: str = ""
    """The exercise that it is a program of; nothing for a compiler and the like."""
    language: str = ""
    """The language that it was written in; nothing where a manifest alone says how it is started."""
    role: Literal["server", "client", "alone"] = "alone"
    environment: tuple[tuple[str, str], ...] = ()
    transport: TransportName = "tcp"
    path: str = ""
    """The file that the exercise names, in the program's directory."""
    files: bool = False
    """Whether the files in its directory are of the exercise."""
    sockets: bool = False
    """Whether every socket that it makes is."""
    platform: Platform = "posix"
    runtime: Literal["native", "managed"] = "managed"
    """Whether a runtime or a sanitizer comes with it, which takes memory and computes: what a run may take depends."""
    shown: tuple[str, ...] = ()
    """Files and folders beside the system that it may read; the folder of its command where none are named."""
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
    lines: str = ""
    """The folder whose source lines the program's own runtime is to name; nothing where that is not wanted."""
    hasty: bool = False
    """Whether the program has gone on without end before: then it is ended sooner."""
    unwatched: bool = False
    """Whether a run that was watched is done once more unwatched: the program finds no filter, and is ended where it
    does nothing but sleep, which it never did while it was watched."""
    hard_limit_s: float = 180.0
    """Seconds after which a program is stuck beyond doubt: bounds what is truly stuck, decides nothing else."""


class Tracing(Struct, frozen=True, tag="tracing"):
    """Calls are seen here: it was tried."""


class NoTracing(Struct, frozen=True, kw_only=True, tag="no-tracing"):
    """Calls are not seen here."""

    why: Message


Tier = Literal["full", "namespaces", "landlock", "limits"]
"""How much is kept apart, the most first; SECURITY.md says what each of them promises."""
Wanted = Literal["require", "best", "none"]
"""What is asked for: all of it or nothing is run, as much as this system gives, or nothing but limits."""


class Isolation(Struct, frozen=True, kw_only=True):
    """What the sandbox keeps apart on this system."""

    network: bool
    processes: bool
    files: FileView = "shared"
    wanted: Wanted = "best"
    user: str
    """The user that programs run as."""
    calls: Tracing | NoTracing
    runs_on: str = ""
    """What stands in for the platform that programs are made for, with its version; nothing where none is needed."""

    @property
    def tier(self) -> Tier:
        """How much of all this is kept apart."""
        if self.network and self.processes:
            return "full" if self.files == "own-root" else "namespaces"
        return "landlock" if self.files == "landlock" else "limits"

    @property
    def tracing(self) -> bool:
        """Whether calls are seen."""
        return isinstance(self.calls, Tracing)

    @property
    def why_not(self) -> Message | None:
        """Why there is no tracing; None where there is."""
        return self.calls.why if isinstance(self.calls, NoTracing) else None

    def described(self) -> Message:
        """Say what is isolated, the tier first."""
        network = say("isolation.network" if self.network else "isolation.shared-network")
        processes = say("isolation.processes" if self.processes else "isolation.shared-processes")
        files = say(f"isolation.files.{self.files}")
        tier = say("isolation.asked-for" if self.wanted == "none" else "isolation.tier", tier=self.tier)
        return say("isolation", tier=tier, network=network, processes=processes, files=files, user=self.user)
