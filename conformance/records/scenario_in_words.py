"""A scenario in words, line by line."""

from typing import Final

from conformance.messages import Message, render, say
from conformance.model.alerts import alert_name
from conformance.records.c_string import c_string
from conformance.records.faults import EVERY, Fault, Late, Short
from conformance.records.scenario import (
    LOOPBACK,
    SERVER_NAME,
    Accept,
    Alert,
    Connect,
    Echo,
    End,
    Leave,
    Notify,
    Reset,
    Scenario,
    Send,
    Signal,
    Start,
    Step,
    Stranger,
    TlsStart,
    Update,
    Wrap,
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
    lines += [say("start.left-behind")] if start.left_behind else []
    lines += [say("start.file", name=file.name, data=_data(file.content, file.times)) for file in start.files]
    lines += [say("start.terminal")] if start.terminal else []
    how = "start.typed" if start.terminal else "start.input"
    lines += [say(how, data=_data(start.input))] if start.input else []
    return lines + _of_tls(start.tls)


def _of_tls(tls: TlsStart) -> list[Message]:
    usual = TlsStart()
    lines = [] if tls.certificate == usual.certificate else [say(f"start.certificate.{tls.certificate}")]
    lines += [] if tls.name == SERVER_NAME else [say("start.name", name=tls.name)]
    lines += [] if tls.versions == usual.versions else [say(f"start.versions.{tls.versions}")]
    lines += [say("start.tickets", count=tls.tickets)] if tls.tickets else []
    return lines + ([say("start.cut", size=tls.cut)] if tls.cut else [])


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
        case Echo(copies=copies) if copies > 1:
            kind, data = "echo.copies", str(copies)
        case Echo(lost=lost) if lost:
            kind, data = "echo.lost", str(lost)
        case Echo(late=True):
            kind, data = "echo.late", ""
        case Echo(cut=cut, most=most):
            kind += ".answers" * bool(step.answers)
            kind += ".most" if most is not None else ".cut" if cut else ".swapped" if step.swapped else ""
            data = str(cut if most is None else most)
        case Send():
            data = _data(step.data, step.times)
            if step.wrap is not None:
                data = say("data.wrapped", data=data, how=_of_wrap(step.wrap))
        case Signal(name=name):
            data = name
        case Connect(datagrams=True):
            kind, data = "connect.datagrams", ""
        case Accept(datagrams=True):
            kind, data = "accept.datagrams", ""
        case Stranger():
            data = _data(step.data)
        case Connect(if_room=True):
            kind, data = "connect.if-room", ""
        case Connect(plain=True) | Accept(plain=True):
            kind, data = f"{kind}.plain", ""
        case End(cut_off=True):
            kind, data = "end.cut-off", ""
        case Update(asked=True):
            kind, data = "update.asked", ""
        case Alert(number=number):
            data = alert_name(number)
        case _:
            data = ""
    together = isinstance(step, Connect | Send | End | Notify | Update | Alert | Reset | Leave) and step.early
    key = f"step.{kind}.early" if isinstance(step, Connect) and together and not step.datagrams else f"step.{kind}"
    words = say(key, peer=peer, data=data)
    return say("step.together", step=words) if together and not isinstance(step, Connect) else words


def _of_wrap(wrap: Wrap) -> Message:
    """Say how data becomes records; each scenario varies one thing."""
    if wrap.changed:
        return say("wrap.changed")
    if wrap.kept is not None:
        return say("wrap.kept", count=wrap.kept)
    if wrap.empty:
        return say("wrap.empty", count=wrap.empty)
    return say("wrap.padding", count=wrap.padding) if wrap.padding else say("wrap.size", count=wrap.size)


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
