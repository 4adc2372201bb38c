"""The record layer of TLS 1.3 (RFC 8446 5 and 7), so that a peer can send what no library lets one send.

Python's `ssl` sends no empty record, no padding, no KeyUpdate, no alert of one's choice and no changed byte. Its key
log tells the secrets of a handshake, and with them this seals and opens the records that come after it.
"""

import hashlib
import hmac
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

ALERT, HANDSHAKE, DATA = 21, 22, 23
HEAD: Final = 5
"""Bytes before each record: its type, a version, the length of the rest."""
LARGEST: Final = 1 << 14
"""Bytes of data in one record."""
LARGEST_SEALED: Final = LARGEST + 256
CERTIFICATE, KEY_UPDATE, NEW_TICKET = 11, 24, 4
"""Messages of a handshake."""
WARNING, FATAL = 1, 2


class Aead(Protocol):
    """A cipher that also proves that nothing was changed."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...  # noqa: D102
    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...  # noqa: D102


class Suite(NamedTuple):
    """What a cipher suite of TLS 1.3 stands for."""

    hash: str
    aead: type[AESGCM] | type[ChaCha20Poly1305]
    key_size: int


SUITES: Final = {
    "TLS_AES_256_GCM_SHA384": Suite("sha384", AESGCM, 32),
    "TLS_AES_128_GCM_SHA256": Suite("sha256", AESGCM, 16),
    "TLS_CHACHA20_POLY1305_SHA256": Suite("sha256", ChaCha20Poly1305, 32),
}


class BadRecordError(Exception):
    """A record that cannot be opened: it was changed, or sealed with another key."""


@dataclass(slots=True)
class Direction:
    """The keys of one direction, and how many records they have served."""

    secret: bytes
    suite: Suite
    count: int = 0
    _aead: Aead = field(init=False)
    _iv: bytes = field(init=False)

    def __post_init__(self) -> None:
        self._derive()

    def _derive(self) -> None:
        self._aead = self.suite.aead(self._expand(b"key", self.suite.key_size))
        self._iv = self._expand(b"iv", 12)

    def _expand(self, label: bytes, length: int) -> bytes:
        """HKDF-Expand-Label with no context (RFC 8446 7.1): what is asked for here fits into two hashes."""
        name = b"tls13 " + label
        info = struct.pack("!HB", length, len(name)) + name + b"\0"
        first = hmac.digest(self.secret, info + b"\x01", self.suite.hash)
        return (first + hmac.digest(self.secret, first + info + b"\x02", self.suite.hash))[:length]

    def update(self) -> None:
        """Go on to the next keys (RFC 8446 7.2)."""
        self.secret, self.count = self._expand(b"traffic upd", hashlib.new(self.suite.hash).digest_size), 0
        self._derive()

    def seal(self, kind: int, data: bytes, padding: int = 0) -> bytes:
        """Return a record."""
        inner = data + bytes([kind]) + bytes(padding)
        head = struct.pack("!BHH", DATA, 0x0303, len(inner) + 16)
        return head + self._aead.encrypt(self._nonce(), inner, head)

    def open(self, record: bytes) -> tuple[int, bytes]:
        """Return what kind of record it is, and what it holds. Raises `BadRecordError`."""
        try:
            inner = self._aead.decrypt(self._nonce(), record[HEAD:], record[:HEAD]).rstrip(b"\0")
        except (InvalidTag, ValueError) as problem:  # ValueError: it is shorter than a tag
            raise BadRecordError from problem
        if not inner:
            raise BadRecordError
        return inner[-1], inner[:-1]

    def _nonce(self) -> bytes:
        number = int.from_bytes(self._iv, "big") ^ self.count
        self.count += 1
        return number.to_bytes(12, "big")


def cut(stream: bytearray) -> Iterator[bytes]:
    """Take the records that are whole off a stream. Raises `BadRecordError` where none can begin so."""
    while len(stream) >= HEAD:
        size = HEAD + int.from_bytes(stream[3:HEAD], "big")
        if stream[0] not in range(20, 25) or stream[1] != 3 or size > HEAD + LARGEST_SEALED:
            raise BadRecordError
        if len(stream) < size:
            return
        record = bytes(stream[:size])
        del stream[:size]
        yield record


def messages(handshake: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the messages of a handshake that are whole: their type and their body."""
    at = 0
    while len(handshake) >= at + 4:
        end = at + 4 + int.from_bytes(handshake[at + 1 : at + 4], "big")
        if len(handshake) < end:
            return
        yield handshake[at], handshake[at + 4 : end]
        at = end


def certificates_of(body: bytes, *, version_1_3: bool) -> tuple[bytes, ...]:
    """Return the certificates of a Certificate message (RFC 8446 4.4.2, RFC 5246 7.4.2)."""
    at, found = (1 + body[0] if version_1_3 and body else 0) + 3, []
    while len(body) >= at + 3:
        size = int.from_bytes(body[at : at + 3], "big")
        found.append(body[at + 3 : at + 3 + size])
        at += 3 + size
        if version_1_3:  # each has extensions of its own
            at += 2 + int.from_bytes(body[at : at + 2], "big")
    return tuple(found)
