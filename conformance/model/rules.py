"""The rules by which a request is answered: what becomes of its text."""

from collections.abc import Callable
from typing import Final

from conformance.catalogue import Exercise
from conformance.catalogue.framing import answer_frames_of, frames_of
from conformance.catalogue.records import Content, Rule

RULES: Final[dict[Rule, Callable[[bytes], bytes]]] = {
    "upper": bytes.upper,
    "lower": bytes.lower,
    "swapcase": bytes.swapcase,
    "reverse": lambda text: text[::-1],
    "length": lambda text: b"%d" % len(text),
}


def answer_by_rule(exercise: Exercise, text: bytes) -> bytes | None:
    """Return the answer to a request's text; None where the exercise has no rule for it."""
    if isinstance(exercise.answers, str):
        return RULES[exercise.answers](text)
    asked, answered = frames_of(exercise), answer_frames_of(exercise)
    return {asked.encoded(send): answered.encoded(answer) for send, answer in answers_of(exercise)}.get(text)


def answers_of(exercise: Exercise) -> tuple[tuple[Content, Content], ...]:
    """Return the requests of an exercise's table of answers, each with its answer."""
    match exercise.answers:
        case str():
            return ()
        case dict():
            return tuple(exercise.answers.items())
        case pairs:
            return tuple((one.send, one.expect) for one in pairs)
