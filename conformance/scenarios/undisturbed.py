"""The conversation of each exercise in which nothing goes wrong."""

from typing import Final

from conformance.catalogue import Exercise
from conformance.scenarios.family import Family
from conformance.stage.script import Accept, Connect, Echo, End, File, Scenario, Send, Start

LINES: Final = b"Hello World!\nHow are you?\n"
QUIT: Final = b"Q\n"
FILE: Final = b"Network programming:\non Linux a socket is a file.\n"
SERVED: Final = "served.txt"
READ: Final = "data.txt"
ON_WINDOWS: Final = "_win"
"""How the name of an exercise ends that is the same conversation on Winsock."""

UNDISTURBED: Final = {
    "server": Scenario((Connect(),)),
    "client": Scenario((Accept(), Send(b"Hello World!"), End())),
    "alone": Scenario(),
    "echo_server": Scenario((Connect(), Send(b"Hello World!\n"), Send(b"How are you?\n"), End())),
    "echo_client": Scenario((Accept(), Echo()), start=Start(input=LINES + QUIT)),
    "low_read": Scenario(start=Start(files=(File(READ, b"Let's go!\n"),))),
    "file_server": Scenario((Connect(),), start=Start(files=(File(SERVED, FILE),))),
    "file_client": Scenario((Accept(), Send(FILE), End())),
}
"""By the exercise's name where it has one of its own, else by its role."""


def undisturbed_of(exercise: Exercise) -> Scenario:
    """Return the conversation of an exercise in which nothing goes wrong."""
    return UNDISTURBED.get(exercise.name.removesuffix(ON_WINDOWS)) or UNDISTURBED[exercise.role]


UNDISTURBED_ONLY: Final = Family("undisturbed", derive=lambda undisturbed: (undisturbed.scenario,), from_base=False)
