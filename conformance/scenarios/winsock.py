"""Families of Windows programs: calls of Winsock that fail, and clients that are lost."""

from typing import Final

from conformance.model.winsock import (
    STARTUP_FAILURE,
    WINSOCK_ACCEPT_FAILURES,
    WINSOCK_INPUT_FAILURES,
    WINSOCK_OUTPUT_FAILURES,
    WINSOCK_SET_UP_FAILURES,
)
from conformance.records.faults import Fail
from conformance.records.run import Run
from conformance.records.scenario import Connect, End, Leave, Reset, Scenario, Send
from conformance.scenarios.echo import nobody_lost, talk
from conformance.scenarios.echo_client import typed
from conformance.scenarios.failing import with_faults
from conformance.scenarios.family import Family

FAILURES: Final = {
    **WINSOCK_SET_UP_FAILURES,
    "accept": WINSOCK_ACCEPT_FAILURES,
    "send": WINSOCK_OUTPUT_FAILURES,
    "recv": WINSOCK_INPUT_FAILURES,
}
FAULT_GROUP_OF: Final = {"send": "output", "recv": "input"}


def failed_calls(baseline: Run) -> tuple[Scenario, ...]:
    """Return one scenario for each call of the exercise that can fail, and each error that Windows can show for it."""
    made = {call.name for call in baseline.trace.calls if call.in_scope or call.name == "socket"}
    return tuple(
        with_faults(baseline, Fail(call=FAULT_GROUP_OF.get(name, name), error=error))
        for name, errors in FAILURES.items()
        if name in made
        for error in errors
    )


def losing_clients(_: Run) -> tuple[Scenario, ...]:
    """Return clients that are lost, and one that comes later or is there already.

    Where a transfer is made to fail it is one with the first client, before anything else is sent.
    """
    one_after_the_other = (Connect(client=0), Send(data=b"zero", client=0), Reset(client=0), *talk(1, b"one"))
    told = (
        Fail(call="input", error="WSAECONNRESET", nth=1),
        Fail(call="input", error="WSAECONNRESET", nth=2),
        Fail(call="output", error="WSAECONNRESET", nth=1),
    )
    return (
        Scenario(steps=one_after_the_other),
        *(Scenario(steps=one_after_the_other, faults=(one,)) for one in told),
        Scenario(
            steps=(Connect(client=0), Send(data=b"zero", client=0), Leave(client=0, early=True), *talk(1, b"one"))
        ),
        Scenario(
            steps=(
                Connect(client=0),
                Connect(client=1),
                Send(data=b"one", client=1),
                Reset(client=0),
                Send(data=b"one more", client=1),
                End(client=1),
            )
        ),
    )


ENDS_OF_CLIENTS: Final = Family(
    "ends-of-clients",
    derive=lambda baseline: (baseline.scenario, typed(b"Hello World!", end=b""), typed(end=b"")),
)
WINDOWS_LOSSES: Final = Family("windows-losses", derive=losing_clients, control=nobody_lost)
FAILED_CALLS: Final = Family("failed-winsock-calls", derive=failed_calls)
FAILED_STARTUP: Final = Family(
    "failed-startup",
    derive=lambda baseline: (with_faults(baseline, Fail(call="startup", error=STARTUP_FAILURE)),),
)
