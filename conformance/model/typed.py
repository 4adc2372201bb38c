"""What is typed for a client of a dialogue, what it asks then, and what it prints of the answers."""

from collections.abc import Iterator

from conformance.catalogue import Exercise
from conformance.catalogue.framing import answer_frames_of, frames_of, reply_of, request_of
from conformance.catalogue.records import Data, Example


def says_what_is_typed(exercise: Exercise) -> bool:
    """Tell whether the examples of an exercise say what is typed: else each line is the text of one request."""
    return any(one.type is not None for one in exercise.example)


def typed_for(exercise: Exercise, example: Example) -> bytes:
    """Return what is typed for one example."""
    if example.type is not None:
        return example.type.encode()
    return frames_of(exercise).text(request_of(exercise, example.send)) + b"\n"


def asked_for(exercise: Exercise, typed: bytes) -> tuple[bytes, ...]:
    """Return the requests that a client makes of what was typed, where the examples say what that is."""
    whole = typed if typed.endswith(b"\n") else typed + b"\n"
    return tuple(_asked_for(exercise, whole))[: exercise.exchanges or None]


def _asked_for(exercise: Exercise, typed: bytes) -> Iterator[bytes]:
    known = {typed_for(exercise, one): request_of(exercise, one.send) for one in exercise.example}
    at = 0
    while (piece := next((one for one in known if typed.startswith(one, at)), None)) is not None:
        yield known[piece]
        at += len(piece)


def printed_of(exercise: Exercise, reply: bytes) -> bytes:
    """Return what a client prints of an answer: what its example says, or the text or the one number in it."""
    for one in exercise.example:
        if one.expect is None or reply_of(exercise, one.expect) != reply:
            continue
        if one.prints is not None:
            return one.prints.encode()
        if isinstance(one.expect, Data) and len(one.expect.numbers) == 1:
            return b"%d" % one.expect.numbers
    return answer_frames_of(exercise).text(reply)
