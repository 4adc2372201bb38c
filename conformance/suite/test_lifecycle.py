"""Lifecycle: the order of the calls, and the addresses that they are given."""

from conformance.checks import lifecycle, transfer
from conformance.judgement import Judgement
from conformance.scenarios.echo import MANY
from conformance.scenarios.failing import BOTH_PORTS
from conformance.scenarios.greeting import ONE_CLIENT, ONE_MESSAGE
from conformance.scenarios.undisturbed import UNDISTURBED_ONLY
from conformance.stage.script import Run
from conformance.suite.proving import proves


@proves("lifecycle.server-call-order", ONE_CLIENT, "hello_server")
def test_server_call_order(run: Run) -> Judgement:
    """Each listener goes through socket, bind, listen and accept."""
    return lifecycle.server_calls_in_order(run)


@proves("lifecycle.server-call-order", BOTH_PORTS, "echo_server", "file_server")
def test_server_call_order_both_ports(run: Run) -> Judgement:
    """Each listener goes through socket, bind, listen and accept, whichever port it is."""
    return lifecycle.server_calls_in_order(run)


@proves("lifecycle.server-binds-given-port", ONE_CLIENT, "hello_server", "hello_server_win")
def test_server_binds_given_port(run: Run) -> Judgement:
    """The client finds the server where it was told to be, whichever port that is."""
    return lifecycle.bound_to_given_port(run)


@proves("lifecycle.server-binds-given-port", BOTH_PORTS, "echo_server", "file_server", "echo_server_win")
def test_server_binds_either_port(run: Run) -> Judgement:
    """The client finds the server where it was told to be, whichever port that is."""
    return lifecycle.bound_to_given_port(run)


@proves("lifecycle.client-call-order", ONE_MESSAGE, "hello_client")
def test_client_call_order(run: Run) -> Judgement:
    """The socket is connected before data goes over it."""
    return lifecycle.client_calls_in_order(run)


@proves("lifecycle.client-call-order", BOTH_PORTS, "echo_client", "file_client")
def test_client_call_order_both_ports(run: Run) -> Judgement:
    """The socket is connected before data goes over it, whichever port it is."""
    return lifecycle.client_calls_in_order(run)


@proves("lifecycle.server-serves-next-client", MANY)
def test_server_serves_next_client(run: Run) -> Judgement:
    """A hundred clients come, one after the other."""
    return transfer.serves_everybody(run)


@proves("lifecycle.server-binds-reachable-address", UNDISTURBED_ONLY)
def test_server_binds_reachable_address(run: Run) -> Judgement:
    """A client on the same machine reaches the server."""
    return lifecycle.bound_to_reachable_address(run)


@proves("lifecycle.server-binds-once", UNDISTURBED_ONLY)
def test_server_binds_once(run: Run) -> Judgement:
    """After a bind that succeeded there is no other."""
    return lifecycle.bound_once(run)


@proves("lifecycle.server-accepts-on-listener", UNDISTURBED_ONLY)
def test_server_accepts_on_listener(run: Run) -> Judgement:
    """The listener accepts, the connection carries data."""
    return lifecycle.accepted_on_listener(run)


@proves("lifecycle.server-backlog", UNDISTURBED_ONLY)
def test_server_backlog(run: Run) -> Judgement:
    """The number that listen gets lets a second client wait."""
    return lifecycle.listens_with_backlog(run)


@proves("lifecycle.server-restarts-at-once", UNDISTURBED_ONLY)
def test_server_restarts_at_once(run: Run) -> Judgement:
    """The option is set in time."""
    return lifecycle.reuses_address(run)


@proves("lifecycle.server-ends-cleanly", UNDISTURBED_ONLY)
def test_server_ends_cleanly(run: Run) -> Judgement:
    """A server that ends by itself leaves nothing open and says that all went well."""
    return lifecycle.server_ends_cleanly(run)


@proves("lifecycle.client-connects-to-given-address", ONE_MESSAGE, "hello_client", "hello_client_win")
def test_client_connects_to_given_address(run: Run) -> Judgement:
    """One connect, to the address on the command line."""
    return lifecycle.connected_to_given_address(run)


@proves("lifecycle.client-connects-to-given-address", BOTH_PORTS, "echo_client", "file_client", "echo_client_win")
def test_client_connects_to_either_address(run: Run) -> Judgement:
    """One connect, to the address on the command line, whichever port it is."""
    return lifecycle.connected_to_given_address(run)


@proves("lifecycle.client-leaves-bind-to-the-system", UNDISTURBED_ONLY)
def test_client_leaves_bind_to_the_system(run: Run) -> Judgement:
    """The client does not choose its own port."""
    return lifecycle.leaves_bind_to_the_system(run)


@proves("lifecycle.client-ends-cleanly", UNDISTURBED_ONLY)
def test_client_ends_cleanly(run: Run) -> Judgement:
    """After the answer the status is 0."""
    return lifecycle.client_ends_cleanly(run)
