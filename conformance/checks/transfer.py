"""Checks of what arrives and what is printed."""

import re
from collections.abc import Sequence

from conformance.checks.common import (
    as_received,
    ended_how,
    last_input,
    last_output,
    message_of,
)
from conformance.judgement import Broken, Judgement, Kept, NotApplicable
from conformance.observe.decode import text
from conformance.stage.script import Run, Waiting, WireEvent
from conformance.words import say


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
    """The peer received exactly what it receives when nothing disturbs the program."""
    if run.received() == undisturbed.received():
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
    fault = next((call.number for call in run.trace.of_exercise() if call.error == "EFAULT"), None)
    if fault is not None:  # no right program gives the kernel an address that is not its own
        return Broken(say("long.expected"), say("long.overrun"), fault)
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
