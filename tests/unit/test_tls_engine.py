"""The TLS engine beside Python's own `ssl`: what each sends the other understands, and nothing is an exception."""

import contextlib
import ssl
from collections.abc import Iterator

import pytest

from conformance.records.scenario import Versions, Wrap
from conformance.sandbox.codec import Came
from conformance.sandbox.tls import certificates
from conformance.sandbox.tls.contexts import Terms, context
from conformance.sandbox.tls.engine import Engine
from conformance.sandbox.tls.records import SUITES, BadRecordError, Direction, cut


class Library:
    """The other end, as a program has it: everything by `ssl`."""

    def __init__(self, *, is_server: bool, kind: str = "good", versions: Versions = "all") -> None:
        if is_server:
            made = context(Terms(kind, versions, tickets=2)).ssl
        else:
            made = ssl.create_default_context(cadata=certificates.authority_pem().decode())
        self.came, self.goes = ssl.MemoryBIO(), ssl.MemoryBIO()
        name = None if is_server else certificates.NAME
        self.tls = made.wrap_bio(self.came, self.goes, server_side=is_server, server_hostname=name)

    def read(self) -> bytes:
        """Return what can be read now."""
        try:
            return self.tls.read(1 << 20)
        except ssl.SSLWantReadError:
            return b""

    def read_all(self) -> bytes:
        """Return all that can be read."""
        return b"".join(iter(self.read, b""))


def meet(engine: Engine, library: Library) -> list[Came]:
    """Let both ends make their handshake."""
    notes = []
    for _ in range(6):
        library.came.write(engine.outgoing())
        with contextlib.suppress(ssl.SSLWantReadError):
            library.tls.do_handshake()
        notes += engine.feed(library.goes.read())
    return notes


def engine_of(*, is_server: bool, kind: str = "good", versions: Versions = "all", tickets: int = 0) -> Engine:
    terms = Terms(kind if is_server else None, versions, tickets)
    return Engine(context(terms), is_server, None if is_server else certificates.NAME, tickets)


@pytest.fixture(params=[True, False], ids=["server", "client"])
def both(request: pytest.FixtureRequest) -> Iterator[tuple[Engine, Library]]:
    engine, library = engine_of(is_server=request.param), Library(is_server=not request.param)
    meet(engine, library)
    assert engine.is_open
    yield engine, library


def said(engine: Engine, library: Library) -> bytes:
    """Return what the engine understands of what the library sends."""
    return b"".join(note.data for note in engine.feed(library.goes.read()) if note.what == "received")


@pytest.mark.parametrize(
    "wrap", [Wrap(), Wrap(size=1), Wrap(padding=3000), Wrap(empty=3), Wrap(size=5, padding=1, empty=1)]
)
def test_the_library_reads_what_the_engine_seals(both: tuple[Engine, Library], wrap: Wrap) -> None:
    engine, library = both
    library.came.write(engine.data(b"Hello World!", wrap))
    assert library.read_all() == b"Hello World!"


def test_the_engine_reads_what_the_library_seals(both: tuple[Engine, Library]) -> None:
    engine, library = both
    library.tls.write(bytes(40_000))
    assert said(engine, library) == bytes(40_000)


def test_both_go_on_with_new_keys(both: tuple[Engine, Library]) -> None:
    engine, library = both
    library.came.write(engine.update(asked=True) + engine.data(b"new"))
    assert library.read_all() == b"new"
    library.tls.write(b"too")
    notes = engine.feed(library.goes.read())
    assert [note.what for note in notes] == ["key update", "received"]


def test_close_notify_is_said_and_understood(both: tuple[Engine, Library]) -> None:
    engine, library = both
    library.came.write(engine.close_notify())
    assert library.tls.read(10) == b"", "the end"
    library.tls.unwrap()
    assert engine.feed(library.goes.read()) == [Came("alert", detail="close_notify")]


@pytest.mark.parametrize("kept", range(0, 35, 7))
def test_a_record_that_is_cut_off_is_read_by_nobody(both: tuple[Engine, Library], kept: int) -> None:
    engine, library = both
    library.came.write(engine.data(b"Hello World!", Wrap(kept=kept)))
    assert library.read() == b""


def test_a_changed_bit_is_noticed(both: tuple[Engine, Library]) -> None:
    engine, library = both
    library.came.write(engine.data(b"Hello World!", Wrap(changed=True)))
    with pytest.raises(ssl.SSLError, match="BAD_RECORD_MAC"):
        library.tls.read(10)
    assert engine.feed(library.goes.read()) == [Came("alert", detail="bad_record_mac")]


def test_an_alert_arrives(both: tuple[Engine, Library]) -> None:
    engine, library = both
    library.came.write(engine.alert(80))
    with pytest.raises(ssl.SSLError, match="INTERNAL_ERROR"):
        library.tls.read(10)


def test_tickets_are_records_too() -> None:
    engine, library = engine_of(is_server=True, tickets=2), Library(is_server=False)
    meet(engine, library)
    library.came.write(engine.data(b"behind two tickets"))
    assert library.read_all() == b"behind two tickets"


def test_a_client_sees_the_whole_chain_and_a_server_the_name() -> None:
    client = engine_of(is_server=False)
    notes = meet(client, Library(is_server=True))
    assert [(note.what, note.detail) for note in notes] == [("handshake", "TLSv1.3"), ("certificates", "2")]
    assert notes[1].data == b"".join(certificates.chain("good"))
    notes = meet(engine_of(is_server=True), Library(is_server=False))
    assert [(note.what, note.detail) for note in notes] == [("hello", certificates.NAME), ("handshake", "TLSv1.3")]


def test_tls_1_2_stays_with_the_library() -> None:
    client, library = engine_of(is_server=False, versions="1.2"), Library(is_server=True)
    notes = meet(client, library)
    assert notes[0] == Came("handshake", detail="TLSv1.2")
    assert notes[1].data == b"".join(certificates.chain("good"))
    library.came.write(client.data(b"Hello World!"))
    assert library.read_all() == b"Hello World!"
    library.tls.write(b"thanks")
    assert said(client, library) == b"thanks"
    library.came.write(client.close_notify())
    assert library.tls.read(10) == b"", "the end"
    library.tls.unwrap()
    assert client.feed(library.goes.read()) == [Came("alert", detail="close_notify")]


@pytest.mark.parametrize("kind", ["self_signed", "wrong_name", "expired", "bad_signature"])
def test_a_refusal_is_an_alert(kind: str) -> None:
    engine, library = engine_of(is_server=True, kind=kind), Library(is_server=False)
    with pytest.raises(ssl.SSLCertVerificationError):
        meet(engine, library)
    notes = engine.feed(library.goes.read())
    assert notes[-1].what == "alert"
    assert "certificate" in notes[-1].detail or notes[-1].detail == "unknown_ca" or notes[-1].detail == "decrypt_error"


def test_old_versions_are_refused_by_who_speaks_no_old_ones() -> None:
    engine, library = engine_of(is_server=True, versions="old"), Library(is_server=False)
    library.came.write(engine.outgoing())
    with pytest.raises(ssl.SSLWantReadError):
        library.tls.do_handshake()
    engine.feed(library.goes.read())
    assert not engine.is_open


@pytest.mark.parametrize(
    "noise", [b"GET / HTTP/1.0\r\n\r\n", b"\x16\x03\x01\xff\xff", bytes(100), b"\x16\x03\x01\0\x05hello"]
)
@pytest.mark.parametrize("is_server", [True, False])
def test_noise_is_no_exception(noise: bytes, is_server: bool) -> None:
    engine = engine_of(is_server=is_server)
    engine.outgoing()
    for piece in (noise, noise, bytes(100)):
        engine.feed(piece)
    assert not engine.is_open


@pytest.mark.parametrize(
    "noise", [b"plain text behind the handshake", b"\x17\x03\x03\0\x02ab", b"\x17\x03\x03\xff\xffab"]
)
def test_noise_behind_the_handshake_is_noted(both: tuple[Engine, Library], noise: bytes) -> None:
    engine, _ = both
    assert [note.what for note in engine.feed(noise)] == ["garbled"]
    assert engine.feed(b"more") == []


def test_every_cut_of_what_comes_means_the_same(both: tuple[Engine, Library]) -> None:
    engine, library = both
    library.tls.write(b"one")
    library.tls.write(b"two")
    raw = library.goes.read()
    assert b"".join(note.data for at in range(len(raw)) for note in engine.feed(raw[at : at + 1])) == b"onetwo"


@pytest.mark.parametrize("suite", SUITES)
def test_each_suite_opens_what_it_seals(suite: str) -> None:
    secret = bytes(48 if "384" in suite else 32)
    one, other = (Direction(secret, SUITES[suite]) for _ in range(2))
    for data in (b"", b"first", bytes(1 << 14)):
        assert other.open(one.seal(23, data, padding=3)) == (23, data)
    one.update()
    with pytest.raises(BadRecordError):
        other.open(one.seal(23, b"x"))


def test_a_stream_is_cut_into_records() -> None:
    stream = bytearray(b"\x17\x03\x03\0\x01a\x17\x03\x03\0\x02b")
    assert list(cut(stream)) == [b"\x17\x03\x03\0\x01a"]
    assert stream == b"\x17\x03\x03\0\x02b", "the rest waits"


@pytest.mark.parametrize(("wrap", "read"), [(Wrap(size=1), b"Hello World!"), (Wrap(kept=20), b"")])
def test_records_of_tls_1_2_are_cut_too(wrap: Wrap, read: bytes) -> None:
    server, library = engine_of(is_server=True, versions="1.2"), Library(is_server=False)
    meet(server, library)
    library.came.write(server.data(b"Hello World!", wrap))
    assert library.read_all() == read


def test_a_changed_bit_is_noticed_in_tls_1_2() -> None:
    server, library = engine_of(is_server=True, versions="1.2"), Library(is_server=False)
    meet(server, library)
    library.came.write(server.data(b"Hello World!", Wrap(changed=True)))
    with pytest.raises(ssl.SSLError, match="BAD_RECORD_MAC"):
        library.tls.read(10)
    assert server.feed(library.goes.read())[-1] == Came("alert", detail="bad_record_mac")
