"""The settings of a handshake: each is made once and kept, since that takes as long as the handshake."""

import os
import ssl
import warnings
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

from conformance.records.scenario import Versions
from conformance.sandbox.tls import certificates

LABELS: Final = {
    "CLIENT_TRAFFIC_SECRET_0": "client",
    "SERVER_TRAFFIC_SECRET_0": "server",
    "SERVER_HANDSHAKE_TRAFFIC_SECRET": "server handshake",
}


class Terms(NamedTuple):
    """What decides about a context."""

    certificate: str | None
    """What kind a server shows; None for a client."""
    versions: Versions = "all"
    tickets: int = 0
    """How many session tickets a server sends behind the handshake."""


@dataclass(frozen=True, slots=True)
class Context:
    """A context of `ssl`, with the log of its secrets."""

    ssl: ssl.SSLContext
    log: int
    """A file in memory to which `ssl` appends the secrets of each handshake."""
    asked: dict[int, str | None] = field(default_factory=dict)
    """By the identity of a handshake: the name that its client has asked for."""

    def forget_secrets(self) -> None:
        """Empty the log, where no handshake is under way whose secrets are still to be read."""
        os.ftruncate(self.log, 0)

    def secrets(self, client_random: bytes) -> dict[str, bytes]:
        """Return the secrets of a handshake, by whose they are."""
        lines = (line.split() for line in _whole(self.log).decode("ascii").splitlines())
        own = (words for words in lines if len(words) == 3 and words[1] == client_random.hex())
        return {LABELS[label]: bytes.fromhex(secret) for label, _, secret in own if label in LABELS}


@cache
def context(terms: Terms) -> Context:
    """Return a context. A client of it verifies nothing: what a server sends is looked at apart."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT if terms.certificate is None else ssl.PROTOCOL_TLS_SERVER)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    _choose_versions(made, terms.versions)
    log = os.memfd_create("tls-secrets")
    made.keylog_filename = f"/proc/self/fd/{log}"
    both = Context(made, log)
    if terms.certificate is not None:
        _show(made, terms.certificate)
        made.num_tickets = terms.tickets
        made.sni_callback = lambda one, name, _: both.asked.update({id(one): name})
    return both


def _choose_versions(made: ssl.SSLContext, versions: Versions) -> None:
    if versions == "1.2":
        made.maximum_version = ssl.TLSVersion.TLSv1_2
    if versions == "old":
        made.set_ciphers("ALL:@SECLEVEL=0")  # they sign with SHA-1, which higher levels of OpenSSL 3 refuse
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            made.minimum_version, made.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1


def _show(made: ssl.SSLContext, kind: str) -> None:
    """Load a certificate and its key, which `ssl` reads from files only."""
    files = [os.memfd_create("tls-file") for _ in range(2)]
    try:
        for file, content in zip(files, (certificates.chain_pem(kind), certificates.key_pem(kind)), strict=True):
            os.write(file, content)
        made.load_cert_chain(*(f"/proc/self/fd/{file}" for file in files))
    finally:
        for file in files:
            os.close(file)


def _whole(file: int) -> bytes:
    return os.pread(file, os.fstat(file).st_size, 0)
