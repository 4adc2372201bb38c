"""What is shown of data: the place where it goes wrong, wherever that is."""

import pytest

from conformance.checks.common import as_received, not_printed, not_received
from conformance.checks.judgement import Broken
from conformance.checks.showing import Crux, crux, difference, last_words, shown_data
from conformance.checks.transfer import echoes, prints_message, survives_long_line
from conformance.judging.confirm import how_it_failed
from conformance.messages import Message, render
from conformance.records.run import Busy, Ending, Exited, Killed, Run, Waiting, WireEvent
from conformance.records.scenario import Accept, Connect, Scenario, Send, Start

WAITS, ENDS = Waiting(), Exited(status=0)
EXPECTED = Message(key="close.once")
LONG = bytes(range(48, 123)) * 40
TRACEBACK = b"""Traceback (most recent call last):
  File "/tmp/1/echo_server.py", line 14, in <module>
    print("received", data.decode("utf8"))
                      ^^^^^^^^^^^^^^^^^^^
UnicodeDecodeError: 'utf-8' codec can't decode byte 0x80 in position 128: invalid start byte
"""
NODE = b"""node:events:491
      throw er; // Unhandled 'error' event
      ^

Error: read ECONNRESET
    at TCP.onStreamRead (node:internal/stream_base_commons:217:20)
Emitted 'error' event on Socket instance at:
    at emitErrorNT (node:internal/streams/destroy:151:8) {
  errno: -104,
  code: 'ECONNRESET'
}

Node.js v18.19.0
"""
JAVA = b"""Exception in thread "main" java.net.SocketException: Connection reset
\tat java.base/sun.nio.ch.NioSocketImpl.implRead(NioSocketImpl.java:328)
\tat EchoServer.main(EchoServer.java:14)
"""
GO = b"""panic: runtime error: index out of range [7] with length 3

goroutine 1 [running]:
main.main()
\t/tmp/1/echo_server.go:9 +0x1d
exit status 2
"""
RUST = b"""thread 'main' panicked at src/main.rs:11:42:
called `Result::unwrap()` on an `Err` value: Os { code: 104, kind: ConnectionReset }
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
"""
CPP = b"terminate called after throwing an instance of 'std::out_of_range'\n  what():  vector::_M_range_check\n"


def test_short_data_is_shown_whole() -> None:
    assert shown_data(b"Hello\n", 2) == '"Hello\\n"'
    assert shown_data(b"") == '""'


@pytest.mark.parametrize("at", [0, 1, 40, 63, 64, 1500, len(LONG) - 1, len(LONG)])
def test_of_long_data_the_place_that_matters_is_shown(at: int) -> None:
    words = render(shown_data(LONG, at))
    first, last = (int(word) for word in words.rpartition("(bytes ")[2].split(" of ")[0].split(" to "))
    assert first <= max(at, 1)
    assert last >= min(at + 1, len(LONG))
    assert last - first < 64
    assert words.startswith("…") == (first > 1)
    assert words.endswith(f"of {len(LONG)})")


def test_letters_are_not_cut_in_two() -> None:
    korean = "가나다라마바사".encode() * 20
    assert all("\\x" not in render(shown_data(korean, at)).split("(bytes")[0][:20] for at in range(len(korean)))


def test_where_data_differs() -> None:
    assert difference(b"abc", b"abd") == 2
    assert difference(b"abc", b"abcde") == 3
    assert difference(b"", b"x") == 0
    assert difference(LONG, LONG[:700] + b"?" + LONG[701:]) == 700


@pytest.mark.parametrize(
    ("pieces", "data", "found"),
    [
        ((b"Hello",), b"It is Hello!", Crux(b"", 0, 12)),
        ((b"Hello",), b"It is Hel", Crux(b"Hello", 3, 9)),
        ((b"Hello",), b"It is Hel and He", Crux(b"Hello", 3, 9)),
        ((b"Hello",), b"It is", Crux(b"Hello", 0, 5)),
        ((b"one", b"two"), b"tw one t", Crux(b"two", 1, 8)),
        ((b"Hello",), b"", Crux(b"Hello", 0, 0)),
        ((b"H",), b"xyz", Crux(b"H", 0, 3)),
    ],
)
def test_where_output_breaks_off(pieces: tuple[bytes, ...], data: bytes, found: Crux) -> None:
    assert crux(pieces, data) == found


@pytest.mark.parametrize(
    ("errors", "line"),
    [
        (TRACEBACK, b"UnicodeDecodeError: 'utf-8' codec can't decode byte 0x80 in position 128: invalid start byte"),
        (NODE, b"Error: read ECONNRESET"),
        (JAVA, b'Exception in thread "main" java.net.SocketException: Connection reset'),
        (GO, b"panic: runtime error: index out of range [7] with length 3"),
        (RUST, RUST.rpartition(b"\nnote")[0]),
        (CPP, CPP.rstrip(b"\n")),
        (b"bind: Address already in use\n", b"bind: Address already in use\n"),
    ],
)
def test_the_last_words_name_the_exception(errors: bytes, line: bytes) -> None:
    assert last_words(b"much was printed before\n" * 100, errors) == line


def test_the_last_words_are_whole_lines_from_the_end() -> None:
    story = b"".join(b"line %d of a long story\n" % number for number in range(99))
    said = last_words(story + b"THE REASON: too short\n")
    assert said.endswith(b"THE REASON: too short\n")
    assert said.startswith(b"line ")
    assert len(said) <= 160
    assert last_words(b"x" * 500).endswith(b"x" * 160)


# ---------------------------------------------------------------- in the sentences of the checks


def server(*events: WireEvent, ending: Ending = WAITS, steps: tuple[Connect | Send, ...] = (Connect(),)) -> Run:
    """A run of a server, with what showed on the wire."""
    return Run(
        scenario=Scenario(steps=steps),
        ending=ending,
        observed=False,
        port=9190,
        wire=(WireEvent(what="connected", client=0, port=9190), *events),
    )


def client(said: bytes, *, sent: bytes = b"", typed: bytes = b"", ending: Ending = ENDS, received: bytes = b"") -> Run:
    """A run of a client that prints something."""
    steps = (Accept(), Send(data=sent)) if sent else (Accept(),)
    wire = (WireEvent(what="accepted", client=0), WireEvent(what="received", client=0, data=received))
    scenario = Scenario(steps=steps, start=Start(input=typed))
    return Run(scenario=scenario, ending=ending, observed=False, port=9190, stdout=said, wire=wire)


def broken(judgement: object) -> Broken:
    assert isinstance(judgement, Broken)
    return judgement


def test_output_is_cut_around_what_it_lacks() -> None:
    prompt = b"Input message(Q to quit): "
    said = b"Connected...........\n" + prompt + b"Message from server: Hel" + prompt * 9
    seen = render(broken(prints_message(client(said, sent=b"Hello World!"))).seen)
    assert "Message from server: HelInput" in seen


def test_bytes_that_differ_late_are_shown_with_their_place() -> None:
    wrong = LONG[:2000] + b"WRONG" + LONG[2005:]
    verdict = broken(
        echoes(server(WireEvent(what="sent", client=0, data=LONG), WireEvent(what="received", client=0, data=wrong)))
    )
    assert "after the first 2000 they differ" in render(verdict.seen)
    assert "WRONG" in render(verdict.seen)
    assert LONG[2000:2005].decode() in render(verdict.expected)


def test_a_line_whose_rest_was_taken_for_the_end_is_told_in_words() -> None:
    line = b"x" * 1023 + b"Q"
    usual = client(b"Hello", typed=b"Hello\nQ\n", received=b"Hello")
    judgement = survives_long_line(client(b"", typed=line + b"\nok\nQ\n", received=line[:1023]), usual)
    seen = render(broken(judgement).seen)
    assert "of a line of 1024 bytes the server receives the first 1023" in seen
    assert 'the rest of it, "Q", is taken for a line of its own' in seen


def test_another_client_than_the_first_is_named_by_what_it_received() -> None:
    run = server(
        WireEvent(what="received", client=0, data=b"Hello"),
        WireEvent(what="received", client=1, data=b"Hel"),
        steps=(Connect(), Connect(client=1)),
    )
    assert render(as_received(run, run.received(1), 1, b"Hello")) == 'client 2 receives "Hel"'


# ---------------------------------------------------------------- crashed and hung


@pytest.mark.parametrize(
    ("ending", "name"),
    [(Killed(signal="SIGSEGV"), "crashed"), (Busy(limit="calls"), "hung"), (Exited(status=1), "failed")],
)
def test_what_is_missing_because_it_crashed_or_hung_is_called_so(ending: Ending, name: str) -> None:
    run = server(WireEvent(what="received", client=0, data=b"Hel"), ending=ending)
    verdict = not_received(run, EXPECTED, b"Hello")
    assert how_it_failed(run, verdict) == name
    assert ("ended the program" in render(verdict.seen)) == (name == "crashed")
    silent = client(b"Hel", sent=b"Hello", ending=ending)
    assert how_it_failed(silent, broken(prints_message(silent))) == name


@pytest.mark.parametrize("ending", [Killed(signal="SIGSEGV"), Busy(limit="calls")])
def test_wrong_bytes_stay_wrong_bytes_however_the_run_ends(ending: Ending) -> None:
    run = server(WireEvent(what="received", client=0, data=b"Jello"), ending=ending)
    verdict = not_received(run, EXPECTED, b"Hello")
    assert how_it_failed(run, verdict) == "failed"
    wrong = client(b"Help is on its way", sent=b"Hello", ending=ending)
    assert how_it_failed(wrong, not_printed(wrong, EXPECTED, 3)) == "failed"
    assert how_it_failed(wrong, Broken(EXPECTED, EXPECTED)) == "failed"
