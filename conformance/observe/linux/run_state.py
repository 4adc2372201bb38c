"""What recorder and stop loop tell of a program at a moment: does it spin, does it listen, what is left of it."""

from typing import Final

from conformance.model.descriptors import State
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
            found, self._most = Polling.SPINS, UNPRODUCTIVE_CALLS_AGAIN
        else:
            return Polling.NOT
        self._recorder.begin_to_count()
        return found


def note_left(recorder: Recorder, stops: StopLoop, names: dict[int, str]) -> None:
    """Note what is left of a program when its run is over, the first time: later its threads are about to end."""
    recorder.living |= {thread.process.number for thread in stops.threads.values()}
    if not recorder.left:
        recorder.left = [Left(thread=tid, waits_in=names.get(call_of(tid), "")) for tid in stops.threads]
        recorder.handles = caught_names(stops.main) if stops.main in stops.threads else ()


def has_listener(recorder: Recorder) -> bool:
    """Tell whether a program has a listener."""
    return any(file.state is State.LISTENING and file.open_in for file in recorder.files)
