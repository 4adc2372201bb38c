"""Checks of what arrives and what is printed."""

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from conformance.checks.common import (
    accepted_clients,
    and_ended,
    as_printed,
    as_received,
    as_wanted,
    clients_of,
    in_order,
    is_left_of,
    last_failure,
    last_input,
    last_output,
    last_typed,
    lines_of,
    lost_clients,
    message_of,
    not_printed,
    not_received,
    reads_on,
    receives_as,
    took_an_end,
)
from conformance.checks.judgement import Broken, Judgement, Kept, NotApplicable
from conformance.checks.robust import reports_and_exits_nonzero
from conformance.checks.showing import SHOWN_WHOLE, Crux, crux, difference, shown_data
from conformance.messages import Message, say
from conformance.model.alerts import CLOSE_NOTIFY
from conformance.model.calls import INPUT, TRANSFER
from conformance.records.c_string import c_string
from conformance.records.run import Exited, Run, Waiting, WireEvent
from conformance.records.scenario import Connect, Echo

TAIL: Final = 10
"""How many bytes at the end of a line are looked for."""


def greets(run: Run, greeting: str) -> Judgement:
    """The peer received the greeting, and the end of the connection, without having done anything."""
    before = _before_peer_ended(run)
    received = b"".join(event.data for event in before if event.what == "received")
    if _comparable_text(received) != greeting.casefold():
        expected, wanted = say("greeting.expected", greeting=greeting), greeting.encode()
        seen = as_received(run, received, 0, wanted)
        return Broken(expected, seen, last_output(run), by_ending=wanted.startswith(received))
    if not any(event.what == "program ended" or event.detail == CLOSE_NOTIFY for event in before):
        return Broken(say("greeting.end"), say("greeting.no-end"), last_output(run))
    return Kept()


def _before_peer_ended(run: Run) -> Sequence[WireEvent]:
    place = next((place for place, event in enumerate(run.wire) if event.what == "peer ended"), len(run.wire))
    return run.wire[:place]


def _comparable_text(data: bytes) -> str:
    return data.decode("utf-8", "replace").strip(" \t\r\n\0").casefold()


def prints_message(run: Run) -> Judgement:
    """The message that the peer sent stands in standard output."""
    message = message_of(run).rstrip(b"\0")
    if message in run.stdout:
        return Kept()
    found = crux((message,), run.stdout)
    return not_printed(
        run, say("prints.expected", message=shown_data(message, found.reached)), found.at, last_input(run)
    )


def prints_as_whole(run: Run, whole: Run) -> Judgement:
    """The message is printed as it is when it comes in one piece; what is printed then is judged elsewhere."""
    message = message_of(run).rstrip(b"\0")
    if message not in whole.stdout:
        return Kept()
    return prints_message(run)


def receives_the_same(run: Run, baseline: Run) -> Judgement:
    """Each peer received exactly what it receives when nothing disturbs the program."""
    differs = (client for client in clients_of(baseline) if not receives_as(run, baseline, client))
    client = next(differs, None)
    if client is None:
        return Kept()
    wanted = baseline.received(client)
    shortened = next((call.number for call in run.trace.calls if call.injected), None)
    return not_received(run, as_wanted(run, wanted, client), wanted, client, shortened)


def takes_end_for_end(run: Run) -> Judgement:
    """The client ends after the end of the data: it neither goes on reading nor calls the end an error."""
    if not took_an_end(run):
        return NotApplicable(say("eof.none"))
    if run.endless or isinstance(run.ending, Waiting):
        return Broken(say("eof.expected"), and_ended(say("eof.goes-on"), run), last_input(run), by_ending=True)
    if run.crashed or (run.status and run.stderr.strip() and message_of(run)):
        return Broken(say("eof.expected"), and_ended(say("eof.error"), run), last_input(run), by_ending=True)
    return Kept()


def survives_long_message(run: Run, baseline: Run) -> Judgement:
    """No crash, no hang, and nothing printed that was not sent.

    Numbers around the message may differ: a program may count what it read.
    """
    if baseline.endless or isinstance(baseline.ending, Waiting):
        return NotApplicable(say("long.endless-anyway"))
    if run.crashed or run.endless or isinstance(run.ending, Waiting):
        return Broken(say("long.expected"), and_ended(say("long.seen"), run), last_input(run), by_ending=True)
    if overrun(run) is not None:
        return Broken(say("long.expected"), say("long.overrun"), overrun(run))
    before, _, behind = baseline.stdout.partition(message_of(baseline))
    message, found = message_of(run), run.stdout.removeprefix(before)
    same = difference(found, message)
    rest = _without_numbers(found[same:])
    if not same or run.status != 0 or _without_numbers(behind).endswith(rest):
        return Kept()
    return Broken(say("long.bytes"), say("long.foreign", output=c_string(found[same:])), last_input(run))


def _without_numbers(data: bytes) -> bytes:
    return re.sub(rb"[0-9]+", b"0", data).strip(b" \0\r\n")


# ---------------------------------------------------------------- what comes back


def echoes(run: Run) -> Judgement:
    """Each client got back what it sent, all of it and nothing else; one that was lost, the beginning of it."""
    lost = lost_clients(run)
    for client in accepted_clients(run):
        sent, received = run.sent(client), run.received(client)
        if received != sent and not (client in lost and sent.startswith(received)):
            return _not_echoed(run, sent, received, client)
    if accepted_clients(run):
        return Kept()
    return Broken(say("echo.expected-any"), and_ended(say("conversation.none"), run), by_ending=True)


def _not_echoed(run: Run, sent: bytes, received: bytes, client: int = 0) -> Broken:
    same = difference(sent, received)
    expected = say("echo.expected", size=len(sent), data=shown_data(sent, same))
    too_short = sent.startswith(received)
    call = last_input(run) if too_short and _wrote_what_it_read(run) else last_output(run)
    return Broken(expected, _came_back(run, sent, received, client), call, by_ending=too_short)


def _wrote_what_it_read(run: Run) -> bool:
    """Tell whether all that was read was written again: then it is the reading that stopped too early."""
    calls = [call for call in run.trace.in_scope() if call.succeeded and call.name in TRANSFER]
    moved = sum((call.moved or 0) * (-1 if call.name in INPUT else 1) for call in calls)
    return bool(calls) and moved >= 0


def _came_back(run: Run, sent: bytes, received: bytes, client: int) -> Message:
    """Say what came back: of much, only where it differs."""
    same = difference(sent, received)
    if not received or len(sent) <= SHOWN_WHOLE:
        return as_received(run, received, client, sent)
    if same == len(received):
        return and_ended(say("echo.short", size=same), run)
    return and_ended(say("echo.differs", size=len(received), place=same, data=shown_data(received, same)), run)


def echoes_as_whole(run: Run, whole: Run) -> Judgement:
    """What comes in pieces comes back as it does in one piece; what comes back then is judged elsewhere."""
    return echoes(run) if isinstance(echoes(whole), Kept) else Kept()


def answers_while_waited_for(run: Run) -> Judgement:
    """Each answer came before the client went on; what comes back in the end is judged elsewhere."""
    if run.received() != run.sent():
        return NotApplicable(say("echo.not-anyway"))
    sent = came = 0
    for event in run.wire:
        if event.what in ("sent", "peer ended") and came < sent:
            seen = say("answers.late", size=came, of=sent)
            return Broken(say("answers.expected"), seen, last_input(run))
        sent += len(event.data) if event.what == "sent" else 0
        came += len(event.data) if event.what == "received" else 0
    return Kept()


def echoes_one_by_one(run: Run, at_once: Run) -> Judgement:
    """Many messages come back; what does not come back either when it is sent at once is judged elsewhere."""
    return echoes(run) if at_once.received() == at_once.sent() else NotApplicable(say("echo.not-anyway"))


def echoes_no_more(run: Run) -> Judgement:
    """Nothing comes back that was not sent; whether all comes back is judged elsewhere."""
    sent, received = run.sent(), run.received()
    if is_left_of(received, sent):
        return Kept()
    same = difference(sent, received)
    return Broken(say("echo.no-more"), say("echo.foreign", data=c_string(received[same:])), last_output(run))


def survives_long_echo(run: Run) -> Judgement:
    """No crash, no hang, and nothing comes back that was not sent."""
    if run.crashed or (run.endless and not run.spun) or overrun(run) is not None:
        call = overrun(run) or last_input(run)
        return Broken(say("long.expected"), and_ended(say("long.seen"), run), call, by_ending=True)
    return echoes_no_more(run)


def overrun(run: Run) -> int | None:
    """Return the number of a call with an address that is not the program's: no right program makes one."""
    return next((call.number for call in run.trace.in_scope() if call.error == "EFAULT"), None)


def delivers_after_half_close(run: Run) -> Judgement:
    """All that was owed comes, although the peer has ended its side; then the program ends its own."""
    if run.received() != run.sent():
        return _not_echoed(run, run.sent(), run.received())
    if not run.happened("program ended"):
        return Broken(say("half-close.end"), and_ended(say("half-close.no-end"), run), last_input(run), by_ending=True)
    return Kept()


def ends_after_end(run: Run) -> Judgement:
    """After the client's end the server ends the connection, and does not go on reading."""
    if not took_an_end(run):
        return NotApplicable(say("eof.none"))
    if run.crashed:
        return Broken(say("eof.expected"), and_ended(say("eof.goes-on"), run), last_input(run), by_ending=True)
    if not run.happened("program ended") and not run.happened("program reset"):
        if not reads_on(run):
            return NotApplicable(say("eof.left-open"))
        return Broken(say("eof.expected"), and_ended(say("half-close.no-end"), run), last_input(run), by_ending=True)
    if isinstance(run.ending, Exited) and run.ending.status and run.output.strip():
        return Broken(say("eof.expected"), and_ended(say("eof.error"), run), last_input(run))
    return Kept()


def resets_nothing(run: Run) -> Judgement:
    """No connection ends in a reset that the peer did not begin."""
    reset = next((event for event in run.wire if event.what == "program reset"), None)
    if reset is None or reset.client in lost_clients(run):
        return Kept()
    closes = [call.number for call in run.trace.in_scope()[: reset.after + 1] if call.name == "close"]
    return Broken(say("no-reset.expected"), say("no-reset.seen"), closes[-1] if closes else None)


def serves_everybody(run: Run) -> Judgement:
    """Each client of many gets what the first one got."""
    wanted = sum(isinstance(step, Connect) for step in run.scenario.steps)
    first = run.received()
    for client in range(wanted):
        if run.received(client) != first or not first:
            return not_received(run, say("everybody.expected", count=wanted), first, client, last_failure(run.trace))
    return Kept()


# ---------------------------------------------------------------- lines that are sent and printed


def echoes_lines(run: Run) -> Judgement:
    """Each line was sent, and each that came back was printed, in order.

    What goes out behind them where the input ends without a Q is `transfer.end-of-input`, and so is what a program does
    that does not end then: what it has printed may lie in its buffer.
    """
    lines = lines_of(run)
    sent, wanted = _squeezed(run.received()), _squeezed(b"".join(lines))
    if sent not in (wanted, wanted + _quit(run)) and (_quit(run) or not sent.startswith(wanted)):
        found = crux(lines, run.received())
        seen = and_ended(say("lines.sent", data=shown_data(run.received(), found.at)), run)
        expected = say("lines.expected-sent", lines=_quoted(lines, found))
        return Broken(expected, seen, last_output(run), by_ending=found.at == len(run.received()))
    if b"%" in run.scenario.start.input:
        return Kept()  # whether an answer is printed as a format is judged with nastier ones
    if not _quit(run) and not isinstance(run.ending, Exited):
        return Kept()
    swapped = any(isinstance(step, Echo) and step.swapped for step in run.scenario.steps)
    lines = tuple(line.swapcase() for line in lines) if swapped else lines
    if not in_order(lines, run.stdout) and not (swapped and run.status):  # to call that an error is right too
        found = crux(lines, run.stdout)
        return not_printed(run, say("lines.expected-printed", lines=_quoted(lines, found)), found.at, last_input(run))
    return Kept()


def _squeezed(data: bytes) -> bytes:
    """Return what was sent without line ends and NULs: a client may send them or not."""
    return data.translate(None, b"\r\n\0")


def _quit(run: Run) -> bytes:
    """Return the line that ends the client: it may send that too."""
    return next((line for line in run.scenario.start.input.split(b"\n") if line.upper() == b"Q"), b"")


def _quoted(lines: Sequence[bytes], found: Crux) -> tuple[Message | str, ...]:
    """Return lines as C strings; the one that is not there whole, around the place where it breaks off."""
    return tuple(shown_data(line, found.reached if line == found.piece else None) for line in lines)


def echoes_lines_as_whole(run: Run, whole: Run) -> Judgement:
    """Answers in pieces are printed as those in one piece; what is printed then is judged elsewhere."""
    return echoes_lines(run) if isinstance(echoes_lines(whole), Kept) else Kept()


def ends_with_input(run: Run, baseline: Run) -> Judgement:
    """At the end of its input the client sends no more, and ends, with status 0 or that with which it always ends."""
    if not isinstance(run.ending, Exited) or run.ending not in (Exited(status=0), baseline.ending):
        return Broken(say("input.expected"), and_ended(say("input.seen"), run), last_output(run), by_ending=True)
    rest = _behind_lines(run, baseline)
    if rest and _squeezed(rest).upper() != b"Q":
        seen = say("lines.sent", data=shown_data(run.received(), len(run.received()) - len(rest)))
        return Broken(say("input.sent"), seen, last_output(run))
    return Kept()


def _behind_lines(run: Run, baseline: Run) -> bytes:
    """Return what goes out behind all lines; nothing where these do not go out as in the baseline conversation.

    What a client puts between two lines there is how it ends a line.
    """
    first, second, *_ = lines_of(baseline)
    line_end = baseline.received().partition(first)[2].partition(second)[0]
    received, lines = run.received(), line_end.join(lines_of(run))
    return received.removeprefix(lines).removeprefix(line_end if lines else b"") if received.startswith(lines) else b""


def sends_last_line(run: Run, with_line_end: Run) -> Judgement:
    """A last line without a line end is sent and printed as with one; what is not, with one, is judged elsewhere."""
    if not (isinstance(echoes_lines(with_line_end), Kept) and isinstance(with_line_end.ending, Exited)):
        return NotApplicable(say("last-line.not-anyway"))
    judgement = echoes_lines(run)
    if not isinstance(run.ending, Exited):
        return Broken(say("last-line.expected"), and_ended(say("input.seen"), run), last_input(run), by_ending=True)
    if isinstance(judgement, Kept) or isinstance(reports_and_exits_nonzero(run, with_line_end, ""), Kept):
        return Kept()
    return judgement


def prints_lines_alone(run: Run, baseline: Run) -> Judgement:
    """The end of a long line is printed as often as any line: none of it stands behind a shorter one."""
    first, usual = lines_of(run)[0], lines_of(baseline)[0]
    times = baseline.stdout.count(usual)
    if not times or first not in run.stdout:
        return NotApplicable(say("around.not-printed"))
    if run.stdout.count(first[-TAIL:]) <= times:
        return Kept()
    return Broken(say("around.expected"), as_printed(run, run.stdout.rfind(first[-TAIL:])), last_input(run))


def survives_long_line(run: Run, baseline: Run) -> Judgement:
    """No crash, no hang, and all of it is sent, in however many pieces; or refused, with words and a status."""
    if baseline.endless or isinstance(baseline.ending, Waiting):
        return NotApplicable(say("long.endless-anyway"))
    if run.crashed or run.endless or isinstance(run.ending, Waiting) or overrun(run) is not None:
        call = overrun(run) or last_input(run)
        return Broken(say("long.expected"), and_ended(say("long.seen"), run), call, by_ending=True)
    if all(_squeezed(line) in _squeezed(run.received()) for line in lines_of(run)):
        return _prints_long_line(run, baseline)
    if isinstance(reports_and_exits_nonzero(run, baseline, ""), Kept):
        return Kept()
    return _cut(run, next(line for line in lines_of(run) if _squeezed(line) not in _squeezed(run.received())))


def _cut(run: Run, line: bytes) -> Broken:
    """Say where a long line was cut; and whether its rest was taken for the line that ends the client."""
    sent = crux((line,), run.received()).reached
    rest = line[sent:]
    quits = rest.upper() == b"Q"
    seen = say("long.cut-at-quit" if quits else "long.cut", size=len(line), sent=sent, rest=shown_data(rest))
    return Broken(say("long.whole"), seen, last_typed(run) if quits else last_output(run))


def _prints_long_line(run: Run, baseline: Run) -> Judgement:
    """All of a long line is printed, in however many pieces, by a program that prints a short one."""
    if lines_of(baseline)[0] not in baseline.stdout:
        return Kept()
    left = iter(run.stdout)
    for line in lines_of(run):
        found = sum(1 for _ in takewhile(lambda byte: byte in left, line))
        if found < len(line):
            seen = say("long.cut-printed", size=len(line), printed=found, rest=shown_data(line[found:]))
            return Broken(say("long.whole-printed"), seen, last_input(run))
    return Kept()


def prints_only_received(run: Run, baseline: Run) -> Judgement:
    """What stands around the message is the same, whatever the message is."""
    message, usual = message_of(run).rstrip(b"\0"), message_of(baseline)
    if message not in run.stdout or usual not in baseline.stdout:
        return NotApplicable(say("around.not-printed"))
    if _output_around(run.stdout, message) == _output_around(baseline.stdout, usual):
        return Kept()
    at = difference(run.stdout, baseline.stdout.replace(usual, message, 1))
    return Broken(say("around.expected"), as_printed(run, at), last_input(run))


def _output_around(output: bytes, message: bytes) -> tuple[bytes, bytes]:
    before, _, behind = output.partition(message)
    return _without_numbers(before), re.sub(rb"[0-9]+", b"0", behind.removeprefix(b"\0"))
