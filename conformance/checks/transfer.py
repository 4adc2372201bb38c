"""Checks of what arrives and what is printed."""

import re
from collections.abc import Sequence
from typing import Final

from conformance.checks.common import (
    SHOWN_WHOLE,
    accepted_clients,
    as_received,
    clients_of,
    ended_how,
    in_order,
    is_left_of,
    last_failure,
    last_input,
    last_output,
    lines_of,
    lost_clients,
    message_of,
)
from conformance.checks.robust import says_so_and_fails
from conformance.judgement import Broken, Judgement, Kept, NotApplicable
from conformance.observe.decode import text
from conformance.stage.script import Connect, Echo, Exited, Run, Waiting, WireEvent
from conformance.words import say

TAIL: Final = 10
"""How many bytes at the end of a line are looked for."""


def greets(run: Run, greeting: str) -> Judgement:
    """The peer received the greeting, and the end of the connection, without having done anything."""
    before = _before_peer_ended(run)
    received = b"".join(event.data for event in before if event.what == "received")
    if _plain(received) != greeting.casefold():
        return Broken(say("greeting.expected", greeting=greeting), as_received(run, received), last_output(run))
    if not any(event.what == "program ended" for event in before):
        return Broken(say("greeting.end"), say("greeting.no-end"), last_output(run))
    return Kept()


def _before_peer_ended(run: Run) -> Sequence[WireEvent]:
    place = next((place for place, event in enumerate(run.wire) if event.what == "peer ended"), len(run.wire))
    return run.wire[:place]


def _plain(data: bytes) -> str:
    return data.decode("utf-8", "replace").strip(" \t\r\n\0").casefold()


def prints_message(run: Run) -> Judgement:
    """The message that the peer sent stands in standard output."""
    message = message_of(run).rstrip(b"\0")
    if message in run.stdout:
        return Kept()
    return Broken(
        say("prints.expected", message=text(message)),
        say("prints.seen", output=text(run.stdout)) + ended_how(run),
        last_input(run),
    )


def prints_as_whole(run: Run, whole: Run) -> Judgement:
    """The message is printed as it is when it comes in one piece; what is printed then is judged elsewhere."""
    message = message_of(run).rstrip(b"\0")
    if message not in whole.stdout:
        return Kept()
    return prints_message(run)


def receives_the_same(run: Run, undisturbed: Run) -> Judgement:
    """Each peer received exactly what it receives when nothing disturbs the program."""
    if all(run.received(client) == undisturbed.received(client) for client in clients_of(undisturbed)):
        return Kept()
    shortened = [call.number for call in run.trace.calls if call.injected]
    return Broken(
        as_received(undisturbed, undisturbed.received()),
        as_received(run, run.received()),
        shortened[0] if shortened else None,
    )


def takes_end_for_end(run: Run) -> Judgement:
    """The client ends after the end of the data: it neither goes on reading nor calls the end an error."""
    if run.endless or isinstance(run.ending, Waiting):
        return Broken(say("eof.expected"), say("eof.goes-on") + ended_how(run), last_input(run))
    if run.crashed or (run.status and run.stderr.strip() and message_of(run)):
        return Broken(say("eof.expected"), say("eof.error") + ended_how(run), last_input(run))
    return Kept()


def survives_long_message(run: Run, undisturbed: Run) -> Judgement:
    """No crash, no hang, and nothing printed that was not sent.

    Numbers around the message may differ: a program may count what it read.
    """
    if undisturbed.endless or isinstance(undisturbed.ending, Waiting):
        return NotApplicable(say("long.endless-anyway"))
    if run.crashed or run.endless or isinstance(run.ending, Waiting):
        return Broken(say("long.expected"), say("long.seen") + ended_how(run), last_input(run))
    if _overrun(run) is not None:
        return Broken(say("long.expected"), say("long.overrun"), _overrun(run))
    before, _, behind = undisturbed.stdout.partition(message_of(undisturbed))
    message, shown = message_of(run), run.stdout.removeprefix(before)
    same = _length_in_common(shown, message)
    rest = _without_numbers(shown[same:])
    if not same or run.status != 0 or _without_numbers(behind).endswith(rest):
        return Kept()
    return Broken(say("long.bytes"), say("long.foreign", output=text(shown[same:])), last_input(run))


def _length_in_common(one: bytes, other: bytes) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


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
    return (
        Kept() if accepted_clients(run) else Broken(say("echo.expected-any"), say("conversation.none") + ended_how(run))
    )


def _not_echoed(run: Run, sent: bytes, received: bytes, client: int = 0) -> Broken:
    seen = as_received(run, received, client)
    if len(sent) > SHOWN_WHOLE:
        same = _length_in_common(sent, received)
        seen = say("echo.differs", size=len(received), place=same) + ended_how(run)
    return Broken(say("echo.expected", size=len(sent), data=text(sent)), seen, last_output(run))


def echoes_as_whole(run: Run, whole: Run) -> Judgement:
    """What comes in pieces comes back as it does in one piece; what comes back then is judged elsewhere."""
    return echoes(run) if isinstance(echoes(whole), Kept) else Kept()


def echoes_no_more(run: Run) -> Judgement:
    """Nothing comes back that was not sent; whether all comes back is judged elsewhere."""
    sent, received = run.sent(), run.received()
    if is_left_of(received, sent):
        return Kept()
    same = _length_in_common(sent, received)
    return Broken(say("echo.no-more"), say("echo.foreign", data=text(received[same:])), last_output(run))


def survives_long_echo(run: Run) -> Judgement:
    """No crash, no hang, and nothing comes back that was not sent."""
    if run.crashed or (run.endless and not run.spun) or _overrun(run) is not None:
        return Broken(say("long.expected"), say("long.seen") + ended_how(run), _overrun(run) or last_input(run))
    return echoes_no_more(run)


def _overrun(run: Run) -> int | None:
    """Return the number of a call with an address that is not the program's: no right program makes one."""
    return next((call.number for call in run.trace.of_exercise() if call.error == "EFAULT"), None)


def delivers_after_half_close(run: Run) -> Judgement:
    """All that was owed comes, although the peer has ended its side; then the program ends its own."""
    if run.received() != run.sent():
        return _not_echoed(run, run.sent(), run.received())
    if not run.happened("program ended"):
        return Broken(say("half-close.end"), say("half-close.no-end") + ended_how(run), last_input(run))
    return Kept()


def ends_after_end(run: Run) -> Judgement:
    """After the client's end the server ends the connection, and does not go on reading."""
    if run.crashed:
        return Broken(say("eof.expected"), say("eof.goes-on") + ended_how(run), last_input(run))
    if not run.happened("program ended") and not run.happened("program reset"):
        return Broken(say("eof.expected"), say("half-close.no-end") + ended_how(run), last_input(run))
    if isinstance(run.ending, Exited) and run.ending.status and run.output.strip():
        return Broken(say("eof.expected"), say("eof.error") + ended_how(run), last_input(run))
    return Kept()


def resets_nothing(run: Run) -> Judgement:
    """No connection ends in a reset that the peer did not begin."""
    reset = next((event for event in run.wire if event.what == "program reset"), None)
    if reset is None or reset.client in lost_clients(run):
        return Kept()
    closes = [call.number for call in run.trace.of_exercise()[: reset.after + 1] if call.name == "close"]
    return Broken(say("no-reset.expected"), say("no-reset.seen"), closes[-1] if closes else None)


def serves_everybody(run: Run) -> Judgement:
    """Each client of many gets what the first one got."""
    wanted = sum(isinstance(step, Connect) for step in run.scenario.steps)
    first = run.received()
    for client in range(wanted):
        if run.received(client) != first or not first:
            seen = as_received(run, run.received(client), client)
            return Broken(say("everybody.expected", count=wanted), seen, last_failure(run.trace))
    return Kept()


# ---------------------------------------------------------------- lines that are sent and printed


def echoes_lines(run: Run) -> Judgement:
    """Each line was sent, and each that came back was printed, in order."""
    lines = lines_of(run)
    if _squeezed(run.received()) not in (_squeezed(b"".join(lines)), _squeezed(b"".join([*lines, _quit(run)]))):
        seen = say("lines.sent", data=text(run.received())) + ended_how(run)
        return Broken(say("lines.expected-sent", lines=_quoted(lines)), seen, last_output(run))
    swapped = any(isinstance(step, Echo) and step.swapped for step in run.scenario.steps)
    lines = tuple(line.swapcase() for line in lines) if swapped else lines
    if not in_order(lines, run.stdout) and not (swapped and run.status):  # to be astonished is right too
        seen = say("prints.seen", output=text(run.stdout)) + ended_how(run)
        return Broken(say("lines.expected-printed", lines=_quoted(lines)), seen, last_input(run))
    return Kept()


def _squeezed(data: bytes) -> bytes:
    """Return what was sent without line ends and NULs: a client may send them or not."""
    return data.translate(None, b"\r\n\0")


def _quit(run: Run) -> bytes:
    """Return the line that ends the client: it may send that too."""
    return next((line for line in run.scenario.start.input.split(b"\n") if line.upper() == b"Q"), b"")


def _quoted(lines: Sequence[bytes]) -> str:
    return ", ".join(map(text, lines))


def echoes_lines_as_whole(run: Run, whole: Run) -> Judgement:
    """Answers in pieces are printed as those in one piece; what is printed then is judged elsewhere."""
    return echoes_lines(run) if isinstance(echoes_lines(whole), Kept) else Kept()


def ends_with_input(run: Run, undisturbed: Run) -> Judgement:
    """At the end of its input the client ends, with status 0 or that with which it always ends."""
    if isinstance(run.ending, Exited) and run.ending in (Exited(0), undisturbed.ending):
        return Kept()
    return Broken(say("input.expected"), say("input.seen") + ended_how(run), last_output(run))


def prints_lines_alone(run: Run, undisturbed: Run) -> Judgement:
    """The end of a long line is printed as often as any line: none of it stands behind a shorter one."""
    first, usual = lines_of(run)[0], lines_of(undisturbed)[0]
    times = undisturbed.stdout.count(usual)
    if not times or first not in run.stdout:
        return NotApplicable(say("around.not-printed"))
    if run.stdout.count(first[-TAIL:]) <= times:
        return Kept()
    return Broken(say("around.expected"), say("prints.seen", output=text(run.stdout)), last_input(run))


def survives_long_line(run: Run, undisturbed: Run) -> Judgement:
    """No crash, no hang, and all of it is sent, in however many pieces; or refused, with words and a status."""
    if undisturbed.endless or isinstance(undisturbed.ending, Waiting):
        return NotApplicable(say("long.endless-anyway"))
    if run.crashed or run.endless or isinstance(run.ending, Waiting) or _overrun(run) is not None:
        return Broken(say("long.expected"), say("long.seen") + ended_how(run), _overrun(run) or last_input(run))
    if all(_squeezed(line) in _squeezed(run.received()) for line in lines_of(run)):
        return _prints_long_line(run, undisturbed)
    if isinstance(says_so_and_fails(run, undisturbed, ""), Kept):
        return Kept()
    return Broken(say("long.whole"), say("long.cut", size=len(run.received())), last_output(run))


def _prints_long_line(run: Run, undisturbed: Run) -> Judgement:
    """All of a long line is printed, in however many pieces, by a program that prints a short one."""
    left = iter(run.stdout)
    if lines_of(undisturbed)[0] not in undisturbed.stdout or all(byte in left for byte in lines_of(run)[0]):
        return Kept()
    return Broken(say("long.whole-printed"), say("long.cut-printed", size=len(run.stdout)), last_input(run))


def prints_only_received(run: Run, undisturbed: Run) -> Judgement:
    """What stands around the message is the same, whatever the message is."""
    message, usual = message_of(run).rstrip(b"\0"), message_of(undisturbed)
    if message not in run.stdout or usual not in undisturbed.stdout:
        return NotApplicable(say("around.not-printed"))
    if _around(run.stdout, message) == _around(undisturbed.stdout, usual):
        return Kept()
    return Broken(say("around.expected"), say("prints.seen", output=text(run.stdout)), last_input(run))


def _around(output: bytes, message: bytes) -> tuple[bytes, bytes]:
    before, _, behind = output.partition(message)
    return _without_numbers(before), re.sub(rb"[0-9]+", b"0", behind.removeprefix(b"\0"))
