"""Scenarios as a transport can play them: what one transport does not have becomes what comes nearest to it."""

from collections.abc import Callable, Iterable
from typing import Final

from msgspec.structs import replace

from conformance.catalogue.records import TransportName
from conformance.records.scenario import Accept, Connect, End, Leave, Reset, Scenario, Step


def fitted(scenarios: Iterable[Scenario], transport: TransportName) -> tuple[Scenario, ...]:
    """Return scenarios as they are played over a transport, each once."""
    fit = FITTINGS[transport]
    return tuple(dict.fromkeys(replace(one, steps=fit(one.steps)) for one in scenarios))


def _as_they_are(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return steps


def _without_resets(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Let a client that resets leave instead: SO_LINGER has no effect on Unix-domain sockets (man 7 socket)."""
    return tuple(Leave(client=step.client, early=step.early) if isinstance(step, Reset) else step for step in steps)


def _without_connections(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Leave out what only a connection has, its end and its reset; let everybody come with datagrams."""
    return tuple(
        replace(step, datagrams=True) if isinstance(step, Connect | Accept) else step
        for step in steps
        if not isinstance(step, End | Reset)
    )


def _with_later_ends(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Let a client end its side only when it has what it is owed.

    TLS 1.2 lets who gets a close_notify discard what is still to be sent (RFC 5246 7.2.1), and libraries do so in
    TLS 1.3 too: asyncio's, for one.
    """
    serves = any(isinstance(step, Connect) for step in steps)
    later = (replace(step, early=False) if isinstance(step, End) and serves else step for step in steps)
    return tuple(later)


FITTINGS: Final[dict[TransportName, Callable[[tuple[Step, ...]], tuple[Step, ...]]]] = {
    "tcp": _as_they_are,
    "tls": _with_later_ends,
    "unix": _without_resets,
    "udp": _without_connections,
}
