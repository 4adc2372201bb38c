"""What the kernel tells of its sockets, asked by netlink or read from its tables."""

import contextlib
import socket
from collections.abc import Iterator

import pytest

from conformance.observe import socket_table


@pytest.fixture(params=("asked", "read"))
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual way, and the one where a sandbox allows no such question."""

    def refuse(*_: object) -> Iterator[socket_table.SocketRow]:
        raise PermissionError(1, "Operation not permitted")

    if request.param == "read":
        monkeypatch.setattr(socket_table, "_ask_for_sockets", refuse)


@pytest.mark.usefixtures("way")
def test_who_listens_and_how_many_wait_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert port in socket_table.listening()
        assert socket_table.waiting_at([port]) == 0
        with socket.create_connection(("127.0.0.1", port)):
            assert socket_table.waiting_at([port]) == 1
    assert port not in socket_table.listening()


@pytest.mark.usefixtures("way")
def test_who_has_sent_what_has_not_arrived() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as client,
        listener.accept()[0] as server,
    ):
        ends = server.getsockname()[1], client.getsockname()[1]
        assert ends not in socket_table.sending()
        server.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                server.send(bytes(1 << 16))
        assert ends in socket_table.sending()
        assert ends[::-1] not in socket_table.sending()
