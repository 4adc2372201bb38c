"""Which backends a worker has: by the platform that programs are made for, and by what proves to work here."""

import errno
import os
from collections.abc import Callable
from typing import Final

from conformance.catalogue import Platform
from conformance.messages import Message, as_message, say
from conformance.observe.linux.arch import Arch
from conformance.records.run import Exited, described_ending
from conformance.records.scenario import Scenario
from conformance.sandbox import wine
from conformance.sandbox.backends.backend import Backends, Perform
from conformance.sandbox.backends.linux import LinuxBackend
from conformance.sandbox.backends.untraced import UntracedBackend
from conformance.sandbox.backends.wine import WineBackend
from conformance.sandbox.box import Boxes
from conformance.sandbox.cleaning import Cleaner
from conformance.sandbox.host import Host
from conformance.sandbox.request import NoTracing, Program, RunRequest, Tracing
from conformance.sandbox.root import View
from conformance.sandbox.wine import OWN_PROGRAM, Wine, WineError, WineSession

SetUp = Callable[[Host, Boxes, Perform], Backends]
TRIVIAL: Final = RunRequest(program=Program(command=("/bin/true",)), scenario=Scenario(), everything=True)
TRIVIAL_UNDER_WINE: Final = RunRequest(program=Program(command=OWN_PROGRAM, platform="winsock"), scenario=Scenario())


def prepare(platform: Platform, arch: Arch | None) -> SetUp:
    """Do what must be done before namespaces are entered; return how the backends are set up afterwards.

    Wine's prefix is made by processes that end: one of them would be the first of a process namespace, which must stay.
    """
    if platform == "posix":
        return set_up_posix
    found = wine.ready(arch)
    return lambda host, boxes, perform: set_up_wine(found, host, boxes, perform)


def set_up_posix(host: Host, boxes: Boxes, perform: Perform) -> Backends:
    """Return the backends for programs of this system: traced, where that proves to work."""
    untraced = UntracedBackend(host, Cleaner(boxes))
    if host.arch is None:
        calls: Tracing | NoTracing = NoTracing(why=say("isolation.unknown-system"))
        return Backends(observing=untraced, unobserving=untraced, isolation=host.isolation(calls))
    traced = LinuxBackend(host.arch, Cleaner(boxes))
    calls = _try_tracing(boxes, traced, perform)
    return Backends(
        observing=traced if isinstance(calls, Tracing) else untraced,
        unobserving=untraced,
        isolation=host.isolation(calls),
    )


def _try_tracing(boxes: Boxes, backend: LinuxBackend, perform: Perform) -> Tracing | NoTracing:
    """Trace one trivial program."""
    server = boxes.of(View()).fork_server
    if server is None or not server.traced:
        return NoTracing(why=say("isolation.no-tracing", why=os.strerror(errno.EPERM)))
    try:
        run = perform(TRIVIAL, backend)
    except OSError as problem:
        return NoTracing(why=say("isolation.no-tracing", why=problem.strerror))
    return Tracing() if run.trace.calls else NoTracing(why=say("isolation.no-calls"))


def set_up_wine(found: Wine | Message, host: Host, boxes: Boxes, perform: Perform) -> Backends:
    """Return the backends for Windows programs: Wine, where it proves to run a program of its own."""
    if not isinstance(found, Wine) or host.arch is None:
        return _without_wine(host, found if isinstance(found, Message) else say("isolation.unknown-system"))
    boxes.close_boxes()
    boxes.wine = found
    backend = WineBackend(host.arch, Cleaner(boxes))
    try:
        session = boxes.of(View()).wine
    except (WineError, OSError) as problem:
        return _without_wine(host, as_message(problem))
    calls = _try_wine(session, backend, perform)
    return Backends(
        observing=backend if isinstance(calls, Tracing) else UntracedBackend(host, Cleaner()),
        unobserving=backend,
        isolation=host.isolation(calls, found.version),
    )


def _try_wine(session: WineSession | None, backend: WineBackend, perform: Perform) -> Tracing | NoTracing:
    """Run a program of Wine's own."""
    try:
        run = perform(TRIVIAL_UNDER_WINE, backend)
    except (WineError, OSError) as problem:
        return NoTracing(why=as_message(problem))
    if run.ending != Exited(status=0):
        return NoTracing(why=say("wine.no-programs", how=described_ending(run.ending)))
    return Tracing() if session is not None and session.settings else NoTracing(why=say("wine.no-calls"))


def _without_wine(host: Host, why: Message) -> Backends:
    """Return backends on which nothing is run, since its results say why not."""
    untraced = UntracedBackend(host, Cleaner())
    return Backends(observing=untraced, unobserving=untraced, isolation=host.isolation(NoTracing(why=why)))
