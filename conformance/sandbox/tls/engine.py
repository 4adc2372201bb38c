"""One end of a TLS conversation in memory: `ssl` makes the handshake, and from there on the records are our own.

Nothing here does input or output, and nothing that arrives is an exception: what is out of order is noted, as the rest
is. In TLS 1.2 `ssl` keeps the records too: padding, empty records, new keys and alerts of one's choice are for TLS 1.3.
"""

import contextlib
import ssl
from dataclasses import dataclass, field
from typing import Final

from conformance.model.alerts import CLOSE_NOTIFY, alert_name
from conformance.records.scenario import Wrap
from conformance.sandbox.codec import Came
from conformance.sandbox.tls.contexts import Context
from conformance.sandbox.tls.records import (
    ALERT,
    CERTIFICATE,
    DATA,
    FATAL,
    HANDSHAKE,
    HEAD,
    KEY_UPDATE,
    LARGEST,
    SUITES,
    WARNING,
    BadRecordError,
    Direction,
    certificates_of,
    cut,
    messages,
)

KEPT: Final = 1 << 18
"""Bytes of a handshake that are kept to look at: no right one is as long."""
RANDOM_AT, RANDOM_SIZE = HEAD + 4 + 2, 32
"""Where the random number stands in a client's first record: behind the heads of record and message, and a version."""
AT_ONCE: Final = 1 << 16
PLAIN: Final = Wrap()


@dataclass(slots=True)
class Engine:
    """The peer's end: a server where the program is a client, and the other way round."""

    context: Context
    is_server: bool
    name: str | None = None
    """What a client asks for."""
    tickets: int = 0
    is_open: bool = False
    """Whether the handshake is over, and nothing has broken."""
    is_over: bool = False
    """Whether nothing more can be understood: an alert came, or something that is no TLS."""
    _ssl: ssl.SSLObject = field(init=False)
    _in: ssl.MemoryBIO = field(default_factory=ssl.MemoryBIO)
    _out: ssl.MemoryBIO = field(default_factory=ssl.MemoryBIO)
    _reads: Direction | None = None
    _writes: Direction | None = None
    _came: bytearray = field(default_factory=bytearray)
    """In the handshake all that came; behind it what is no whole record yet."""
    _hello: bytes = b""
    """The client's first flight."""

    def __post_init__(self) -> None:
        """Begin: a client's first message can be taken with `outgoing` at once."""
        self._ssl = self.context.ssl.wrap_bio(
            self._in, self._out, server_side=self.is_server, server_hostname=self.name
        )
        if not self.is_server:
            self._shake_hands()

    # -------------------------------------------------------------- what comes

    def feed(self, raw: bytes) -> list[Came]:
        """Take what came from the wire; return what it means."""
        if self.is_over:
            return []
        if self._reads is not None:
            self._came += raw
            return self._open_records(self._reads)
        self._came += raw[: KEPT - len(self._came)]
        self._in.write(raw)
        return self._read_by_ssl() if self.is_open else self._shake_hands()

    def _shake_hands(self) -> list[Came]:
        try:
            self._ssl.do_handshake()
        except ssl.SSLWantReadError:
            return []
        except ssl.SSLError as problem:
            self.is_over = True
            return [*self._asked(), _broken(problem)]
        self.is_open = True
        notes = [*self._asked(), Came("handshake", detail=self._ssl.version() or "")]
        secrets = self.context.secrets(self._client_random())
        if not self.is_server:
            shown = self._certificates(secrets.get("server handshake"))
            notes.append(Came("certificates", b"".join(shown), str(len(shown))))
        if self._ssl.version() != "TLSv1.3":
            return notes + self._read_by_ssl()
        return notes + self._take_over(secrets)

    def _asked(self) -> list[Came]:
        """Return the name that the client has asked for, once its hello was read."""
        if id(self._ssl) not in self.context.asked:
            return []
        return [Came("hello", detail=self.context.asked.pop(id(self._ssl)) or "")]

    def _client_random(self) -> bytes:
        hello = bytes(self._came) if self.is_server else self._hello
        return hello[RANDOM_AT : RANDOM_AT + RANDOM_SIZE]

    def _certificates(self, secret: bytes | None) -> tuple[bytes, ...]:
        """Return what the server has shown: `ssl` up to Python 3.12 gives the first one only."""
        opener = None if secret is None else Direction(secret, SUITES[self._suite()])
        said = b"".join(_handshake_records(bytearray(self._came), opener))
        bodies = [body for kind, body in messages(said) if kind == CERTIFICATE]
        return certificates_of(bodies[0], version_1_3=opener is not None) if bodies else ()

    def _suite(self) -> str:
        return (self._ssl.cipher() or ("",))[0]

    def _take_over(self, secrets: dict[str, bytes]) -> list[Came]:
        """From here on the records are our own: what `ssl` has not read yet is theirs."""
        suite = SUITES[self._suite()]
        mine, theirs = ("server", "client") if self.is_server else ("client", "server")
        self._writes, self._reads = Direction(secrets[mine], suite), Direction(secrets[theirs], suite)
        self._writes.count = self.tickets if self.is_server else 0  # each ticket was a record with these keys
        self._came = bytearray(self._in.read())
        return self._open_records(self._reads)

    def _open_records(self, reads: Direction) -> list[Came]:
        notes: list[Came] = []
        try:
            for record in cut(self._came):
                if record[0] in (DATA, ALERT):  # others are the changes of cipher that RFC 8446 D.4 lets one send
                    notes += self._opened(*reads.open(record), reads)
        except BadRecordError:
            self.is_over = True
            notes.append(Came("garbled"))
        return notes

    def _opened(self, kind: int, data: bytes, reads: Direction) -> list[Came]:
        if kind == DATA:
            return [Came("received", data)] if data else []
        if kind == ALERT:
            return [self._alerted(data)]
        updates = [body for message, body in messages(data) if message == KEY_UPDATE]
        for _ in updates:
            reads.update()
        return [Came("key update") for _ in updates]

    def _alerted(self, data: bytes) -> Came:
        name = alert_name(data[-1]) if data else ""
        self.is_over = name != "user_canceled"
        return Came("alert", detail=name)

    def _read_by_ssl(self) -> list[Came]:
        notes: list[Came] = []
        try:
            while data := self._ssl.read(AT_ONCE):
                notes.append(Came("received", data))
            notes.append(Came("alert", detail=CLOSE_NOTIFY))
            self.is_over = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as problem:
            self.is_over = True
            closed = isinstance(problem, ssl.SSLZeroReturnError)  # so says `read` behind one's own close_notify
            notes.append(Came("alert", detail=CLOSE_NOTIFY) if closed else _broken(problem))
        return notes

    # -------------------------------------------------------------- what goes

    def outgoing(self) -> bytes:
        """Return what `ssl` has to say: its part of the handshake, and in TLS 1.2 all the rest."""
        said = self._out.read()
        self._hello = self._hello or said
        return said

    def data(self, data: bytes, wrap: Wrap = PLAIN) -> bytes:
        """Return data as records; nothing where the handshake has not come to its end."""
        size = wrap.size or LARGEST
        pieces = [b""] * wrap.empty + [data[at : at + size] for at in range(0, len(data), size)]
        records = [self._record(piece, wrap.padding) for piece in pieces]
        if wrap.changed and records:
            records[-1] = _with_a_changed_bit(records[-1])
        if wrap.kept is not None and records:
            records[-1] = records[-1][: wrap.kept]
        return b"".join(records)

    def _record(self, piece: bytes, padding: int) -> bytes:
        if self._writes is not None:
            return self._writes.seal(DATA, piece, padding)
        if self.is_open and piece:
            with contextlib.suppress(ssl.SSLError):  # the program has closed
                self._ssl.write(piece)
        return self.outgoing()

    def update(self, *, asked: bool) -> bytes:
        """Return a KeyUpdate, and go on with the next keys."""
        if self._writes is None:
            return b""
        record = self._writes.seal(HANDSHAKE, bytes([KEY_UPDATE, 0, 0, 1, asked]))
        self._writes.update()
        return record

    def alert(self, number: int) -> bytes:
        """Return an alert; all but the end's own are fatal (RFC 8446 6)."""
        if self._writes is None:
            return b""
        return self._writes.seal(ALERT, bytes([FATAL if number else WARNING, number]))

    def close_notify(self) -> bytes:
        """Return the alert that ends the peer's direction; nothing where there was no handshake."""
        if self._writes is not None:
            return self.alert(0)
        if self.is_open:
            with contextlib.suppress(ssl.SSLError):  # the program's own is still to come
                self._ssl.unwrap()
        return self.outgoing()


def _handshake_records(stream: bytearray, opener: Direction | None) -> list[bytes]:
    """Return what the records of a server's handshake hold, up to the first that cannot be opened."""
    found = []
    try:
        for record in cut(stream):
            if record[0] == HANDSHAKE:
                found.append(record[HEAD:])
            elif record[0] == DATA and opener is not None:
                kind, data = opener.open(record)
                found.append(data if kind == HANDSHAKE else b"")
    except BadRecordError:  # the keys have changed: the handshake is over
        pass
    return found


def _with_a_changed_bit(record: bytes) -> bytes:
    """Change the first bit that is encrypted, or what takes part in the proof that nothing was changed."""
    return record[:HEAD] + bytes([record[HEAD] ^ 1]) + record[HEAD + 1 :]


def _broken(problem: ssl.SSLError) -> Came:
    """Return what `ssl` says of the other end: an alert, or that it did not speak TLS."""
    reason = problem.reason or ""
    _, is_alert, name = reason.partition("_ALERT_")
    return Came("alert", detail=name.lower()) if is_alert else Came("garbled", detail=reason.lower())
