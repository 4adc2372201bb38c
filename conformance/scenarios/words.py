"""A scenario in words, line by line."""

from typing import Final

from conformance.observe.decode import text
from conformance.observe.faults import EVERY, Fault, Late, Short
from conformance.stage.script import (
    LOOPBACK,
    Accept,
    Connect,
    Echo,
    End,
    Leave,
    Reset,
    Scenario,
    Send,
    Signal,
    Start,
    Step,
)
from conformance.words import say

SHOWN: Final = 64
"""Longer data is told by its beginning and its size."""
BEGINNING: Final = 16


def in_words(scenario: Scenario) -> list[str]:
    """Describe a scenario line by line: the conditions, the steps, the faults."""
    serves = any(isinstance(step, Accept) for step in scenario.steps)
    return [
        *_start_in_words(scenario.start),
        *(
            _step_in_words(step, say("peer.server" if serves else "peer.client", client=step.client + 1))
            for step in scenario.steps
        ),
        *map(_fault_in_words, scenario.faults),
    ]


def _start_in_words(start: Start) -> list[str]:
    lines = [] if start.ip == LOOPBACK else [say("start.ip", ip=start.ip)]
    lines += [] if start.listener else [say("start.no-listener")]
    lines += [] if start.arguments else [say("start.no-arguments")]
    lines += (
        [say("start.holes" if start.holes else "start.descriptors", count=start.descriptors)]
        if start.descriptors
        else []
    )
    lines += [say("start.port-taken")] if start.port_taken else []
    lines += [say("start.file", name=file.name, data=_data(file.content, file.times)) for file in start.files]
    lines += [say("start.terminal")] if start.terminal else []
    how = "start.typed" if start.terminal else "start.input"
    return lines + ([say(how, data=_data(start.input))] if start.input else [])


def _data(data: bytes, times: int = 1) -> str:
    size = len(data) * times
    return text(data) if size <= SHOWN else say("data.times", data=text(data[:BEGINNING]), size=size)


def _step_in_words(step: Step, peer: str) -> str:
    kind = type(step).__name__.lower()
    match step:
        case Echo(cut=cut, most=most):
            kind += "" if most is None else ".most"
            kind += ".cut" if cut else ".swapped" if step.swapped else ""
            data = str(cut or most)
        case Send():
            data = _data(step.data, step.times)
        case Signal(name):
            data = name
        case _:
            data = ""
    together = isinstance(step, Connect | Send | End | Reset | Leave) and step.early
    key = f"step.{kind}.early" if isinstance(step, Connect) and together else f"step.{kind}"
    words = say(key, peer=peer, data=data)
    return say("step.together", step=words) if together and not isinstance(step, Connect) else words


def _fault_in_words(fault: Fault) -> str:
    if isinstance(fault, Late):
        return say("fault.late")
    named = {"input", "output"}
    call = say(f"call.{fault.call}") if fault.call in named else fault.call
    if isinstance(fault, Short):
        return say(
            "fault.short" if fault.nth == EVERY else "fault.short-nth", call=call, count=fault.count, nth=fault.nth
        )
    return say("fault.fail-every" if fault.nth == EVERY else "fault.fail", call=call, error=fault.error, nth=fault.nth)
