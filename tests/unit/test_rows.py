"""The rows of the vocabulary fit each other, and what is said of an argument by its name is what the call was given."""

import os
import tempfile
from typing import get_args

import pytest

from conformance.model.arguments import Argument, CallRow
from conformance.model.calls import SYSTEM_CALLS, TRANSFER
from conformance.model.vocabulary import row
from conformance.model.winsock import WINSOCK_CALLS
from conformance.observe.linux import transfers
from conformance.observe.linux.memory import Memory
from conformance.observe.pending import PendingCall

ROWS: dict[str, CallRow] = {**SYSTEM_CALLS, **WINSOCK_CALLS}
DATA = ("buffer", "vector", "message", "messages", "source")


def pending(system_call: str, *args: int, **more: int) -> PendingCall:
    known = row(system_call)
    return PendingCall(row=known, name=known.name, system_call=system_call, args=args, **more)  # type: ignore[arg-type]


def test_each_row_names_each_argument_once_and_each_name_is_used() -> None:
    for name, known in ROWS.items():
        assert len(known.at) == len(known.takes), name
    assert {argument for known in ROWS.values() for argument in known.takes} == set(get_args(Argument))


def test_transfers_say_on_what_and_from_where_they_move_bytes() -> None:
    for name, known in ROWS.items():
        assert (known.moves is not None) == (known.name in TRANSFER), name
        if known.moves is not None:
            assert known.has("descriptor"), name
            assert sum(known.has(data) for data in DATA) == 1, name  # type: ignore[arg-type]
            assert not known.has("buffer") or known.has("length"), name


def test_calls_of_one_name_wait_in_one_way() -> None:
    for rows in (SYSTEM_CALLS, WINSOCK_CALLS):
        ways: dict[str, set[str | None]] = {}
        for known in rows.values():
            ways.setdefault(known.name, set()).add(known.waits)
        assert all(len(found) == 1 for found in ways.values()), ways


def test_what_stands_for_one_piece_of_a_vector_moves_as_much_the_same_way() -> None:
    for name, known in SYSTEM_CALLS.items():
        if known.one_piece is not None:
            one = SYSTEM_CALLS[known.one_piece]
            assert (one.moves, one.name, one.has("buffer")) == (known.moves, known.name, True), name


@pytest.mark.parametrize(
    ("system_call", "args", "argument", "value"),
    [
        ("sendto", (3, 4096, 12, 64, 0, 0), "message_flags", 64),
        ("accept4", (3, 0, 0, 2048), "flags", 2048),
        ("accept", (3, 0, 0, 2048), "flags", 0),
        ("openat", (5, 4096, 1, 0o644), "mode", 0o644),
        ("dup3", (3, 7, 0), "new_descriptor", 7),
        ("ws2_32.WSASend", (3, 4096, 2, 8192), "moved_back", 8192),
        ("ws2_32.recv", (3, 4096), "message_flags", 0),
        ("ws2_32.unheard_of", (3, 4), "descriptor", 0),
    ],
)
def test_an_argument_by_its_name(system_call: str, args: tuple[int, ...], argument: Argument, value: int) -> None:
    assert pending(system_call, *args).arg(argument) == value


def test_a_c_int_has_a_sign_where_it_has_one() -> None:
    call = pending("listen", 3, 0xFFFF_FFFF)
    assert (call.int_arg("backlog"), call.uint_arg("backlog")) == (-1, 0xFFFF_FFFF)


@pytest.mark.parametrize(("position", "known"), [(2, b"234"), (1, b""), (None, b"")])
def test_what_a_sendfile_took_is_known_only_if_nobody_else_moved_the_position(position: int, known: bytes) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"0123456789")
        file.flush()
        os.lseek(file.fileno(), 5, os.SEEK_SET)
        call = pending("sendfile", 9, file.fileno(), 0, 100, position=position)
        assert transfers.moved(Memory(os.getpid()), call, 3, 4096) == known
        assert os.lseek(file.fileno(), 0, os.SEEK_CUR) == 5, "the program's own position"


def test_what_came_out_of_no_regular_file_is_not_known() -> None:
    with open("/dev/zero", "rb") as device:  # noqa: PTH123
        call = pending("sendfile", 9, device.fileno(), 0, 100, position=-3)
        assert transfers.moved(Memory(os.getpid()), call, 3, 4096) == b""
