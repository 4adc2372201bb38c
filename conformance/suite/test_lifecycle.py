"""Lifecycle: the order of the calls, and the addresses that they are given."""

from conformance import checks, scenarios
from conformance.judgement import Judgement
from conformance.stage.script import Run
from conformance.suite.proving import proves


@proves("lifecycle.server-call-order", scenarios.ONE_CLIENT)
def test_server_call_order(run: Run) -> Judgement:
    """Each listener goes through socket, bind, listen and accept."""
    return checks.server_calls_in_order(run)


@proves("lifecycle.server-binds-given-port", scenarios.ONE_CLIENT)
def test_server_binds_given_port(run: Run) -> Judgement:
    """The client finds the server where it was told to be, whichever port that is."""
    return checks.bound_to_given_port(run)


@proves("lifecycle.client-call-order", scenarios.ONE_MESSAGE)
def test_client_call_order(run: Run) -> Judgement:
    """The socket is connected before data goes over it."""
    return checks.client_calls_in_order(run)
