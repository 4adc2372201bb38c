"""Lifecycle: the order of the calls, and the addresses that they are given."""

from conformance.checks import chat, dialogue, lifecycle, paths, transfer
from conformance.checks.judgement import Judgement
from conformance.records.run import Run
from conformance.scenarios.baseline import BASELINE_CONVERSATION, BASELINE_ONLY
from conformance.scenarios.chat import CHATS_IN_TURN
from conformance.scenarios.echo import MANY_CLIENTS
from conformance.scenarios.failing import BOTH_PORTS, FAILED_CONNECTS
from conformance.scenarios.greeting import ONE_CLIENT, ONE_MESSAGE, TO_THE_END
from conformance.suite.registry import requirement_test


@requirement_test("lifecycle.server-call-order", ONE_CLIENT, "greeting server", needs_trace=True)
def test_server_call_order(run: Run, _: Run) -> Judgement:
    """Each listener goes through socket, bind, listen and accept."""
    return lifecycle.server_calls_in_order(run)


@requirement_test(
    "lifecycle.server-call-order",
    BOTH_PORTS,
    "echo server",
    "file server",
    "dialogue server",
    "chat server",
    needs_trace=True,
)
def test_server_call_order_both_ports(run: Run, _: Run) -> Judgement:
    """Each listener goes through socket, bind, listen and accept, whichever port it is."""
    return lifecycle.server_calls_in_order(run)


@requirement_test("lifecycle.server-binds-given-port", ONE_CLIENT, "greeting server")
def test_server_binds_given_port(run: Run, _: Run) -> Judgement:
    """The client finds the server where it was told to be, whichever port that is."""
    return lifecycle.bound_to_given_port(run)


@requirement_test(
    "lifecycle.server-binds-given-port",
    BOTH_PORTS,
    "echo server",
    "file server",
    "dialogue server",
    "chat server",
    "udp server",
)
def test_server_binds_either_port(run: Run, _: Run) -> Judgement:
    """The client finds the server where it was told to be, whichever port that is."""
    return lifecycle.bound_to_given_port(run)


@requirement_test("lifecycle.client-call-order", ONE_MESSAGE, "greeting client", needs_trace=True)
def test_client_call_order(run: Run, _: Run) -> Judgement:
    """The socket is connected before data goes over it."""
    return lifecycle.client_calls_in_order(run)


@requirement_test(
    "lifecycle.client-call-order", BOTH_PORTS, "echo client", "file client", "dialogue client", needs_trace=True
)
def test_client_call_order_both_ports(run: Run, _: Run) -> Judgement:
    """The socket is connected before data goes over it, whichever port it is."""
    return lifecycle.client_calls_in_order(run)


@requirement_test("lifecycle.server-serves-next-client", MANY_CLIENTS, "dialogue server")
def test_server_answers_next_client(run: Run, _: Run) -> Judgement:
    """A hundred clients come, one after the other, each with requests."""
    return dialogue.answers_everybody(run)


@requirement_test("lifecycle.server-serves-next-client", MANY_CLIENTS, "echo server", "file server")
def test_server_serves_next_client(run: Run, _: Run) -> Judgement:
    """A hundred clients come, one after the other."""
    return transfer.serves_everybody(run)


@requirement_test("lifecycle.server-serves-next-client", CHATS_IN_TURN, "chat server")
def test_server_hears_next_client(run: Run, _: Run) -> Judgement:
    """One client stays, and a hundred others come, speak and leave, one after the other."""
    return chat.hears_everything(run)


@requirement_test("lifecycle.server-binds-reachable-address", BASELINE_ONLY)
def test_server_binds_reachable_address(run: Run, _: Run) -> Judgement:
    """A client on the same machine reaches the server."""
    return lifecycle.bound_to_reachable_address(run)


@requirement_test("lifecycle.server-binds-given-path", BASELINE_ONLY)
def test_server_binds_given_path(run: Run, _: Run) -> Judgement:
    """The client finds the server where it was told to be."""
    return paths.bound_to_given_path(run)


@requirement_test("lifecycle.client-connects-to-given-path", BASELINE_ONLY)
def test_client_connects_to_given_path(run: Run, _: Run) -> Judgement:
    """The client comes where it was told to go."""
    return paths.connected_to_given_path(run)


@requirement_test("lifecycle.server-binds-once", BASELINE_ONLY, needs_trace=True)
def test_server_binds_once(run: Run, _: Run) -> Judgement:
    """After a bind that succeeded there is no other."""
    return lifecycle.bound_once(run)


@requirement_test("lifecycle.server-accepts-on-listener", BASELINE_ONLY, needs_trace=True)
def test_server_accepts_on_listener(run: Run, _: Run) -> Judgement:
    """The listener accepts, the connection carries data."""
    return lifecycle.accepted_on_listener(run)


@requirement_test("lifecycle.address-length-given", BASELINE_ONLY, needs_trace=True)
def test_address_length_given(run: Run, _: Run) -> Judgement:
    """A client comes, and its address may be asked for."""
    return lifecycle.gives_room_for_addresses(run)


@requirement_test("lifecycle.server-backlog", BASELINE_ONLY, needs_trace=True)
def test_server_backlog(run: Run, _: Run) -> Judgement:
    """The number that listen gets lets a second client wait."""
    return lifecycle.listens_with_backlog(run)


@requirement_test("lifecycle.server-restarts-at-once", BASELINE_ONLY, needs_trace=True)
def test_server_restarts_at_once(run: Run, _: Run) -> Judgement:
    """The option is set in time."""
    return lifecycle.reuses_address(run)


@requirement_test("lifecycle.server-ends-cleanly", TO_THE_END)
def test_server_ends_cleanly(run: Run, _: Run) -> Judgement:
    """A server that ends by itself, after one client or several, leaves nothing open and says that all went well."""
    return lifecycle.server_ends_cleanly(run)


@requirement_test("lifecycle.client-connects-to-given-address", ONE_MESSAGE, "greeting client", needs_trace=True)
def test_client_connects_to_given_address(run: Run, _: Run) -> Judgement:
    """One connect, to the address on the command line."""
    return lifecycle.connected_to_given_address(run)


@requirement_test(
    "lifecycle.client-connects-to-given-address",
    BOTH_PORTS,
    "echo client",
    "file client",
    "dialogue client",
    needs_trace=True,
)
def test_client_connects_to_either_address(run: Run, _: Run) -> Judgement:
    """One connect, to the address on the command line, whichever port it is."""
    return lifecycle.connected_to_given_address(run)


@requirement_test("lifecycle.fresh-socket-after-failure", FAILED_CONNECTS, needs_trace=True)
def test_fresh_socket_after_failure(run: Run, _: Run) -> Judgement:
    """Each connect fails, and the client may try again."""
    return lifecycle.connects_on_fresh_sockets(run)


@requirement_test("lifecycle.client-leaves-bind-to-the-system", BASELINE_ONLY, needs_trace=True)
def test_client_leaves_bind_to_the_system(run: Run, _: Run) -> Judgement:
    """The client does not choose its own port."""
    return lifecycle.leaves_bind_to_the_system(run)


@requirement_test("lifecycle.client-ends-cleanly", BASELINE_CONVERSATION)
def test_client_ends_cleanly(run: Run, _: Run) -> Judgement:
    """After the answer the status is 0."""
    return lifecycle.client_ends_cleanly(run)
