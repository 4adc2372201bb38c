"""Runs that did not happen: real ones with one thing changed, so that each sentence of a check is said once."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final

from msgspec.structs import replace

from conformance.records.run import Busy, Ending, Exited, Killed, NotStarted, Run, Waiting, WireEvent
from conformance.records.scenario import File
from conformance.records.trace import Address, Call, Description

FOREIGN: Final = b"words that nobody sent\n"
ENDINGS: Final[tuple[Ending, ...]] = (
    Exited(status=0),
    Exited(status=1),
    Killed(signal="SIGSEGV"),
    Waiting(),
    Busy(limit="calls without result"),
    NotStarted(reason="no such file"),
)
ERRORS: Final = ("EINVAL", "EFAULT", "EBADF", "ENOTSOCK", "ESPIPE", "EACCES", "EINTR", "ECONNRESET", "WSAEINVAL")
STATES: Final = ("fresh", "listening", "connected", "closed", None)
CALLS_CHANGED: Final = 12
Change = Callable[[Run], Iterator[Run]]


def endings(run: Run) -> Iterator[Run]:
    """It ends in another way, with more to say or less."""
    for ending in ENDINGS:
        yield replace(run, ending=ending)
        yield replace(run, ending=ending, stdout=b"", stderr=b"")
        yield replace(run, ending=ending, stderr=b"something is wrong\n")


def output(run: Run) -> Iterator[Run]:
    """It prints something else."""
    for stdout in (b"", FOREIGN, run.stdout + FOREIGN, FOREIGN + run.stdout, run.stdout * 2, run.stdout[:3]):
        yield replace(run, stdout=stdout)


def wire(run: Run) -> Iterator[Run]:
    """Something else shows on the wire."""
    events = run.wire
    for what in dict.fromkeys(event.what for event in events):
        yield replace(run, wire=tuple(event for event in events if event.what != what))
        last = max(place for place, event in enumerate(events) if event.what == what)
        yield replace(run, wire=(*events[:last], *events[last + 1 :]))
    for place, event in enumerate(events[:CALLS_CHANGED]):
        for changed in _events(event):
            yield replace(run, wire=(*events[:place], changed, *events[place + 1 :]))
    for last_of_all in (
        WireEvent(what="program reset", client=0, after=len(run.trace.calls)),
        WireEvent(what="peer reset", client=0),
    ):
        yield replace(run, wire=(*events, last_of_all))
        yield replace(run, wire=(*(one for one in events if one.what != "program ended"), last_of_all))
    yield replace(run, wire=())


def _events(event: WireEvent) -> Iterator[WireEvent]:
    if event.what == "received":
        yield from (replace(event, data=data) for data in (FOREIGN, event.data + FOREIGN, event.data[:1], b""))
    if event.what == "connected":
        yield from (replace(event, port=port) for port in (event.port + 1, _swapped(event.port)))


def _swapped(port: int) -> int:
    return (port & 0xFF) << 8 | port >> 8


def files(run: Run) -> Iterator[Run]:
    """It leaves other files."""
    yield replace(run, files=())
    for place, file in enumerate(run.files):
        for content in (b"", FOREIGN, file.content + FOREIGN, FOREIGN + file.content, file.content[:2]):
            yield replace(run, files=(*run.files[:place], replace(file, content=content), *run.files[place + 1 :]))
    if run.path:
        yield replace(run, files=(*run.files, File(name=run.path, content=FOREIGN)))


def conditions(run: Run) -> Iterator[Run]:
    """What the sandbox counts is another."""
    yield replace(run, zombies=run.zombies + 9)
    yield replace(run, spun=True)
    yield replace(run, faults_applied=0)
    yield replace(run, faults_applied=1)
    yield replace(run, port=run.port + 1)
    yield replace(run, ip="127.0.0.3")


def calls(run: Run) -> Iterator[Run]:
    """One call is left out, made twice, or made otherwise."""
    made = run.trace.calls
    for place, call in enumerate(made[:CALLS_CHANGED]):
        for instead in ((), (call, call), *((one,) for one in _otherwise(call))):
            changed = _numbered((*made[:place], *instead, *made[place + 1 :]))
            yield replace(run, trace=replace(run.trace, calls=changed))
    yield replace(run, trace=replace(run.trace, calls=()))
    for name in dict.fromkeys(call.name for call in made):
        rest = tuple(call for call in made if call.name != name)
        yield replace(run, trace=replace(run.trace, calls=rest))


def _numbered(made: tuple[Call, ...]) -> tuple[Call, ...]:
    """Keep the numbers in order, so that each call is one of its own."""
    known = set[int]()
    free = max((call.number for call in made), default=0) + 1
    numbered = []
    for call in made:
        numbered.append(replace(call, number=free) if call.number in known else call)
        free += call.number in known
        known.add(call.number)
    return tuple(numbered)


def _otherwise(call: Call) -> Iterator[Call]:
    for error in ERRORS:
        yield replace(call, error=error, result=-1)
    for state in STATES:
        yield replace(call, state=state)
    yield replace(call, state="closed", error="EBADF", result=-1)
    if call.descriptor is not None:
        yield replace(call, descriptor=-1, error="EBADF", result=-1)
        yield replace(call, descriptor=1)
    if not call.injected:
        yield replace(call, name="lseek", error="ESPIPE", result=-1)
        yield replace(call, name="errno")
    yield replace(call, system_call="msvcrt._write" if call.library else call.system_call)
    yield replace(call, system_call="msvcrt._close" if call.library else call.system_call)
    if call.address is not None:
        for port in (call.address.port + 1, _swapped(call.address.port)):
            yield replace(call, address=replace(call.address, port=port))
        yield replace(call, address=replace(call.address, host="192.0.2.1"))
        yield replace(call, address=Address(family="AF_UNSPEC", host="", port=0))
    for place in range(1, min(len(call.args), 4)):
        for word in (0, 0o7777_7777):
            yield replace(call, args=(*call.args[:place], word, *call.args[place + 1 :]))


def descriptions(run: Run) -> Iterator[Run]:
    """Something stays open, is copied, or was never there."""
    known = run.trace.descriptions
    for place, one in enumerate(known[:CALLS_CHANGED]):
        for instead in _descriptions(one):
            changed = (*known[:place], instead, *known[place + 1 :])
            yield replace(run, trace=replace(run.trace, descriptions=changed))
    for change in (
        {"open_in": ()},
        {"open_in": ((1, 9),)},
        {"open_in": ((1, 9),), "copies": 2},
        {"in_scope": False},
    ):
        changed = tuple(replace(one, **change) for one in known)
        yield replace(run, trace=replace(run.trace, descriptions=changed, living=(1,)))
    many = tuple(replace(one, number=one.number + 100 * times) for times in range(5) for one in known)
    yield replace(run, trace=replace(run.trace, descriptions=many))
    yield replace(run, trace=replace(run.trace, descriptions=()))


def _descriptions(one: Description) -> Iterator[Description]:
    yield replace(one, open_in=((1, 9),))
    yield replace(one, open_in=((1, 9),), copies=2)
    yield replace(one, closes=0)


BESIDE: Final[tuple[Change, ...]] = (endings, output, wire, files)
CHANGES: Final[tuple[Change, ...]] = (*BESIDE, conditions, calls, descriptions)


def changed(run: Run, beside: Run) -> Iterator[tuple[Run, Run]]:
    """Yield a run and the one that it is compared with: as they are, and with one thing changed in one of them."""
    yield run, beside
    for one in chain.from_iterable(change(run) for change in CHANGES):
        yield one, beside
    for other in chain.from_iterable(change(beside) for change in BESIDE):
        yield run, other
