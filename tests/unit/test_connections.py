"""The peer's connections: a reset that comes at once is a reset, and no refusal."""

import socket

import pytest

from conformance.sandbox.transports import tcp
from conformance.sandbox.transports.tcp import connect


def listener() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def test_who_is_reset_at_once_was_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    server, outcome = listener(), tcp._outcome

    def late(made: socket.socket, port: int) -> int:
        server.close()  # the kernel resets what waits to be accepted
        return outcome(made, port)

    monkeypatch.setattr(tcp, "_outcome", late)
    made = connect("127.0.0.1", server.getsockname()[1])
    assert made is not None
    assert made.was_reset
    made.socket.close()


def test_where_nobody_listens_nobody_is_connected() -> None:
    with listener() as server:
        port = server.getsockname()[1]
        made = connect("127.0.0.1", port)
        assert made is not None
        assert not made.was_reset
        made.socket.close()
    assert connect("127.0.0.1", port) is None
