"""Bytes as people read them: letters as letters, and whatever cannot be seen, or steers a terminal, spelled out."""

import pytest

from conformance.records.c_string import DATA_SHOWN, c_string


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"", '""'),
        (b'Hello "World"!\n\0', r'"Hello \"World\"!\n\0"'),
        (b"a\\b\t\r", r'"a\\b\t\r"'),
        ("클라이언트".encode(), '"클라이언트"'),
        ("안".encode("cp949"), r'"\xbe\xc8"'),
        ("가".encode()[1:], r'"\xb0\x80"'),
        ("가".encode()[:2], r'"\xea\xb0"'),
        ("\x1b[2J\u202e\u2066\x85\ufeff".encode(), r'"\x1b[2J\xe2\x80\xae\xe2\x81\xa6\xc2\x85\xef\xbb\xbf"'),
        ("가".encode() * DATA_SHOWN, f'"{"가" * (DATA_SHOWN // 3)}"…'),
        (b"\xff" * (DATA_SHOWN + 1), '"' + r"\xff" * DATA_SHOWN + '"…'),
    ],
)
def test_bytes_are_shown_as_a_c_string(data: bytes, shown: str) -> None:
    assert c_string(data) == shown
