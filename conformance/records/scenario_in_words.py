"""A scenario in words, line by line."""

from typing import Final

from conformance.messages import Message, render, say
from conformance.records.c_string import c_string
from conformance.records.faults import EVERY, Fault, Late, Short
from conformance.records.scenario import (
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

SHOWN_WHOLE_AT_MOST: Final = 64
"""Longer data is told by its beginning and its size."""
BEGINNING_OF_LONG_DATA: Final = 16


def scenario_in_words(scenario: Scenario) -> list[str]:
    """Describe a scenario line by line: the conditions, the steps, the faults."""
    serves = any(isinstance(step, Accept) for step in scenario.steps)
    steps = (
        _of_step(step, say("peer.server") if serves else say("peer.client", client=step.client + 1))
        for step in scenario.steps
    )
    return [render(line) for line in (*_of_start(scenario.start), *steps, *map(_of_fault, scenario.faults))]


def _of_start(start: Start) -> list[Message]:
    lines = [] if start.ip == LOOPBACK else [say("start.ip", ip=start.ip)]
    lines += [] if start.listener else [say("start.no-listener")]
    lines += [] if start.arguments else [say("start.no-arguments")]
    lines += [say("start.missing-arguments", count=start.missing)] if start.missing else []
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


def _data(data: bytes, times: int = 1) -> Message | str:
    size = len(data) * times
    return (
        c_string(data)
        if size <= SHOWN_WHOLE_AT_MOST
        else say("data.times", data=c_string(data[:BEGINNING_OF_LONG_DATA]), size=size)
    )


def _of_step(step: Step, peer: Message) -> Message:
    kind = type(step).__name__.lower()
    data: Message | str
    match step:
        case Echo(cut=cut, most=most):
            kind += ".most" if most is not None else ".cut" if cut else ".swapped" if step.swapped else ""
            data = str(cut if most is None else most)
        case Send():
            data = _data(step.data, step.times)
        case Signal(name=name):
            data = name
        case Connect(if_room=True):
            kind, data = "connect.if-room", ""
        case _:
            data = ""
    together = isinstance(step, Connect | Send | End | Reset | Leave) and step.early
    key = f"step.{kind}.early" if isinstance(step, Connect) and together else f"step.{kind}"
    words = say(key, peer=peer, data=data)
    return say("step.together", step=words) if together and not isinstance(step, Connect) else words


def _of_fault(fault: Fault) -> Message:
    if isinstance(fault, Late):
        return say("fault.late")
    named = {"input", "output"}
    call = say(f"call.{fault.call}") if fault.call in named else fault.call
    if isinstance(fault, Short):
        return say(
            "fault.short" if fault.nth == EVERY else "fault.short-nth", call=call, count=fault.count, nth=fault.nth
        )
    return say("fault.fail-every" if fault.nth == EVERY else "fault.fail", call=call, error=fault.error, nth=fault.nth)
