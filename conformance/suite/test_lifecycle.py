"""Lifecycle: the order of the calls, and the addresses that they are given."""

from conformance import scenarios
from conformance.checks import lifecycle
from conformance.judgement import Judgement
from conformance.stage.script import Run
from conformance.suite.proving import proves


@proves("lifecycle.server-call-order", scenarios.ONE_CLIENT)
def test_server_call_order(run: Run) -> Judgement:
    """Each listener goes through socket, bind, listen and accept."""
    return lifecycle.server_calls_in_order(run)


@proves("lifecycle.server-binds-given-port", scenarios.ONE_CLIENT)
def test_server_binds_given_port(run: Run) -> Judgement:
    """The client finds the server where it was told to be, whichever port that is."""
    return lifecycle.bound_to_given_port(run)


@proves("lifecycle.client-call-order", scenarios.ONE_MESSAGE, "hello_client")
def test_client_call_order(run: Run) -> Judgement:
    """The socket is connected before data goes over it."""
    return lifecycle.client_calls_in_order(run)


@proves("lifecycle.server-binds-reachable-address", scenarios.UNDISTURBED_ONLY)
def test_server_binds_reachable_address(run: Run) -> Judgement:
    """A client on the same machine reaches the server."""
    return lifecycle.bound_to_reachable_address(run)


@proves("lifecycle.server-binds-once", scenarios.UNDISTURBED_ONLY)
def test_server_binds_once(run: Run) -> Judgement:
    """After a bind that succeeded there is no other."""
    return lifecycle.bound_once(run)


@proves("lifecycle.server-accepts-on-listener", scenarios.UNDISTURBED_ONLY)
def test_server_accepts_on_listener(run: Run) -> Judgement:
    """The listener accepts, the connection carries data."""
    return lifecycle.accepted_on_listener(run)


@proves("lifecycle.server-backlog", scenarios.UNDISTURBED_ONLY)
def test_server_backlog(run: Run) -> Judgement:
    """The number that listen gets lets a second client wait."""
    return lifecycle.listens_with_backlog(run)


@proves("lifecycle.server-restarts-at-once", scenarios.UNDISTURBED_ONLY)
def test_server_restarts_at_once(run: Run) -> Judgement:
    """The option is set in time."""
    return lifecycle.reuses_address(run)


@proves("lifecycle.server-ends-cleanly", scenarios.UNDISTURBED_ONLY)
def test_server_ends_cleanly(run: Run) -> Judgement:
    """A server that ends by itself leaves nothing open and says that all went well."""
    return lifecycle.server_ends_cleanly(run)


@proves("lifecycle.client-connects-to-given-address", scenarios.ONE_MESSAGE, "hello_client", "hello_client_win")
def test_client_connects_to_given_address(run: Run) -> Judgement:
    """One connect, to the address on the command line."""
    return lifecycle.connected_to_given_address(run)


@proves("lifecycle.client-leaves-bind-to-the-system", scenarios.UNDISTURBED_ONLY)
def test_client_leaves_bind_to_the_system(run: Run) -> Judgement:
    """The client does not choose its own port."""
    return lifecycle.leaves_bind_to_the_system(run)


@proves("lifecycle.client-ends-cleanly", scenarios.UNDISTURBED_ONLY)
def test_client_ends_cleanly(run: Run) -> Judgement:
    """After the answer the status is 0."""
    return lifecycle.client_ends_cleanly(run)
