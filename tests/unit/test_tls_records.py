"""Encrypted bytes in words: records by their names, and text as it is."""

import pytest

from conformance.model.tls_records import described


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x16\x03\x01\x01\x40\x01\x00", "TLS: handshake of 320 bytes"),
        (b"\x17\x03\x03\x00\x45", "TLS: application_data of 69 bytes"),
        (
            b"\x14\x03\x03\0\x01\x01\x17\x03\x03\0\x02ab",
            "TLS: change_cipher_spec of 1 bytes, application_data of 2 bytes",
        ),
        (bytes(range(128, 200)), "TLS: the rest of a record"),
        (b"Hello World!\n", None),
        (b"", None),
    ],
)
def test_records_are_named_and_text_is_left(data: bytes, words: str | None) -> None:
    assert described(data) == words
