"""The conversation of each exercise in which nothing goes wrong."""

from typing import Final

from conformance.catalogue import Exercise, ExerciseKind
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
    ExerciseKind("echo", "client"): Scenario(steps=(Accept(), Echo()), start=Start(input=BASELINE_LINES + QUIT)),
    ExerciseKind("file", "server"): Scenario(
        steps=(Connect(),), start=Start(files=(File(name=SERVED, content=BASELINE_FILE),))
    ),
    ExerciseKind("file", "client"): Scenario(steps=(Accept(), Send(data=BASELINE_FILE), End())),
    ExerciseKind("write", "alone"): Scenario(),
    ExerciseKind("read", "alone"): Scenario(start=Start(files=(File(name=READ, content=b"Let's go!\n"),))),
    ExerciseKind("none", "alone"): Scenario(),
}
"""The conversation of each kind of exercise in which nothing goes wrong."""


def baseline_of(exercise: Exercise) -> Scenario:
    """Return the conversation of an exercise in which nothing goes wrong."""
    return BASELINE[exercise.kind]


BASELINE_CONVERSATION: Final = Family("baseline", derive=lambda baseline: (baseline.scenario,))
"""For what can be told only of a program that has conversed."""
BASELINE_ONLY: Final = Family("baseline", derive=lambda baseline: (baseline.scenario,), needs_baseline=False)
