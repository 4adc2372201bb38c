"""Families of Windows programs: calls of Winsock that fail."""

from typing import Final

from conformance.model.winsock import (
    STARTUP_FAILURE,
    WINSOCK_ACCEPT_FAILURES,
    WINSOCK_INPUT_FAILURES,
    WINSOCK_OUTPUT_FAILURES,
    WINSOCK_SET_UP_FAILURES,
)
from conformance.observe.faults import Fail
from conformance.scenarios.failing import with_faults
from conformance.scenarios.family import Family
from conformance.stage.script import Run, Scenario

FAILURES: Final = {
    **WINSOCK_SET_UP_FAILURES,
    "accept": WINSOCK_ACCEPT_FAILURES,
    "send": WINSOCK_OUTPUT_FAILURES,
    "recv": WINSOCK_INPUT_FAILURES,
}
GROUPS: Final = {"send": "output", "recv": "input"}


def failed_calls(undisturbed: Run) -> tuple[Scenario, ...]:
    """Return one scenario for each call of the exercise that can fail, and each error that Windows can show for it."""
    made = {call.name for call in undisturbed.trace.calls if call.of_exercise or call.name == "socket"}
    return tuple(
        with_faults(undisturbed, Fail(GROUPS.get(name, name), error))
        for name, errors in FAILURES.items()
        if name in made
        for error in errors
    )


FAILED_CALLS: Final = Family("failed-winsock-calls", derive=failed_calls)
FAILED_STARTUP: Final = Family(
    "failed-startup", derive=lambda undisturbed: (with_faults(undisturbed, Fail("startup", STARTUP_FAILURE)),)
)
