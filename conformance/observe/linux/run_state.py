"""What recorder and stop loop tell of a program at a moment: does it spin, does it listen, what is left of it."""

from typing import Final

from conformance.model.descriptors import OpenFile, State
from conformance.observe.linux.proc_status import call_of, caught_names
from conformance.observe.linux.recorder import Recorder
from conformance.observe.linux.stop_loop import StopLoop
from conformance.observe.observer import Polling
from conformance.records.trace import Left

UNPRODUCTIVE_CALLS, UNPRODUCTIVE_CALLS_AGAIN = 1000, 100
"""How many calls in a row that give nothing are a spin, and how many once a program has shown one: see
`robust.no-busy-wait`."""


TICKS: Final = 2
"""Between two ticks of its own clock a program has looked at all that it serves."""


DESCRIPTORS_IN_TURN: Final = 25
"""A program that asks so many descriptors, and none of them much more often than the others, asks each one at a tick
of its own clock. Its runtime may keep that clock without a call, as Go's does: with a deadline of a tenth of a second
for each of a hundred sockets, on a busy machine where calls are traced, there is always one whose time is over."""
MORE_OFTEN: Final = 3
"""As often as on average one of them may be asked: in a hundred calls chance has its share."""
LOOKS_BEFORE_EACH: Final = 2
"""Go's runtime looks at all of them, without waiting, before each time that it has nothing else to do."""


MOST_ASKED: Final = 200
"""Threads: more has no program of the exercises, by far."""


class Spinning:
    """How a program makes call after call that gives nothing."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._most = UNPRODUCTIVE_CALLS

    def is_seen(self) -> Polling:
        """Tell what was seen since this was last asked; begin to count anew."""
        if self._recorder.unproductive and self._recorder.rests >= TICKS:
            found = Polling.RESTS
        elif self._recorder.unproductive > self._most:
            found, self._most = Polling.RESTS if self._in_turn() else Polling.SPINS, UNPRODUCTIVE_CALLS_AGAIN
        else:
            return Polling.NOT
        self._recorder.begin_to_count()
        return found

    def _in_turn(self) -> bool:
        """Tell whether many descriptors were asked, none of them much more often than others."""
        asked = self._recorder.asked
        each = asked.total()
        if len(asked) < DESCRIPTORS_IN_TURN or each * LOOKS_BEFORE_EACH < self._recorder.unproductive - each:
            return False
        return max(asked.values()) * len(asked) <= each * MORE_OFTEN


def note_left(recorder: Recorder, stops: StopLoop, names: dict[int, str]) -> None:
    """Note what is left of a program when its run is over, the first time: later its threads are about to end.

    Not in which call each of very many waits: while one after the other is asked, a fork bomb has all the processors.
    """
    recorder.living |= {thread.process.number for thread in stops.threads.values()}
    if not recorder.left:
        ask = call_of if len(stops.threads) <= MOST_ASKED else lambda _: -1
        recorder.left = [Left(thread=tid, waits_in=names.get(ask(tid), "")) for tid in stops.threads]
        recorder.handles = caught_names(stops.main) if stops.main in stops.threads else ()


def has_listener(recorder: Recorder) -> bool:
    """Tell whether a program has a listener, or a socket that is bound where each datagram goes by itself."""
    return any(file.open_in and _is_reached(file) for file in recorder.files)


def _is_reached(file: OpenFile) -> bool:
    if file.datagrams:
        return file.in_scope and file.state is State.BOUND
    return file.state is State.LISTENING
