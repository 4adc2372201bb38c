"""What the peer's transports can do: meet a program, keep datagrams apart, and know what has arrived."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.model.byte_order import swapped
from conformance.records.scenario import LOOPBACK, Accept, Connect, Echo, End, Leave, Reset, Scenario, Send
from conformance.sandbox.connections import Connections
from conformance.sandbox.lines import Connection, Datagrams
from conformance.sandbox.ports import two_free
from conformance.sandbox.transports.choice import TRANSPORTS
from conformance.sandbox.transports.interface import MeetingPlace
from conformance.sandbox.transports.udp import Udp
from conformance.sandbox.transports.unix import Unix
from conformance.scenarios.fitting import FITTINGS, fitted

PATH = "echo.sock"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[MeetingPlace]:
    (port, _), held = two_free()
    yield MeetingPlace(port=port, ip=LOOPBACK, path=PATH, directory=str(tmp_path), own_network=False)
    for one in held:
        one.close()


@pytest.fixture
def peer(place: MeetingPlace, request: pytest.FixtureRequest) -> Iterator[Connections]:
    made = Connections(TRANSPORTS[request.param](place))
    yield made
    made.close()


def test_each_transport_is_known_everywhere() -> None:
    assert set(TRANSPORTS) == set(FITTINGS)


# ---------------------------------------------------------------- Unix-domain sockets


def unix_server(place: MeetingPlace, backlog: int = 5) -> socket.socket:
    server = socket.socket(socket.AF_UNIX)
    server.bind(f"{place.directory}/{PATH}")
    server.listen(backlog)
    return server


@pytest.mark.parametrize("peer", ["unix"], indirect=True)
def test_who_finds_the_backlog_full_waits_until_there_is_room(peer: Connections, place: MeetingPlace) -> None:
    with unix_server(place, backlog=0) as server:
        assert not peer.has_waiting()
        first, second = peer.connect(0), peer.connect(1)
        assert first is not None
        assert second is not None
        assert isinstance(first.line, Connection)
        assert isinstance(second.line, Connection)
        assert peer.has_waiting()
        assert first.line.begin is None
        assert second.line.begin is not None, "the backlog holds one"
        second.line.send(b"hi")
        second.line.end()
        assert not second.line.flush()
        server.accept()[0].close()
        assert second.line.flush()
        accepted, _ = server.accept()
        with accepted:
            assert accepted.recv(10) == b"hi"
            assert accepted.recv(10) == b"", "the end came behind it"


@pytest.mark.parametrize("peer", ["unix"], indirect=True)
def test_a_link_leads_the_peer_nowhere(peer: Connections, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with unix_server(MeetingPlace(port=1, ip="", path=PATH, directory=str(elsewhere))):
        (tmp_path / PATH).symlink_to(elsewhere / PATH)
        assert peer.connect(0) is None
    (tmp_path / PATH).unlink()
    (tmp_path / PATH).write_text("no socket")
    assert peer.connect(0) is None


@pytest.mark.parametrize("peer", ["unix"], indirect=True)
def test_a_client_finds_the_peer_at_the_path(peer: Connections, place: MeetingPlace) -> None:
    peer.listen()
    assert Path(place.directory, PATH).stat().st_mode & 0o777 == 0o666, "the program is another user"
    assert peer.accept(0) is None
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(f"{place.directory}/{PATH}")
        assert peer.accept(0) is not None


@pytest.mark.parametrize("peer", ["unix"], indirect=True)
def test_what_is_left_behind_lies_there_and_nobody_listens(peer: Connections, place: MeetingPlace) -> None:
    peer.leave_behind()
    assert Path(place.directory, PATH).is_socket()
    assert peer.connect(0) is None
    assert not Unix(place).is_found()


def test_a_listener_at_the_path_is_found(place: MeetingPlace) -> None:
    assert not Unix(place).is_found()
    with unix_server(place):
        assert Unix(place).is_found()


# ---------------------------------------------------------------- UDP


def udp_server(place: MeetingPlace) -> socket.socket:
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("", place.port))
    return server


@pytest.mark.parametrize("peer", ["udp"], indirect=True)
def test_nobody_is_found_where_no_socket_is_bound(peer: Connections, place: MeetingPlace) -> None:
    assert peer.connect(0) is None
    with udp_server(place):
        found = peer.connect(0)
        assert found is not None
        assert (found.host, found.port) == (LOOPBACK, place.port)


@pytest.mark.parametrize("peer", ["udp"], indirect=True)
def test_datagrams_stay_apart_and_may_be_empty(peer: Connections, place: MeetingPlace) -> None:
    with udp_server(place) as server:
        found = peer.connect(0)
        assert found is not None
        for data in (b"one", b"", b"three"):
            found.line.send(data)
        assert peer.all_acked()
        server.setblocking(False)
        came = [server.recvfrom(100) for _ in range(3)]
        assert [data for data, _ in came] == [b"one", b"", b"three"]
        server.sendto(b"", came[0][1])
        assert not peer.has_inflight()
        assert found.line.receive() == b""
        with pytest.raises(BlockingIOError):
            found.line.receive()


@pytest.mark.parametrize("peer", ["udp"], indirect=True)
def test_an_answer_from_another_port_is_told(peer: Connections, place: MeetingPlace) -> None:
    with udp_server(place), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        found = peer.connect(0)
        assert found is not None
        other.sendto(b"hi", found.line.socket.getsockname())
        assert found.line.receive() == b"hi"
        assert found.line.came_from == other.getsockname()[1]


@pytest.mark.parametrize("peer", ["udp"], indirect=True)
def test_a_client_is_answered_where_it_asked_last(peer: Connections, place: MeetingPlace) -> None:
    peer.listen()
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as two,
    ):
        one.sendto(b"one", (LOOPBACK, place.port))
        line = peer.accept(0)
        assert isinstance(line, Datagrams)
        for client in (one, two):
            if client is two:
                two.sendto(b"two", (LOOPBACK, place.port))
            data = line.receive()
            assert data is not None
            line.keep_for_echo(data, Echo())
        for client, wanted in ((one, b"one"), (two, b"two")):
            (piece,) = line.take_echo(Echo())
            line.send(piece)
            assert client.recv(10) == wanted
        assert peer.intrude(line, b"strange")
        data, sender = two.recvfrom(10)
        assert data == b"strange"
        assert sender[1] not in (place.port, swapped(place.port))


def test_an_echo_of_datagrams_loses_and_doubles_as_it_is_told() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        line = Datagrams(0, own, (LOOPBACK, 1))
        echo = Echo(lost=1, copies=2)
        for data in (b"lost", b"kept"):
            line.keep_for_echo(data, echo)
        assert line.take_echo(echo) == (b"kept", b"kept")
        assert line.take_echo(echo) == ()


def test_a_taken_port_can_be_shared_with_nobody(place: MeetingPlace) -> None:
    transport = Udp(place)
    held = transport.occupy()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError, match="in use"):
            server.bind(("", place.port))
    transport.close()
    for one in held:
        one.close()


# ---------------------------------------------------------------- scenarios


def test_scenarios_are_fitted_to_what_a_transport_has() -> None:
    talk = (Connect(), Send(data=b"x"))
    resets, leaves = Scenario(steps=(*talk, Reset(early=True))), Scenario(steps=(*talk, Leave(early=True)))
    assert fitted((resets, leaves), "tcp") == (resets, leaves)
    assert fitted((resets, leaves), "unix") == (leaves,), "each once"
    assert fitted((Scenario(steps=(*talk, End())),), "udp") == (
        Scenario(steps=(Connect(datagrams=True), Send(data=b"x"))),
    )
    assert fitted((Scenario(steps=(Accept(), Echo())),), "udp") == (Scenario(steps=(Accept(datagrams=True), Echo())),)
