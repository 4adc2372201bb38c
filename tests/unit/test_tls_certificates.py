"""Certificates: the same bytes each time, and each wrong one is refused for its own reason."""

import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha256

import pytest
import trustme
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import DNSName, IPAddress, load_der_x509_certificate, load_pem_x509_certificates
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from conformance.sandbox.tls import certificates
from conformance.sandbox.tls.certificates import KINDS, NAME, PLANS

DIGEST = """
from hashlib import sha256
from conformance.sandbox.tls.certificates import PLANS, der
print(sha256(b"".join(map(der, PLANS))).hexdigest())
"""
GOOD = {kind for kind in KINDS if kind.startswith("good")}
ONLY_FOR_ADDRESSES = {"ip_other"}
"""Its name is right: only who asks for the address must refuse it."""


def refused(kind: str) -> str:
    """Return why a strict verifier refuses a chain; nothing where it takes it."""
    store = Store([load_der_x509_certificate(certificates.der("root"))])
    verifier = PolicyBuilder().store(store).time(datetime(2026, 1, 1, tzinfo=UTC)).build_server_verifier(DNSName(NAME))
    own, *between = map(load_der_x509_certificate, certificates.chain(kind))
    try:
        verifier.verify(own, between)
    except VerificationError as problem:
        return str(problem)
    return ""


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_taken_or_refused_as_its_name_says(kind: str) -> None:
    assert bool(refused(kind)) == (kind not in GOOD | ONLY_FOR_ADDRESSES)


def test_another_process_makes_the_same_bytes() -> None:
    here = sha256(b"".join(map(certificates.der, PLANS))).hexdigest()
    there = subprocess.run([sys.executable, "-c", DIGEST], capture_output=True, text=True, check=True).stdout.strip()
    assert here == there


def test_trustme_would_not_make_the_same_twice() -> None:
    one, other = (trustme.CA().issue_cert(NAME).cert_chain_pems[0].bytes() for _ in range(2))
    assert one != other, "if this ever changes, certificates.py can ask trustme for the good ones"


def test_what_trustme_makes_below_our_authority_is_taken() -> None:
    ours = trustme.CA.from_pem(certificates.authority_pem(), _authority_key())
    made = load_pem_x509_certificates(ours.issue_cert(NAME).cert_chain_pems[0].bytes())[0]
    made.verify_directly_issued_by(load_der_x509_certificate(certificates.der("root")))


def _authority_key() -> bytes:
    from cryptography.hazmat.primitives import serialization as form

    key = certificates.private_key("root")
    return key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())


def test_serial_numbers_differ() -> None:
    numbers = [certificates.certificate(name).serial_number for name in PLANS]
    assert len(set(numbers)) == len(numbers)
    assert all(0 < number < 1 << 64 for number in numbers)


def test_only_the_changed_signature_does_not_hold() -> None:
    root, between = (load_der_x509_certificate(certificates.der(name)) for name in ("root", "intermediate"))
    between.verify_directly_issued_by(root)
    with pytest.raises(InvalidSignature):
        load_der_x509_certificate(certificates.der("bad_signature")).verify_directly_issued_by(between)


def test_files_hold_the_chain_and_its_key() -> None:
    own, between = load_pem_x509_certificates(certificates.chain_pem("good"))
    key = load_pem_private_key(certificates.key_pem("good"), None)
    assert own.public_key() == key.public_key()
    assert between.subject == own.issuer
    assert certificates.key_pem("good").startswith(b"-----BEGIN PRIVATE KEY-----\n"), "PKCS #8"
    assert certificates.key_pem("good_other_key") != certificates.key_pem("good")


def test_an_address_is_an_address_unless_it_is_to_be_wrong() -> None:
    from cryptography.x509 import SubjectAlternativeName

    def of_kind(name: str, kind: type[DNSName] | type[IPAddress]) -> list[str]:
        names = certificates.certificate(name).extensions.get_extension_for_class(SubjectAlternativeName).value
        return list(map(str, names.get_values_for_type(kind)))

    assert of_kind("good", IPAddress) == ["127.0.0.1"]
    assert of_kind("ip_as_dns", IPAddress) == []
    assert of_kind("ip_as_dns", DNSName) == ["127.0.0.1"]


def test_the_primes_of_rsa_are_the_nearest_that_serve() -> None:
    """The library refuses numbers that are no primes; a smaller distance would do for nobody who looked again."""
    key = certificates.rsa_key().private_numbers()
    assert certificates.rsa_key().key_size == 2 * certificates.PRIME_BITS
    for prime, (name, distance) in zip((key.p, key.q), certificates.RSA_PRIMES.items(), strict=True):
        start = prime - distance
        assert start == certificates._number(name, certificates.PRIME_BITS)
        passed = [number for number in range(start, prime + 1, 2) if pow(2, number - 1, number) == 1]
        assert passed == [prime]
