"""The conversation of each exercise in which nothing goes wrong."""

from typing import Final

from msgspec.structs import replace

from conformance.catalogue import Exercise, ExerciseKind
from conformance.catalogue.framing import answer_frames_of, frames_of, reply_of, request_of
from conformance.model.rules import answer_by_rule, answers_of
from conformance.model.typed import typed_for
from conformance.records.scenario import Accept, Connect, Echo, End, File, Scenario, Send, Start
from conformance.scenarios.family import Family

BASELINE_LINES: Final = b"Hello World!\nHow are you?\n"
QUIT: Final = b"Q\n"
BASELINE_FILE: Final = b"Network programming:\non Linux a socket is a file.\n"
SERVED: Final = "served.txt"
READ: Final = "data.txt"
BASELINE: Final = {
    ExerciseKind("greeting", "server"): Scenario(steps=(Connect(),)),
    ExerciseKind("greeting", "client"): Scenario(steps=(Accept(), Send(data=b"Hello World!"), End())),
    ExerciseKind("echo", "server"): Scenario(
        steps=(Connect(), Send(data=b"Hello World!\n"), Send(data=b"How are you?\n"), End())
    ),
    ExerciseKind("echo", "server", datagrams=True): Scenario(
        steps=(Connect(datagrams=True), Send(data=b"Hello World!\n"), Send(data=b"How are you?\n"))
    ),
    ExerciseKind("echo", "client", datagrams=True): Scenario(
        steps=(Accept(datagrams=True), Echo()), start=Start(input=BASELINE_LINES + QUIT)
    ),
    ExerciseKind("echo", "client"): Scenario(steps=(Accept(), Echo()), start=Start(input=BASELINE_LINES + QUIT)),
    ExerciseKind("file", "server"): Scenario(
        steps=(Connect(),), start=Start(files=(File(name=SERVED, content=BASELINE_FILE),))
    ),
    ExerciseKind("file", "client"): Scenario(steps=(Accept(), Send(data=BASELINE_FILE), End())),
    ExerciseKind("chat", "server"): Scenario(
        steps=(
            Connect(client=0),
            Connect(client=1),
            Send(data=b"Hello World!\n", client=0),
            Send(data=b"How are you?\n", client=1),
            End(client=1),
            End(client=0),
        )
    ),
    ExerciseKind("write", "alone"): Scenario(),
    ExerciseKind("read", "alone"): Scenario(start=Start(files=(File(name=READ, content=b"Let's go!\n"),))),
    ExerciseKind("none", "alone"): Scenario(),
}
"""The conversation of each kind of exercise in which nothing goes wrong."""


def baseline_of(exercise: Exercise) -> Scenario:
    """Return the conversation of an exercise in which nothing goes wrong."""
    if exercise.thanks and exercise.role == "server":
        return _thanked(exercise)
    return BASELINE[exercise.kind] if exercise.kind in BASELINE else _dialogue(exercise)


def _thanked(exercise: Exercise) -> Scenario:
    """Return a file that is answered with thanks.

    On a terminal, since what a server has printed may lie in its buffer when it is stopped.
    """
    usual = BASELINE[exercise.kind]
    steps = (*usual.steps, Send(data=exercise.thanks.encode()), End())
    return replace(usual, steps=steps, start=replace(usual.start, terminal=True))


def _dialogue(exercise: Exercise) -> Scenario:
    """Return the conversation of the exercise's examples, in their order."""
    most = exercise.exchanges or None
    if exercise.role == "client":
        answering = Echo(answers=replies_of(exercise)[:most], frames=frames_of(exercise))
        return Scenario(steps=(Accept(), answering), start=Start(input=b"".join(typed_in(exercise)[:most])))
    return Scenario(steps=(Connect(), *(Send(data=one) for one in examples_of(exercise)[:most]), End()))


def typed_in(exercise: Exercise) -> tuple[bytes, ...]:
    """Return what is typed for each example of a client."""
    if exercise.example:
        return tuple(typed_for(exercise, one) for one in exercise.example)
    return tuple(frames_of(exercise).text(one) + b"\n" for one in examples_of(exercise))


def replies_of(exercise: Exercise) -> tuple[bytes, ...]:
    """Return what a server says to the examples of a client: what they expect, or what the rule makes of them."""
    if exercise.example:
        return tuple(reply_of(exercise, one.expect or "") for one in exercise.example)
    answers = (answer_by_rule(exercise, frames_of(exercise).text(one)) for one in examples_of(exercise))
    return tuple(answer_frames_of(exercise).whole(one or b"") for one in answers)


def examples_of(exercise: Exercise) -> tuple[bytes, ...]:
    """Return the requests of an exercise's examples; where there are none, some that its rule answers."""
    if exercise.example:
        return tuple(request_of(exercise, one.send) for one in exercise.example)
    frames = frames_of(exercise)
    asked = (frames.encoded(request) for request, _ in answers_of(exercise))
    return tuple(map(frames.whole, BASELINE_LINES.splitlines() if isinstance(exercise.answers, str) else asked))


BASELINE_CONVERSATION: Final = Family("baseline", derive=lambda baseline: (baseline.scenario,))
"""For what can be told only of a program that has conversed."""
BASELINE_ONLY: Final = Family("baseline", derive=lambda baseline: (baseline.scenario,), needs_baseline=False)
