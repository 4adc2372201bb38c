"""What the worker needs of a way to run programs: the seam behind which platforms differ.

A backend starts a program in the isolation that its platform offers, and gives the observer that follows it there.
The worker knows nothing else of the platform.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from conformance.messages import Message
from conformance.observe.observer import Observer
from conformance.observe.recording import Scope
from conformance.records.faults import Fault
from conformance.records.run import Run
from conformance.sandbox.box import Box
from conformance.sandbox.request import Isolation, RunRequest
from conformance.sandbox.spawn import Launch


@dataclass(frozen=True, slots=True, kw_only=True)
class StartSpec:
    """All that a backend must know to start a program and to follow it."""

    launch: Launch
    box: Box
    """Where it lives."""
    scope: Scope
    """What belongs to the exercise."""
    faults: tuple[Fault, ...] = ()
    is_found: Callable[[], bool] = lambda: False
    """Tells whether a connect would find the program, where no observer of its calls can tell."""
    awaits_all: bool = True
    """Whether the run lasts until all that the program started has ended, or until itself has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A program that has begun."""

    observer: Observer
    stdout: int
    """Our ends of its streams; they do not block."""
    stderr: int
    exec_error: Callable[[], Message | str | None]
    """Why it could not be started, if so: call it once, when the run is over."""


class Backend(Protocol):
    """A way to run programs."""

    @property
    def sees_calls(self) -> bool:
        """Whether its observers record calls."""

    def start(self, spec: StartSpec) -> Running:
        """Start a program, and begin to follow it. Raises OSError where the system refuses."""

    def normalize(self, output: bytes) -> bytes:
        """Return what a program printed as it would be on every platform."""

    def end_all(self) -> None:
        """End what is left of a run beside what its observer followed."""

    def check_intact(self) -> None:
        """Look after a run whether all is as it was before. Raises an error of its own where a program meddled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backends:
    """A worker's: one for runs whose calls are to be seen, one for the others, and what they keep apart."""

    observing: Backend
    unobserving: Backend
    isolation: Isolation

    def of(self, order: RunRequest) -> Backend:
        """Return the one that an order asks for."""
        return self.observing if order.observe else self.unobserving


Perform = Callable[[RunRequest, Backend], Run]
"""How the worker does one run on a backend: so a backend can be tried before it is chosen."""
