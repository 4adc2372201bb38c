"""TLS: the connections of TCP, with an engine between each line and its socket."""

import socket
from functools import cache
from typing import Final

from conformance.records.scenario import AUTHORITY_FILE, CERTIFICATE_FILE, KEY_FILE, File
from conformance.sandbox.lines import Connection, Line
from conformance.sandbox.tls import certificates
from conformance.sandbox.tls.codec import TlsCodec
from conformance.sandbox.tls.contexts import Terms, context
from conformance.sandbox.transports.interface import Found, MeetingPlace
from conformance.sandbox.transports.tcp import Tcp

ONLY_FOR_ITS_OWNER: Final = 0o600


class TlsOverTcp(Tcp):
    """See `Transport`."""

    def __init__(self, place: MeetingPlace) -> None:
        super().__init__(place)
        self._start, self._is_server = place.tls, place.is_server
        self._terms = Terms(
            certificate=place.tls.certificate if place.is_server else None,
            versions=place.tls.versions,
            tickets=place.tls.tickets if place.is_server else 0,
        )
        context(self._terms).forget_secrets()

    def files(self) -> tuple[File, ...]:
        """See `Transport`."""
        return _of_a_client() if self._is_server else _of_a_server(self._start.certificate)

    def connect(self, client: int) -> Found | None:
        """See `Transport`."""
        found = super().connect(client)
        if found is not None:
            self._encrypt(found.line)
        return found

    def accept(self, client: int, listener: socket.socket) -> Line | None:
        """See `Transport`."""
        line = super().accept(client, listener)
        if line is not None:
            self._encrypt(line)
        return line

    def _encrypt(self, line: Line) -> None:
        if isinstance(line, Connection):
            line.codec = TlsCodec(self._terms, None if self._is_server else self._start.name)
            line.cut = self._start.cut


@cache
def _of_a_client() -> tuple[File, ...]:
    """Return whom a client trusts."""
    return (_file(AUTHORITY_FILE, certificates.authority_pem()),)


@cache
def _of_a_server(kind: str) -> tuple[File, ...]:
    """Return what a server shows, and the key to it."""
    return (_file(CERTIFICATE_FILE, certificates.chain_pem(kind)), _file(KEY_FILE, certificates.key_pem(kind)))


def _file(name: str, content: bytes) -> File:
    return File(name=name, content=content, mode=ONLY_FOR_ITS_OWNER)
