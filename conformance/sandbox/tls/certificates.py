"""The certificates of the TLS exercises, each made when it is first asked for, and byte for byte the same every time.

All of them come from the builder of `cryptography`. trustme draws each key and each serial number at random, and begins
each certificate today, so nothing of it would be the same twice; nor does it make what a client must refuse: an issuer
that is no authority, a purpose that is not a server's, a changed signature. Here a key follows from its name, a serial
number from the certificate's plan, and ECDSA signs deterministically (RFC 6979). Nothing is kept in a file, since a
certificate is made in about a millisecond; and these keys protect nothing: everybody can make them.
"""

import base64
import hashlib
import ipaddress
import textwrap
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from conformance.records.scenario import SERVER_NAME

NAME: Final = SERVER_NAME
"""What stands in a good certificate, beside the address."""
ADDRESS: Final = "127.0.0.1"
EARLY, LATE = datetime(2000, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)
"""Far from now on both sides, so that no verdict depends on the day."""
LONG_AGO: Final = (datetime(2001, 1, 1, tzinfo=UTC), datetime(2002, 1, 1, tzinfo=UTC))
NOT_YET: Final = (datetime(2999, 1, 1, tzinfo=UTC), LATE)
AUTHORITY_USES: Final = ("key_cert_sign", "crl_sign")
USES: Final = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""How many points the curve P-256 has (FIPS 186-4 D.1.2.3): a key is a number below it."""

RSA_PRIMES: Final = {"RSA leaf, first": 50, "RSA leaf, second": 1_208}
"""How far behind the number of a name the next prime is that serves for a key: to look for it takes a second."""
PRIME_BITS, PUBLIC_EXPONENT = 1024, 65_537
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a certificate says, and who signs it."""

    key: str = "leaf"
    issuer: str = "intermediate"
    """Another plan's name; nothing where it signs itself."""
    subject: str = NAME
    names: tuple[str, ...] = (NAME, ADDRESS)
    """What stands in its subjectAltName: an address as such, unless `as_dns` says otherwise."""
    as_dns: bool = False
    valid: tuple[datetime, datetime] = (EARLY, LATE)
    server: bool | None = True
    """Whether it is for servers, or for clients; None where it does not say."""
    authority: bool = False
    rsa: bool = False
    """Whether its key is one of RSA, with 2,048 bits; signatures are by ECDSA all the same."""
    changed: bool = False
    """Whether a bit of the signature is another one."""


def _authority(key: str, issuer: str, subject: str, valid: tuple[datetime, datetime] = (EARLY, LATE)) -> Plan:
    return Plan(key=key, issuer=issuer, subject=subject, names=(), valid=valid, server=None, authority=True)


PLANS: Final = {
    "root": _authority("root", "", "Offhook Root"),
    "other root": _authority("other root", "", "Offhook Root"),  # the same name with another key
    "intermediate": _authority("intermediate", "root", "Offhook Intermediate"),
    "old intermediate": _authority("intermediate", "root", "Offhook Intermediate", LONG_AGO),
    "good": Plan(),
    "good_direct": Plan(issuer="root"),
    "good_any_purpose": Plan(server=None),
    "good_name_in_san_only": Plan(subject="Echo"),
    "good_wildcard": Plan(subject="Echo", names=("*.course.example",)),
    "good_other_key": Plan(key="other leaf"),
    "good_rsa": Plan(rsa=True),
    "self_signed": Plan(issuer=""),
    "wrong_authority": Plan(issuer="other root"),
    "bad_signature": Plan(changed=True),
    "no authority": Plan(key="no authority", issuer="root", subject="shop.example", names=("shop.example",)),
    "issuer_not_ca": Plan(issuer="no authority"),
    "wrong_name": Plan(subject="shop.example", names=("shop.example",)),
    "cn_right_san_other": Plan(names=("shop.example",)),
    "name_is_prefix": Plan(subject="Echo", names=(f"{NAME}.attacker.example",)),
    "name_is_suffix": Plan(subject="Echo", names=(f"not{NAME}",)),
    "ip_other": Plan(subject="Echo", names=("127.0.0.9", NAME)),
    "ip_as_dns": Plan(subject="Echo", names=(ADDRESS,), as_dns=True),
    "expired": Plan(valid=LONG_AGO),
    "not_yet": Plan(valid=NOT_YET),
    "expired_intermediate": Plan(issuer="old intermediate"),
    "client_usage": Plan(server=False),
}
KINDS: Final = {
    "good": ("good", "intermediate"),
    "good_direct": ("good_direct",),
    "good_root_sent": ("good", "intermediate", "root"),
    **{
        kind: (kind, "intermediate")
        for kind in (
            "good_any_purpose", "good_name_in_san_only", "good_wildcard", "good_other_key", "good_rsa",
            "bad_signature", "wrong_name", "cn_right_san_other", "name_is_prefix", "name_is_suffix", "ip_other",
            "ip_as_dns", "expired", "not_yet", "client_usage",
        )
    },
    "self_signed": ("self_signed",),
    "wrong_authority": ("wrong_authority",),
    "issuer_not_ca": ("issuer_not_ca", "no authority"),
    "expired_intermediate": ("expired_intermediate", "old intermediate"),
}  # fmt: skip
"""What a server sends: its own certificate, and those between it and the authority."""
AUTHORITY: Final = "root"


@cache
def private_key(name: str) -> ec.EllipticCurvePrivateKey:
    """Return the key of a name."""
    number = int.from_bytes(hashlib.sha512(b"offhook " + name.encode()).digest(), "big")
    return ec.derive_private_key(number % (ORDER - 1) + 1, ec.SECP256R1())


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    """Return the key of RSA: its primes follow from names, too (RFC 8017 3.2)."""
    p, q = (_number(name, PRIME_BITS) + distance for name, distance in RSA_PRIMES.items())
    d = pow(PUBLIC_EXPONENT, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(PUBLIC_EXPONENT, p * q)
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public)
    return numbers.private_key()


def _number(name: str, bits: int) -> int:
    """Return an odd number of so many bits, the two uppermost set, so that a product of two has twice as many."""
    parts = (hashlib.sha512(f"offhook {part} {name}".encode()).digest() for part in range(bits // 512))
    return int.from_bytes(b"".join(parts), "big") | 3 << bits - 2 | 1


def _own_key(plan: Plan) -> PrivateKey:
    return rsa_key() if plan.rsa else private_key(plan.key)


@cache
def certificate(name: str) -> x509.Certificate:
    """Return the certificate of a plan, as it was signed."""
    plan = PLANS[name]
    issuer = PLANS[plan.issuer] if plan.issuer else plan
    public, signs = _own_key(plan).public_key(), private_key(issuer.key)
    builder = (
        x509.CertificateBuilder(_common_name(issuer.subject), _common_name(plan.subject), public, _serial(plan))
        .not_valid_before(plan.valid[0])
        .not_valid_after(plan.valid[1])
    )
    for extension, critical in _extensions(plan, public, signs.public_key()):
        builder = builder.add_extension(extension, critical)
    return builder.sign(signs, hashes.SHA256(), ecdsa_deterministic=True)


def _common_name(text: str) -> x509.Name:
    words = (NameOID.ORGANIZATION_NAME, "Offhook"), (NameOID.COMMON_NAME, text)
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in words])


def _serial(plan: Plan) -> int:
    """Return a positive number that only this plan has."""
    return int.from_bytes(hashlib.sha256(repr(plan).encode()).digest()[:8], "big") >> 1 | 1 << 62


def _extensions(plan: Plan, own: PublicKey, signs: ec.EllipticCurvePublicKey) -> list[tuple[x509.ExtensionType, bool]]:
    """Return what RFC 5280 4.2 asks for, each with whether it is critical."""
    uses = AUTHORITY_USES if plan.authority else ("digital_signature",)
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.SubjectKeyIdentifier.from_public_key(own), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(signs), False),
        (x509.BasicConstraints(ca=plan.authority, path_length=None), True),
        (x509.KeyUsage(**{use: use in uses for use in USES}), True),
    ]
    if plan.names:
        names = [_general_name(name, as_dns=plan.as_dns) for name in plan.names]
        extensions.append((x509.SubjectAlternativeName(names), False))
    if plan.server is not None:
        purpose = ExtendedKeyUsageOID.SERVER_AUTH if plan.server else ExtendedKeyUsageOID.CLIENT_AUTH
        extensions.append((x509.ExtendedKeyUsage([purpose]), False))
    return extensions


def _general_name(name: str, *, as_dns: bool) -> x509.GeneralName:
    is_address = name[0].isdigit() and not as_dns
    return x509.IPAddress(ipaddress.ip_address(name)) if is_address else x509.DNSName(name)


@cache
def der(name: str) -> bytes:
    """Return the certificate of a plan as it goes over the wire."""
    made = certificate(name).public_bytes(serialization.Encoding.DER)
    return _with_other_signature(made) if PLANS[name].changed else made


def _with_other_signature(made: bytes) -> bytes:
    """Change a bit near the end: the signature's last number stands there."""
    return made[:-3] + bytes([made[-3] ^ 0x40]) + made[-2:]


def chain(kind: str) -> tuple[bytes, ...]:
    """Return the certificates that a server of a kind sends."""
    return tuple(map(der, KINDS[kind]))


def chain_pem(kind: str) -> bytes:
    """Return them as a file."""
    return b"".join(map(_pem, chain(kind)))


def key_pem(kind: str) -> bytes:
    """Return the key of a kind's own certificate as a file; PKCS #8, since Java reads no other."""
    return _own_key(PLANS[KINDS[kind][0]]).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def authority_pem() -> bytes:
    """Return the certificate of the authority that clients are given."""
    return _pem(der(AUTHORITY))


def _pem(data: bytes) -> bytes:
    text = "\n".join(textwrap.wrap(base64.b64encode(data).decode(), 64))
    return f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n".encode()
